"""An open raster file in its own pixels: bands chosen, validity known, 8 bits deep."""

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from engine.errors import RasterError
from engine.raster.stretch import IDENTITY, Stretch, estimate_stretch
from engine.raster.windows import Window

_GDAL_OPTIONS = {
    "GDAL_CACHEMAX": 256 * 2**20,  # bytes; a row of 1088 px windows over 60 000 px of RGB fits
    "GDAL_ERROR_ON_LIBJPEG_WARNING": True,  # a cut JPEG is an error, not grey
    "CPL_DEBUG": False,
}
_SAMPLE_SIDE_PX = 128
_SAMPLE_LEAST = 2**16
"""Valid values that make the percentiles of the stretch steady within a level or so."""


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A rectangle of colour pixels.

    Attributes:
        rgb: (3, H, W) uint8; 0 where not valid.
        valid: (H, W) bool, False where there is no image.
    """

    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bands:
    """Which bands of a file become the three colours, and which one tells validity.

    Attributes:
        colours: Band numbers from 1, one (grey) or three.
        alpha: Number of the alpha band, or None.
    """

    colours: tuple[int, ...]
    alpha: int | None


def reason(error: BaseException) -> str:
    """Find GDAL's own words at the bottom of a chain of exceptions, on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split()).rstrip(".")


def choose_bands(dataset: Any, name: str, wanted: tuple[int, ...] | None) -> Bands:
    """Choose the bands that become red, green and blue.

    Without a wish: the bands declared red, green and blue; else the first three that are not alpha;
    else the first as grey. A wish for a declared alpha band takes it as a colour: some four-band aerial
    images declare near infrared so.

    Args:
        dataset: Open rasterio dataset.
        name: Path, for messages.
        wanted: One or three band numbers from 1, or None.

    Raises:
        RasterError: A band does not exist, or the number of bands is neither one nor three.
    """
    kinds = dataset.colorinterp
    alpha = next((number for number, kind in enumerate(kinds, 1) if kind == ColorInterp.alpha), None)
    colours = [number for number in range(1, dataset.count + 1) if number != alpha] or [1]
    if wanted is None:
        rgb = [kinds.index(kind) + 1 for kind in _RGB if kind in kinds]
        chosen = tuple(rgb if len(rgb) == 3 else colours[:3] if len(colours) >= 3 else colours[:1])
        return Bands(chosen, alpha if alpha not in chosen else None)
    missing = [str(number) for number in wanted if not 1 <= number <= dataset.count]
    advice = f"use --bands {','.join(map(str, colours[:3] if len(colours) >= 3 else colours[:1]))}"
    if missing:
        has = f"has {dataset.count} band{'s' if dataset.count > 1 else ''}"
        which = f"band {', '.join(missing)} {'do' if len(missing) > 1 else 'does'} not exist"
        raise RasterError(f"{name} {has}; {which}: {advice}.")
    if len(wanted) not in (1, 3):
        raise RasterError(f"{len(wanted)} bands cannot be shown as colour: {advice}, one band or three.")
    return Bands(tuple(wanted), alpha if alpha not in wanted else None)


_RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)


def _refuse_complex(path: str, kinds: set[str]) -> None:
    """Raise for pixel types that no brightness can be read from."""
    if any(kind.startswith("complex") for kind in kinds):
        raise RasterError(f"{path} holds complex numbers: convert it to amplitudes first (gdal_calc).")


class Source:
    """A raster file that gives 8-bit colour pixels in its own frame. Closed by ``close``.

    Reads are serialised by a lock, so that windows may be asked for from several threads.

    Attributes:
        name: Path as the user gave it, for messages.
        height: Rows.
        width: Columns.
    """

    def __init__(self, path: str, wanted_bands: tuple[int, ...] | None) -> None:
        self.name = path
        self._lock = threading.Lock()
        self.dataset = open_dataset(path)
        try:
            self._bands = choose_bands(self.dataset, path, wanted_bands)
            kinds = {self.dataset.dtypes[band - 1] for band in self._bands.colours}
            _refuse_complex(path, kinds)
            self.height, self.width = self.dataset.height, self.dataset.width
            self._palette = self._find_palette()
            flags = self.dataset.mask_flag_enums[self._bands.colours[0] - 1]
            self._masked = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
            self._stretch = IDENTITY if kinds == {"uint8"} or self._palette is not None else self._estimate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self.dataset.close()

    def read(self, window: Window) -> Pixels:
        """Read a window that lies inside the file.

        Raises:
            RasterError: The file cannot be read there.
        """
        values, valid = self._read_raw(window)
        if self._palette is not None:
            coloured = self._palette[np.clip(values[0], 0, len(self._palette) - 1)]
            valid = valid & (coloured[..., 3] > 0)
            rgb = np.ascontiguousarray(np.moveaxis(coloured[..., :3], -1, 0))
        else:
            rgb = self._stretch.apply(values)
        if len(rgb) == 1:
            rgb = np.repeat(rgb, 3, axis=0)
        if not valid.all():
            rgb = np.where(valid, rgb, np.uint8(0))
        return Pixels(rgb, valid)

    def _read_raw(self, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Read the colour bands as stored, (B, H, W), and where they are valid, (H, W)."""
        area = rasterio.windows.Window(window.col, window.row, window.width, window.height)
        alpha = self._bands.alpha
        indexes = [*self._bands.colours, *([alpha] if alpha is not None else [])]
        try:
            with self._lock, rasterio.Env(**_GDAL_OPTIONS):
                values = self._read_bands(indexes, area)
                mask = self.dataset.read_masks(self._bands.colours[0], window=area) if self._masked else None
        except (RasterioError, ValueError, MemoryError) as error:
            raise RasterError(
                f"{self.name} cannot be read at rows {window.row}–{window.row + window.height}, columns "
                f"{window.col}–{window.col + window.width}: {reason(error)}. The file is "
                "damaged or cut short: get a whole copy."
            ) from error
        colours = values[: len(self._bands.colours)]
        valid = self._valid(colours)
        if alpha is not None:
            valid &= values[-1] != 0
        if mask is not None:
            valid &= mask != 0
        return colours, valid

    def _read_bands(self, indexes: list[int], area: Any) -> NDArray[Any]:
        """Read bands as stored, (B, H, W)."""
        whole = area.width == self.dataset.width and area.height == self.dataset.height > 1
        if not (whole and self.dataset.driver == "PNG"):
            stored: NDArray[Any] = self.dataset.read(indexes, window=area)
            return stored
        # GDAL 3.10's short cut for a whole PNG returns memory garbage, and no error, from a cut file.
        tops = rasterio.windows.Window(0, 0, area.width, area.height - 1)
        last = rasterio.windows.Window(0, area.height - 1, area.width, 1)
        return np.concatenate([self.dataset.read(indexes, window=each) for each in (tops, last)], axis=1)

    def _valid(self, colours: NDArray[Any]) -> NDArray[np.bool_]:
        """Find where not all colours equal their nodata value and all are finite."""
        nodata = [self.dataset.nodatavals[band - 1] for band in self._bands.colours]
        if None in nodata:
            empty = np.zeros(colours.shape[1:], dtype=bool)
        else:
            planes = zip(colours, nodata, strict=True)
            empty = np.logical_and.reduce([plane == value for plane, value in planes])
        valid = ~empty
        if np.issubdtype(colours.dtype, np.floating):
            valid &= np.isfinite(colours).all(axis=0)
        return valid

    def _find_palette(self) -> NDArray[np.uint8] | None:
        """Read the colour table of a single paletted band as (N, 4) red, green, blue, alpha."""
        band = self._bands.colours[0]
        if len(self._bands.colours) > 1 or self.dataset.colorinterp[band - 1] != ColorInterp.palette:
            return None
        table = self.dataset.colormap(band)
        palette = np.zeros((max(table) + 1, 4), dtype=np.uint8)
        palette[list(table)] = list(table.values())
        return palette

    def _estimate(self) -> Stretch:
        """Estimate the stretch from stored values in evenly spread windows: bounded whatever the size."""
        sample: list[NDArray[Any]] = []
        for count in (8, 16, 32):
            sample = [each for each in self._sample(count) if each.size]
            if sum(each.size for each in sample) >= _SAMPLE_LEAST:
                break
        return estimate_stretch(np.concatenate(sample)) if sample else IDENTITY

    def _sample(self, count: int) -> Iterator[NDArray[Any]]:
        """Read the valid values of count × count windows; of all pixels where the windows would touch."""
        rows, cols = (_spread(length, count) for length in (self.height, self.width))
        for row, height in rows:
            for col, width in cols:
                values, valid = self._read_raw(Window(row, col, height, width))
                yield values[:, valid].ravel()


def _spread(length: int, count: int) -> list[tuple[int, int]]:
    """Place count stretches of pixels evenly along a side, as (start, length); one if they would touch."""
    if length <= count * _SAMPLE_SIDE_PX:
        return [(0, length)] if length <= 1024 else _spread(length, (length - 1) // _SAMPLE_SIDE_PX)
    gap = (length - _SAMPLE_SIDE_PX) / (count - 1) if count > 1 else 0.0
    return [(round(part * gap), _SAMPLE_SIDE_PX) for part in range(count)]


def _status(path: str) -> os.stat_result | None:
    """Ask the file system for a file; None where it has none, as for virtual paths and addresses."""
    try:
        return Path(path).stat()
    except (OSError, ValueError):
        return None


@contextmanager
def _refusals(path: str) -> Iterator[None]:
    """Turn whatever opening a file can raise into one line that says what to do."""
    try:
        yield
    except (RasterioError, ValueError, OSError) as error:
        status = _status(path)
        if not path:
            raise RasterError("The name of the raster is empty: give a file.") from error
        if status and S_ISDIR(status.st_mode):
            raise RasterError(f"{path} is a folder: give a raster file.") from error
        if status and not os.access(path, os.R_OK):
            raise RasterError(f"{path} may not be read: ask its owner for permission.") from error
        if status and status.st_size == 0:
            raise RasterError(f"{path} is empty: get a whole copy of the raster.") from error
        raise RasterError(f"{path} cannot be opened as a raster: {reason(error)}.") from error


def open_dataset(path: str) -> Any:
    """Open a dataset that has pixels.

    Args:
        path: Anything GDAL opens.

    Raises:
        RasterError: There is no such raster.
    """
    # As an absolute path object, a local name with a colon or a # is not taken for an address.
    place = Path(path).absolute() if path and _status(path) else path
    with _refusals(path), warnings.catch_warnings(), rasterio.Env(**_GDAL_OPTIONS):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        dataset = rasterio.open(place)
    if dataset.count == 0 or min(dataset.height, dataset.width) == 0:
        inner = dataset.subdatasets
        dataset.close()
        advice = (
            f"give one of the rasters inside it, such as {inner[0]}" if inner else "give a raster with bands"
        )
        raise RasterError(f"{path} has no bands of its own: {advice}.")
    return dataset


def list_files(path: str) -> list[str]:
    """Name the files that a raster is read from; of a virtual raster also those it is put together from.

    Args:
        path: Anything GDAL opens.

    Raises:
        RasterError: There is no such raster.
    """
    with open_dataset(path) as dataset:
        return list(dataset.files)
