"""Graphs drawn by hand."""

import numpy as np

from engine.frames import RowCol
from engine.roads.graph import RoadGraph

Pixels = RoadGraph[RowCol]


def road(*points: tuple[float, float]) -> Pixels:
    """Join points, in pixels, one after the other."""
    numbers = np.arange(len(points))
    return Pixels.build(points, np.stack([numbers[:-1], numbers[1:]], axis=1))


def renumbered(graph: Pixels, seed: int) -> Pixels:
    """The same roads with their vertices in another order."""
    order = np.random.default_rng(seed).permutation(len(graph.vertices))
    return Pixels.build(graph.vertices[order], np.argsort(order)[graph.edges])
