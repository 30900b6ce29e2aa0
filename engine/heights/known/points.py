"""Points whose heights somebody measured, and what is estimated for them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.errors import VectorError
from engine.heights.buildings.standing import SeenGround
from engine.heights.flow import feature_positions
from engine.heights.seen_raster import SeenRaster
from engine.raster.crs import reproject_points
from engine.vector.source import POINTS, VectorLayer

_NEAR_PX, _NEAR_M = 1.5, 1.0
"""How far around a point heights are looked up: the larger of the two."""

_MOST = 1e6
"""Larger numbers stand for what is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownPoints:
    """Things on the ground with known heights.

    Attributes:
        places: (N, 2) row, col on the ground, in pixels of a raster of heights; NaN where none.
        height_m: (N,) metres; NaN where unknown.
        radius_px: How far around a place its height is looked up.
    """

    places: NDArray[np.float64]
    height_m: NDArray[np.float64]
    radius_px: float

    def estimates(self, seen: SeenGround, *, own: bool) -> NDArray[np.float64]:
        """Look up the median of what is estimated for each.

        Args:
            seen: The estimated heights and their view.
            own: Whether each pixel's own estimate says where on the ground it stands; else the image is read
                where it shows the known height.

        Returns:
            (N,) metres; NaN where unknown.

        Raises:
            RasterError: The file cannot be read.
        """
        places = self.places if own else feature_positions(self.places, self.height_m, seen.pose)
        known = np.isfinite(places[:, 0]) & np.isfinite(places[:, 1])
        zones = shapely.buffer(shapely.points(np.where(known[:, None], places, 0.0)[:, ::-1]), self.radius_px)
        zones[~known] = shapely.Polygon()
        return (seen.standing(zones) if own else seen.shown(zones)).median_m


def _number(value: Any) -> float:
    """Read an attribute; NaN where it is no number, or none that is a height in any unit."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
    return number if abs(number) <= _MOST else float("nan")


def check_field(layer: VectorLayer, field: str) -> None:
    """Make sure that points have an attribute.

    Raises:
        VectorError: They have not.
    """
    if field not in layer.fields:
        has = ", ".join(layer.fields) or "none at all"
        raise VectorError(
            f"{layer.path} has no attribute '{field}', but {has}: name the one that holds heights in metres."
        )


def read_known_points(layer: VectorLayer, field: str, raster: SeenRaster) -> KnownPoints:
    """Read points and their heights; several points of one feature share its height.

    Args:
        layer: Of points.
        field: Attribute that holds the heights; a text that is a number counts as one.
        raster: In whose pixels the points are wanted.

    Raises:
        VectorError: There is no such attribute, a feature is no point, or only one of layer and raster has a
            reference system.
        RasterError: The systems have no relation.
    """
    check_field(layer, field)
    if (layer.crs is None) != (raster.grid.crs is None):
        without = layer.path if layer.crs is None else raster.name
        raise VectorError(f"{without} has no coordinate reference system, but the other has one: assign it.")
    xy: list[tuple[float, ...]] = []
    heights: list[float] = []
    for feature in layer.read():
        for point in _points(feature, layer.path):
            xy.append(point)
            heights.append(_number(feature.properties[field]))
    points = np.array(xy, dtype=np.float64).reshape(-1, 2)
    plane = raster.plane
    ground = reproject_points(points, layer.crs, plane.crs, near_x=plane.centre[0])
    radius_px = max(_NEAR_PX, _NEAR_M / plane.m_per_px)
    return KnownPoints(plane.to_pixels(ground), np.array(heights), radius_px)


def _points(feature: Any, path: str) -> list[tuple[float, ...]]:
    """Return the points of a feature, as x and y; none where it has no geometry."""
    if feature.geometry is None:
        return []
    kind, coordinates = feature.geometry.type, feature.geometry.coordinates
    if kind not in POINTS:
        raise VectorError(
            f"Feature {feature.id} of {path} is a {kind}, where a point is needed: give a layer of points "
            "only."
        )
    return [tuple(point[:2]) for point in ([coordinates] if kind == "Point" else coordinates)]
