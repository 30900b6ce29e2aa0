"""Stacked roads: whether crossings on several levels are kept apart, with the right road on top."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.frames import RowCol
from engine.roads.densify import find_crossings
from engine.roads.graph import UNKNOWN_LAYER, RoadGraph

LARGEST_ANGLE_RAD = np.pi / 6
"""Largest angle between a road and its match at a crossing: the published measure's 30 degrees."""

_SLACK = 1.0 + 1e-9
_DECIMALS = 6
_MERGED, _APART, _WRONG, _RIGHT = range(4)


@dataclass(frozen=True, slots=True)
class LevelScore:
    """How the true crossings of roads on different levels are found again.

    Attributes:
        crossings: True crossings whose levels are known and differ.
        apart: Those where the prediction, too, has two such roads cross without a common vertex.
        known: Those where the prediction states levels: of both roads where it keeps them apart, of
            any road near the crossing where it does not.
        right: Those kept apart with the right road on top.
    """

    crossings: int
    apart: int
    known: int
    right: int

    @property
    def accuracy(self) -> float | None:
        """Share kept apart with the right road on top, of those where levels are stated; None without."""
        return self.right / self.known if self.known else None


@dataclass(frozen=True, slots=True, eq=False)
class _Crossings:
    """Places where two roads cross without a common vertex.

    Attributes:
        points_m: (C, 2) positions.
        directions: (C, 2, 2) unit vectors of the two roads.
        layers: (C, 2) their levels.
    """

    points_m: NDArray[np.float64]
    directions: NDArray[np.float64]
    layers: NDArray[np.int16]

    def where(self, keep: NDArray[np.bool_]) -> "_Crossings":
        return _Crossings(self.points_m[keep], self.directions[keep], self.layers[keep])

    @property
    def known(self) -> NDArray[np.bool_]:
        """(C,) whether both levels are known."""
        known: NDArray[np.bool_] = (self.layers != UNKNOWN_LAYER).all(axis=1)
        return known

    @property
    def first_is_upper(self) -> NDArray[np.int64]:
        """(C,) 1 where the first road is above the second, -1 where below, 0 where on one level."""
        first, second = self.layers.astype(np.int64).T
        upper: NDArray[np.int64] = np.sign(first - second)
        return upper


def _cross(graph: RoadGraph[RowCol]) -> _Crossings:
    points, pairs = find_crossings(graph)
    vectors = graph.edge_vectors[pairs]
    lengths = np.hypot(vectors[..., 0], vectors[..., 1])
    return _Crossings(points, vectors / lengths[..., None], graph.layer[pairs])


def _judge(true: _Crossings, predicted: _Crossings, tolerance_m: float) -> NDArray[np.int64]:
    """Match each true crossing with the nearest predicted one of like directions, and compare levels.

    Two roads can be matched either way round; the way with the lesser angles counts. Of equally near
    crossings the one that is best for the prediction counts.

    Returns:
        (C,) one of ``_MERGED``, ``_APART``, ``_WRONG``, ``_RIGHT``.
    """
    number, other = shapely.STRtree(shapely.points(predicted.points_m)).query(
        shapely.points(true.points_m), predicate="dwithin", distance=tolerance_m * _SLACK
    )
    # (K, 2, 2) cosine of the angle between true road i and predicted road j
    cosine = np.abs(np.einsum("kia,kja->kij", true.directions[number], predicted.directions[other]))
    straight, crossed = cosine[:, [0, 1], [0, 1]], cosine[:, [0, 1], [1, 0]]
    turned = crossed.sum(axis=1) > straight.sum(axis=1)
    like = np.where(turned[:, None], crossed, straight).min(axis=1) >= np.cos(LARGEST_ANGLE_RAD) / _SLACK
    agree = true.first_is_upper[number] * predicted.first_is_upper[other] * np.where(turned, -1, 1) > 0
    verdict = np.where(predicted.known[other], np.where(agree, _RIGHT, _WRONG), _APART)
    distance = np.hypot(*(true.points_m[number] - predicted.points_m[other]).T)
    order = np.lexsort((-verdict, distance.round(_DECIMALS), number))
    order = order[like[order]]
    nearest = order[np.diff(number[order], prepend=-1) > 0]
    verdicts = np.full(len(true.points_m), _MERGED)
    verdicts[number[nearest]] = verdict[nearest]
    return verdicts


def compare_levels(
    truth: RoadGraph[RowCol], predicted: RoadGraph[RowCol], *, tolerance_m: float = 15.0
) -> LevelScore | None:
    """Find the true crossings of stacked roads again in a prediction.

    A true crossing is kept apart where two predicted roads of like directions cross within the
    tolerance without a common vertex. One predicted crossing may stand for several true ones: two
    carriageways drawn as one road still pass over the street below.

    Args:
        truth: The graph to judge by, in metres, with levels.
        predicted: The graph to judge, in the same frame; its levels may be unknown.
        tolerance_m: Greatest distance of a crossing from its match. It is larger than that of
            junctions, as a crossing moves far along roads that cross at a small angle.

    Returns:
        None where the truth has no crossing of roads whose levels are known to differ.

    Raises:
        GraphError: The tolerance is not positive.
    """
    if not tolerance_m > 0:
        raise GraphError(f"The tolerance of crossings is {tolerance_m} m: a positive length is needed.")
    true = _cross(truth)
    true = true.where(true.known & (true.first_is_upper != 0))
    if not len(true.points_m):
        return None
    verdicts = _judge(true, _cross(predicted), tolerance_m)
    merged = shapely.points(true.points_m[verdicts == _MERGED])
    layered = predicted.edges[predicted.layer != UNKNOWN_LAYER]
    roads = shapely.STRtree(shapely.linestrings(predicted.vertices[layered]))
    near, _ = roads.query(merged, predicate="dwithin", distance=tolerance_m * _SLACK)
    return LevelScore(
        crossings=len(verdicts),
        apart=int((verdicts != _MERGED).sum()),
        known=int((verdicts >= _WRONG).sum()) + len(np.unique(near)),
        right=int((verdicts == _RIGHT).sum()),
    )
