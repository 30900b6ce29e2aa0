"""The road network as a GIS user expects it: one line per stretch between junctions.

A graph has a vertex at every bend; a layer of roads has one line from junction to junction, with what
is known of the whole stretch. Lines that meet share the very same coordinates, bit by bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely import is_simple, linestrings

from engine.errors import GraphError
from engine.frames import XY
from engine.roads.chains import Chain, find_chains, run_means
from engine.roads.georeference import coordinate_decimals, measure_m
from engine.roads.graph import UNKNOWN_LAYER, RoadGraph


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A stretch of road between two junctions or ends; ``None`` is unknown.

    Attributes:
        geometry: (N, 2) float64 x, y from source to target, N >= 2; simple, or a simple ring.
        source: ``node_id`` of the junction where the geometry begins.
        target: ``node_id`` of the junction where it ends; equals ``source`` in a closed loop.
        component: Number of the connected piece of network; 1 is the longest.
        length_m: Length on the ground.
        confidence: Mean over the length, in [0, 1].
        confidence_min: Least along the stretch, in [0, 1].
        width_m: Mean over the length.
        layer: Level among stacked roads; 0 is the ground.
        z_min: Lowest known height of the carriageway, metres.
        z_max: Highest known height of the carriageway, metres.
    """

    geometry: NDArray[np.float64]
    source: int
    target: int
    component: int
    length_m: float
    confidence: float | None = None
    confidence_min: float | None = None
    width_m: float | None = None
    layer: int | None = None
    z_min: float | None = None
    z_max: float | None = None

    @property
    def bridge(self) -> bool | None:
        """Whether the stretch passes above others; unknown without a layer."""
        return None if self.layer is None else self.layer > 0

    @property
    def tunnel(self) -> bool | None:
        """Whether the stretch passes below the ground; unknown without a layer."""
        return None if self.layer is None else self.layer < 0


@dataclass(frozen=True, slots=True)
class Junction:
    """A place where segments begin and end.

    Attributes:
        xy: Where it is; bit-identical with the ends of its segments.
        node_id: Number, from 1.
        degree: Segment ends here; a closed loop counts twice. Two where a segment had to be divided:
            at the start of a ring, where the layer changes, and in a line that crosses itself.
    """

    xy: XY
    node_id: int
    degree: int

    @property
    def kind(self) -> str:
        """``end`` for a dead end, else ``junction``."""
        return "end" if self.degree == 1 else "junction"


@dataclass(frozen=True, slots=True)
class RoadNetwork:
    """Segments and the junctions they run between."""

    segments: tuple[Segment, ...]
    junctions: tuple[Junction, ...]


def join_coincident(
    points: NDArray[np.float64], levels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Group points at equal positions, in the order of x, y.

    Two roads of different layers may pass exactly over each other: points stay apart where all at a
    position have a known level and the levels differ.

    Args:
        points: (N, 2) positions.
        levels: (N,) layer of the road that passes through, ``UNKNOWN_LAYER`` for points that join all.

    Returns:
        (G,) the first point of each group, and (N,) the group of each point.
    """
    places, place = np.unique(points, axis=0, return_inverse=True)
    open_place = np.zeros(len(places), dtype=bool)
    open_place[place[levels == UNKNOWN_LAYER]] = True
    level = np.where(open_place[place], 0, levels)
    _, first, group = np.unique(np.stack([place, level]), axis=1, return_index=True, return_inverse=True)
    return first, group


def _levels(graph: RoadGraph[XY]) -> NDArray[np.int64]:
    """(V,) layer of the road that passes through a vertex, ``UNKNOWN_LAYER`` at ends and where mixed."""
    low = np.full(len(graph.vertices), np.iinfo(np.int16).max, dtype=np.int64)
    high = np.full(len(graph.vertices), np.iinfo(np.int16).min, dtype=np.int64)
    for ends in graph.edges.T:
        np.minimum.at(low, ends, graph.layer)
        np.maximum.at(high, ends, graph.layer)
    return np.where((low == high) & (graph.degrees > 1), low, UNKNOWN_LAYER)


def _noded(graph: RoadGraph[XY], decimals: int) -> tuple[RoadGraph[XY], NDArray[np.int64]]:
    """Round the vertices and join those that coincide (``join_coincident``), sorted by x, y.

    Returns:
        The graph, and for each of its vertices the number of one that it was made of.
    """
    # Adding zero turns -0.0 into 0.0: equal coordinates must be equal bits.
    points = np.round(graph.vertices, decimals) + 0.0
    first, group = join_coincident(points, _levels(graph))
    joined: RoadGraph[XY] = RoadGraph.build(
        points[first],
        group[graph.edges],
        confidence=graph.confidence,
        width_m=graph.width_m,
        layer=graph.layer,
        z_m=np.bincount(group, graph.z_m) / np.bincount(group),
    )
    return joined, first


def _cut(chain: Chain, cuts: Sequence[int]) -> Iterator[Chain]:
    """Divide a chain at the given inner positions."""
    bounds = [0, *cuts, len(chain.edges)]
    for low, high in pairwise(bounds):
        yield Chain(chain.vertices[low : high + 1], chain.edges[low:high])


def _layer_runs(chain: Chain, graph: RoadGraph[XY]) -> Iterator[Chain]:
    """Divide a chain where the layer changes; a ring then begins at such a place."""
    layers = graph.layer[chain.edges]
    cuts = np.flatnonzero(layers[1:] != layers[:-1]) + 1
    if len(cuts) and chain.closed and graph.degrees[chain.vertices[0]] == 2:
        turn = -int(cuts[0])
        vertices = np.roll(chain.vertices[:-1], turn)
        chain = Chain(np.append(vertices, vertices[0]), np.roll(chain.edges, turn))
        cuts = (
            np.append(cuts[1:], len(chain.edges)) - cuts[0] if layers[0] != layers[-1] else cuts[1:] - cuts[0]
        )
    yield from _cut(chain, cuts.tolist())


def _simple_cuts(line: NDArray[np.float64]) -> list[int]:
    """Find where to divide a line that crosses itself: greedily, each part as long as it stays simple."""
    cuts, start, last = [], 0, len(line) - 1
    while start < last:
        simple, crossed = start + 1, last + 1
        step = 1
        while crossed - simple > 1:
            probe = min(simple + step, (simple + crossed) // 2 if crossed <= last else last)
            if is_simple(linestrings(line[start : probe + 1])):
                simple, step = probe, step * 2
            else:
                crossed, step = probe, max(step // 2, 1)
        start = simple
        cuts.append(start)
    return cuts[:-1]


def _pieces(graph: RoadGraph[XY]) -> list[Chain]:
    """Divide the graph into chains of one layer that do not cross themselves."""
    runs = [run for chain in find_chains(graph) for run in _layer_runs(chain, graph)]
    lengths = [len(run.vertices) for run in runs]
    points = graph.vertices[np.concatenate([run.vertices for run in runs])]
    simple = is_simple(linestrings(points, indices=np.repeat(np.arange(len(runs)), lengths)))
    pieces: list[Chain] = []
    for run, keep in zip(runs, simple, strict=True):
        pieces += [run] if keep else _cut(run, _simple_cuts(graph.vertices[run.vertices]))
    return pieces


def _ranked_components(graph: RoadGraph[XY], lengths_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """(E,) component of each edge, numbered from 1 by falling length."""
    labels = graph.components()[graph.edges[:, 0]]
    order = np.argsort(-np.bincount(labels, lengths_m), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    ranked: NDArray[np.int64] = rank[labels]
    return ranked


def _optional(column: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else value for value in column.tolist()]


def _attributes(
    graph: RoadGraph[XY], pieces: Sequence[Chain], lengths_m: NDArray[np.float64]
) -> dict[str, list[Any]]:
    """Summarise edges and vertices along each piece: one list entry per piece."""
    edges = np.concatenate([piece.edges for piece in pieces])
    vertices = np.concatenate([piece.vertices for piece in pieces])
    counts = np.array([len(piece.edges) for piece in pieces])
    starts = np.cumsum(counts) - counts
    vertex_starts = starts + np.arange(len(pieces))
    length, score, heights = lengths_m[edges], graph.confidence[edges], graph.z_m[vertices]
    layers = graph.layer[edges[starts]].tolist()
    least = np.fmin.reduceat(score, starts)
    # Rounding must not bring a mean below the least.
    mean = np.fmax(run_means(score, length, starts), least)
    return {
        "component": _ranked_components(graph, lengths_m)[edges[starts]].tolist(),
        "length_m": np.add.reduceat(length, starts).tolist(),
        "confidence": _optional(np.fmin(mean, np.fmax.reduceat(score, starts))),
        "confidence_min": _optional(least),
        "width_m": _optional(run_means(graph.width_m[edges], length, starts)),
        "layer": [None if layer == UNKNOWN_LAYER else layer for layer in layers],
        "z_min": _optional(np.fmin.reduceat(heights, vertex_starts)),
        "z_max": _optional(np.fmax.reduceat(heights, vertex_starts)),
    }


def build_network(graph: RoadGraph[XY], *, crs: str | None, metres: ArrayLike | None = None) -> RoadNetwork:
    """Make segments and junctions of a ground graph.

    Coordinates are rounded first (``coordinate_decimals``) and vertices that then coincide are joined,
    so that lines which meet are bit-identical there and none has length zero; roads that cross without
    a common vertex stay apart. A segment runs from junction to junction. It is divided elsewhere in two
    cases: where the layer changes (as bridges are mapped in OpenStreetMap), and where a line crosses
    itself, at a vertex that leaves each part simple.

    The result depends on the roads alone, not on the order of vertices or edges.

    Args:
        graph: Ground graph in ``crs``.
        crs: WKT or authority code of the coordinates; None = local metres.
        metres: (V, 2) the vertices on a plane of true metres, for the lengths; projected when absent.

    Raises:
        GraphError: A vertex does not lie on the globe, or ``metres`` has another number of vertices.
        RasterError: The reference system is unknown.
    """
    noded, origin = _noded(graph, coordinate_decimals(crs))
    if metres is None:
        plane = measure_m(noded.vertices, crs)
    else:
        plane = np.asarray(metres, dtype=np.float64)
        if plane.shape != graph.vertices.shape:
            raise GraphError(
                f"{len(plane)} metric positions for {len(graph.vertices)} vertices: give one for each."
            )
        plane = plane[origin]
    if not len(noded.edges):
        return RoadNetwork((), ())
    pieces = _pieces(noded)
    lengths_m = np.hypot(*(plane[noded.edges[:, 1]] - plane[noded.edges[:, 0]]).T)
    columns = _attributes(noded, pieces, lengths_m)
    ends = np.array([piece.vertices[[0, -1]] for piece in pieces])
    nodes, number, degrees = np.unique(ends, return_inverse=True, return_counts=True)
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    segments = tuple(
        Segment(noded.vertices[piece.vertices], source + 1, target + 1, **row)
        for piece, (source, target), row in zip(pieces, number.reshape(-1, 2).tolist(), rows, strict=True)
    )
    junctions = tuple(
        Junction(XY(*noded.vertices[node].tolist()), index + 1, degree)
        for index, (node, degree) in enumerate(zip(nodes.tolist(), degrees.tolist(), strict=True))
    )
    return RoadNetwork(segments, junctions)
