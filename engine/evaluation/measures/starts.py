"""Where the walks of TOPO begin: places along the truth, and those beside them in the prediction."""

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.evaluation.measures.marbles import Places
from engine.evaluation.measures.sampling import M_PER_DEGREE, in_degrees
from engine.frames import RowCol
from engine.roads.chains import Chain, find_chains
from engine.roads.graph import RoadGraph


def _along_chain(
    vertices: NDArray[np.float64], spacing_deg: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Spread start points over one chain, given in degrees (N, 2): edge along the chain, share of it."""
    offsets = vertices[1:] - vertices[:-1]
    steps = np.hypot(offsets[:, 0], offsets[:, 1] * np.cos(np.radians(vertices[:-1, 0])))
    ends = np.concatenate([[0.0], np.cumsum(steps)])
    count = 0 if ends[-1] < spacing_deg / 2 else max(int(ends[-1] / spacing_deg), 1)
    along = (np.arange(1, count + 1) / (count + 1) * ends[-1])[:, None]
    point, edge = np.nonzero((along >= ends[:-1]) & (along <= ends[1:]))
    return edge, (along[point, 0] - ends[edge]) / steps[edge]


def start_points(truth: RoadGraph[RowCol], *, spacing_m: float, m_per_px: float, rings: bool) -> Places:
    """Spread start points over the chains of a graph.

    Args:
        truth: In metres.
        spacing_m: Distance between start points; chains shorter than half of it have none.
        m_per_px: Ground size of a pixel of the tile that the graph is on.
        rings: Whether rings that no other road joins have start points, too.
    """
    degrees = in_degrees(truth.vertices, m_per_px)
    spacing_deg = spacing_m / M_PER_DEGREE
    roads = truth.degrees  # counted once: for each chain anew would take the square of their number
    chains = [chain for chain in find_chains(truth) if rings or roads[chain.vertices[0]] != 2]
    single = [Chain(chain.vertices[::-1], chain.edges) for chain in chains if len(chain.edges) == 1]
    edges, positions = [np.empty(0, dtype=np.int64)], [np.empty((0, 2))]
    for chain in chains + single:
        edge, share = _along_chain(degrees[chain.vertices], spacing_deg)
        here, there = truth.vertices[chain.vertices[edge]], truth.vertices[chain.vertices[edge + 1]]
        edges.append(chain.edges[edge])
        positions.append(here + share[:, None] * (there - here))
    return Places.beside(truth, np.concatenate(positions), np.concatenate(edges))


def pair_starts(
    starts: Places,
    truth: RoadGraph[RowCol],
    predicted: RoadGraph[RowCol],
    *,
    reach_m: float,
    cosine: float,
) -> tuple[NDArray[np.int64], Places]:
    """Find the nearest predicted edge of like direction beside each start point that has one.

    Args:
        starts: On the truth.
        truth: In metres.
        predicted: Likewise.
        reach_m: Largest distance from a start point to the edge.
        cosine: Least cosine of the angle between the two edges.

    Returns:
        (N,) numbers of the start points that have one, and the (N,) places on the prediction.
    """
    lines = shapely.linestrings(predicted.vertices[predicted.edges])
    points = shapely.points(starts.positions)
    start, edge = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach_m)
    ours, theirs = truth.edge_vectors[starts.edges[start]], predicted.edge_vectors[edge]
    cosines = np.abs((ours * theirs).sum(axis=1)) / (np.hypot(*ours.T) * np.hypot(*theirs.T))
    start, edge = start[cosines > cosine], edge[cosines > cosine]
    order = np.lexsort((edge, shapely.distance(points[start], lines[edge]), start))
    paired, first = np.unique(start[order], return_index=True)
    return paired, Places.beside(predicted, starts.positions[paired], edge[order][first])
