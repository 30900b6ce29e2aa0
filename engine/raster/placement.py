"""Where a raster lies on the ground, and which metric grid a network sees it on."""

from typing import Any

import numpy as np
from affine import Affine

from engine.errors import RasterError
from engine.raster.crs import ground_size_m, is_placed, local_metric_crs, parse_crs, reproject_points
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.raster.windows import Window

SIZE_TOLERANCE = 0.02
"""A raster whose pixels are this near to the wanted size is used as it is: resampling would cost more
sharpness than a network trained with random scales gains."""

_SNAP = 1e-6
"""Pixels by which a rounded coordinate may miss a pixel corner."""

_OUTLINE_POINTS = 33


def find_source_grid(dataset: Any, name: str, source_m_per_px: float | None) -> Grid:
    """Place the file's own pixels on the ground.

    A file without a place gets local metres: its upper-left corner is (0, 0), x right, y up. Where a
    world file without a system agrees with the given pixel size, its coordinates are kept.

    Args:
        dataset: Open rasterio dataset.
        name: Path, for messages.
        source_m_per_px: Pixel size given by the user for a file that does not know its own.

    Raises:
        RasterError: The file has no place and no size was given, or it has one and a size was given.
    """
    crs, transform = dataset.crs, dataset.transform
    size = dataset.height, dataset.width
    anchored = transform != Affine.identity()
    if is_placed(crs) and anchored:
        if source_m_per_px is not None:
            raise RasterError(
                f"{name} knows its place and pixel size ({crs.to_string()[:40]}): leave out --gsd."
            )
        return Grid.measured(transform, *size, crs.to_wkt())
    if source_m_per_px is None:
        raise RasterError(f"{name} {_what_is_missing(dataset, anchored=anchored)}")
    if not (np.isfinite(source_m_per_px) and source_m_per_px > 0):
        raise RasterError(
            f"A ground size of {source_m_per_px} m per pixel is impossible: give --gsd above 0."
        )
    sides = np.hypot([transform.a, transform.b], [transform.d, transform.e])
    if not (anchored and np.all(np.abs(sides / source_m_per_px - 1.0) <= SIZE_TOLERANCE)):
        transform = Affine.scale(source_m_per_px, -source_m_per_px)
    return Grid(transform, *size, None, source_m_per_px)


def _what_is_missing(dataset: Any, *, anchored: bool) -> str:
    """Say why a file has no place on the ground, and what to do."""
    or_gsd = "or add --gsd METRES to work in local metres."
    points = len(dataset.gcps[0])
    if points:
        return f"is placed by {points} ground control points only: rectify it (gdalwarp), {or_gsd}"
    if dataset.rpcs is not None:
        return f"is placed by a sensor model (RPC) only: rectify it (gdalwarp -rpc), {or_gsd}"
    if is_placed(dataset.crs) and not anchored:
        return f"has a coordinate reference system but no position: georeference it, {or_gsd}"
    return f"has no coordinate reference system: georeference it (gdal_edit -a_srs EPSG:n), {or_gsd}"


def find_metric_grid(
    source: Grid, name: str, *, m_per_px: float, extent: Extent | None
) -> tuple[Grid, Window | None]:
    """Choose the grid a network sees: the file's own where it fits, else local metres.

    Args:
        source: The file's own grid.
        name: Path, for messages.
        m_per_px: Ground size of a pixel that the network expects.
        extent: Part of the raster to cover; None = all.

    Returns:
        The grid, and the window of ``source`` that it is, if it is one: where the file's pixels are
        north-up, square and of the wanted size within ``SIZE_TOLERANCE``. Else the window is None and the
        grid is north-up, of exactly ``m_per_px``, its corner at whole pixels of its system: the source's
        own if that is metric and true to scale within ``SIZE_TOLERANCE``, so that rasters of one region
        share their pixels, else a transverse Mercator system centred on the place.

    Raises:
        RasterError: The extent lies outside the raster.
    """
    if not (np.isfinite(m_per_px) and m_per_px > 0):
        raise RasterError(f"A ground resolution of {m_per_px} m per pixel is impossible: it must be above 0.")
    region = _find_region(source, name, extent)
    if _fits(source, m_per_px):
        part = _covering_window(source, region)
        return source.window(part), part
    crs = _working_crs(source, region)
    rows = np.linspace(0, source.height, _OUTLINE_POINTS)
    cols = np.linspace(0, source.width, _OUTLINE_POINTS)
    lattice = np.stack(np.meshgrid(rows, cols), axis=-1).reshape(-1, 2)
    cover = Extent.around(reproject_points(source.to_ground(lattice), source.crs, crs), crs)
    if extent is not None:
        cover = region.in_crs(crs).intersect(cover) or cover
    left = np.floor(cover.x_min / m_per_px + _SNAP) * m_per_px
    top = np.ceil(cover.y_max / m_per_px - _SNAP) * m_per_px
    height = max(1, int(np.ceil((top - cover.y_min) / m_per_px - _SNAP)))
    width = max(1, int(np.ceil((cover.x_max - left) / m_per_px - _SNAP)))
    return Grid(Affine(m_per_px, 0.0, left, 0.0, -m_per_px, top), height, width, crs, m_per_px), None


def _working_crs(source: Grid, region: Extent) -> str | None:
    """Choose the system of the network's grid: the source's own where a unit is a metre on the ground."""
    if source.crs is None:
        return None
    crs = parse_crs(source.crs)
    if crs.is_projected and crs.linear_units_factor[1] == 1.0:
        places = [
            region.centre,
            *((x, y) for x in (region.x_min, region.x_max) for y in (region.y_min, region.y_max)),
        ]
        units_m = [
            ground_size_m(Affine(1, 0, x - 0.5, 0, -1, y + 0.5), source.crs, 0.5, 0.5) for x, y in places
        ]
        if np.all(np.abs(np.array(units_m) - 1.0) <= SIZE_TOLERANCE):
            return source.crs
    return local_metric_crs(*region.centre, source.crs)


def _find_region(source: Grid, name: str, extent: Extent | None) -> Extent:
    """Cut the wanted extent with the raster, in the raster's system."""
    bounds = source.bounds
    if extent is None:
        return bounds
    wanted = extent.in_crs(source.crs, near_x=source.centre[0])
    region = wanted.intersect(bounds)
    if region is None:
        raise RasterError(
            f"The extent {wanted} lies outside {name}, which covers {bounds} (xmin,ymin,xmax,ymax in the "
            "raster's system): choose an extent inside it."
        )
    return region


def _covering_window(source: Grid, region: Extent) -> Window:
    """Find the smallest rectangle of whole pixels that covers a region of the grid's bounds."""
    outline = source.to_pixels(region.outline())
    # Of a rotated grid, the bounds' corners lie outside.
    low = np.clip(outline.min(axis=0), 0.0, (source.height - 1, source.width - 1))
    high = np.clip(outline.max(axis=0), 1.0, (source.height, source.width))
    row, col = np.floor(low + _SNAP).astype(int).tolist()
    bottom, right = np.ceil(high - _SNAP).astype(int).tolist()
    return Window(row, col, max(bottom - row, 1), max(right - col, 1))


def find_part(source: Grid, name: str, extent: Extent | None) -> Window:
    """Find the part of a raster that an extent asks for, in whole pixels of the raster's own grid.

    Args:
        source: The file's own grid.
        name: Path, for messages.
        extent: Part of the raster to cover; None = all.

    Raises:
        RasterError: The extent lies outside the raster.
    """
    return source.whole if extent is None else _covering_window(source, _find_region(source, name, extent))


def _fits(source: Grid, m_per_px: float) -> bool:
    """Tell whether the file's own grid is metric, north-up and of the wanted size at centre and corners."""
    here = source.transform
    if here.b != 0.0 or here.d != 0.0 or here.a <= 0.0 or here.e >= 0.0:
        return False
    if source.crs is not None:
        crs = parse_crs(source.crs)
        if not crs.is_projected or crs.linear_units_factor[1] != 1.0:
            return False
    bottom, right = source.height, source.width
    places = [(bottom / 2, right / 2), (0, 0), (0, right), (bottom, 0), (bottom, right)]
    sizes_m = np.array([ground_size_m(here, source.crs, row, col) for row, col in places])
    return bool(np.all(np.abs(sizes_m / m_per_px - 1.0) <= SIZE_TOLERANCE))
