"""Showing a raster on another grid, pixel by pixel.

Every output pixel is a pure function of its own place: it does not matter through which window it is
asked for. (Warping libraries work chunk by chunk: their approximated transforms and kernels depend on how
the chunks fall. GDAL's warper, with its error bound at a thousandth of a pixel, changed a third of
the pixels of a rotated test image when the same area was read in pieces.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import RasterError
from engine.raster.crs import reproject_points
from engine.raster.grid import Grid
from engine.raster.source import Pixels
from engine.raster.windows import Window

_KNOT_PX = 32
"""Output pixels between places transformed exactly. Between them the transform is taken as bilinear:
at 1 m per pixel and a latitude of 80° that is wrong by less than 0.2 mm."""

_READ_PX = 2**23
"""Source pixels read at once, at most: bounds memory where the source is much finer than the output."""

_SAMPLE_PX = 2**16
"""Output pixels computed at once: small enough for the processor's cache."""

_OUTSIDE = -8.0
"""Source coordinate of places that have none."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """How one grid is shown on another.

    The source is first averaged over blocks of ``reduce_rows`` × ``reduce_cols`` pixels, counted from its
    upper-left corner, then read bilinearly between block centres. A block of s / √3, for s source pixels
    per output pixel, makes both together blur as much as the plain average over the output pixel would
    (equal variance: k² / 4 = s² / 12).

    Attributes:
        source: Grid of the pixels that are there.
        target: Grid of the pixels wanted.
        reduce_rows: Height of a block in source pixels.
        reduce_cols: Width of a block in source pixels.
    """

    source: Grid
    target: Grid
    reduce_rows: int
    reduce_cols: int

    @classmethod
    def between(cls, source: Grid, target: Grid) -> "Resampling":
        """Choose the block size for two grids.

        Raises:
            RasterError: Their systems cannot be related, or one target pixel covers so many source pixels
                that the source's size cannot be true.
        """
        row, col = target.height / 2, target.width / 2
        around = np.array([(row - 0.5, col), (row + 0.5, col), (row, col - 0.5), (row, col + 0.5)])
        places = _to_source(source, target, around)
        # Source pixels crossed along rows and columns, by a step down and by a step to the right.
        span = np.hypot(places[1] - places[0], places[3] - places[2])
        span = np.where(np.isfinite(span), span, 1.0)
        if span.prod() > _READ_PX:
            raise RasterError(
                f"The raster's pixels of {source.m_per_px:g} m are {span.max():.0f} times smaller than those "
                f"needed, {target.m_per_px:g} m: check its georeference (or --gsd)."
            )
        blocks = np.maximum(1, np.rint(span / np.sqrt(3.0))).astype(int).tolist()
        return cls(source, target, *blocks)


def _to_source(source: Grid, target: Grid, rowcol: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move (N, 2) pixel positions of the target grid to the source grid; infinite where there is no image."""
    ground = reproject_points(target.to_ground(rowcol), target.crs, source.crs, near_x=source.centre[0])
    return source.to_pixels(ground)


def find_places(plan: Resampling, window: Window) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find where the pixels of a window lie in the source.

    Args:
        plan: The two grids.
        window: Window of the target grid.

    Returns:
        Source row and column, (H, W) each, in the corner frame, of the centres of the window's pixels; a few
        pixels outside the source where they lie farther, or nowhere.
    """
    first_row, first_col = window.row // _KNOT_PX, window.col // _KNOT_PX
    last_row = (window.row + window.height - 1) // _KNOT_PX + 1
    last_col = (window.col + window.width - 1) // _KNOT_PX + 1
    knot_rows, knot_cols = np.arange(first_row, last_row + 1), np.arange(first_col, last_col + 1)
    lattice = np.stack(np.meshgrid(knot_rows, knot_cols, indexing="ij"), axis=-1) * np.float64(_KNOT_PX)
    knots = _to_source(plan.source, plan.target, lattice.reshape(-1, 2)).reshape(lattice.shape)
    knots[~np.isfinite(knots).all(axis=-1)] = np.nan
    rows, cols = np.arange(window.height) + window.row, np.arange(window.width) + window.col
    below, right = ((rows + 0.5) / _KNOT_PX) % 1.0, ((cols + 0.5) / _KNOT_PX) % 1.0
    upper, left = rows // _KNOT_PX - first_row, cols // _KNOT_PX - first_col
    slopes = np.diff(knots, axis=0)[upper] * below[:, None, None]
    lines = knots[upper] + slopes  # (H, knots, 2)
    places = []
    for axis in range(2):
        line = lines[..., axis]
        place = line[:, left] + np.diff(line, axis=1)[:, left] * right
        limit = float(plan.source.height if axis == 0 else plan.source.width) - _OUTSIDE
        places.append(np.clip(np.nan_to_num(place, nan=_OUTSIDE), _OUTSIDE, limit))
    return places[0], places[1]


def _total(plane: NDArray[Any], rows: int, cols: int) -> NDArray[np.uint32]:
    """Add up blocks of an (H, W) plane of 8-bit or boolean values; the last ones may be cut off."""
    height, width = plane.shape
    tall = np.zeros((-(-height // rows), width), dtype=np.uint32)
    for first in range(min(rows, height)):
        layer = plane[first::rows]
        tall[: len(layer)] += layer
    total = np.zeros((len(tall), -(-width // cols)), dtype=np.uint32)
    for first in range(min(cols, width)):
        layer = tall[:, first::cols]
        total[:, : layer.shape[1]] += layer
    return total


def _reduce(pixels: Pixels, rows: int, cols: int) -> Pixels:
    """Average blocks of valid pixels; a block is valid where at least half of it is.

    Blocks that the raster's edge cuts off are averaged over the pixels they have.
    """
    if rows == 1 and cols == 1:
        return pixels
    height, width = pixels.valid.shape
    tall = np.minimum(rows, height - np.arange(0, height, rows)).astype(np.uint32)
    wide = np.minimum(cols, width - np.arange(0, width, cols)).astype(np.uint32)
    whole = tall[:, None] * wide
    count = whole if pixels.valid.all() else _total(pixels.valid, rows, cols)
    valid = (2 * count >= whole) & (count > 0)
    share = np.maximum(count, 1)
    rgb = np.stack([(_total(plane, rows, cols) + share // 2) // share for plane in pixels.rgb])
    return Pixels(np.where(valid, rgb, 0).astype(np.uint8), valid)


def _pack(pixels: Pixels) -> NDArray[np.uint32]:
    """Put colours and validity of each pixel into one word, with a ring of invalid pixels around.

    Returns:
        (H + 2, W + 2) whose bytes are red, green, blue, valid (0 or 1).
    """
    height, width = pixels.valid.shape
    packed = np.zeros((height + 2, width + 2, 4), dtype=np.uint8)
    packed[1:-1, 1:-1, :3] = np.moveaxis(pixels.rgb, 0, -1)
    packed[1:-1, 1:-1, 3] = pixels.valid
    return packed.view(np.uint32)[..., 0]


def _interpolate(
    packed: NDArray[np.uint32], rows: NDArray[np.float64], cols: NDArray[np.float64], origin: tuple[int, int]
) -> NDArray[np.uint8]:
    """Read packed pixels bilinearly at N places.

    Args:
        packed: Block pixels with a ring of invalid ones.
        rows: (N,) place in blocks, corner frame, of the whole source.
        cols: (N,) likewise.
        origin: Row and column of the first packed block inside the ring.

    Returns:
        (N, 4) red, green, blue, valid (0 or 1).
    """
    height, width = packed.shape
    above, before = np.floor(rows - 0.5), np.floor(cols - 0.5)
    down = (rows - 0.5 - above).astype(np.float32)[:, None]
    along = (cols - 0.5 - before).astype(np.float32)[:, None]
    row = above.astype(np.int64) - (origin[0] - 1)
    col = before.astype(np.int64) - (origin[1] - 1)
    row_near, row_far = np.clip(row, 0, height - 1) * width, np.clip(row + 1, 0, height - 1) * width
    col_near, col_far = np.clip(col, 0, width - 1), np.clip(col + 1, 0, width - 1)
    flat = packed.ravel()

    def look(index: NDArray[np.int64]) -> NDArray[np.float32]:
        return flat.take(index).view(np.uint8).reshape(-1, 4).astype(np.float32)

    upper, lower = look(row_near + col_near), look(row_far + col_near)
    upper += (look(row_near + col_far) - upper) * along
    lower += (look(row_far + col_far) - lower) * along
    upper += (lower - upper) * down
    share = upper[:, 3:]
    valid = share >= 0.5
    # Invalid pixels are black and must not darken their neighbours: divide by the valid share.
    upper /= np.where(valid, share, np.float32(1.0))
    return np.where(valid, np.rint(np.minimum(upper, 255.0)), np.float32(0.0)).astype(np.uint8)


def _block_range(places: NDArray[np.float64], block: int, length: int) -> tuple[int, int]:
    """Find the first and one past the last block that bilinear reading at these places can touch."""
    first = int(np.floor(places.min() / block - 0.5))
    last = int(np.floor(places.max() / block - 0.5)) + 2
    return max(first, 0), min(last, -(-length // block))


def halve(window: Window) -> list[Window]:
    """Cut a window of at least two pixels across its longer side."""
    if window.height >= window.width:
        half = window.height // 2
        lower = Window(window.row + half, window.col, window.height - half, window.width)
        return [Window(window.row, window.col, half, window.width), lower]
    half = window.width // 2
    right = Window(window.row, window.col + half, window.height, window.width - half)
    return [Window(window.row, window.col, window.height, half), right]


def resample(plan: Resampling, read: Callable[[Window], Pixels], window: Window) -> Pixels:
    """Compute a window of the target grid.

    Args:
        plan: The two grids.
        read: Gives the pixels of a window of the source grid.
        window: Window of the target grid.

    Returns:
        Pixels of the window, invalid outside the source's footprint.
    """
    out = np.zeros((window.height, window.width, 4), dtype=np.uint8)
    all_rows, all_cols = find_places(plan, window)
    pieces = [Window(0, 0, window.height, window.width)]
    while pieces:
        piece = pieces.pop()
        rows, cols = all_rows[piece.slices], all_cols[piece.slices]
        top, bottom = _block_range(rows, plan.reduce_rows, plan.source.height)
        left, right = _block_range(cols, plan.reduce_cols, plan.source.width)
        if top >= bottom or left >= right:
            continue
        row, col = top * plan.reduce_rows, left * plan.reduce_cols
        height = min(bottom * plan.reduce_rows, plan.source.height) - row
        width = min(right * plan.reduce_cols, plan.source.width) - col
        if height * width > _READ_PX and piece.area_px > 1:
            pieces.extend(halve(piece))
            continue
        blocks = _reduce(read(Window(row, col, height, width)), plan.reduce_rows, plan.reduce_cols)
        packed = _pack(blocks)
        step = max(1, _SAMPLE_PX // piece.width)
        for start in range(0, piece.height, step):
            part = slice(start, start + step)
            row_places, col_places = rows[part] / plan.reduce_rows, cols[part] / plan.reduce_cols
            values = _interpolate(packed, row_places.ravel(), col_places.ravel(), (top, left))
            out[piece.slices][part] = values.reshape(-1, piece.width, 4)
    rgb = np.ascontiguousarray(np.moveaxis(out[..., :3], -1, 0))
    return Pixels(rgb, out[..., 3] > 0)
