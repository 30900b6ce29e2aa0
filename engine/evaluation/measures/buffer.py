"""Completeness, correctness and quality: the share of road within a buffer of the other graph.

Lengths are compared, not vertices: completeness is the share of the true road with predicted road
within the tolerance, correctness the share of the predicted road with true road within it, quality
the two in one figure (Wiedemann et al., Empirical evaluation of automatically extracted road axes,
1998). Unlike TOPO and APLS they say nothing about connections, and they punish false roads that
stand alone.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.evaluation.measures.sampling import EdgeSamples, sample_edges
from engine.frames import Frame
from engine.roads.graph import RoadGraph

_LONGEST_STEP = 0.5
_STEPS_PER_TOLERANCE = 8
_SLACK = 1.0 + 1e-9


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


def _inside_pixels(samples: EdgeSamples, valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    pixels = np.floor(samples.positions).astype(np.int64)
    inside: NDArray[np.bool_] = np.all((pixels >= 0) & (pixels < valid.shape), axis=1)
    inside[inside] = valid[tuple(pixels[inside].T)]
    return inside


def _dot(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    products: NDArray[np.float64] = (first * second).sum(axis=1)
    return products


def _cross(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def _in_disc(away: NDArray[np.float64], along: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Return the (2, K) shares of ``along`` between which ``away + share * along`` lies in a disc round 0."""
    length = np.hypot(*along.T)
    middle = -_dot(away, along) / length
    half = np.sqrt(np.maximum(radius**2 - (_cross(away, along) / length) ** 2, 0.0))
    shares = np.stack([middle - half, middle + half]) / length
    return np.where(half > 0, shares, [[np.inf], [-np.inf]])


def _in_strip(
    away: NDArray[np.float64], along: NDArray[np.float64], axis: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """Return the (2, K) shares of ``along`` that lie beside ``axis``, which begins at 0."""
    length = np.hypot(*axis.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A road that runs straight along or across an axis never leaves, or never enters.
        forwards = np.array([np.zeros(len(length)), length**2]) - _dot(away, axis)
        sideways = np.outer([-radius, radius], length) - _cross(axis, away)
        sides = np.stack([forwards / _dot(along, axis), sideways / _cross(axis, along)])
    low, high = np.fmin.reduce(sides, axis=1).max(axis=0), np.fmax.reduce(sides, axis=1).min(axis=0)
    return np.where(low <= high, [low, high], [[np.inf], [-np.inf]])


def _in_buffer(own: NDArray[np.float64], other: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Return the shares of edges between which they lie within ``radius`` of other edges.

    A buffer with round ends is convex, so it holds one run of an edge: from where the first of its
    two discs and its strip is entered to where the last is left.

    Args:
        own: (K, 2, 2) ends of edges, of some length.
        other: (K, 2, 2) ends of the edges with the buffer, of some length.
        radius: Of the buffer.

    Returns:
        (2, K) shares where the runs begin and end, perhaps outside [0, 1]; infinity first where none.
    """
    along, axis = own[:, 1] - own[:, 0], other[:, 1] - other[:, 0]
    away = own[:, 0] - other[:, 0]
    parts = (
        _in_disc(away, along, radius),
        _in_disc(own[:, 0] - other[:, 1], along, radius),
        _in_strip(away, along, axis, radius),
    )
    return np.stack([np.min([low for low, _ in parts], axis=0), np.max([high for _, high in parts], axis=0)])


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
        other: The graph with the buffer, in the same frame and units; edges without length have none.
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
    samples = sample_edges(own, step=min(_LONGEST_STEP, tolerance / _STEPS_PER_TOLERANCE))
    # Runs within the buffer are found edge by edge: asking a tree for each sample takes far longer.
    other = other.with_edges(other.edge_lengths > 0)
    edges, others = own.vertices[own.edges], other.vertices[other.edges]
    tree = shapely.STRtree(shapely.linestrings(others))
    number, near = tree.query(shapely.linestrings(edges), predicate="dwithin", distance=tolerance * _SLACK)
    keep = own.edge_lengths[number] > 0
    if max_angle_rad is not None:
        ours, theirs = own.edge_vectors[number], other.edge_vectors[near]
        lengths = np.hypot(*ours.T) * np.hypot(*theirs.T)
        keep &= np.abs(_dot(ours, theirs)) >= np.cos(max_angle_rad) * lengths * (1.0 - 1e-12)
    number, near = number[keep], near[keep]
    pieces = np.bincount(samples.edges, minlength=len(edges))
    # Sample k of n stands at the share (k + 0.5) / n of its edge.
    low, high = (
        _in_buffer(edges[number], others[near], tolerance * _SLACK).clip(0.0, 1.0) * pieces[number] - 0.5
    )
    first, last = np.ceil(low).astype(np.int64), np.floor(high).astype(np.int64)
    start = (np.cumsum(pieces) - pieces)[number]
    runs = first <= last
    changes = np.bincount((start + first)[runs], minlength=len(samples.edges) + 1)
    changes -= np.bincount((start + last + 1)[runs], minlength=len(changes))
    covered = np.cumsum(changes)[:-1] > 0
    if valid is None:
        return samples, covered
    inside = _inside_pixels(samples, valid)
    return samples.where(inside), covered[inside]


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
    # Exact sums do not depend on the order of the edges.
    predicted_length = math.fsum(predicted_samples.lengths)
    truth_length = math.fsum(truth_samples.lengths)
    if truth_length == 0.0:
        raise GraphError("The true graph has no road in the compared area: choose an area with roads.")
    found = math.fsum(truth_samples.lengths[covered])
    right = math.fsum(predicted_samples.lengths[matched])
    return BufferScore(
        completeness=found / truth_length,
        correctness=right / predicted_length if predicted_length else 0.0,
        quality=right / (predicted_length + truth_length - found) if right else 0.0,
        predicted_length=predicted_length,
        truth_length=truth_length,
    )
