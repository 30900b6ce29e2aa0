"""Pixels in: any raster, as 8-bit colour windows of a metric grid, warped on the fly."""

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from types import TracebackType
from typing import Self

from engine.errors import RasterError
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.raster.placement import find_metric_grid, find_part, find_source_grid
from engine.raster.resample import Resampling, resample
from engine.raster.source import Pixels, Source
from engine.raster.windows import Window
from engine.raster.writer import Placement

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
        source_part: Window of the file's own grid that holds the extent asked for.
        grid: The metric grid that windows are read on: the file's own, or that part of it, where it fits.
        resamples: Whether it does not, so that ``grid`` has other pixels.
    """

    def __init__(
        self, source: Source, source_grid: Grid, part: Window, grid: Grid, *, resamples: bool
    ) -> None:
        self.source_grid = source_grid
        self.source_part = part
        self.grid = grid
        self.resamples = resamples
        self._source = source
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

    @property
    def placement(self) -> Placement:
        """Size and place of ``source_part`` as the file itself says them, whatever the user adds."""
        return Placement.of_file(self._source.dataset).part(self.source_part)

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
        return resample(self._plan, self._source.read, window) if self.resamples else self.read_own(window)

    def read_own(self, window: Window) -> Pixels:
        """Read a window of ``source_part``, in the file's own pixels.

        Args:
            window: Part of it, counted from its upper-left corner.

        Raises:
            RasterError: The window is not inside, or the file cannot be read there.
        """
        part = self.source_part
        if not window.within(part.height, part.width):
            raise RasterError(f"{window} is not inside a raster of {part.height} × {part.width} px.")
        return self._source.read(
            Window(part.row + window.row, part.col + window.col, window.height, window.width)
        )


def open_raster(
    path: str | PathLike[str],
    *,
    m_per_px: float | Callable[[float], float],
    options: RasterOptions | None = None,
) -> RasterReader:
    """Open a raster to be read on a metric grid.

    Args:
        path: Anything GDAL opens, ``/vsi`` paths included.
        m_per_px: Ground resolution that the network expects, or what chooses it by the raster's own.
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
        size_m = m_per_px(source_grid.m_per_px) if callable(m_per_px) else m_per_px
        grid, own = find_metric_grid(source_grid, name, m_per_px=size_m, extent=options.extent)
        part = find_part(source_grid, name, options.extent) if own is None else own
        return RasterReader(source, source_grid, part, grid, resamples=own is None)
    except BaseException:
        source.close()
        raise
