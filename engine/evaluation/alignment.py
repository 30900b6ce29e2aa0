"""Two road files brought into one metric frame and cut to the area that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from engine.errors import GraphError, OutputError
from engine.evaluation.area import Area, ValidPixels, polygonal, read_image_area, read_mask_area
from engine.evaluation.metric_frame import (
    MetricFrame,
    RasterFrame,
    RoadFile,
    choose_frame,
    in_words,
    no_overlap,
    on_reference,
    read_roads,
    shares_pixels,
)
from engine.evaluation.pairing import PairFiles
from engine.frames import RowCol
from engine.raster.crs import WGS_84, reproject_points
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.roads.formats import suffix
from engine.roads.geopackage import read_provenance
from engine.roads.graph import RoadGraph

_SIDE_POINTS = 33
"""Points along each side of a rectangle, which may be bent in the frame."""

_QUADRANT_M = 1e5
"""Local metres whose roads begin within this of the origin, right and down, count from an image's corner."""


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """How graphs come into one frame.

    Attributes:
        m_per_px: Ground size of pixels of graphs without georeference; None = the image's own, else 1.
        extent: Compared rectangle; without a system of its own it is in the image's, else the truth's,
            else the prediction's.
        blank_white: Whether large white areas of the image are paper, not image.
    """

    m_per_px: float | None = None
    extent: Extent | None = None
    blank_white: bool = False

    def __post_init__(self) -> None:
        if self.m_per_px is not None and not (np.isfinite(self.m_per_px) and self.m_per_px > 0):
            raise GraphError(f"A ground size of {self.m_per_px} m per pixel is impossible: give one above 0.")


@dataclass(frozen=True, slots=True, eq=False)
class AlignedPair:
    """Two graphs in one frame, ready to be measured.

    Attributes:
        name: Of the pair.
        truth: The graph to judge by: (row, col) metres from the upper-left corner of the compared
            rectangle, cut to the area.
        predicted: The graph to judge, likewise.
        area: The compared area; None = everywhere.
        size_m: Height and width of the compared rectangle; None = unknown.
        grid: Pixels of 1 m: places the metres on the ground; ``crs`` None = local metres.
        image: Raster of the place.
        notes: What a reader should know, in sentences.
    """

    name: str
    truth: RoadGraph[RowCol]
    predicted: RoadGraph[RowCol]
    area: Area | None
    size_m: tuple[float, float] | None
    grid: Grid
    image: Path | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Region:
    """One thing that bounds the comparison, in the frame.

    Attributes:
        outline: All of it.
        inside: The part that counts.
        note: What a reader should know; empty as a rule.
    """

    outline: Polygon | MultiPolygon
    inside: Polygon | MultiPolygon
    note: str = ""


def _ring(x_min: float, y_min: float, x_max: float, y_max: float) -> NDArray[np.float64]:
    """List (N, 2) points around a rectangle, close enough to follow a bend."""
    corners = np.array([(x_min, y_min), (x_min, y_max), (x_max, y_max), (x_max, y_min)])
    share = np.linspace(0.0, 1.0, _SIDE_POINTS)[:-1, None]
    sides = [a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    return np.concatenate(sides)


def _extent_region(
    extent: Extent, frame: MetricFrame, reference: RasterFrame | None, both: Sequence[RoadFile]
) -> _Region:
    placed = [reference.grid.crs] if reference is not None and reference.grid is not None else []
    systems = [extent.crs, *placed, *(roads.file.crs for roads in both)]
    crs = next((system for system in systems if system is not None), None)
    ring = frame.from_ground(_ring(extent.x_min, extent.y_min, extent.x_max, extent.y_max), crs)
    shape = Polygon(ring)
    return _Region(shape, shape)


def _raster_region(raster: RasterFrame, pixels: ValidPixels, frame: MetricFrame, own: Grid | None) -> _Region:
    """Move the valid pixels of a raster into the frame; ``own`` None = they are the common raster's."""

    def moved(shape: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
        if frame.m_per_px is None or own is not None:
            shape = shapely.segmentize(shape, max(raster.height, raster.width) / (_SIDE_POINTS - 1))
        moved_shape = shapely.transform(shape, lambda rowcol: frame.from_pixels(rowcol, own))
        return polygonal(shapely.make_valid(moved_shape))

    note = ""
    if pixels.reduction > 1:
        note = (
            f"Which pixels of {raster.path.name} count was found at 1/{pixels.reduction} of its resolution."
        )
    return _Region(moved(pixels.outline), moved(pixels.polygons()), note)


def _footprint_region(predicted: RoadFile, frame: MetricFrame) -> _Region | None:
    """Find the area that a prediction's own GeoPackage says was looked at."""
    if suffix(predicted.path) != ".gpkg":
        return None
    try:
        ring = read_provenance(predicted.path).get("footprint")
        corners = np.array(ring, dtype=np.float64)
    except (OutputError, ValueError, TypeError):
        return None  # of another program
    if corners.ndim != 2 or corners.shape[1:] != (2,) or len(corners) < 4 or not np.isfinite(corners).all():
        return None
    shape = polygonal(shapely.make_valid(Polygon(frame.from_ground(corners, predicted.file.crs))))
    return _Region(shape, shape)


def _find_regions(
    files: PairFiles,
    options: AlignOptions,
    frame: MetricFrame,
    rasters: Sequence[RasterFrame],
    both: Sequence[RoadFile],
) -> list[_Region]:
    """List what bounds the comparison: extent, image, masks; else where the prediction was looked for."""
    reference = rasters[0] if rasters else None
    regions = []
    if options.extent is not None:
        regions.append(_extent_region(options.extent, frame, reference, both))
    for raster in rasters:
        if raster.path == files.predicted and (regions or raster.path == files.truth):
            continue
        if raster.path == files.valid:
            pixels = read_mask_area(raster.path)
        elif raster.path == files.image:
            pixels = read_image_area(raster.path, blank_white=options.blank_white)
        else:
            pixels = ValidPixels(None, raster.height, raster.width)
        own = None if reference is None or shares_pixels(raster, reference) else raster.grid
        regions.append(_raster_region(raster, pixels, frame, own))
    if not regions and (footprint := _footprint_region(both[1], frame)) is not None:
        regions.append(footprint)
    return regions


def _rasters(files: PairFiles, truth: RoadFile, predicted: RoadFile) -> list[RasterFrame]:
    """List the rasters of a pair; the first is the one that pixels belong to."""
    image = RasterFrame.read(files.image) if files.image is not None else None
    valid = RasterFrame.read(files.valid) if files.valid is not None else None
    found = [raster for raster in (image, truth.mask, valid, predicted.mask) if raster is not None]
    if found and found[0].grid is None:
        first = found[0]
        grids = [raster.grid for raster in found if raster.grid is not None and raster.same_size(first)]
        found[0] = replace(first, grid=grids[0] if grids else None)
    return found


def _bounds(graph: RoadGraph[RowCol]) -> NDArray[np.float64]:
    """Return the (2, 2) upper-left and lower-right corner of a graph that is not empty."""
    return np.stack([graph.vertices.min(axis=0), graph.vertices.max(axis=0)])


def _gap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return how far two rectangles are apart along rows or columns; negative where they overlap."""
    return float(np.maximum(one[0] - other[1], other[0] - one[1]).max())


def _in_words(bounds: NDArray[np.float64], grid: Grid) -> str:
    """Name the middle of a rectangle."""
    middle = bounds.mean(axis=0)
    if grid.crs is None:
        return f"row {middle[0]:.0f} m, column {middle[1]:.0f} m"
    return in_words(reproject_points(grid.to_ground([middle]), grid.crs, WGS_84)[0])


def _check_overlap(
    truth: RoadGraph[RowCol], predicted: RoadGraph[RowCol], rectangle: Polygon | None, grid: Grid
) -> None:
    """Refuse graphs that lie in different places.

    Few roads of one tile may be apart: what counts is that both touch the tile, or where that is not
    known, that they are not farther apart than either is large.
    """
    if not (len(truth.vertices) and len(predicted.vertices)):
        return
    boxes = [_bounds(truth), _bounds(predicted)]
    if rectangle is not None and not rectangle.is_empty:
        frame = np.array(rectangle.bounds).reshape(2, 2)
        apart = _gap(*boxes) > 0 and any(_gap(box, frame) > 0 for box in boxes)
    else:
        apart = _gap(*boxes) > max(float((box[1] - box[0]).max()) for box in boxes)
    if apart:
        raise GraphError(no_overlap(*(_in_words(box, grid) for box in boxes)))


def _find_origin(
    frame: MetricFrame, both: Sequence[RoadFile], graphs: Sequence[RoadGraph[RowCol]]
) -> NDArray[np.float64]:
    """Choose where to count metres from, where no area says so: an image's corner, else the roads' own."""
    corners = [graph.vertices.min(axis=0) for graph in graphs if len(graph.vertices)]
    if not corners:
        return np.zeros(2)
    if frame.m_per_px is not None:
        in_quadrant = bool((corners[0] > -1.0).all() and (corners[0] < _QUADRANT_M).all())
        if in_quadrant or any(roads.file.frame == "pixel" for roads in both):
            return np.zeros(2)
    return np.asarray(corners[0])


def _notes(
    whole: Sequence[RoadGraph[RowCol]],
    cut: Sequence[RoadGraph[RowCol]],
    regions: Sequence[_Region],
    area: Area | None,
) -> tuple[str, ...]:
    """Say what is missing from either graph."""
    notes = [region.note for region in regions if region.note]
    if area is not None and area.geometry.is_empty:
        notes.append("Nothing is left of the compared area.")
    for name, before, after in zip(("truth", "prediction"), whole, cut, strict=True):
        if not len(before.edges):
            notes.append(f"The {name} is empty.")
        elif not len(after.edges):
            notes.append(f"The {name} has no road in the compared area.")
    return tuple(notes)


def _cut_regions(regions: Sequence[_Region]) -> tuple[Polygon | None, Polygon | MultiPolygon | None]:
    """Return the rectangle that bounds all outlines, and what is inside all regions."""
    if not regions:
        return None, None
    outline, inside = regions[0].outline, regions[0].inside
    for region in regions[1:]:
        outline = polygonal(outline.intersection(region.outline))
        inside = polygonal(inside.intersection(region.inside))
    return shapely.box(*(regions[0].outline if outline.is_empty else outline).bounds), inside


def align(files: PairFiles, options: AlignOptions) -> AlignedPair:
    """Bring the two graphs of a pair into one metric frame, and cut them to the compared area.

    The area is what is inside of everything that is given: the extent, the mask of valid pixels, the
    image's valid pixels, the raster of a true mask. Where nothing is given, it is what the prediction's
    own file says was looked at, else everywhere.

    Args:
        files: What to read.
        options: How to read it.

    Raises:
        EngineError: A file cannot be read, or the two do not come together.
    """
    truth, predicted = read_roads(files.truth), read_roads(files.predicted)
    rasters = _rasters(files, truth, predicted)
    reference = rasters[0] if rasters else None
    both = [on_reference(roads, reference) for roads in (truth, predicted)]
    frame = choose_frame(both[0], both[1], reference, options.m_per_px)
    graphs = [frame.place(roads) for roads in both]
    regions = _find_regions(files, options, frame, rasters, both)
    rectangle, inside = _cut_regions(regions)
    _check_overlap(graphs[0], graphs[1], rectangle, frame.grid)
    if rectangle is None or inside is None:
        area, size_m, origin = None, None, _find_origin(frame, both, graphs)
    else:
        top, left, bottom, right = rectangle.bounds
        size_m, origin = (bottom - top, right - left), np.array([top, left])
        area = Area(shapely.transform(inside, lambda rowcol: rowcol - origin))
    shifted = [replace(graph, vertices=graph.vertices - origin) for graph in graphs]
    cut = [area.clip(graph) for graph in shifted] if area is not None else shifted
    reach = (
        size_m or np.concatenate([np.ones((1, 2)), *(graph.vertices for graph in cut)]).max(axis=0).tolist()
    )
    row, col = origin.tolist()
    transform = frame.grid.transform @ Affine.translation(col, row)
    grid = Grid(
        transform, max(1, int(np.ceil(reach[0]))), max(1, int(np.ceil(reach[1]))), frame.grid.crs, 1.0
    )
    notes = _notes(graphs, cut, regions, area)
    return AlignedPair(files.name, cut[0], cut[1], area, size_m, grid, files.image, notes)
