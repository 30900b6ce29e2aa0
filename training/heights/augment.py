"""Views of an image in which pixels, heights and pose move together, and heights that were never built.

Turning, mirroring and magnifying move positions only: heights keep their values, and the pose follows by
the one rule of ``engine.heights.pose``. So a magnified image has more pixels per metre of height, not
fewer. Stretching heights is a change of the town: each thing becomes higher by a factor and leans farther,
seen the same way. Colours are varied by ``training.augment.vary_colours``.
"""

from dataclasses import dataclass, replace
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.heights.nadir.rectify import TEAR_M, rectify
from engine.heights.pose import Pose
from training.augment import View, sample_pixels
from training.config import TrainingError

HIGHEST_M = 200.0
"""Height above which nothing is stretched (published)."""

MOST_STRETCH = 2.0
"""Greatest factor on heights (published)."""


@dataclass(frozen=True, slots=True, eq=False)
class HeightImage:
    """An image with the heights of what it shows.

    Attributes:
        rgb: (3, H, W) uint8.
        height_m: (H, W) float32 height above ground of the surface that each pixel shows; NaN where unknown.
        valid: (H, W), False where there is no image.
        pose: How it is seen.
        m_per_px: Ground size of a pixel.
        posed: Whether the pose is known; where it is not, that of a view from nadir stands in.
    """

    rgb: NDArray[np.uint8]
    height_m: NDArray[np.float32]
    valid: NDArray[np.bool_]
    pose: Pose
    m_per_px: float
    posed: bool = True


def look_at(image: HeightImage, view: View) -> HeightImage:
    """Return what a view shows of an image: colours bilinear, heights of the nearest pixel.

    A mean of the heights on both sides of a wall would be that of nothing there. The mean of colours does
    not look farther when a view reduces an image, so views are for zooms near one.

    Args:
        image: What to look at.
        view: The square window, turned, mirrored and magnified.

    Returns:
        The view's image; heights are unknown, and pixels not valid, outside the image. Quarter turns and
        mirror images with corners on pixel corners are exact.

    Raises:
        RasterError: The view's matrix has no inverse.
    """
    # The cosine of a right angle is not quite 0, and pixels at the border would be just outside.
    view = replace(view, matrix=np.round(view.matrix, 12))
    pixels, seen = sample_pixels(image.rgb, image.valid, view)
    # Array index i is the pixel whose centre is at i + 0.5.
    offset = view.centre + view.matrix @ np.full(2, 0.5 - view.side_px / 2) - 0.5
    heights = np.empty(seen.shape, dtype=np.float32)
    ndimage.affine_transform(
        image.height_m, view.matrix, offset, output=heights, order=0, mode="grid-constant", cval=np.nan
    )
    heights[~seen] = np.nan
    # The matrix leads from the crop to the image, the pose from the image to the crop.
    pose = image.pose.transformed(np.linalg.inv(view.matrix))
    m_per_px = image.m_per_px * sqrt(abs(float(np.linalg.det(view.matrix))))
    rgb = np.rint(pixels).astype(np.uint8)
    return replace(image, rgb=rgb, height_m=heights, valid=seen, pose=pose, m_per_px=m_per_px)


def stretch_heights(image: HeightImage, factor: float) -> HeightImage:
    """Return the image of a town whose heights are all multiplied, seen the same way.

    A pixel at height h shows a place that lies h · v along the flow. Its place stays and its height grows,
    so the pixel moves by (1 − factor) · h · v; where several meet, the highest hides the others. Walls are
    drawn out without gaps. Shadows keep their length: in the picture they fall from another sun.

    Args:
        image: The town as it is; a pixel of unknown height is lost.
        factor: Above 0; below 1 ground comes into sight that the image never showed, which is not valid.

    Raises:
        TrainingError: The factor is not positive.
    """
    if not (isfinite(factor) and factor > 0.0):
        raise TrainingError(f"Heights cannot be stretched by {factor}: give a factor above 0.")
    known = np.where(image.valid, image.height_m, np.float32(np.nan))
    span_m = float(np.nanmax(known) - np.nanmin(known)) if np.isfinite(known).any() else 0.0
    moved = rectify(
        known,
        Pose.from_flow((1.0 - factor) * image.pose.flow_px_per_m),
        image.rgb,
        # What grows hides more and shows nothing new: all that opens is a wall drawn out.
        tear_m=span_m if factor > 1.0 else TEAR_M,
        threads=1,
    )
    rgb = image.rgb if moved.rgb is None else moved.rgb
    height_m = moved.height_m * np.float32(factor)
    return replace(image, rgb=rgb, height_m=height_m, valid=np.isfinite(height_m))


def draw_stretch(rng: np.random.Generator, image: HeightImage) -> float:
    """Draw a factor for heights as published: from 1 to 2, as long as nothing gets higher than 200 m.

    Args:
        rng: Source of randomness.
        image: What shall be stretched.
    """
    highest_m = float(np.fmax.reduce(image.height_m, axis=None, initial=np.float32(1.0)))
    return float(rng.uniform(1.0, np.clip(HIGHEST_M / highest_m, 1.0, MOST_STRETCH)))
