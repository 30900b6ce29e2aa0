"""Roads cut into hops of at most 2 m: the graph that the published APLS counts and walks on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.evaluation.measures.routes import RoadPoints, shortest_roads
from engine.evaluation.measures.sampling import M_PER_DEGREE, in_degrees, ranges
from engine.frames import RowCol
from engine.roads.chains import find_chains
from engine.roads.graph import RoadGraph

HOP_M = 2.0
"""Longest hop."""

_CUT_FROM_M = 3.0
_CM_PER_M = 100.0
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Hops:
    """A graph cut into hops, and its shortest chains between junctions.

    Attributes:
        graph: The hops, in metres; vertices are numbered along the edges they come from.
        points: (V,) where the vertices lie on the chains.
        runs: The vertices of each chain between junctions or ends; rings without them are left out.
        neighbours: (V, V) matrix of hops.
        roads: (J, J) matrix of the lengths of the shortest chains between junctions.
    """

    graph: RoadGraph[RowCol]
    points: RoadPoints
    runs: list[NDArray[np.int64]]
    neighbours: csr_array
    roads: csr_array


def _lengths_m(graph: RoadGraph[RowCol], m_per_px: float) -> NDArray[np.float64]:
    """Return (E,) the lengths that the original finds."""
    ends = in_degrees(graph.vertices, m_per_px)[graph.edges]  # (E, 2 ends, 2)
    rows, columns = (ends[:, 0] - ends[:, 1]).T * M_PER_DEGREE
    lengths: NDArray[np.float64] = np.hypot(rows, columns * np.cos(ends[:, 0, 0] / 360.0 * 2.0 * np.pi))
    return lengths


def cut_into_hops(graph: RoadGraph[RowCol], m_per_px: float) -> RoadGraph[RowCol]:
    """Cut edges longer than 3 m into equal hops of at most 2 m; number vertices as edges meet them.

    Args:
        graph: In metres.
        m_per_px: Ground size of a pixel of the tile that the graph is on.
    """
    lengths = _lengths_m(graph, m_per_px)
    pieces = np.where(lengths > _CUT_FROM_M, lengths // HOP_M + 1, 1).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    piece = ranges(pieces)
    share = ((piece + 1) / pieces[edge])[:, None]
    there = graph.vertices[graph.edges[edge]]
    positions = np.concatenate([graph.vertices, (1.0 - share) * there[:, 0] + share * there[:, 1]])
    inner = len(graph.vertices) + np.arange(len(edge))
    after = np.where(piece == pieces[edge] - 1, graph.edges[edge, 1], inner)
    before = np.where(piece == 0, graph.edges[edge, 0], inner - 1)
    hops = np.stack([before, after], axis=1)
    used, first = np.unique(hops, return_index=True)
    order = used[np.argsort(first, kind="stable")]
    numbers = np.zeros(len(positions), dtype=np.int64)
    numbers[order] = np.arange(len(order))
    return RoadGraph[RowCol].build(positions[order], numbers[hops])


def survey(graph: RoadGraph[RowCol], m_per_px: float) -> Hops:
    """Find the chains of a graph of hops, and where each vertex lies on them.

    Args:
        graph: From ``cut_into_hops``.
        m_per_px: Likewise.
    """
    chains = find_chains(graph)
    edges = np.concatenate([_NONE, *(chain.edges for chain in chains)])
    inner = np.concatenate([_NONE, *(chain.vertices[1:] for chain in chains)])
    number = np.repeat(np.arange(len(chains)), [len(chain.edges) for chain in chains])
    borders = np.array([(chain.vertices[0], chain.vertices[-1]) for chain in chains], dtype=np.int64)
    junctions, ends = np.unique(borders, return_inverse=True)
    ends = ends.reshape(-1, 2)
    hops_m = np.floor(_lengths_m(graph, m_per_px)[edges] * _CM_PER_M) / _CM_PER_M
    totals_m = np.bincount(number, hops_m, minlength=len(chains))
    along_m = np.cumsum(hops_m) - (np.cumsum(totals_m) - totals_m)[number]

    # What belongs to junctions is written last: chains end there, too.
    at_chain = np.zeros(len(graph.vertices), dtype=np.int64)
    at_ends = np.zeros((len(graph.vertices), 2), dtype=np.int64)
    offsets_m = np.zeros((len(graph.vertices), 2))
    at_chain[inner], at_chain[junctions] = number, -1
    at_ends[inner], at_ends[junctions] = ends[number], np.arange(len(junctions))[:, None]
    offsets_m[inner] = np.stack([along_m, totals_m[number] - along_m], axis=1)
    offsets_m[junctions] = 0.0
    degrees = graph.degrees
    return Hops(
        graph=graph,
        points=RoadPoints(at_chain, at_ends, offsets_m),
        runs=[chain.vertices for chain in chains if degrees[chain.vertices[0]] != 2],
        neighbours=graph.adjacency(),
        roads=shortest_roads(ends, totals_m, len(junctions)),
    )


def within_hops(hops: Hops, vertex: int, count: int) -> set[int]:
    """Return the vertices at most ``count`` hops from one; only itself where the graph lacks it."""
    starts, neighbours = hops.neighbours.indptr, hops.neighbours.indices
    seen, border = {vertex}, [vertex] if vertex < len(hops.graph.vertices) else []
    for _ in range(count):
        border = [
            other
            for number in border
            for other in neighbours[starts[number] : starts[number + 1]].tolist()
            if other not in seen
        ]
        seen.update(border)
    return seen
