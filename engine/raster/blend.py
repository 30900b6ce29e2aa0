"""Overlapping windows joined without seams, and handed on in strips before all are there.

A window's say in a pixel is the share of a square around the pixel that lies in the window's core. The
cores cover the grid once, so the shares of all windows sum to one: nothing needs to be known of the
neighbours, and where windows agree nothing changes. Across the border of two cores the say passes from one
to the other evenly, over twice the ramp.
"""

from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import RasterError
from engine.raster.windows import Tile, Window

Planes = NDArray[np.floating[Any]]

_STRIP_ROWS = 256
"""Rows handed on at a time, at most: what is done with them needs memory too."""


def axis_shares(start: int, stop: int, length: int, ramp_px: int) -> NDArray[np.float32]:
    """Return the say of a core along one axis, from ``ramp_px`` before it to as much after it.

    Args:
        start: First pixel of the core.
        stop: The pixel after its last.
        length: Pixels of the grid; where the core ends there, nobody else has a say.
        ramp_px: Pixels on either side of a border between cores over which the say passes on.

    Returns:
        (n,) shares from 0 to 1 of the pixels from ``max(0, start − ramp)`` to ``min(length, stop + ramp)``.
    """
    centres = np.arange(max(0, start - ramp_px), min(length, stop + ramp_px)) + 0.5
    if ramp_px == 0:
        return np.ones(len(centres), dtype=np.float32)
    begin, end = -inf if start == 0 else start, inf if stop == length else stop
    covered = np.minimum(centres + ramp_px, end) - np.maximum(centres - ramp_px, begin)
    shares: NDArray[np.float32] = (np.maximum(covered, 0.0) / (2 * ramp_px)).astype(np.float32)
    return shares


def _reach(tile: Tile, height: int, width: int, ramp_px: int) -> Window:
    """Return the pixels in which a window has a say."""
    core = tile.core
    row, col = max(0, core.row - ramp_px), max(0, core.col - ramp_px)
    bottom = min(height, core.row + core.height + ramp_px)
    right = min(width, core.col + core.width + ramp_px)
    return Window(row, col, bottom - row, right - col)


class _Band:
    """The rows that windows still may change: weighted sums, and the weights of what was known.

    Attributes:
        top: Number of the first of them in the grid.
    """

    def __init__(self, planes: int, width: int) -> None:
        self.top = 0
        self._sums = np.zeros((planes, 0, width), dtype=np.float32)
        self._weights = np.zeros((0, width), dtype=np.float32)

    def add(self, reach: Window, planes: Planes, shares: NDArray[np.float32]) -> None:
        """Add one window's part: (C, H, W) values of its reach, NaN where unknown, and its (H, W) shares."""
        self._extend(reach.row + reach.height)
        rows, cols = Window(reach.row - self.top, reach.col, reach.height, reach.width).slices
        known = np.isfinite(planes).all(axis=0)
        weights = np.where(known, shares, np.float32(0))
        self._weights[rows, cols] += weights
        self._sums[:, rows, cols] += np.where(known, planes, 0.0) * weights

    def release(self, until: int) -> Iterator[tuple[Window, NDArray[np.float32]]]:
        """Hand on the rows above ``until``, in strips, and forget them."""
        self._extend(until)
        while self.top < until:
            rows = min(_STRIP_ROWS, until - self.top)
            weights = self._weights[:rows]
            strip = np.full((len(self._sums), rows, weights.shape[1]), np.nan, dtype=np.float32)
            np.divide(self._sums[:, :rows], weights, out=strip, where=weights > 0)
            window = Window(self.top, 0, rows, weights.shape[1])
            self._sums, self._weights = self._sums[:, rows:], self._weights[rows:]
            self.top += rows
            yield window, strip

    def _extend(self, bottom: int) -> None:
        """Make room down to a row; what was handed on is given back to the system here."""
        missing = bottom - self.top - len(self._weights)
        if missing > 0:
            self._sums = np.pad(self._sums, ((0, 0), (0, missing), (0, 0)))
            self._weights = np.pad(self._weights, ((0, missing), (0, 0)))


def _check(tile: Tile, planes: Planes, reach: Window) -> None:
    """Refuse arrays that are not what the window sees, and windows that end before their say does."""
    window = tile.window
    if planes.ndim != 3 or planes.shape[1:] != (window.height, window.width):
        raise RasterError(
            f"An array of shape {planes.shape} is not the pixels of {window}: bands, rows and columns are "
            "needed."
        )
    inner = Window(reach.row - window.row, reach.col - window.col, reach.height, reach.width)
    if not inner.within(window.height, window.width):
        raise RasterError(
            f"{window} does not see all of {reach}, to which it would be blended: make its margin at least "
            "as large as the ramp."
        )


def blend(
    pieces: Iterable[tuple[Tile, Planes]], height: int, width: int, *, ramp_px: int
) -> Iterator[tuple[Window, NDArray[np.float32]]]:
    """Blend windows of a tiling; every row is handed on as soon as no window to come can change it.

    A pixel that one window does not know has the value of those that do. Windows left out leave their
    part to their neighbours as far as these reach, and unknown beyond. In memory are the rows of one row
    of cores and twice the ramp.

    Args:
        pieces: Tiles of ``windows.tile``, in its order, each with the (C, H, W) values of its window; not
            finite where unknown: a pixel counts as unknown where any of its bands is.
        height: Rows of the grid.
        width: Columns of the grid.
        ramp_px: Pixels on either side of a border between cores over which windows are mixed; 0 sets the
            cores side by side. The pixels of a window's margin beyond the ramp are not used at all.

    Yields:
        Strips of whole rows from top to bottom: where, and (C, rows, W) values; NaN where unknown. Nothing
        if there are no pieces, else every row of the grid once.

    Raises:
        RasterError: An array is not of its window's size, a margin is smaller than the ramp, the windows
            are out of order, or one of them has another number of bands.
    """
    band: _Band | None = None
    bands = 0
    for tile, planes in pieces:
        reach = _reach(tile, height, width, ramp_px)
        _check(tile, planes, reach)
        if band is None:
            bands = len(planes)
            band = _Band(bands, width)
        if reach.row < band.top or len(planes) != bands:
            raise RasterError(
                f"{tile.core} comes after the rows above {band.top} were finished, or has {len(planes)} "
                f"bands instead of {bands}: give windows row by row, all with the same bands."
            )
        yield from band.release(reach.row)
        core = tile.core
        shares = np.outer(
            axis_shares(core.row, core.row + core.height, height, ramp_px),
            axis_shares(core.col, core.col + core.width, width, ramp_px),
        )
        row, col = reach.row - tile.window.row, reach.col - tile.window.col
        band.add(reach, planes[:, row : row + reach.height, col : col + reach.width], shares)
    if band is not None:
        yield from band.release(height)
