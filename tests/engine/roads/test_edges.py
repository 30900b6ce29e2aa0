import numpy as np
import pytest

from engine.networks.candidates import Candidates
from engine.roads.edges import bridge_gaps, connect
from engine.roads.vertices import find_vertices
from tests.engine.roads.candidate_samples import make_candidates

SNAP = {"edge_threshold": 0.05, "snap_px": 15.0, "angle_weight_px": 100.0}


def vertices_of(candidates, *, recovery_threshold=np.inf):
    return find_vertices(
        candidates,
        vertex_threshold=0.05,
        edge_threshold=0.05,
        nms_radius_px=8.0,
        recovery_threshold=recovery_threshold,
    )


def edges_of(candidates, **options):
    vertices = vertices_of(candidates)
    graph = connect(vertices, **{**SNAP, **options})
    assert np.array_equal(graph.vertices, vertices.positions)
    return {tuple(map(tuple, ends)) for ends in graph.vertices[graph.edges].tolist()}


def test_a_vertex_that_points_back_is_preferred_to_a_nearer_one():
    candidates = make_candidates([(50, 50), (50, 71), (54, 69)], 1.0, [[(1, 20)], [(0, -21)], [(20, 0)]])
    assert edges_of(candidates) == {((50, 50), (50, 71))}


def test_the_candidate_s_own_sectors_are_asked_whether_it_points_back():
    # The source is sure of all its sectors, the candidate points elsewhere and lies beyond half the
    # length from the endpoint: only a test that reads the source's probabilities would accept it.
    candidates = make_candidates([(50, 50), (50, 62)], 1.0, [[(0, 24.5)] * 6, [(0, 24)]])
    assert edges_of(candidates) == set()
    # Were it to point back, the same place would do.
    candidates = make_candidates([(50, 50), (50, 62)], 1.0, [[(0, 24.5)], [(0, -12)]])
    assert edges_of(candidates) == {((50, 50), (50, 62))}


def test_a_near_vertex_is_taken_without_its_consent():
    candidates = make_candidates([(50, 50), (52, 71)], 1.0, [[(0, 20)], []])
    assert edges_of(candidates) == {((50, 50), (52, 71))}


def test_recovered_vertices_are_taken_last():
    arms = [[(0, 20)], [(0, -20)]]
    vertices = vertices_of(make_candidates([(50, 30), (50, 70)], 1.0, arms), recovery_threshold=0.1)
    graph = connect(vertices, **SNAP)
    assert vertices.recovered.tolist() == [False, False, True]
    assert graph.edges.tolist() == [[0, 2], [1, 2]]


@pytest.mark.parametrize(("off_px", "found"), [(0, True), (6, True), (7, False), (9, False)])
def test_costs_bound_how_far_off_a_vertex_may_be(off_px, found):
    candidates = make_candidates([(50, 50), (50 + off_px, 70)], 1.0, [[(0, 20)], []])
    assert (off_px + 200 * (1 - 20 / np.hypot(20, off_px)) < 15) == found
    assert (len(edges_of(candidates)) == 1) == found


def test_an_endpoint_never_returns_to_its_own_vertex():
    candidates = make_candidates([(50, 50)], 1.0, [[(0, 3), (1, -4)]])
    assert edges_of(candidates) == set()


def test_vectors_count_and_sector_numbers_do_not():
    generator = np.random.default_rng(5)
    arms = [[(0, 20), (3, -20)], [(0, -20)], [(-3, 20)]]
    places = [(50, 50), (50, 70), (53, 30)]
    for _ in range(5):
        assert len(edges_of(make_candidates(places, 1.0, arms, generator=generator))) == 2


def test_confidence_is_what_both_ends_say():
    arms = [[(0, 20)], [(0, -20)]]
    candidates = make_candidates([(50, 50), (50, 70)], 1.0, arms)
    candidates.edge_probability[:, 0] = [0.9, 0.5]
    assert connect(vertices_of(candidates), **SNAP).confidence == pytest.approx([0.7])
    candidates.edge_probability[:, 0] = [0.9, 0.04]
    assert connect(vertices_of(candidates), **SNAP).confidence == pytest.approx([0.45])
    one_sided = make_candidates([(50, 50), (50, 70)], 1.0, [[(0, 20)], []], edge_probability=0.8)
    assert connect(vertices_of(one_sided), **SNAP).confidence == pytest.approx([0.4])


def test_doubtful_vertices_lower_the_confidence_but_those_of_a_ridge_do_not():
    arms = [[(0, 20)], [(0, -20)]]
    scores = [
        connect(vertices_of(make_candidates([(50, 50), (50, 70)], p, arms)), **SNAP).confidence[0]
        for p in (1.0, 0.15, 0.075)
    ]
    assert scores == pytest.approx([1.0, 1.0, 0.5])


def test_edges_are_cut_at_the_vertices_of_their_road():
    places = [(50, 50), (51, 58), (49, 66), (50, 74)]
    arms = [[(0, 24)], [(0, -20), (0, 20)], [(0, -20), (0, 20)], [(0, -24)]]
    graph = connect(vertices_of(make_candidates(places, 0.3, arms)), **SNAP)
    ends = graph.vertices[graph.edges]
    assert sorted(sorted(pair) for pair in ends[..., 1].tolist()) == [[50, 58], [58, 66], [66, 74]]


@pytest.mark.parametrize("degrees", [30, 45, 90])
def test_roads_that_cross_on_another_level_stay_apart(degrees):
    radians = np.radians(degrees)
    along = np.array([np.sin(radians), np.cos(radians)])
    bridge = [(50, 40 + 10 * step) for step in (0, 2)]
    under = [np.array([50.0, 50.0]) + 0.5 + 20 * step * along for step in (-1, 0, 1)]
    arms = [[(0, 20)], [(0, -20)], [20 * along], [20 * along, -20 * along], [-20 * along]]
    graph = connect(vertices_of(make_candidates([*bridge, *under], 0.3, arms)), **SNAP)
    assert len(np.unique(graph.components())) == 2
    assert graph.degrees.max() == 2


def bridged(places, arms, *, probability=0.5):
    vertices = vertices_of(make_candidates(places, probability, arms))
    graph = connect(vertices, **SNAP)
    return len(graph.edges), bridge_gaps(vertices, graph, bridge_px=30.0, edge_threshold=0.05)


GAP = [(50, 30), (50, 50), (50, 75), (50, 95)]


def test_a_gap_is_bridged_when_both_ends_point_across():
    arms = [[(0, 20)], [(0, -20), (0, 9)], [(0, 20), (2, -8)], [(0, -20)]]
    before, graph = bridged(GAP, arms)
    assert (before, len(graph.edges)) == (2, 3)
    ends = graph.vertices[graph.edges[1]].tolist()
    assert sorted(ends) == [[50, 50], [50, 75]]
    assert graph.confidence.tolist() == [1.0, 0.5, 1.0]


def test_a_gap_stays_when_one_end_does_not_point_across():
    arms = [[(0, 20)], [(0, -20), (0, 9)], [(0, 20)], [(0, -20)]]
    before, graph = bridged(GAP, arms)
    assert (before, len(graph.edges)) == (2, 2)


def test_roads_that_end_side_by_side_are_not_bridged():
    arms = [[(0, 20)], [(0, -20), (9, 0)], [(0, -20), (-9, 0)], [(0, 20)]]
    before, graph = bridged([(50, 30), (50, 50), (75, 50), (75, 30)], arms)
    assert (before, len(graph.edges)) == (2, 2)


def test_no_candidates_give_no_edges():
    graph = connect(vertices_of(Candidates.empty()), **SNAP)
    assert len(graph.vertices) == len(graph.edges) == 0
