"""A raster of heights from elsewhere: which numbers are metres, which pixels are known, where they lie."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from engine.errors import RasterError
from engine.heights.challenge.files import ENDINGS, UNKNOWN_CM, read_view
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
from engine.raster.crs import is_placed
from engine.raster.grid import Grid
from engine.raster.source import open_dataset, reason
from engine.raster.windows import Window

_METRES = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("ft", "foot", "feet", "international foot"), 0.3048),
    **dict.fromkeys(("us survey foot", "us-ft", "ftus", "foot_us"), 1200.0 / 3937.0),
}
"""Metres of the units in which rasters state heights."""

_LOWEST_M, _HIGHEST_M = -500.0, 2000.0
"""No height above ground lies beyond; values for unknown pixels that nobody declared, and elevations above
the sea of mountains do."""

_ANGLE_TAG = "PLUMBLINE_ANGLE_RAD"


@dataclass(frozen=True, slots=True)
class HeightRaster:
    """An open raster of heights.

    Attributes:
        path: Where it is.
        dataset: The open file.
        metres: Factor and offset from stored numbers to metres.
        nodata: Stored number of unknown pixels; NaN where none is declared.
        grid: Where its pixels lie; None where the file does not say.
    """

    path: Path
    dataset: Any
    metres: tuple[float, float]
    nodata: float
    grid: Grid | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.dataset.height, self.dataset.width

    def read(self, window: Window, warped: Any = None) -> NDArray[np.float32]:
        """Read a window.

        Args:
            window: Of the raster, or of what it is warped to.
            warped: The same raster on another grid, where that is wanted.

        Returns:
            (H, W) metres; NaN where unknown.

        Raises:
            RasterError: The file cannot be read there, or holds no heights above ground.
        """
        area = ((window.row, window.row + window.height), (window.col, window.col + window.width))
        source = self.dataset if warped is None else warped
        try:
            stored = source.read(1, window=area, masked=True)
        except (RasterioError, ValueError, MemoryError) as error:
            raise RasterError(
                f"{self.path} cannot be read: {reason(error)}. The file is damaged or cut short: get a "
                "whole copy."
            ) from error
        factor, offset = self.metres
        heights: NDArray[np.float32] = stored.astype(np.float32).filled(np.nan)
        heights[heights == np.float32(self.nodata)] = np.nan
        heights[np.isinf(heights)] = np.nan
        heights = heights * np.float32(factor) + np.float32(offset)
        self._check(heights)
        return heights

    def _check(self, heights_m: NDArray[np.float32]) -> None:
        far = heights_m[(heights_m < _LOWEST_M) | (heights_m > _HIGHEST_M)]
        if far.size:
            raise RasterError(
                f"{self.path} holds a height of {float(far[0]):g} m, and heights above ground lie between "
                f"{_LOWEST_M:g} and {_HIGHEST_M:g} m: if it stands for unknown, declare it (gdal_edit "
                "-a_nodata); if heights are above the sea, subtract the terrain."
            )

    def pose(self) -> Pose | None:
        """Return the view of its own pixels that the file states by tags, or a challenge's file beside it.

        Raises:
            RasterError: What it states is no view.
        """
        if _ANGLE_TAG in self.dataset.tags():
            return HeightTags.read(self.path).pose
        if _is_challenge_name(self.path):
            beside = self.path.with_name(self.path.name.removesuffix(ENDINGS["AGL"]) + ENDINGS["VFLOW"])
            return read_view(beside) if beside.is_file() else None
        return None


def _is_challenge_name(path: Path) -> bool:
    return re.fullmatch(rf"[^_]+_.+{re.escape(ENDINGS['AGL'])}", path.name) is not None


def _metres_of(dataset: Any, path: Path, unit: str | None) -> tuple[float, float]:
    """Find factor and offset to metres: what the file states, else what the user does, else metres.

    Raises:
        RasterError: The unit is none of a length, or whole numbers may be metres or centimetres.
    """
    stated = (dataset.units[0] or "").strip().lower()
    scale, offset = float(dataset.scales[0]), float(dataset.offsets[0])
    if not (math.isfinite(scale) and scale != 0.0 and math.isfinite(offset)):
        raise RasterError(f"{path} has the scale {scale} and the offset {offset}: correct them (gdal_edit).")
    if stated:
        if stated not in _METRES:
            raise RasterError(f"{path} is in units of '{stated[:40]}': heights in metres are needed.")
        return scale * _METRES[stated], offset * _METRES[stated]
    whole = np.dtype(dataset.dtypes[0]).kind in "iu"
    if not whole or (scale, offset) != (1.0, 0.0) or np.dtype(dataset.dtypes[0]).itemsize == 1:
        # Eight bits hold 2.55 m in centimetres, which nobody stores.
        return scale, offset
    if unit is None:
        raise RasterError(
            f"{path} holds whole numbers ({dataset.dtypes[0]}) and does not say whether they are metres or "
            "centimetres: add --unit m or --unit cm, or state it in the file (gdal_edit -units m)."
        )
    return _METRES[unit], 0.0


def grid_of(dataset: Any) -> Grid | None:
    """Return where the pixels of an open raster lie; None where it does not say."""
    if is_placed(dataset.crs) and dataset.transform != Affine.identity():
        return Grid.measured(dataset.transform, dataset.height, dataset.width, dataset.crs.to_wkt())
    return None


def _check_kind(dataset: Any, path: Path) -> None:
    kind = np.dtype(dataset.dtypes[0]).kind if not dataset.dtypes[0].startswith("complex") else "c"
    if dataset.count != 1 or kind not in "iuf":
        raise RasterError(
            f"{path} has {dataset.count} band(s) of {dataset.dtypes[0]}: heights are one band of numbers. "
            "Name the raster of heights, or take its band out (gdal_translate -b 1)."
        )


@contextmanager
def open_heights(path: Path, unit: str | None = None) -> Iterator[HeightRaster]:
    """Open a raster of heights above ground.

    Args:
        path: One band of metres, or of what the band's unit, scale and offset turn into metres; whole
            centimetres where the file is named as the challenge's are.
        unit: "m" or "cm": of whole numbers that do not state it.

    Raises:
        RasterError: The file cannot be opened, is no raster of heights, or its unit is not clear.
    """
    with open_dataset(str(path)) as dataset:
        _check_kind(dataset, path)
        nodata = math.nan if dataset.nodata is None else float(dataset.nodata)
        challenge = _is_challenge_name(path) and dataset.dtypes[0] == "uint16" and not dataset.units[0]
        if challenge:
            yield HeightRaster(path, dataset, (_METRES["cm"], 0.0), float(UNKNOWN_CM), grid_of(dataset))
        else:
            metres = _metres_of(dataset, path, unit)
            yield HeightRaster(path, dataset, metres, nodata, grid_of(dataset))
