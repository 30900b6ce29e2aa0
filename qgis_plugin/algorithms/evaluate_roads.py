"""``plumbline:evaluateroads``: how good a road graph is, by the measures of the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingFeedback,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
)

from ..engine_client.requests import EvaluateRoads
from ..translation import tr
from . import parameters as of
from .base import EngineAlgorithm
from .figures import figure_outputs
from .sources import any_source
from .values import Values

PREDICTED = "PREDICTED"
TRUTH = "TRUTH"
IMAGE = "IMAGE"
VALID = "VALID"
BLANK_WHITE = "BLANK_WHITE"
PROTOCOL = "PROTOCOL"
BUFFER = "BUFFER"
LAYERS = "LAYERS"
PICTURE = "PICTURE"
REPORT = "REPORT"

_MATCHED = "matched"
_PROTOCOLS = ("auto", "sat2graph", "spacenet")
_INPUTS = (PREDICTED, TRUTH, IMAGE, VALID)


def _figures() -> dict[str, str]:
    """Return what each number says, by the output's name."""
    return {
        "TOPO_PRECISION": tr("TOPO precision"),
        "TOPO_RECALL": tr("TOPO recall"),
        "TOPO_F1": tr("TOPO F1"),
        "PROPOSAL_PRECISION": tr("Proposal precision"),
        "APLS": tr("APLS, as measured by the Sat2Graph code"),
        "APLS_TRUTH_TO_PREDICTED": tr("APLS, true routes in the prediction"),
        "APLS_PREDICTED_TO_TRUTH": tr("APLS, predicted routes in the truth"),
        "APLS_SPACENET": tr("APLS, as measured by the SpaceNet code"),
        "ROUTES_WITHIN_5_PERCENT": tr("Share of true routes whose length differs by at most 5 %"),
        "COMPLETENESS": tr("Completeness: share of the true length that is found"),
        "CORRECTNESS": tr("Correctness: share of the predicted length that is true"),
        "QUALITY": tr("Quality: completeness and correctness in one"),
        "JUNCTION_PRECISION": tr("Junctions, precision"),
        "JUNCTION_RECALL": tr("Junctions, recall"),
        "JUNCTION_F1": tr("Junctions, F1"),
        "END_F1": tr("Ends, F1"),
        "CROSSINGS": tr("Number of true crossings on different levels"),
        "CROSSINGS_APART": tr("Share of those crossings that are kept apart"),
        "LEVEL_ACCURACY": tr("Share of those with the right road on top"),
        "TRUTH_KM": tr("True length (km)"),
        "PREDICTED_KM": tr("Predicted length (km)"),
        "TILES": tr("Number of compared pairs"),
    }


class EvaluateRoadsAlgorithm(EngineAlgorithm):
    """Compares two road graphs."""

    def __init__(self) -> None:
        super().__init__()
        self._extent: Optional[str] = None

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "evaluateroads"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Evaluate roads")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "evaluation"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("road,quality,accuracy,TOPO,APLS,F1,completeness,correctness,benchmark").split(",")

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Compares predicted roads with true ones by the published measures of the field: TOPO, APLS as "
            "two codes measure it, completeness and correctness, junctions, and crossings on levels."
            "\n\n"
            "Both may be line layers in any reference system, raster masks of roads, files of research "
            "graphs (.json, .p), or two folders of such files that are paired by name."
            "\n\n"
            "Numbers: shares from 0 to 1, 1 is best; lengths in km. What is not defined, such as levels "
            "where no roads cross, stays empty. A map of matched, missing and false roads, a picture and a "
            "page with all figures are written if asked for."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        for parameter in (*_inputs(), *_measures(), *_results()):
            self.addParameter(parameter)
        for name, label in _further_layers().items():
            line = QgsProcessing.SourceType.TypeVectorLine
            self.addOutput(QgsProcessingOutputVectorLayer(name, label, line))
        self.add_number_outputs(_figures())

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:
        """Take the layers from the project."""
        for name in _INPUTS:
            self.sources[name] = any_source(values, name, feedback)
        self._extent = values.extent_text()

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine compare."""
        result = self.ask(
            EvaluateRoads(
                predicted=self.path_of(PREDICTED, feedback) or "",
                truth=self.path_of(TRUTH, feedback) or "",
                image=self.path_of(IMAGE, feedback),
                valid=self.path_of(VALID, feedback),
                extent=self._extent,
                gsd_m=values.number(of.GSD),
                blank_white=values.truth(BLANK_WHITE),
                protocol=values.choice(PROTOCOL) or of.default_of(EvaluateRoads, "protocol"),
                buffer_m=values.amount(BUFFER),
                layers=values.layer_path(LAYERS, layer=_MATCHED),
                picture=values.file_path(PICTURE),
                report=values.file_path(REPORT),
            ),
            feedback,
        )
        files = {name: result.files.get(name.lower()) for name in (PICTURE, REPORT)}
        layers = _layers(result.files.get("layers"), values)
        return {**layers, **files, **figure_outputs(_figures(), result, feedback)}


def _further_layers() -> dict[str, str]:
    """Return what each further layer of the map of differences shows, by the output's name."""
    return {"MISSING_ROADS": tr("Missing roads"), "FALSE_ROADS": tr("False roads")}


def _layers(file: Optional[str], values: Values) -> dict[str, Optional[str]]:
    """Return the layers of the map of differences; they are loaded together or not at all."""
    if file is None:
        return {}
    matched = f"{file}|layername={_MATCHED}"
    found = {"MISSING_ROADS": f"{file}|layername=missing", "FALSE_ROADS": f"{file}|layername=false"}
    for name, label in _further_layers().items():
        values.load_beside(matched, found[name], label)
    return {LAYERS: matched, **found}


def _inputs() -> Iterator[Any]:
    line, grid = QgsProcessing.SourceType.TypeVectorLine, QgsProcessing.SourceType.TypeRaster
    yield of.explained(
        of.layer(PREDICTED, tr("Predicted roads"), (line, grid)),
        tr("Lines, a mask of roads, a file of any format that the engine reads, or a folder of files."),
    )
    yield of.explained(of.layer(TRUTH, tr("True roads"), (line, grid)), tr("Likewise; of the same place."))
    yield of.explained(
        of.layer(IMAGE, tr("Image"), (grid,), optional=True),
        tr(
            "On whose pixels research graphs lie; only where it is valid is compared. Also shown in pictures."
        ),
    )
    yield of.explained(
        of.layer(VALID, tr("Mask of what to compare"), (grid,), optional=True),
        tr("Only places where it is not 0 are compared."),
        advanced=True,
    )
    yield of.extent(tr("Only this part is compared; where both are known if empty."))
    yield of.gsd()


def _measures() -> Iterator[Any]:
    yield of.explained(
        of.choice(PROTOCOL, tr("Protocol"), _PROTOCOLS, of.default_of(EvaluateRoads, "protocol")),
        tr("Parameters for large tiles (sat2graph), for small ones (spacenet), or by the size (auto)."),
        advanced=True,
    )
    yield of.explained(
        of.number(BUFFER, tr("Buffer (m)"), of.default_of(EvaluateRoads, "buffer_m"), least=0.1, most=1000),
        tr("How far a road may lie from its partner and still count as found."),
        advanced=True,
    )
    white = of.default_of(EvaluateRoads, "blank_white")
    yield of.explained(
        QgsProcessingParameterBoolean(BLANK_WHITE, tr("White areas of the image are blank"), white),
        tr("Large white areas are paper, not image, and are not compared."),
        advanced=True,
    )


def _results() -> Iterator[Any]:
    line = QgsProcessing.SourceType.TypeVectorLine
    yield of.explained(
        of.vector_destination(LAYERS, tr("Matched roads"), line, (".gpkg",), optional=True),
        tr("GeoPackage (.gpkg) with the layers matched, missing, false (roads) and tiles (figures)."),
    )
    yield of.explained(
        of.file_destination(PICTURE, tr("Picture"), tr("PNG image (*.png)"), ".png"),
        tr("The same drawn over the image."),
    )
    yield of.explained(
        of.file_destination(REPORT, tr("Report"), tr("Web page (*.html)"), ".html"),
        tr("A page with all figures and the worst tiles."),
    )
