from engine.roads.chains import find_chains
from engine.roads.graph import RoadGraph


def test_every_edge_lies_in_exactly_one_chain_and_rings_survive():
    ring = [(10, 10), (10, 20), (20, 20), (20, 10)]
    star = [(0, 0), (0, 5), (0, 9), (5, 5), (-5, 5)]
    graph = RoadGraph.build(ring + star, [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (5, 7), (5, 8)])
    chains = find_chains(graph)
    assert sorted(e for c in chains for e in c.edges) == list(range(8))
    assert sorted(len(c.edges) for c in chains if c.closed) == [4]


def test_a_loop_hanging_on_a_junction_is_one_closed_chain():
    ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
    graph = RoadGraph.build([*ring, (-3, -3)], [(0, 1), (1, 2), (2, 3), (3, 0), (0, 4)])
    chains = find_chains(graph)
    assert sorted(len(c.edges) for c in chains) == [1, 4]
    assert sum(c.closed for c in chains) == 1


def test_chains_come_in_the_order_of_the_vertices_they_start_at_rings_last():
    places = [(0, 9), (5, 0), (0, 0), (9, 9), (8, 9), (9, 8), (0, 4)]
    graph = RoadGraph.build(places, [(0, 6), (6, 2), (2, 1), (3, 4), (4, 5), (3, 5)])
    runs = [(chain.vertices.tolist(), chain.edges.tolist()) for chain in find_chains(graph)]
    edges = graph.edges.tolist()
    numbers = [edges.index(list(edge)) for edge in [(0, 6), (2, 6), (1, 2), (3, 4), (4, 5), (3, 5)]]
    assert runs == [([0, 6, 2, 1], numbers[:3]), ([3, 4, 5, 3], numbers[3:])]


def test_a_graph_without_edges_has_no_chains():
    assert find_chains(RoadGraph.build([(1, 2), (3, 4)], [])) == []
