import numpy as np
import pytest

from engine.evaluation.measures.buffer import compare
from engine.roads.graph import RoadGraph
from engine.roads.mask import graph_from_mask, mask_from_graph


def town():
    """A ring, a crossing, a fork and a dead end, without symmetry."""
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([330 + 40 * np.cos(angles), 90 + 40 * np.sin(angles)], axis=1)
    roads = [(20, 30), (150, 160), (380, 300), (150, 20), (150, 370), (240, 390)]
    edges = [(0, 1), (1, 2), (3, 1), (1, 4), (4, 5)]
    loop = [(6 + i, 6 + (i + 1) % 40) for i in range(40)]
    return RoadGraph.build([*roads, *ring], edges + loop)


@pytest.mark.parametrize("width_px", [3, 7, 12])
def test_a_drawn_graph_is_found_again(width_px):
    truth = town()
    found = graph_from_mask(mask_from_graph(truth, 400, 400, width_px=width_px))
    score = compare(found, truth, tolerance=2.5)
    assert score.correctness > 0.985
    assert score.completeness > 0.985
    assert len(np.unique(found.components())) == 2
    assert np.bincount(found.degrees)[[1, 3, 4]].tolist() == [4, 0, 1]


def test_a_mask_of_a_traced_mask_is_the_mask():
    mask = mask_from_graph(town(), 400, 400, width_px=7)
    again = mask_from_graph(graph_from_mask(mask), 400, 400, width_px=7)
    assert (mask & again).sum() / (mask | again).sum() > 0.9


@pytest.mark.parametrize("fill", [False, True])
def test_a_mask_without_lines_gives_a_graph_without_long_roads(fill):
    graph = graph_from_mask(np.full((50, 60), fill))
    assert graph.edge_lengths.sum() < 90


def test_mask_pixels_are_those_whose_centre_lies_in_the_band():
    mask = mask_from_graph(RoadGraph.build([(10.5, 5), (10.5, 30)], [(0, 1)]), 20, 40, width_px=3)
    assert np.flatnonzero(mask[:, 15]).tolist() == [9, 10, 11]


def test_lengths_are_measured_once_and_not_for_every_chain(monkeypatch):
    measured = []
    lengths = RoadGraph.edge_lengths

    def counted(graph):
        measured.append(len(graph.edges))
        return lengths.fget(graph)

    monkeypatch.setattr(RoadGraph, "edge_lengths", property(counted))
    graph_from_mask(np.indices((60, 60)).sum(axis=0) % 2 == 0)
    assert len(measured) <= 4
    assert max(measured) > 1000
