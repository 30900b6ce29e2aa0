"""Stacked roads on bridges drawn by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.evaluation.measures.levels import LevelScore, compare_levels
from engine.roads.densify import find_crossings
from engine.roads.graph import UNKNOWN_LAYER
from tests.engine.evaluation.graph_samples import Pixels


def overpass(
    *, east: int = 1, south: int = 0, at: tuple[float, float] = (0, 0), turned_rad: float = 0.0
) -> Pixels:
    """A road running east and one running south that cross without a vertex, on these levels."""
    cos, sin = np.cos(turned_rad), np.sin(turned_rad)
    ends = np.array([(2, -50), (-3, 60), (-40, 1), (70, -2)]) @ np.array([[cos, -sin], [sin, cos]]) + at
    return Pixels.build(ends, [(0, 1), (2, 3)], layer=[east, south])


def overpass_centre() -> tuple[float, float]:
    """Where the two roads cross."""
    (point,), _ = find_crossings(overpass())
    return float(point[0]), float(point[1])


def joined_at_grade() -> Pixels:
    """The same two roads joined at grade."""
    return Pixels.build([(0, 0), (0, -50), (0, 60), (-40, 0), (70, 0)], [(0, end) for end in range(1, 5)])


def unknown(graph: Pixels) -> Pixels:
    return replace(graph, layer=np.full(len(graph.edges), UNKNOWN_LAYER, dtype=np.int16))


def test_a_bridge_is_found_again_in_itself() -> None:
    score = compare_levels(overpass(), overpass())
    assert score == LevelScore(crossings=1, apart=1, known=1, right=1)
    assert score.accuracy == 1.0


@pytest.mark.parametrize(("east", "south", "right"), [(3, 2, 1), (0, -1, 1), (0, 1, 0), (1, 1, 0)])
def test_only_the_order_of_levels_counts(east: int, south: int, right: int) -> None:
    score = compare_levels(overpass(), overpass(east=east, south=south))
    assert score == LevelScore(crossings=1, apart=1, known=1, right=right)


def test_the_upper_road_is_known_by_its_direction_and_not_by_its_number() -> None:
    bridge = overpass(at=(3, -4))
    swapped = Pixels.build(bridge.vertices[[3, 2, 1, 0]], [(0, 1), (2, 3)], layer=[0, 1])
    assert compare_levels(overpass(), swapped) == LevelScore(crossings=1, apart=1, known=1, right=1)
    wrong = Pixels.build(bridge.vertices[[3, 2, 1, 0]], [(0, 1), (2, 3)], layer=[1, 0])
    assert compare_levels(overpass(), wrong) == LevelScore(crossings=1, apart=1, known=1, right=0)


def test_a_prediction_without_levels_keeps_apart_but_has_no_accuracy() -> None:
    score = compare_levels(overpass(), unknown(overpass()))
    assert score == LevelScore(crossings=1, apart=1, known=0, right=0)
    assert score.accuracy is None


def test_a_junction_instead_of_a_bridge_is_wrong_where_levels_are_stated() -> None:
    junction = joined_at_grade()
    assert compare_levels(overpass(), junction) == LevelScore(crossings=1, apart=0, known=0, right=0)
    stated = replace(junction, layer=np.zeros(4, dtype=np.int16))
    score = compare_levels(overpass(), stated)
    assert score == LevelScore(crossings=1, apart=0, known=1, right=0)
    assert score.accuracy == 0.0


def test_a_crossing_far_away_is_another() -> None:
    assert compare_levels(overpass(), overpass(at=(9, 11.9))) == LevelScore(1, 1, 1, 1)
    assert compare_levels(overpass(), overpass(at=(9, 12.1))).apart == 0  # type: ignore[union-attr]
    assert compare_levels(overpass(), overpass(at=(9, 12.1)), tolerance_m=16).apart == 1  # type: ignore[union-attr]


def test_roads_in_other_directions_are_others() -> None:
    assert compare_levels(overpass(), overpass(turned_rad=0.5)).apart == 1  # type: ignore[union-attr]
    assert compare_levels(overpass(), overpass(turned_rad=0.6)).apart == 0  # type: ignore[union-attr]


def test_one_predicted_road_may_stand_for_two_carriageways() -> None:
    carriageways = Pixels.build(
        [(-5, -60), (-5, 60), (5, -60), (5, 60), (-60, 0), (60, 0)],
        [(0, 1), (2, 3), (4, 5)],
        layer=[1, 1, 0],
    )
    assert compare_levels(carriageways, overpass()) == LevelScore(crossings=2, apart=2, known=2, right=2)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_as_near_the_better_one_counts(order: int) -> None:
    right, wrong = overpass(at=(5, 0)), overpass(at=(-5, 0), east=0, south=1)
    both = [right, wrong][::order]
    predicted = Pixels.build(
        np.concatenate([graph.vertices for graph in both]),
        np.arange(8).reshape(-1, 2),
        layer=np.concatenate([graph.layer for graph in both]),
    )
    truth = Pixels.build([(0, -50), (0, 60), (-40, 0), (70, 0)], [(0, 1), (2, 3)], layer=[1, 0])
    middle = truth.vertices + overpass_centre()
    assert compare_levels(replace(truth, vertices=middle), predicted) == LevelScore(1, 1, 1, 1)


@pytest.mark.parametrize(
    "truth",
    [
        Pixels.empty(),
        unknown(overpass()),
        overpass(east=1, south=1),
        overpass(east=UNKNOWN_LAYER, south=0),
        joined_at_grade(),
    ],
)
def test_a_truth_without_known_levels_says_nothing(truth: Pixels) -> None:
    assert compare_levels(truth, overpass()) is None


def test_an_empty_prediction_keeps_nothing_apart() -> None:
    assert compare_levels(overpass(), Pixels.empty()) == LevelScore(crossings=1, apart=0, known=0, right=0)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_must_be_positive(tolerance: float) -> None:
    with pytest.raises(GraphError, match="tolerance"):
        compare_levels(overpass(), overpass(), tolerance_m=tolerance)


metres = st.integers(0, 60)
lines = st.lists(st.tuples(metres, metres, metres, metres, st.integers(-1, 2)), min_size=2, max_size=8)


def drawn(roads: list[tuple[int, ...]]) -> Pixels:
    ends = np.array([road[:4] for road in roads], dtype=float).reshape(-1, 2)
    return Pixels.build(ends, np.arange(len(ends)).reshape(-1, 2), layer=[road[4] for road in roads])


@given(lines)
def test_every_graph_has_its_own_crossings_right(roads: list[tuple[int, ...]]) -> None:
    graph = drawn(roads)
    score = compare_levels(graph, unknown(graph))
    if score is not None:
        assert score.apart == score.crossings


@given(lines, lines)
def test_neither_the_order_nor_the_sense_of_edges_matters(
    true: list[tuple[int, ...]], found: list[tuple[int, ...]]
) -> None:
    backwards = [(*road[2:4], *road[:2], road[4]) for road in sorted(found)]
    assert compare_levels(drawn(true), drawn(found)) == compare_levels(drawn(true[::-1]), drawn(backwards))


@given(lines, lines)
def test_neither_place_nor_north_matters(true: list[tuple[int, ...]], found: list[tuple[int, ...]]) -> None:
    graphs = [drawn(true), drawn(found)]
    quarter = np.array([[0, 1], [-1, 0]])
    moved = [replace(graph, vertices=graph.vertices @ quarter + np.array([900, -70])) for graph in graphs]
    assert compare_levels(*moved) == compare_levels(*graphs)
