"""Road graphs moved between pixels and the ground, and measured there."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.frames import XY, RowCol
from engine.raster.crs import is_placed, local_metric_crs, parse_crs, reproject_points
from engine.raster.grid import Grid
from engine.roads.graph import RoadGraph

METRE_DECIMALS = 3
"""Coordinates in metres (or feet) are rounded to a thousandth."""

DEGREE_DECIMALS = 8
"""Coordinates in degrees are rounded to 1e-8, which is 1.1 mm on the ground."""

_CHECK = "check that the coordinates are in the reference system that the file names."


def _attributes(graph: RoadGraph[Any]) -> dict[str, Any]:
    return {field.name: getattr(graph, field.name) for field in fields(graph) if field.name != "vertices"}


def move_points(
    xy: NDArray[np.float64], source_crs: str | None, target_crs: str | None, *, near_x: float | None = None
) -> NDArray[np.float64]:
    """Move ground points between reference systems; every one must arrive.

    Args:
        xy: (N, 2) x, y.
        source_crs: WKT or authority code; None = local metres.
        target_crs: Likewise.
        near_x: As in ``reproject_points``.

    Returns:
        (N, 2) float64 x, y, finite.

    Raises:
        GraphError: A point has no place in ``target_crs``.
        RasterError: A reference system is unknown, or the two have no relation.
    """
    moved = reproject_points(xy, source_crs, target_crs, near_x=near_x)
    lost = int((~np.isfinite(moved)).any(axis=1).sum())
    if lost:
        raise GraphError(f"{lost} of {len(moved)} road vertices have no place in the wanted system: {_CHECK}")
    return moved


def coordinate_decimals(crs: str | None) -> int:
    """Return how many decimals coordinates keep in a reference system (WKT or code; None = metres)."""
    return DEGREE_DECIMALS if crs is not None and parse_crs(crs).is_geographic else METRE_DECIMALS


def measure_m(xy: NDArray[np.float64], crs: str | None) -> NDArray[np.float64]:
    """Move ground points to a plane of true metres around their middle, to measure lengths there.

    Args:
        xy: (N, 2) x, y in ``crs``.
        crs: WKT or authority code; None = the points are in metres already.

    Returns:
        (N, 2) float64 metres.

    Raises:
        GraphError: A point does not lie on the globe.
        RasterError: The system is unknown.
    """
    if crs is None or not len(xy) or not is_placed(parse_crs(crs)):
        return xy
    x, y = ((xy.min(axis=0) + xy.max(axis=0)) / 2).tolist()
    return move_points(xy, crs, local_metric_crs(x, y, crs))


def to_ground(
    graph: RoadGraph[RowCol], grid: Grid, *, crs: str | None, near_x: float | None = None
) -> RoadGraph[XY]:
    """Move a pixel graph to the ground.

    Args:
        graph: In pixels of ``grid``, corner frame.
        grid: Where the pixels lie.
        crs: WKT or authority code of the result; None = local metres, as the grid's.
        near_x: In degrees, longitudes come within half a circle of this one, so that a place astride
            the antimeridian stays in one piece.

    Raises:
        GraphError: A vertex has no place in ``crs``.
        RasterError: A reference system is unknown, or only one of the two is local metres.
    """
    moved = move_points(grid.to_ground(graph.vertices), grid.crs, crs, near_x=near_x)
    return RoadGraph(vertices=moved, **_attributes(graph))


def to_pixels(graph: RoadGraph[XY], grid: Grid, *, crs: str | None) -> RoadGraph[RowCol]:
    """Move a ground graph to the pixels of a grid: the inverse of ``to_ground``.

    Args:
        graph: In ``crs``.
        grid: The grid of the result; vertices may lie outside it.
        crs: WKT or authority code of the graph; None = local metres, as the grid's.

    Raises:
        GraphError: A vertex has no place in the grid's reference system.
        RasterError: A reference system is unknown, or only one of the two is local metres.
    """
    moved = move_points(graph.vertices, crs, grid.crs, near_x=grid.centre[0])
    return RoadGraph(vertices=grid.to_pixels(moved), **_attributes(graph))


def reproject(graph: RoadGraph[XY], source_crs: str | None, target_crs: str | None) -> RoadGraph[XY]:
    """Move a ground graph to another reference system.

    Args:
        graph: In ``source_crs``.
        source_crs: WKT or authority code; None = local metres.
        target_crs: Likewise.

    Raises:
        GraphError: A vertex has no place in ``target_crs``.
        RasterError: A reference system is unknown, or only one of the two is local metres.
    """
    moved = move_points(graph.vertices, source_crs, target_crs)
    return RoadGraph(vertices=moved, **_attributes(graph))
