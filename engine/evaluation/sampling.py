"""What the measures share: graphs in one order, and points at even steps along their edges."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from engine.roads.graph import RoadGraph


@dataclass(frozen=True, slots=True, eq=False)
class EdgeSamples:
    """Points along edges, each standing for the piece of road around it.

    Attributes:
        positions: (N, 2) float64 coordinates in the graph's frame.
        edges: (N,) int64 number of the edge that a point lies on; ascending.
        lengths: (N,) float64 length of road that a point stands for, in the graph's units.
    """

    positions: NDArray[np.float64]
    edges: NDArray[np.int64]
    lengths: NDArray[np.float64]

    def where(self, keep: NDArray[np.bool_]) -> "EdgeSamples":
        """Return the samples where ``keep`` (N,) is true."""
        return EdgeSamples(self.positions[keep], self.edges[keep], self.lengths[keep])


def ranges(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count 0, 1 … n - 1 for each n in ``counts`` (K,), one after the other; (sum of counts,)."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def in_canonical_order(graph: RoadGraph[Frame], *, scale: float = 1.0) -> RoadGraph[Frame]:
    """Return the same roads with vertices sorted by coordinates, so that no result depends on their order.

    Vertices at the same place become one, as in the files that the measures were made for; lone
    vertices and edges without length are dropped. Attributes are not kept.

    Args:
        graph: Any road graph.
        scale: Factor on all coordinates, such as the metres of a pixel.
    """
    used = np.unique(graph.edges)
    if not len(used):
        return type(graph).empty()
    places, number = np.unique(graph.vertices[used] * scale, axis=0, return_inverse=True)
    merged = np.zeros(len(graph.vertices), dtype=np.int64)
    merged[used] = number.reshape(-1)
    return type(graph).build(places, merged[graph.edges]).without_lone_vertices()


def sample_edges(graph: RoadGraph[Any], *, step: float) -> EdgeSamples:
    """Cut each edge into equal pieces no longer than ``step`` and return the middle of each.

    The lengths of the pieces add up to the length of the graph. Edges of length zero give nothing.

    Args:
        graph: Any road graph.
        step: Longest piece, in the graph's units.
    """
    lengths = graph.edge_lengths
    pieces = np.ceil(lengths / step).astype(np.int64)
    edges = np.repeat(np.arange(len(pieces)), pieces)
    along = (ranges(pieces) + 0.5) / pieces[edges]
    starts = graph.vertices[graph.edges[edges, 0]]
    return EdgeSamples(
        positions=starts + along[:, None] * graph.edge_vectors[edges],
        edges=edges,
        lengths=lengths[edges] / pieces[edges],
    )
