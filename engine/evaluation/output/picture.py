"""Matched, missing and false roads as a picture, over the image or on white paper."""

import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from engine.errors import RasterError
from engine.evaluation.output.legend import DASH_TO_GAP, KINDS, PAINT, add_legend, cut_dashes
from engine.evaluation.results import TileResult
from engine.raster.crs import is_placed
from engine.raster.extent import Extent
from engine.raster.painting import OVERSAMPLING, paint, write_png
from engine.raster.placement import SIZE_TOLERANCE
from engine.raster.reader import RasterOptions
from engine.raster.source import open_dataset
from engine.roads.georeference import move_points
from engine.roads.preview import read_overview

LONG_SIDE_PX = 1200
"""Height or width of a picture, whichever is larger."""

_LEAST_SIDE_M = 1.0

_GAP_WIDTHS = 2.5
"""Length of a gap between dashes, in widths of the line."""

Place = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Moves (N, 2) (row, col) metres of a tile to pixels of its picture."""


def _over_part(
    result: TileResult, long_side_px: int, source_m_per_px: float | None
) -> tuple[NDArray[np.uint8], Place]:
    """Read the part of an image that a tile covers, where both have a place, or both are in local metres."""
    grid = result.grid
    height, width = np.maximum(result.size_m, _LEAST_SIDE_M).tolist()
    corners = grid.to_ground([(0.0, 0.0), (0.0, width), (height, 0.0), (height, width)])
    options = RasterOptions(extent=Extent.around(corners, grid.crs), source_m_per_px=source_m_per_px)
    rgb, overview = read_overview(os.fspath(result.image or ""), options, long_side_px=long_side_px)

    def place(rowcol: NDArray[np.float64]) -> NDArray[np.float64]:
        xy = move_points(grid.to_ground(rowcol), grid.crs, overview.crs, near_x=overview.centre[0])
        return overview.to_pixels(xy)

    return rgb, place


def _over_whole(
    result: TileResult, long_side_px: int, shape: tuple[int, int]
) -> tuple[NDArray[np.uint8], Place]:
    """Read an image that knows no place, on a tile that does, or whose pixels have an unknown size.

    Args:
        result: The tile.
        long_side_px: Largest height or width of the picture.
        shape: Rows and columns of the image.

    Raises:
        RasterError: The tile is not the whole image.
    """
    sizes_m = np.maximum(result.size_m, _LEAST_SIDE_M) / shape
    m_per_px = result.m_per_px or float(sizes_m[0])
    if np.abs(sizes_m / m_per_px - 1.0).max() > SIZE_TOLERANCE:
        raise RasterError(
            f"{result.image} knows no place, and the compared area of {result.size_m[0]:.0f} × "
            f"{result.size_m[1]:.0f} m is not all of its {shape[0]} × {shape[1]} px: georeference it."
        )
    options = RasterOptions(source_m_per_px=m_per_px)
    rgb, _ = read_overview(os.fspath(result.image or ""), options, long_side_px=long_side_px)
    scale = np.array(rgb.shape[1:]) / np.maximum(result.size_m, _LEAST_SIDE_M)
    return rgb, lambda rowcol: rowcol * scale


def _over_image(result: TileResult, long_side_px: int) -> tuple[NDArray[np.uint8], Place]:
    with open_dataset(os.fspath(result.image or "")) as dataset:
        knows_its_place = is_placed(dataset.crs) and not dataset.transform.is_identity
        shape = dataset.height, dataset.width
    if knows_its_place:
        return _over_part(result, long_side_px, None)
    if result.grid.crs is None and result.m_per_px is not None:
        return _over_part(result, long_side_px, result.m_per_px)
    return _over_whole(result, long_side_px, shape)


def _on_paper(result: TileResult, long_side_px: int) -> tuple[NDArray[np.uint8], Place]:
    size_m = np.maximum(result.size_m, _LEAST_SIDE_M)
    px_per_m = long_side_px / float(size_m.max())
    height, width = np.maximum(np.rint(size_m * px_per_m), 1).astype(int).tolist()
    return np.full((3, height, width), 255, dtype=np.uint8), lambda rowcol: rowcol * px_per_m


def _below(result: TileResult, long_side_px: int) -> tuple[NDArray[np.uint8], Place]:
    """Make what the roads are drawn on; a small image is enlarged by whole pixels, so that lines are fine."""
    if result.image is None:
        return _on_paper(result, long_side_px)
    rgb, place = _over_image(result, long_side_px)
    times = max(1, long_side_px // max(rgb.shape[1:]))
    return rgb.repeat(times, axis=1).repeat(times, axis=2), lambda rowcol: place(rowcol) * times


def _lines(pieces: Sequence[NDArray[np.float64]], place: Place) -> list[NDArray[np.float64]]:
    """Move lines to a picture, as (N, 2) (x, y) oversampled pixels, without detail that it cannot show."""
    whole = [piece for piece in pieces if len(piece) > 1]
    if not whole:
        return []
    corners = place(np.concatenate(whole))[:, ::-1] * OVERSAMPLING
    numbers = np.repeat(np.arange(len(whole)), [len(piece) for piece in whole])
    drawn = shapely.simplify(shapely.linestrings(corners, indices=numbers), 1.0, preserve_topology=False)
    return [shapely.get_coordinates(line) for line in drawn]


def _shapes(result: TileResult, place: Place, width_px: float) -> list[tuple[Any, int]]:
    """List shapes with their colours, in the order of painting: casings, then kind after kind."""
    size = width_px * OVERSAMPLING
    casings: list[tuple[Any, int]] = []
    roads: list[tuple[Any, int]] = []
    for code, kind in enumerate(KINDS, start=2):
        lines = _lines(getattr(result.differences, kind), place)
        casings += [(casing, 1) for casing in _bands(lines, 0.85 * size, "round")]
        if kind == "missing":
            gap = _GAP_WIDTHS * size
            lines = [dash for line in lines for dash in cut_dashes(line, dash=DASH_TO_GAP * gap, gap=gap)]
        roads += [
            (road, code) for road in _bands(lines, 0.5 * size, "flat" if kind == "missing" else "round")
        ]
    return casings + roads


def _bands(lines: Sequence[NDArray[np.float64]], radius: float, cap_style: str) -> NDArray[Any]:
    """Widen lines into areas; what has no area is left out."""
    bands = shapely.buffer(
        [shapely.linestrings(line) for line in lines], radius, quad_segs=3, cap_style=cap_style
    )
    return np.asarray([band for band in bands if not band.is_empty])


def encode_picture(rgb: NDArray[np.uint8], *, quality_percent: int = 82) -> bytes:
    """Compress a picture for a page, as WebP.

    Args:
        rgb: (3, H, W) picture.
        quality_percent: 100 is best and largest.
    """
    profile = {"driver": "WEBP", "dtype": "uint8", "count": 3, "height": rgb.shape[1], "width": rgb.shape[2]}
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(memory.name, "w", QUALITY=quality_percent, **profile) as picture:
            picture.write(rgb)
        return bytes(memory.read())


def draw_differences(
    result: TileResult, *, long_side_px: int = LONG_SIDE_PX, width_px: float | None = None
) -> NDArray[np.uint8]:
    """Draw what of a tile's roads is matched, missing (dashed) and false.

    Args:
        result: The tile. Its image, if any, lies below: placed by its georeference, or by the size of its
            pixels; where that is unknown, it must be the whole tile.
        long_side_px: Largest height or width of the picture.
        width_px: Width of a road's line; chosen from the picture's size when absent.

    Returns:
        (3, H, W) picture.

    Raises:
        RasterError: The image cannot be opened, placed or read.
        GraphError: The roads have no place on the image.
    """
    rgb, place = _below(result, long_side_px)
    width_px = width_px or max(2.0, max(rgb.shape[1:]) / 300)
    return paint(rgb, _shapes(result, place, width_px), PAINT)


def write_picture(
    path: str | os.PathLike[str], result: TileResult, *, long_side_px: int = LONG_SIDE_PX
) -> None:
    """Write the picture of a tile with a legend as PNG; it appears only when it is complete.

    Args:
        path: Where to write; an existing file is replaced.
        result: The tile.
        long_side_px: Largest height or width of the drawing above the legend.

    Raises:
        RasterError: The image cannot be opened, placed or read.
        GraphError: The roads have no place on the image.
        OutputError: The file cannot be written there.
    """
    write_png(path, add_legend(draw_differences(result, long_side_px=long_side_px)))
