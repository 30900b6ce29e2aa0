"""Road graphs as results: two layers of one file, and figures."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessing, QgsProcessingFeedback, QgsProcessingOutputVectorLayer

from ..engine_client.protocol import Result
from ..translation import tr
from . import parameters as of
from .base import EngineAlgorithm
from .values import Values

JUNCTIONS = "JUNCTIONS"
SUFFIXES = (".gpkg", ".geojson")

_LAYERS_IN = ".gpkg"
_FIGURES = {
    "LENGTH": "length_m",
    "SEGMENTS": "segments",
    "JUNCTION_COUNT": "junctions",
    "COMPONENTS": "components",
}


def roads_destination() -> Any:
    """Make the parameter for the file."""
    line = QgsProcessing.SourceType.TypeVectorLine
    return of.explained(
        of.vector_destination(of.OUTPUT, tr("Roads"), line, SUFFIXES),
        tr("GeoPackage (.gpkg) with the layers roads and junctions, or GeoJSON with the roads."),
    )


def add_road_outputs(algorithm: EngineAlgorithm) -> None:
    """Declare what there is beside the roads themselves."""
    points = QgsProcessing.SourceType.TypeVectorPoint
    algorithm.addOutput(QgsProcessingOutputVectorLayer(JUNCTIONS, tr("Junctions"), points))
    algorithm.add_number_outputs(
        {
            "LENGTH": tr("Length of all roads (m)"),
            "SEGMENTS": tr("Number of road segments"),
            "JUNCTION_COUNT": tr("Number of junctions, where three roads or more meet"),
            "COMPONENTS": tr("Number of separate pieces of the network"),
        }
    )


def road_path(values: Values) -> str:
    """Return the file to write; QGIS loads the roads of it, if it loads them."""
    destination = (values.destination(of.OUTPUT) or "").lower()
    return values.layer_path(of.OUTPUT, layer="" if destination.endswith(".geojson") else "roads") or ""


def road_outputs(result: Result, feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Return the values of the outputs, and tell the user of them."""
    path = result.files["output"]
    has_layers = path.lower().endswith(_LAYERS_IN)
    figures = {name: result.figures.get(figure) for name, figure in _FIGURES.items()}
    feedback.pushInfo(
        tr("Roads: {length:.0f} m, {segments:.0f} segments, {junctions:.0f} junctions").format(
            length=figures["LENGTH"] or 0,
            segments=figures["SEGMENTS"] or 0,
            junctions=figures["JUNCTION_COUNT"] or 0,
        )
    )
    return {
        of.OUTPUT: f"{path}|layername=roads" if has_layers else path,
        JUNCTIONS: f"{path}|layername=junctions" if has_layers else None,
        **figures,
    }
