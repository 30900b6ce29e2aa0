"""The contract of the roads layer, as laws."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString

from engine.errors import GraphError
from engine.frames import XY
from engine.roads.graph import RoadGraph
from engine.roads.segments import RoadNetwork, build_network


@st.composite
def road_graphs(draw: st.DrawFn) -> RoadGraph[XY]:
    """Graphs on a coarse lattice with jitter below the precision: crossings, rings, near-coincidence."""
    count = draw(st.integers(2, 14))
    cell = st.integers(0, 4)
    jitter = st.sampled_from([0.0, 0.0002, -0.0003, 0.25])
    vertices = [(20.0 * draw(cell) + draw(jitter), 20.0 * draw(cell) + draw(jitter)) for _ in range(count)]
    end = st.integers(0, count - 1)
    edges = draw(st.lists(st.tuples(end, end), min_size=1, max_size=24))
    number = st.one_of(st.just(math.nan), st.floats(0, 1))
    return RoadGraph.build(
        vertices,
        edges,
        confidence=draw(st.lists(number, min_size=len(edges), max_size=len(edges))),
        layer=draw(
            st.lists(st.sampled_from([0, 0, 0, 1, -1, -128]), min_size=len(edges), max_size=len(edges))
        ),
    )


def _has_doubles(graph: RoadGraph[XY]) -> bool:
    points = np.round(graph.vertices, 3) + 0.0
    ends = Counter(frozenset(map(tuple, points[edge].tolist())) for edge in graph.edges)
    return max(ends.values(), default=0) > 1


def dump(network: RoadNetwork) -> list[tuple[object, ...]]:
    return [
        (
            s.geometry.tolist(),
            s.source,
            s.target,
            s.component,
            s.length_m,
            s.confidence,
            s.confidence_min,
            s.layer,
        )
        for s in network.segments
    ]


@settings(max_examples=80, deadline=None)
@given(road_graphs())
def test_every_segment_is_simple_and_runs_between_its_junctions(graph: RoadGraph[XY]) -> None:
    network = build_network(graph, crs=None)
    place = {junction.node_id: tuple(junction.xy) for junction in network.junctions}
    assert sorted(place) == list(range(1, len(place) + 1))
    for segment in network.segments:
        assert tuple(segment.geometry[0]) == place[segment.source]
        assert tuple(segment.geometry[-1]) == place[segment.target]
        assert segment.length_m > 0
        assert (np.diff(segment.geometry, axis=0) != 0).any(axis=1).all()
        assert LineString(segment.geometry).is_simple
    ends = Counter(end for s in network.segments for end in (s.source, s.target))
    assert dict(ends) == {junction.node_id: junction.degree for junction in network.junctions}
    assert all((j.kind == "end") == (j.degree == 1) for j in network.junctions)


@settings(max_examples=80, deadline=None)
@given(road_graphs())
def test_nothing_is_lost_and_nothing_is_twice(graph: RoadGraph[XY]) -> None:
    network = build_network(graph, crs=None)
    points = np.round(graph.vertices, 3) + 0.0
    wanted = {frozenset(map(tuple, points[edge].tolist())) for edge in graph.edges}
    wanted = {edge for edge in wanted if len(edge) == 2}
    found: Counter[tuple[frozenset[tuple[float, ...]], int | None]] = Counter()
    for segment in network.segments:
        path = [tuple(point) for point in segment.geometry.tolist()]
        found.update((frozenset(pair), segment.layer) for pair in pairwise(path))
    assert {edge for edge, _ in found} == wanted
    assert max(found.values(), default=1) == 1


@settings(max_examples=40, deadline=None)
@given(road_graphs(), st.randoms(use_true_random=False))
def test_the_network_does_not_depend_on_the_order_of_vertices(graph: RoadGraph[XY], random) -> None:
    # Of doubled edges the more confident one stays; between equal ones the choice is free.
    assume(not _has_doubles(graph))
    order = list(range(len(graph.vertices)))
    random.shuffle(order)
    moved = np.empty_like(graph.vertices)
    moved[order] = graph.vertices
    shuffled: RoadGraph[XY] = RoadGraph.build(
        moved, np.array(order)[graph.edges], confidence=graph.confidence, layer=graph.layer
    )
    first, second = build_network(graph, crs=None), build_network(shuffled, crs=None)
    assert str(dump(first)) == str(dump(second))


def test_no_pseudo_nodes_along_a_bent_road() -> None:
    graph: RoadGraph[XY] = RoadGraph.build([(0, 0), (10, 0), (20, 5), (30, 0)], [(0, 1), (1, 2), (2, 3)])
    network = build_network(graph, crs=None)
    assert [segment.geometry.tolist() for segment in network.segments] == [
        [[0, 0], [10, 0], [20, 5], [30, 0]]
    ]
    assert [(junction.kind, junction.degree) for junction in network.junctions] == [("end", 1), ("end", 1)]


def test_unknown_is_none_and_never_zero() -> None:
    graph: RoadGraph[XY] = RoadGraph.build([(0, 0), (10, 0)], [(0, 1)])
    (segment,) = build_network(graph, crs=None).segments
    for name in ("confidence", "confidence_min", "width_m", "layer", "bridge", "tunnel", "z_min", "z_max"):
        assert getattr(segment, name) is None


def test_attributes_are_weighted_by_length_and_skip_the_unknown() -> None:
    graph: RoadGraph[XY] = RoadGraph.build(
        [(0, 0), (30, 0), (40, 0), (45, 0)],
        [(0, 1), (1, 2), (2, 3)],
        confidence=[0.9, 0.5, math.nan],
        width_m=[4.0, 8.0, math.nan],
        layer=[0, 0, 0],
        z_m=[3.0, math.nan, 7.0, 5.0],
    )
    (segment,) = build_network(graph, crs=None).segments
    assert segment.length_m == 45
    assert segment.confidence == pytest.approx((30 * 0.9 + 10 * 0.5) / 40)
    assert segment.confidence_min == 0.5
    assert segment.width_m == pytest.approx(5.0)
    assert (segment.layer, segment.bridge, segment.tunnel) == (0, False, False)
    assert (segment.z_min, segment.z_max) == (3.0, 7.0)


def test_bridge_is_a_segment_of_its_own_and_is_not_noded_with_the_road_below() -> None:
    graph: RoadGraph[XY] = RoadGraph.build(
        [(0, 0), (10, 0), (20, 0), (30, 0), (15, -10), (15, 10)],
        [(0, 1), (1, 2), (2, 3), (4, 5)],
        layer=[0, 1, 0, 0],
    )
    network = build_network(graph, crs=None)
    assert sorted((s.layer, s.bridge, s.length_m) for s in network.segments) == [
        (0, False, 10.0),
        (0, False, 10.0),
        (0, False, 20.0),
        (1, True, 10.0),
    ]
    assert sorted(junction.degree for junction in network.junctions) == [1, 1, 1, 1, 2, 2]


def test_roads_of_different_layers_over_the_same_vertex_stay_apart() -> None:
    over = [(0, 0), (10, 0), (20, 0)]
    under = [(10, -10), (10, 0), (10, 10)]
    graph: RoadGraph[XY] = RoadGraph.build(over + under, [(0, 1), (1, 2), (3, 4), (4, 5)], layer=[1, 1, 0, 0])
    assert len(build_network(graph, crs=None).segments) == 2
    known: RoadGraph[XY] = RoadGraph.build(over + under, [(0, 1), (1, 2), (3, 4), (4, 5)])
    assert len(build_network(known, crs=None).segments) == 4


def test_closed_ring_is_one_segment() -> None:
    ring = [(0, 0), (10, 0), (10, 10), (0, 10)]
    network = build_network(RoadGraph.build(ring, [(0, 1), (1, 2), (2, 3), (3, 0)]), crs=None)
    (segment,), (junction,) = network.segments, network.junctions
    assert segment.source == segment.target == junction.node_id
    assert (segment.geometry[0] == segment.geometry[-1]).all()
    assert (junction.degree, junction.kind) == (2, "junction")


def test_ring_with_a_bridge_has_exactly_two_segments() -> None:
    ring = [(0, 0), (10, 0), (20, 0), (20, 10), (10, 10), (0, 10)]
    edges = [(i, (i + 1) % 6) for i in range(6)]
    network = build_network(RoadGraph.build(ring, edges, layer=[0, 0, 1, 0, 0, 0]), crs=None)
    assert sorted((s.layer, s.length_m) for s in network.segments) == [(0, 50.0), (1, 10.0)]


def test_loop_ramp_that_crosses_itself_is_divided_into_simple_parts() -> None:
    turn = np.linspace(0, 1.5 * math.pi, 40)
    ramp = [(-30, -20), *zip(10 * np.sin(turn), -10 * np.cos(turn) - 10 + 10, strict=True), (-10, -40)]
    graph: RoadGraph[XY] = RoadGraph.build(ramp, [(i, i + 1) for i in range(len(ramp) - 1)])
    assert not LineString(ramp).is_simple
    network = build_network(graph, crs=None)
    assert len(network.segments) == 2
    assert all(LineString(segment.geometry).is_simple for segment in network.segments)
    assert sum(segment.length_m for segment in network.segments) == pytest.approx(
        graph.edge_lengths.sum(), abs=0.05
    )


def test_components_are_numbered_by_falling_length() -> None:
    graph: RoadGraph[XY] = RoadGraph.build(
        [(0, 0), (5, 0), (0, 9), (90, 9), (90, 50)], [(0, 1), (2, 3), (3, 4)]
    )
    assert {(s.component, s.length_m) for s in build_network(graph, crs=None).segments} == {
        (1, 131.0),
        (2, 5.0),
    }


def test_lengths_in_degrees_are_metres_on_the_ground() -> None:
    # A minute of latitude is 1852 m within half a percent; a degree of longitude at 60° is half as long.
    graph: RoadGraph[XY] = RoadGraph.build(
        [(10, 60), (10, 60 + 1 / 60), (10 + 1 / 60, 60), (10, 59)], [(0, 1), (0, 2), (0, 3)]
    )
    lengths = sorted(segment.length_m for segment in build_network(graph, crs="EPSG:4326").segments)
    assert lengths == pytest.approx([1852 / 2 * 1.0025, 1852, 60 * 1852], rel=5e-3)


def test_web_mercator_is_not_taken_for_metres() -> None:
    graph: RoadGraph[XY] = RoadGraph.build([(0, 8399737.889818), (2000, 8399737.889818)], [(0, 1)])
    (segment,) = build_network(graph, crs="EPSG:3857").segments
    assert segment.length_m == pytest.approx(1000, rel=5e-3)


def test_precision_fits_the_reference_system() -> None:
    graph: RoadGraph[XY] = RoadGraph.build([(10.123456789012, 60), (10.2, 60.1)], [(0, 1)])
    (segment,) = build_network(graph, crs="EPSG:4326").segments
    assert segment.geometry[0, 0] == 10.12345679


def test_empty_graph_makes_an_empty_network() -> None:
    assert build_network(RoadGraph.empty(), crs="EPSG:4326") == RoadNetwork((), ())
    alone: RoadGraph[XY] = RoadGraph.build([(1, 2)], [])
    assert build_network(alone, crs=None) == RoadNetwork((), ())


def test_metric_positions_must_fit_the_vertices() -> None:
    graph: RoadGraph[XY] = RoadGraph.build([(0, 0), (1, 1)], [(0, 1)])
    with pytest.raises(GraphError, match="give one for each"):
        build_network(graph, crs=None, metres=[(0, 0)])
    (segment,) = build_network(graph, crs=None, metres=[(0, 0), (30, 40)]).segments
    assert segment.length_m == 50
