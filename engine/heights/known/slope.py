"""The factor that brings estimated heights to known ones, whatever some of them are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import RasterError

LEAST_KNOWN_M = 2.0
"""Lower known heights say little about a factor, and noise much."""

LEAST_PAIRS = 3
"""Fewer known heights than these could all be wrong unnoticed."""

_SPREADS = 3.0
"""Pairs that are farther apart than so many robust standard deviations are taken for mistakes."""

_ALWAYS_M = 0.25
"""Pairs this near are kept however well the others agree."""

_ROUNDS = 50

_LIMITS = (0.1, 10.0)
"""Beyond, one of the two is in another unit or of another place."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How estimated heights compare with known ones.

    Attributes:
        slope: What to multiply the estimated heights by.
        count: Pairs that were compared: of known heights above 2 m where an estimate is known.
        kept: Those of them that the slope rests on; the others contradict the majority.
        rmse_before_m: Of the kept pairs, before the heights are multiplied.
        rmse_after_m: Afterwards.
        ignored: Known heights that were not compared: too low, outside, or where nothing is estimated.
    """

    slope: float
    count: int
    kept: int
    rmse_before_m: float
    rmse_after_m: float
    ignored: int = 0

    def __str__(self) -> str:
        return (
            f"Heights × {self.slope:.3f}, by {self.kept} of {self.count} known heights: RMSE "
            f"{self.rmse_before_m:.2f} m before, {self.rmse_after_m:.2f} m after"
        )


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])


def _rmse(difference: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(difference**2)))


def _check(slope: float) -> None:
    """Refuse a factor that no estimate of the same place needs."""
    if not _LIMITS[0] <= slope <= _LIMITS[1]:
        raise RasterError(
            f"The known heights are {slope:.3g} times the estimated ones (0: nothing is estimated there): "
            "give them in metres above ground, for this place."
        )


def fit_slope(estimated_m: NDArray[np.float64], known_m: NDArray[np.float64]) -> Calibration:
    """Find the slope through the origin that brings estimated heights to known ones.

    It starts at the median of the ratios, weighted by the lower height of each pair once the estimates are
    multiplied by the plain median, so that a single absurd height of either kind weighs little. Pairs are
    then kept that differ by no more than 3 robust standard deviations, where errors grow with the root of the
    height, and the slope is the ratio of their sums, until the kept pairs stay the same. Unlike a
    least-squares slope, which noise of the estimates pulls towards 0, that ratio has no bias. Up to about
    40 % of the weight may be wrong.

    Args:
        estimated_m: (N,) heights; NaN where unknown.
        known_m: (N,) known heights of the same places; NaN where unknown.

    Raises:
        RasterError: Fewer than 3 pairs are high enough, or the two have nothing to do with each other.
    """
    usable = np.isfinite(estimated_m) & np.isfinite(known_m) & (known_m > LEAST_KNOWN_M)
    known, estimated = known_m[usable], np.maximum(estimated_m[usable], 0.0)
    ignored = len(known_m) - len(known)
    if len(known) < LEAST_PAIRS:
        raise RasterError(
            f"{len(known)} of {len(known_m)} known heights can be compared: to calibrate, {LEAST_PAIRS} are "
            f"needed that are above {LEAST_KNOWN_M:g} m and lie where heights are estimated."
        )
    high = estimated > 0.0
    slope = 0.0
    if high.any():
        ratios = known[high] / estimated[high]
        # Estimates that are all too low by some factor must not weigh otherwise than right ones.
        likened = np.median(ratios) * estimated[high]
        slope = _weighted_median(ratios, np.minimum(known[high], likened))
    _check(slope)
    kept = np.zeros(len(known), dtype=bool)
    for _ in range(_ROUNDS):
        apart = np.abs(known - slope * estimated)
        relative = apart / np.sqrt(known)
        spread = 1.4826 * np.median(relative)
        before, kept = kept, (relative <= _SPREADS * spread) | (apart <= _ALWAYS_M)
        if (kept == before).all():
            break
        total_m = float(estimated[kept].sum())
        slope = float(known[kept].sum()) / total_m if total_m > 0.0 else 0.0
        # Where next to nothing is estimated, the few ratios of the start say nothing of the rest.
        _check(slope)
    known, estimated = known[kept], estimated[kept]
    return Calibration(
        slope=slope,
        count=int(usable.sum()),
        kept=int(kept.sum()),
        rmse_before_m=_rmse(estimated - known),
        rmse_after_m=_rmse(slope * estimated - known),
        ignored=ignored,
    )
