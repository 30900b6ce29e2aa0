"""Whole tiles are compared where they have an image, by measures that are defined on them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from training.roads.datasets import RoadImage
from training.roads.tile_scores import compare_lengths, compare_topology

Town = tuple[NDArray[np.uint8], RoadGraph[RowCol]]


@pytest.fixture(scope="module")
def image(town: Town) -> RoadImage:
    rgb, graph = town
    return RoadImage.prepare("town", rgb, graph)


def tile_of(
    graph: RoadGraph[RowCol], side_px: int = 160, valid: NDArray[np.bool_] | None = None
) -> RoadImage:
    return RoadImage.prepare("tile", np.zeros((3, 160, 160), dtype=np.uint8), graph, valid=valid)


def without(graph: RoadGraph[RowCol], edge: int) -> RoadGraph[RowCol]:
    return graph.with_edges(np.arange(len(graph.edges)) != edge)


def test_truth_scores_one_and_nothing_scores_zero(image: RoadImage) -> None:
    assert compare_topology([image.graph], [image]) == pytest.approx(
        dict.fromkeys(("topo_precision", "topo_recall", "topo_f1", "apls"), 1.0)
    )
    nothing = compare_topology([RoadGraph.empty()], [image])
    assert nothing == dict.fromkeys(("topo_precision", "topo_recall", "topo_f1", "apls"), 0.0)


def test_a_gap_costs_routes_more_than_places(town: Town, image: RoadImage) -> None:
    torn = without(town[1], 1)
    whole, gap = compare_topology([town[1]], [image]), compare_topology([torn], [image])
    assert gap["apls"] < whole["apls"] - 0.1
    assert gap["topo_f1"] < whole["topo_f1"]
    assert compare_lengths([torn], [image])["completeness"] < 1.0


def test_roads_beyond_the_image_count_on_neither_side(town: Town) -> None:
    valid = np.ones((160, 160), dtype=bool)
    valid[:, 112:] = False
    seen = tile_of(town[1], valid=valid)
    stray: RoadGraph[RowCol] = RoadGraph.build([[10, 120], [150, 130], [80, 158]], [[0, 1], [1, 2]])
    vertices = np.concatenate([seen.graph.vertices, stray.vertices])
    edges = np.concatenate([seen.graph.edges, stray.edges + len(seen.graph.vertices)])
    more: RoadGraph[RowCol] = RoadGraph.build(vertices, edges)
    for found in (seen.graph, more):
        assert compare_topology([found], [seen])["topo_f1"] == pytest.approx(1.0)
        assert compare_topology([found], [seen])["apls"] == pytest.approx(1.0)
        assert compare_lengths([found], [seen])["f1"] == pytest.approx(1.0)


def test_tiles_without_long_roads_stay_out_of_the_mean(image: RoadImage) -> None:
    short = tile_of(RoadGraph.build([[80, 80], [80, 90]], [[0, 1]]))
    both = compare_topology([image.graph, RoadGraph.empty()], [image, short])
    assert both == compare_topology([image.graph], [image])
    assert compare_topology([RoadGraph.empty()], [short]) == {}


def test_topology_is_a_mean_over_tiles_and_lengths_are_summed(image: RoadImage) -> None:
    long = tile_of(RoadGraph.build([[10, 10], [10, 150]], [[0, 1]]))
    tiles, found = [image, long], [image.graph, RoadGraph[RowCol].empty()]
    assert compare_topology(found, tiles)["topo_f1"] == pytest.approx(0.5)
    share = image.graph.edge_lengths.sum() / (image.graph.edge_lengths.sum() + 140.0)
    assert compare_lengths(found, tiles)["completeness"] == pytest.approx(share, abs=1e-6)


def test_measures_go_by_metres_not_by_pixels(town: Town) -> None:
    """The same town at 1 m on twice as many pixels."""
    graph, torn = town[1], without(town[1], 1)
    double = [RoadGraph[RowCol].build(2.0 * each.vertices, each.edges) for each in (graph, torn)]
    larger = RoadImage.prepare("larger", np.zeros((3, 320, 320), dtype=np.uint8), double[0])
    figures = compare_topology([torn], [tile_of(graph)], m_per_px=2.0)
    assert figures == pytest.approx(compare_topology([double[1]], [larger]), abs=2e-3)
    assert figures != pytest.approx(compare_topology([torn], [tile_of(graph)]), abs=2e-3)
