"""The view in a sensor's rational polynomials (RPC), with which many satellite images come.

They map longitude, latitude and height above the ellipsoid to the pixels of the image as it was taken, so
that both the lean and the line of sight are derivatives. At a place, let J hold the pixels per metre east and
north and d the pixels per metre up (rows row, col). A feature one metre high is imaged at d from its ground
position: the flow is −d. A pixel sees the points along its line of sight, J s + d = 0: s = −J⁻¹ d metres
along the ground per metre up lead to the sensor, whose azimuth is the direction of s and whose tan(off-nadir)
is its length.

GDAL evaluates the polynomials, and finds them in tags and side files of all usual names.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import atan, atan2, degrees, hypot
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio import Env
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError, TransformWarning
from rasterio.rpc import RPC
from rasterio.transform import RPCTransformer

from engine.errors import RasterError
from engine.heights.pose import Pose
from engine.heights.view_metadata.finding import Finding, UnusableError, checked_view
from engine.raster.crs import WGS_84, is_placed, local_metric_crs, reproject_points

_STEP_M = 20.0
"""Half the distance over which is derived: views bend over hundreds of kilometres, 40 m are many pixels."""

_REACH = 1.5
"""In units of the polynomials' own scales, how far from their middle they are believed."""

_ITERATION = {"RPC_PIXEL_ERROR_THRESHOLD": "0.001", "RPC_MAX_ITERATIONS": "50"}

_GDAL_ERRORS = (RasterioError, CPLE_BaseError, TransformWarning, RasterError, ValueError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class SensorGeometry:
    """How a sensor's model sees one place.

    Attributes:
        pose: Of the pixels of the image as it was taken.
        azimuth_deg: From the target to the sensor, clockwise from true north, 0 to below 360.
        off_nadir_deg: At the target.
        m_per_px: Ground size of a pixel there: the root of its area.
    """

    pose: Pose
    azimuth_deg: float
    off_nadir_deg: float
    m_per_px: float


@contextmanager
def _evaluated(rpcs: RPC) -> Iterator[RPCTransformer]:
    """Let GDAL evaluate polynomials; a point without an image is an error."""
    with warnings.catch_warnings(), Env(), RPCTransformer(rpcs, **_ITERATION) as model:
        warnings.simplefilter("error", TransformWarning)
        yield model


def _positions(rpcs: RPC, lonlath: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project (N, 3) longitude, latitude, height to (N, 2) row, col in the corner frame."""
    with _evaluated(rpcs) as model:
        rows, cols = model.rowcol(*lonlath.T, op=np.positive)
    return np.column_stack([rows, cols])


def _place_of(rpcs: RPC, rowcol: tuple[float, float]) -> tuple[float, float]:
    """Find longitude and latitude of a pixel position at the model's middle height."""
    with _evaluated(rpcs) as model:
        x, y = model.xy(*rowcol, zs=rpcs.height_off, offset="ul")
    return float(x), float(y)


def _derive(rpcs: RPC, place: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return J, (2, 2) row, col per metre east, north; and d, (2,) row, col per metre up."""
    local = local_metric_crs(*place, WGS_84)
    steps = np.array([(_STEP_M, 0), (-_STEP_M, 0), (0, _STEP_M), (0, -_STEP_M), (0, 0), (0, 0)])
    heights = rpcs.height_off + np.array([0, 0, 0, 0, _STEP_M, -_STEP_M])
    lonlat = reproject_points(steps, local, WGS_84, near_x=rpcs.long_off)
    at = _positions(rpcs, np.column_stack([lonlat, heights]))
    east, north, up = (at[0::2] - at[1::2]) / (2.0 * _STEP_M)
    return np.column_stack([east, north]), up


def _believable(rpcs: RPC, place: tuple[float, float]) -> bool:
    longitude_off = (place[0] - rpcs.long_off + 180.0) % 360.0 - 180.0
    latitude_off = place[1] - rpcs.lat_off
    # False for NaN and infinity too.
    return bool(
        abs(longitude_off) <= _REACH * abs(rpcs.long_scale)
        and abs(latitude_off) <= _REACH * abs(rpcs.lat_scale)
    )


def sensor_geometry(rpcs: RPC, place: tuple[float, float]) -> SensorGeometry:
    """Find how a place is seen.

    Args:
        rpcs: Rational polynomials.
        place: Longitude and latitude in degrees. Its height is taken as the middle one of the model, which
            moves the place along the line of sight: by 0.1° of the view for each kilometre, at most.

    Raises:
        UnusableError: The polynomials are not those of a camera at this place.
    """
    if not _believable(rpcs, place):
        raise UnusableError(f"does not reach the place {place[0]:.5f}, {place[1]:.5f}")
    try:
        pixels, up = _derive(rpcs, place)
        towards_sensor = -np.linalg.solve(pixels, up)
    except (*_GDAL_ERRORS, np.linalg.LinAlgError) as error:
        raise UnusableError(f"cannot be evaluated ({error})") from error
    if not (np.isfinite(pixels).all() and np.isfinite(towards_sensor).all()):
        raise UnusableError("gives no numbers")
    east, north = towards_sensor.tolist()
    return SensorGeometry(
        pose=Pose.from_flow(-up),
        azimuth_deg=degrees(atan2(east, north)) % 360.0 % 360.0,
        off_nadir_deg=degrees(atan(hypot(east, north))),
        m_per_px=float(abs(np.linalg.det(pixels)) ** -0.5),
    )


def image_geometry(rpcs: RPC, height: int, width: int) -> SensorGeometry:
    """Find how the middle of an image in raw sensor geometry is seen.

    Args:
        rpcs: Rational polynomials of this image's own pixels.
        height: Rows.
        width: Columns.

    Raises:
        UnusableError: The polynomials are not those of a camera that took such an image.
    """
    try:
        place = _place_of(rpcs, (height / 2.0, width / 2.0))
    except _GDAL_ERRORS as error:
        raise UnusableError(f"cannot be evaluated ({error})") from error
    return sensor_geometry(rpcs, place)


def read_rpc(dataset: Any, name: str) -> Finding:
    """Find the view in the rational polynomials of a raster.

    Args:
        dataset: Open rasterio dataset.
        name: Of the raster, for messages.

    Returns:
        The view at the raster's middle. Where the raster has no map projection, so that the polynomials are
        those of its own pixels, with the pose; a map-projected one may carry those of the image that it
        was made from, which tell the angles only.
    """
    source = f"RPC of {name}"
    try:
        rpcs = dataset.rpcs
    except (*_GDAL_ERRORS, KeyError) as error:
        return Finding.nothing(f"{source} cannot be read ({error}): it is not used.")
    if rpcs is None:
        return Finding()
    on_map = is_georeferenced(dataset)
    try:
        if on_map:
            x, y = dataset.transform @ (dataset.width / 2.0, dataset.height / 2.0)
            place = reproject_points([(x, y)], dataset.crs.to_wkt(), WGS_84, near_x=rpcs.long_off)[0]
            seen = sensor_geometry(rpcs, (float(place[0]), float(place[1])))
        else:
            seen = image_geometry(rpcs, dataset.height, dataset.width)
    except (UnusableError, RasterError) as error:
        return Finding.nothing(f"{source} {error}: it is not used.")
    finding = checked_view(seen.azimuth_deg, seen.off_nadir_deg, source)
    if finding.view is None or not finding.view.whole:
        return Finding(None, finding.notes)
    return finding if on_map else Finding(replace(finding.view, pose=seen.pose), finding.notes)


def is_georeferenced(dataset: Any) -> bool:
    """Tell whether a raster's pixels lie on a map."""
    return is_placed(dataset.crs) and dataset.transform != Affine.identity()
