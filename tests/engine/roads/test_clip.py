import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.roads.clip import clip_graph
from engine.roads.graph import RoadGraph

POINTS = st.lists(st.tuples(st.floats(-30, 60), st.floats(-30, 60)), min_size=2, max_size=8, unique=True)


def test_clipping_keeps_inner_lengths_and_interpolates_height():
    road = RoadGraph.build(
        [(5, -10), (5, 10), (25, 10)], [(0, 1), (1, 2)], layer=[0, 1], z_m=[0, 4, 4], confidence=[0.5, 1.0]
    )
    graph = clip_graph(road, 20.0, 30.0)
    assert sorted(map(tuple, graph.vertices.tolist())) == [(5, 0), (5, 10), (20, 10)]
    assert graph.edge_lengths.sum() == pytest.approx(25.0)
    assert graph.z_m[graph.vertices.tolist().index([5.0, 0.0])] == pytest.approx(2.0)
    assert sorted(graph.layer.tolist()) == [0, 1]


@given(POINTS)
def test_nothing_is_left_outside_and_nothing_inside_is_touched(points):
    path = RoadGraph.build(points, [(i, i + 1) for i in range(len(points) - 1)])
    graph = clip_graph(path, 20.0, 30.0)
    assert (graph.vertices >= 0).all()
    assert (graph.vertices <= [20, 30]).all()
    assert graph.edge_lengths.sum() <= path.edge_lengths.sum() + 1e-6
    again = clip_graph(graph, 20.0, 30.0)
    assert np.allclose(again.edge_lengths.sum(), graph.edge_lengths.sum())


def test_a_graph_without_edges_stays_empty():
    assert len(clip_graph(RoadGraph.empty(), 5, 5).vertices) == 0
