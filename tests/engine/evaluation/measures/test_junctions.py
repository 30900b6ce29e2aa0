"""Junctions and ends found again, on crossings drawn by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from engine.errors import GraphError
from engine.evaluation.measures.junctions import DEGREES, JunctionScore, match_junctions
from engine.evaluation.pairs.area import Area
from tests.engine.evaluation.graph_samples import Pixels, renumbered, road

ARM_M = 100.0


def together(*graphs: Pixels) -> Pixels:
    offsets = np.cumsum([0, *(len(graph.vertices) for graph in graphs)])
    edges = [graph.edges + offset for graph, offset in zip(graphs, offsets, strict=False)]
    return Pixels.build(np.concatenate([graph.vertices for graph in graphs]), np.concatenate(edges))


def star(row: float, column: float, degree: int) -> Pixels:
    """A junction of some degree, whose roads end far from it."""
    angles = 2 * np.pi * np.arange(degree) / degree + 0.1
    tips = np.stack([row + ARM_M * np.cos(angles), column + ARM_M * np.sin(angles)], axis=1)
    return Pixels.build([(row, column), *tips], [(0, tip + 1) for tip in range(degree)])


def stars(*places: tuple[float, float, int]) -> Pixels:
    return together(*(star(*place) for place in places))


def staggered(gap: float) -> Pixels:
    """A street whose two halves meet a main road some metres apart."""
    return Pixels.build(
        [(0, -90), (0, -gap / 2), (0, gap / 2), (0, 90), (-90, -gap / 2), (90, gap / 2)],
        [(0, 1), (1, 2), (2, 3), (1, 4), (2, 5)],
    )


def counts(score: JunctionScore, degree: int) -> tuple[int, int, int]:
    (one,) = (one for one in score.classes if one.degree == degree)
    return one.true, one.predicted, one.matched


def agreeing(score: JunctionScore) -> int:
    return sum(one.matched for one in score.classes if one.degree >= 3)


places = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from((3, 4, 5))),
    min_size=1,
    max_size=12,
    unique_by=lambda place: place[:2],
)


def test_a_graph_has_all_junctions_of_itself() -> None:
    graph = stars((0, 0, 3), (0, 300, 4), (300, 0, 5), (300, 300, 7))
    score = match_junctions(graph, graph)
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)
    assert [counts(score, degree) for degree in DEGREES] == [(19, 19, 19), (1, 1, 1), (1, 1, 1), (2, 2, 2)]


def test_a_junction_matches_within_the_tolerance_and_not_beyond() -> None:
    truth = star(0, 0, 4)
    assert match_junctions(truth, star(6, 8, 4)).matched == 1
    score = match_junctions(truth, star(6, 8.01, 4))
    assert (score.true, score.predicted, score.matched) == (1, 1, 0)
    assert match_junctions(truth, star(6, 8.01, 4), tolerance_m=11).matched == 1


def test_a_match_of_another_degree_counts_as_a_junction_but_not_in_its_class() -> None:
    score = match_junctions(star(0, 0, 4), star(1, 1, 3))
    assert (score.precision, score.recall) == (1.0, 1.0)
    assert (counts(score, 3), counts(score, 4)) == ((0, 1, 0), (1, 0, 0))
    assert score.classes[1].precision == 0.0
    assert score.classes[1].recall is None


def test_the_nearest_pair_gives_way_to_two_pairs() -> None:
    score = match_junctions(stars((0, 0, 3), (0, 9, 3)), stars((0, 5, 3), (0, 14, 3)))
    assert score.matched == 2


def test_of_as_many_pairs_the_closest_are_taken() -> None:
    score = match_junctions(stars((0, 0, 3), (0, 6, 4)), stars((0, 1, 3), (0, 7, 4)))
    assert (counts(score, 3), counts(score, 4)) == ((1, 1, 1), (1, 1, 1))
    score = match_junctions(stars((0, 0, 3), (0, 6, 4)), stars((0, 1, 4), (0, 7, 3)))
    assert (counts(score, 3), counts(score, 4)) == ((1, 1, 0), (1, 1, 0))


@pytest.mark.parametrize("degree", [3, 4])
def test_of_two_as_close_the_one_of_equal_degree_is_taken(degree: int) -> None:
    assert agreeing(match_junctions(star(0, 0, degree), stars((0, -5, 3), (0, 5, 4)))) == 1


def test_a_crossing_drawn_as_two_junctions_is_one_of_four_roads() -> None:
    crossing = star(0, 0, 4)
    torn = match_junctions(crossing, staggered(6))
    assert (torn.true, torn.predicted, torn.matched) == (1, 1, 1)
    assert counts(torn, 4) == (1, 1, 1)
    apart = match_junctions(crossing, staggered(14))
    assert (apart.true, apart.predicted, apart.matched) == (1, 2, 1)
    assert counts(apart, 3) == (0, 2, 0)


def test_a_small_triangle_is_one_junction_of_three_roads() -> None:
    triangle = Pixels.build(
        [(0, 0), (0, 9), (7.7, 4.5), (-60, -60), (-60, 70), (80, 4.5)],
        [(0, 1), (1, 2), (0, 2), (0, 3), (1, 4), (2, 5)],
    )
    score = match_junctions(star(2.5, 4.5, 3), triangle)
    assert counts(score, 3) == (1, 1, 1)


def test_a_turning_loop_at_the_end_of_a_road_is_an_end() -> None:
    loop = Pixels.build([(0, 0), (0, 90), (3, 95), (-3, 95)], [(0, 1), (1, 2), (2, 3), (3, 1)])
    assert counts(match_junctions(loop, road((0, 0), (0, 92))), 1) == (2, 2, 2)


def test_a_loop_that_leads_away_is_two_roads() -> None:
    crescent = Pixels.build([(0, 0), (0, 90), (50, 150), (-50, 150)], [(0, 1), (1, 2), (2, 3), (3, 1)])
    assert counts(match_junctions(crescent, crescent), 3) == (1, 1, 1)


def test_roads_with_vertices_of_their_own_meet_where_these_coincide() -> None:
    arms = [Pixels.build(star(0, 0, 3).vertices[[0, tip]], [(0, 1)]) for tip in (1, 2, 3)]
    assert match_junctions(together(*arms), star(0, 0, 3)).matched == 1


def test_junctions_of_stacked_roads_stay_apart() -> None:
    stacked = stars((0, 0, 3), (2, 2, 3))
    assert match_junctions(stacked, stacked).matched == 2
    assert match_junctions(stacked, star(0, 0, 3)).true == 2


def test_vertices_along_a_road_are_neither_junction_nor_end() -> None:
    score = match_junctions(road((0, 0), (0, 30), (20, 40)), road((0, 0), (10, 35), (20, 40)))
    assert (score.true, score.predicted, score.f1) == (0, 0, None)
    assert (score.ends.true, score.ends.predicted, score.ends.matched) == (2, 2, 2)
    ring = road((0, 0), (0, 90), (90, 90), (0, 0))
    ring = Pixels.build(ring.vertices[:3], [(0, 1), (1, 2), (2, 0)])
    assert match_junctions(ring, ring).ends.f1 is None


def test_an_end_does_not_match_a_junction() -> None:
    score = match_junctions(star(0, 0, 3), road((0, 0), (0, 30)))
    assert score.matched == 0
    assert score.ends.matched == 0


def test_ends_where_the_area_cuts_roads_do_not_count() -> None:
    area = Area(shapely.box(0, 0, 100, 200))
    truth = road((50, 0), (50, 120))
    assert counts(match_junctions(truth, truth, area=area), 1) == (1, 1, 1)
    assert counts(match_junctions(truth, truth), 1) == (2, 2, 2)
    assert match_junctions(road((50, 0), (50, 200)), Pixels.empty(), area=area).ends.recall is None


def test_what_the_border_may_hide_counts_with_its_match_farther_in() -> None:
    area = Area(shapely.box(0, 0, 400, 400))
    at_border, farther_in = star(200, 9, 3), star(200, 12, 3)
    for truth, predicted in ((at_border, farther_in), (farther_in, at_border)):
        score = match_junctions(truth, predicted, area=area)
        assert (score.true, score.predicted, score.matched) == (1, 1, 1)
    assert match_junctions(at_border, star(200, 200, 3), area=area).true == 0
    assert match_junctions(farther_in, star(200, 200, 3), area=area).true == 1


def test_empty_graphs_have_nothing_to_count() -> None:
    nothing = match_junctions(Pixels.empty(), Pixels.empty())
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.ends.f1) == (None,) * 4
    missed = match_junctions(star(0, 0, 3), Pixels.empty())
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
    false = match_junctions(Pixels.empty(), star(0, 0, 3))
    assert (false.precision, false.recall, false.f1) == (0.0, None, 0.0)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_must_be_positive(tolerance: float) -> None:
    with pytest.raises(GraphError, match="tolerance"):
        match_junctions(star(0, 0, 3), star(0, 0, 3), tolerance_m=tolerance)


@given(places, places)
def test_no_matching_has_more_pairs(
    true: list[tuple[int, int, int]], found: list[tuple[int, int, int]]
) -> None:
    ours, theirs = np.array(true)[:, None, :2], np.array(found)[None, :, :2]
    near = np.hypot(*np.moveaxis(ours - theirs, 2, 0)) <= 10
    most = (maximum_bipartite_matching(csr_array(near)) >= 0).sum()
    assert match_junctions(stars(*true), stars(*found)).matched == most


@given(places, places, st.integers(0, 99))
def test_neither_roles_nor_node_order_nor_place_nor_direction_matter(
    true: list[tuple[int, int, int]], found: list[tuple[int, int, int]], seed: int
) -> None:
    truth, predicted = stars(*true), stars(*found)
    score = match_junctions(truth, predicted)
    assert match_junctions(renumbered(truth, seed), renumbered(predicted, seed + 1)) == score
    back = match_junctions(predicted, truth)
    assert (back.true, back.predicted, back.matched) == (score.predicted, score.true, score.matched)
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    moved = [
        Pixels.build(graph.vertices @ turn + np.array([1e4, -3e4]), graph.edges)
        for graph in (truth, predicted)
    ]
    elsewhere = match_junctions(*moved)
    assert (elsewhere.matched, agreeing(elsewhere)) == (score.matched, agreeing(score))


def test_clusters_matched_in_several_batches_find_every_junction() -> None:
    rows, columns = np.mgrid[0:60, 0:60] * 25.0
    numbers = np.arange(3600).reshape(60, 60)
    right = np.stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()], axis=1)
    down = np.stack([numbers[:-1].ravel(), numbers[1:].ravel()], axis=1)
    grid = Pixels.build(np.stack([rows.ravel(), columns.ravel()], axis=1), np.concatenate([right, down]))
    moved = Pixels.build(grid.vertices + np.array([3, -2]), grid.edges)
    score = match_junctions(grid, moved)
    assert (score.true, score.predicted, score.matched) == (3596, 3596, 3596)
    assert [counts(score, degree) for degree in (3, 4)] == [(232,) * 3, (58 * 58,) * 3]


def test_the_published_example_against_itself_and_in_another_order(
    example_truth: Pixels, example_prediction: Pixels
) -> None:
    itself = match_junctions(example_truth, example_truth)
    assert (itself.f1, itself.ends.f1) == (1.0, 1.0)
    score = match_junctions(example_truth, example_prediction)
    assert score.recall is not None
    assert 0.8 < score.recall < 0.9
    assert match_junctions(renumbered(example_truth, 1), renumbered(example_prediction, 2)) == score
