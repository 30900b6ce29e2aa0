"""The band of a raster that holds heights: which of its numbers are metres, and which pixels are known."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.windows import Window as FileWindow

from engine.errors import RasterError
from engine.heights.challenge.files import ENDINGS, UNKNOWN_CM
from engine.raster.source import reason
from engine.raster.windows import Window

MOST_M = 1100.0
"""More than any building is high, and less than most nodata values and many elevations above the sea."""

_METRES = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("ft", "foot", "feet", "international foot"), 0.3048),
    **dict.fromkeys(("us survey foot", "us-ft", "ftus", "foot_us"), 1200.0 / 3937.0),
}
"""Metres of the units in which rasters state heights."""

_GDAL_OPTIONS = {"GDAL_CACHEMAX": 256 * 2**20, "CPL_DEBUG": False}


def is_challenge_name(path: str | Path) -> bool:
    """Tell whether a file is named as the challenge's heights are, which are whole centimetres."""
    return re.fullmatch(rf"[^_]+_.+{re.escape(ENDINGS['AGL'])}", Path(path).name) is not None


def _check_kind(dataset: Any, name: str) -> None:
    """Refuse what holds no heights."""
    kind = dataset.dtypes[0]
    bands = sum(each != ColorInterp.alpha for each in dataset.colorinterp)
    if bands != 1 or kind.startswith("complex"):
        raise RasterError(
            f"{name} has {dataset.count} band(s) of {kind}: heights are one band of numbers. Name the raster "
            "of heights, or take its band out (gdal_translate -b 1)."
        )


def _metres_of(dataset: Any, name: str, unit: str | None) -> tuple[float, float]:
    """Find factor and offset to metres: what the file states, else what the user does, else metres.

    Raises:
        RasterError: The unit is none of a length, or whole numbers may be metres or centimetres.
    """
    stated = (dataset.units[0] or "").strip().lower()
    scale, offset = float(dataset.scales[0]), float(dataset.offsets[0])
    if not (math.isfinite(scale) and scale != 0.0 and math.isfinite(offset)):
        raise RasterError(f"{name} has the scale {scale} and the offset {offset}: correct them (gdal_edit).")
    if stated:
        if stated not in _METRES:
            raise RasterError(f"{name} is in units of '{stated[:40]}': heights in metres are needed.")
        return scale * _METRES[stated], offset * _METRES[stated]
    stored = np.dtype(dataset.dtypes[0])
    if stored.kind not in "iu" or (scale, offset) != (1.0, 0.0) or stored.itemsize == 1:
        # Eight bits hold 2.55 m in centimetres, which nobody stores.
        return scale, offset
    if unit is None:
        raise RasterError(
            f"{name} holds whole numbers ({stored}) and does not say whether they are metres or centimetres: "
            "add --unit m or --unit cm, or state it in the file (gdal_edit -units m)."
        )
    return _METRES[unit], 0.0


@dataclass(frozen=True, slots=True)
class HeightBand:
    """Heights of an open file in its own pixels.

    Attributes:
        name: Path, for messages.
        dataset: The open file.
        metres: Factor and offset from stored numbers to metres.
        nodata: Stored number of unknown pixels; NaN where none is declared.
    """

    name: str
    dataset: Any
    metres: tuple[float, float]
    nodata: float

    @classmethod
    def of(cls, dataset: Any, name: str, unit: str | None) -> Self:
        """Find out how a file stores heights.

        Args:
            dataset: Open rasterio dataset: one band of metres, or of what the band's unit, scale and offset
                turn into metres; whole centimetres where the file is named as the challenge's are.
            name: Its path.
            unit: "m" or "cm": of whole numbers that do not state it; None = these are refused.

        Raises:
            RasterError: It is no raster of heights, or its unit is not clear.
        """
        _check_kind(dataset, name)
        if is_challenge_name(name) and dataset.dtypes[0] == "uint16" and not dataset.units[0]:
            return cls(name, dataset, (_METRES["cm"], 0.0), float(UNKNOWN_CM))
        nodata = math.nan if dataset.nodata is None else float(dataset.nodata)
        return cls(name, dataset, _metres_of(dataset, name, unit), nodata)

    def read(self, window: Window, warped: Any = None) -> NDArray[np.float32]:
        """Read a window.

        Args:
            window: Inside the raster, or inside what it is warped to.
            warped: The same raster on another grid, where that is wanted.

        Returns:
            (H, W) metres; NaN where unknown, which infinite numbers are, too.

        Raises:
            RasterError: The file cannot be read there, or holds no heights above ground.
        """
        area = FileWindow(window.col, window.row, window.width, window.height)
        source = self.dataset if warped is None else warped
        try:
            with rasterio.Env(**_GDAL_OPTIONS):
                stored = source.read(1, window=area, masked=True)
        except (RasterioError, ValueError, MemoryError) as error:
            raise RasterError(
                f"{self.name} cannot be read: {reason(error)}. The file is damaged or cut short: get a "
                "whole copy."
            ) from error
        factor, offset = self.metres
        # NumPy compares whole numbers with a number of Python's exactly, and floats in their own precision.
        unknown = np.ma.getmaskarray(stored) | (stored.data == self.nodata) | ~np.isfinite(stored.data)
        with np.errstate(over="ignore"):  # what no float32 holds is refused below
            metres = np.where(unknown, np.float32(np.nan), stored.data * factor + offset)
            heights: NDArray[np.float32] = metres.astype(np.float32)
        self._check(heights)
        return heights

    def _check(self, heights_m: NDArray[np.float32]) -> None:
        lowest, highest = np.fmin.reduce(heights_m, axis=None), np.fmax.reduce(heights_m, axis=None)
        if max(-lowest, highest) > MOST_M:
            raise RasterError(
                f"{self.name} holds heights from {lowest:.6g} to {highest:.6g} m, and heights above ground "
                f"lie between {-MOST_M:g} and {MOST_M:g} m: if one stands for unknown, declare it (gdal_edit "
                "-a_nodata); if heights are above the sea, subtract the terrain."
            )
