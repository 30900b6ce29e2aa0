"""Completeness, correctness and quality: the share of road within a buffer of the other graph.

Lengths are compared, not vertices: completeness is the share of the true road with predicted road
within the tolerance, correctness the share of the predicted road with true road within it, quality
the two in one figure (Wiedemann et al., Empirical evaluation of automatically extracted road axes,
1998). Unlike TOPO and APLS they say nothing about connections, and they punish false roads that
stand alone.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.evaluation.sampling import EdgeSamples, sample_edges
from engine.frames import Frame
from engine.roads.graph import RoadGraph

_LONGEST_STEP = 0.5
_STEPS_PER_TOLERANCE = 8


@dataclass(frozen=True, slots=True)
class BufferScore:
    """How two graphs cover each other.

    Attributes:
        completeness: Share of the true length near the prediction, in [0, 1] (a recall).
        correctness: Share of the predicted length near the truth, in [0, 1] (a precision); 0 for an
            empty prediction.
        quality: Matched predicted length over predicted plus missed true length, in [0, 1].
        predicted_length: Compared length of the prediction, in the graphs' units.
        truth_length: Compared length of the truth, in the graphs' units.
    """

    completeness: float
    correctness: float
    quality: float
    predicted_length: float
    truth_length: float


def _compared(samples: EdgeSamples, valid: NDArray[np.bool_] | None) -> EdgeSamples:
    if valid is None:
        return samples
    pixels = np.floor(samples.positions).astype(np.int64)
    inside: NDArray[np.bool_] = np.all((pixels >= 0) & (pixels < valid.shape), axis=1)
    inside[inside] = valid[tuple(pixels[inside].T)]
    return samples.where(inside)


def find_covered(
    own: RoadGraph[Frame],
    other: RoadGraph[Frame],
    *,
    tolerance: float,
    valid: NDArray[np.bool_] | None = None,
    max_angle_rad: float | None = None,
) -> tuple[EdgeSamples, NDArray[np.bool_]]:
    """Sample the roads of one graph and say which samples lie within a buffer of the other.

    Args:
        own: The graph to sample.
        other: The graph with the buffer, in the same frame and units.
        tolerance: Half-width of the buffer, in the graphs' units; positive.
        valid: (H, W) pixels to compare; samples elsewhere are left out.
        max_angle_rad: Largest angle between the directions of a road and its match, in [0, pi / 2];
            not looked at when absent.

    Returns:
        The compared samples, and (N,) whether each is covered.

    Raises:
        GraphError: The tolerance is not positive.
    """
    if not tolerance > 0:
        raise GraphError(f"The buffer's tolerance is {tolerance}: a positive length is needed.")
    samples = _compared(sample_edges(own, step=min(_LONGEST_STEP, tolerance / _STEPS_PER_TOLERANCE)), valid)
    tree = shapely.STRtree(shapely.linestrings(other.vertices[other.edges]))
    points = shapely.points(samples.positions)
    number, edge = tree.query(points, predicate="dwithin", distance=tolerance)
    if max_angle_rad is not None:
        ours, theirs = own.edge_vectors[samples.edges[number]], other.edge_vectors[edge]
        dot = np.abs((ours * theirs).sum(axis=1))
        lengths = np.hypot(*ours.T) * np.hypot(*theirs.T)
        number = number[dot >= np.cos(max_angle_rad) * lengths * (1.0 - 1e-12)]
    covered = np.zeros(len(points), dtype=bool)
    covered[number] = True
    return samples, covered


def compare(
    predicted: RoadGraph[Frame],
    truth: RoadGraph[Frame],
    *,
    tolerance: float,
    valid: NDArray[np.bool_] | None = None,
    max_angle_rad: float | None = None,
) -> BufferScore:
    """Compare the lengths of two graphs within a buffer.

    Args:
        predicted: The graph to judge.
        truth: The graph to judge it by, in the same frame and units.
        tolerance: Half-width of the buffer, in the graphs' units; positive.
        valid: (H, W) pixels to compare; road elsewhere, the outside included, is ignored on both
            sides. For graphs in the pixel frame only.
        max_angle_rad: Largest angle between the directions of a road and its match, in [0, pi / 2];
            not looked at when absent.

    Raises:
        GraphError: The truth has no road to compare with, or the tolerance is not positive.
    """
    predicted_samples, matched = find_covered(
        predicted, truth, tolerance=tolerance, valid=valid, max_angle_rad=max_angle_rad
    )
    truth_samples, covered = find_covered(
        truth, predicted, tolerance=tolerance, valid=valid, max_angle_rad=max_angle_rad
    )
    predicted_length = float(predicted_samples.lengths.sum())
    truth_length = float(truth_samples.lengths.sum())
    if truth_length == 0.0:
        raise GraphError("The true graph has no road in the compared area: choose an area with roads.")
    found = float(truth_samples.lengths[covered].sum())
    right = float(predicted_samples.lengths[matched].sum())
    return BufferScore(
        completeness=found / truth_length,
        correctness=right / predicted_length if predicted_length else 0.0,
        quality=right / (predicted_length + truth_length - found) if right else 0.0,
        predicted_length=predicted_length,
        truth_length=truth_length,
    )
