"""Graphs cut into matched, missing and false road, on roads whose pieces can be drawn by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.evaluation.measures.buffer import compare
from engine.evaluation.measures.differences import find_differences
from tests.engine.evaluation.graph_samples import Pixels, renumbered, road

Lines = Sequence[NDArray[np.float64]]


def length(lines: Lines) -> float:
    return float(sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines))


def points(lines: Lines) -> list[list[tuple[float, float]]]:
    """Coordinates of lines, whichever way they run, in an order that can be compared."""
    drawn = [[(float(row), float(column)) for row, column in line] for line in lines]
    return sorted(min(line, line[::-1]) for line in drawn)


def ring(*corners: tuple[float, float]) -> Pixels:
    numbers = np.arange(len(corners))
    return Pixels.build(corners, np.stack([numbers, np.roll(numbers, -1)], axis=1))


def test_equal_graphs_match_as_whole_roads() -> None:
    bent = road((0, 0), (0, 30), (40, 60), (40, 61))
    found = find_differences(bent, bent, tolerance_m=5)
    assert points(found.matched) == [[(0, 0), (0, 30), (40, 60), (40, 61)]]
    assert (list(found.missing), list(found.false)) == ([], [])


def test_a_road_is_cut_where_it_leaves_the_buffer() -> None:
    truth = road((0, 0), (0, 100))
    predicted = road((2, 0), (2, 40), (2, 60), (2, 160))
    found = find_differences(predicted, truth, tolerance_m=4)
    (matched,), (false,) = found.matched, found.false
    np.testing.assert_array_equal(matched[0], false[-1] if matched[0, 1] > 0 else (2, 0))
    assert list(found.missing) == []
    inner = sorted(column for _, column in matched)
    assert inner[:3] == [0, 40, 60]
    assert inner[3] == pytest.approx(100 + np.sqrt(12), abs=0.5)
    assert length([false]) == pytest.approx(160 - inner[3])


def test_pieces_of_one_state_end_at_junctions() -> None:
    cross = Pixels.build([(0, 0), (0, 50), (50, 0), (-50, 0)], [(0, 1), (0, 2), (0, 3)])
    found = find_differences(cross, Pixels.empty(), tolerance_m=5)
    assert points(found.false) == [[(-50, 0), (0, 0)], [(0, 0), (0, 50)], [(0, 0), (50, 0)]]


def test_a_ring_stays_one_closed_line() -> None:
    block = ring((0, 0), (0, 80), (60, 80), (60, 0))
    (line,) = find_differences(block, block, tolerance_m=3).matched
    assert len(line) == 5
    np.testing.assert_array_equal(line[0], line[-1])


def test_a_ring_half_found_falls_into_two_lines() -> None:
    block = ring((0, 0), (0, 80), (60, 80), (60, 0))
    found = find_differences(road((-1, 5), (-1, 81), (20, 81)), block, tolerance_m=3)
    (line,) = found.missing
    # It runs over the corner where the ring begins.
    assert {(60.0, 80.0), (60.0, 0.0), (0.0, 0.0)} <= {(row, column) for row, column in line[1:-1].tolist()}
    assert length([line]) == pytest.approx(280 - 75 - 20 - 2 * np.sqrt(8), abs=3)


def test_an_edge_without_length_leaves_no_trace() -> None:
    doubled = Pixels.build([(0, 0), (0, 30), (0, 30), (0, 70)], [(0, 1), (1, 2), (2, 3)])
    found = find_differences(doubled, doubled, tolerance_m=5)
    assert points(found.matched) == [[(0, 0), (0, 30), (0, 70)]]


def test_empty_graphs_leave_the_other_whole() -> None:
    one = road((0, 0), (0, 30))
    nothing = find_differences(Pixels.empty(), Pixels.empty(), tolerance_m=5)
    assert [len(lines) for _, lines in nothing] == [0, 0, 0]
    assert points(find_differences(Pixels.empty(), one, tolerance_m=5).missing) == [[(0, 0), (0, 30)]]
    assert points(find_differences(one, Pixels.empty(), tolerance_m=5).false) == [[(0, 0), (0, 30)]]
    lone = Pixels.build([(1, 1), (1, 1)], [(0, 1)])
    assert [len(lines) for _, lines in find_differences(lone, lone, tolerance_m=5)] == [0, 0, 0]


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_must_be_positive(tolerance: float) -> None:
    with pytest.raises(GraphError, match="tolerance"):
        find_differences(road((0, 0), (0, 9)), road((0, 0), (0, 9)), tolerance_m=tolerance)


@st.composite
def networks(draw: st.DrawFn) -> Pixels:
    """Streets between some of the crossings of a skewed grid: chains, rings, junctions and gaps."""
    rows, columns = np.mgrid[0:4, 0:4]
    skewed = np.stack([rows * 20 + columns * 3.1, columns * 17 - rows * 2.3], axis=-1).reshape(-1, 2)
    numbers = np.arange(16).reshape(4, 4)
    right = np.stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()], axis=1)
    streets = np.concatenate([right, np.stack([numbers[:-1].ravel(), numbers[1:].ravel()], axis=1)])
    kept = draw(st.lists(st.booleans(), min_size=len(streets), max_size=len(streets)))
    shift = draw(st.tuples(st.floats(-9, 9), st.floats(-9, 9)))
    return Pixels.build(skewed + np.array(shift), streets[np.array(kept)])


@given(networks(), networks())
def test_the_lengths_are_those_of_the_buffer(predicted: Pixels, truth: Pixels) -> None:
    found = find_differences(predicted, truth, tolerance_m=5)
    if not len(truth.edges):
        assert length(found.false) == pytest.approx(predicted.edge_lengths.sum())
        return
    score = compare(predicted, truth, tolerance=5)
    assert length(found.matched) == pytest.approx(score.correctness * score.predicted_length)
    assert length(found.matched) + length(found.false) == pytest.approx(score.predicted_length)
    assert length(found.missing) == pytest.approx((1 - score.completeness) * score.truth_length, abs=1e-9)


@given(networks(), networks())
def test_the_pieces_cover_every_road_once(predicted: Pixels, truth: Pixels) -> None:
    found = find_differences(predicted, truth, tolerance_m=5)
    pieces = [shapely.linestrings(line) for line in (*found.matched, *found.false)]
    roads = shapely.union_all(shapely.linestrings(predicted.vertices[predicted.edges]))
    covered = shapely.union_all(pieces)
    assert shapely.hausdorff_distance(covered, roads) < 1e-9 or not pieces
    assert sum(piece.length for piece in pieces) == pytest.approx(roads.length)


@given(networks(), networks())
def test_each_piece_lies_where_its_name_says(predicted: Pixels, truth: Pixels) -> None:
    found = find_differences(predicted, truth, tolerance_m=5)
    if not len(truth.edges):
        return
    roads = shapely.union_all(shapely.linestrings(truth.vertices[truth.edges]))
    for name, lines in (("matched", found.matched), ("false", found.false)):
        for line in lines:
            along = shapely.points(
                shapely.get_coordinates(shapely.segmentize(shapely.linestrings(line), 0.5))
            )
            away = shapely.distance(along, roads)
            # Pieces of up to 0.5 m go by their middles.
            assert away.max() < 5.251 if name == "matched" else away.min() > 4.749


@given(networks(), networks(), st.integers(0, 99))
def test_the_order_of_nodes_changes_no_line(predicted: Pixels, truth: Pixels, seed: int) -> None:
    there = find_differences(predicted, truth, tolerance_m=5)
    again = find_differences(renumbered(predicted, seed), renumbered(truth, seed), tolerance_m=5)
    for (_, lines), (_, others) in zip(there, again, strict=True):
        assert len(lines) == len(others)
        for line, other in zip(lines, others, strict=True):
            np.testing.assert_array_equal(line, other)


def test_the_published_example_adds_up(example_truth: Pixels, example_prediction: Pixels) -> None:
    found = find_differences(example_prediction, example_truth, tolerance_m=5)
    score = compare(example_prediction, example_truth, tolerance=5)
    assert length(found.matched) == pytest.approx(score.correctness * score.predicted_length, rel=1e-9)
    assert length(found.false) == pytest.approx((1 - score.correctness) * score.predicted_length, rel=1e-9)
    assert length(found.missing) == pytest.approx((1 - score.completeness) * score.truth_length, rel=1e-9)
