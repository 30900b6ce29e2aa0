"""The road graph of a town: what every drawn street adds to it."""

from itertools import pairwise

import numpy as np

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from training.scenes.streets import Street


def street_graph(streets: list[Street]) -> RoadGraph[RowCol]:
    """Join streets into one graph in (row, col) metres.

    Vertices are one where position and height agree to the millimetre, so roads that cross on two
    levels stay apart.
    """
    if not streets:
        return RoadGraph.empty()
    points = np.concatenate([np.column_stack([s.points_m, s.z_m]) for s in streets])
    starts = np.cumsum([0] + [len(s.points_m) for s in streets])
    edges = np.concatenate([np.arange(a, b - 1)[:, None] + [0, 1] for a, b in pairwise(starts.tolist())])
    _, first, number = np.unique(np.round(points, 3), axis=0, return_index=True, return_inverse=True)
    return RoadGraph.build(
        points[first, :2],
        number.reshape(-1)[edges],
        confidence=np.ones(len(edges)),
        width_m=np.concatenate([np.full(len(s.points_m) - 1, s.width_m) for s in streets]),
        layer=np.concatenate([s.layer for s in streets]),
        z_m=points[first, 2],
    )
