"""Pixels in: any raster, as 8-bit colour windows of a metric grid, warped on the fly."""

from dataclasses import dataclass
from os import PathLike, fspath
from types import TracebackType
from typing import Self

from engine.errors import RasterError
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.raster.placement import find_metric_grid, find_source_grid
from engine.raster.resample import Resampling, resample
from engine.raster.source import Pixels, Source
from engine.raster.windows import Window

__all__ = ["Extent", "Pixels", "RasterOptions", "RasterReader", "open_raster"]


@dataclass(frozen=True, slots=True)
class RasterOptions:
    """What a user may say about an input raster.

    Attributes:
        bands: One or three band numbers from 1; None = the declared or first colours.
        extent: Part to read; None = all.
        source_m_per_px: Ground size of a pixel, for a raster that does not know its place.
    """

    bands: tuple[int, ...] | None = None
    extent: Extent | None = None
    source_m_per_px: float | None = None


class RasterReader:
    """Reads windows of a raster on a metric grid. A context manager; made by ``open_raster``.

    A pixel is the same through whatever window it is read. Memory is bounded by the window and a fixed
    cache, not by the raster.

    Attributes:
        source_grid: The file's own grid.
        grid: The metric grid that windows are read on: the file's own, or a part of it, where that fits.
    """

    def __init__(self, source: Source, source_grid: Grid, grid: Grid, own: Window | None) -> None:
        self.source_grid = source_grid
        self.grid = grid
        self._source = source
        self._own = own
        self._plan = Resampling.between(source_grid, grid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._source.close()

    def read(self, window: Window) -> Pixels:
        """Read a window of ``grid``.

        Args:
            window: Part of the grid.

        Returns:
            Pixels of the window's size.

        Raises:
            RasterError: The window is not inside the grid, or the file cannot be read there.
        """
        if not window.within(self.grid.height, self.grid.width):
            raise RasterError(f"{window} is not inside a grid of {self.grid.height} × {self.grid.width} px.")
        if self._own is None:
            return resample(self._plan, self._source.read, window)
        row, col = window.row + self._own.row, window.col + self._own.col
        return self._source.read(Window(row, col, window.height, window.width))


def open_raster(
    path: str | PathLike[str], *, m_per_px: float, options: RasterOptions | None = None
) -> RasterReader:
    """Open a raster to be read on a metric grid.

    Args:
        path: Anything GDAL opens, ``/vsi`` paths included.
        m_per_px: Ground resolution that the network expects.
        options: What the user said about the raster.

    Returns:
        A reader; use it in a ``with`` statement.

    Raises:
        RasterError: The raster cannot be opened, placed on the ground, or has not what was asked for.
    """
    options = options or RasterOptions()
    name = fspath(path)
    source = Source(name, options.bands)
    try:
        source_grid = find_source_grid(source.dataset, name, options.source_m_per_px)
        grid, own = find_metric_grid(source_grid, name, m_per_px=m_per_px, extent=options.extent)
        return RasterReader(source, source_grid, grid, own)
    except BaseException:
        source.close()
        raise
