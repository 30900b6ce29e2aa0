"""Pixels out: Cloud-Optimised GeoTIFFs, written window by window.

Such a file has its overviews before its pixels, in an order that is known only when all is written. So
windows go into a plain tiled GeoTIFF beside the result, on disk and not in memory, and GDAL's own driver
makes the file from it at the end.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import Any, Self
from zlib import crc32

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window as FileWindow

from engine.atomic import atomic_path, writable_folder
from engine.errors import RasterError
from engine.raster.grid import Grid
from engine.raster.windows import Window
from engine.stopping import run_aside

NODATA = -9999.0
"""Stands for an unknown value in files of floating-point numbers."""

_BLOCK_PX = 512

_GDAL_OPTIONS = {"GDAL_CACHEMAX": 256 * 2**20, "GDAL_TIFF_INTERNAL_MASK": True, "CPL_DEBUG": False}


SHOWN_WITHOUT_PLACE = Affine.scale(1.0, -1.0)
"""(col, row) to where QGIS shows a raster that does not know its place."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Size of a raster, and where it says that its pixels lie.

    Attributes:
        height: Rows.
        width: Columns.
        transform: (col, row) to (x, y) of any kind; the identity for a raster that does not know its place.
        crs: WKT of the coordinate reference system, or None.
    """

    height: int
    width: int
    transform: Affine = Affine.identity()  # noqa: RUF009 - immutable
    crs: str | None = None

    @classmethod
    def of_file(cls, dataset: Any) -> Self:
        """Return that of an open rasterio dataset, whatever it knows and lacks."""
        crs = dataset.crs.to_wkt() if dataset.crs else None
        return cls(dataset.height, dataset.width, dataset.transform, crs)

    @classmethod
    def of_grid(cls, grid: Grid) -> Self:
        """Return that of a grid; local metres are written as they are, without a system."""
        return cls(grid.height, grid.width, grid.transform, grid.crs)

    @property
    def shown(self) -> Affine:
        """(col, row) to where QGIS shows it: a raster without a place at x = column, y = −row."""
        return SHOWN_WITHOUT_PLACE if self.transform == Affine.identity() else self.transform

    def part(self, window: Window) -> "Placement":
        """Return that of a part, which is shown over the whole.

        A raster that does not know its place has a whole that does not know it either.
        """
        if window == Window(0, 0, self.height, self.width):
            return self
        moved = self.shown @ Affine.translation(window.col, window.row)
        return Placement(window.height, window.width, moved, self.crs)


@dataclass(frozen=True, slots=True)
class Product:
    """What a file holds.

    Attributes:
        names: Description of each band.
        unit: Unit of the values; empty for colours.
        dtype: "float32", where what is not known is ``NODATA``, or "uint8", with a mask band.
    """

    names: tuple[str, ...]
    unit: str
    dtype: str

    @property
    def masked(self) -> bool:
        """Whether a mask band says where there is something, rather than a value."""
        return self.dtype == "uint8"


HEIGHTS = Product(("height above ground",), "m", "float32")
FLOW = Product(("flow, rows down", "flow, columns right"), "px", "float32")
COLOURS = Product(("red", "green", "blue"), "", "uint8")


def _in_file(window: Window) -> FileWindow:
    return FileWindow(window.col, window.row, window.width, window.height)


def _sum(values: NDArray[Any], mask: NDArray[np.bool_] | None) -> int:
    """Return a checksum of pixels and their mask."""
    total = crc32(np.ascontiguousarray(values).data)
    return total if mask is None else crc32(np.ascontiguousarray(mask).data, total)


def _quietly_open(path: Path, mode: str = "r", **profile: Any) -> Any:
    """Open a raster that may not know its place."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **profile)


class CogWriter:
    """Takes the windows of a raster, in any order, no pixel twice; made by ``write_cog``.

    What is never written stays unknown: nodata, or outside the mask.
    """

    def __init__(self, dataset: Any, product: Product) -> None:
        self._dataset = dataset
        self._product = product
        self._sums: list[tuple[Window, int]] = []

    def write(self, window: Window, planes: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> None:
        """Write one window.

        Args:
            window: Where.
            planes: (C, H, W) values, or (H, W) of a product of one band. Numbers that are not finite are
                unknown.
            valid: (H, W), False where values are unknown whatever they are; known everywhere when absent.

        Raises:
            RasterError: The window is not inside the raster, or the arrays are not of its size and kind.
        """
        bands = planes if planes.ndim == 3 else planes[None]
        self._check(window, bands, valid)
        known = np.ones(bands.shape[1:], dtype=bool) if valid is None else valid
        if self._product.masked:
            values = np.where(known, bands, np.uint8(0))
        else:
            values = np.where(known & np.isfinite(bands), bands, NODATA).astype(np.float32)
        with rasterio.Env(**_GDAL_OPTIONS):
            self._dataset.write(values, window=_in_file(window))
            if self._product.masked:
                self._dataset.write_mask(known, window=_in_file(window))
        self._sums.append((window, _sum(values, known if self._product.masked else None)))

    def compare(self, finished: Path) -> None:
        """Read a file back and compare it with what was written.

        GDAL does not tell when the last pixels that it holds find no place on the disk.

        Raises:
            OSError: They differ.
        """
        with rasterio.Env(**_GDAL_OPTIONS), _quietly_open(finished) as file:
            for window, total in self._sums:
                values = file.read(window=_in_file(window))
                mask = file.dataset_mask(window=_in_file(window)) > 0 if self._product.masked else None
                if _sum(values, mask) != total:
                    raise OSError("pixels were lost")

    def _check(self, window: Window, bands: NDArray[Any], valid: NDArray[np.bool_] | None) -> None:
        """Refuse what would be written elsewhere, in part or as other numbers."""
        rows, cols = self._dataset.height, self._dataset.width
        if not window.within(rows, cols):
            raise RasterError(f"{window} is not inside a raster of {rows} × {cols} px.")
        size = (window.height, window.width)
        fits = bands.shape == (len(self._product.names), *size) and (valid is None or valid.shape == size)
        kind = np.uint8 if self._product.masked else np.floating
        if not (fits and np.issubdtype(bands.dtype, kind)):
            raise RasterError(
                f"An array of shape {bands.shape} and type {bands.dtype} cannot be written to {window} of "
                f"{len(self._product.names)} bands of {self._product.dtype}: shape and type must match."
            )


@contextmanager
def write_cog(
    path: str | os.PathLike[str],
    placement: Placement,
    product: Product,
    *,
    tags: Mapping[str, str] | None = None,
) -> Iterator[CogWriter]:
    """Write a Cloud-Optimised GeoTIFF that appears under its name only when it is complete.

    Overviews are means of what is known. Until the block ends, the folder holds the pixels uncompressed.
    Errors of files inside the block count as failures to write: read the inputs before it, or let their
    errors be ``RasterError``.

    Args:
        path: Where the result shall appear; an existing file is replaced.
        placement: Size and place, usually those of the source.
        product: What the bands are.
        tags: Names and values to keep in the file.

    Yields:
        The writer, which takes windows.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full.
    """
    folder = writable_folder(Path(path))
    # The draft is within, so that a full disk is still full when its failure is explained.
    with TemporaryDirectory(prefix=".plumbline.", dir=folder) as room, atomic_path(path) as draft:
        pixels, finished = Path(room) / "pixels.tif", Path(room) / "finished.tif"
        with _open_pixels(pixels, placement, product) as dataset:
            dataset.update_tags(**(tags or {}))
            writer = CogWriter(dataset, product)
            yield writer
        try:
            run_aside(lambda: _make_cog(pixels, finished, product), give_up=lambda: os.truncate(pixels, 0))
            writer.compare(finished)
        except Exception as error:
            # GDAL gives some of the space back before it fails.
            if disk_usage(room).free < pixels.stat().st_size:
                raise OSError(ENOSPC, "the disk is full") from error
            raise
        finished.replace(draft)


def _open_pixels(path: Path, placement: Placement, product: Product) -> Any:
    """Open the plain file that takes the windows; blocks never written take no space and read as unknown."""
    with rasterio.Env(**_GDAL_OPTIONS):
        dataset = _quietly_open(
            path,
            "w",
            driver="GTiff",
            count=len(product.names),
            height=placement.height,
            width=placement.width,
            dtype=product.dtype,
            crs=placement.crs,
            transform=placement.transform,
            nodata=None if product.masked else NODATA,
            tiled=True,
            blockxsize=_BLOCK_PX,
            blockysize=_BLOCK_PX,
            SPARSE_OK=True,
            BIGTIFF="IF_SAFER",
        )
        dataset.descriptions = product.names
        if product.unit:
            dataset.units = (product.unit,) * len(product.names)
        return dataset


def _make_cog(pixels: Path, finished: Path, product: Product) -> None:
    """Let GDAL write the file in its order: overviews first."""
    with rasterio.Env(**_GDAL_OPTIONS), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        rasterio.shutil.copy(
            pixels,
            finished,
            driver="COG",
            COMPRESS="DEFLATE",  # every reader knows it
            PREDICTOR="STANDARD" if product.masked else "FLOATING_POINT",
            OVERVIEW_RESAMPLING="AVERAGE",
            BLOCKSIZE=_BLOCK_PX,
            NUM_THREADS="ALL_CPUS",
            BIGTIFF="IF_SAFER",
        )
