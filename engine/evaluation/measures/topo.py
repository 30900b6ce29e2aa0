"""TOPO: do equal walks from equal places see equal roads?

Marbles are dropped along all roads within a radius of a place in the prediction, holes along those
within the same radius of the same place in the truth, measured along the network; then marbles are
matched to holes (Biagioni and Eriksson, Inferring road maps from GPS traces, 2012). This is the
procedure of the code published with Sat2Graph (He et al., 2020), by whose numbers the field
compares itself. Where its description and its code disagree, the code is followed, also in:

* each hole counts twice for precision, so that a road traced twice is not punished;
* start points that share a place in the prediction count once, unless their precision is high;
* the start edge is sampled in full, whatever the radius;
* a chain of a single edge has its start points twice, and a start point on a vertex counts for both
  edges where the rounding of the original's degrees has it so (one in twenty on even vertices);
* a predicted road that no start point reaches costs nothing (``buffer.compare`` charges it).

Left out are accidents of those degrees: columns stretched by up to 0.03 %, and by 1.5 % for angles;
and a border margin that is without effect on tiles below 3.6 km. Where the original depends on the
order of the vertices, theirs here is that of their coordinates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.errors import GraphError
from engine.evaluation.measures.limits import check_limits
from engine.evaluation.measures.marbles import (
    Marbles,
    Places,
    around,
    blocks,
    drop_marbles,
    network_distances,
)
from engine.evaluation.measures.matching import count_matches, pair_marbles
from engine.evaluation.measures.sampling import COLUMNS_PER_ROW, M_PER_DEGREE, in_canonical_order
from engine.evaluation.measures.starts import pair_starts, start_points
from engine.frames import RowCol
from engine.roads.graph import RoadGraph

_LIMITS = {
    "m_per_px": (0.001, 1000.0),
    "start_spacing_m": (1.0, 1e6),
    "pairing_m": (0.0, 100.0),
    "pairing_cosine": (0.0, 1.0),
    "radius_m": (1.0, 10_000.0),
    "large_radius_m": (1.0, 10_000.0),
    "small_radius_m": (1.0, 10_000.0),
    "large_tile_m": (0.0, 1e9),
    "interval_m": (0.1, 1000.0),
    "matching_m": (0.0, 100.0),
    "matching_cosine": (0.0, 1.0),
    "shared_place_m": (0.0, 10_000.0),
    "shared_place_precision": (0.0, 1e9),
}

_SECOND_HOLE_M = np.array([-1e-5, 1e-5 * COLUMNS_PER_ROW]) * M_PER_DEGREE


@dataclass(frozen=True, slots=True)
class TopoOptions:
    """Parameters of TOPO; the defaults are those of the Sat2Graph code, in degrees of 111 111 m there.

    Attributes:
        m_per_px: Ground size of a pixel.
        start_spacing_m: Distance between start points along a chain; chains shorter than half of it
            have none.
        pairing_m: Largest distance from a start point to the predicted edge that it is paired with.
        pairing_cosine: Least cosine of the angle between the two edges (16°).
        radius_m: How far the walks go; absent = ``large_radius_m`` where either graph reaches
            ``large_tile_m`` rows down, else ``small_radius_m``, as for tiles of 400 px.
        large_radius_m: See ``radius_m``.
        small_radius_m: See ``radius_m``.
        large_tile_m: See ``radius_m``.
        interval_m: Distance between marbles, and between holes, along the walk.
        matching_m: Largest distance of a marble from its hole.
        matching_cosine: Least cosine of the angle between their edges (44.8°).
        shared_place_m: Start points closer than this along the prediction share a place.
        shared_place_precision: Start points at least this precise are kept all the same.
    """

    m_per_px: float = 1.0
    start_spacing_m: float = 0.00050 * M_PER_DEGREE
    pairing_m: float = 0.00010 * M_PER_DEGREE
    pairing_cosine: float = 0.96
    radius_m: float | None = None
    large_radius_m: float = 0.00300 * M_PER_DEGREE
    small_radius_m: float = 0.00150 * M_PER_DEGREE
    large_tile_m: float = 0.01000 * M_PER_DEGREE
    interval_m: float = 0.00005 * M_PER_DEGREE
    matching_m: float = 0.00010 * M_PER_DEGREE
    matching_cosine: float = 0.71
    shared_place_m: float = 0.00020 * M_PER_DEGREE
    shared_place_precision: float = 0.9

    def __post_init__(self) -> None:
        check_limits(self, _LIMITS)


@dataclass(frozen=True, slots=True)
class TopoScore:
    """The outcome of TOPO for one tile.

    Attributes:
        precision: Mean share of matched marbles over the kept start points.
        recall: Mean share of matched holes over them, times ``kept / starts``.
        f1: Harmonic mean of the two; 0 where both are 0.
        starts: Start points on the truth.
        paired: Start points with a road of the prediction beside them.
        kept: Start points that count after those sharing a place were dropped.
    """

    precision: float
    recall: float
    f1: float
    starts: int
    paired: int
    kept: int


def _shares(
    marbles: Marbles, holes: Marbles, walks: int, options: TopoOptions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (walks,) shares of matched marbles, holes counting twice, and of matched holes."""
    reach = options.matching_m + float(np.hypot(*_SECOND_HOLE_M))
    pairs = pair_marbles(marbles, holes, reach)
    marbles, holes = pairs.ours, pairs.theirs
    offsets = marbles.positions.take(pairs.our_numbers, axis=0)
    offsets -= holes.positions.take(pairs.their_numbers, axis=0)
    near = np.flatnonzero(np.einsum("ij,ij->i", offsets, offsets) < reach**2)
    marble, hole = pairs.our_numbers[near], pairs.their_numbers[near]
    rows, columns = offsets.take(near, axis=0).T
    ours, theirs = marbles.directions.take(marble, axis=0), holes.directions.take(hole, axis=0)
    aligned = np.abs(np.einsum("ij,ij->i", ours, theirs)) > options.matching_cosine
    first = rows**2 + columns**2 < options.matching_m**2
    rows, columns = rows - _SECOND_HOLE_M[0], columns - _SECOND_HOLE_M[1]
    second = rows**2 + columns**2 < options.matching_m**2
    close = np.stack([first & aligned, second & aligned], axis=1)  # (P, 2 copies)

    of_marble = np.searchsorted(marble, np.arange(len(marbles.walks) + 1))
    double, single = np.flatnonzero(close), np.flatnonzero(first & aligned)
    copies = 2 * hole[double // 2] + double % 2
    found = count_matches(
        np.searchsorted(double, 2 * of_marble), copies, marbles.walks, np.repeat(holes.walks, 2), walks
    )
    filled = count_matches(
        np.searchsorted(single, of_marble), hole[single], marbles.walks, holes.walks, walks
    )
    return (
        found / np.bincount(marbles.walks, minlength=walks),
        filled / np.bincount(holes.walks, minlength=walks),
    )


def _walk_all(
    truth: RoadGraph[RowCol],
    predicted: RoadGraph[RowCol],
    starts: Places,
    paired: Places,
    options: TopoOptions,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the precision and the recall of each pair of places."""
    bottom = max(truth.vertices[:, 0].max(), predicted.vertices[:, 0].max())
    by_height = options.large_radius_m if bottom >= options.large_tile_m else options.small_radius_m
    radius = by_height if options.radius_m is None else options.radius_m
    precisions, recalls = np.zeros(len(starts.edges)), np.zeros(len(starts.edges))
    for block in blocks(starts.positions):
        marbles = drop_marbles(predicted, paired.where(block), radius=radius, step=options.interval_m)
        holes = drop_marbles(truth, starts.where(block), radius=radius, step=options.interval_m)
        precisions[block], recalls[block] = _shares(marbles, holes, len(block), options)
    return precisions, recalls


def _sharing(
    graph: RoadGraph[RowCol], places: Places, options: TopoOptions
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the pairs of places closer than ``shared_place_m`` along the roads, in both orders."""
    reach = 1.5 * options.shared_place_m
    found = [np.empty((0, 2), dtype=np.int64)]
    tree = cKDTree(places.positions)
    for block in blocks(places.positions):
        local, here, vertices = around(graph, places.where(block), reach)
        distances = network_distances(local, here, reach)
        distances = np.pad(distances, ((0, 0), (0, 1)), constant_values=np.inf)  # for vertex -1
        near = cKDTree(here.positions).query_ball_tree(tree, reach, p=np.inf)
        counts = np.array([len(numbers) for numbers in near])
        one, other = np.repeat(np.arange(len(block)), counts), np.concatenate(near).astype(np.int64)
        ends = vertices[graph.edges[places.edges[other]]]
        ways = distances[one[:, None], ends] + places.distances[other]
        same = places.edges[block[one]] == places.edges[other]
        along = np.abs(places.distances[block[one], 0] - places.distances[other, 0])
        close = np.where(same, along, ways.min(axis=1)) < options.shared_place_m
        found.append(np.stack([block[one[close]], other[close]], axis=1))
    one, other = np.concatenate(found).T
    return one, other


def _kept(
    precision: NDArray[np.float64], sharing: tuple[NDArray[np.int64], NDArray[np.int64]], options: TopoOptions
) -> NDArray[np.bool_]:
    """Go through the places from the most precise on, dropping those that share one already kept."""
    one, other = sharing
    order = np.argsort(one, kind="stable")
    neighbours = np.split(other[order], np.searchsorted(one[order], np.arange(1, len(precision))))
    kept = np.zeros(len(precision), dtype=bool)
    taken = np.zeros(len(precision), dtype=bool)
    for place in np.argsort(precision, kind="stable")[::-1]:
        if not taken[place] or precision[place] >= options.shared_place_precision:
            kept[place] = True
            taken[neighbours[place]] = True
    return kept


def _score(
    truth: RoadGraph[RowCol], predicted: RoadGraph[RowCol], options: TopoOptions, *, rings: bool = False
) -> TopoScore:
    """Compare two graphs, which may have nothing to compare."""
    truth = in_canonical_order(truth, scale=options.m_per_px)
    predicted = in_canonical_order(predicted, scale=options.m_per_px)
    starts = start_points(truth, spacing_m=options.start_spacing_m, m_per_px=options.m_per_px, rings=rings)
    numbers, paired = pair_starts(
        starts, truth, predicted, reach_m=options.pairing_m, cosine=options.pairing_cosine
    )
    if not len(numbers):
        return TopoScore(0.0, 0.0, 0.0, len(starts.edges), 0, 0)
    precisions, recalls = _walk_all(truth, predicted, starts.where(numbers), paired, options)
    kept = _kept(precisions, _sharing(predicted, paired, options), options)
    precision = float(precisions[kept].mean())
    recall = float(recalls[kept].sum() / len(starts.edges))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return TopoScore(precision, recall, f1, len(starts.edges), len(numbers), int(kept.sum()))


def proposal_precision(
    truth: RoadGraph[RowCol], predicted: RoadGraph[RowCol], options: TopoOptions | None = None
) -> float:
    """Return the share of a prediction that the truth confirms, walked from everywhere on the prediction.

    This is the recall of ``topo`` with the roles exchanged, and with start points on rings that join no
    other road, too. So false roads far from any true road lower it, to which ``topo`` is blind.

    Args:
        truth: The graph to judge by, in pixels.
        predicted: The graph to judge, in the same pixels.
        options: Parameters; those of the Sat2Graph code when absent.

    Returns:
        In [0, 1]; 0 where the prediction has no road long enough to start from.

    Raises:
        GraphError: The truth has no road.
    """
    if not truth.edge_lengths.any():
        raise GraphError("The true graph has no road to compare with: choose an area with roads.")
    return _score(predicted, truth, options or TopoOptions(), rings=True).recall


def topo(
    truth: RoadGraph[RowCol], predicted: RoadGraph[RowCol], options: TopoOptions | None = None
) -> TopoScore:
    """Compare two road graphs of one tile by TOPO.

    Args:
        truth: The graph to judge by, in pixels.
        predicted: The graph to judge, in the same pixels.
        options: Parameters; those of the Sat2Graph code when absent.

    Raises:
        GraphError: The truth has no road long enough to start from.
    """
    options = options or TopoOptions()
    score = _score(truth, predicted, options)
    if not score.starts:
        raise GraphError(
            f"The true graph has no road of {options.start_spacing_m / 2:.0f} m between junctions or ends "
            "to start from: choose a larger area, or one with roads."
        )
    return score
