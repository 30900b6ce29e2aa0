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


def _shares_inside(
    ends: NDArray[np.float64], polygon: shapely.Polygon | shapely.MultiPolygon
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the parts of straight lines inside a polygon.

    Args:
        ends: (E, 2 ends, 2).
        polygon: In the same order of coordinates.

    Returns:
        (P,) the line of each part, and (P, 2) the shares of it at which the part begins and ends.
    """
    inside = shapely.intersection(shapely.linestrings(ends), polygon)
    # Where a line touches a corner it comes in two parts that meet, and with points beside lines.
    parts, line = shapely.get_parts(shapely.line_merge(inside), return_index=True)
    lines = shapely.get_dimensions(parts) == 1
    parts, line = parts[lines], line[lines]
    borders = np.stack(
        [shapely.get_coordinates(shapely.get_point(parts, end)).reshape(-1, 2) for end in (0, -1)], axis=1
    )
    start, vector = ends[line, 0], ends[line, 1] - ends[line, 0]
    length = np.hypot(*vector.T)
    along = vector / length[:, None]
    shares = ((borders - start[:, None]) * along[:, None]).sum(axis=2) / length[:, None]
    shares = np.sort(shares, axis=1)
    shares[shares < _SHORTEST] = 0.0
    shares[shares > 1.0 - _SHORTEST] = 1.0
    return line, shares


def clip_to_polygon(
    graph: RoadGraph[RowCol], polygon: shapely.Polygon | shapely.MultiPolygon
) -> RoadGraph[RowCol]:
    """Cut a graph at the border of an area.

    Edges wholly inside keep their vertices bit by bit. Others get new vertices on the border; their
    pieces keep the attributes, heights are interpolated.

    Args:
        graph: Pixels, or metres in the order row, column.
        polygon: The area, valid, its coordinates in the same order and units.
    """
    graph = graph.with_edges(graph.edge_lengths > 0)
    ends = graph.vertices[graph.edges]
    lines = shapely.linestrings(ends)
    shapely.prepare(polygon)
    whole = shapely.covers(polygon, lines)
    crossing = np.flatnonzero(~whole & shapely.intersects(polygon, lines))
    line, shares = _shares_inside(ends[crossing], polygon)
    long = shares[:, 1] - shares[:, 0] > _SHORTEST
    inner = np.flatnonzero(whole)
    return _pieces(
        graph,
        np.concatenate([inner, crossing[line[long]]]),
        np.concatenate([np.zeros(len(inner)), shares[long, 0]]),
        np.concatenate([np.ones(len(inner)), shares[long, 1]]),
    )
