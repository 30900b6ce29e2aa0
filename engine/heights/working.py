"""Heights on the grid that the network works on, kept on disk until the whole scene is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.atomic import writable_folder, writing_into
from engine.errors import RasterError
from engine.raster.grid import Grid
from engine.raster.resample import Resampling, find_places
from engine.raster.windows import Window

Heights = NDArray[np.float32]

_SAMPLE_PX = 2**16
"""Pixels computed at once: small enough for the processor's cache."""

_LEAST_SHARE = np.float32(1e-3)
"""A place whose known neighbours have less say is unknown: single precision holds nothing of them."""

_INSIDE_PX = 1e-3
"""Pixels by which a place on the border may miss the grid, by rounding."""


class HeightField:
    """Heights of a whole grid in a file without a name: four bytes a pixel on disk, none in memory.

    The file has gone when it is closed, and with the process at the latest, however that ends. Made by
    ``height_field``.

    Attributes:
        grid: Where the pixels lie.
    """

    def __init__(self, grid: Grid, file: BinaryIO, folder: Path) -> None:
        self.grid = grid
        self._file = file
        self._folder = folder
        self._rows = 0

    def append(self, strip: Heights) -> None:
        """Add the next rows.

        Args:
            strip: (H, W) whole rows; NaN where unknown.

        Raises:
            RasterError: They are not of the grid's width, or more than it has.
            OutputError: The disk is full.
        """
        rows, cols = strip.shape
        if cols != self.grid.width or self._rows + rows > self.grid.height:
            raise RasterError(
                f"{rows} rows of {cols} px do not go on after row {self._rows} of a grid of "
                f"{self.grid.height} × {self.grid.width} px."
            )
        with writing_into(self._folder):
            self._file.write(np.ascontiguousarray(strip, dtype=np.float32).data)
            # Unwritten bytes must not lie in two places: reading goes past the file object.
            self._file.flush()
        self._rows += rows

    def read(self, window: Window) -> Heights:
        """Read a window.

        Raises:
            RasterError: It is not inside the rows that are there.
        """
        if not window.within(self._rows, self.grid.width):
            raise RasterError(f"{window} is not inside the {self._rows} rows of heights that are known.")
        stored = np.memmap(self._file, np.float32, "r", shape=(self._rows, self.grid.width))
        # A copy: the mapped pages would count as the process's memory for as long as the array lives.
        heights: Heights = np.array(stored[window.slices])
        return heights


@contextmanager
def height_field(grid: Grid, folder: Path) -> Iterator[HeightField]:
    """Make room for the heights of a grid.

    Args:
        grid: Where the pixels lie.
        folder: Where the file lies, without a name.

    Raises:
        OutputError: Nothing can be written there.
    """
    writable_folder(folder / "heights")
    with writing_into(folder):
        file = TemporaryFile(dir=folder, prefix=".plumbline.")  # noqa: SIM115 - closed below
    with file:
        yield HeightField(grid, file, folder)


def _near(places: NDArray[np.float64], length: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the pixel before each place, whose successor there is as well, and the share of the successor.

    Beyond the centres of the outermost pixels these stand alone: nothing is clipped, nothing extrapolated.
    """
    along = np.clip(places - 0.5, 0.0, length - 1.0)
    before = np.minimum(along.astype(np.int64), max(length - 2, 0))
    return before, (along - before).astype(np.float32)


def _read_between(plane: Heights, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Heights:
    """Read (H, W) values, all known, bilinearly; places as for ``interpolate``."""
    height, width = plane.shape
    (above, down), (left, right) = _near(rows, height), _near(cols, width)
    step_down, step_right = int(height > 1), int(width > 1)
    if rows.shape[1] == 1 and cols.shape[0] == 1:
        # Rows first: they are copied whole.
        lines = plane[above[:, 0]]
        lines += (plane[above[:, 0] + step_down] - lines) * down
        read: Heights = lines[:, left[0]]
        read += (lines[:, left[0] + step_right] - read) * right
        return read
    flat, corner = plane.ravel(), above * width + left
    step_down *= width
    upper: Heights = flat.take(corner)
    lower: Heights = flat.take(corner + step_down)
    upper += (flat.take(corner + step_right) - upper) * right
    lower += (flat.take(corner + (step_down + step_right)) - lower) * right
    upper += (lower - upper) * down
    return upper


def interpolate(heights: Heights, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Heights:
    """Read heights bilinearly between pixel centres.

    Args:
        heights: (H, W); NaN where unknown. Neighbours that are not known leave their say to the others.
        rows: (h, w) places in the corner frame; or (h, 1), with (1, w) columns.
        cols: (h, w) likewise; or (1, w).

    Returns:
        (h, w); NaN where no neighbour is known.
    """
    known = np.isfinite(heights)
    if known.all():
        return _read_between(heights, rows, cols)
    values = _read_between(np.where(known, heights, np.float32(0)), rows, cols)
    shares = _read_between(known.astype(np.float32), rows, cols)
    enough = shares >= _LEAST_SHARE
    np.divide(values, shares, out=values, where=enough)
    return np.where(enough, values, np.float32(np.nan))


class SourceView:
    """Shows heights of the working grid on the raster's own grid.

    Args:
        field: Complete.
        own: Grid of the raster's own pixels.
        same: Whether these are the working grid's: then nothing is resampled.
    """

    def __init__(self, field: HeightField, own: Grid, *, same: bool) -> None:
        self._field = field
        self._plan = None if same else Resampling(field.grid, own, 1, 1)
        here, there = field.grid.transform, own.transform
        self._parallel = field.grid.crs == own.crs and not any((here.b, here.d, there.b, there.d))

    def read(self, window: Window) -> Heights:
        """Read (H, W) heights of a window of the raster's own grid; NaN where unknown."""
        if self._plan is None:
            return self._field.read(window)
        if self._parallel:
            rows, _ = find_places(self._plan, replace(window, width=1))
            _, cols = find_places(self._plan, replace(window, height=1))
        else:
            rows, cols = find_places(self._plan, window)
        out = np.empty((window.height, window.width), dtype=np.float32)
        step = max(1, _SAMPLE_PX // window.width)
        for start in range(0, window.height, step):
            part = slice(start, start + step)
            out[part] = self._sampled(rows[part], cols if self._parallel else cols[part])
        return out

    def _sampled(self, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Heights:
        """Read the heights at places of the working grid; unknown outside."""
        grid = self._field.grid
        rows_inside, cols_inside = _inside(rows, grid.height), _inside(cols, grid.width)
        inside = rows_inside & cols_inside
        if not inside.any():
            return np.full(inside.shape, np.nan, dtype=np.float32)
        top, bottom = _range(rows[rows_inside], grid.height)
        left, right = _range(cols[cols_inside], grid.width)
        heights = interpolate(
            self._field.read(Window(top, left, bottom - top, right - left)), rows - top, cols - left
        )
        return heights if inside.all() else np.where(inside, heights, np.float32(np.nan))


def _inside(places: NDArray[np.float64], length: int) -> NDArray[np.bool_]:
    """Tell which places lie within a grid, or on its border."""
    inside: NDArray[np.bool_] = (places >= -_INSIDE_PX) & (places <= length + _INSIDE_PX)
    return inside


def _range(places: NDArray[np.float64], length: int) -> tuple[int, int]:
    """Return the first and one past the last pixel that reading at places of a grid can touch."""
    first, last = int(np.floor(places.min() - 0.5)), int(np.floor(places.max() - 0.5)) + 2
    return max(first, 0), min(last, length)
