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
