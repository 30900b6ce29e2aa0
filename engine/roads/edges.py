"""Which vertices are joined: snap every sector's endpoint to a vertex, then cut edges at what they pass."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from engine.roads.vertices import CERTAIN_PROBABILITY, RIDGE_PROBABILITY, RoadVertices

# Own choices, to a sector's half width of 30°.
_FACING_COS = np.cos(np.radians(30.0))
_ALONG_COS = np.cos(np.radians(25.0))

_RIDGE_LATERAL_PX = 4.0
_CERTAIN_LATERAL_PX = 1.5
"""How far beside an edge a vertex may lie and be passed by it: on a ridge half a road's width or so, at a
certain vertex half a blob."""

_STATION_PX = 5.0
"""Distance between the places along an edge from which passed vertices are looked for."""

_FULL_VERTEX_PROBABILITY = 0.15
"""Share of a road's pixels that blobs cover: 3 px in 20 px."""

_CHUNK = 50_000
"""Sectors or edges treated at once: bounds memory on whole rasters."""


def _directions(vertices: RoadVertices, edge_threshold: float) -> NDArray[np.float64]:
    """Return (V, 6, 2) unit vectors of the sectors that tell of an edge, NaN for the others."""
    length = np.hypot(vertices.offsets_px[..., 0], vertices.offsets_px[..., 1])
    live = (vertices.edge_probability > edge_threshold) & (length > 0)
    return np.asarray(vertices.offsets_px / np.where(live, length, np.nan)[..., None])


def _cosines(
    directions: NDArray[np.float64], vertex: NDArray[np.int64], towards: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (P, 6) cosines between the sectors of each vertex (P,) and a direction (P, 2); dead: -1.

    A sector's number only counts slots: neighbours in conflict are stored in other sectors, so the
    angle is always taken from the vector.
    """
    unit = towards / np.maximum(np.hypot(*towards.T), 1e-9)[:, None]
    cosines: NDArray[np.float64] = np.einsum("psc,pc->ps", directions[vertex], unit)
    return np.where(np.isnan(cosines), -1.0, cosines)


def _snap_costs(
    vertices: RoadVertices,
    directions: NDArray[np.float64],
    source: NDArray[np.int64],
    offset: NDArray[np.float64],
    target: NDArray[np.int64],
    angle_weight_px: float,
) -> NDArray[np.float64]:
    """Return (3, P) costs in pixels of leading each endpoint to a vertex, one row for each pass.

    Pass 1 wants a vertex that points back, pass 2 a vertex close to the endpoint, pass 3 takes
    recovered vertices. Infinite where a pass does not apply.
    """
    length = np.hypot(*offset.T)
    towards = vertices.positions[target] - vertices.positions[source]
    miss = np.hypot(*(towards - offset).T)
    reach = np.maximum(np.hypot(*towards.T), 1e-9)
    turn = 1.0 - (towards * offset).sum(axis=1) / (reach * length)
    best_back = _cosines(directions, target, -towards).max(axis=1)
    back = 1.0 - np.maximum(best_back, 0.0)  # no sector within 90° costs as much as one at 90°
    seen = ~vertices.recovered[target]
    costs = np.stack(
        [
            miss + angle_weight_px * (back + turn),
            miss + 2 * angle_weight_px * turn,
            miss + angle_weight_px * turn,
        ]
    )
    allowed = np.stack([seen & (miss <= length), seen & (miss <= 0.5 * length), ~seen & (miss <= length)])
    return np.where(allowed & (source != target), costs, np.inf)


def _snap(
    vertices: RoadVertices,
    directions: NDArray[np.float64],
    snap_px: float,
    angle_weight_px: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return source vertex, sector and target vertex of every sector that found one."""
    all_sources, all_sectors = np.nonzero(np.isfinite(directions[..., 0]))
    tree = KDTree(vertices.positions)
    found = []
    for start in range(0, len(all_sources), _CHUNK):
        source, sector = all_sources[start : start + _CHUNK], all_sectors[start : start + _CHUNK]
        offset = vertices.offsets_px[source, sector]
        ends = KDTree(vertices.positions[source] + offset)
        pairs = ends.sparse_distance_matrix(tree, snap_px, output_type="ndarray")
        end, target = pairs["i"], pairs["j"]
        costs = _snap_costs(vertices, directions, source[end], offset[end], target, angle_weight_px)
        turn, pair = np.nonzero(costs < snap_px)
        order = np.lexsort((target[pair], costs[turn, pair], turn, end[pair]))
        best = pair[order[np.flatnonzero(np.diff(end[pair[order]], prepend=-1))]]
        found.append((source[end[best]], sector[end[best]], target[best]))
    sources, sectors, targets = zip(*found, strict=True) if found else ((), (), ())
    none = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([none, *sources]),
        np.concatenate([none, *sectors]),
        np.concatenate([none, *targets]),
    )


def _edge_confidence(
    vertices: RoadVertices,
    directions: NDArray[np.float64],
    source: NDArray[np.int64],
    sector: NDArray[np.int64],
    target: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return (E,) confidence: the mean of what both ends say, less where vertices are doubtful.

    The far end speaks through its best sector within 30° of the way back, and says 0 without one.
    A road of which only the phase of the vertices is open has a vertex probability of 3 px in 20 px,
    0.15; less than that means doubt in the road itself and lowers the confidence in proportion.
    """
    back = vertices.positions[source] - vertices.positions[target]
    facing = _cosines(directions, target, back) > _FACING_COS
    reply = np.where(facing, vertices.edge_probability[target], 0.0).max(axis=1, initial=0.0)
    certainty = np.minimum(vertices.probability / _FULL_VERTEX_PROBABILITY, 1.0)
    doubt = np.sqrt(certainty[source] * certainty[target])
    confidence: NDArray[np.float64] = (vertices.edge_probability[source, sector] + reply) / 2 * doubt
    return np.clip(confidence, 0.0, 1.0)


def _in_line(
    directions: NDArray[np.float64],
    vertex: NDArray[np.int64],
    unit: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return whether each vertex (P,) has sectors in line with a direction (P, 2) both ways."""
    ahead = np.nan_to_num(np.einsum("psc,pc->ps", directions[vertex], unit))
    both: NDArray[np.bool_] = (ahead.max(axis=1) > _ALONG_COS) & (ahead.min(axis=1) < -_ALONG_COS)
    return both


def _passed_vertices(
    vertices: RoadVertices, directions: NDArray[np.float64], graph: RoadGraph[RowCol], tree: KDTree
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find the vertices that edges pass: edge number, vertex and place along the edge in pixels.

    A vertex is passed when it lies beside the edge, between its ends, and has sectors in line with
    the edge both ways; so a road on another level that crosses there is left alone. How far beside
    depends, as in the thinning of ridges, on how sure its place is.
    """
    length = graph.edge_lengths
    stations = np.ceil(length / _STATION_PX).astype(np.int64)
    edge = np.repeat(np.arange(len(length)), stations)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(stations) - stations, stations)
    along = (step + 0.5) / stations[edge]
    points = graph.vertices[graph.edges[edge, 0]] + along[:, None] * graph.edge_vectors[edge]
    reach = np.hypot(_RIDGE_LATERAL_PX, _STATION_PX / 2)
    near = KDTree(points).sparse_distance_matrix(tree, reach, output_type="ndarray")
    key = np.unique(edge[near["i"]] * len(vertices.positions) + near["j"])
    edge, vertex = np.divmod(key, len(vertices.positions))
    unit = graph.edge_vectors[edge] / length[edge][:, None]
    away = vertices.positions[vertex] - graph.vertices[graph.edges[edge, 0]]
    place = (away * unit).sum(axis=1)
    beside = np.abs(away[:, 0] * unit[:, 1] - away[:, 1] * unit[:, 0])
    allowed = np.interp(
        vertices.probability[vertex],
        [RIDGE_PROBABILITY, CERTAIN_PROBABILITY],
        [_RIDGE_LATERAL_PX, _CERTAIN_LATERAL_PX],
    )
    passed = (beside < allowed) & (place > 0) & (place < length[edge])
    passed &= (graph.edges[edge] != vertex[:, None]).all(axis=1)
    edge, vertex, place, unit = edge[passed], vertex[passed], place[passed], unit[passed]
    in_line = _in_line(directions, vertex, unit)
    return edge[in_line], vertex[in_line], place[in_line]


def split_at_passed_vertices(
    vertices: RoadVertices, graph: RoadGraph[RowCol], *, edge_threshold: float
) -> RoadGraph[RowCol]:
    """Replace every edge that passes vertices of its own road by the run through them.

    Along a ridge the vertices are closer than the edges are long, so that edges skip vertices and
    interleave; after this they coincide. The parts keep the confidence of the whole; of equal parts
    the most confident stays.

    Args:
        vertices: What the graph's vertices are known by, in the same order.
        graph: Edges between ``vertices``.
        edge_threshold: Least edge probability of a sector that tells of an edge.
    """
    if not len(graph.edges):
        return graph
    directions = _directions(vertices, edge_threshold)
    tree = KDTree(vertices.positions)
    pieces, scores = [], []
    block = np.arange(len(graph.edges)) // _CHUNK
    for number in range(block[-1] + 1):
        part = graph.with_edges(block == number)
        edge, vertex, place = _passed_vertices(vertices, directions, part, tree)
        count = len(part.edges)
        edge = np.concatenate([np.arange(count), edge, np.arange(count)])
        vertex = np.concatenate([part.edges[:, 0], vertex, part.edges[:, 1]])
        place = np.concatenate([np.full(count, -np.inf), place, np.full(count, np.inf)])
        order = np.lexsort((vertex, place, edge))
        run, whole = vertex[order], edge[order]
        inside = whole[1:] == whole[:-1]
        pieces.append(np.stack([run[:-1], run[1:]], axis=1)[inside])
        scores.append(part.confidence[whole[1:][inside]])
    return RoadGraph[RowCol].build(graph.vertices, np.concatenate(pieces), confidence=np.concatenate(scores))


def bridge_gaps(
    vertices: RoadVertices, graph: RoadGraph[RowCol], *, bridge_px: float, edge_threshold: float
) -> RoadGraph[RowCol]:
    """Join dead ends that face each other and of which the network says that the road goes on.

    Both ends must lie within 30° of the other's direction of travel, be each other's nearest such end,
    and have a sector, be it a faint one, that points at the other; recovered vertices, which are
    themselves such evidence, need none. A bridge is half as confident as the weaker of the roads.

    Args:
        vertices: What the graph's vertices are known by, in the same order.
        graph: Edges between ``vertices``.
        bridge_px: Longest bridge.
        edge_threshold: Sectors from a fifth of this on count as evidence.
    """
    first, second = graph.edges.T
    dead = graph.degrees == 1
    inner, score = np.full(len(dead), -1), np.full(len(dead), np.nan)
    inner[first], inner[second] = second, first
    score[first], score[second] = graph.confidence, graph.confidence
    ends = np.flatnonzero(dead)
    if len(ends) < 2:
        return graph
    pairs = ends[KDTree(graph.vertices[ends]).query_pairs(bridge_px, output_type="ndarray")]
    end, other = np.concatenate([pairs, np.fliplr(pairs)]).T
    towards = graph.vertices[other] - graph.vertices[end]
    travel = graph.vertices[end] - graph.vertices[inner[end]]
    reach = np.hypot(*towards.T)
    ahead = (travel * towards).sum(axis=1) > _FACING_COS * np.hypot(*travel.T) * reach
    evidence = _cosines(_directions(vertices, edge_threshold / 5), end, towards).max(axis=1) > _FACING_COS
    willing = ahead & (evidence | vertices.recovered[end])
    half = len(pairs)
    mutual = willing[:half] & willing[half:]
    end, other, reach = end[:half][mutual], other[:half][mutual], reach[:half][mutual]
    nearest = np.full(len(dead), np.inf)
    np.minimum.at(nearest, end, reach)
    np.minimum.at(nearest, other, reach)
    chosen = (nearest[end] == reach) & (nearest[other] == reach)
    end, other = end[chosen], other[chosen]
    return RoadGraph[RowCol].build(
        graph.vertices,
        np.concatenate([graph.edges, np.stack([end, other], axis=1)]),
        confidence=np.concatenate([graph.confidence, np.minimum(score[end], score[other]) / 2]),
    )


def connect(
    vertices: RoadVertices, *, edge_threshold: float, snap_px: float, angle_weight_px: float
) -> RoadGraph[RowCol]:
    """Join the vertices by the edges that their sectors tell of.

    Every live sector predicts an endpoint, which is led to the vertex of least cost in three passes,
    each tried only when the former found nothing (Sat2Graph, section 3.2). The cost is a distance in
    pixels: how far the vertex is from the endpoint, plus ``angle_weight_px`` for each unit of
    1 - cos by which the vertex lies off the predicted direction, or points back off this one.

    Args:
        vertices: In any frame of pixels.
        edge_threshold: Least edge probability of a live sector, absolute.
        snap_px: Costs must stay below this.
        angle_weight_px: What a right angle costs.

    Returns:
        A graph whose vertices are all of ``vertices``, in their order; its edges carry a confidence.
    """
    if not len(vertices.positions):
        return RoadGraph[RowCol].empty()
    directions = _directions(vertices, edge_threshold)
    source, sector, target = _snap(vertices, directions, snap_px, angle_weight_px)
    graph = RoadGraph[RowCol].build(
        vertices.positions,
        np.stack([source, target], axis=1),
        confidence=_edge_confidence(vertices, directions, source, sector, target),
    )
    return split_at_passed_vertices(vertices, graph, edge_threshold=edge_threshold)
