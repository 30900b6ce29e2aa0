"""The group of algorithms in the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms import algorithms
from .engine_client.environment import engine_root, plugin_version
from .icon import icon, icon_path


class PlumblineProvider(QgsProcessingProvider):
    """All algorithms of the plugin; none of them needs a window."""

    def id(self) -> str:
        """Return the first half of every algorithm's name; never translated."""
        return "plumbline"

    def name(self) -> str:
        """Return what the toolbox shows."""
        return "Plumbline"

    def versionInfo(self) -> str:
        """Return the plugin's version."""
        return plugin_version(engine_root())

    def icon(self) -> QIcon:
        """Return the plugin's icon."""
        return icon("plumbline")

    def svgIconPath(self) -> str:
        """Return the plugin's icon as a file."""
        return icon_path("plumbline")

    def loadAlgorithms(self) -> None:
        """Add the algorithms."""
        for algorithm in algorithms():
            self.addAlgorithm(algorithm)

    def supportsNonFileBasedOutput(self) -> bool:
        """Tell dialogs to offer files only: the engine writes neither databases nor layers in memory."""
        return False

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """Name the formats that the engine writes."""
        return ["gpkg", "geojson"]

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:  # noqa: ARG002, FBT001, FBT002
        """Name the format of temporary results: whatever users prefer elsewhere, all algorithms write it."""
        return "gpkg"

    def defaultRasterFileExtension(self) -> str:
        """Name the format of temporary results."""
        return "tif"

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Name the formats that the engine writes."""
        return ["tif"]
