"""Where an oblique image shows what stands on a part of the ground, and how high it is.

A pixel that shows height h at image position p belongs to the ground position p + h · v, whatever it shows:
a roof, a wall, the lawn. So what stands on a footprint are the pixels that come down inside it. They lie
within the footprint moved against the flow by 0 up to the greatest height around, and none of them has to be
searched for: what hides the building, or stands beside it, comes down elsewhere.

A footprint that is moved onto its roof is read there afterwards, when it is moved back. So the height that
moves it is brought into agreement with what is read at the place that it leads to.
"""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.heights.buildings.zonal import Boxes, ZoneHeights, Zones, boxes_of, gather, holds, measure_zones
from engine.heights.flow import ground_of_pixels
from engine.heights.height_band import MOST_M
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.landing import CELL_PX, HeightRange
from engine.heights.nadir.rectify import rectify
from engine.heights.nadir.splat import Plane
from engine.heights.pose import Pose
from engine.raster.windows import Window

_SURVEY_PX = 8 * CELL_PX
"""Side of the blocks in which greatest heights are looked for."""

_BELOW_M = 3.0
"""How far below the ground things are looked for: noise of flat ground."""

_ROUNDS = 3
"""Times that a search area is narrowed by the greatest height in it."""

_AGREE_ROUNDS = 12
_AGREE_SHARE, _AGREE_M = 0.2, 1.0
"""What is read on the roof is of another thing where it differs by more than a fifth and a metre."""


def shifted(zones: Zones, shift_px: NDArray[np.float64]) -> Zones:
    """Move each zone by a vector of its own.

    Args:
        zones: (N,) polygons in pixels, x = column and y = row.
        shift_px: (N, 2) row, col; not finite = the zone stays.
    """
    by = np.where(np.isfinite(shift_px), shift_px, 0.0)[:, ::-1]
    points, owner = shapely.get_coordinates(zones, return_index=True)
    moved: Zones = shapely.set_coordinates(zones.copy(), points + by[owner])
    return moved


class _Survey:
    """Greatest heights in the squares of a raster, looked for where they are asked for."""

    def __init__(self, raster: HeightRaster, height: int, width: int) -> None:
        self._raster, self._size = raster, (height, width)
        self._range = HeightRange(height, width)
        self._done = np.zeros((-(-height // _SURVEY_PX), -(-width // _SURVEY_PX)), dtype=bool)

    def highest(self, box: NDArray[np.int64]) -> float:
        """Return the greatest height in the squares that some pixels lie in, at least 0."""
        top, left, bottom, right = box.tolist()
        if top >= bottom or left >= right:
            return 0.0
        last_row, last_col = (bottom - 1) // _SURVEY_PX, (right - 1) // _SURVEY_PX
        blocks = self._done[top // _SURVEY_PX : last_row + 1, left // _SURVEY_PX : last_col + 1]
        for row, col in np.argwhere(~blocks).tolist():
            self._look(row + top // _SURVEY_PX, col + left // _SURVEY_PX)
        rows = slice(top // CELL_PX, (bottom - 1) // CELL_PX + 1)
        cols = slice(left // CELL_PX, (right - 1) // CELL_PX + 1)
        return float(np.fmax.reduce(self._range.highest_m[rows, cols], axis=None, initial=0.0))

    def _look(self, row: int, col: int) -> None:
        height, width = self._size
        top, left = row * _SURVEY_PX, col * _SURVEY_PX
        window = Window(top, left, min(_SURVEY_PX, height - top), min(_SURVEY_PX, width - left))
        self._range.add(window, self._raster.read(window))
        self._done[row, col] = True


class SeenGround:
    """A raster of heights and its view.

    Attributes:
        pose: How the raster is seen.
    """

    def __init__(self, raster: HeightRaster, height: int, width: int, pose: Pose) -> None:
        """Say what is seen.

        Args:
            raster: Heights of what its pixels show.
            height: Its rows.
            width: Its columns.
            pose: How it is seen.
        """
        self.pose = pose
        self._raster, self._height, self._width = raster, height, width
        self._survey = _Survey(raster, height, width)

    def shown(self, zones: Zones) -> ZoneHeights:
        """Measure what the raster shows inside each zone, wherever it stands."""
        return measure_zones(self._raster, zones, self._height, self._width)

    def standing(self, zones: Zones) -> ZoneHeights:
        """Measure what stands inside each zone on the ground, wherever the raster shows it.

        Args:
            zones: Polygons in pixels at their ground positions.

        Raises:
            RasterError: The file cannot be read.
        """
        flow = self.pose.flow_px_per_m
        if not flow.any():
            return self.shown(zones)
        return gather(self._raster, zones, self._search(zones), self._come_down)

    def lifting(self, zones: Zones, standing: ZoneHeights) -> NDArray[np.float64]:
        """Find by which height each zone on the ground is lifted onto its roof.

        It is the one that is read on the roof afterwards, so that lowering the zone by what is read there
        brings it back. Where something else is read there, as where a higher building hides the roof, it is
        the height of what stands on the zone.

        Args:
            zones: Polygons in pixels at their ground positions.
            standing: What stands there.

        Returns:
            (N,) metres; NaN where nothing is known.
        """
        lift = standing.roof_m.copy()
        open_ = np.flatnonzero(np.isfinite(lift))
        for _ in range(_AGREE_ROUNDS):
            if not len(open_):
                break
            there = shifted(zones[open_], -lift[open_, None] * self.pose.flow_px_per_m)
            read = self.shown(there).roof_m
            start = standing.roof_m[open_]
            alike = np.abs(read - start) <= _AGREE_M + _AGREE_SHARE * np.abs(start)
            settled = read == lift[open_]
            lift[open_] = np.where(alike, read, start)
            open_ = open_[alike & ~settled]
        return lift

    def rectified(self, core: Window) -> Plane:
        """Return what stands on a part of the ground: heights at their ground positions, the highest on top.

        Args:
            core: Pixels of the ground; at most as many as one can hold several times.

        Returns:
            (H, W) heights; NaN where hidden or unknown.

        Raises:
            RasterError: The file cannot be read.
        """
        zone = np.array(
            [shapely.box(core.col, core.row, core.col + core.width, core.row + core.height)], dtype=object
        )
        top, left, bottom, right = self._search(zone)[0].tolist()
        top, left = min(top, core.row), min(left, core.col)
        bottom, right = max(bottom, core.row + core.height), max(right, core.col + core.width)
        window = Window(top, left, bottom - top, right - left)
        whole = rectify(self._raster.read(window), self.pose).height_m
        return whole[replace(core, row=core.row - top, col=core.col - left).slices]

    def _search(self, zones: Zones) -> Boxes:
        """Find the pixels that may show what stands on each zone."""
        highest_m = np.full(len(zones), MOST_M)
        for _ in range(_ROUNDS):
            boxes = self._corridors(zones, highest_m)
            highest_m = np.array([self._survey.highest(box) for box in boxes])
        return self._corridors(zones, highest_m)

    def _corridors(self, zones: Zones, highest_m: NDArray[np.float64]) -> Boxes:
        """Find the pixels around where the raster shows things up to some heights that stand on the zones."""
        x_min, y_min, x_max, y_max = shapely.bounds(zones).T
        heights_m = np.stack([np.full(len(zones), -_BELOW_M), highest_m + _BELOW_M])
        down, right = (heights_m * -each for each in self.pose.flow_px_per_m)
        around = np.column_stack(
            [x_min + right.min(0), y_min + down.min(0), x_max + right.max(0), y_max + down.max(0)]
        )
        boxes = shapely.box(*np.nan_to_num(around, nan=np.inf).T)
        return boxes_of(boxes, self._height, self._width)

    def _come_down(self, zone: shapely.Geometry, window: Window, height_m: Plane) -> NDArray[np.float32]:
        """Take the heights of the pixels of a window whose ground positions lie in a zone.

        Of those that come down on one pixel of the ground, the highest: else the many pixels of a wall, which
        stand on a line, would count as much as the roof.
        """
        rows, cols = ground_of_pixels(height_m, self.pose)
        rows += window.row
        cols += window.col
        left, top, right, bottom = zone.bounds
        near = (rows > top - 1) & (rows < bottom + 1) & (cols > left - 1) & (cols < right + 1)
        rows, cols, heights = rows[near], cols[near], height_m[near]
        inside = holds(zone, cols, rows)
        rows, cols, heights = np.floor(rows[inside]), np.floor(cols[inside]), heights[inside]
        order = np.lexsort((heights, cols, rows))
        rows, cols = rows[order], cols[order]
        highest = np.ones(len(order), dtype=bool)
        highest[:-1] = (np.diff(rows) != 0) | (np.diff(cols) != 0)
        chosen: NDArray[np.float32] = heights[order][highest]
        return chosen
