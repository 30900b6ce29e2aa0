"""Heights and their flow against the truth, as the Overhead Geopose Challenge scores them.

For each city, over all pixels of known true height of all its images at once,

    R² = 1 − Σ (predicted − true)² / Σ (true − mean true)²

once of the heights in metres, and once of both components of the flow, height · scale · (cos θ, sin θ), with
one mean for both. A city scores the mean of the two, and the challenge the mean of its cities. Angle and
scale count through the flow alone.

The challenge's program drops pixels for which no height is predicted from the error, though not from the
variance: a prediction without any height would score 1.0 there. Here such pixels are predicted to lie on the
ground, with height 0 and flow 0. A city that lacks a prediction scores 0, as there.

Where the views of some image are not known, as in rasters of heights from elsewhere, there is no flow to
judge, and the score is that of the heights.

Sums of images add up, so no more than one image is in memory; squares are taken about means.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import degrees, sqrt

import numpy as np

from engine.errors import RasterError
from engine.evaluation.measures.height_profile import HeightProfile
from engine.evaluation.measures.height_sums import HeightSums, Spread, add_up
from engine.heights.flow import Heights, flow_px
from engine.heights.pose import Pose, angle_difference

__all__ = [
    "HeightComparison",
    "HeightSums",
    "Spread",
    "Views",
    "add_up",
    "compare_blocks",
    "compare_heights",
    "height_figures",
    "overall_figures",
]

Figures = dict[str, float | None]

Views = tuple[Pose, Pose]
"""The predicted and the true view of an image, both of the pixels that are compared."""

_BLOCK_ROWS = 32
"""So few that the processor keeps them near: an image of 2048² takes 0.31 s, with 256 rows 0.52 s."""


@dataclass(frozen=True, slots=True, eq=False)
class HeightComparison:
    """One image, or several, beside the truth.

    Attributes:
        sums: From which the figures follow.
        profile: How the heights lie beside the true ones.
    """

    sums: HeightSums = field(default_factory=HeightSums)
    profile: HeightProfile = field(default_factory=HeightProfile)

    def plus(self, other: "HeightComparison") -> "HeightComparison":
        """Return both as one."""
        return HeightComparison(self.sums.plus(other.sums), self.profile.plus(other.profile))


def _sum_views(views: Views | None) -> HeightSums:
    if views is None:
        return HeightSums(images=1)
    predicted, truth = views
    leans = truth.scale_px_per_m > 0.0
    off_deg = abs(degrees(angle_difference(predicted.angle_rad, truth.angle_rad))) if leans else 0.0
    return HeightSums(
        images=1,
        views=1,
        scale_px_per_m=abs(predicted.scale_px_per_m - truth.scale_px_per_m),
        leaning=int(leans),
        angle_deg=off_deg,
        angle_deg2=off_deg**2,
    )


def _sum_flow(found_m: Heights, true_m: Heights, views: Views | None) -> HeightSums:
    """Sum up (1, N) heights, all known."""
    if views is None:
        return HeightSums()
    predicted, truth = views
    flow = flow_px(true_m, truth)
    off_px2 = np.square(flow_px(found_m, predicted) - flow).sum(axis=0)
    lengths = np.abs(found_m) * predicted.scale_px_per_m - np.abs(true_m) * truth.scale_px_per_m
    return HeightSums(
        flow=Spread.of(flow),
        flow_px2=float(off_px2.sum()),
        endpoint_px=float(np.sqrt(off_px2).sum()),
        magnitude_px=float(np.abs(lengths).sum()),
    )


def _sum_heights(found_m: Heights, true_m: Heights) -> HeightSums:
    """Sum up (1, N) heights, all known."""
    off_m = found_m - true_m
    return HeightSums(
        heights=Spread.of(true_m),
        height_m2=float(np.square(off_m).sum()),
        height_m=float(np.abs(off_m).sum()),
        bias_m=float(off_m.sum()),
        product_m2=float((found_m * true_m).sum()),
        true_m2=float(np.square(true_m).sum()),
    )


def _strips(predicted_m: Heights, truth_m: Heights) -> Iterator[tuple[Heights, Heights]]:
    """Cut a block into few rows at a time, and pick the (1, N) pixels of known true height.

    Raises:
        RasterError: The shapes differ.
    """
    _check_shapes(predicted_m, truth_m)
    for top in range(0, len(truth_m), _BLOCK_ROWS):
        rows = slice(top, top + _BLOCK_ROWS)
        known = ~np.isnan(truth_m[rows])
        yield predicted_m[rows][known].astype(np.float64)[None], truth_m[rows][known].astype(np.float64)[None]


def _sum_strip(found_m: Heights, true_m: Heights, views: Views | None) -> HeightSums:
    """Sum up (1, N) heights; where none is predicted, 0 is put in their place."""
    unpredicted = np.isnan(found_m)
    found_m[unpredicted] = 0.0
    sums = _sum_heights(found_m, true_m).plus(_sum_flow(found_m, true_m, views))
    return sums.plus(HeightSums(unpredicted=int(unpredicted.sum())))


def _check_shapes(predicted_m: Heights, truth_m: Heights) -> None:
    if predicted_m.shape != truth_m.shape:
        found, wanted = (" × ".join(map(str, each.shape)) for each in (predicted_m, truth_m))
        raise RasterError(
            f"The prediction has {found} px, the truth {wanted} px: predict heights of the whole image, "
            "in its resolution."
        )


def compare_blocks(blocks: Iterable[tuple[Heights, Heights]], views: Views | None) -> HeightComparison:
    """Compare one image with the truth, block by block.

    Args:
        blocks: Predicted and true heights of each block, (H, W) both, as ``compare_heights`` takes them.
        views: Of the whole image; None where one of them is not known.

    Raises:
        RasterError: The shapes of a block differ.
    """
    sums, profile = _sum_views(views), HeightProfile()
    for block in blocks:
        for found_m, true_m in _strips(*block):
            sums = sums.plus(_sum_strip(found_m, true_m, views))
            profile = profile.with_pixels(found_m[0], true_m[0])
    return HeightComparison(sums, profile)


def compare_heights(predicted_m: Heights, truth_m: Heights, predicted: Pose, truth: Pose) -> HeightSums:
    """Sum up the errors of one image.

    Args:
        predicted_m: (H, W) heights; NaN, where none is predicted, counts as 0.
        truth_m: (H, W) true heights; pixels that are NaN do not count.
        predicted: The predicted view.
        truth: The true one.

    Raises:
        RasterError: The shapes differ.
    """
    views = predicted, truth
    strips = (_sum_strip(*strip, views) for strip in _strips(predicted_m, truth_m))
    return add_up([_sum_views(views), *strips])


def _errors(sums: HeightSums) -> Figures:
    """Return the figures that are means over pixels or images."""

    def mean(total: float, count: int) -> float | None:
        return total / count if count else None

    def root(total: float, count: int) -> float | None:
        return sqrt(total / count) if count else None

    pixels = sums.heights.count
    leaning = pixels if sums.viewed else 0
    return {
        "height_rmse_m": root(sums.height_m2, pixels),
        "height_mae_m": mean(sums.height_m, pixels),
        "height_bias_m": mean(sums.bias_m, pixels),
        "height_slope": sums.product_m2 / sums.true_m2 if sums.true_m2 > 0.0 else None,
        "endpoint_error_px": mean(sums.endpoint_px, leaning),
        "magnitude_error_px": mean(sums.magnitude_px, leaning),
        "angle_error_deg": mean(sums.angle_deg, sums.leaning),
        "angle_rms_deg": root(sums.angle_deg2, sums.leaning),
        "scale_error_px_per_m": mean(sums.scale_px_per_m, sums.views),
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
        "flow_r2": 0.0 if missing else sums.flow.r2(sums.flow_px2) if sums.viewed else None,
    }
    judged = list(r2.values()) if missing or sums.viewed else [r2["height_r2"]]
    known = [value for value in judged if value is not None]
    score = sum(known) / len(known) if len(known) == len(judged) else None
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
