"""A picture of the heights over the image, as a PNG that any program shows."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.heights.estimate import Estimate
from engine.heights.ramp import COLOURS, STOPS_M, colour_heights
from engine.heights.working import Heights
from engine.raster.lettering import write_word
from engine.raster.painting import OVERSAMPLING, paint

LONG_SIDE_PX = 2000
"""Larger rasters are reduced to this."""

_READ_PX = 2**21

_FAINT_M, _PLAIN_M = 1.0, 4.0
"""Below the first height the image is seen as it is; from the second on, heights have their full colour."""
_STRENGTH = 0.8
_PALENESS = np.float32(0.7)

_WHITE, _INK = np.float32(255.0), (27, 27, 27)
_PAINT = np.array([(0, 0, 0), _INK, *COLOURS], dtype=np.float32)
_STRIP_UNITS, _BOX_UNITS, _GAP_UNITS = 14.0, 10.0, 8.0


def _mean(planes: NDArray[Any], known: NDArray[np.bool_], reduction: int) -> NDArray[np.float32]:
    """Average (C, H, W) over squares of what is known; NaN where nothing is."""
    rows, cols = (np.arange(0, length, reduction) for length in known.shape)

    def total(values: NDArray[np.float32]) -> NDArray[np.float32]:
        summed: NDArray[np.float32] = np.add.reduceat(np.add.reduceat(values, rows, axis=-2), cols, axis=-1)
        return summed

    sums = total(np.where(known, planes, 0).astype(np.float32))
    counts = total(known.astype(np.float32))
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)


def shade(rgb: NDArray[np.float32], height_m: Heights) -> NDArray[np.uint8]:
    """Lay the colours of heights over a paler picture, which still shows through.

    Args:
        rgb: (3, H, W) from 0 to 255.
        height_m: (H, W); NaN where unknown: there the picture alone is seen, as on the ground.

    Returns:
        (3, H, W).
    """
    grey = rgb.mean(axis=0) / _WHITE
    # Lawns would look like low houses.
    paler = rgb + _PALENESS * (grey * _WHITE - rgb)
    # Around the middle brightness a colour is itself; shadows and light still show.
    coloured = np.minimum(colour_heights(height_m) * (0.6 + 0.8 * grey), _WHITE)
    share = np.clip((np.nan_to_num(height_m) - _FAINT_M) / (_PLAIN_M - _FAINT_M), 0.0, 1.0) * _STRENGTH
    mixed: NDArray[np.uint8] = np.rint(paler * (1.0 - share) + coloured * share).astype(np.uint8)
    return mixed


def add_scale(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add a white strip below a picture that says which colour is how many metres.

    Args:
        rgb: (3, H, W).

    Returns:
        (3, H + h, W).
    """
    shapes: list[tuple[Any, int]] = []
    left, top = _GAP_UNITS / 2.0, (_STRIP_UNITS - _BOX_UNITS) / 2.0
    for code, stop in enumerate(STOPS_M, start=2):
        shapes.append((shapely.box(left, top, left + _BOX_UNITS, top + _BOX_UNITS), code))
        word = f"{stop:.0f}" + ("m" if stop == STOPS_M[-1] else "")
        strokes, left = write_word(word, left + _BOX_UNITS + 3.0, _STRIP_UNITS / 2.0 - 3.0)
        shapes += [(shapely.buffer(shapely.linestrings(stroke), 0.5), 1) for stroke in strokes]
        left += _GAP_UNITS
    width = rgb.shape[2]
    # Large enough to read, and never wider than a small picture.
    unit_px = min(max(1.5, width / 800), width / left)
    strip = np.full((3, max(1, round(_STRIP_UNITS * unit_px)), width), 255, dtype=np.uint8)
    scale = unit_px * OVERSAMPLING
    placed = [(shapely.transform(shape, lambda points: points * scale), code) for shape, code in shapes]
    return np.concatenate([rgb, paint(strip, placed, _PAINT)], axis=1)


def draw_heights(result: Estimate, *, long_side_px: int = LONG_SIDE_PX) -> NDArray[np.uint8]:
    """Draw the heights of a raster over it, reduced where it is large.

    Memory is bounded by the picture and one block of the raster.

    Args:
        result: The heights, and the image that they were seen in.
        long_side_px: Largest height or width of the picture.

    Returns:
        (3, H, W) picture, a scale of colours below.

    Raises:
        RasterError: The raster cannot be read.
    """
    height, width = result.grid.height, result.grid.width
    reduction = -(-max(height, width) // long_side_px)
    picture = np.zeros((3, -(-height // reduction), -(-width // reduction)), dtype=np.uint8)
    # Whole pixels of the picture, but at its far edges.
    side = max(1, int(_READ_PX**0.5) // reduction) * reduction
    for window in result.grid.whole.blocks(side, side):
        pixels, heights = result.pixels(window), result.read(window)
        rgb = _mean(pixels.rgb, pixels.valid, reduction)
        seen = _mean(heights[None], np.isfinite(heights), reduction)[0]
        row, col = window.row // reduction, window.col // reduction
        part = picture[:, row : row + seen.shape[0], col : col + seen.shape[1]]
        part[...] = shade(np.nan_to_num(rgb), seen)
    return add_scale(picture)
