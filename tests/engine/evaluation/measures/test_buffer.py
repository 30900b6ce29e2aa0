"""Completeness, correctness and quality on roads whose lengths can be counted by hand."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.evaluation.measures.buffer import compare, find_covered
from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from tests.engine.evaluation.graph_samples import renumbered

Pixels = RoadGraph[RowCol]


def polyline(*points: tuple[float, float]) -> Pixels:
    numbers = np.arange(len(points))
    return Pixels.build(points, np.stack([numbers[:-1], numbers[1:]], axis=1))


def test_a_graph_covers_itself() -> None:
    road = polyline((0, 0), (30, 40), (90, 40))
    score = compare(road, road, tolerance=3)
    assert (score.completeness, score.correctness, score.quality) == (1.0, 1.0, 1.0)
    assert score.predicted_length == score.truth_length == pytest.approx(110)


def test_the_share_is_of_length_and_not_of_edges() -> None:
    truth = polyline((0, 0), (0, 10), (0, 20), (0, 30), (0, 100))
    score = compare(polyline((2, 0), (2, 50)), truth, tolerance=2.0001)
    assert score.completeness == pytest.approx(0.5, abs=3e-3)
    assert score.correctness == 1.0
    assert score.quality == pytest.approx(0.5, abs=3e-3)


def test_the_buffer_has_round_ends_and_a_sharp_border() -> None:
    truth = polyline((0, 0), (0, 1000))
    crossing = polyline((-500, 500), (500, 500))
    score = compare(crossing, truth, tolerance=5)
    assert score.correctness == pytest.approx(0.01, abs=1e-3)
    assert score.completeness == pytest.approx(0.01, abs=1e-3)
    assert compare(polyline((5.01, 0), (5.01, 1000)), truth, tolerance=5).correctness == 0.0
    assert compare(polyline((4.99, 0), (4.99, 1000)), truth, tolerance=5).correctness == 1.0


def test_a_false_road_far_away_costs_correctness_and_quality_alone() -> None:
    truth = polyline((0, 0), (0, 100))
    predicted = Pixels.build([(0, 0), (0, 100), (300, 0), (300, 300)], [(0, 1), (2, 3)])
    score = compare(predicted, truth, tolerance=5)
    assert score.completeness == 1.0
    assert score.correctness == pytest.approx(0.25)
    assert score.quality == pytest.approx(0.25)


def test_a_road_drawn_twice_is_right_twice_and_its_truth_found_once() -> None:
    truth = polyline((50.0, 0.0), (50.0, 100.0))
    places = np.array([(49.0, 0.0), (49.0, 100.0), (51.0, 0.0), (51.0, 100.0), (90.0, 0.0), (90.0, 100.0)])
    score = compare(Pixels.build(places, [(0, 1), (2, 3), (4, 5)]), truth, tolerance=5.0)
    assert score.correctness == pytest.approx(2 / 3)
    assert score.completeness == 1.0
    assert score.quality == pytest.approx(200 / (300 + 100 - 100))


def test_a_crossing_road_does_not_match_where_directions_count() -> None:
    truth = polyline((0, 0), (0, 100))
    assert compare(polyline((-2, 50), (2, 50)), truth, tolerance=3).correctness == 1.0
    assert compare(polyline((-2, 50), (2, 50)), truth, tolerance=3, max_angle_rad=0.5).correctness == 0.0
    assert compare(polyline((1, 90), (1, 10)), truth, tolerance=3, max_angle_rad=0.0).correctness == 1.0


def test_roads_in_invalid_pixels_are_ignored_on_both_sides() -> None:
    valid = np.zeros((20, 100), dtype=bool)
    valid[:, :40] = True
    truth = polyline((10, 0), (10, 100))
    score = compare(polyline((10, -50), (10, 20)), truth, tolerance=2, valid=valid)
    assert score.truth_length == pytest.approx(40)
    assert score.predicted_length == pytest.approx(20)
    assert score.completeness == pytest.approx(22 / 40, abs=0.01)
    assert score.correctness == 1.0


def test_an_empty_prediction_scores_zero() -> None:
    score = compare(Pixels.empty(), polyline((0, 0), (0, 9)), tolerance=3)
    assert (score.completeness, score.correctness, score.quality, score.predicted_length) == (0, 0, 0, 0)


@pytest.mark.parametrize("truth", [Pixels.empty(), Pixels.build([(1, 1), (1, 1)], [(0, 1)])])
def test_a_truth_without_roads_is_refused(truth: Pixels) -> None:
    with pytest.raises(GraphError, match="no road"):
        compare(polyline((0, 0), (0, 9)), truth, tolerance=3)


def test_a_truth_that_lies_in_invalid_pixels_is_refused() -> None:
    road = polyline((0, 0), (0, 9))
    with pytest.raises(GraphError, match="no road"):
        compare(road, road, tolerance=3, valid=np.zeros((9, 9), dtype=bool))


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_must_be_positive(tolerance: float) -> None:
    with pytest.raises(GraphError, match="tolerance"):
        compare(polyline((0, 0), (0, 9)), polyline((0, 0), (0, 9)), tolerance=tolerance)


def test_a_road_just_at_the_tolerance_is_covered_in_any_direction() -> None:
    for angle in np.linspace(0, 3, 25):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        truth, predicted = (
            Pixels.build(graph.vertices @ turn + 1000.0, graph.edges)
            for graph in (polyline((0, 0), (0, 100)), polyline((5, 0), (5, 100)))
        )
        assert compare(predicted, truth, tolerance=5).correctness == 1.0


places = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=12, max_size=12)


@given(places, places, st.sampled_from([2.3, 5.0, 11.0]))
def test_a_sample_is_covered_where_the_other_graph_is_near(
    own: list[tuple[int, int]], other: list[tuple[int, int]], tolerance: float
) -> None:
    # Edges drawn at random cross, touch, lie on each other, and may have no length.
    pairs = np.arange(12).reshape(-1, 2)
    ours, theirs = Pixels.build(own, pairs), Pixels.build(other, pairs)
    samples, covered = find_covered(ours, theirs, tolerance=tolerance)
    roads = shapely.linestrings(theirs.vertices[theirs.edges[theirs.edge_lengths > 0]])
    points = shapely.points(samples.positions)
    away = shapely.distance(points, roads[:, None]).min(axis=0, initial=np.inf)
    clear = np.abs(away - tolerance) > 1e-6
    np.testing.assert_array_equal(covered[clear], (away < tolerance)[clear])
    assert covered[~clear].all()


corners = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6, unique=True)


@settings(max_examples=30, deadline=None)
@given(corners, corners)
def test_swapping_the_graphs_swaps_completeness_and_correctness(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    there = compare(polyline(*one), polyline(*other), tolerance=4)
    back = compare(polyline(*other), polyline(*one), tolerance=4)
    assert (there.completeness, there.correctness) == (back.correctness, back.completeness)


@settings(max_examples=30, deadline=None)
@given(corners, st.integers(2, 9))
def test_cutting_edges_into_pieces_changes_nothing(points: list[tuple[int, int]], pieces: int) -> None:
    fine = [
        tuple(np.array(a) + (np.array(b) - a) * part / pieces)
        for a, b in pairwise(points)
        for part in range(pieces)
    ] + [points[-1]]
    other = polyline((30, 0), (30, 60))
    coarse_score = compare(polyline(*points), other, tolerance=6)
    fine_score = compare(polyline(*fine), other, tolerance=6)
    assert fine_score.correctness == pytest.approx(coarse_score.correctness, abs=0.03)
    assert fine_score.predicted_length == pytest.approx(coarse_score.predicted_length)


def test_the_order_of_nodes_changes_no_digit(example_truth: Pixels, example_prediction: Pixels) -> None:
    score = compare(example_prediction, example_truth, tolerance=5)
    again = compare(renumbered(example_prediction, 3), renumbered(example_truth, 4), tolerance=5)
    assert again == score
    assert (score.predicted_length, score.truth_length) == pytest.approx((85_427, 78_511), abs=1)
