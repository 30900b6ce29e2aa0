"""Where the pixels of a rendered layer lie: square on the ground, on a lattice that all requests share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

from qgis.core import QgsDistanceArea, QgsPointXY, QgsRasterLayer, QgsRectangle

_SNAP = 1e-6
"""Part of a pixel within which an edge counts as on the lattice."""

_COARSER = 1.25
"""A server's own pixels are taken as they are up to so many times the size asked for."""

_TILE_PX = 512
"""Side of what is fetched at a time: short enough to be stopped, long enough for few requests."""


@dataclass(frozen=True)
class Tile:
    """A rectangle of pixels of a grid, and where it lies."""

    row: int
    col: int
    height: int
    width: int
    place: QgsRectangle


@dataclass(frozen=True)
class PixelGrid:
    """Pixels along the axes of a coordinate reference system.

    Attributes:
        left: Of the upper-left corner, in units of the system.
        top: Likewise.
        height: Rows.
        width: Columns.
        pixel_height: In units of the system.
        pixel_width: Likewise.
    """

    left: float
    top: float
    height: int
    width: int
    pixel_height: float
    pixel_width: float

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.height * self.width

    @property
    def centre(self) -> QgsPointXY:
        """The middle, in the system."""
        return self._place(0, 0, self.height, self.width).center()

    @property
    def geotransform(self) -> list[float]:
        """(col, row) to (x, y) in GDAL's order."""
        return [self.left, self.pixel_width, 0.0, self.top, 0.0, -self.pixel_height]

    def tiles(self) -> Iterator[Tile]:
        """Cut the grid into pieces, row by row."""
        for row in range(0, self.height, _TILE_PX):
            height = min(_TILE_PX, self.height - row)
            for col in range(0, self.width, _TILE_PX):
                width = min(_TILE_PX, self.width - col)
                yield Tile(row, col, height, width, self._place(row, col, height, width))

    @property
    def tile_count(self) -> int:
        """How many pieces ``tiles`` gives."""
        return math.ceil(self.height / _TILE_PX) * math.ceil(self.width / _TILE_PX)

    def _place(self, row: int, col: int, height: int, width: int) -> QgsRectangle:
        return QgsRectangle(
            self.left + col * self.pixel_width,
            self.top - (row + height) * self.pixel_height,
            self.left + (col + width) * self.pixel_width,
            self.top - row * self.pixel_height,
        )


def own_grid(provider: Any, part: QgsRectangle) -> PixelGrid:
    """Find the pixels of a layer that has its own, within a part of it."""
    whole = provider.extent()
    return _cover(
        part,
        corner=(whole.xMinimum(), whole.yMaximum()),
        pixel_width=whole.width() / provider.xSize(),
        pixel_height=whole.height() / provider.ySize(),
    )


def ground_grid(
    layer: QgsRasterLayer, part: QgsRectangle, m_per_px: float, measure: QgsDistanceArea
) -> PixelGrid:
    """Choose the pixels of a layer that has none of its own.

    A map server's own pixels are taken where it has some that are fine enough, since every resampling
    blurs; all requests share one lattice, so that neighbours fit.

    Args:
        layer: Where it comes from.
        part: What to cover, in the layer's system.
        m_per_px: Side of a pixel on the ground that is asked for.
        measure: Measures lengths on the ground of the layer's system.
    """
    x_m, y_m = metres_per_unit(part.center(), measure)
    if not layer.crs().isGeographic():
        x_m = y_m = math.sqrt(x_m * y_m)
    width, height = m_per_px / x_m, m_per_px / y_m
    native = _native_size(layer, min(width, height))
    if native is not None:
        width = height = native
    whole = layer.extent()
    corner = (-180.0, 90.0) if layer.crs().isGeographic() else (whole.xMinimum(), whole.yMaximum())
    return _cover(part, corner=corner, pixel_width=width, pixel_height=height)


def metres_per_unit(place: QgsPointXY, measure: QgsDistanceArea) -> tuple[float, float]:
    """Measure one unit of a system at a place along x and along y, in metres on the ground."""
    step = 1e-4 if measure.sourceCrs().isGeographic() else 10.0
    x, y = place.x(), place.y()
    across = measure.measureLine(QgsPointXY(x - step, y), QgsPointXY(x + step, y))
    along = measure.measureLine(QgsPointXY(x, y - step), QgsPointXY(x, y + step))
    return across / (2 * step), along / (2 * step)


def _native_size(layer: QgsRasterLayer, wanted: float) -> Optional[float]:
    """Find the server's coarsest pixels that are fine enough, or its finest; None where it has no levels."""
    sizes = sorted(float(size) for size in layer.dataProvider().nativeResolutions() if size > 0)
    fine = [size for size in sizes if size <= wanted * _COARSER]
    return fine[-1] if fine else sizes[0] if sizes else None


def _cover(
    part: QgsRectangle, *, corner: tuple[float, float], pixel_width: float, pixel_height: float
) -> PixelGrid:
    left = math.floor((part.xMinimum() - corner[0]) / pixel_width + _SNAP)
    right = math.ceil((part.xMaximum() - corner[0]) / pixel_width - _SNAP)
    top = math.floor((corner[1] - part.yMaximum()) / pixel_height + _SNAP)
    bottom = math.ceil((corner[1] - part.yMinimum()) / pixel_height - _SNAP)
    return PixelGrid(
        left=corner[0] + left * pixel_width,
        top=corner[1] - top * pixel_height,
        height=max(bottom - top, 1),
        width=max(right - left, 1),
        pixel_height=pixel_height,
        pixel_width=pixel_width,
    )
