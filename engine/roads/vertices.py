"""Which candidates are road vertices: join windows, thin ridges, recover what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from engine.networks import layout
from engine.networks.candidates import Candidates

CERTAIN_PX = 2.0
"""Vertices closer than this are one: two 3 × 3 px blobs 2 px apart already share a column of pixels."""

RIDGE_PROBABILITY = 0.45
"""Up to here a maximum may be a point on a ridge.

Where the phase of the interpolated vertices is arbitrary, the best a network can say along a road
is the share of its pixels that a blob covers: 3 px in 20 px, 0.15. Maxima stand out from that: those
of an early compact network on a rendered scene were 0.14 to 0.43 (5 % and 95 % of 1 110).
"""

CERTAIN_PROBABILITY = 0.8
"""From here on the position of a vertex (a junction, an end, a bend) is taken as seen."""

_RECOVERY_SIGMA_PX = 3.0
_RECOVERY_CLEARANCE_PX = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class RoadVertices:
    """Vertices between which edges are sought: V of them, in order of row, then column.

    Recovered vertices come last. Positions are in the pixel frame.

    Attributes:
        positions: (V, 2) float64 row and column.
        probability: (V,) float64 that a vertex is there.
        edge_probability: (V, 6) float64; 0 for recovered vertices.
        offsets_px: (V, 6, 2) float64 row and column offsets to the neighbours.
        recovered: (V,) bool, whether only the vectors of others tell of it.
    """

    positions: NDArray[np.float64]
    probability: NDArray[np.float64]
    edge_probability: NDArray[np.float64]
    offsets_px: NDArray[np.float64]
    recovered: NDArray[np.bool_]


def _ranks(candidates: Candidates) -> NDArray[np.int64]:
    """Rank candidates by probability, 0 the strongest.

    Ties go to the one with more edges, then more road, so that turning the scene does not change the
    choice; position decides only between candidates alike in all of these.
    """
    rows, cols = candidates.positions.T
    order = np.lexsort(
        (
            cols,
            rows,
            -candidates.road_probability,
            -candidates.edge_probability.sum(axis=1, dtype=np.float64),
            -candidates.vertex_probability,
        )
    )
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _survivors(
    positions: NDArray[np.float64], ranks: NDArray[np.int64], radius_px: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Thin points greedily from the best rank on; a survivor silences those who have it within radius.

    All points whose stronger rivals are decided are decided at once, so the number of rounds is the
    length of the longest run of ever stronger neighbours, not the number of points.

    Args:
        positions: (N, 2).
        ranks: (N,) all different, 0 the strongest.
        radius_px: (N,) distance within which a stronger survivor silences the point.
    """
    alive = np.ones(len(positions), dtype=bool)
    if len(positions) < 2:
        return alive
    pairs = KDTree(positions).query_pairs(radius_px.max(), output_type="ndarray")
    swap = ranks[pairs[:, 0]] > ranks[pairs[:, 1]]
    pairs[swap] = pairs[swap, ::-1]
    apart = np.hypot(*(positions[pairs[:, 0]] - positions[pairs[:, 1]]).T)
    pairs = pairs[apart < radius_px[pairs[:, 1]]]
    while len(pairs):
        challenged = np.zeros(len(positions), dtype=bool)
        challenged[pairs[:, 1]] = True
        alive[pairs[~challenged[pairs[:, 0]], 1]] = False
        pairs = pairs[challenged[pairs[:, 0]] & alive[pairs].all(axis=1)]
    return alive


def merge(parts: Sequence[Candidates]) -> Candidates:
    """Join the candidates of windows and drop those seen twice.

    Windows that share a seam find a vertex on it at nearly the same place; within ``CERTAIN_PX`` the
    stronger stays.

    Args:
        parts: Candidates in one common pixel frame.

    Returns:
        Candidates in order of row, then column: the same for any order and grouping of the parts.
    """
    candidates = Candidates.concatenate(list(parts))
    radius = np.full(len(candidates.positions), CERTAIN_PX)
    kept = candidates.select(_survivors(candidates.positions, _ranks(candidates), radius))
    return kept.select(np.lexsort((_ranks(kept), kept.positions[:, 1], kept.positions[:, 0])))


def suppression_radius_px(vertex_probability: NDArray[np.floating], ridge_px: float) -> NDArray[np.float64]:
    """Return how far a stronger vertex silences one of the given probability.

    A vertex that is as good as certain stands for a place that the network has seen, and true vertices
    lie a few pixels apart around junctions: it yields only within ``CERTAIN_PX``. A point on a ridge
    stands for the road, not for a place, and yields within ``ridge_px``; in between linearly.

    Args:
        vertex_probability: (N,).
        ridge_px: Radius up to ``RIDGE_PROBABILITY``.
    """
    known = [RIDGE_PROBABILITY, CERTAIN_PROBABILITY]
    radius: NDArray[np.float64] = np.interp(vertex_probability, known, [ridge_px, min(CERTAIN_PX, ridge_px)])
    return radius


def _recover(
    endpoints: NDArray[np.float64],
    evidence: NDArray[np.float64],
    known: KDTree,
    threshold: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find where endpoints gather without a vertex; return (R, 2) positions and (R,) evidence.

    The sum of the endpoints' evidence, each spread by a Gaussian of 3 px, has its local maxima close
    to an endpoint: it is evaluated at the endpoints only, and the best of each neighbourhood moves to
    the centroid of what supports it.
    """
    free = np.isinf(known.query(endpoints, distance_upper_bound=_RECOVERY_CLEARANCE_PX)[0])
    endpoints, evidence = endpoints[free], evidence[free]
    if not len(endpoints):
        return np.empty((0, 2)), np.empty(0)
    reach = 3 * _RECOVERY_SIGMA_PX
    pairs = KDTree(endpoints).query_pairs(reach, output_type="ndarray")
    source = np.concatenate([pairs[:, 0], pairs[:, 1], np.arange(len(endpoints))])
    target = np.concatenate([pairs[:, 1], pairs[:, 0], np.arange(len(endpoints))])
    square = ((endpoints[source] - endpoints[target]) ** 2).sum(axis=1)
    weight = evidence[source] * np.exp(-square / (2 * _RECOVERY_SIGMA_PX**2))
    total = np.bincount(target, weight)
    sums = [np.bincount(target, weight * axis[source]) for axis in endpoints.T]
    centroid: NDArray[np.float64] = np.stack(sums, axis=1) / total[:, None]
    strong = total > threshold
    centroid, total = centroid[strong], total[strong]
    ranks = np.argsort(np.lexsort((centroid[:, 1], centroid[:, 0], -total)))
    kept = _survivors(centroid, ranks, np.full(len(ranks), 2 * _RECOVERY_SIGMA_PX))
    kept &= np.isinf(known.query(centroid, distance_upper_bound=_RECOVERY_CLEARANCE_PX)[0])
    order = np.flatnonzero(kept)
    order = order[np.lexsort((centroid[order, 1], centroid[order, 0]))]
    return centroid[order], np.minimum(total[order], 1.0)


def find_vertices(
    candidates: Candidates,
    *,
    vertex_threshold: float,
    edge_threshold: float,
    nms_radius_px: float,
    recovery_threshold: float,
) -> RoadVertices:
    """Choose the vertices of the road graph among the candidates, and recover missed ones.

    Args:
        candidates: In any order; the result does not depend on it.
        vertex_threshold: Least vertex probability, absolute.
        edge_threshold: Least edge probability of a sector that may tell of a missed vertex.
        nms_radius_px: Thinning radius along ridges, see ``suppression_radius_px``.
        recovery_threshold: Least evidence for a missed vertex; the evidence of one endpoint of which
            vertex and edge are certain is 1, agreeing endpoints add up. Infinite: recover none.
    """
    candidates = candidates.select(candidates.vertex_probability >= vertex_threshold)
    ranks = _ranks(candidates)
    radius = suppression_radius_px(candidates.vertex_probability, nms_radius_px)
    kept = np.flatnonzero(_survivors(candidates.positions, ranks, radius))
    rows, cols = candidates.positions[kept].T
    candidates = candidates.select(kept[np.lexsort((ranks[kept], cols, rows))])
    positions = candidates.positions
    probability = candidates.vertex_probability.astype(np.float64)
    edges = candidates.edge_probability.astype(np.float64)
    offsets = candidates.offsets_px.astype(np.float64)
    extra, evidence = np.empty((0, 2)), np.empty(0)
    if len(positions) and np.isfinite(recovery_threshold):
        vertex, sector = np.nonzero(edges > edge_threshold)
        support = probability[vertex] * edges[vertex, sector]
        endpoints = positions[vertex] + offsets[vertex, sector]
        extra, evidence = _recover(endpoints, support, KDTree(positions), recovery_threshold)
    return RoadVertices(
        positions=np.concatenate([positions, extra]),
        probability=np.concatenate([probability, evidence]),
        edge_probability=np.concatenate([edges, np.zeros((len(extra), layout.SECTORS))]),
        offsets_px=np.concatenate([offsets, np.zeros((len(extra), layout.SECTORS, 2))]),
        recovered=np.arange(len(positions) + len(extra)) >= len(positions),
    )
