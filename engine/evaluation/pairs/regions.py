"""What bounds a comparison: a rectangle, valid pixels of rasters, or the footprint of the prediction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from engine.errors import GraphError, OutputError
from engine.evaluation.pairs.area import ValidPixels, polygonal, read_image_area, read_mask_area
from engine.evaluation.pairs.metric_frame import MetricFrame
from engine.evaluation.pairs.pairing import PairFiles
from engine.evaluation.pairs.road_files import RasterFrame, RoadFile, shares_pixels
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.roads.formats import suffix
from engine.roads.geopackage import read_provenance

_SIDE_POINTS = 33
"""Points along each side of a rectangle, which may be bent in the frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One thing that bounds the comparison, in the frame: (row, col) metres.

    Attributes:
        outline: All of it.
        inside: The part that counts.
        note: What a reader should know; empty as a rule.
        by_prediction: Whether the prediction's own file chose it.
    """

    outline: Polygon | MultiPolygon
    inside: Polygon | MultiPolygon
    note: str = ""
    by_prediction: bool = False


def _ring(extent: Extent) -> NDArray[np.float64]:
    """List (N, 2) points around a rectangle, close enough to follow a bend."""
    xs, ys = (extent.x_min, extent.x_max), (extent.y_min, extent.y_max)
    corners = np.array([(xs[0], ys[0]), (xs[0], ys[1]), (xs[1], ys[1]), (xs[1], ys[0])])
    share = np.linspace(0.0, 1.0, _SIDE_POINTS)[:-1, None]
    sides = [a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    return np.concatenate(sides)


def _extent_region(
    extent: Extent, frame: MetricFrame, reference: RasterFrame | None, both: Sequence[RoadFile]
) -> Region:
    """Move the wanted rectangle into the frame; its default system is the image's, or the graphs'."""
    placed = [reference.grid.crs] if reference is not None and reference.grid is not None else []
    systems = [extent.crs, *placed, *(roads.file.crs for roads in both)]
    crs = next((system for system in systems if system is not None), None)
    if crs is not None and frame.grid.crs is None:
        raise GraphError(
            "The extent is in a reference system, but nothing says where the pixels or local metres of the "
            "graphs lie: name a georeferenced image (--image), or give the extent in local metres."
        )
    shape = polygonal(shapely.make_valid(Polygon(frame.from_ground(_ring(extent), crs))))
    return Region(shape, shape)


def _raster_region(raster: RasterFrame, pixels: ValidPixels, frame: MetricFrame, own: Grid | None) -> Region:
    """Move the valid pixels of a raster into the frame.

    Args:
        raster: The raster.
        pixels: Which of its pixels count.
        frame: The frame.
        own: Where its pixels lie; None = they are the common raster's.
    """

    def moved(shape: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
        bent = own is not None or frame.m_per_px is None
        if bent:
            shape = shapely.segmentize(shape, max(raster.height, raster.width) / (_SIDE_POINTS - 1))
        placed = shapely.transform(shape, lambda rowcol: frame.from_pixels(rowcol, own))
        return polygonal(shapely.make_valid(placed)) if bent else placed

    note = ""
    if pixels.reduction > 1:
        note = (
            f"{raster.path.name} is large: which of its pixels count was found at 1/{pixels.reduction} of "
            "its resolution."
        )
    return Region(moved(pixels.outline), moved(pixels.polygons()), note)


def find_footprint(predicted: RoadFile, frame: MetricFrame) -> list[Region]:
    """Find the area that a prediction's own GeoPackage says was looked at.

    Args:
        predicted: As it was read: an empty graph still has its file's reference system.
        frame: The frame of the result.

    Returns:
        The area; nothing where the file does not tell, or tells of a place that the frame does not know.

    Raises:
        EngineError: The area has no place in the frame.
    """
    crs = predicted.file.crs
    if suffix(predicted.path) != ".gpkg" or (crs is None) != (frame.grid.crs is None):
        return []
    try:
        ring = np.array(read_provenance(predicted.path).get("footprint", []), dtype=np.float64)
    except (OutputError, ValueError, TypeError):
        return []  # written by another program
    if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 3 or not np.isfinite(ring).all():
        return []
    shape = polygonal(shapely.make_valid(Polygon(frame.from_ground(ring, crs))))
    return [Region(shape, shape, by_prediction=True)]


def _read_valid(raster: RasterFrame, files: PairFiles, *, blank_white: bool) -> ValidPixels:
    """Find the pixels of a raster that count: by what the raster is there for."""
    if raster.path == files.valid:
        return read_mask_area(raster.path)
    if raster.path == files.image:
        return read_image_area(raster.path, blank_white=blank_white)
    return ValidPixels(None, raster.height, raster.width)


def find_regions(
    files: PairFiles,
    rasters: Sequence[RasterFrame],
    both: Sequence[RoadFile],
    frame: MetricFrame,
    *,
    extent: Extent | None,
    blank_white: bool,
) -> list[Region]:
    """List what bounds a comparison: extent, image, masks.

    Args:
        files: The files of the pair.
        rasters: Those of them that are rasters; the first is the one that pixels belong to.
        both: Truth and prediction.
        frame: The frame of the result.
        extent: Rectangle that is wanted; None = no wish.
        blank_white: Whether large white areas of the image are paper, not image.

    Raises:
        EngineError: A raster cannot be read, or has no place in the frame.
    """
    reference = rasters[0] if rasters else None
    regions = [] if extent is None else [_extent_region(extent, frame, reference, both)]
    others = [raster for raster in rasters if raster is not both[1].mask]
    for raster in others or ([] if regions else rasters):
        own = raster.grid if reference is None or not shares_pixels(raster, reference) else None
        pixels = _read_valid(raster, files, blank_white=blank_white)
        regions.append(_raster_region(raster, pixels, frame, own))
    return regions
