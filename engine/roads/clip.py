"""Road graphs cut at the border of their raster, or of any area."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.graph import RoadGraph

_SHORTEST = 1e-9
"""Pieces shorter than this share of their edge are dropped."""


def _spans(
    ends: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares (E,), (E,) of each edge at which it enters and leaves the rectangle."""
    start, vector = ends[:, 0], ends[:, 1] - ends[:, 0]
    safe = np.where(vector == 0, 1.0, vector)
    with np.errstate(over="ignore"):  # an infinite share is as far away as it should be
        low, high = -start / safe, (size - start) / safe
    outside = (vector == 0) & ((start < 0) | (start > size))
    near = np.where(vector == 0, np.where(outside, np.inf, -np.inf), np.minimum(low, high))
    far = np.where(vector == 0, np.where(outside, -np.inf, np.inf), np.maximum(low, high))
    return np.clip(near.max(axis=1), 0.0, None), np.clip(far.min(axis=1), None, 1.0)


def _pieces(
    graph: RoadGraph[RowCol],
    edge: NDArray[np.int64],
    enter: NDArray[np.float64],
    leave: NDArray[np.float64],
) -> RoadGraph[RowCol]:
    """Make a graph of pieces of edges; new vertices stand where one begins or ends inside its edge.

    Args:
        graph: The whole edges.
        edge: (P,) the edge of each piece.
        enter: (P,) share of the edge at which the piece begins, in [0, 1].
        leave: (P,) share at which it ends.
    """
    ends, z = graph.vertices[graph.edges[edge]], graph.z_m[graph.edges[edge]]
    vertices, heights, edges = [graph.vertices], [graph.z_m], graph.edges[edge]
    for end, share in ((0, enter), (1, leave)):
        cut = np.flatnonzero((share > 0) if end == 0 else (share < 1))
        at = share[cut]
        edges[cut, end] = sum(len(part) for part in vertices) + np.arange(len(cut))
        vertices.append(ends[cut, 0] + at[:, None] * (ends[cut, 1] - ends[cut, 0]))
        heights.append(z[cut, 0] + at * (z[cut, 1] - z[cut, 0]))
    cut_graph: RoadGraph[RowCol] = RoadGraph.build(
        np.concatenate(vertices),
        edges,
        confidence=graph.confidence[edge],
        width_m=graph.width_m[edge],
        layer=graph.layer[edge],
        z_m=np.concatenate(heights),
    )
    return cut_graph.without_lone_vertices()


def clip_graph(graph: RoadGraph[RowCol], height: float, width: float) -> RoadGraph[RowCol]:
    """Cut a graph at the rectangle from (0, 0) to (height, width).

    Edges that leave get a new vertex on the border; heights are interpolated.

    Args:
        graph: Pixels, or metres in the order row, column.
        height: Of the rectangle, in the graph's own units.
        width: Likewise.
    """
    enter, leave = _spans(graph.vertices[graph.edges], np.array([height, width]))
    edge = np.flatnonzero(leave - enter > _SHORTEST)
    clipped = _pieces(graph, edge, enter[edge], leave[edge])
    return replace(clipped, vertices=np.clip(clipped.vertices, 0.0, [height, width]))


def border_sides(polygon: shapely.Polygon | shapely.MultiPolygon) -> NDArray[np.object_]:
    """Return the (N,) straight lines of which the border of a polygon consists, holes included."""
    rings = shapely.get_rings(shapely.get_parts(polygon))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    sides: NDArray[np.object_] = shapely.linestrings(
        np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    )
    return sides


def _crossings(
    ends: NDArray[np.float64], polygon: shapely.Polygon | shapely.MultiPolygon
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find where straight lines meet the border of a polygon.

    Args:
        ends: (E, 2 ends, 2), of lines that have a length.
        polygon: In the same order of coordinates.

    Returns:
        (C,) the line of each crossing, and (C,) the share of it at which it lies.
    """
    sides = border_sides(polygon)
    lines = shapely.linestrings(ends)
    line, side = shapely.STRtree(sides).query(lines, predicate="intersects")
    places, number = shapely.get_coordinates(
        shapely.intersection(lines[line], sides[side]), return_index=True
    )
    line = line[number]
    vectors = ends[line, 1] - ends[line, 0]
    shares = ((places - ends[line, 0]) * vectors).sum(axis=1) / (vectors**2).sum(axis=1)
    return line, np.clip(shares, 0.0, 1.0)


def _spans_inside(
    ends: NDArray[np.float64], polygon: shapely.Polygon | shapely.MultiPolygon
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Find the parts of straight lines inside a polygon or on its border.

    Args:
        ends: (E, 2 ends, 2), of lines that have a length.
        polygon: In the same order of coordinates.

    Returns:
        (P,) the line of each part, and (P,), (P,) the shares of it at which the part begins and ends.
    """
    crossed, at = _crossings(ends, polygon)
    every = np.arange(len(ends))
    line = np.concatenate([every, every, crossed])
    share = np.concatenate([np.zeros(len(ends)), np.ones(len(ends)), at])
    # Ends come first, so that a crossing beside one is taken for it.
    keys = np.stack([line, np.round(share / _SHORTEST)], axis=1)
    order = np.unique(keys, axis=0, return_index=True)[1]
    line, share = line[order], share[order]
    piece = np.flatnonzero(line[:-1] == line[1:])
    middle = (share[piece] + share[piece + 1]) / 2
    places = ends[line[piece], 0] + middle[:, None] * (ends[line[piece], 1] - ends[line[piece], 0])
    shapely.prepare(polygon)
    piece = piece[shapely.intersects_xy(polygon, *places.T)]
    # Pieces that follow each other are one: the border was only touched between them.
    follows = np.zeros(len(piece), dtype=bool)
    follows[1:] = (np.diff(piece) == 1) & (line[piece[1:]] == line[piece[:-1]])
    first = np.flatnonzero(~follows)
    last = np.append(first[1:], len(piece))[: len(first)] - 1
    return line[piece[first]], share[piece[first]], share[piece[last] + 1]


def clip_to_polygon(
    graph: RoadGraph[RowCol], polygon: shapely.Polygon | shapely.MultiPolygon
) -> RoadGraph[RowCol]:
    """Cut a graph at the border of an area.

    Edges wholly inside keep their vertices bit by bit. Others get new vertices on the border; their
    pieces keep the attributes, heights are interpolated. Edges without length are dropped.

    Args:
        graph: Pixels, or metres in the order row, column.
        polygon: The area, valid, its coordinates in the same order and units.
    """
    graph = graph.with_edges(graph.edge_lengths > 0)
    return _pieces(graph, *_spans_inside(graph.vertices[graph.edges], polygon))
