"""Junctions and ends found again: one to one, within a tolerance, by how many roads meet.

Real graphs tear one crossing into several junctions: two carriageways cross a street at two places, a
drawn or decoded crossing falls into two T-junctions a few metres apart. Position cannot tell apart what
is closer than the tolerance, and how a crossing was torn is a matter of taste. So junctions joined by a
road no longer than the tolerance become one, at their mean, with as many roads as leave them; stacked
roads, which no such road joins, stay apart. Without this a crossing drawn as two T-junctions, in either
graph, would count as one junction too many and one of the wrong degree.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from engine.errors import GraphError
from engine.evaluation.measures.sampling import in_canonical_order
from engine.evaluation.pairs.area import Area
from engine.frames import RowCol
from engine.roads.graph import RoadGraph

DEGREES = (1, 3, 4, 5)
"""Classes of places by the roads that meet there: ends, then junctions; the last means 5 and more."""

_SLACK = 1.0 + 1e-9
_BATCH = 1000
_DEGREE_SHARE = 1e-6


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """How places are found again.

    Attributes:
        true: How many the truth has.
        predicted: How many the prediction has.
        matched: How many of the one match one of the other.
    """

    true: int
    predicted: int
    matched: int

    @property
    def precision(self) -> float | None:
        """Share of the predicted ones that are true, in [0, 1]; None where there are none."""
        return self.matched / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of the true ones that are found, in [0, 1]; None where there are none."""
        return self.matched / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; 0 where one graph has none, None where both have none."""
        both = self.true + self.predicted
        return 2 * self.matched / both if both else None


@dataclass(frozen=True, slots=True)
class DegreeScore(MatchCounts):
    """How the places of one class are found again, as places of this class.

    Attributes:
        degree: Roads that meet there: 1 for ends, 3, 4, or 5 for 5 and more.
    """

    degree: int


@dataclass(frozen=True, slots=True)
class JunctionScore(MatchCounts):
    """How junctions are found again: all of them, whatever their degrees, and each class by itself.

    Attributes:
        classes: One for each of ``DEGREES``.
    """

    classes: tuple[DegreeScore, ...]

    @property
    def ends(self) -> DegreeScore:
        """The class of places where one road ends."""
        return self.classes[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Junctions, or ends: where they are and which class of degree they have.

    Attributes:
        points_m: (N, 2) positions.
        degrees: (N,) classes, from ``DEGREES``.
        inside: (N,) whether they are farther than the tolerance from the border.
    """

    points_m: NDArray[np.float64]
    degrees: NDArray[np.int64]
    inside: NDArray[np.bool_]

    def where(self, keep: NDArray[np.bool_]) -> "_Places":
        return _Places(self.points_m[keep], self.degrees[keep], self.inside[keep])


def _groups(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the (count,) group of each number 0 .. count - 1, where ``pairs`` (K, 2) belong together."""
    links = coo_array((np.ones(len(pairs), dtype=np.int8), tuple(pairs.T)), shape=(count, count))
    groups: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return groups


def _chain_ends(graph: RoadGraph[RowCol]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the (C, 2) vertices that each chain joins and the (C,) chains' lengths; rings have no ends."""
    halves = graph.edges.ravel()
    inner = graph.degrees[halves] == 2
    by_vertex = np.argsort(halves, kind="stable")
    consecutive = by_vertex[inner[by_vertex]].reshape(-1, 2) // 2
    chain = _groups(consecutive, len(graph.edges))
    lengths = np.bincount(chain, graph.edge_lengths).astype(np.float64)
    outer = np.flatnonzero(~inner)
    by_chain = outer[np.argsort(chain[outer // 2], kind="stable")]
    return halves[by_chain].reshape(-1, 2), lengths[chain[by_chain[::2] // 2]]


def _find_places(graph: RoadGraph[RowCol], join_m: float, area: Area | None) -> _Places:
    """Find ends and junctions; those that a road of ``join_m`` or less joins are one."""
    graph = in_canonical_order(graph)
    ends, lengths = _chain_ends(graph)
    near = (graph.degrees[ends] >= 3).all(axis=1) & (lengths <= join_m * _SLACK)
    group = _groups(ends[near], len(graph.vertices))
    # A road back to where it began, never farther from there than join_m, does not leave.
    within = (group[ends[:, 0]] == group[ends[:, 1]]) & (lengths <= 2 * join_m * _SLACK)
    size = np.bincount(group)
    returning = np.bincount(group[ends[within, 0]], minlength=len(size))
    leaving = np.bincount(group, graph.degrees).astype(np.int64) - 2 * returning
    points = np.stack([np.bincount(group, axis) / size for axis in graph.vertices.T], axis=1)
    counted = (leaving == 1) | (leaving >= 3)
    points = points[counted]
    inside = np.ones(len(points), dtype=bool) if area is None else area.border_distance(points) > join_m
    return _Places(points, np.minimum(leaving[counted], DEGREES[-1]), inside)


def _least_cost(pairs: NDArray[np.int64], cost: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Choose, of (K, 2) pairs, a matching with as many as possible and, of such, the least cost.

    Each first gets a second of its own that costs more than any whole matching: so a matching of all
    firsts exists, and the best one uses as few of these as possible.
    """
    firsts, first = np.unique(pairs[:, 0], return_inverse=True)
    seconds, second = np.unique(pairs[:, 1], return_inverse=True)
    count = len(firsts)
    # The library takes a weight of 0 for no pair.
    weights = np.concatenate([cost + 1.0, np.full(count, (cost.max() + 1.0) * (count + 1))])
    rows = np.concatenate([first, np.arange(count)])
    columns = np.concatenate([second, len(seconds) + np.arange(count)])
    matrix = coo_array((weights, (rows, columns)), shape=(count, len(seconds) + count)).tocsr()
    partner: NDArray[np.int64] = min_weight_full_bipartite_matching(matrix)[1]
    chosen: NDArray[np.bool_] = partner[first] == second
    return chosen


def _pair_off(true: _Places, predicted: _Places, tolerance_m: float) -> NDArray[np.int64]:
    """Match places one to one: as many as possible, then the closest, then those of equal degree.

    Returns:
        (K, 2) numbers of the true and the predicted place.
    """
    near = cKDTree(true.points_m).sparse_distance_matrix(
        cKDTree(predicted.points_m), tolerance_m * _SLACK, output_type="ndarray"
    )
    pairs = np.stack([near["i"], near["j"]], axis=1).astype(np.int64)
    if not len(pairs):
        return pairs
    count = len(true.points_m)
    cluster = _groups(pairs + np.array([0, count]), count + len(predicted.points_m))[pairs[:, 0]]
    order = np.lexsort((pairs[:, 1], pairs[:, 0], cluster))
    pairs, cluster = pairs[order], cluster[order]
    unequal = true.degrees[pairs[:, 0]] != predicted.degrees[pairs[:, 1]]
    cost = near["v"][order] / tolerance_m + _DEGREE_SHARE * unequal
    # Matching takes time by the square of the number of places; clusters do not depend on each other.
    starts = np.flatnonzero(np.diff(cluster, prepend=-1))
    cuts = starts[np.diff(starts // _BATCH, prepend=0) > 0]
    batches = zip(np.split(pairs, cuts), np.split(cost, cuts), strict=True)
    chosen = np.concatenate([_least_cost(*batch) for batch in batches])
    return np.stack([pairs[chosen, 0], pairs[chosen, 1]], axis=1)


def _match(
    true: _Places, predicted: _Places, tolerance_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Match places, and leave out what the border hides.

    Returns:
        The degrees of the true places that count (T,), of the predicted ones (P,) and of the pairs (K, 2).
    """
    pairs = _pair_off(true, predicted, tolerance_m)
    first, second = pairs[true.inside[pairs[:, 0]] | predicted.inside[pairs[:, 1]]].T
    true_counts, predicted_counts = true.inside.copy(), predicted.inside.copy()
    true_counts[first] = True
    predicted_counts[second] = True
    both = np.stack([true.degrees[first], predicted.degrees[second]], axis=1)
    return true.degrees[true_counts], predicted.degrees[predicted_counts], both


def match_junctions(
    truth: RoadGraph[RowCol],
    predicted: RoadGraph[RowCol],
    *,
    tolerance_m: float = 10.0,
    area: Area | None = None,
) -> JunctionScore:
    """Find the junctions and the ends of one graph again in another.

    Junctions, where three or more roads meet, match junctions whatever their degrees; a class counts
    those whose match has the same degree. Ends match ends. A matching is one to one, has as many pairs
    as possible and, of such, the least distance. Within the tolerance of its border the area cuts roads
    and hides matches: what lies there counts only if its match lies farther in.

    Args:
        truth: The graph to judge by, in metres.
        predicted: The graph to judge, in the same frame.
        tolerance_m: Greatest distance of a match; junctions joined by a road of this length are one.
        area: The compared area; without it nothing is cut.

    Raises:
        GraphError: The tolerance is not positive.
    """
    if not tolerance_m > 0:
        raise GraphError(f"The tolerance of junctions is {tolerance_m} m: a positive length is needed.")
    true, found = (_find_places(graph, tolerance_m, area) for graph in (truth, predicted))
    ends = _match(true.where(true.degrees == 1), found.where(found.degrees == 1), tolerance_m)
    junctions = _match(true.where(true.degrees >= 3), found.where(found.degrees >= 3), tolerance_m)
    classes = tuple(
        DegreeScore(
            degree=degree,
            true=int((ours == degree).sum()),
            predicted=int((theirs == degree).sum()),
            matched=int((both == degree).all(axis=1).sum()),
        )
        for degree in DEGREES
        for ours, theirs, both in [ends if degree == 1 else junctions]
    )
    ours, theirs, both = junctions
    return JunctionScore(true=len(ours), predicted=len(theirs), matched=len(both), classes=classes)
