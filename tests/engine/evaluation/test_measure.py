"""Each measure gets the right graph on the right side, with the parameters that were asked for."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from affine import Affine

from engine.evaluation.measure import MeasureOptions, measure
from engine.evaluation.measures.apls import AplsOptions, apls
from engine.evaluation.measures.apls_spacenet import SpacenetAplsOptions, apls_spacenet
from engine.evaluation.measures.buffer import compare
from engine.evaluation.measures.junctions import match_junctions
from engine.evaluation.measures.levels import compare_levels
from engine.evaluation.measures.topo import TopoOptions, proposal_precision, topo
from engine.evaluation.pairs.alignment import AlignedPair
from engine.evaluation.pairs.area import Area
from engine.frames import RowCol
from engine.raster.grid import Grid
from engine.roads.graph import RoadGraph

Metres = RoadGraph[RowCol]

SIDE_M = 900.0


def streets(*, off_m: float = 0.0, rows: int = 5, more: bool = False) -> Metres:
    """Roads down over roads across, none joined, with ends 8 m from the border of a tile of 900 m."""
    across = [[(100.0 * n + 150 + off_m, 8.0), (100.0 * n + 150 + off_m, SIDE_M - 8)] for n in range(rows)]
    down = [[(8.0, 200.0 * n + 170), (SIDE_M - 8, 200.0 * n + 170)] for n in range(3)]
    stray = [[(20.0, 700.0), (95.0, 700.0)]] if more else []
    vertices = np.array(across + down + stray).reshape(-1, 2)
    layer = [0] * len(across) + [1] * len(down) + [0] * len(stray)
    return Metres.build(vertices, np.arange(len(vertices)).reshape(-1, 2), layer=layer)


@pytest.fixture
def pair() -> AlignedPair:
    """A prediction that lacks a road, has a false one, and is 3 m off."""
    return AlignedPair(
        name="streets",
        truth=streets(),
        predicted=streets(off_m=3.0, rows=4, more=True),
        area=Area(shapely.box(0.0, 0.0, SIDE_M, SIDE_M)),
        size_m=(SIDE_M, SIDE_M),
        grid=Grid(Affine(1, 0, 0, 0, -1, 0), 900, 900, None, 1.0),
        image=None,
        notes=(),
    )


def test_every_measure_judges_the_prediction_by_the_truth(pair: AlignedPair) -> None:
    truth, predicted = pair.truth, pair.predicted
    scores = measure(pair).scores
    assert scores is not None
    walks = TopoOptions(radius_m=TopoOptions().small_radius_m)
    assert scores.topo == topo(truth, predicted, walks)
    assert scores.proposal_precision == proposal_precision(truth, predicted, walks)
    assert scores.apls == apls(truth, predicted, AplsOptions(tile_m=(SIDE_M, SIDE_M)))
    assert scores.apls_spacenet == apls_spacenet(truth, predicted)
    assert scores.coverage == compare(predicted, truth, tolerance=5.0)
    assert scores.junctions == match_junctions(truth, predicted, area=pair.area)
    assert scores.junctions != match_junctions(truth, predicted)
    assert scores.levels == compare_levels(truth, predicted)


def test_measures_go_by_the_parameters_that_were_asked_for(pair: AlignedPair) -> None:
    truth, predicted = pair.truth, pair.predicted
    options = MeasureOptions(
        buffer_m=2.0, junction_m=4.0, level_m=2.0, apls_spacenet=SpacenetAplsOptions(snap_m=2.0)
    )
    result = measure(pair, options)
    assert result.scores is not None
    assert result.scores.coverage == compare(predicted, truth, tolerance=2.0)
    assert result.scores.coverage != compare(predicted, truth, tolerance=5.0)
    assert result.scores.junctions == match_junctions(truth, predicted, tolerance_m=4.0, area=pair.area)
    assert result.scores.levels == compare_levels(truth, predicted, tolerance_m=2.0)
    assert result.scores.levels != compare_levels(truth, predicted)
    assert result.scores.apls_spacenet == apls_spacenet(truth, predicted, options.apls_spacenet)


def test_pieces_are_those_behind_the_lengths(pair: AlignedPair) -> None:
    result = measure(pair, MeasureOptions(buffer_m=2.0))
    assert result.scores is not None
    cover = result.scores.coverage
    length_m = {
        kind: sum(float(np.hypot(*np.diff(p, axis=0).T).sum()) for p in pieces)
        for kind, pieces in result.differences
    }
    assert length_m["matched"] == pytest.approx(cover.correctness * cover.predicted_length)
    assert length_m["false"] == pytest.approx((1 - cover.correctness) * cover.predicted_length)
    assert length_m["missing"] == pytest.approx((1 - cover.completeness) * cover.truth_length)


def test_graphs_of_unknown_size_are_published_tiles_in_pixels_and_maps_on_the_ground(
    pair: AlignedPair,
) -> None:
    pixels = replace(pair, area=None, size_m=None)
    ground = replace(pixels, grid=replace(pair.grid, crs="EPSG:32633"))
    scores = [measure(each).scores for each in (pixels, ground)]
    options = [AplsOptions(), AplsOptions(tile_m=None)]
    expected = [apls(pair.truth, pair.predicted, each) for each in options]
    assert expected[0] != expected[1]
    assert [each and each.apls for each in scores] == expected


def test_topo_and_proposal_precision_are_defined_on_the_same_tiles(pair: AlignedPair) -> None:
    short = Metres.build([(400.0, 400.0), (400.0, 420.0)], [(0, 1)])
    scores = measure(replace(pair, truth=short)).scores
    assert scores is not None
    assert (scores.topo, scores.proposal_precision) == (None, None)
    speck = measure(replace(pair, predicted=short)).scores
    assert speck is not None
    assert speck.proposal_precision == 0.0


def test_without_true_roads_there_are_no_scores_but_false_roads(pair: AlignedPair) -> None:
    result = measure(replace(pair, truth=Metres.empty(), notes=("The truth is empty.",)))
    assert (result.scores, result.note) == (None, "The truth is empty.")
    assert len(result.differences.false) == len(pair.predicted.edges)
