"""A perfect mask gives back the roads it was drawn from; what is no road gives none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from engine.roads.mask import mask_from_graph
from training.baseline.vectorise import VectoriseOptions, vectorise
from training.roads.datasets import RoadImage
from training.roads.tile_scores import compare_lengths, compare_topology

Town = tuple[NDArray[np.uint8], RoadGraph[RowCol]]


@pytest.fixture
def probability(town: Town) -> NDArray[np.float32]:
    """0.8 on roads, 0.2 elsewhere."""
    road = mask_from_graph(town[1], 160, 160, width_px=7)
    return np.where(road, 0.8, 0.2).astype(np.float32)


def same_roads(one: RoadGraph[RowCol], other: RoadGraph[RowCol]) -> bool:
    return np.array_equal(one.vertices, other.vertices) and np.array_equal(one.edges, other.edges)


def test_true_mask_gives_the_true_roads(town: Town, probability: NDArray[np.float32]) -> None:
    tile = RoadImage.prepare("town", *town)
    found = vectorise(probability)
    figures = compare_topology([found], [tile]) | compare_lengths([found], [tile])
    assert figures["topo_f1"] > 0.9
    assert figures["apls"] > 0.9
    assert figures["f1"] > 0.95
    assert len(found.edges) < 20


def test_threshold_decides(probability: NDArray[np.float32]) -> None:
    assert not len(vectorise(probability, VectoriseOptions(threshold=0.8)).edges)
    assert len(vectorise(probability, VectoriseOptions(threshold=0.79)).edges)
    assert not len(vectorise(np.zeros((64, 64), dtype=np.float32)).edges)


def test_specks_and_pinholes_change_nothing(probability: NDArray[np.float32]) -> None:
    spoilt = probability.copy()
    spoilt[10:18, 10:22] = 0.9
    row, col = np.argwhere(probability > 0.5)[400]
    spoilt[row, col] = 0.1
    assert same_roads(vectorise(spoilt), vectorise(probability))


def test_where_there_is_no_image_there_is_no_road(probability: NDArray[np.float32]) -> None:
    valid = np.ones((160, 160), dtype=bool)
    valid[:, 80:] = False
    found = vectorise(probability, valid=valid)
    assert len(found.edges)
    assert found.vertices[:, 1].max() <= 80.0


def test_short_dead_ends_go_as_in_the_decoder(town: Town) -> None:
    spur: RoadGraph[RowCol] = RoadGraph.build(
        [[80, 30], [80, 80], [80, 130], [60, 80], [40, 40], [40, 120]], [[0, 1], [1, 2], [1, 3], [4, 5]]
    )
    road = mask_from_graph(spur, 160, 160, width_px=7).astype(np.float32)
    kept = vectorise(road, VectoriseOptions(spur_px=0.0, min_component_px=0.0))
    cleaned = vectorise(road, VectoriseOptions(spur_px=25.0, min_component_px=90.0))
    assert (kept.degrees == 3).any()
    assert not (cleaned.degrees == 3).any()
    assert cleaned.vertices[:, 0].min() > 60.0, "a piece of 80 px is too short"
