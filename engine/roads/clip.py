"""Road graphs cut at the border of their raster."""

import numpy as np
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.graph import RoadGraph


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


def clip_graph(graph: RoadGraph[RowCol], height: float, width: float) -> RoadGraph[RowCol]:
    """Cut a graph at the rectangle from (0, 0) to (height, width).

    Edges that leave get a new vertex on the border; heights are interpolated.

    Args:
        graph: Pixels, or metres in the order row, column.
        height: Of the rectangle, in the graph's own units.
        width: Likewise.
    """
    ends = graph.vertices[graph.edges]  # (E, 2, 2)
    enter, leave = _spans(ends, np.array([height, width]))
    keep = leave - enter > 1e-9
    graph, ends, enter, leave = graph.with_edges(keep), ends[keep], enter[keep], leave[keep]
    vertices, heights, edges = [graph.vertices], [graph.z_m], graph.edges.copy()
    for end, share in ((0, enter), (1, leave)):
        cut = np.flatnonzero((share > 0) if end == 0 else (share < 1))
        at = share[cut]
        z = graph.z_m[graph.edges[cut]]
        edges[cut, end] = sum(len(part) for part in vertices) + np.arange(len(cut))
        vertices.append(ends[cut, 0] + at[:, None] * (ends[cut, 1] - ends[cut, 0]))
        heights.append(z[:, 0] + at * (z[:, 1] - z[:, 0]))
    clipped: RoadGraph[RowCol] = RoadGraph.build(
        np.clip(np.concatenate(vertices), 0.0, [height, width]),
        edges,
        confidence=graph.confidence,
        width_m=graph.width_m,
        layer=graph.layer,
        z_m=np.concatenate(heights),
    )
    return clipped.without_lone_vertices()
