"""From any pixel type to 8 bits by one fixed mapping for a whole raster.

An image that already was an 8-bit one comes back as it was: either its values fill a known full scale
(0–1, 0–255, a number of bits, or 255 steps of one size), and zero stays zero; or, for counts and
reflectances, two robust percentiles are moved to where they lie in aerial images on average. One mapping
serves all three bands, so that colours keep their balance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOW_PERCENT, HIGH_PERCENT = 1.0, 99.0
LOW_LEVEL, HIGH_LEVEL = 7.0, 193.0
"""Medians of those percentiles over 60 training images of the Massachusetts Roads set (all bands)."""

_LEAST_LEVELS = 32
"""Fewer distinct values than this say nothing about the step between them."""
_BIT_DEPTH_FILL = 0.75
"""How far the high percentile must reach into 2^n − 1 before that is believed to be the full scale."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The mapping level = gain · value + offset, rounded and clipped to 0–255.

    Attributes:
        gain: Levels per unit of the source.
        offset: Level of the source value 0.
    """

    gain: float
    offset: float

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Map values of any real type to 8 bits; what is not finite becomes 0.

        Args:
            values: Array of any shape.
        """
        if values.dtype == np.uint8 and self == IDENTITY:
            return values
        # float32 holds every 16-bit value; wider integers and float64 need their own precision.
        wide = np.float32 if values.dtype.itemsize <= 2 or values.dtype == np.float32 else np.float64
        levels: NDArray[Any] = values.astype(wide)
        np.multiply(levels, wide(self.gain), out=levels)
        np.add(levels, wide(self.offset), out=levels)
        np.nan_to_num(levels, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        whole: NDArray[np.uint8] = np.rint(np.clip(levels, 0.0, 255.0)).astype(np.uint8)
        return whole


IDENTITY = Stretch(1.0, 0.0)


def _full_scale(values: NDArray[Any], high: float) -> float | None:
    """Find the value that stands for white, where the data show it.

    Args:
        values: (N,) finite values, none negative.
        high: Their high percentile.
    """
    top = float(values.max())
    if np.issubdtype(values.dtype, np.floating):
        return next((scale for scale in (1.0, 255.0) if 0.5 * scale <= high and top <= scale), None)
    levels = np.unique(values)
    step = int(np.gcd.reduce(levels))
    if len(levels) >= _LEAST_LEVELS and 127 * step < top <= 255 * step:
        return 255.0 * step
    bits = max(8, int(top).bit_length())
    full = float(2**bits - 1)
    return full if high >= _BIT_DEPTH_FILL * full else None


def estimate_stretch(values: NDArray[Any]) -> Stretch:
    """Choose the mapping to 8 bits for a raster.

    Args:
        values: (N,) valid sample values of the chosen bands, in the raster's own type.

    Returns:
        The identity for 8-bit data and for an empty sample.
    """
    if values.dtype == np.uint8:
        return IDENTITY
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return IDENTITY
    low, high = np.percentile(values, [LOW_PERCENT, HIGH_PERCENT]).tolist()
    full = _full_scale(values, high) if values.min() >= 0 else None
    if full is not None:
        return Stretch(255.0 / full, 0.0)
    if high <= low:
        return Stretch(0.0, (LOW_LEVEL + HIGH_LEVEL) / 2)
    gain = (HIGH_LEVEL - LOW_LEVEL) / (high - low)
    return Stretch(gain, LOW_LEVEL - gain * low)
