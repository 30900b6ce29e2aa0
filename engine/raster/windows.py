"""Rectangles of pixels, and how a grid is cut into overlapping ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.errors import RasterError

MOST_TILES = 2**18
"""Far beyond any raster that a machine finishes (275 000 km² at 1 m per pixel); a mistaken pixel size or
a map of the world would fill the memory with windows."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of whole pixels of one grid.

    Attributes:
        row: First row.
        col: First column.
        height: Number of rows.
        width: Number of columns.
    """

    row: int
    col: int
    height: int
    width: int

    @property
    def area_px(self) -> int:
        """Number of pixels."""
        return self.height * self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices that cut the window out of an (H, W) array of the whole grid."""
        return slice(self.row, self.row + self.height), slice(self.col, self.col + self.width)

    def within(self, height: int, width: int) -> bool:
        """Whether the window is not empty and lies inside a grid of that size."""
        fits = self.row + self.height <= height and self.col + self.width <= width
        return min(self.row, self.col) >= 0 and min(self.height, self.width) >= 1 and fits

    def blocks(self, rows: int, cols: int) -> "list[Window]":
        """Cut the window into blocks, row by row from its upper-left corner; the last may be smaller.

        Args:
            rows: Rows of a block, at least 1.
            cols: Columns of a block, at least 1.
        """
        bottom, right = self.row + self.height, self.col + self.width
        return [
            Window(row, col, min(rows, bottom - row), min(cols, right - col))
            for row in range(self.row, bottom, rows)
            for col in range(self.col, right, cols)
        ]


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of work: the pixels it answers for, and those it must see.

    Attributes:
        core: The pixels kept; the cores of a tiling cover the grid without overlap.
        window: The core grown by the margin and clipped to the grid.
    """

    core: Window
    window: Window


def work_ratio(tiles: Sequence[Tile]) -> float:
    """Compute how many pixels the windows hold for each pixel kept; 1.0 is one pass over the grid.

    Args:
        tiles: A tiling with at least one tile.
    """
    return sum(each.window.area_px for each in tiles) / sum(each.core.area_px for each in tiles)


def _cut(length: int, longest: int) -> list[tuple[int, int]]:
    """Split a length into the fewest parts of near-equal size, as (start, stop)."""
    count = -(-length // longest)
    stops = [length * part // count for part in range(count + 1)]
    return list(pairwise(stops))


def _begin(wanted: int, stride_px: int, origin_px: int) -> int:
    """Return the last multiple of the stride that is not after ``wanted``, or the border."""
    return max(0, (wanted + origin_px) // stride_px * stride_px - origin_px)


def tile(
    height: int,
    width: int,
    *,
    core_px: int,
    margin_px: int,
    stride_px: int = 1,
    origin_px: tuple[int, int] = (0, 0),
) -> list[Tile]:
    """Cut a grid into near-equal cores, each seen through a window with a margin.

    Near-equal rather than full cores with a remainder: a thin last row would cost two margins for
    nearly nothing.

    Args:
        height: Rows of the grid.
        width: Columns of the grid.
        core_px: Longest side of a core.
        margin_px: Pixels seen around a core, where the grid has them; a little more where a stride asks.
        stride_px: Windows begin at multiples of this, counted from ``origin_px``, or at the grid's border.
        origin_px: Row and column number of the grid's first pixel in that count.

    Returns:
        Tiles in row-major order. The cores hold every pixel exactly once; sizes of cores differ by
        one pixel at most along each axis.

    Raises:
        RasterError: A size is not positive, the margin is negative, or the tiles are too many.
    """
    if min(height, width, core_px, stride_px) < 1 or margin_px < 0:
        raise RasterError(
            f"A grid of {height} × {width} px cannot be cut into cores of {core_px} px with a margin of "
            f"{margin_px} px: sizes must be at least 1 px and the margin at least 0 px."
        )
    if -(-height // core_px) * -(-width // core_px) > MOST_TILES:
        raise RasterError(
            f"{height} × {width} px are more than {MOST_TILES} windows of {core_px} px: check the raster's "
            "pixel size (or --gsd), or give an extent."
        )
    tiles = []
    for top, bottom in _cut(height, core_px):
        for left, right in _cut(width, core_px):
            row = _begin(top - margin_px, stride_px, origin_px[0])
            col = _begin(left - margin_px, stride_px, origin_px[1])
            seen_height = min(height, bottom + margin_px) - row
            seen_width = min(width, right + margin_px) - col
            core = Window(top, left, bottom - top, right - left)
            tiles.append(Tile(core, Window(row, col, seen_height, seen_width)))
    return tiles
