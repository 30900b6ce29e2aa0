import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.roads.chains import find_chains
from engine.roads.densify import find_crossings
from engine.roads.graph import UNKNOWN_LAYER, RoadGraph
from engine.roads.research_formats import read_pickle_graph
from engine.roads.simplify import simplify
from tests.engine.roads.candidate_samples import count, line_graph, same_graph


def lines_of(graph):
    return [shapely.LineString(graph.vertices[chain.vertices]) for chain in find_chains(graph)]


def circle(radius_px, parts=24, centre=(0.0, 0.0)):
    angle = np.linspace(0, 2 * np.pi, parts, endpoint=False) + 0.1
    ring = np.stack([np.sin(angle), np.cos(angle)], axis=1) * radius_px + centre
    return np.concatenate([ring, ring[:1]])


def random_walk(seed):
    generator = np.random.default_rng(seed)
    steps = generator.normal(0, 4, (int(generator.integers(2, 60)), 2)) + generator.uniform(-3, 3, 2)
    return line_graph(np.cumsum(steps, axis=0))


@given(st.integers(0, 10_000), st.floats(0.1, 20))
@settings(max_examples=100)
def test_a_line_stays_within_the_tolerance_and_simple(seed, tolerance):
    graph = random_walk(seed)
    (before,), (after,) = lines_of(graph), lines_of(simplify(graph, tolerance))
    assert (
        shapely.Point(before.coords[0]).distance(shapely.MultiPoint([after.coords[0], after.coords[-1]])) == 0
    )
    assert before.simplify(0).hausdorff_distance(after) <= tolerance + 1e-9
    assert after.is_simple or not before.is_simple


def test_every_dropped_vertex_is_near_its_own_stretch():
    # A hairpin: the tip is far from the chord, though the ends are close together.
    hairpin = line_graph([(0, 0), (0, 50), (0, 100), (3, 100), (3, 50), (3, 0)])
    simplified = simplify(hairpin, 5.0)
    assert simplified.edge_lengths.sum() == pytest.approx(hairpin.edge_lengths.sum(), rel=0.02)


def test_straight_runs_become_one_edge_and_junctions_stay():
    cross = line_graph([(0, 0), (0, 20), (0, 40), (0, 60)], [(0, 40), (20, 40), (40, 40)])
    expected = line_graph([(0, 0), (0, 40), (0, 60)], [(0, 40), (40, 40)])
    assert same_graph(simplify(cross, 2.5), expected)


@pytest.mark.parametrize("radius_px", [3, 30, 300])
def test_rings_stay_rings(radius_px):
    ring = simplify(line_graph(circle(radius_px)), 2.5)
    assert (ring.degrees == 2).all()
    assert 3 <= len(ring.vertices) <= 24
    assert count(ring)["chains"] == 1


def test_a_ring_on_a_stalk_and_rings_between_junctions_stay():
    loop = circle(2.0, parts=9, centre=(0.0, 2.0))
    stalk = [loop[0], loop[0] + (40, 0)]
    lollipop = simplify(line_graph(loop, stalk), 10.0)
    assert count(lollipop)["chains"] == 2
    lens = line_graph(
        [(0, -50), (0, 0)], [(0, 0), (1, 20), (0, 40)], [(0, 0), (-1, 20), (0, 40)], [(0, 40), (0, 90)]
    )
    assert count(simplify(lens, 2.5)) == {**count(lens), "length": pytest.approx(180, abs=0.1)}


def test_a_line_that_would_cross_itself_is_simplified_less():
    spiral = np.array(
        [(0, 0), (0, 40), (12, 40), (12, 4), (5, 4), (5, 30), (8, 33), (1.5, 36), (1.5, 20)], dtype=float
    )
    for tolerance in np.linspace(0.5, 12, 30):
        (line,) = lines_of(simplify(line_graph(spiral), tolerance))
        assert line.is_simple


def test_roads_side_by_side_do_not_come_to_cross():
    # The upper road bulges over the head of a cul-de-sac that would otherwise poke through it.
    street = [(10, 0), (10, 20), (8, 30), (10, 40), (10, 60)]
    head = [(30, 30), (9, 30)]
    graph = line_graph(street, head)
    assert len(find_crossings(graph)[0]) == 0
    assert len(find_crossings(simplify(graph, 2.5))[0]) == 0
    assert len(simplify(line_graph(street), 2.5).edges) == 1


def test_attributes_are_averaged_by_length_and_layers_must_agree():
    graph = RoadGraph.build(
        [(0, 0), (0, 10), (0, 40), (0, 50)],
        [(0, 1), (1, 2), (2, 3)],
        confidence=[1.0, 0.5, np.nan],
        width_m=[6.0, 6.0, 6.0],
        layer=[1, 1, 1],
        z_m=[1.0, 2.0, 3.0, 4.0],
    )
    merged = simplify(graph, 2.5)
    assert merged.confidence == pytest.approx([0.625])
    assert merged.width_m.tolist() == [6.0]
    assert merged.layer.tolist() == [1]
    assert merged.z_m.tolist() == [1.0, 4.0]
    mixed = RoadGraph.build(graph.vertices, graph.edges, layer=[1, 0, 0])
    assert simplify(mixed, 2.5).layer.tolist() == [UNKNOWN_LAYER]
    assert np.isnan(simplify(mixed, 2.5).confidence).all()


@given(st.integers(0, 10_000))
@settings(max_examples=50)
def test_the_shape_of_the_network_stays(seed):
    generator = np.random.default_rng(seed)
    vertices = generator.uniform(0, 100, (30, 2))
    edges = generator.integers(0, 30, (45, 2))
    graph = RoadGraph.build(vertices, edges).without_lone_vertices()
    simplified = simplify(graph, 10.0)
    before, after = count(graph), count(simplified)
    for name in ("junctions", "ends", "components", "chains"):
        assert after[name] == before[name]


def test_zero_tolerance_and_nothing_change_nothing():
    graph = random_walk(0)
    assert same_graph(simplify(graph, 0.0), graph)
    assert len(simplify(RoadGraph.empty(), 2.5).edges) == 0


def test_real_streets_need_a_quarter_of_their_vertices(data_dir):
    graph = read_pickle_graph(data_dir / "metrics" / "sat2graph_example" / "gt.p")
    simplified = simplify(graph, 2.5)
    assert len(simplified.vertices) < 0.25 * len(graph.vertices)
    assert simplified.edge_lengths.sum() == pytest.approx(graph.edge_lengths.sum(), rel=2e-3)
    assert {**count(simplified), "length": 0} == {**count(graph), "length": 0}
    assert all(line.is_simple for line in lines_of(simplified))
    assert len(find_crossings(simplified)[0]) <= len(find_crossings(graph)[0])
