"""Coordinate reference systems: local metres, moving points between systems, true ground sizes.

Coordinates are (x, y) = (longitude, latitude) or (easting, northing) whatever axis order the system's
authority prescribes. ``None`` stands for local metres that no map knows.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from affine import Affine
from fiona import Env as FionaEnv
from fiona.errors import FionaError
from fiona.transform import transform as transform_possible_points
from numpy.typing import ArrayLike, NDArray
from rasterio import Env
from rasterio._err import CPLE_AppDefinedError, CPLE_BaseError
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError
from rasterio.warp import transform as transform_points

from engine.errors import RasterError

WGS_84 = "EPSG:4326"

_SAME_UNIT = 1e-9

_LOCAL_METRES = (
    'PROJCS["Local metres around {x:.6f}, {y:.6f}",GEOGCS["WGS 84",DATUM["WGS_1984",'
    'SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],'
    'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],'
    'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",{y:.6f}],'
    'PARAMETER["central_meridian",{x:.6f}],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],'
    'PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],'
    'AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
)


@lru_cache(maxsize=64)
def parse_crs(text: str) -> CRS:
    """Read a coordinate reference system from WKT or an authority code.

    Args:
        text: For example ``EPSG:3857``, or WKT.

    Raises:
        RasterError: The text names no system.
    """
    try:
        with Env():  # else PROJ writes its own complaint to stderr
            return CRS.from_user_input(text)
    except (CRSError, ValueError) as error:  # rasterio reads the number of a code itself
        if text == WGS_84:
            raise RasterError(
                "PROJ does not find its database of reference systems: unset PROJ_DATA and PROJ_LIB, "
                "which name that of another program, or install Plumbline again."
            ) from error
        raise RasterError(
            f"'{text[:60]}' is not a coordinate reference system: give it as EPSG:n or as WKT."
        ) from error


def is_placed(crs: Any) -> bool:
    """Tell whether a system has a known relation to the globe: geographic or projected, not a local one."""
    return crs is not None and bool(crs.is_geographic or crs.is_projected)


def check_local(crs: CRS) -> None:
    """Make sure that a system without a relation to the globe is a plane in metres.

    Raises:
        RasterError: It is a system of heights or of the Earth's centre, or in another unit.
    """
    kind = crs.to_wkt().partition("[")[0]
    unit, factor = crs.units_factor
    if kind not in {"LOCAL_CS", "ENGCRS", "ENGINEERINGCRS"}:
        raise RasterError(
            f"Its reference system ({crs.to_string()[:40]}) places nothing on a map: reproject it to a "
            "geographic or projected one."
        )
    if abs(factor - 1.0) > _SAME_UNIT:
        raise RasterError(
            f"Its local system is in units of '{unit}': convert it to metres, or georeference it."
        )


def _transform(points: NDArray[np.float64], source: CRS, target: CRS) -> NDArray[np.float64]:
    """Move (N, 2) points between two different systems; infinite where a point has no image.

    Raises:
        RasterError: The two systems have no relation.
    """
    xs, ys = points[:, 0].tolist(), points[:, 1].tolist()
    try:
        try:
            moved = transform_points(source, target, xs, ys)[:2]
        except CPLE_AppDefinedError:
            # rasterio gives up all points for one outside the projection's domain; fiona does not.
            with FionaEnv():
                moved = transform_possible_points(source.to_wkt(), target.to_wkt(), xs, ys)[:2]
    except (RasterioError, FionaError, CPLE_BaseError) as error:
        raise RasterError(
            "The coordinate reference systems have no known relation, so that nothing can be moved between "
            f"them ({' '.join(str(error).split())[:80]}): check both, or reproject the input first."
        ) from error
    return np.column_stack(moved).astype(np.float64, copy=False)


def reproject_points(
    xy: ArrayLike,
    source_crs: str | None,
    target_crs: str | None,
    *,
    near_x: float | None = None,
) -> NDArray[np.float64]:
    """Move points from one coordinate reference system to another.

    Args:
        xy: (N, 2) ground x, y in the source system.
        source_crs: WKT or authority code; None = local metres.
        target_crs: Likewise. Equal systems return the points bit by bit as they came.
        near_x: In a geographic target, longitudes are turned by whole circles to come within half a
            circle of this one, so that a place astride the antimeridian stays in one piece.

    Returns:
        (N, 2) float64 x, y in the target system; infinite where a point has no image there.

    Raises:
        RasterError: One system is unknown, only one of them is local metres, or they have no relation (as
            the Moon's to the Earth's).
    """
    points = np.array(xy, dtype=np.float64).reshape(-1, 2)
    if source_crs == target_crs or len(points) == 0:
        return points
    if source_crs is None or target_crs is None:
        raise RasterError(
            "Local metres have no relation to a coordinate reference system: georeference the raster, or "
            "keep the result in local metres."
        )
    source, target = parse_crs(source_crs), parse_crs(target_crs)
    moved = points if source == target else _transform(points, source, target)
    if near_x is None or not target.is_geographic:
        return moved
    with np.errstate(invalid="ignore"):
        turns = np.round((near_x - moved[:, 0]) / 360.0)
    moved[:, 0] += np.where(np.isfinite(turns), turns, 0.0) * 360.0
    return moved


def local_metric_crs(x: float, y: float, crs: str) -> str:
    """Make a system of true metres around a place: transverse Mercator, scale 1 at its centre, WGS 84.

    Lengths are right within 0.02 % up to 100 km from the centre, at any latitude and across the
    antimeridian.

    Args:
        x: Ground x of the place, in ``crs``.
        y: Ground y of the place, in ``crs``.
        crs: WKT or authority code of a geographic or projected system.

    Returns:
        WKT of the local system.

    Raises:
        RasterError: The place has no longitude and latitude.
    """
    longitude_deg, latitude_deg = reproject_points([(x, y)], crs, WGS_84)[0]
    if not (np.isfinite(longitude_deg) and abs(latitude_deg) <= 90.0):
        raise RasterError(
            f"The place ({x:g}, {y:g}) has no longitude and latitude in its coordinate reference system: "
            "check the raster's georeference."
        )
    longitude_deg = (longitude_deg + 180.0) % 360.0 - 180.0
    return _LOCAL_METRES.format(x=longitude_deg, y=latitude_deg)


def ground_size_m(transform: Affine, crs: str | None, row: float, col: float) -> tuple[float, float]:
    """Measure one pixel on the ground.

    Args:
        transform: (col, row) to (x, y) of the grid.
        crs: WKT or authority code; None = local metres.
        row: Pixel coordinate of the place where to measure.
        col: Likewise.

    Returns:
        Height and width in metres: one step along the rows' numbers and one along the columns'.

    Raises:
        RasterError: The place has no longitude and latitude.
    """
    steps = np.array([(row - 0.5, col), (row + 0.5, col), (row, col - 0.5), (row, col + 0.5), (row, col)])
    x = transform.a * steps[:, 1] + transform.b * steps[:, 0] + transform.c
    y = transform.d * steps[:, 1] + transform.e * steps[:, 0] + transform.f
    xy = np.column_stack([x, y])
    if crs is not None:
        xy = reproject_points(xy, crs, local_metric_crs(float(x[4]), float(y[4]), crs))
    height_m, width_m = np.hypot(*(xy[1] - xy[0])), np.hypot(*(xy[3] - xy[2]))
    return float(height_m), float(width_m)
