"""What the measures share: graphs in one order, and points at even steps along their edges."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from engine.roads.graph import RoadGraph

M_PER_DEGREE = 111_111.0
"""Length of a degree of latitude in the Sat2Graph code."""

ORIGIN_DEG = (41.0, -71.0)
"""Latitude and longitude of the first pixel there."""

COLUMNS_PER_ROW = math.cos(math.radians(ORIGIN_DEG[0]))
"""Degrees of latitude in a degree of longitude there."""


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


def in_degrees(vertices_m: NDArray[np.float64], m_per_px: float) -> NDArray[np.float64]:
    """Return the (V, 2) latitudes and longitudes in which the Sat2Graph code measures.

    It hangs the centre of the first pixel at 41° N 71° W, on a globe where a degree has 111 111 m.
    Graphs are often resampled at whole pixels, so that its rounding decides many ties: measures
    that must agree with its figures count and cut in its degrees.

    Args:
        vertices_m: (V, 2) rows and columns in metres, from the corner of the first pixel.
        m_per_px: Ground size of a pixel.
    """
    rows, columns = (vertices_m - 0.5 * m_per_px).T
    latitudes = ORIGIN_DEG[0] - rows / M_PER_DEGREE
    return np.stack([latitudes, ORIGIN_DEG[1] + columns / M_PER_DEGREE / COLUMNS_PER_ROW], axis=1)


def in_canonical_order(graph: RoadGraph[Frame], *, scale: float = 1.0) -> RoadGraph[Frame]:
    """Return the same roads with vertices sorted by column, then row: no result depends on their order.

    Vertices at the same place become one, as in the files that the measures were made for; lone
    vertices and edges without length are dropped. Attributes are not kept.

    Args:
        graph: Any road graph.
        scale: Factor on all coordinates, such as the metres of a pixel.
    """
    used = np.unique(graph.edges)
    if not len(used):
        return type(graph).empty()
    places, number = np.unique(graph.vertices[used][:, ::-1] * scale, axis=0, return_inverse=True)
    merged = np.zeros(len(graph.vertices), dtype=np.int64)
    merged[used] = number.reshape(-1)
    return type(graph).build(places[:, ::-1], merged[graph.edges]).without_lone_vertices()


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
