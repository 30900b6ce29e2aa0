"""Parallel projection of a height field: what the view hits first, what it never sees, where shadow falls.

The image is a map of the ground at height zero. A point at height h above ground position g appears
at g − h · scale · (cos θ, sin θ) in (row, col), with the flow angle θ; so the ray of image pixel p
passes over ground position p + h · scale · (cos θ, sin θ) at height h, and shows the highest point
where it meets the surface.
"""

from dataclasses import dataclass
from math import ceil, cos, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """How a canvas is seen.

    Attributes:
        angle_rad: Angle θ of the flow.
        scale_px_per_m: Pixels of displacement per metre of height.
        margin_px: Pixels of the canvas outside the image, at least ``margin_needed``.
    """

    angle_rad: float
    scale_px_per_m: float
    margin_px: int


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What each image pixel shows.

    Attributes:
        cell: (H, W) flat index of the canvas pixel whose surface is seen.
        height_m: (H, W) float32 height of the point seen; on walls between foot and eaves.
        wall: (H, W) whether a wall is seen, rather than a surface open to the sky.
    """

    cell: NDArray[np.int64]
    height_m: Plane
    wall: NDArray[np.bool_]


def _levels(reach_px: float, angle_rad: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return where along the flow the displacement, rounded to whole pixels, changes.

    Args:
        reach_px: Longest displacement.
        angle_rad: Angle of the flow.

    Returns:
        (L + 1,) bounds of the levels in pixels of displacement, beginning with 0, the last one past
        the reach; (L + 1, 2) the rounded displacement within each level, and after the last.
    """
    parts: list[NDArray[Any]] = [np.zeros(1)]
    for component in (abs(cos(angle_rad)), abs(sin(angle_rad))):
        count = int(component * reach_px + 0.5) + 1
        parts.append((np.arange(count) + 0.5) / max(component, 1e-9))
    bounds = np.unique(np.concatenate(parts))
    bounds = bounds[: np.searchsorted(bounds, reach_px, side="right") + 1]
    within = np.append((bounds[:-1] + bounds[1:]) / 2, bounds[-1])
    shifts = np.floor(within[:, None] * np.array([cos(angle_rad), sin(angle_rad)]) + 0.5).astype(np.int64)
    return bounds, shifts


def margin_needed(highest_m: float, scale_px_per_m: float) -> int:
    """Return how many pixels the canvas must reach past the image for things up to a height."""
    return ceil(highest_m * scale_px_per_m + 0.5) + 1


def project(height_m: Plane, view: View) -> Hits:
    """Find what each image pixel shows; positions are right to half a pixel.

    Args:
        height_m: (H + 2 · margin, W + 2 · margin) heights on the ground.
        view: How they are seen.
    """
    scale, margin_px = view.scale_px_per_m, view.margin_px
    rows, cols = (side - 2 * margin_px for side in height_m.shape)
    bounds_px, shifts = _levels(float(height_m.max()) * scale, view.angle_rad)
    from_m = (bounds_px / max(scale, 1e-9)).astype(np.float32)
    # The last level at which the ray is inside the surface is the first one it meets from above.
    level = np.zeros((rows, cols), dtype=np.int16)
    for number, (down, right) in enumerate(shifts[1:-1], start=1):
        top, left = margin_px + down, margin_px + right
        inside = height_m[top : top + rows, left : left + cols] >= from_m[number]
        np.copyto(level, np.int16(number), where=inside)
    width = height_m.shape[1]
    origin = (np.arange(rows)[:, None] + margin_px) * width + np.arange(cols) + margin_px
    offsets = shifts @ np.array([width, 1])
    cell = origin + offsets[level]
    height = height_m.reshape(-1)[cell]
    wall = np.zeros(cell.shape, dtype=bool)
    steep = np.nonzero(height >= from_m[level + 1])
    # Where the surface falls by less than half a step towards the viewer it is a slope, not a wall.
    before = height_m.reshape(-1)[origin[steep] + offsets[level[steep] + 1]]
    wall[steep] = height[steep] - before >= from_m[1]
    ray_m = np.append((from_m[:-1] + from_m[1:]) / 2, from_m[-1:])
    ray_m[0] = 0.0
    return Hits(cell, np.where(wall, ray_m[level], height).astype(np.float32), wall)


def find_occlusion(height_m: Plane, hits: Hits, view: View) -> NDArray[np.bool_]:
    """Find the ground positions whose surface the image does not show.

    Args:
        height_m: (H + 2 · margin, W + 2 · margin) heights on the ground.
        hits: What the image shows.
        view: The view that gave the hits.

    Returns:
        (H, W) in ground positions (the rectified view): true where the uppermost surface at that
        position is hidden behind something at least a pixel's displacement higher, or appears
        outside the image.
    """
    rows, cols = hits.height_m.shape
    top = view.margin_px
    inner = height_m[top : top + rows, top : top + cols]
    if view.scale_px_per_m == 0:
        return np.zeros(inner.shape, dtype=bool)
    shift = inner * np.float32(view.scale_px_per_m)
    row = np.floor(np.arange(rows)[:, None] + 0.5 - shift * np.float32(cos(view.angle_rad))).astype(np.int64)
    col = np.floor(np.arange(cols) + 0.5 - shift * np.float32(sin(view.angle_rad))).astype(np.int64)
    outside = (row < 0) | (row >= rows) | (col < 0) | (col >= cols)
    shown = hits.height_m[np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)]
    hidden: NDArray[np.bool_] = outside | (shown > inner + np.float32(1.0 / view.scale_px_per_m))
    return hidden


def cast_shadow(height_m: Plane, *, azimuth_rad: float, elevation_rad: float, m_per_px: float) -> Plane:
    """Return the share of each canvas pixel that lies in the shadow of something else.

    Args:
        height_m: (H, W) heights on the ground.
        azimuth_rad: Clockwise from up (−row), where the sun stands.
        elevation_rad: Of the sun above the horizon.
        m_per_px: Ground resolution.
    """
    drop_m = np.float32(np.tan(elevation_rad) * m_per_px)
    reach = ceil(float(height_m.max()) / float(drop_m))
    toward = np.array([-cos(azimuth_rad), sin(azimuth_rad)])
    # In two rounds: the highest of the next few pixels, then the highest of those runs.
    run = max(1, int(np.sqrt(reach)))
    near = np.full(height_m.shape, -np.inf, dtype=np.float32)
    for step in range(1, run + 1):
        _raise_to(near, height_m, toward * step, drop_m * step)
    shade = near.copy()
    for step in range(run, reach + 1, run):
        _raise_to(shade, near, toward * step, drop_m * step)
    share: Plane = np.clip((shade - height_m) / drop_m + np.float32(0.5), 0.0, 1.0)
    return share


def _raise_to(target: Plane, source: Plane, shift_px: NDArray[np.float64], drop_m: np.float32) -> None:
    """Raise the target to the source ``shift_px`` further on, lowered; outside counts as nothing."""
    down, right = np.floor(shift_px + 0.5).astype(int)
    rows, cols = source.shape
    here = (slice(max(0, -down), min(rows, rows - down)), slice(max(0, -right), min(cols, cols - right)))
    there = (slice(max(0, down), min(rows, rows + down)), slice(max(0, right), min(cols, cols + right)))
    if here[0].start < here[0].stop and here[1].start < here[1].stop:
        np.maximum(target[here], source[there] - drop_m, out=target[here])
