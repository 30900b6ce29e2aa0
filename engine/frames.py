"""The two frames of reference, kept apart by type.

Pixels are (row, col), row downwards; the ground is (x, y) in the units of a coordinate reference
system. Integer pixel coordinates name pixel *corners*: the upper-left pixel covers rows 0 to 1 and
columns 0 to 1, and its centre is (0.5, 0.5). ``engine.raster.grid.Grid`` is the only bridge.
"""

from typing import NamedTuple, TypeVar


class RowCol(NamedTuple):
    """A position in pixels of one grid; integers are pixel corners."""

    row: float
    col: float


class XY(NamedTuple):
    """A position on the ground, in the units of one coordinate reference system."""

    x: float
    y: float


Frame = TypeVar("Frame", RowCol, XY)
"""Which of the two frames a graph's coordinates are in."""
