"""Heights and their flow against the truth, as the Overhead Geopose Challenge scores them.

For each city, over all pixels of known true height of all its images at once,

    R² = 1 − Σ (predicted − true)² / Σ (true − mean true)²

once of the heights in metres, and once of both components of the flow, height · scale · (cos θ, sin θ), with
one mean for both. A city scores the mean of the two, and the challenge the mean of its cities. Angle and
scale count through the flow alone.

The challenge's program drops pixels for which no height is predicted from the error, though not from the
variance: a prediction without any height would score 1.0 there. Here such pixels are predicted to lie on the
ground, with height 0 and flow 0. A city that lacks a prediction scores 0, as there.

Sums of images add up, so no more than one image is in memory; squares are taken about means.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import degrees, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import RasterError
from engine.heights.flow import flow_px
from engine.heights.pose import Pose, angle_difference

Figures = dict[str, float | None]

_BLOCK_ROWS = 32
"""So few that the processor keeps them near: an image of 2048² takes 0.31 s, with 256 rows 0.52 s."""

_ROUNDING = 1e-9
"""Scatter, as a share of the mean, up to which values are all the same."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How values scatter about their mean; those of several sets join into those of all.

    Attributes:
        count: Values.
        mean: Their mean; 0 without values.
        squares: Σ (value − mean)².
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: NDArray[np.floating[Any]]) -> Self:
        """Sum up values of any shape."""
        if values.size == 0:
            return cls()
        mean = float(values.mean())
        return cls(values.size, mean, float(np.square(values - mean).sum()))

    def plus(self, other: "Spread") -> "Spread":
        """Return the spread of both sets as one, as exact as that of each (Chan, Golub and LeVeque 1979)."""
        count = self.count + other.count
        if count == 0:
            return self
        apart = other.mean - self.mean
        between = apart * apart * (self.count * other.count / count)
        mean = self.mean + apart * (other.count / count)
        return Spread(count, mean, self.squares + other.squares + between)

    def r2(self, squared_error: float) -> float | None:
        """Return the share of the scatter that is explained; None where nothing scatters."""
        rounding = self.count * (_ROUNDING * self.mean) ** 2
        return 1.0 - squared_error / self.squares if self.squares > rounding else None


@dataclass(frozen=True, slots=True)
class HeightSums:
    """Errors of one image, or of several.

    Attributes:
        heights: True heights in metres.
        flow: Both components of the true flow in pixels.
        unpredicted: Pixels of known true height without a predicted one.
        height_m2: Σ (predicted − true height)².
        height_m: Σ |predicted − true height|.
        flow_px2: Σ of the squared length of predicted − true flow.
        endpoint_px: Σ of its length.
        magnitude_px: Σ |length of the predicted flow − length of the true one|.
        images: Images.
        scale_px_per_m: Σ |predicted − true scale|, of images.
        leaning: Images whose true scale is above 0, so that their angle is one.
        angle_deg: Σ |predicted − true angle|, the shortest way round, of leaning images.
        angle_deg2: Σ of its square.
    """

    heights: Spread = field(default_factory=Spread)
    flow: Spread = field(default_factory=Spread)
    unpredicted: int = 0
    height_m2: float = 0.0
    height_m: float = 0.0
    flow_px2: float = 0.0
    endpoint_px: float = 0.0
    magnitude_px: float = 0.0
    images: int = 0
    scale_px_per_m: float = 0.0
    leaning: int = 0
    angle_deg: float = 0.0
    angle_deg2: float = 0.0

    def plus(self, other: "HeightSums") -> "HeightSums":
        """Return the errors of both."""
        added: dict[str, Any] = {}
        for name in (each.name for each in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            added[name] = mine.plus(theirs) if isinstance(mine, Spread) else mine + theirs
        return HeightSums(**added)


def _sum_views(predicted: Pose, truth: Pose) -> HeightSums:
    leans = truth.scale_px_per_m > 0.0
    off_deg = abs(degrees(angle_difference(predicted.angle_rad, truth.angle_rad))) if leans else 0.0
    return HeightSums(
        images=1,
        scale_px_per_m=abs(predicted.scale_px_per_m - truth.scale_px_per_m),
        leaning=int(leans),
        angle_deg=off_deg,
        angle_deg2=off_deg**2,
    )


def _sum_pixels(
    predicted_m: NDArray[np.floating[Any]], truth_m: NDArray[np.floating[Any]], predicted: Pose, truth: Pose
) -> HeightSums:
    known = ~np.isnan(truth_m)
    true_m = truth_m[known].astype(np.float64)[None]
    found_m = predicted_m[known].astype(np.float64)[None]
    unpredicted = np.isnan(found_m)
    found_m[unpredicted] = 0.0
    off_m = found_m - true_m
    flow = flow_px(true_m, truth)
    off_px2 = np.square(flow_px(found_m, predicted) - flow).sum(axis=0)
    lengths = np.abs(found_m) * predicted.scale_px_per_m - np.abs(true_m) * truth.scale_px_per_m
    return HeightSums(
        heights=Spread.of(true_m),
        flow=Spread.of(flow),
        unpredicted=int(unpredicted.sum()),
        height_m2=float(np.square(off_m).sum()),
        height_m=float(np.abs(off_m).sum()),
        flow_px2=float(off_px2.sum()),
        endpoint_px=float(np.sqrt(off_px2).sum()),
        magnitude_px=float(np.abs(lengths).sum()),
    )


def compare_heights(
    predicted_m: NDArray[np.floating[Any]], truth_m: NDArray[np.floating[Any]], predicted: Pose, truth: Pose
) -> HeightSums:
    """Sum up the errors of one image.

    Args:
        predicted_m: (H, W) heights; NaN, where none is predicted, counts as 0.
        truth_m: (H, W) true heights; pixels that are NaN do not count.
        predicted: The predicted view.
        truth: The true one.

    Raises:
        RasterError: The shapes differ.
    """
    if predicted_m.shape != truth_m.shape:
        found, wanted = (" × ".join(map(str, each.shape)) for each in (predicted_m, truth_m))
        raise RasterError(
            f"The prediction has {found} px, the truth {wanted} px: predict heights of the whole image, "
            "in its resolution."
        )
    total = _sum_views(predicted, truth)
    for top in range(0, len(truth_m), _BLOCK_ROWS):
        rows = slice(top, top + _BLOCK_ROWS)
        total = total.plus(_sum_pixels(predicted_m[rows], truth_m[rows], predicted, truth))
    return total


def add_up(each: Iterable[HeightSums]) -> HeightSums:
    """Return the errors of all, added in their order."""
    total = HeightSums()
    for sums in each:
        total = total.plus(sums)
    return total


def _errors(sums: HeightSums) -> Figures:
    """Return the figures that are means over pixels or images."""

    def mean(total: float, count: int) -> float | None:
        return total / count if count else None

    def root(total: float, count: int) -> float | None:
        return sqrt(total / count) if count else None

    pixels = sums.heights.count
    return {
        "height_rmse_m": root(sums.height_m2, pixels),
        "height_mae_m": mean(sums.height_m, pixels),
        "endpoint_error_px": mean(sums.endpoint_px, pixels),
        "magnitude_error_px": mean(sums.magnitude_px, pixels),
        "angle_error_deg": mean(sums.angle_deg, sums.leaning),
        "angle_rms_deg": root(sums.angle_deg2, sums.leaning),
        "scale_error_px_per_m": mean(sums.scale_px_per_m, sums.images),
        "unpredicted": mean(sums.unpredicted, pixels),
        "images": float(sums.images),
    }


def height_figures(sums: HeightSums, *, missing: int = 0) -> Figures:
    """Return the figures of an image or of a city by name; None where one is not defined.

    Args:
        sums: Of all its images that are predicted.
        missing: How many are not: with any, a city scores 0, and the errors are those of the others.
    """
    r2: Figures = {
        "height_r2": 0.0 if missing else sums.heights.r2(sums.height_m2),
        "flow_r2": 0.0 if missing else sums.flow.r2(sums.flow_px2),
    }
    known = [value for value in r2.values() if value is not None]
    score = sum(known) / 2.0 if len(known) == 2 else None
    return {"score": score, **r2, **_errors(sums), "missing": float(missing)}


def overall_figures(cities: Mapping[str, tuple[HeightSums, int]]) -> Figures:
    """Return the figures of all cities together, by the names of ``height_figures``.

    Scores are means of the cities' scores, however many images each has; cities on which one is not defined
    are left out of it. Errors are of all pixels and images.

    Args:
        cities: Errors and number of missing predictions by the cities' names.
    """
    each = [height_figures(sums, missing=missing) for sums, missing in cities.values()]
    figures: Figures = {}
    for name in ("score", "height_r2", "flow_r2"):
        values = [value for one in each if (value := one[name]) is not None]
        figures[name] = sum(values) / len(values) if values else None
    missing = float(sum(missing for _, missing in cities.values()))
    return figures | _errors(add_up(sums for sums, _ in cities.values())) | {"missing": missing}
