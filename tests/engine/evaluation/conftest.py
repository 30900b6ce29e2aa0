"""Graphs that the measures are tested on."""

from pathlib import Path

import numpy as np
import pytest

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from engine.roads.research_formats import read_pickle_graph

Pixels = RoadGraph[RowCol]


@pytest.fixture(scope="session")
def example_truth(data_dir: Path) -> Pixels:
    return read_pickle_graph(data_dir / "metrics" / "sat2graph_example" / "gt.p")


@pytest.fixture(scope="session")
def example_prediction(data_dir: Path) -> Pixels:
    return read_pickle_graph(data_dir / "metrics" / "sat2graph_example" / "prop.p")


@pytest.fixture(scope="session")
def towns() -> Pixels:
    """Two street grids of 400 m on a tile of 1200 px, joined by one bridge: the last edge."""
    rows, columns = np.mgrid[0:5, 0:5] * 100.0
    grid = np.stack([rows.ravel() + 350, columns.ravel()], axis=1)
    vertices = np.concatenate([np.add(grid, (0, 110.3)), np.add(grid, (13.7, 690.1))])
    numbers = np.arange(25).reshape(5, 5)
    right = np.stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()], axis=1)
    down = np.stack([numbers[:-1].ravel(), numbers[1:].ravel()], axis=1)
    streets = np.concatenate([right, down])
    return Pixels.build(vertices, np.concatenate([streets, streets + 25, [(14, 35)]]))


@pytest.fixture(scope="session")
def towns_without_bridge(towns: Pixels) -> Pixels:
    return towns.with_edges((towns.edges != (14, 35)).any(axis=1))
