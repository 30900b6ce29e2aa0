"""Chains: the runs of edges between vertices that are not of degree 2, closed rings included."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.roads.graph import RoadGraph


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """One run of edges whose inner vertices all have degree 2.

    Attributes:
        vertices: (N,) vertex numbers along the run; in a closed ring the first equals the last.
        edges: (N - 1,) edge numbers along the run.
    """

    vertices: NDArray[np.int64]
    edges: NDArray[np.int64]

    @property
    def closed(self) -> bool:
        """Whether the run ends where it began."""
        return bool(self.vertices[0] == self.vertices[-1])


def find_chains(graph: RoadGraph[Any]) -> list[Chain]:
    """Split a graph into chains; every edge lies in exactly one.

    Runs start at vertices of degree other than 2, in the order of their numbers; rings without such
    a vertex start at their lowest number. So the result depends on the graph alone.

    Args:
        graph: Any road graph.
    """
    matrix, degrees = graph.adjacency(), graph.degrees
    junctions = np.flatnonzero((degrees > 0) & (degrees != 2)).tolist()
    inner = np.flatnonzero(degrees == 2).tolist()
    # Lists: an array takes three times as long to give a single number.
    starts, neighbours, numbers = (each.tolist() for each in (matrix.indptr, matrix.indices, matrix.data - 1))
    used, goes_on = [False] * len(graph.edges), (degrees == 2).tolist()

    def walk(vertex: int, slot: int) -> Chain:
        path, edges = [vertex], []
        while True:
            here, edge = neighbours[slot], numbers[slot]
            used[edge] = True
            edges.append(edge)
            path.append(here)
            if not goes_on[here] or here == vertex:
                return Chain(np.array(path), np.array(edges))
            slot = starts[here] if numbers[starts[here]] != edge else starts[here] + 1

    chains = []
    for vertex in junctions + inner:
        for slot in range(starts[vertex], starts[vertex + 1]):
            if not used[numbers[slot]]:
                chains.append(walk(vertex, slot))  # noqa: PERF401 - walk marks edges as used
    return chains


def run_means(
    values: NDArray[np.float64], lengths: NDArray[np.float64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Average values over runs of edges, weighted by length; unknown values do not count.

    Args:
        values: (N,) one for each edge, NaN where unknown.
        lengths: (N,) lengths of the edges.
        starts: (R,) where each run begins; ascending, the first is 0.

    Returns:
        (R,) means; NaN where nothing is known.
    """
    known = np.isfinite(values)
    # Runs of length zero have a mean, too.
    weights = np.where(known, np.maximum(lengths, 1e-12), 0.0)
    total = np.add.reduceat(weights, starts)
    product = np.add.reduceat(np.where(known, values, 0.0) * weights, starts)
    means = np.full(len(starts), np.nan)
    np.divide(product, total, out=means, where=total > 0)
    return means
