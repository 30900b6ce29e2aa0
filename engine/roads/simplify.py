"""Describe each chain by as few vertices as its shape needs."""

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.frames import Frame
from engine.roads.chains import Chain, find_chains, run_means
from engine.roads.graph import UNKNOWN_LAYER, RoadGraph

_RELAXATIONS = (0.5, 0.25, 0.0)


def _turned(chain: Chain, graph: RoadGraph[Frame]) -> Chain:
    """Let a ring without junction start at the vertex farthest from its centroid."""
    if not chain.closed or graph.degrees[chain.vertices[0]] != 2:
        return chain
    ring = chain.vertices[:-1]
    away = graph.vertices[ring] - graph.vertices[ring].mean(axis=0)
    start = int(np.argmax(np.hypot(*away.T)))
    ring = np.roll(ring, -start)
    return Chain(np.append(ring, ring[0]), np.roll(chain.edges, -start))


def _ring_corners(line: NDArray[np.float64]) -> list[int]:
    """Return the two points that with its start keep a ring a ring.

    These are the one farthest from the start, and the one farthest from the chord between the two.
    """
    away = line - line[0]
    far = int(np.argmax(np.hypot(*away.T)))
    beside = np.abs(away[:, 0] * away[far, 1] - away[:, 1] * away[far, 0])
    beside[[0, far, -1]] = -1.0
    return [far, int(np.argmax(beside))]


def _chord_distances(
    points: NDArray[np.float64], starts: NDArray[np.float64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the (P,) distances of points from the segments between starts and ends, all (P, 2)."""
    chord, away = ends - starts, points - starts
    square = (chord**2).sum(axis=1)
    place = np.clip((away * chord).sum(axis=1) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    distances: NDArray[np.float64] = np.hypot(*(away - place[:, None] * chord).T)
    return distances


def _douglas_peucker(
    points: NDArray[np.float64], kept: NDArray[np.bool_], tolerance: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Keep the points that stray from their chord, in all lines at once.

    Each round keeps in every stretch between kept points the one farthest off, if it is off by more
    than the tolerance; so the rounds are as many as the deepest line needs.

    Args:
        points: (P, 2) lines end to end.
        kept: (P,) points that stay in any case; the first and last of each line among them.
        tolerance: (P,) in the units of the points.
    """
    kept = kept.copy()
    open_ = np.flatnonzero(~kept)
    while len(open_):
        stops = np.flatnonzero(kept)
        stretch = np.searchsorted(stops, open_)
        distance = _chord_distances(points[open_], points[stops[stretch - 1]], points[stops[stretch]])
        first = np.flatnonzero(np.diff(stretch, prepend=-1))
        worst = np.repeat(np.maximum.reduceat(distance, first), np.diff(np.append(first, len(open_))))
        split = worst > tolerance[open_]
        candidates = np.flatnonzero(split & (distance == worst))
        _, once = np.unique(stretch[candidates], return_index=True)
        kept[open_[candidates[once]]] = True
        open_ = open_[split & ~kept[open_]]
    return kept


class _Lines:
    """All chains of a graph end to end, so that they can be treated at once."""

    def __init__(self, graph: RoadGraph[Frame], chains: list[Chain]) -> None:
        counts = np.array([len(chain.vertices) for chain in chains])
        self.vertex = np.concatenate([chain.vertices for chain in chains])
        self.points = graph.vertices[self.vertex]
        self.chain = np.repeat(np.arange(len(chains)), counts)
        self.first = np.cumsum(counts) - counts
        self.last = np.cumsum(counts) - 1
        self.fixed = np.zeros(len(self.vertex), dtype=bool)
        self.fixed[self.first] = self.fixed[self.last] = True
        for number, chain in enumerate(chains):
            if chain.closed:
                start = self.first[number]
                self.fixed[start + np.array(_ring_corners(self.points[start : self.last[number] + 1]))] = True

    def drawn(self, kept: NDArray[np.bool_]) -> NDArray[np.object_]:
        """Return the line of each chain through its kept points."""
        lines: NDArray[np.object_] = shapely.linestrings(self.points[kept], indices=self.chain[kept])
        return lines

    def bent(self, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Keep a middle point of chains that would otherwise fall onto another with the same ends."""
        inner = np.bincount(self.chain[kept], minlength=len(self.first)) - 2
        ends = np.sort(np.stack([self.vertex[self.first], self.vertex[self.last]], axis=1), axis=1)
        straight = np.flatnonzero(inner == 0)
        size = self.last[straight] - self.first[straight]
        order = straight[np.lexsort((straight, size, ends[straight, 1], ends[straight, 0]))]
        twin = np.zeros(len(order), dtype=bool)
        twin[1:] = (ends[order[1:]] == ends[order[:-1]]).all(axis=1)
        kept = kept.copy()
        for chain in order[twin]:
            start, stop = self.first[chain], self.last[chain]
            line = self.points[start : stop + 1]
            ends_of = np.broadcast_to(line[[0, -1]][:, None], (2, *line.shape))
            off = _chord_distances(line, *ends_of)
            off[[0, -1]] = -1.0
            kept[start + int(np.argmax(off))] = True
        return kept


def _spoilt(before: NDArray[np.object_], after: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which lines cross themselves or each other after, but not before."""
    spoilt = shapely.is_simple(before) & ~shapely.is_simple(after)
    first, second = shapely.STRtree(after).query(after, predicate="crosses")
    fresh = ~shapely.crosses(before[first], before[second])
    spoilt[first[fresh]] = spoilt[second[fresh]] = True
    return np.asarray(spoilt)


def _kept_points(lines: _Lines, tolerance: float) -> NDArray[np.bool_]:
    """Choose points with as much of the tolerance as brings no new crossing."""
    before = lines.drawn(np.ones(len(lines.vertex), dtype=bool))
    tolerances = np.full(len(before), tolerance)
    for share in _RELAXATIONS:
        kept = lines.bent(_douglas_peucker(lines.points, lines.fixed, tolerances[lines.chain]))
        spoilt = _spoilt(before, lines.drawn(kept))
        if not spoilt.any():
            return kept
        tolerances[spoilt] = tolerance * share
    return lines.bent(_douglas_peucker(lines.points, lines.fixed, tolerances[lines.chain]))


def simplify(graph: RoadGraph[Frame], tolerance: float) -> RoadGraph[Frame]:
    """Simplify every chain by Douglas and Peucker's rule; junctions and ends stay in place.

    Rings keep three vertices at least, chains between the same two junctions stay apart, and chains
    that would come to cross themselves or each other are simplified less: a crossing without a
    vertex means stacked roads. Merged edges take the mean confidence and
    width of their parts, weighted by length, and the layer if all parts agree.

    Args:
        graph: Graph of any frame.
        tolerance: Largest distance of a dropped vertex from the new line, in the graph's units; 0
            returns the graph unchanged.
    """
    if tolerance <= 0 or not len(graph.edges):
        return graph
    chains = [_turned(chain, graph) for chain in find_chains(graph)]
    lines = _Lines(graph, chains)
    kept = _kept_points(lines, tolerance)
    starts_line = np.zeros(len(kept), dtype=bool)
    starts_line[lines.first] = True
    run = lines.vertex[kept]
    fresh = starts_line[kept]
    edge = np.concatenate([chain.edges for chain in chains])
    ends_line = np.zeros(len(kept), dtype=bool)
    ends_line[lines.last] = True
    starts = np.flatnonzero(kept[~ends_line])
    lengths = graph.edge_lengths[edge]
    lowest = np.minimum.reduceat(graph.layer[edge], starts)
    highest = np.maximum.reduceat(graph.layer[edge], starts)
    simplified = type(graph).build(
        graph.vertices,
        np.stack([run[:-1], run[1:]], axis=1)[~fresh[1:]],
        confidence=run_means(graph.confidence[edge], lengths, starts),
        width_m=run_means(graph.width_m[edge], lengths, starts),
        layer=np.where(lowest == highest, lowest, UNKNOWN_LAYER),
        z_m=graph.z_m,
    )
    return simplified.without_lone_vertices()
