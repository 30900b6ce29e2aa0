"""Walks over a road graph that drop marbles."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from engine.evaluation.measures.sampling import ranges
from engine.frames import Frame
from engine.roads.graph import RoadGraph

_BLOCK = 700.0


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where walks begin: beside or on an edge of a graph.

    Attributes:
        positions: (N, 2) float64 coordinates.
        edges: (N,) int64 numbers of the edges.
        distances: (N, 2) float64 straight distances to the first and second vertex of the edge.
    """

    positions: NDArray[np.float64]
    edges: NDArray[np.int64]
    distances: NDArray[np.float64]

    @classmethod
    def beside(
        cls, graph: RoadGraph[Frame], positions: NDArray[np.float64], edges: NDArray[np.int64]
    ) -> "Places":
        """Make places at ``positions`` (N, 2) beside ``edges`` (N,)."""
        offsets = graph.vertices[graph.edges[edges]] - positions[:, None]  # (N, 2 ends, 2)
        return cls(positions, edges, np.hypot(offsets[..., 0], offsets[..., 1]))

    def where(self, numbers: NDArray[np.int64]) -> "Places":
        """Return the places with these numbers."""
        return Places(self.positions[numbers], self.edges[numbers], self.distances[numbers])


@dataclass(frozen=True, slots=True, eq=False)
class Marbles:
    """What walks have dropped.

    Attributes:
        walks: (N,) int64 number of the walk.
        positions: (N, 2) float64 coordinates.
        directions: (N, 2) float64 unit vectors along the edges that the marbles lie on.
    """

    walks: NDArray[np.int64]
    positions: NDArray[np.float64]
    directions: NDArray[np.float64]

    def where(self, order: NDArray[np.int64]) -> "Marbles":
        """Return the marbles with these numbers."""
        return Marbles(
            self.walks[order], self.positions.take(order, axis=0), self.directions.take(order, axis=0)
        )


def blocks(positions: NDArray[np.float64]) -> Iterator[NDArray[np.int64]]:
    """Group numbers of ``positions`` (N, 2) by square, so that work grows with the area, not its square."""
    squares = np.unique((positions // _BLOCK).astype(np.int64), axis=0, return_inverse=True)[1].reshape(-1)
    order = np.argsort(squares, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(squares[order])) + 1)


def around(
    graph: RoadGraph[Frame], places: Places, reach: float
) -> tuple[RoadGraph[Frame], Places, NDArray[np.int64]]:
    """Cut out the part of a graph that walks from the places can touch.

    Args:
        graph: The whole graph.
        places: Where the walks begin.
        reach: Length of the walks, in the graph's units.

    Returns:
        The part, the places with their edges numbered as in the part, and for each vertex of the
        whole graph its number in the part, or -1.
    """
    low, high = places.positions.min(axis=0) - reach, places.positions.max(axis=0) + reach
    inside: NDArray[np.bool_] = np.all((graph.vertices >= low) & (graph.vertices <= high), axis=1)
    keep: NDArray[np.bool_] = np.any(inside[graph.edges], axis=1)
    keep[places.edges] = True
    part = graph.with_edges(keep)
    used = part.degrees > 0
    numbers = np.where(used, np.cumsum(used) - 1, -1)
    edges = (np.cumsum(keep) - 1)[places.edges]
    return part.without_lone_vertices(), Places(places.positions, edges, places.distances), numbers


def network_distances(graph: RoadGraph[Frame], places: Places, limit: float) -> NDArray[np.float64]:
    """Return the (N, V) distances along the roads from each place; infinite beyond ``limit``."""
    first, second = graph.edges.T
    size = len(graph.vertices)
    rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
    matrix = coo_array((np.tile(graph.edge_lengths, 2), (rows, columns)), shape=(size, size)).tocsr()
    ends = graph.edges[places.edges]
    sources, row = np.unique(ends, return_inverse=True)
    row = row.reshape(ends.shape)
    ways = dijkstra(matrix, indices=sources, limit=limit)
    distances: NDArray[np.float64] = ways.take(row[:, 0], axis=0)
    distances += places.distances[:, :1]
    through_second = ways.take(row[:, 1], axis=0)
    through_second += places.distances[:, 1:]
    np.minimum(distances, through_second, out=distances)
    distances[distances > limit] = np.inf
    return distances


def drop_marbles(graph: RoadGraph[Frame], places: Places, *, radius: float, step: float) -> Marbles:
    """Walk along all roads within ``radius`` of each place and drop a marble every ``step``.

    Distances count from the place, along the network. An edge is walked from its nearer end, and
    from the farther end only as far as the nearer one did not come. The edge of the place itself is
    sampled in full, from its second vertex on.

    Args:
        graph: The roads.
        places: Where the walks begin.
        radius: Length of the walks, in the graph's units.
        step: Distance between marbles.
    """
    graph, places, _ = around(graph, places, radius)
    lengths = graph.edge_lengths
    distances = network_distances(graph, places, radius)
    at_first, at_second = (distances.take(ends, axis=1) for ends in graph.edges.T)
    reached = np.minimum(at_first, at_second) <= radius
    own = np.arange(len(places.edges))
    reached[own, places.edges] = False
    visited = np.flatnonzero(reached)
    walk, edge = np.divmod(visited, len(lengths))
    at_first, at_second = at_first.ravel()[visited], at_second.ravel()[visited]
    near, far = np.minimum(at_first, at_second), np.maximum(at_first, at_second)
    phases, counts = _legs(near, far, lengths[edge], radius, step)

    phase = np.concatenate([phases.reshape(-1), np.zeros(len(own))])
    count = np.concatenate([counts.reshape(-1), _count(lengths[places.edges], step)])
    walk = np.concatenate([walk, walk, own])
    edge = np.concatenate([edge, edge, places.edges])
    backwards = np.concatenate([at_second < at_first, at_second >= at_first, np.ones(len(own), dtype=bool)])
    directions = graph.edge_vectors / lengths[:, None]
    begins = graph.vertices[graph.edges[edge, backwards.astype(np.int64)]]
    headings = np.where(backwards, -1.0, 1.0)[:, None] * directions[edge]
    leg = np.repeat(np.arange(len(count)), count)
    along = (phase[leg] + ranges(count) * step)[:, None]
    positions = begins.take(leg, axis=0) + along * headings.take(leg, axis=0)
    return Marbles(walk[leg], positions, directions.take(edge[leg], axis=0))


def _legs(
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    length: NDArray[np.float64],
    radius: float,
    step: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the (2, N) offset of the first marble and their number, from the nearer and farther end."""
    through = (far >= near + length - 1e-6) | (far > radius)
    far = np.minimum(far, radius)
    near_phase = step * np.ceil(near / step) - near
    far_phase = step * np.ceil(far / step) - far
    near_count = _count(np.minimum(length, radius - near) - near_phase, step)
    covered = near_phase + (near_count - 1) * step
    room = np.minimum(np.minimum(length, radius - far), length - covered) - far_phase
    far_count = _count(np.where(through, -step, room), step)
    return np.stack([near_phase, far_phase]), np.stack([near_count, far_count])


def _count(room: NDArray[np.float64], step: float) -> NDArray[np.int64]:
    """Count the multiples of ``step`` from 0 to ``room``; none where it is negative."""
    return np.floor(np.maximum(room, -step) / step).astype(np.int64) + 1
