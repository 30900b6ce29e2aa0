"""Polygons of features: read whatever their kind, and written as one kind."""

from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape

from engine.errors import VectorError
from engine.vector.source import POLYGONS


def read_polygon(feature: Any, path: str) -> shapely.Geometry | None:
    """Read the polygon of a feature, of one or of several parts; None where it has no geometry.

    Args:
        feature: As fiona reads it.
        path: Its file, for messages.

    Raises:
        VectorError: It has another geometry, a ring of too few points, or an infinite coordinate.
    """
    if feature.geometry is None:
        return None
    kind = feature.geometry.type
    if kind not in POLYGONS:
        raise VectorError(
            f"Feature {feature.id} of {path} is a {kind}, where a polygon is needed: give a layer of "
            "polygons only."
        )
    try:
        polygon = shape(feature.geometry)
    except (ShapelyError, ValueError, IndexError) as error:
        raise VectorError(
            f"Feature {feature.id} of {path} has a ring of too few points: repair the layer (Fix geometries)."
        ) from error
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        raise VectorError(
            f"Feature {feature.id} of {path} has a coordinate that is no number: repair or remove it."
        )
    return polygon


def as_multipolygon(polygon: shapely.Geometry | None) -> dict[str, Any] | None:
    """Describe a polygon as one of many, as GeoJSON does: one kind of geometry serves a whole layer."""
    if polygon is None:
        return None
    described: dict[str, Any] = mapping(polygon)
    if described["type"] == "Polygon":
        return {"type": "MultiPolygon", "coordinates": [described["coordinates"]]}
    return described


def written_kind(declared: str) -> str:
    """Choose the kind of geometry of a layer of such polygons, flat or with heights as what was read.

    Args:
        declared: Kind of the layer that they were read from.
    """
    if declared.removeprefix("3D ") not in POLYGONS:
        return "Unknown"
    return "3D MultiPolygon" if declared.startswith("3D ") else "MultiPolygon"
