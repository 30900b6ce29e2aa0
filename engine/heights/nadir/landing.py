"""Which part of an image shows what stands on a part of the ground: known before either is held."""

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.heights.nadir.gaps import Flow
from engine.heights.nadir.splat import Plane
from engine.heights.pose import Pose
from engine.raster.windows import Window

CELL_PX = 128
"""Side of the squares of which the lowest and the highest pixel are kept: 8 bytes for 16 384 pixels."""

_ROUNDING_PX = 2
"""Whole pixels by which positions may be rounded apart."""


class HeightRange:
    """The lowest and the highest height in each square of an image, gathered window by window."""

    def __init__(self, height: int, width: int) -> None:
        """Start with nothing known.

        Args:
            height: Rows of the image.
            width: Its columns.
        """
        size = -(-height // CELL_PX), -(-width // CELL_PX)
        self.lowest_m = np.full(size, np.nan, dtype=np.float32)
        self.highest_m = self.lowest_m.copy()

    def add(self, window: Window, height_m: Plane) -> None:
        """Add a window that begins at a multiple of ``CELL_PX`` and ends at one or at the image's border.

        Args:
            window: Where.
            height_m: (H, W) heights; NaN where unknown.
        """
        rows, cols = np.arange(0, window.height, CELL_PX), np.arange(0, window.width, CELL_PX)
        place = Window(window.row // CELL_PX, window.col // CELL_PX, len(rows), len(cols)).slices
        for kept, extreme in ((self.lowest_m, np.fmin), (self.highest_m, np.fmax)):
            kept[place] = extreme.reduceat(extreme.reduceat(height_m, rows, axis=0), cols, axis=1)

    @property
    def whole(self) -> tuple[float, float]:
        """The lowest and the highest of all; 0 where nothing is known."""
        lowest, highest = (
            float(np.fmin.reduce(self.lowest_m, axis=None)),
            float(np.fmax.reduce(self.highest_m, axis=None)),
        )
        return (0.0, 0.0) if isnan(lowest) else (lowest, highest)

    def widened(self) -> tuple[Plane, Plane]:
        """Return the lowest and the highest in each square and those around it; NaN: unknown."""
        lowest = ndimage.minimum_filter(np.nan_to_num(self.lowest_m, nan=np.inf), 3, mode="nearest")
        highest = ndimage.maximum_filter(np.nan_to_num(self.highest_m, nan=-np.inf), 3, mode="nearest")
        known = lowest <= highest
        return np.where(known, lowest, np.nan), np.where(known, highest, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Landing:
    """Where the squares of an image come down, and which of them a part of the ground needs.

    Attributes:
        height: Rows of the image, and of the ground.
        width: Columns.
        first: (2, N) row and col of the first place on the ground where something of each square may land.
        last: (2, N) likewise the last.
        corner: (2, N) first row and col of each square in the image.
        around_px: How far around a place pixels decide what closes a gap there.
    """

    height: int
    width: int
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    corner: NDArray[np.intp]
    around_px: int

    @classmethod
    def of(cls, ranges: HeightRange, pose: Pose, tear_m: float, height: int, width: int) -> "Landing":
        """Find where squares land.

        Args:
            ranges: Their heights; a pixel may have that of any within ``CELL_PX`` of it.
            pose: How the image is seen.
            tear_m: As for ``rectify``.
            height: Rows of the image.
            width: Its columns.
        """
        lowest, highest = (part.reshape(-1) for part in ranges.widened())
        known = np.flatnonzero(~np.isnan(lowest))
        corner = np.stack(np.unravel_index(known, ranges.lowest_m.shape)) * CELL_PX
        moves = pose.flow_px_per_m[:, None, None] * np.stack([lowest[known], highest[known]]).astype(
            np.float64
        )
        first = corner + moves.min(axis=1) - _ROUNDING_PX
        last = corner + CELL_PX - 1 + moves.max(axis=1) + _ROUNDING_PX
        # Where nothing moves by a pixel there are no gaps.
        still = max(np.abs(ranges.whole)) * np.abs(pose.flow_px_per_m).max() < 0.25
        around_px = 0 if still else Flow.of(pose, tear_m).margin_px
        return cls(height, width, first, last, corner, around_px)

    def window(self, core: Window) -> Window:
        """Return the part of the image that decides what stands on a part of the ground.

        Args:
            core: The part of the ground.

        Returns:
            The smallest window that holds the core and all squares needed, so far as there is image.
        """
        start = np.array([[core.row], [core.col]])
        size = np.array([[core.height], [core.width]])
        near = self.around_px + _ROUNDING_PX
        needed = (self.last >= start - near) & (self.first < start + size + near)
        corner = self.corner[:, needed.all(axis=0)]
        low = np.minimum(
            start - near, corner.min(axis=1, initial=max(self.height, self.width), keepdims=True) - near
        )
        high = np.maximum(start + size + near, corner.max(axis=1, initial=0, keepdims=True) + CELL_PX + near)
        low, high = np.maximum(low, 0), np.minimum(high, [[self.height], [self.width]])
        (row, bottom), (col, right) = np.hstack([low, high]).tolist()
        return Window(row, col, bottom - row, right - col)
