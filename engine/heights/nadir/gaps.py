"""Gaps on the ground where no pixel landed: which are of sampling, and what closes them.

Follow the flow backwards from a gap, through the image: each pixel there lands, at its own height, before
the gap or beyond it. Where of two neighbours one lands before and the other beyond, the flow pulled them
apart across the gap. Nearly equal in height they are one surface, stretched as on a roof's slope that the
view foreshortens: the gap is one of sampling, and the surface goes straight across it. Otherwise the higher
one stands before what lay there, and hides it.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from engine.heights.nadir.splat import BLOCK_ROWS, Ground, Index, Plane
from engine.heights.pose import Pose


@dataclass(frozen=True, slots=True)
class Flow:
    """The walk along the flow in whole pixels: each step goes on by one row or one column, or both.

    Attributes:
        direction: Row and col of a step before rounding; the larger of them is 1 or −1.
        steps_per_m: Steps that a metre of height moves a pixel.
        tear_m: Difference in height above which neighbours in the image are two surfaces.
        reach: Steps across the widest gap of sampling, from one side to the other.
    """

    direction: tuple[float, float]
    steps_per_m: float
    tear_m: float
    reach: int

    @classmethod
    def of(cls, pose: Pose, tear_m: float) -> "Flow":
        """Plan the walk.

        Args:
            pose: How the image is seen, not from nadir.
            tear_m: Wanted; at least what hides one pixel is taken, as less leaves no gap to speak of.
        """
        tear_m = max(tear_m, 1.0 / pose.scale_px_per_m)
        longest = float(np.abs(pose.direction).max())
        row, col = (pose.direction / longest).tolist()
        steps_per_m = pose.scale_px_per_m * longest
        return cls((row, col), steps_per_m, tear_m, ceil(tear_m * steps_per_m) + 1)

    @property
    def margin_px(self) -> int:
        """Rows and columns needed around the image and the ground, so that no walk checks bounds."""
        return 2 * self.reach + 2

    def offsets(self, first: int, last: int, width: int) -> Index:
        """Return how far in a flat array each step from the first to the last, inclusive, is from step 0."""
        steps = np.arange(first, last + 1)
        row, col = (np.rint(steps * one).astype(np.intp) for one in self.direction)
        offsets: Index = row * width + col
        return offsets


def close_gaps(ground: Ground, image_m: Plane, flow: Flow, rows: range) -> tuple[Index, Plane]:
    """Find the gaps of sampling in some rows, and the heights that close them.

    Args:
        ground: On which all has landed, with the margin of the flow; not changed.
        image_m: The heights in the image with the same margin; NaN where unknown and in the margin.
        flow: The walk along the flow.
        rows: Consecutive rows on the ground.

    Returns:
        (N,) flat cells of the padded ground; (N,) float32 their heights, between those of two neighbours.
    """
    parts = [
        _close_block(ground, image_m, flow, rows[top : top + BLOCK_ROWS])
        for top in range(0, len(rows), BLOCK_ROWS)
    ]
    cells, heights = zip(*parts, strict=True)
    return np.concatenate(cells), np.concatenate(heights)


def _close_block(ground: Ground, image_m: Plane, flow: Flow, rows: range) -> tuple[Index, Plane]:
    cell, highest_m, lowest_m = _find_rims(ground, flow, rows)
    closed_m = _cross(image_m, flow, cell, highest_m)
    open_ = np.flatnonzero(np.isnan(closed_m))
    closed_m[open_] = _cross(image_m, flow, cell.take(open_), lowest_m.take(open_))
    closed = np.flatnonzero(~np.isnan(closed_m))
    cell, closed_m = cell.take(closed), closed_m.take(closed)
    # A height on the ground always tells a known pixel of the image.
    down, right = ground.shifts(closed_m)
    shown = ~np.isnan(image_m.reshape(-1).take(cell - down * image_m.shape[1] - right))
    return cell[shown], closed_m[shown]


def _find_rims(ground: Ground, flow: Flow, rows: range) -> tuple[Index, Plane, Plane]:
    """Find the gaps in some rows with something near, and the highest and the lowest of that.

    Near is what is in the eight cells around, and on the walk both ways as far as a gap may be wide.
    """
    width, margin = ground.padded_m.shape[1], ground.margin_px
    first = rows.start + margin
    inner = ground.padded_m[first : first + len(rows), margin : width - margin]
    gap = np.flatnonzero(np.isnan(inner))
    row = gap // inner.shape[1]
    cell = gap + row * (2 * margin) + first * width + margin
    ways = flow.offsets(2, flow.reach - 1, width)
    around = np.array([-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
    flat = ground.padded_m.reshape(-1)
    highest = np.full(len(cell), np.nan, dtype=np.float32)
    lowest = highest.copy()
    for offset in np.concatenate([around, ways, -ways]):
        near = flat.take(cell + offset)
        np.fmax(highest, near, out=highest)
        np.fmin(lowest, near, out=lowest)
    rim = np.flatnonzero(~np.isnan(highest))
    return cell.take(rim), highest.take(rim), lowest.take(rim)


def _cross(image_m: Plane, flow: Flow, cell: Index, near_m: Plane) -> Plane:
    """Return the height at which one surface, near a height, goes across each gap; NaN where none does.

    Args:
        image_m: Padded heights in the image.
        flow: The walk along the flow.
        cell: (N,) flat cells of the gaps.
        near_m: (N,) heights of something near each gap.
    """
    closed = np.full(len(cell), np.nan, dtype=np.float32)
    if len(cell) == 0:
        return closed
    flat, per_m, tear_m = image_m.reshape(-1), np.float32(flow.steps_per_m), np.float32(flow.tear_m)
    step = np.rint(near_m * per_m).astype(np.intp) + flow.reach
    least = int(step.min()) - 2 * flow.reach
    offsets = flow.offsets(least, int(step.max()), image_m.shape[1])
    before_m = flat.take(cell - offsets.take(step - least))
    short = before_m * per_m - step
    for _ in range(2 * flow.reach):
        # One step on, the pixels land farther along the flow, unless they are lower.
        step -= 1
        beyond_m = flat.take(cell - offsets.take(step - least))
        past = beyond_m * per_m - step
        across = np.flatnonzero(
            (short < 0) & (past >= 0) & (np.abs(beyond_m - before_m) <= tear_m) & np.isnan(closed)
        )
        low, high, lack, excess = (part.take(across) for part in (before_m, beyond_m, short, past))
        share = (lack / (lack - excess)).astype(np.float32)
        # Between the two, however the sum is rounded.
        closed[across] = np.clip(low + share * (high - low), np.minimum(low, high), np.maximum(low, high))
        before_m, short = beyond_m, past
    return closed
