"""The group of algorithms in the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider


class PlumblineProvider(QgsProcessingProvider):
    """All algorithms of the plugin; none of them needs a window."""

    def id(self) -> str:
        """Return the first half of every algorithm's name; never translated."""
        return "plumbline"

    def name(self) -> str:
        """Return what the toolbox shows."""
        return "Plumbline"

    def loadAlgorithms(self) -> None:
        """Add the algorithms."""

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """Name the formats that the engine writes."""
        return ["gpkg", "geojson"]

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Name the formats that the engine writes."""
        return ["tif"]
