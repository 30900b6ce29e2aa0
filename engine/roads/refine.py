"""Clean a decoded graph: doubtful edges, forks that are too sharp, spurs, fragments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from engine.frames import RowCol
from engine.roads.chains import Chain, find_chains
from engine.roads.graph import RoadGraph

SHARP_COS = 0.984
"""Edges that leave a vertex within 10.3° of each other are one road (Sat2Graph, published code)."""

_FLAT_PX = 4.0
_SLIVER_PX = 4.0
"""Two ways this close to each other are one road: half the width of a street at 1 m (own choice)."""

_SLIVER_RATIO = 1.5
"""Of two ways with the same ends, one this many times longer is a road of its own."""

_FLAT_COS = np.cos(np.radians(45.0))


@dataclass(frozen=True, slots=True)
class RasterBorder:
    """The border of a raster, which cuts roads: ends near it are no spurs.

    Attributes:
        height: Rows of the raster.
        width: Columns of the raster.
        border_px: How near the border counts: about one edge, for a road's last vertex stays inside.
    """

    height: int
    width: int
    border_px: float = 25.0


def _at_border(graph: RoadGraph[RowCol], border: RasterBorder | None) -> NDArray[np.bool_]:
    if border is None:
        return np.zeros(len(graph.vertices), dtype=bool)
    high = np.array([border.height, border.width]) - border.border_px
    outside = (graph.vertices < border.border_px) | (graph.vertices > high)
    return np.asarray(outside.any(axis=1))


def _chain_labels(graph: RoadGraph[RowCol]) -> NDArray[np.int64]:
    """Return the (E,) number of the chain of each edge, rings included, without walking them."""
    order = np.argsort(graph.edges.ravel(), kind="stable")
    at = graph.edges.ravel()[order]
    edge = order // 2
    inner = (graph.degrees == 2)[at]
    joints = edge[inner].reshape(-1, 2)
    size = len(graph.edges)
    links = coo_array((np.ones(len(joints), dtype=bool), joints.T), shape=(size, size))
    labels: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


def drop_doubtful(graph: RoadGraph[RowCol], min_confidence: float) -> RoadGraph[RowCol]:
    """Drop edges of which the confidence is known and below ``min_confidence``."""
    return graph.with_edges(~(graph.confidence < min_confidence))


def _incidences(graph: RoadGraph[RowCol]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return vertex, edge and far vertex of both ends of every edge."""
    number = np.arange(len(graph.edges))
    vertex = np.concatenate([graph.edges[:, 0], graph.edges[:, 1]])
    far = np.concatenate([graph.edges[:, 1], graph.edges[:, 0]])
    return vertex, np.concatenate([number, number]), far


def _sharp_forks(graph: RoadGraph[RowCol]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find forks sharper than ``SHARP_COS``: (F,) longer and (F,) shorter edge, sharpest first.

    At each vertex only neighbours in the order of direction are compared.
    """
    vertex, edge, far = _incidences(graph)
    offset = graph.vertices[far] - graph.vertices[vertex]
    length = graph.edge_lengths[edge]
    bearing = np.arctan2(offset[:, 1], offset[:, 0])
    order = np.lexsort((length, bearing, vertex))
    order = order[length[order] > 0]
    vertex, edge, offset, length = vertex[order], edge[order], offset[order], length[order]
    first = np.flatnonzero(np.diff(vertex, prepend=-1))
    following = np.arange(1, len(vertex) + 1)
    ends = np.append(first[1:], len(vertex)) - 1
    following[ends[first < len(vertex)]] = first
    cosine = (offset * offset[following]).sum(axis=1) / (length * length[following])
    sharp = np.flatnonzero((cosine > SHARP_COS) & (following != np.arange(len(vertex))))
    other = following[sharp]
    longer = np.where(length[sharp] >= length[other], sharp, other)
    shorter = np.where(length[sharp] >= length[other], other, sharp)
    rank = np.lexsort((edge[shorter], edge[longer], -length[longer], -cosine[sharp]))
    return edge[longer][rank], edge[shorter][rank]


def close_forks(graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
    """Reroute the longer edge of every fork below 10.3° over the end of the shorter one.

    So a road that was traced twice from a vertex on becomes one road. The total length falls with
    every step, hence the rounds end.
    """
    while True:
        longer, shorter = _sharp_forks(graph)
        if not len(longer):
            return graph
        # Forks that share an edge must not change at once: the first in rank goes, others wait.
        rank = np.arange(len(longer))
        best = np.full(len(graph.edges), len(longer))
        np.minimum.at(best, longer, rank)
        np.minimum.at(best, shorter, rank)
        chosen = (best[longer] == rank) & (best[shorter] == rank)
        far, near = graph.edges[longer[chosen]], graph.edges[shorter[chosen]]
        shared = np.where((far[:, :1] == near).any(axis=1), far[:, 0], far[:, 1])
        edges = graph.edges.copy()
        edges[longer[chosen]] = np.stack([far.sum(axis=1) - shared, near.sum(axis=1) - shared], axis=1)
        graph = _rebuilt(graph, edges)


def _rebuilt(graph: RoadGraph[RowCol], edges: NDArray[np.int64]) -> RoadGraph[RowCol]:
    return RoadGraph[RowCol].build(
        graph.vertices,
        edges,
        confidence=graph.confidence,
        width_m=graph.width_m,
        layer=graph.layer,
        z_m=graph.z_m,
    )


def drop_flat_triangles(graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
    """Drop edges that short-cut past a vertex which both their ends are joined to.

    The vertex lies within 4 px of the edge and between its ends: the two ways are one road.
    """
    if not len(graph.edges):
        return graph
    matrix = graph.adjacency()
    matrix.data = np.ones_like(matrix.data)
    common = matrix @ matrix
    first, second = graph.edges.T
    suspects = np.flatnonzero(np.asarray(common[first, second]).reshape(-1) > 0)
    if not len(suspects):
        return graph
    counts = np.diff(matrix.indptr)[first[suspects]]
    edge = np.repeat(suspects, counts)
    slot = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    corner = matrix.indices[matrix.indptr[first[edge]] + slot]
    closed = np.asarray(matrix[corner, second[edge]]).reshape(-1) > 0
    edge, corner = edge[closed], corner[closed]
    length = graph.edge_lengths[edge]
    vector = graph.edge_vectors[edge]
    away = graph.vertices[corner] - graph.vertices[first[edge]]
    beside = np.abs(away[:, 0] * vector[:, 1] - away[:, 1] * vector[:, 0]) / np.maximum(length, 1e-9)
    onward = graph.vertices[second[edge]] - graph.vertices[corner]
    reach = np.hypot(*away.T) * np.hypot(*onward.T)
    straight = (away * onward).sum(axis=1) > _FLAT_COS * reach
    keep = np.ones(len(graph.edges), dtype=bool)
    keep[edge[(beside < _FLAT_PX) & straight]] = False
    return graph.with_edges(keep)


def _mean_gap_px(graph: RoadGraph[RowCol], one: Chain, other: Chain, length_px: float) -> float:
    """Return the area between two chains with the same ends, divided by their mean length."""
    back = other.vertices[:: -1 if one.vertices[0] == other.vertices[0] else 1]
    ring = graph.vertices[np.concatenate([one.vertices, back])]
    ring = ring - ring[0]
    area = abs((ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]).sum()) / 2
    return float(area / max(length_px, 1e-9))


def close_slivers(graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
    """Drop one of two chains that join the same junctions side by side, on average below 4 px apart.

    The less confident goes; of equals the longer.
    """
    chains = [chain for chain in find_chains(graph) if not chain.closed]
    if not chains:
        return graph
    ends = np.sort([chain.vertices[[0, -1]] for chain in chains], axis=1)
    starts = np.cumsum([0, *(len(chain.edges) for chain in chains[:-1])])
    lengths = np.add.reduceat(graph.edge_lengths[np.concatenate([chain.edges for chain in chains])], starts)
    order = np.lexsort((lengths, ends[:, 1], ends[:, 0]))
    same = (ends[order[1:]] == ends[order[:-1]]).all(axis=1)
    keep = np.ones(len(graph.edges), dtype=bool)
    for one, other in zip(order[:-1][same], order[1:][same], strict=True):
        if lengths[other] > _SLIVER_RATIO * lengths[one]:
            continue
        mean_length = (lengths[one] + lengths[other]) / 2
        if _mean_gap_px(graph, chains[one], chains[other], mean_length) < _SLIVER_PX:
            scores = [np.nan_to_num(graph.confidence[chains[k].edges].mean()) for k in (one, other)]
            keep[chains[one if scores[0] < scores[1] else other].edges] = False
    return graph.with_edges(keep)


def shave_spurs(
    graph: RoadGraph[RowCol], spur_px: float, border: RasterBorder | None = None
) -> RoadGraph[RowCol]:
    """Drop dead ends shorter than ``spur_px`` that hang on a junction.

    The shortest go first, and a junction keeps two edges at least: where a road ends in a fork of
    short prongs the longest prong stays, so no road is shortened by more than it was widened.

    Args:
        graph: Pixel graph.
        spur_px: Length along the chain.
        border: Ends near the border of this raster are where a road leaves it, and stay.
    """
    if not len(graph.edges):
        return graph
    labels = _chain_labels(graph)
    length = np.bincount(labels, graph.edge_lengths)
    degrees = graph.degrees
    vertex, edge, _ = _incidences(graph)
    chain = labels[edge]
    dead = (degrees == 1) & ~_at_border(graph, border)
    has_end = np.bincount(chain[dead[vertex]], minlength=len(length)) == 1
    at_junction = degrees[vertex] >= 3
    spur = has_end & (np.bincount(chain[at_junction], minlength=len(length)) == 1) & (length < spur_px)
    rows = np.flatnonzero(at_junction & spur[chain])
    order = rows[np.lexsort((edge[rows], length[chain[rows]], vertex[rows]))]
    at = vertex[order]
    first = np.flatnonzero(np.diff(at, prepend=-1))
    turn = np.arange(len(at)) - np.repeat(first, np.diff(np.append(first, len(at))))
    dropped = np.zeros(len(length), dtype=bool)
    dropped[chain[order[turn < degrees[at] - 2]]] = True
    return graph.with_edges(~dropped[labels])


def drop_fragments(graph: RoadGraph[RowCol], min_component_px: float) -> RoadGraph[RowCol]:
    """Drop connected pieces of network, rings included, of which the total length is too small."""
    if not len(graph.edges):
        return graph
    component = graph.components()[graph.edges[:, 0]]
    length = np.bincount(component, graph.edge_lengths)
    return graph.with_edges(length[component] >= min_component_px)


def refine(
    graph: RoadGraph[RowCol],
    *,
    spur_px: float,
    min_component_px: float,
    close_sharp_forks: bool = True,
    border: RasterBorder | None = None,
) -> RoadGraph[RowCol]:
    """Clean a graph until nothing changes; refining the result again returns it as it is.

    Args:
        graph: Pixel graph as decoded.
        spur_px: Dead ends on junctions shorter than this go; 0 keeps all.
        min_component_px: Pieces of network shorter than this go; 0 keeps all.
        close_sharp_forks: Whether forks below 10.3° and flat triangles are closed.
        border: The raster, so that roads cut by its border are not shaved.

    Returns:
        The graph without lone vertices; the others keep their order.
    """
    while True:
        before = graph
        if close_sharp_forks:
            graph = close_slivers(drop_flat_triangles(close_forks(graph)))
        graph = shave_spurs(graph, spur_px, border)
        if np.array_equal(before.edges, graph.edges):
            break
    graph = drop_fragments(graph, min_component_px)
    return graph.without_lone_vertices()
