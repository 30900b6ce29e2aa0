"""``plumbline:extractroads``: from images to road graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import QgsProcessingFeedback

from ..engine_client.protocol import Result
from ..engine_client.requests import ExtractRoads
from ..input_raster import InputRaster
from ..translation import tr
from . import parameters as of
from .base import DEVICE_USED, WEIGHTS_USED
from .image_algorithm import ImageAlgorithm
from .road_results import add_road_outputs, road_outputs, road_path, roads_destination
from .values import Values

MIN_CONFIDENCE = "MIN_CONFIDENCE"
SIMPLIFY = "SIMPLIFY"
SPUR = "SPUR"
MIN_COMPONENT = "MIN_COMPONENT"


class ExtractRoadsAlgorithm(ImageAlgorithm):
    """Extracts the road graph of an image."""

    TASK = "roads"
    REQUEST = ExtractRoads
    ENDING = "_roads.gpkg"

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "extractroads"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Extract roads")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "roads"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("road,street,network,graph,centreline,centerline,vectorize,imagery,deep learning").split(
            ","
        )

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Extracts the roads that an aerial or satellite image shows, as a network that routing can use."
            "\n\n"
            "Roads: one line from junction to junction, in the reference system of the image, with its "
            "length (m) and its confidence (0 to 1). Lines that meet share their end point exactly; roads "
            "that cross on different levels share none. The same file (GeoPackage) holds a second layer, "
            "junctions: where roads meet or end."
            "\n\n"
            "Images in which a pixel is 0.3 to 1 m suit the shipped weights. The image is resampled to the "
            "ground resolution of the weights as it is read, whatever its size; nothing is uploaded."
            "\n\n"
            "Numbers: total length (m), segments, junctions and pieces of the network, mean confidence."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        seen = tr("Only roads of this part are extracted; the whole image if empty.")
        for parameter in (
            *self.image_parameters(seen),
            *_thresholds(),
            *of.more_images(tr("a GeoPackage with roads and junctions")),
            roads_destination(),
        ):
            self.addParameter(parameter)
        add_road_outputs(self)
        self.add_number_outputs({"MEAN_CONFIDENCE": tr("Mean confidence, weighted by length (0 to 1)")})
        self.add_common_outputs()

    def paths(self, values: Values) -> dict[str, Optional[str]]:
        """Return the file to write."""
        return {"output": road_path(values)}

    def request_for(
        self, values: Values, image: InputRaster, paths: Mapping[str, Optional[str]]
    ) -> ExtractRoads:
        """Return what to ask the engine for one image."""
        return ExtractRoads(
            **self.options(values, image),
            output=paths["output"] or "",
            min_confidence=values.number(MIN_CONFIDENCE),
            simplify_m=values.amount(SIMPLIFY),
            spur_m=values.amount(SPUR),
            min_component_m=values.amount(MIN_COMPONENT),
        )

    def found(self, result: Result, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Return the outputs of one image."""
        return {
            **road_outputs(result, feedback),
            "MEAN_CONFIDENCE": result.figures.get("confidence_mean"),
            WEIGHTS_USED: result.facts.get("weights"),
            DEVICE_USED: result.facts.get("device"),
        }


def _metres(name: str, label: str, field: str, help_text: str) -> Any:
    parameter = of.number(name, label, of.default_of(ExtractRoads, field), least=0)
    return of.explained(parameter, help_text, advanced=True)


def _thresholds() -> list[Any]:
    """Make what decides which roads are kept."""
    return [
        of.explained(
            of.number(MIN_CONFIDENCE, tr("Least confidence (0 to 1)"), least=0, most=1),
            tr("Edges with less are dropped. Empty: the value that was chosen for the weights."),
            advanced=True,
        ),
        _metres(
            SIMPLIFY,
            tr("Simplify by (m)"),
            "simplify_m",
            tr("How far a line may move when it is simplified."),
        ),
        _metres(
            SPUR, tr("Drop dead ends shorter than (m)"), "spur_m", tr("Dead ends that begin at a junction.")
        ),
        _metres(
            MIN_COMPONENT,
            tr("Drop pieces shorter than (m)"),
            "min_component_m",
            tr("Pieces of the network without connection to the rest."),
        ),
    ]
