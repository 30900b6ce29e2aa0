"""How an image is seen: the direction and the length by which things lean, as one value.

Over the few kilometres of an image the view is a parallel projection: every metre of height moves a thing
by the same vector v. With positions p = (row, col), rows growing downwards:

    v = scale · (cos θ, sin θ)          pixels per metre of height
    ground = feature + height · v       the *flow* points from what is seen to its place on the ground

θ = 0 points down the image (+row) and grows counter-clockwise as seen on the screen: θ = 90° points right
(+col). Tall things lean the other way, along −v. (The convention of the Overhead Geopose benchmark, with
metres for its centimetres.)

One rule gives every change of an image: where pixels move as p → A p + t, the ground rule moves along,
A (feature + h · v) + t = (A feature + t) + h · A v, so v becomes A v. The offset t has no influence: a crop
or a border leaves the pose as it is.

The view of a map-projected raster, whose pixels lie where the ground at height zero is, follows from its
grid: the lean is tan(off-nadir) metres along the ground for each metre of height. In raw sensor geometry,
which no geotransform describes, pixels are laid out across the line of sight instead, and the lean is near
sin z / (m_per_px · √cos z); such images need a pose of their own, from a network or from the sensor's model.
"""

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, inf, isfinite, pi, radians, remainder, sin, tan, tau
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import RasterError
from engine.raster.crs import local_metric_crs, reproject_points
from engine.raster.grid import Grid

Vector = NDArray[np.float64]
"""(2,) a displacement: row, col."""

LEFT_RIGHT = ((1.0, 0.0), (0.0, -1.0))
"""Linear part of mirroring an image so that left becomes right."""

UP_DOWN = ((-1.0, 0.0), (0.0, 1.0))
"""Linear part of mirroring an image so that up becomes down."""

TRANSPOSE = ((0.0, 1.0), (1.0, 0.0))
"""Exchanging rows and columns."""

_OPPOSED = 1e-9
"""Length, as a share of the sum of lengths, below which directions cancel and their sum is rounding."""

_FLAT_M2 = 1e-6
"""Σh² of a single pixel one millimetre high: less tells nothing about the scale."""


def wrap_angle(angle_rad: float) -> float:
    """Return the same direction as an angle in (−π, π]."""
    wrapped = remainder(angle_rad, tau)
    return pi if wrapped == -pi else wrapped


def angle_difference(to_rad: float, from_rad: float) -> float:
    """Return the shortest turn from one direction to another, in (−π, π]; counter-clockwise is positive."""
    return wrap_angle(to_rad - from_rad)


def turn(angle_rad: float) -> NDArray[np.float64]:
    """Return the linear part of turning an image counter-clockwise, as seen on the screen.

    Args:
        angle_rad: By how much; a quarter turn moves the right edge to the top, as ``np.rot90`` does.

    Returns:
        (2, 2) matrix for (row, col) column vectors.
    """
    return np.array([[cos(angle_rad), -sin(angle_rad)], [sin(angle_rad), cos(angle_rad)]])


def mean_direction(directions: ArrayLike, weights: ArrayLike | None = None) -> Vector | None:
    """Return the weighted mean direction, as a unit vector.

    Angles have no mean: that of 179° and −179° is 180°, not 0°. Vectors have one.

    Args:
        directions: (N, 2) row, col; longer vectors count more, so give unit vectors and weights.
        weights: (N,) at least 0; equal where absent.

    Returns:
        (2,) unit vector row, col; None where the directions cancel or weigh nothing.
    """
    vectors = np.asarray(directions, dtype=np.float64).reshape(-1, 2)
    if weights is not None:
        vectors = vectors * np.asarray(weights, dtype=np.float64).reshape(-1, 1)
    total = vectors.sum(axis=0)
    length = hypot(*total.tolist())
    if not length > _OPPOSED * np.hypot(*vectors.T).sum():
        return None
    mean: Vector = total / length
    return mean


@dataclass(frozen=True, slots=True)
class ScaleSums:
    """Sums from which the scale follows by least squares through the origin, over any number of tiles.

    The scale s minimises Σ (magnitude − s · height)², hence s = Σhm / Σh². Sums of tiles add up, so pooling
    them gives the scale of the whole scene, which the mean of the tiles' scales is not.

    Attributes:
        hm: Σ height · magnitude, in m · px.
        hh: Σ height², in m².
    """

    hm: float = 0.0
    hh: float = 0.0

    @classmethod
    def of(cls, height_m: ArrayLike, magnitude_px: ArrayLike) -> Self:
        """Sum up one tile, in double precision.

        Args:
            height_m: Heights above ground, any shape; NaN where unknown.
            magnitude_px: Lengths of the flow, same shape; NaN where unknown.
        """
        height = np.asarray(height_m, dtype=np.float64).ravel()
        magnitude = np.asarray(magnitude_px, dtype=np.float64).ravel()
        known = np.isfinite(height) & np.isfinite(magnitude)
        height = height[known]
        return cls(float(height @ magnitude[known]), float(height @ height))

    def plus(self, other: "ScaleSums") -> "ScaleSums":
        """Return the sums over both."""
        return ScaleSums(self.hm + other.hm, self.hh + other.hh)

    def slope(self) -> float | None:
        """Return the scale in px/m; None where all is flat, so that nothing leans and nothing is known.

        It is negative where the magnitudes mostly are: a network's may be.
        """
        return None if self.hh < _FLAT_M2 else self.hm / self.hh

    def benchmark_slope(self) -> float:
        """Return the scale as the Overhead Geopose benchmark does: pulled towards 0 by 0.01 m² in Σh².

        Only for numbers that are compared with the benchmark's: the result depends on how many pixels
        were summed, and flat tiles have scale 0.
        """
        return self.hm / (self.hh + 0.01)


@dataclass(frozen=True, slots=True)
class Pose:
    """How far and where things move in the image for each metre of their height.

    Attributes:
        angle_rad: Direction θ of the flow: 0 points down (+row), growing counter-clockwise. Any number of
            whole turns may come in; the methods return angles in (−π, π].
        scale_px_per_m: Length of the flow per metre of height, at least 0; 0 in a view from nadir, where
            the angle is without effect.
    """

    angle_rad: float
    scale_px_per_m: float

    def __post_init__(self) -> None:
        if not (isfinite(self.angle_rad) and 0.0 <= self.scale_px_per_m < inf):
            raise RasterError(
                f"A view with angle {self.angle_rad} rad and scale {self.scale_px_per_m} px/m cannot be: the "
                "angle must be a number, and the scale a number of at least 0."
            )

    @property
    def direction(self) -> Vector:
        """(2,) unit vector row, col: where the flow points."""
        return np.array([cos(self.angle_rad), sin(self.angle_rad)])

    @property
    def flow_px_per_m(self) -> Vector:
        """(2,) flow of one metre of height: row, col."""
        return self.scale_px_per_m * self.direction

    @classmethod
    def from_flow(cls, flow_px_per_m: ArrayLike) -> Self:
        """Make the pose of a flow vector; of the zero vector, a view from nadir with angle 0.

        Args:
            flow_px_per_m: (2,) row, col, from a feature one metre high to its ground position.
        """
        row, col = np.asarray(flow_px_per_m, dtype=np.float64).tolist()
        return cls(wrap_angle(atan2(col, row)), hypot(row, col))

    def transformed(self, linear: ArrayLike) -> "Pose":
        """Return the pose of an image whose pixels were moved: the one rule, v → A v.

        Args:
            linear: (2, 2) A, the linear part of the map of positions, for (row, col) column vectors.

        Raises:
            RasterError: The map takes all length from the flow.
        """
        # The direction moves rather than the flow, so that a view from nadir keeps its angle.
        matrix = np.asarray(linear, dtype=np.float64)
        moved = Pose.from_flow(matrix @ self.direction)
        if moved.scale_px_per_m == 0.0:
            raise RasterError(f"Pixels moved by {matrix.tolist()} fall onto a line: use another map.")
        return Pose(moved.angle_rad, moved.scale_px_per_m * self.scale_px_per_m)

    def rescaled(self, zoom: float, zoom_cols: float | None = None) -> "Pose":
        """Return the pose of an enlarged (> 1) or reduced image: the scale is multiplied by the zoom.

        Args:
            zoom: New rows per old row, and columns likewise unless given; half resolution is 0.5.
            zoom_cols: New columns per old column, where pixels change their shape.
        """
        return self.transformed(np.diag([zoom, zoom if zoom_cols is None else zoom_cols]))

    def rotated(self, angle_rad: float) -> "Pose":
        """Return the pose of an image turned counter-clockwise on the screen: θ grows by the angle."""
        return self.transformed(turn(angle_rad))

    def flipped_left_right(self) -> "Pose":
        """Return the pose of the image mirrored so that left becomes right."""
        return self.transformed(LEFT_RIGHT)

    def flipped_up_down(self) -> "Pose":
        """Return the pose of the image mirrored so that up becomes down."""
        return self.transformed(UP_DOWN)

    def transposed(self) -> "Pose":
        """Return the pose of the image whose rows and columns were exchanged."""
        return self.transformed(TRANSPOSE)

    @classmethod
    def from_view(cls, azimuth_deg: float, off_nadir_deg: float, grid: Grid) -> Self:
        """Make the pose of a map-projected raster from where its sensor stood.

        Seen from above, tall things lean away from the sensor, and the flow points from them towards it.

        Args:
            azimuth_deg: Direction from the target on the ground to the sensor, clockwise from true north (up
                in local metres): an IMD file's ``meanSatAz``. Not the direction in which the sensor
                looks, which is 180° away and which some catalogues give.
            off_nadir_deg: Angle at the target between the vertical and the line to the sensor, at least 0
                and below 90: 90° − ``meanSatEl``. The angle at the satellite
                (``meanOffNadirViewAngle``) is smaller, as the Earth is round: from 617 km up, 25.0° there is
                27.6° at the target.
            grid: Where the pixels lie; rotated, mirrored, sheared, not square or in degrees alike. The pose
                is that of its centre.

        Raises:
            RasterError: The angles are impossible, or the grid's centre has no north.
        """
        if not (isfinite(azimuth_deg) and 0.0 <= off_nadir_deg < 90.0):
            raise RasterError(
                f"A view from azimuth {azimuth_deg}° and {off_nadir_deg}° off nadir cannot be: the azimuth "
                "must be a number, and the angle off nadir at least 0° and below 90°."
            )
        azimuth_rad = radians(azimuth_deg)
        towards_sensor = np.array([sin(azimuth_rad), cos(azimuth_rad)])
        one_metre = cls.from_flow(np.linalg.solve(_ground_steps_m(grid), towards_sensor))
        return cls(one_metre.angle_rad, one_metre.scale_px_per_m * tan(radians(off_nadir_deg)))


def view_of(pose: Pose, grid: Grid) -> tuple[float, float]:
    """Find where the sensor of a map-projected raster stood: the inverse of ``Pose.from_view``.

    Args:
        pose: How the raster is seen.
        grid: Where its pixels lie.

    Returns:
        Azimuth in degrees from 0 to below 360, clockwise from true north, from the target to the sensor; and
        the angle off nadir at the target in degrees, at least 0 and below 90.

    Raises:
        RasterError: The grid's centre has no north.
    """
    east, north = (_ground_steps_m(grid) @ pose.direction).tolist()
    lean = hypot(east, north) * pose.scale_px_per_m
    # A tiny negative angle would come out of the remainder as 360 itself.
    return degrees(atan2(east, north)) % 360.0 % 360.0, degrees(atan(lean))


def _ground_steps_m(grid: Grid) -> NDArray[np.float64]:
    """Return the metres east and north (rows) of one row and one column (columns), at the grid's centre."""
    if grid.crs is None:
        here = grid.transform
        return np.array([[here.b, here.a], [here.e, here.d]])
    row, col = grid.height / 2, grid.width / 2
    around = grid.to_ground([(row - 0.5, col), (row + 0.5, col), (row, col - 0.5), (row, col + 0.5)])
    xy = reproject_points(around, grid.crs, local_metric_crs(*grid.centre, grid.crs))
    steps = np.column_stack([xy[1] - xy[0], xy[3] - xy[2]])
    if not (np.isfinite(steps).all() and np.linalg.det(steps) != 0.0):
        raise RasterError(
            f"North has no direction at the raster's centre {grid.centre}: give its view as angle and scale "
            "in pixels, or cut it so that the pole is not in the middle."
        )
    return steps
