"""``plumbline:extractroads``: from images to road graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingFeedback,
    QgsProcessingOutputVectorLayer,
)

from ..engine_client.protocol import Result
from ..engine_client.requests import ExtractRoads
from ..input_raster import InputRaster
from ..translation import tr
from . import parameters as of
from .base import DEVICE_USED, WEIGHTS_USED
from .image_algorithm import ImageAlgorithm
from .values import Values

MIN_CONFIDENCE = "MIN_CONFIDENCE"
SIMPLIFY = "SIMPLIFY"
SPUR = "SPUR"
MIN_COMPONENT = "MIN_COMPONENT"
JUNCTIONS = "JUNCTIONS"

_FIGURES = {
    "LENGTH": "length_m",
    "SEGMENTS": "segments",
    "JUNCTION_COUNT": "junctions",
    "COMPONENTS": "components",
    "MEAN_CONFIDENCE": "confidence_mean",
}


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
            of.explained(
                of.vector_destination(of.OUTPUT, tr("Roads"), QgsProcessing.SourceType.TypeVectorLine),
                tr("GeoPackage (.gpkg) with the layers roads and junctions, or GeoJSON with the roads."),
            ),
        ):
            self.addParameter(parameter)
        points = QgsProcessing.SourceType.TypeVectorPoint
        self.addOutput(QgsProcessingOutputVectorLayer(JUNCTIONS, tr("Junctions"), points))
        self.add_number_outputs(
            {
                "LENGTH": tr("Length of all roads (m)"),
                "SEGMENTS": tr("Number of road segments"),
                "JUNCTION_COUNT": tr("Number of junctions and ends"),
                "COMPONENTS": tr("Number of separate pieces of the network"),
                "MEAN_CONFIDENCE": tr("Mean confidence, weighted by length (0 to 1)"),
            }
        )
        self.add_common_outputs()

    def paths(self, values: Values) -> dict[str, Optional[str]]:
        """Return the file to write."""
        destination = values.destination(of.OUTPUT) or ""
        is_geojson = destination.lower().endswith(".geojson")
        return {"output": values.layer_path(of.OUTPUT, layer="" if is_geojson else "roads")}

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
        path = result.files["output"]
        has_layers = path.lower().endswith(".gpkg")
        figures = {name: result.figures.get(figure) for name, figure in _FIGURES.items()}
        feedback.pushInfo(
            tr("Roads: {length:.0f} m, {segments:.0f} segments, {junctions:.0f} junctions and ends").format(
                length=figures["LENGTH"] or 0,
                segments=figures["SEGMENTS"] or 0,
                junctions=figures["JUNCTION_COUNT"] or 0,
            )
        )
        return {
            of.OUTPUT: f"{path}|layername=roads" if has_layers else path,
            JUNCTIONS: f"{path}|layername=junctions" if has_layers else None,
            WEIGHTS_USED: result.facts.get("weights"),
            DEVICE_USED: result.facts.get("device"),
            **figures,
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
