"""Heights per polygon: what a raster of heights shows inside each of many zones.

Zones are polygons in pixels, x = column and y = row, in the corner frame. A pixel belongs to a zone whose
inside holds the pixel's centre. Zones are looked up in groups that lie together, so that a raster of any size
is read in pieces and once where zones are dense.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Self

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.splat import Plane
from engine.raster.windows import Window

Zones = NDArray[np.object_]
"""(N,) shapely polygons or multipolygons, valid."""

Boxes = NDArray[np.int64]
"""(N, 4) pixels: first row, first column, row after the last, column after the last."""

Choice = Callable[[shapely.Geometry, Window, Plane], NDArray[np.float32]]
"""Takes, of the heights of a window, those that belong to a zone; none of them NaN."""

_GROUP_PX = 512
"""Zones that begin in one square of this side are read together: blocks of our own files are as large."""

_PIECE_PX = 2**22
"""Pixels of one zone that are held at once, at most: 16 MB of heights."""

_LARGE_PX = 2**16
"""From here on a zone is burnt by GDAL; testing centres is five times as fast for a house (35 µs)."""

_MOST_SORTED = 2**22
"""Of more heights in one zone, evenly chosen ones give the median and the percentile."""

_SMALL_PX = 4.0
"""Zones of less area may hold no pixel's centre."""

_REACH_PX = 0.75
"""How far from such a zone the centre of a pixel that stands for it may lie: half a diagonal, and more."""

_ROOF_SHARE = 0.5
"""What does not reach this share of the median is a wall's foot or the ground beside a loosely drawn roof."""


@dataclass(frozen=True, slots=True, eq=False)
class ZoneHeights:
    """Heights of zones; NaN where no pixel is known.

    Attributes:
        median_m: (N,) of all known heights in the zone.
        p90_m: (N,) 90th percentile.
        max_m: (N,) the highest.
        mean_m: (N,) mean.
        roof_m: (N,) median of those that reach half the median: the roof's, where the zone is drawn so
            loosely that it holds ground and walls too. On a zone of one height: that height.
        pixels: (N,) int64 known pixels.
    """

    median_m: NDArray[np.float64]
    p90_m: NDArray[np.float64]
    max_m: NDArray[np.float64]
    mean_m: NDArray[np.float64]
    roof_m: NDArray[np.float64]
    pixels: NDArray[np.int64]

    @classmethod
    def unknown(cls, count: int) -> Self:
        """Make what is known of zones before anything is read."""
        median, p90, highest, mean, roof = np.full((5, count), np.nan)
        return cls(median, p90, highest, mean, roof, np.zeros(count, dtype=np.int64))

    def where(self, chosen: NDArray[np.bool_], other: "ZoneHeights") -> "ZoneHeights":
        """Return these heights for the chosen zones, and others for the rest."""
        return ZoneHeights(
            *(np.where(chosen, getattr(self, each.name), getattr(other, each.name)) for each in fields(self))
        )


@dataclass(slots=True)
class _Tally:
    """Heights of one zone, gathered piece by piece; count, sum and maximum are of all of them."""

    count: int = 0
    total: float = 0.0
    highest: float = -np.inf
    step: int = 1
    kept: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, heights_m: NDArray[np.float32]) -> None:
        if not len(heights_m):
            return
        self.count += len(heights_m)
        self.total += float(heights_m.sum(dtype=np.float64))
        self.highest = max(self.highest, float(heights_m.max()))
        self.kept.append(heights_m[:: self.step])
        if sum(map(len, self.kept)) > _MOST_SORTED:
            self.kept = [np.concatenate(self.kept)[::2]]
            self.step *= 2

    def write(self, result: ZoneHeights, number: int) -> None:
        """Write down what was found."""
        if self.count == 0:
            return
        heights = np.sort(np.concatenate(self.kept)).astype(np.float64)
        median = _share(heights, 0.5)
        result.pixels[number] = self.count
        result.mean_m[number] = self.total / self.count
        result.max_m[number] = self.highest
        result.median_m[number] = median
        result.p90_m[number] = _share(heights, 0.9)
        first = int(np.searchsorted(heights, min(_ROOF_SHARE * median, median)))
        result.roof_m[number] = _share(heights[first:], 0.5)


def _share(ordered: NDArray[np.float64], share: float) -> float:
    """Return the quantile of ordered values; np.quantile takes sixty times as long for a house."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (place - low) * (ordered[high] - ordered[low]))


def boxes_of(zones: Zones, height: int, width: int) -> Boxes:
    """Find the pixels around each zone, cut at the border of the raster; empty where it lies outside.

    Args:
        zones: Polygons; empty ones and such with infinite coordinates lie outside.
        height: Rows of the raster.
        width: Columns.
    """
    bounds = shapely.bounds(zones)
    known = np.isfinite(bounds).all(axis=1)
    left, top, right, bottom = np.where(known[:, None], bounds, 0.0).T
    low = np.floor(np.column_stack([top, left]) - _REACH_PX)
    high = np.ceil(np.column_stack([bottom, right]) + _REACH_PX)
    size = np.array([height, width], dtype=np.float64)
    boxes = np.concatenate([np.clip(low, 0, size), np.clip(high, 0, size)], axis=1)
    return np.where(known[:, None], boxes, 0.0).astype(np.int64)


def _window(box: Sequence[int]) -> Window:
    top, left, bottom, right = box
    return Window(top, left, bottom - top, right - left)


def _pieces(window: Window) -> list[Window]:
    """Cut a window into strips of bounded size."""
    width = min(window.width, _PIECE_PX)
    return window.blocks(max(1, _PIECE_PX // width), width)


def _groups(boxes: Boxes) -> Iterator[tuple[Window, NDArray[np.intp]]]:
    """Put zones together that lie together; large ones stay alone. Yields what to read, and which zones."""
    rows, cols = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    shown = np.flatnonzero((rows > 0) & (cols > 0))
    large = shown[rows[shown] * cols[shown] > _PIECE_PX // 4]
    for number in large:
        yield _window(boxes[number].tolist()), np.array([number])
    small = np.setdiff1d(shown, large)
    square = boxes[small, :2] // _GROUP_PX
    order = np.lexsort((square[:, 1], square[:, 0]))
    small, square = small[order], square[order]
    changes = np.flatnonzero((np.diff(square, axis=0) != 0).any(axis=1)) + 1
    for members in np.split(small, changes):
        if not len(members):
            continue
        around = np.concatenate([boxes[members, :2].min(axis=0), boxes[members, 2:].max(axis=0)])
        # A long zone may stretch the window of its group beyond what may be held.
        together = [members] if np.prod(around[2:] - around[:2]) <= _PIECE_PX else members[:, None]
        for part in together:
            low, high = boxes[part, :2].min(axis=0), boxes[part, 2:].max(axis=0)
            yield _window([*low.tolist(), *high.tolist()]), part


def gather(raster: HeightRaster, zones: Zones, boxes: Boxes, choose: Choice) -> ZoneHeights:
    """Look up the heights that belong to each zone.

    Args:
        raster: Heights.
        zones: Polygons; prepared here for many questions.
        boxes: Where in the raster to look for each; empty = nowhere.
        choose: Which of the heights of a window belong to a zone.

    Returns:
        What is known of each zone. Memory is bounded: by 2²² heights read, and as many of one zone.

    Raises:
        RasterError: The file cannot be read.
    """
    result = ZoneHeights.unknown(len(zones))
    shapely.prepare(zones)
    for window, members in _groups(boxes):
        tallies = {int(number): _Tally() for number in members}
        for piece in _pieces(window):
            heights = raster.read(piece)
            for number, tally in tallies.items():
                seen = piece if len(tallies) == 1 else _window(boxes[number].tolist())
                part = replace(seen, row=seen.row - piece.row, col=seen.col - piece.col)
                tally.add(choose(zones[number], seen, heights[part.slices]))
        for number, tally in tallies.items():
            tally.write(result, number)
    return result


def holds(zone: shapely.Geometry, cols: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which points lie in a zone; of a zone so small that none may, those beside it.

    Args:
        zone: Polygon.
        cols: Points' columns, any shape.
        rows: Their rows, same shape.
    """
    inside: NDArray[np.bool_] = shapely.contains_xy(zone, cols, rows)
    if not inside.any() and zone.area < _SMALL_PX:
        inside = shapely.contains_xy(zone.buffer(_REACH_PX), cols, rows)
    return inside


def _inside(zone: shapely.Geometry, window: Window, heights_m: Plane) -> NDArray[np.float32]:
    """Take the known heights of the pixels whose centres lie in a zone."""
    if window.area_px > _LARGE_PX:
        place = Affine.translation(window.col, window.row)
        burnt = rasterize([zone], out_shape=heights_m.shape, transform=place, dtype=np.uint8)
        chosen: NDArray[np.float32] = heights_m[burnt > 0]
    else:
        rows = np.arange(window.row, window.row + window.height) + 0.5
        cols = np.arange(window.col, window.col + window.width) + 0.5
        chosen = heights_m[holds(zone, *np.meshgrid(cols, rows))]
    return chosen[~np.isnan(chosen)]


def measure_zones(raster: HeightRaster, zones: Zones, height: int, width: int) -> ZoneHeights:
    """Measure the heights that the raster shows inside each zone.

    Args:
        raster: Heights.
        zones: Polygons in its pixels.
        height: Its rows.
        width: Its columns.

    Raises:
        RasterError: The file cannot be read.
    """
    return gather(raster, zones, boxes_of(zones, height, width), _inside)
