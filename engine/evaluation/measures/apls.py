"""APLS: are routes as long in one graph as in the other?

Average path length similarity between control points along the roads (Van Etten et al., SpaceNet,
2018), in the variant published with Sat2Graph (He et al., 2020), by whose numbers papers compare
themselves. Control points are about 50 m apart on chains between junctions, ends and junctions
included; each is snapped to a vertex of the other graph, one to one; a route between two control
points costs the relative difference of its lengths, at most 1, and 1 where an end is not snapped.
Roads are cut into hops of at most 2 m first, whose lengths count in whole centimetres.

To thin out control points, the original looks for neighbours of a vertex in the other graph, by
mistake: it drops about one candidate in ten, nearly at random but never a dead end, which costs
half a point of score. As published figures hold it, so does this. Which ones it drops depends on
how vertices are numbered: by file there, by column and row here, so that the order of the input
changes nothing (on one example pair, numberings differ by 0.004, runs of the original by 0.001).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.errors import GraphError
from engine.evaluation.measures.hops import HOP_M, Hops, cut_into_hops, survey, within_hops
from engine.evaluation.measures.limits import check_limits
from engine.evaluation.measures.routes import RouteTally, route_lengths
from engine.evaluation.measures.sampling import M_PER_DEGREE, in_canonical_order, in_degrees
from engine.frames import RowCol
from engine.roads.graph import RoadGraph

_LIMITS = {
    "m_per_px": (0.001, 1000.0),
    "margin_m": (0.0, 1e6),
    "spacing_hops": (1.0, 1e6),
    "shortest_route_m": (0.0, 1e6),
    "snap_m": (0.0, 1000.0),
    "apart_hops": (0.0, 1000.0),
}

_COVERED_HOPS = 4
_SNAP_CANDIDATES = 10
_PAIRS_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True)
class AplsOptions:
    """Parameters of APLS; the defaults are those of the Sat2Graph code for tiles of 2048 m.

    ``AplsOptions.small_tile()`` has its values for tiles of 352 m.

    Attributes:
        m_per_px: Ground size of a pixel.
        tile_m: Height and width of the tile; absent = control points may lie anywhere.
        margin_m: Control points lie at least this far inside the tile.
        spacing_hops: Hops between control points on a chain; chains of up to
            ``1.5 * spacing_hops`` rounded down have none between their ends.
        shortest_route_m: Routes up to this length in the graph they start from do not count.
        snap_m: Largest distance of a control point from the vertex that it is snapped to.
        apart_hops: Snapped vertices are more than this apart.
    """

    m_per_px: float = 1.0
    tile_m: tuple[float, float] | None = (2048.0, 2048.0)
    margin_m: float = 100.0
    spacing_hops: int = 25
    shortest_route_m: float = 100.0
    snap_m: float = 10.0
    apart_hops: int = 4

    def __post_init__(self) -> None:
        check_limits(self, _LIMITS)

    @classmethod
    def small_tile(cls, tile_m: float = 352.0, *, spacing_hops: int = 15) -> "AplsOptions":
        """Return the Sat2Graph code's parameters for small tiles, such as SpaceNet's.

        Args:
            tile_m: Side of the tile.
            spacing_hops: 15 there; RNGDet++ and SAM-Road take 10.
        """
        return cls(
            tile_m=(tile_m, tile_m),
            margin_m=30.0,
            spacing_hops=spacing_hops,
            shortest_route_m=30.0,
            apart_hops=3,
        )


@dataclass(frozen=True, slots=True)
class AplsScore:
    """The outcome of APLS for one tile.

    Attributes:
        score: Mean of the two directions: arithmetic here, harmonic in SpaceNet's variant.
        truth_to_predicted: Similarity of the truth's routes in the prediction, in [0, 1].
        predicted_to_truth: Similarity of the prediction's routes in the truth, in [0, 1]; 0 where the
            prediction has no route to compare.
        routes_within_5_percent: Share of the truth's counted routes whose length in the prediction is
            within 5 % of theirs; routes that are lost there count, as not kept.
    """

    score: float
    truth_to_predicted: float
    predicted_to_truth: float
    routes_within_5_percent: float


def _candidates(hops: Hops, options: AplsOptions) -> NDArray[np.int64]:
    """List points at even steps along the chains; after the chains found from a junction, itself."""
    points, keys = [], []
    for run in hops.runs:
        size = len(run)
        parts = int(size / options.spacing_hops) + 1 if size > int(1.5 * options.spacing_hops) else 1
        chosen = run[(size * np.arange(1, parts) / parts).astype(np.int64)]
        points.append(chosen)
        keys.append(np.full(len(chosen), run[0]))
    proper = np.flatnonzero(hops.graph.degrees != 2)
    order = np.argsort(np.concatenate([*keys, proper]), kind="stable")
    candidates = np.concatenate([*points, proper])[order]
    if options.tile_m is None:
        return candidates
    places = hops.graph.vertices[candidates] - 0.5 * options.m_per_px
    inside = (places > options.margin_m) & (places < np.array(options.tile_m) - options.margin_m)
    return candidates[np.all(inside, axis=1)]


def _control_points(hops: Hops, other: Hops, options: AplsOptions) -> NDArray[np.int64]:
    """Choose among the candidates; ends are only left out beside another point within 2 m."""
    candidates = _candidates(hops, options)
    degrees = hops.graph.degrees
    places_m = in_degrees(hops.graph.vertices[candidates], options.m_per_px) * M_PER_DEGREE
    cells = (places_m / HOP_M).astype(np.int64)
    chosen: list[int] = []
    cells_taken: set[tuple[int, ...]] = set()
    covered: set[int] = set()
    for point, cell in zip(candidates.tolist(), map(tuple, cells.tolist()), strict=True):
        if cell not in cells_taken and (point not in covered or degrees[point] == 1):
            cells_taken.add(cell)
            chosen.append(point)
            covered |= within_hops(other, point, _COVERED_HOPS)
    return np.array(chosen, dtype=np.int64)


def _snap(positions: NDArray[np.float64], hops: Hops, options: AplsOptions) -> NDArray[np.int64]:
    """Give each position (N, 2) the nearest free point of a graph, or -1; nearest in degrees, as there."""
    vertices = hops.graph.vertices
    snapped = np.full(len(positions), -1)
    if not len(vertices):
        return snapped
    tree = cKDTree(in_degrees(vertices, options.m_per_px))
    count = min(_SNAP_CANDIDATES, len(vertices))
    _, numbers = tree.query(in_degrees(positions, options.m_per_px), k=range(1, count + 1))
    offsets = vertices[numbers] - positions[:, None]  # (N, candidates, 2)
    near = np.hypot(offsets[..., 0], offsets[..., 1]) < options.snap_m
    taken: set[int] = set()
    for place, (reached, nodes) in enumerate(zip(near, numbers, strict=True)):
        for node in nodes[reached].tolist():
            if node not in taken:
                snapped[place] = node
                taken |= within_hops(hops, node, options.apart_hops)
                break
    return snapped


def _has_routes(hops: Hops, points: NDArray[np.int64], options: AplsOptions) -> bool:
    """Tell whether any two control points have a route that counts."""
    places = hops.points.where(points)
    rows = np.array_split(np.arange(len(points)), len(points) ** 2 // _PAIRS_AT_ONCE + 1)
    lengths = (route_lengths(hops.roads, places.where(some), places) for some in rows)
    return any(bool((np.isfinite(each) & (each > options.shortest_route_m)).any()) for each in lengths)


def _one_way(here: Hops, there: Hops, options: AplsOptions) -> RouteTally:
    """Return how well routes of one graph are found in the other."""
    points = _control_points(here, there, options)
    snapped = _snap(here.graph.vertices[points], there, options)
    found = snapped >= 0
    starts, goals = points[found], snapped[found]
    lost = (len(points) * (len(points) - 1) - len(starts) * (len(starts) - 1)) // 2
    tally = RouteTally(routes=lost, cost=float(lost))
    for rows in np.array_split(np.arange(len(starts)), len(starts) ** 2 // _PAIRS_AT_ONCE + 1):
        ours = route_lengths(here.roads, here.points.where(starts[rows]), here.points.where(starts))
        once = rows[:, None] < np.arange(len(starts))
        counts = once & np.isfinite(ours) & (ours > options.shortest_route_m)
        ours = ours[counts]
        theirs = route_lengths(there.roads, there.points.where(goals[rows]), there.points.where(goals))
        tally = tally.plus(ours, theirs[counts])
    if tally.routes == lost and not _has_routes(here, points, options):
        # Lost points count however near they are. Where no route is long enough, the measure would
        # be 0 for a prediction that lacks the road, and not defined for one that has it.
        return RouteTally()
    return tally


def apls(
    truth: RoadGraph[RowCol], predicted: RoadGraph[RowCol], options: AplsOptions | None = None
) -> AplsScore:
    """Compare two road graphs of one tile by APLS.

    Args:
        truth: The graph to judge by, in pixels.
        predicted: The graph to judge, in the same pixels.
        options: Parameters; those of the Sat2Graph code for tiles of 2048 m when absent.

    Raises:
        GraphError: The truth has no route to compare.
    """
    options = options or AplsOptions()
    graphs = [in_canonical_order(graph, scale=options.m_per_px) for graph in (truth, predicted)]
    here, there = (survey(cut_into_hops(graph, options.m_per_px), options.m_per_px) for graph in graphs)
    forth = _one_way(here, there, options)
    if not forth.routes:
        raise GraphError(
            f"The true graph has no route of {options.shortest_route_m:.0f} m inside the tile to compare: "
            "choose a larger area, or one with roads."
        )
    back = _one_way(there, here, options)
    score = (forth.similarity + back.similarity) / 2
    return AplsScore(score, forth.similarity, back.similarity, forth.kept / forth.routes)
