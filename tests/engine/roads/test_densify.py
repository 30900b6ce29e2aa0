import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.roads.densify import CLEARANCE_PX, densify, find_crossings, separate_crossings
from engine.roads.graph import RoadGraph

POINTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=12, unique=True)


@given(POINTS)
def test_a_path_is_cut_into_equal_parts_no_longer_than_the_spacing(points):
    path = RoadGraph.build(points, [(i, i + 1) for i in range(len(points) - 1)])
    dense = densify(path, spacing_px=20)
    assert dense.edge_lengths.max() <= 20 + 1e-9
    assert dense.degrees.max() <= 2
    assert len(np.unique(dense.components())) == 1
    assert dense.edge_lengths.sum() <= path.edge_lengths.sum() + 1e-6


def test_closed_rings_survive_with_at_least_three_edges():
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = RoadGraph.build(
        np.stack([np.cos(angles), np.sin(angles)], 1) * 5, [(i, (i + 1) % 12) for i in range(12)]
    )
    dense = densify(ring)
    assert len(dense.edges) == 3
    assert (dense.degrees == 2).all()


def test_two_short_roads_between_the_same_junctions_stay_two():
    graph = RoadGraph.build(
        [(0, 0), (0, 12), (4, 6), (-4, 6), (0, -30), (0, 40)],
        [(0, 2), (2, 1), (0, 3), (3, 1), (0, 4), (1, 5)],
    )
    assert densify(graph).degrees[:2].tolist() == [3, 3]


def test_attributes_follow_the_road():
    graph = RoadGraph.build([(0, 0), (0, 100), (0, 200)], [(0, 1), (1, 2)], layer=[0, 1], z_m=[0, 5, 10])
    dense = densify(graph, spacing_px=20)
    middle = dense.vertices[dense.edges].mean(axis=1)[:, 1]
    assert (dense.layer == (middle > 100)).all()
    assert dense.z_m == pytest.approx(dense.vertices[:, 1] / 20)


def crossing(offset):
    first = [(50, 10 + offset + 20 * i) for i in range(5)]
    second = [(13 + 20 * i, 50.5) for i in range(5)]
    edges = [(i, i + 1) for i in range(4)] + [(i + 5, i + 6) for i in range(4)]
    return RoadGraph.build(first + second, edges)


@pytest.mark.parametrize("offset", [0.7, 5.0, 9.0, 13.0, 18.0])
def test_vertices_are_moved_away_from_stacked_crossings(offset):
    graph = separate_crossings(crossing(offset))
    points, pairs = find_crossings(graph)
    assert len(points) == 1
    near = graph.vertices[graph.edges[pairs[0]].ravel()]
    assert np.hypot(*(near - points[0]).T).min() >= CLEARANCE_PX - 1e-6
    assert len(np.unique(graph.components())) == 2


def test_a_junction_is_no_crossing():
    cross = RoadGraph.build([(0, 0), (0, 10), (0, -10), (10, 0), (-10, 0)], [(0, 1), (0, 2), (0, 3), (0, 4)])
    assert len(find_crossings(cross)[0]) == 0


def test_chains_without_a_short_edge_stay_as_they_are_when_asked():
    roads = RoadGraph.build(
        [(0, 0), (0, 9), (0, 30), (50, 0), (50, 3), (50, 30)], [(0, 1), (1, 2), (3, 4), (4, 5)]
    )
    dense = densify(roads, least_px=8)
    places = set(map(tuple, dense.vertices.tolist()))
    assert (0, 9) in places
    assert (50, 3) not in places
    assert (50, 15) in places
