"""Figures of all tiles together: which are means, and which are added up first."""

from dataclasses import replace

import numpy as np
import pytest
from affine import Affine

from engine.evaluation.measures.apls import AplsScore
from engine.evaluation.measures.buffer import BufferScore
from engine.evaluation.measures.differences import Differences
from engine.evaluation.measures.junctions import DegreeScore, JunctionScore
from engine.evaluation.measures.levels import LevelScore
from engine.evaluation.measures.topo import TopoScore
from engine.evaluation.results import RoadScores, TileResult
from engine.evaluation.summary import summarise, tile_figures
from engine.raster.grid import Grid

NOTHING = Differences([], [], [])
FALSE_KM = Differences([], [], [np.array([[0.0, 0.0], [600.0, 800.0]])])


def tile(precision, recall, *, true_m=1000.0, completeness=0.5, levels=None):
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    ends = DegreeScore(degree=1, true=4, predicted=2, matched=1)
    crossings = DegreeScore(degree=3, true=10, predicted=5, matched=4)
    none = [DegreeScore(degree=degree, true=0, predicted=0, matched=0) for degree in (4, 5)]
    scores = RoadScores(
        topo=TopoScore(precision, recall, f1, 10, 10, 10),
        proposal_precision=precision,
        apls=AplsScore(recall, recall, recall, recall),
        apls_spacenet=None,
        coverage=BufferScore(completeness, 1.0, completeness, completeness * true_m, true_m),
        junctions=JunctionScore(matched=5, true=10, predicted=5, classes=(ends, crossings, *none)),
        levels=levels,
    )
    grid = Grid(Affine(1, 0, 0, 0, -1, 0), 1000, 1000, None, 1.0)
    return TileResult("tile", scores, "", NOTHING, grid, (1000.0, 1000.0))


def without_truth(differences):
    return replace(tile(0, 0), scores=None, note="no road", differences=differences)


def test_both_ways_to_average_f1():
    figures = summarise([tile(0.9, 0.5), tile(0.5, 0.9)])
    assert figures["topo_f1"] == pytest.approx(2 * 0.9 * 0.5 / 1.4)
    assert figures["topo_f1_of_means"] == pytest.approx(0.7)


def test_spacenet_tables_leave_out_tiles_without_a_match():
    figures = summarise([tile(0.8, 0.6), tile(0.0, 0.0)])
    assert figures["topo_f1_of_means_matched"] == pytest.approx(2 * 0.8 * 0.6 / 1.4)
    assert figures["topo_f1_of_means"] == pytest.approx(2 * 0.4 * 0.3 / 0.7)
    assert figures["topo_f1"] == pytest.approx(0.8 * 0.6 / 1.4)


def test_lengths_are_added_up_first():
    figures = summarise(
        [tile(1, 1, true_m=3000, completeness=1.0), tile(1, 1, true_m=1000, completeness=0.2)]
    )
    assert figures["completeness"] == pytest.approx(0.8)
    assert figures["truth_km"] == pytest.approx(4.0)


def covered(completeness, correctness, *, predicted_m, true_m):
    """A tile whose graphs cover each other so."""
    score = BufferScore(completeness, correctness, 0.0, predicted_m, true_m)
    each = tile(1, 1)
    return replace(each, scores=replace(each.scores, coverage=score))


def test_lengths_count_on_the_side_that_they_belong_to():
    figures = summarise(
        [
            covered(0.5, 0.9, predicted_m=200.0, true_m=1000.0),
            covered(1.0, 0.1, predicted_m=800.0, true_m=100.0),
        ]
    )
    assert figures["correctness"] == pytest.approx((180 + 80) / 1000)
    assert figures["completeness"] == pytest.approx((500 + 100) / 1100)
    assert figures["quality"] == pytest.approx((180 + 80) / (1000 + 1100 - 600))


def test_an_empty_prediction_earns_nothing():
    figures = summarise([covered(0.0, 0.0, predicted_m=0.0, true_m=1000.0)])
    assert (figures["completeness"], figures["correctness"], figures["quality"]) == (0.0, 0.0, 0.0)


def test_false_roads_of_a_tile_without_true_ones_count():
    figures = summarise([tile(1, 1, completeness=1.0), without_truth(FALSE_KM)])
    assert figures["correctness"] == pytest.approx(0.5)
    assert figures["quality"] == pytest.approx(0.5)
    assert figures["completeness"] == pytest.approx(1.0)
    assert (figures["tiles"], figures["tiles_scored"]) == (2, 1)
    assert figures["topo_f1"] == 1.0


def test_a_tile_without_true_roads_has_no_scores():
    figures = tile_figures(without_truth(FALSE_KM))
    assert figures["topo_f1"] is None
    assert figures["completeness"] is None
    assert figures["correctness"] == 0.0
    assert figures["predicted_km"] == pytest.approx(1.0)
    # Its junctions were not counted, which is not the same as none.
    assert figures["junction_true"] is figures["junction_predicted"] is None


def test_measures_that_are_not_defined_leave_the_mean_alone():
    short = tile(0.5, 0.5)
    short = replace(short, scores=replace(short.scores, topo=None, apls=None))
    figures = summarise([tile(1.0, 0.5), short])
    assert figures["topo_precision"] == 1.0
    assert figures["apls"] == 0.5
    assert figures["apls_spacenet"] is None


def test_junctions_and_crossings_are_counted_over_all_tiles():
    figures = summarise([tile(1, 1, levels=LevelScore(4, 3, 2, 1)), tile(1, 1)])
    assert figures["junction_precision"] == pytest.approx(1.0)
    assert figures["junction_recall"] == pytest.approx(0.5)
    assert figures["degree_3_precision"] == pytest.approx(0.8)
    assert figures["end_recall"] == pytest.approx(0.25)
    numbers = {"junction": (20, 10), "degree_3": (20, 10), "degree_4": (0, 0), "end": (8, 4)}
    assert {kind: (figures[f"{kind}_true"], figures[f"{kind}_predicted"]) for kind in numbers} == numbers
    assert figures["crossings_apart"] == pytest.approx(0.75)
    assert figures["level_accuracy"] == pytest.approx(0.5)


def test_each_figure_comes_from_its_own_score():
    each = tile(0.9, 0.5)
    scores = replace(
        each.scores,
        proposal_precision=0.2,
        apls=AplsScore(0.3, 0.4, 0.6, 0.7),
        apls_spacenet=AplsScore(0.1, 0.8, 0.8, 0.8),
    )
    figures = tile_figures(replace(each, scores=scores))
    names = ("proposal_precision", "apls", "apls_truth_to_predicted", "apls_predicted_to_truth")
    assert [figures[name] for name in names] == [0.2, 0.3, 0.4, 0.6]
    assert (figures["routes_within_5_percent"], figures["apls_spacenet"]) == (0.7, 0.1)
