"""From the parameters of comparisons to the library's own options."""

from pathlib import Path
from typing import Any, cast

from engine.evaluation.heights import HeightOptions, HeightOutputs
from engine.evaluation.measure import MeasureOptions
from engine.evaluation.measures.protocol import Protocol
from engine.evaluation.pairs.alignment import AlignOptions
from engine.evaluation.roads import EvaluateOptions, Inputs, Outputs
from engine.service.options import extent_of, path_of
from engine.service.requests import EvaluateHeights, EvaluateRoads


def road_inputs(request: EvaluateRoads) -> Inputs:
    """Return which roads to compare."""
    return Inputs(
        Path(request.predicted), Path(request.truth), path_of(request.image), path_of(request.valid)
    )


def road_measures(request: EvaluateRoads) -> EvaluateOptions:
    """Return how to compare roads.

    Raises:
        RasterError: The extent is none.
    """
    return EvaluateOptions(
        AlignOptions(request.gsd_m, extent_of(request.extent), request.blank_white),
        MeasureOptions(Protocol(cast("Any", request.protocol)), buffer_m=request.buffer_m),
    )


def road_outputs(request: EvaluateRoads) -> Outputs:
    """Return what to write of a comparison of roads."""
    return Outputs(path_of(request.layers), path_of(request.picture), path_of(request.report))


def height_comparison(request: EvaluateHeights) -> HeightOptions:
    """Return how to compare heights."""
    return HeightOptions(path_of(request.image), request.unit)


def height_outputs(request: EvaluateHeights) -> HeightOutputs:
    """Return what to write of a comparison of heights."""
    return HeightOutputs(path_of(request.picture), path_of(request.report))
