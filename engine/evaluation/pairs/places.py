"""Where graphs lie on the globe, in longitude and latitude and in words."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError, GraphError
from engine.evaluation.pairs.road_files import RoadFile
from engine.raster.crs import WGS_84
from engine.raster.grid import Grid
from engine.roads.georeference import move_points

_FAR_DEG = 3.0
"""Graphs farther apart than this are in different places: a plane would not hold both."""


def near_longitude(longitudes: Any, middle: float) -> Any:
    """Turn longitudes by whole circles to within half a circle of one."""
    return longitudes - 360.0 * np.round((longitudes - middle) / 360.0)


def in_degrees(roads: RoadFile, raster: Grid | None) -> NDArray[np.float64]:
    """Return longitude and latitude of the vertices (V, 2), in one piece."""
    vertices, crs = roads.file.graph.vertices, roads.file.crs
    if roads.file.frame == "pixel":
        if raster is None:
            raise GraphError(
                f"{roads.path} is in pixels and the other file in a reference system: name the georeferenced "
                "image that the pixels belong to (--image)."
            )
        vertices, crs = raster.to_ground(vertices), raster.crs
    try:
        degrees = move_points(vertices, crs, WGS_84)
    except EngineError as error:
        raise type(error)(f"{roads.path}: {error}") from error
    if len(degrees):
        degrees[:, 0] = near_longitude(degrees[:, 0], float(degrees[0, 0]))
    if np.abs(degrees[:, 1]).max(initial=0.0) > 90.0:
        raise GraphError(
            f"{roads.path} has latitudes beyond 90°: its coordinates are not in the reference system that it "
            "names, repair the file."
        )
    return degrees


def in_words(degrees: NDArray[np.float64]) -> str:
    """Name a place by its longitude and latitude."""
    return f"longitude {near_longitude(degrees[0], 0.0):.4f}°, latitude {degrees[1]:.4f}°"


def no_overlap(truth: str, predicted: str) -> str:
    """Say that two graphs are in different places, given in words."""
    return (
        f"The prediction lies elsewhere than the truth: around {predicted}, the truth around {truth}. Check "
        "the reference systems, where pixels are counted from, and that --image is the raster they belong to."
    )


def check_near(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> None:
    """Refuse graphs on different parts of the globe.

    Args:
        truth: (V, 2) longitudes and latitudes.
        predicted: Likewise.
    """
    if not (len(truth) and len(predicted)):
        return
    low, high = truth.min(axis=0), truth.max(axis=0)
    there = predicted.copy()
    there[:, 0] += float(near_longitude(there[:, 0].mean(), float(truth[:, 0].mean())) - there[:, 0].mean())
    gap = np.maximum(there.min(axis=0) - high, low - there.max(axis=0)).max()
    if gap > _FAR_DEG:
        raise GraphError(no_overlap(in_words((low + high) / 2), in_words(predicted.mean(axis=0))))
