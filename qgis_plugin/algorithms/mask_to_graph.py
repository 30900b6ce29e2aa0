"""``plumbline:masktograph``: from a mask of roads to a road graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from qgis.core import QgsProcessingException, QgsProcessingFeedback

from ..engine_client.requests import MaskToGraph
from ..translation import tr
from . import parameters as of
from .base import EngineAlgorithm
from .complaints import wrong_value_raster
from .road_results import add_road_outputs, road_outputs, road_path, roads_destination
from .sources import raster_source
from .values import Values


class MaskToGraphAlgorithm(EngineAlgorithm):
    """Thins a mask of roads to a graph."""

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "masktograph"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Road mask to graph")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "roads"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("road,mask,segmentation,skeleton,thin,centreline,centerline,vectorize,graph").split(",")

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Thins a mask of roads, such as a segmentation, to its centre lines, and joins them to a "
            "network."
            "\n\n"
            "Roads: one line from junction to junction, with its length (m), in the reference system of the "
            "mask; the same file (GeoPackage) holds the layer junctions. No network is needed for it, and no "
            "confidence is known. Numbers: total length (m), segments, junctions and pieces of the network."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        self.addParameter(
            of.explained(
                of.raster(of.INPUT, tr("Mask")), tr("A file whose pixels are not 0 where there is road.")
            )
        )
        self.addParameter(roads_destination())
        add_road_outputs(self)

    def complaints(self, values: Values) -> Iterator[str]:
        """Yield what is wrong with values that QGIS accepts."""
        yield from wrong_value_raster(values, of.INPUT)

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:  # noqa: ARG002
        """Take the mask from the project."""
        mask = values.raster(of.INPUT)
        if mask is None:
            raise QgsProcessingException(self.invalidRasterError(values.parameters, of.INPUT))
        self.sources[of.INPUT] = raster_source(mask)

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine thin the mask."""
        mask = self.path_of(of.INPUT, feedback) or ""
        return road_outputs(self.ask(MaskToGraph(mask, road_path(values)), feedback), feedback)
