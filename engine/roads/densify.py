"""Cut chains into the short, equal edges that the graph tensor can hold."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, intersection, linestrings
from shapely import get_coordinates as coordinates_of

from engine.frames import RowCol
from engine.roads.chains import Chain, find_chains
from engine.roads.graph import RoadGraph

SPACING_PX = 22.0
"""Longest edge after densifying; 22 m at 1 m per pixel in the published data."""

CLEARANCE_PX = 9.5
"""Vertices keep this distance from a crossing of stacked roads (published)."""

_ROUNDS = 40
_STEP_PX = 1.5
_SQUEEZED_PX = 5.0


def _parts(chain: Chain, length_px: float, spacing_px: float, taken: set[tuple[int, int]]) -> int:
    """Number of equal parts; enough that rings stay rings and no two chains share one edge."""
    ends = (min(chain.vertices[0], chain.vertices[-1]), max(chain.vertices[0], chain.vertices[-1]))
    least = 3 if chain.closed else 2 if ends in taken else 1
    taken.add(ends)
    return max(least, int(length_px / spacing_px) + 1)


def densify(
    graph: RoadGraph[RowCol], *, spacing_px: float = SPACING_PX, least_px: float = math.inf
) -> RoadGraph[RowCol]:
    """Replace every chain by equal edges no longer than ``spacing_px``, measured along the chain.

    Vertices of degree other than 2 stay where they are. Closed rings, which the published routine
    loses, keep at least three edges. A part takes the attributes of the old edge at its middle.

    Args:
        graph: Pixel graph of any edge length.
        spacing_px: Longest edge along the chain.
        least_px: Chains without an edge shorter than this stay as they are.
    """
    fixed = np.flatnonzero((graph.degrees != 2) & (graph.degrees > 0))
    number = np.full(len(graph.vertices), -1)
    number[fixed] = np.arange(len(fixed))
    points, heights = [graph.vertices[fixed]], [graph.z_m[fixed]]
    pairs, sources = [np.empty((0, 2), np.int64)], [np.empty(0, np.int64)]
    count, taken = len(fixed), set[tuple[int, int]]()
    for chain in find_chains(graph):
        line = graph.vertices[chain.vertices]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        stations = along
        if graph.edge_lengths[chain.edges].min() < least_px:
            stations = np.linspace(0.0, along[-1], _parts(chain, along[-1], spacing_px, taken) + 1)
        is_ring = number[chain.vertices[0]] < 0
        inner = stations[0 if is_ring else 1 : -1]
        points.append(np.stack([np.interp(inner, along, axis) for axis in line.T], axis=1))
        heights.append(np.interp(inner, along, graph.z_m[chain.vertices]))
        new = np.arange(count, count + len(inner))
        first, last = (new[0], new[0]) if is_ring else number[chain.vertices[[0, -1]]]
        path = np.concatenate([new, [last]]) if is_ring else np.concatenate([[first], new, [last]])
        count += len(inner)
        pairs.append(np.stack([path[:-1], path[1:]], axis=1))
        middles = (stations[:-1] + stations[1:]) / 2
        at = np.clip(np.searchsorted(along, middles) - 1, 0, len(chain.edges) - 1)
        sources.append(chain.edges[at])
    origin = np.concatenate(sources)
    return RoadGraph.build(
        np.concatenate(points),
        np.concatenate(pairs),
        confidence=graph.confidence[origin],
        width_m=graph.width_m[origin],
        layer=graph.layer[origin],
        z_m=np.concatenate(heights),
    )


def find_crossings(graph: RoadGraph[RowCol]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find where edges cross that share no vertex: stacked roads, or errors of a drawn graph.

    Returns:
        (C, 2) crossing points in the graph's frame and the (C, 2) numbers of the two edges.
    """
    lines = linestrings(graph.vertices[graph.edges])
    pairs = STRtree(lines).query(lines, predicate="crosses").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    ends = graph.edges[pairs].reshape(len(pairs), 4)
    apart = (ends[:, [0, 0, 1, 1]] != ends[:, [2, 3, 2, 3]]).all(axis=1)
    pairs = pairs[apart]
    points = coordinates_of(intersection(lines[pairs[:, 0]], lines[pairs[:, 1]])).reshape(-1, 2)
    return points, pairs


def _drop_squeezed(graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
    """Join vertices of degree 2 that the push has brought close to a neighbour with that neighbour."""
    degrees = graph.degrees
    keep = np.arange(len(graph.vertices))
    moved = np.zeros(len(keep), dtype=bool)
    for first, second in graph.edges[graph.edge_lengths < _SQUEEZED_PX]:
        inner, other = (first, second) if degrees[first] == 2 else (second, first)
        if degrees[inner] == 2 and not moved[inner] and not moved[other]:
            keep[inner] = other
            moved[[inner, other]] = True
    roots, labels = np.unique(keep, return_inverse=True)
    return RoadGraph.build(
        graph.vertices[roots],
        labels[graph.edges],
        confidence=graph.confidence,
        width_m=graph.width_m,
        layer=graph.layer,
        z_m=graph.z_m[roots],
    )


def separate_crossings(graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
    """Move vertices away from crossings of stacked roads, so that the tensor can hold both roads.

    A vertex of degree 2 on an edge that crosses another within ``CLEARANCE_PX`` slides along its
    edge away from the crossing; vertices squeezed together by that are joined. Junctions stay.

    Args:
        graph: Densified pixel graph.
    """
    for _ in range(_ROUNDS):
        points, pairs = find_crossings(graph)
        if not len(points):
            return graph
        ends = graph.edges[pairs].reshape(len(points), 4)
        away = graph.vertices[ends] - points[:, None, :]
        distance = np.hypot(away[..., 0], away[..., 1])
        near = (distance < CLEARANCE_PX) & (distance > 0) & (graph.degrees[ends] == 2)
        if not near.any():
            return graph
        step = np.minimum(_STEP_PX, CLEARANCE_PX + 1e-6 - distance[near]) / distance[near]
        vertices = graph.vertices.copy()
        np.add.at(vertices, ends[near], away[near] * step[:, None])
        graph = _drop_squeezed(replace(graph, vertices=vertices))
    return graph
