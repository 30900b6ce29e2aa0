"""Heights on the grid that the network works on, kept on disk until the whole scene is known."""

from collections.abc import Iterator
from contextlib import contextmanager
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


def interpolate(heights: Heights, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Heights:
    """Read heights bilinearly between pixel centres.

    Args:
        heights: (H, W); NaN where unknown. Neighbours that are not known leave their say to the others.
        rows: (h, w) places in the corner frame.
        cols: (h, w) likewise.

    Returns:
        (h, w); NaN where no neighbour is known.
    """
    height, width = heights.shape
    (above, down), (left, right) = _near(rows, height), _near(cols, width)
    step_down, step_right = width * (height > 1), int(width > 1)
    corner = above * width + left
    known = np.isfinite(heights)
    planes = [heights] if known.all() else [np.where(known, heights, np.float32(0)), known.astype(np.float32)]
    read: list[Heights] = []
    for plane in planes:
        flat = plane.ravel()
        upper: Heights = flat.take(corner)
        lower: Heights = flat.take(corner + step_down)
        upper += (flat.take(corner + step_right) - upper) * right
        lower += (flat.take(corner + (step_down + step_right)) - lower) * right
        upper += (lower - upper) * down
        read.append(upper)
    if len(read) == 1:
        return read[0]
    values, shares = read
    np.divide(values, shares, out=values, where=shares > 0)
    return np.where(shares > 0, values, np.float32(np.nan))


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

    def read(self, window: Window) -> Heights:
        """Read (H, W) heights of a window of the raster's own grid; NaN where unknown."""
        return self._field.read(window) if self._plan is None else self._resampled(self._plan, window)

    def _resampled(self, plan: Resampling, window: Window) -> Heights:
        out = np.full((window.height, window.width), np.nan, dtype=np.float32)
        step = max(1, _SAMPLE_PX // window.width)
        rows, cols = find_places(plan, window)
        for start in range(0, window.height, step):
            part = slice(start, start + step)
            out[part] = self._sampled(rows[part], cols[part])
        return out

    def _sampled(self, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Heights:
        """Read the heights at places of the working grid; unknown outside."""
        grid = self._field.grid
        inside = (np.minimum(rows, cols) >= -_INSIDE_PX) & (rows <= grid.height + _INSIDE_PX)
        inside &= cols <= grid.width + _INSIDE_PX
        if not inside.any():
            return np.full(rows.shape, np.nan, dtype=np.float32)
        top, bottom = _range(rows[inside], grid.height)
        left, right = _range(cols[inside], grid.width)
        heights = self._field.read(Window(top, left, bottom - top, right - left))
        return np.where(inside, interpolate(heights, rows - top, cols - left), np.float32(np.nan))


def _range(places: NDArray[np.float64], length: int) -> tuple[int, int]:
    """Return the first and one past the last pixel that reading at places of a grid can touch."""
    first, last = int(np.floor(places.min() - 0.5)), int(np.floor(places.max() - 0.5)) + 2
    return max(first, 0), min(last, length)
