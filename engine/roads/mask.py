"""Road masks and road graphs, each made from the other."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt, map_coordinates
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import buffer, linestrings, simplify
from skimage.morphology import skeletonize

from engine.frames import RowCol
from engine.roads.chains import find_chains
from engine.roads.graph import RoadGraph

SPUR_WIDTHS = 1.4
"""Thinning leaves hairs about as long as roads are wide; dead ends up to this many widths are dropped."""

JUNCTION_WIDTHS = 1.3
"""Thinning tears a crossing of wide roads in two; junctions up to this many widths apart are joined."""

TOLERANCE_PX = 1.0
"""Deviation allowed when the staircase of pixels is replaced by straight edges."""

_SMOOTHING_PX = 5
"""Length of staircase that is averaged; longer rounds off bends."""

_REACH_PX = 10.0
"""Farthest that a dead end is moved: thinning shortens it by half the road's width."""

_NARROW_PX = 7.0
"""Narrower roads are treated as this wide, for hairs and torn junctions do not shrink with them."""


def mask_from_graph(
    graph: RoadGraph[RowCol], height: int, width: int, *, width_px: float
) -> NDArray[np.bool_]:
    """Draw every edge of a pixel graph as a band with round ends.

    Args:
        graph: Pixel graph in the frame of the mask; what lies outside is cut off.
        height: Rows of the mask.
        width: Columns of the mask.
        width_px: Width of the bands.

    Returns:
        (height, width) mask, true where a pixel's centre lies in a band.
    """
    if not len(graph.edges):
        return np.zeros((height, width), dtype=bool)
    # Rasterising wants x before y.
    bands = buffer(linestrings(graph.vertices[graph.edges][..., ::-1]), width_px / 2, quad_segs=4)
    drawn: NDArray[np.uint8] = rasterize(bands, out_shape=(height, width), dtype=np.uint8)
    return drawn.astype(bool)


def _pixel_graph(skeleton: NDArray[np.bool_]) -> RoadGraph[RowCol]:
    """Join neighbouring skeleton pixels; diagonals only where no straight detour exists."""
    padded = np.pad(skeleton, 1)
    number = np.cumsum(padded).reshape(padded.shape) - 1
    rows, cols = np.nonzero(padded)
    pairs = []
    for d_row, d_col in ((0, 1), (1, 0), (1, 1), (1, -1)):
        linked = padded[rows + d_row, cols + d_col]
        if d_row and d_col:
            linked &= ~padded[rows + d_row, cols] & ~padded[rows, cols + d_col]
        pairs.append(np.stack([number[rows, cols], number[rows + d_row, cols + d_col]], axis=1)[linked])
    # Undo the padding, then name the pixel's centre.
    return RoadGraph.build(np.stack([rows, cols], axis=1) - 0.5, np.concatenate(pairs))


def _join_short(graph: RoadGraph[RowCol], limit_px: float) -> RoadGraph[RowCol]:
    """Contract chains between two junctions that are shorter than ``limit_px``."""
    degrees, lengths = graph.degrees, graph.edge_lengths
    short = []
    for chain in find_chains(graph):
        ends = chain.vertices[[0, -1]]
        if (degrees[ends] > 2).all() and lengths[chain.edges].sum() < limit_px:
            short.append(np.stack([chain.vertices[:-1], chain.vertices[1:]], axis=1))
    if not short:
        return graph
    links = np.concatenate(short)
    size = len(graph.vertices)
    matrix = coo_array((np.ones(len(links)), links.T), shape=(size, size))
    return graph.merged(connected_components(matrix, directed=False)[1].astype(np.int64))


def _drop_hairs(graph: RoadGraph[RowCol], limit_px: float) -> RoadGraph[RowCol]:
    """Drop dead ends shorter than ``limit_px`` that hang on a junction."""
    degrees, lengths = graph.degrees, graph.edge_lengths
    keep = np.ones(len(graph.edges), dtype=bool)
    for chain in find_chains(graph):
        ends = degrees[chain.vertices[[0, -1]]]
        if ends.min() == 1 and ends.max() > 2 and lengths[chain.edges].sum() < limit_px:
            keep[chain.edges] = False
    return graph.with_edges(keep).without_lone_vertices()


def _smooth(line: NDArray[np.float64], *, closed: bool) -> NDArray[np.float64]:
    """Average the staircase over ``_SMOOTHING_PX`` vertices; ends of open lines stay."""
    half = min(_SMOOTHING_PX // 2, (len(line) - 1) // 2)
    if half < 1:
        return line
    inner = line[:-1] if closed else line
    padded = np.pad(inner, ((half, half), (0, 0)), mode="wrap" if closed else "edge")
    kernel = np.ones(2 * half + 1) / (2 * half + 1)
    smooth = np.stack([np.convolve(axis, kernel, mode="valid") for axis in padded.T], axis=1)
    if closed:
        return np.concatenate([smooth, smooth[:1]])
    smooth[[0, -1]] = line[[0, -1]]
    return smooth


def _straighten(graph: RoadGraph[RowCol], tolerance_px: float) -> RoadGraph[RowCol]:
    """Replace pixel staircases by few straight edges; closed rings keep at least three."""
    points, pairs, count = [graph.vertices], [np.empty((0, 2), np.int64)], len(graph.vertices)
    for chain in find_chains(graph):
        on_ring = chain.closed and graph.degrees[chain.vertices[0]] == 2
        line = _smooth(graph.vertices[chain.vertices], closed=bool(on_ring))
        # A ring is two half rings, for a simplified closed line may collapse.
        cuts = [0, len(line) // 2, len(line) - 1] if chain.closed else [0, len(line) - 1]
        kept = [_simplified(line[low : high + 1], tolerance_px)[:-1] for low, high in pairwise(cuts)]
        path = np.concatenate(kept)[0 if on_ring else 1 :]
        new = np.arange(count, count + len(path))
        count += len(path)
        points.append(path)
        ends = (new[:1], new[:0]) if on_ring else (chain.vertices[-1:], chain.vertices[:1])
        ordered = np.concatenate([ends[1], new, ends[0]])
        pairs.append(np.stack([ordered[:-1], ordered[1:]], axis=1))
    straight: RoadGraph[RowCol] = RoadGraph.build(np.concatenate(points), np.concatenate(pairs))
    return straight.without_lone_vertices()


def _simplified(line: NDArray[np.float64], tolerance_px: float) -> NDArray[np.float64]:
    simple: NDArray[np.float64] = np.array(simplify(linestrings(line), tolerance_px).coords)
    return simple


def _lengthen_ends(graph: RoadGraph[RowCol], depth: NDArray[np.float64]) -> RoadGraph[RowCol]:
    """Move dead ends out to where the road begins to narrow; thinning stops a little before."""
    degrees = graph.degrees
    along = np.concatenate([graph.edges, graph.edges[:, ::-1]])
    ends, inner = along[degrees[along[:, 0]] == 1].T
    outward = graph.vertices[ends] - graph.vertices[inner]
    outward /= np.hypot(*outward.T)[:, None]
    reach = np.arange(0.0, _REACH_PX, 0.5)
    places = graph.vertices[ends][:, None] + reach[:, None] * outward[:, None]  # (N, T, 2)
    # Half a pixel from corner to centre frame, one for the padding.
    deep = map_coordinates(depth, np.moveaxis(places + 0.5, -1, 0), order=1, mode="nearest")
    full = deep >= 0.9 * deep[:, :1]
    steps = np.where(full.all(axis=1), 0, np.argmin(full, axis=1) - 1)
    vertices = graph.vertices.copy()
    vertices[ends] = places[np.arange(len(ends)), np.maximum(steps, 0)]
    return RoadGraph.build(vertices, graph.edges)


def graph_from_mask(mask: NDArray[np.bool_]) -> RoadGraph[RowCol]:
    """Trace the centre lines of a road mask.

    The mask is thinned, thin pixels become a graph, junctions torn apart by thinning are joined,
    hairs dropped and the pixel staircase straightened.

    Args:
        mask: (H, W), true on roads.

    Returns:
        The graph in the mask's pixel frame (a pixel's centre is at + 0.5).
    """
    thin: NDArray[np.bool_] = skeletonize(np.asarray(mask, dtype=bool))  # type: ignore[no-untyped-call]
    if not thin.any():
        return RoadGraph.empty()
    depth = distance_transform_edt(np.pad(mask, 1))
    width_px = max(2 * float(np.median(depth[1:-1, 1:-1][thin])), _NARROW_PX)
    graph = _pixel_graph(thin)
    for _ in range(2):
        graph = _join_short(graph, JUNCTION_WIDTHS * width_px)
        graph = _drop_hairs(graph, SPUR_WIDTHS * width_px)
    return _lengthen_ends(_straighten(graph, TOLERANCE_PX), depth)
