import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.networks import layout
from engine.roads.graph import RoadGraph
from engine.roads.tensor import assign_sectors, encode, sector_of

DEGREES = st.floats(0, 360, exclude_max=True)


def directions(degrees):
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def test_sectors_are_counted_from_the_upward_direction():
    up, left, down, right = (-1.0, -1e-9), (0.0, -1.0), (1.0, 0.0), (0.0, 1.0)
    assert sector_of(np.array([up, left, down, right])).tolist() == [0, 1, 3, 4]


@given(st.lists(DEGREES, min_size=1, max_size=6, unique=True))
def test_neighbours_never_share_a_sector(degrees):
    sectors = assign_sectors(directions(degrees))
    assert len(set(sectors.tolist())) == len(degrees)


@given(st.permutations(range(6)), st.floats(1, 59))
def test_neighbours_with_sectors_of_their_own_stay_in_them(order, phase):
    offsets = directions([60 * s + phase for s in order])
    assert assign_sectors(offsets).tolist() == sector_of(offsets).tolist()


def test_a_sharp_fork_keeps_both_arms():
    graph = RoadGraph.build([(50, 50), (30, 52), (30, 44), (70, 50)], [(0, 1), (0, 2), (0, 3)])
    tensor = encode(graph, 100, 100)
    edges = tensor[list(layout.EDGES), 49, 49]
    assert edges.sum() == pytest.approx(3.0)
    offsets = {
        tuple(np.round(tensor[o : o + 2, 49, 49] * layout.VECTOR_NORM_PX, 3).tolist())
        for e, o in zip(layout.EDGES, layout.OFFSETS, strict=True)
        if tensor[e, 49, 49] > 0
    }
    assert offsets == {(-20.0, 2.0), (-20.0, -6.0), (20.0, 0.0)}


@given(st.floats(20, 30), st.floats(20, 30))
def test_the_blob_s_centroid_is_the_vertex(row, col):
    graph = RoadGraph.build([(row, col), (row + 20, col + 3)], [(0, 1)])
    blob = encode(graph, 64, 64)[layout.VERTEX, :36, :36].astype(float)
    centres = np.arange(36) + 0.5
    assert blob.sum() == pytest.approx(9.0, abs=1e-4)
    assert (blob.sum(1) @ centres) / 9 == pytest.approx(row, abs=1e-3)
    assert (blob.sum(0) @ centres) / 9 == pytest.approx(col, abs=1e-3)


def test_pairs_sum_to_one_and_outside_leaves_no_mark():
    graph = RoadGraph.build([(-30, 10), (-10, 10), (10, 10)], [(0, 1), (1, 2)])
    tensor = encode(graph, 40, 40)
    for plane in layout.PAIRS:
        assert np.allclose(tensor[plane] + tensor[plane + 1], 1.0)
    assert tensor[layout.VERTEX].sum() == pytest.approx(9.0)
    assert tensor.shape == (layout.PLANES, 40, 40)


def test_turning_the_graph_turns_the_vertex_and_road_planes():
    graph = RoadGraph.build([(10.2, 12.7), (29.1, 17.3), (45, 40.5)], [(0, 1), (1, 2)])
    turned = RoadGraph.build(np.stack([60 - graph.vertices[:, 1], graph.vertices[:, 0]], axis=1), graph.edges)
    here, there = encode(graph, 60, 60), encode(turned, 60, 60)
    assert np.allclose(np.rot90(here[layout.VERTEX]), there[layout.VERTEX], atol=1e-6)
    assert np.mean(np.rot90(here[layout.ROAD]) != there[layout.ROAD]) < 0.005
