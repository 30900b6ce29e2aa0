"""Encode a road graph as the graph tensor: the targets a network learns, and the decoder's oracle."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from engine.frames import RowCol
from engine.networks import layout
from engine.roads.densify import densify
from engine.roads.graph import RoadGraph
from engine.roads.mask import mask_from_graph

BLOB_PX = 3.0
"""Side of the square painted around each vertex (published: 3 x 3 px)."""

ROAD_WIDTH_PX = 5.0
"""Width at which roads are drawn into the road plane when no mask is given."""

CROWDED_PX = 8.0
"""Chains with an edge shorter than this are cut anew: the decoder joins vertices so close on a ridge."""

_SECTOR_RAD = 2 * np.pi / layout.SECTORS


def sector_of(offsets: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the sector of each (row, col) offset.

    Args:
        offsets: (N, 2) directions, not zero.
    """
    angle = np.arctan2(offsets[:, 1], offsets[:, 0]) + np.pi
    return np.floor(angle / _SECTOR_RAD).astype(np.int64) % layout.SECTORS


def assign_sectors(offsets: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give each of up to six neighbours of one vertex a sector of its own.

    The published encoding loses a neighbour when two lie in one sector. A sector is only a slot,
    for the vector carries the direction; so neighbours in conflict move to the nearest free sectors,
    at the least total angle.

    Args:
        offsets: (N, 2) (row, col) offsets of the neighbours. Only the six longest-standing (first)
            are kept when there are more.

    Returns:
        (min(N, 6),) sector numbers, all different.
    """
    angle = np.arctan2(offsets[:, 1], offsets[:, 0]) + np.pi
    centres = (np.arange(layout.SECTORS) + 0.5) * _SECTOR_RAD
    gap = np.abs(angle[: layout.SECTORS, None] - centres)
    gap = np.minimum(gap, 2 * np.pi - gap)
    # Squared, so that one long move does not stand in for two neighbours at rest.
    sectors: NDArray[np.int64] = linear_sum_assignment(np.maximum(gap - _SECTOR_RAD / 2, 0.0) ** 2)[1]
    return sectors


def _sectors(graph: RoadGraph[RowCol]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return source, neighbour and sector of every directed edge, at most six per vertex."""
    source = np.concatenate([graph.edges[:, 0], graph.edges[:, 1]])
    target = np.concatenate([graph.edges[:, 1], graph.edges[:, 0]])
    offsets = graph.vertices[target] - graph.vertices[source]
    sector = sector_of(offsets)
    slots, count = np.unique(source * layout.SECTORS + sector, return_counts=True)
    for vertex in np.unique(slots[count > 1] // layout.SECTORS):
        here = np.flatnonzero(source == vertex)
        assigned = assign_sectors(offsets[here])
        sector[here[: len(assigned)]] = assigned
        sector[here[len(assigned) :]] = -1
    held = sector >= 0
    return source[held], target[held], sector[held]


def _blobs(
    vertices: NDArray[np.float64], height: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return flat pixel, vertex and covered share of every pixel that a vertex's square touches.

    Of several vertices over one pixel the one that covers most of it stays.
    """
    low = vertices - BLOB_PX / 2
    first = np.floor(low).astype(np.int64)
    steps = np.arange(int(BLOB_PX) + 1)
    pixels = first[:, None, :] + steps[None, :, None]  # (V, 4, 2)
    covered = np.minimum(pixels + 1, low[:, None] + BLOB_PX) - np.maximum(pixels, low[:, None])
    covered = np.clip(covered, 0.0, 1.0)
    share = covered[:, :, None, 0] * covered[:, None, :, 1]  # (V, 4, 4)
    rows = np.broadcast_to(pixels[:, :, None, 0], share.shape)
    cols = np.broadcast_to(pixels[:, None, :, 1], share.shape)
    owner = np.broadcast_to(np.arange(len(vertices))[:, None, None], share.shape)
    kept = (share > 0) & (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
    flat, owner, share = (rows * width + cols)[kept], owner[kept], share[kept]
    order = np.lexsort((owner, -share, flat))
    best = order[np.flatnonzero(np.diff(flat[order], prepend=-1))]
    return flat[best], owner[best], share[best]


def encode(
    graph: RoadGraph[RowCol], height: int, width: int, *, road: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Encode a densified pixel graph as a graph tensor in probability form.

    Around each vertex a 3 x 3 px square is painted with its vertex and edge probabilities and its
    vectors (Sat2Graph, section 3.1). Pixels that the square covers in part take that share, so the
    square's centroid is the vertex to a fraction of a pixel. Squares of vertices a few pixels apart
    would run together, so crowded chains are cut anew. See ``engine.networks.layout``.

    Args:
        graph: Densified graph (edges of about 20 px), in the frame of the tensor; vertices outside
            leave no mark.
        height: Rows of the tensor.
        width: Columns of the tensor.
        road: (height, width) road mask; roads are drawn ``ROAD_WIDTH_PX`` wide when absent.

    Returns:
        (28, height, width) tensor.
    """
    if (graph.edge_lengths < CROWDED_PX).any():
        graph = densify(graph, least_px=CROWDED_PX)
    tensor = np.zeros((layout.PLANES, height * width), dtype=np.float32)
    if road is None:
        road = mask_from_graph(graph, height, width, width_px=ROAD_WIDTH_PX)
    tensor[layout.ROAD] = road.reshape(-1)
    lively = np.flatnonzero(graph.degrees > 0)
    pixel, owner, share = _blobs(graph.vertices[lively], height, width)
    tensor[layout.VERTEX, pixel] = share
    slots = np.zeros((len(graph.vertices), layout.SECTORS, 3), dtype=np.float32)
    source, target, sector = _sectors(graph)
    offsets = (graph.vertices[target] - graph.vertices[source]) / layout.VECTOR_NORM_PX
    slots[source, sector] = np.column_stack([np.ones(len(source)), offsets])
    values = slots[lively][owner]  # (P, 6, 3)
    for number, (edge, offset) in enumerate(zip(layout.EDGES, layout.OFFSETS, strict=True)):
        tensor[edge, pixel] = values[:, number, 0] * share
        tensor[offset : offset + 2, pixel] = values[:, number, 1:].T
    for plane in layout.PAIRS:
        tensor[plane + 1] = 1.0 - tensor[plane]
    return tensor.reshape(layout.PLANES, height, width)
