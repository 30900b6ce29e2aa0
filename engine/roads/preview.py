"""A picture of the roads over the image, as a PNG that any program shows."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import buffer, linestrings
from shapely import points as shapely_points

from engine.frames import RowCol
from engine.raster.grid import Grid
from engine.raster.painting import OVERSAMPLING, paint, write_png
from engine.raster.reader import RasterOptions, open_raster
from engine.raster.windows import tile
from engine.roads.georeference import to_ground, to_pixels
from engine.roads.graph import RoadGraph

LONG_SIDE_PX = 2000
"""Larger rasters are reduced to this."""

_TILE_PX = 256

# As in styles/roads.qml and styles/junctions.qml.
_DARK, _LOW, _MEDIUM, _HIGH, _UNKNOWN, _WHITE = range(1, 7)
_COLOURS = np.array(
    [(0, 0, 0), (27, 27, 27), (229, 56, 59), (255, 140, 26), (255, 214, 10), (76, 201, 240), (255, 255, 255)],
    dtype=np.float32,
)


def _codes(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """(E,) colour of each edge."""
    graded = np.where(confidence >= 0.75, _HIGH, np.where(confidence >= 0.5, _MEDIUM, _LOW))
    return np.where(np.isnan(confidence), _UNKNOWN, graded)


def _shapes(graph: RoadGraph[RowCol], width_px: float) -> list[tuple[Any, int]]:
    """List shapes with their colours, in the order of painting: casings, roads, ends, junctions."""
    places = graph.vertices[:, ::-1] * OVERSAMPLING
    size = width_px * OVERSAMPLING
    lines = linestrings(places[graph.edges])
    codes = _codes(graph.confidence)
    # The more certain road is painted over the less certain one.
    order = np.argsort(np.nan_to_num(graph.confidence, nan=-1.0), kind="stable")
    roads = buffer(lines, size / 2, quad_segs=3)
    shapes = [(casing, _DARK) for casing in buffer(lines, size / 2 + 0.3 * size, quad_segs=3)]
    shapes += [(roads[edge], int(codes[edge])) for edge in order]
    degrees = graph.degrees
    for chosen, radius, rim, fill in (
        (degrees == 1, 0.8 * size, _WHITE, _DARK),
        (degrees > 2, 1.2 * size, _DARK, _WHITE),
    ):
        spots = shapely_points(places[chosen])
        shapes += [(spot, rim) for spot in buffer(spots, radius, quad_segs=4)]
        shapes += [(spot, fill) for spot in buffer(spots, 0.7 * radius, quad_segs=4)]
    return shapes


def draw_roads(
    rgb: NDArray[np.uint8], graph: RoadGraph[RowCol], *, width_px: float | None = None
) -> NDArray[np.uint8]:
    """Draw a road graph over a picture, coloured by confidence, with dots at junctions and ends.

    Args:
        rgb: (3, H, W) picture.
        graph: In the picture's pixels; what lies outside is cut off.
        width_px: Width of a road's line; chosen from the picture's size when absent.

    Returns:
        (3, H, W) picture; anti-aliased.
    """
    height, width = rgb.shape[1:]
    if not len(graph.edges):
        return rgb.copy()
    shapes = _shapes(graph, width_px or max(2.5, max(height, width) / 450))
    return paint(rgb, shapes, _COLOURS)


def read_overview(
    raster: str | os.PathLike[str], options: RasterOptions | None = None, *, long_side_px: int = LONG_SIDE_PX
) -> tuple[NDArray[np.uint8], Grid]:
    """Read a raster reduced to a picture; memory is bounded by the picture and one window of the raster.

    Args:
        raster: Anything GDAL opens.
        options: Bands, extent and resolution.
        long_side_px: Largest height or width of the picture.

    Returns:
        (3, H, W) picture, and its metric grid.

    Raises:
        RasterError: The raster cannot be opened, placed or read.
    """
    with open_raster(raster, m_per_px=1.0, options=options) as reader:
        native, grid = reader.source_grid.m_per_px, reader.grid
    m_per_px = max(native, grid.m_per_px * max(grid.height, grid.width) / long_side_px)
    with open_raster(raster, m_per_px=m_per_px, options=options) as reader:
        height, width = reader.grid.height, reader.grid.width
        rgb = np.zeros((3, height, width), dtype=np.uint8)
        for place in tile(height, width, core_px=_TILE_PX, margin_px=0):
            rgb[:, *place.core.slices] = reader.read(place.core).rgb
        return rgb, reader.grid


def write_preview(
    path: str | os.PathLike[str],
    picture: NDArray[np.uint8],
    graph: RoadGraph[RowCol],
    *,
    width_px: float | None = None,
) -> None:
    """Write a picture with roads drawn over it as PNG.

    Args:
        path: Where to write; an existing file is replaced.
        picture: (3, H, W) red, green, blue.
        graph: In the picture's pixels.
        width_px: Width of a road's line; chosen from the picture's size when absent.

    Raises:
        OutputError: The file cannot be written there.
    """
    write_png(path, draw_roads(picture, graph, width_px=width_px))


def preview_raster(
    path: str | os.PathLike[str],
    raster: str | os.PathLike[str],
    graph: RoadGraph[RowCol],
    grid: Grid,
    *,
    options: RasterOptions | None = None,
) -> None:
    """Write the picture of a raster with its roads as PNG, reduced where it is large.

    Args:
        path: Where to write; an existing file is replaced.
        raster: Anything GDAL opens.
        graph: In pixels of ``grid``.
        grid: Any grid that lies over the raster, such as the network's.
        options: Bands, extent and resolution, as the roads were extracted with.

    Raises:
        RasterError: The raster cannot be opened, placed or read.
        OutputError: The file cannot be written there.
    """
    picture, overview = read_overview(raster, options)
    placed = to_ground(graph, grid, crs=grid.crs)
    write_preview(path, picture, to_pixels(placed, overview, crs=grid.crs))
