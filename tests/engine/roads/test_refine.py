import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.roads.graph import RoadGraph
from engine.roads.refine import RasterBorder, drop_doubtful, refine
from engine.roads.research_formats import read_pickle_graph
from tests.engine.roads.candidate_samples import count, line_graph, same_graph

STREET = [(100, 0), (100, 100), (100, 200), (100, 300)]


def cleaned(graph, *, spur_px=25.0, min_component_px=100.0, **options):
    return refine(graph, spur_px=spur_px, min_component_px=min_component_px, **options)


def random_graph(seed):
    """Anything goes: short and long edges, crossings, loops, fragments, equal places."""
    generator = np.random.default_rng(seed)
    size = int(generator.integers(2, 40))
    vertices = np.round(generator.uniform(0, 100, (size, 2)) / 5) * 5
    edges = generator.integers(0, size, (int(generator.integers(1, 80)), 2))
    return RoadGraph.build(vertices, edges, confidence=generator.uniform(0, 1, len(edges)))


@given(st.integers(0, 10_000))
@settings(max_examples=100)
def test_refining_twice_is_refining_once(seed):
    once = cleaned(random_graph(seed))
    twice = cleaned(once)
    assert np.array_equal(once.edges, twice.edges)
    assert np.array_equal(once.vertices, twice.vertices)
    assert np.array_equal(once.confidence, twice.confidence)


@given(st.integers(0, 10_000))
@settings(max_examples=50)
def test_refining_never_lengthens_a_network_nor_joins_its_pieces(seed):
    graph = random_graph(seed)
    refined = cleaned(graph, spur_px=0.0, min_component_px=0.0)
    assert refined.edge_lengths.sum() <= graph.edge_lengths.sum() + 1e-9
    assert count(refined)["components"] == count(graph)["components"]


def test_a_spur_goes_and_a_side_street_stays():
    graph = line_graph(STREET, [(100, 100), (110, 100), (124, 100)], [(100, 200), (140, 200)])
    assert same_graph(cleaned(graph), line_graph(STREET, [(100, 200), (140, 200)]))


def test_a_road_with_many_short_spurs_keeps_its_whole_length():
    road = [(100, 20 * step) for step in range(20)]
    spurs = [[(100, 20 * step), (110, 20 * step)] for step in range(1, 19)]
    assert same_graph(cleaned(line_graph(road, *spurs)), line_graph(road))


def test_where_a_road_ends_in_a_fork_the_longer_prong_stays():
    graph = line_graph(STREET, [(100, 300), (110, 310)], [(100, 300), (88, 312)])
    assert same_graph(cleaned(graph), line_graph(STREET, [(100, 300), (88, 312)]))


def test_a_chain_with_two_free_ends_is_a_road_not_a_spur():
    graph = line_graph([(0, 0), (0, 20)], STREET)
    assert count(cleaned(graph, min_component_px=0.0))["components"] == 2


def test_roads_cut_by_the_border_are_no_spurs():
    graph = line_graph(STREET, [(100, 100), (118, 100)])
    assert count(cleaned(graph, border=RasterBorder(120, 300)))["ends"] == 3
    assert count(cleaned(graph, border=RasterBorder(400, 300)))["ends"] == 2


def test_small_pieces_go_by_length_and_rings_are_measured_like_roads():
    small = [(300, 0), (300, 20), (320, 20), (320, 0), (300, 0)]
    large = [(500, 0), (500, 30), (530, 30), (530, 0), (500, 0)]
    assert same_graph(cleaned(line_graph(STREET, small, large)), line_graph(STREET, large))


def test_a_sharp_fork_becomes_one_road_as_far_as_it_is_sharp():
    graph = line_graph([(0, 0), (0, 40), (0, 90)], [(0, 0), (9, 80), (60, 90)])
    expected = line_graph([(0, 0), (0, 40), (0, 90)], [(0, 40), (9, 80), (60, 90)])
    assert same_graph(cleaned(graph), expected)


def test_a_fork_wider_than_ten_degrees_stays():
    graph = line_graph([(0, 0), (0, 80), (0, 160)], [(0, 0), (15, 80), (80, 160)])
    assert same_graph(cleaned(graph), graph)


@pytest.mark.parametrize("turn", [0.0, 0.7, np.pi - 0.02, 2.5])
def test_sharp_forks_are_seen_in_every_direction(turn):
    # Also across the direction in which bearings jump from π to -π.
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    graph = line_graph([(0, 0), (0, 40), (0, 90)], [(0, 0), (9, 80), (60, 90)])
    turned = RoadGraph.build(graph.vertices @ rotation.T, graph.edges)
    assert cleaned(turned).edge_lengths.sum() == pytest.approx(cleaned(graph).edge_lengths.sum())


def test_a_shortcut_beside_a_road_goes_and_a_real_triangle_stays():
    flat = line_graph(STREET, [(100, 100), (102, 150), (100, 200)])
    assert count(cleaned(flat))["junctions"] == 0
    island = line_graph(STREET, [(100, 100), (125, 150), (100, 200)])
    assert same_graph(cleaned(island), island)


def test_a_road_traced_twice_becomes_one_and_the_more_confident_trace_stays():
    street = [(100, 0), (100, 40), (100, 60), (100, 80), (100, 100), (100, 140)]
    twin = [(100, 40), (103, 46), (103, 66), (103, 86), (100, 100)]
    graph = line_graph(street, twin)
    on_twin = (graph.vertices[graph.edges][..., 0] == 103).any(axis=1)
    for better, remaining in ((on_twin, twin), (~on_twin, street[1:5])):
        scored = RoadGraph.build(graph.vertices, graph.edges, confidence=np.where(better, 0.9, 0.6))
        refined = cleaned(scored, min_component_px=0.0)
        assert count(refined)["chains"] == 1
        assert {tuple(p) for p in remaining} <= {tuple(p) for p in refined.vertices.tolist()}


def test_the_carriageways_of_a_wide_road_stay_apart():
    street = [(100, 0), (100, 40), (100, 140), (100, 180)]
    graph = line_graph(street, [(100, 40), (108, 50), (108, 130), (100, 140)])
    assert same_graph(cleaned(graph), graph)


def test_what_is_not_to_be_cleaned_is_kept():
    graph = random_graph(7)
    kept = refine(graph, spur_px=0.0, min_component_px=0.0, close_sharp_forks=False)
    assert same_graph(kept, graph)


def test_doubtful_edges_go_and_unknown_confidence_is_no_doubt():
    graph = RoadGraph.build(
        [(0, 0), (0, 1), (0, 2), (0, 3)], [(0, 1), (1, 2), (2, 3)], confidence=[0.2, np.nan, 0.6]
    )
    assert drop_doubtful(graph, 0.5).edges.tolist() == [[1, 2], [2, 3]]
    assert len(drop_doubtful(graph, 0.0).edges) == 3


def test_an_empty_graph_stays_empty():
    assert len(cleaned(RoadGraph.empty()).vertices) == 0


@pytest.mark.parametrize("tile", ["region_8", "region_49", "region_168"])
def test_real_predictions_keep_their_network(data_dir, tile):
    graph = read_pickle_graph(data_dir / "metrics" / "sat2graph_predictions" / f"{tile}_output_graph.p")
    refined = cleaned(graph)
    assert refined.edge_lengths.sum() > 0.95 * graph.edge_lengths.sum()
    assert count(refined)["components"] == count(graph)["components"]
    assert same_graph(cleaned(refined), refined)
