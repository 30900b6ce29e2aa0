"""Routes between points anywhere along the roads: their lengths by way of the junctions, and their tally."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

_KEPT_DIFFERENCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class RoadPoints:
    """Points on the chains of a graph.

    Attributes:
        chains: (N,) number of the chain that a point lies inside; -1 at junctions.
        ends: (N, 2) numbers of the junctions where the chain begins and ends; at a junction itself, twice.
        offsets: (N, 2) lengths of road to ``ends``.
    """

    chains: NDArray[np.int64]
    ends: NDArray[np.int64]
    offsets: NDArray[np.float64]

    def where(self, numbers: NDArray[np.int64]) -> "RoadPoints":
        """Return the points with these numbers."""
        return RoadPoints(self.chains[numbers], self.ends[numbers], self.offsets[numbers])


@dataclass(frozen=True, slots=True)
class RouteTally:
    """What the routes of one graph cost in the other, summed up.

    Attributes:
        routes: How many routes were counted.
        cost: Sum of their relative differences of length, each at most 1.
        kept: How many are as long in the other graph, within 5 %.
    """

    routes: int = 0
    cost: float = 0.0
    kept: int = 0

    def plus(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> "RouteTally":
        """Return the tally with more routes.

        Args:
            ours: (N,) lengths in the graph that the routes are from.
            theirs: (N,) lengths in the other; infinite where there is no route.
        """
        differences = np.abs(ours - theirs) / ours
        return RouteTally(
            self.routes + len(ours),
            self.cost + float(np.minimum(differences, 1.0).sum()),
            self.kept + int(np.count_nonzero(differences <= _KEPT_DIFFERENCE)),
        )

    @property
    def similarity(self) -> float:
        """1 minus the mean cost; 0 where there is no route."""
        return 1.0 - self.cost / self.routes if self.routes else 0.0


def shortest_roads(ends: NDArray[np.int64], lengths: NDArray[Any], junctions: int) -> csr_array:
    """Return the symmetric (J, J) matrix of the shortest road between each pair of junctions.

    Args:
        ends: (N, 2) junctions that each road joins.
        lengths: (N,) lengths of the roads.
        junctions: How many junctions there are.
    """
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    values = np.concatenate([lengths, lengths])
    order = np.lexsort((values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    keep = np.ones(len(rows), dtype=bool)
    keep[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return coo_array((values[keep], (rows[keep], columns[keep])), shape=(junctions, junctions)).tocsr()


def route_lengths(roads: csr_array, sources: RoadPoints, targets: RoadPoints) -> NDArray[np.float64]:
    """Return the (S, T) lengths of the shortest routes; infinite where there is none.

    Args:
        roads: (J, J) matrix from ``shortest_roads``.
        sources: Where the routes begin.
        targets: Where they end.
    """
    junctions, row = np.unique(sources.ends, return_inverse=True)
    row = row.reshape(-1, 2)
    between = dijkstra(roads, indices=junctions)
    reach = np.minimum(
        between[:, targets.ends[:, 0]] + targets.offsets[:, 0],
        between[:, targets.ends[:, 1]] + targets.offsets[:, 1],
    )  # (junctions, T)
    lengths: NDArray[np.float64] = np.minimum(
        reach[row[:, 0]] + sources.offsets[:, :1], reach[row[:, 1]] + sources.offsets[:, 1:]
    )
    source, target = np.nonzero((sources.chains[:, None] == targets.chains) & (targets.chains >= 0))
    along = np.abs(sources.offsets[source, 0] - targets.offsets[target, 0])
    lengths[source, target] = np.minimum(lengths[source, target], along)
    return lengths
