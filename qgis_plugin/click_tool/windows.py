"""Where to extract: a square of true metres round a click, or a rectangle of the map, in a raster's CRS."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)

from ..input_raster import pixel_grid
from ..translation import tr

_WGS84 = "EPSG:7030"


class NoSuchPlace(Exception):  # noqa: N818 - a fact about the click rather than a fault
    """There is nothing to extract there; the message says why and what to do."""


@dataclass(frozen=True)
class GroundWindow:
    """A part of a raster.

    Attributes:
        rectangle: x, y in units of ``crs``.
        crs: Of the raster.
    """

    rectangle: QgsRectangle
    crs: QgsCoordinateReferenceSystem


def ruler(crs: QgsCoordinateReferenceSystem) -> QgsDistanceArea:
    """Return what measures true metres along geometries of a CRS, also in degrees or Web Mercator."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsProject.instance().transformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or _WGS84)
    return measure


def metres_per_unit(crs: QgsCoordinateReferenceSystem, at: QgsPointXY) -> tuple[float, float]:
    """Return the true length of one unit of x and of one unit of y, metres.

    Args:
        crs: A system of coordinates on a planet.
        at: Where, in units of the CRS.

    Raises:
        NoSuchPlace: The system has no ground there.
    """
    try:
        x_m, y_m = pixel_grid.metres_per_unit(at, ruler(crs))
    except QgsCsException:
        x_m = y_m = 0.0
    if not (0 < x_m < math.inf and 0 < y_m < math.inf):
        raise NoSuchPlace(tr("There is no ground at this place of {}.").format(crs.authid()))
    return x_m, y_m


def _into(
    crs: QgsCoordinateReferenceSystem, rectangle: QgsRectangle, source: QgsCoordinateReferenceSystem
) -> QgsRectangle:
    transform = QgsCoordinateTransform(source, crs, QgsProject.instance())
    try:
        return transform.transformBoundingBox(rectangle)
    except QgsCsException:
        raise NoSuchPlace(tr("This place of the map is not in the CRS of the raster.")) from None


def _inside(rectangle: QgsRectangle, raster: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> GroundWindow:
    common = rectangle.intersect(raster)
    if common.isEmpty():
        raise NoSuchPlace(tr("The raster does not reach here: click inside it, or choose another raster."))
    return GroundWindow(common, crs)


def window_around(
    point: QgsPointXY,
    point_crs: QgsCoordinateReferenceSystem,
    size_m: float,
    *,
    crs: QgsCoordinateReferenceSystem,
    raster: QgsRectangle,
) -> GroundWindow:
    """Return the square round a click, as far as the raster reaches.

    Args:
        point: Where the user clicked.
        point_crs: System of the point.
        size_m: Side of the square on the ground.
        crs: System of the raster.
        raster: Where the raster lies, in its system.

    Raises:
        NoSuchPlace: The click is outside the raster.
    """
    try:
        centre = QgsCoordinateTransform(point_crs, crs, QgsProject.instance()).transform(point)
    except QgsCsException:
        raise NoSuchPlace(tr("This place of the map is not in the CRS of the raster.")) from None
    if not raster.contains(centre):
        raise NoSuchPlace(tr("The raster does not reach here: click inside it, or choose another raster."))
    x_m, y_m = metres_per_unit(crs, centre)
    square = QgsRectangle.fromCenterAndSize(centre, size_m / x_m, size_m / y_m)
    return _inside(square, raster, crs)


def window_of(
    rectangle: QgsRectangle,
    rectangle_crs: QgsCoordinateReferenceSystem,
    *,
    crs: QgsCoordinateReferenceSystem,
    raster: QgsRectangle,
) -> GroundWindow:
    """Return a rectangle of the map in the raster's CRS, as far as the raster reaches.

    Args:
        rectangle: Such as what the canvas shows.
        rectangle_crs: System of the rectangle.
        crs: System of the raster.
        raster: Where the raster lies, in its system.

    Raises:
        NoSuchPlace: The raster lies elsewhere.
    """
    return _inside(_into(crs, rectangle, rectangle_crs), raster, crs)
