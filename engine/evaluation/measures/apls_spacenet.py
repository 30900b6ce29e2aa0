"""APLS as SpaceNet's challenges score it: control points are projected on the roads of the other graph.

Average path length similarity (Van Etten et al., SpaceNet, 2018) in the variant of the CosmiQ code,
which differs from the one in ``apls``: control points are the ends, junctions and points at even
steps of at most 50 m; each is moved to the nearest place on the other graph, which need not be a
vertex; every connected pair of control points counts; the score is the harmonic mean of the two
directions.

Three things of the original are left out: it takes a random 1000 control points of a large graph,
it loses the former of two control points that meet at the same end of a road, and it drops pieces
of road below 5 m while it reads its files.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.errors import GraphError
from engine.evaluation.measures.apls import AplsScore
from engine.evaluation.measures.limits import check_limits
from engine.evaluation.measures.routes import RoadPoints, RouteTally, route_lengths, shortest_roads
from engine.evaluation.measures.sampling import in_canonical_order, ranges
from engine.frames import Frame
from engine.roads.chains import Chain, find_chains
from engine.roads.graph import RoadGraph

_LIMITS = {
    "m_per_unit": (0.001, 1000.0),
    "spacing_m": (1.0, 1e6),
    "snap_m": (0.001, 1000.0),
    "shortest_route_m": (1e-6, 1e6),
}

_NONE = np.empty(0, dtype=np.int64)
_PAIRS_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True)
class SpacenetAplsOptions:
    """Parameters of SpaceNet's APLS; the defaults are those of the CosmiQ code.

    Attributes:
        m_per_unit: Metres in a unit of the graphs' coordinates, such as the ground size of a pixel.
        spacing_m: Largest distance between control points along a chain; chains shorter than three
            quarters of it have none between their ends.
        snap_m: Largest distance of a control point from the road that it is moved to.
        shortest_route_m: Routes below this length do not count.
    """

    m_per_unit: float = 1.0
    spacing_m: float = 50.0
    snap_m: float = 4.0
    shortest_route_m: float = 0.001

    def __post_init__(self) -> None:
        check_limits(self, _LIMITS)


@dataclass(frozen=True, slots=True, eq=False)
class _Roads:
    """The chains of a graph, laid out end to end.

    Attributes:
        starts: (E, 2) where each edge begins, chain by chain.
        vectors: (E, 2) from there to where it ends.
        chains: (E,) number of the chain of each edge; ascending.
        along_m: (E,) length of the chain up to the edge.
        ends: (C, 2) junctions where each chain begins and ends.
        lengths_m: (C,) lengths of the chains.
        places: (J, 2) coordinates of the junctions.
        matrix: (J, J) lengths of the shortest chains between junctions.
    """

    starts: NDArray[np.float64]
    vectors: NDArray[np.float64]
    chains: NDArray[np.int64]
    along_m: NDArray[np.float64]
    ends: NDArray[np.int64]
    lengths_m: NDArray[np.float64]
    places: NDArray[np.float64]
    matrix: csr_array


def _lay_out(graph: RoadGraph[Frame]) -> _Roads:
    """Lay out the chains of a graph, in metres."""
    chains: list[Chain] = find_chains(graph)
    here = np.concatenate([_NONE, *(chain.vertices[:-1] for chain in chains)])
    there = np.concatenate([_NONE, *(chain.vertices[1:] for chain in chains)])
    number = np.repeat(np.arange(len(chains)), [len(chain.edges) for chain in chains])
    borders = np.array([(chain.vertices[0], chain.vertices[-1]) for chain in chains], dtype=np.int64)
    junctions, ends = np.unique(borders, return_inverse=True)
    vectors = graph.vertices[there] - graph.vertices[here]
    lengths = np.hypot(*vectors.T)
    totals: NDArray[np.float64] = np.bincount(number, lengths, minlength=len(chains)).astype(np.float64)
    return _Roads(
        starts=graph.vertices[here],
        vectors=vectors,
        chains=number,
        along_m=np.cumsum(lengths) - lengths - (np.cumsum(totals) - totals)[number],
        ends=ends.reshape(-1, 2),
        lengths_m=totals,
        places=graph.vertices[junctions],
        matrix=shortest_roads(ends.reshape(-1, 2), totals, len(junctions)),
    )


def _control_points(roads: _Roads, spacing_m: float) -> tuple[NDArray[np.float64], RoadPoints]:
    """Return the (N, 2) coordinates of the control points, and where they lie."""
    lengths = roads.lengths_m
    # A chain of exactly two spacings must not have two or three parts by the rounding of its length.
    parts = np.maximum(np.ceil(lengths / spacing_m - 1e-9), 2).astype(np.int64)
    inner = np.where(lengths < 0.75 * spacing_m, 0, parts - 1)
    chain = np.repeat(np.arange(len(lengths)), inner)
    along = (ranges(inner) + 1) / parts[chain] * lengths[chain]
    first = np.searchsorted(roads.chains, np.arange(len(lengths)))
    shift = np.cumsum(lengths) - lengths  # along all chains, laid end to end
    edge = np.searchsorted(roads.along_m + shift[roads.chains], along + shift[chain], side="right") - 1
    edge = np.maximum(edge, first[chain])
    edge_lengths = np.hypot(*roads.vectors[edge].T)
    share = ((along - roads.along_m[edge]) / edge_lengths)[:, None]
    junctions = np.arange(len(roads.places))
    positions = np.concatenate([roads.places, roads.starts[edge] + share * roads.vectors[edge]])
    points = RoadPoints(
        chains=np.concatenate([np.full(len(junctions), -1), chain]),
        ends=np.concatenate([np.stack([junctions, junctions], axis=1), roads.ends[chain]]),
        offsets=np.concatenate(
            [np.zeros((len(junctions), 2)), np.stack([along, lengths[chain] - along], axis=1)]
        ),
    )
    return positions, points


def _project(
    positions: NDArray[np.float64], roads: _Roads, snap_m: float
) -> tuple[NDArray[np.int64], RoadPoints]:
    """Move positions (N, 2) to the nearest roads; also return the numbers of those that have one."""
    lines = shapely.linestrings(np.stack([roads.starts, roads.starts + roads.vectors], axis=1))
    found = shapely.STRtree(lines).query_nearest(
        shapely.points(positions), max_distance=snap_m, all_matches=True
    )
    order = np.lexsort(found[::-1])
    numbers, first = np.unique(found[0][order], return_index=True)
    edge = found[1][order][first]
    lengths = np.hypot(*roads.vectors[edge].T)
    share = ((positions[numbers] - roads.starts[edge]) * roads.vectors[edge]).sum(axis=1) / lengths**2
    along = roads.along_m[edge] + np.clip(share, 0.0, 1.0) * lengths
    chain = roads.chains[edge]
    offsets = np.stack([along, roads.lengths_m[chain] - along], axis=1)
    return numbers, RoadPoints(chain, roads.ends[chain], offsets)


def _one_way(here: _Roads, there: _Roads, options: SpacenetAplsOptions) -> RouteTally:
    """Return how well routes of one graph are found in the other."""
    positions, points = _control_points(here, options.spacing_m)
    numbers, projected = _project(positions, there, options.snap_m)
    place = np.full(len(positions), -1)
    place[numbers] = np.arange(len(numbers))
    every = np.arange(len(positions))
    tally = RouteTally()
    for rows in np.array_split(every, len(every) ** 2 // _PAIRS_AT_ONCE + 1):
        ours = route_lengths(here.matrix, points.where(rows), points)
        theirs = np.full(ours.shape, np.inf)
        found = rows[place[rows] >= 0]
        theirs[np.ix_(place[rows] >= 0, numbers)] = route_lengths(
            there.matrix, projected.where(place[found]), projected
        )
        counts = (rows[:, None] < every) & np.isfinite(ours) & (ours >= options.shortest_route_m)
        tally = tally.plus(ours[counts], theirs[counts])
    return tally


def apls_spacenet(
    truth: RoadGraph[Frame], predicted: RoadGraph[Frame], options: SpacenetAplsOptions | None = None
) -> AplsScore:
    """Compare two road graphs by SpaceNet's APLS; the score is the harmonic mean of the directions.

    Args:
        truth: The graph to judge by, in pixels or in a metric reference system.
        predicted: The graph to judge, in the same frame.
        options: Parameters; those of the CosmiQ code when absent.

    Raises:
        GraphError: The truth has no road.
    """
    options = options or SpacenetAplsOptions()
    here = _lay_out(in_canonical_order(truth, scale=options.m_per_unit))
    there = _lay_out(in_canonical_order(predicted, scale=options.m_per_unit))
    forth = _one_way(here, there, options)
    if not forth.routes:
        raise GraphError("The true graph has no road to compare with: choose an area with roads.")
    back = _one_way(there, here, options)
    both = (forth.similarity, back.similarity)
    score = 2 * both[0] * both[1] / sum(both) if min(both) > 0 else 0.0
    return AplsScore(score, *both, forth.kept / forth.routes)
