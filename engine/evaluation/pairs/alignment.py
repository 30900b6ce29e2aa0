"""Two road files brought into one metric frame and cut to the area that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from engine.errors import GraphError
from engine.evaluation.pairs.area import Area, polygonal
from engine.evaluation.pairs.metric_frame import MetricFrame, choose_frame
from engine.evaluation.pairs.pairing import PairFiles
from engine.evaluation.pairs.places import in_words, no_overlap
from engine.evaluation.pairs.regions import Region, find_footprint, find_regions
from engine.evaluation.pairs.road_files import RasterFrame, RoadFile, beside, on_reference, read_roads
from engine.frames import RowCol
from engine.raster.crs import WGS_84, reproject_points
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.roads.graph import RoadGraph

_FINEST_M, _COARSEST_M = 0.001, 100.0

_STRAIGHT_M = 1e5
"""No piece of road is straight for so long."""

_TOGETHER_M = 1e7
"""Roads of one pair; more would fill the memory and take hours."""

_QUADRANT_M = 1e5
"""Local metres whose roads begin within this of the origin, right and down, count from an image's corner."""


_WORTH_SAYING = 0.001
"""Of the truth, the share that a prediction may leave out of its area without a note."""


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
        if self.m_per_px is not None and not _FINEST_M <= self.m_per_px <= _COARSEST_M:
            raise GraphError(
                f"A ground size of {self.m_per_px:g} m per pixel is impossible: give one from {_FINEST_M:g} "
                f"to {_COARSEST_M:g} m."
            )


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
        m_per_px: Where the frame is the pixels of the image, scaled: their size. None = it lies elsewhere.
    """

    name: str
    truth: RoadGraph[RowCol]
    predicted: RoadGraph[RowCol]
    area: Area | None
    size_m: tuple[float, float] | None
    grid: Grid
    image: Path | None
    notes: tuple[str, ...]
    m_per_px: float | None = None


def _mask_of(roads: RoadFile, other: RoadFile) -> RasterFrame | None:
    """Return the mask that a graph was traced from; an empty one without a place bounds nothing on a map."""
    lost = other.in_crs and roads.mask is not None and roads.mask.grid is None
    return None if lost and not len(roads.file.graph.edges) else roads.mask


def _rasters(files: PairFiles, truth: RoadFile, predicted: RoadFile) -> list[RasterFrame]:
    """List the rasters of a pair; the first is the one that pixels belong to."""
    image = RasterFrame.read(files.image) if files.image is not None else None
    valid = RasterFrame.read(files.valid) if files.valid is not None else None
    masks = _mask_of(truth, predicted), _mask_of(predicted, truth)
    found = [raster for raster in (image, masks[0], valid, masks[1]) if raster is not None]
    if found and found[0].grid is None:
        first = found[0]
        grids = [raster.grid for raster in found if raster.grid is not None and raster.same_size(first)]
        if grids:
            found[0] = replace(first, grid=grids[0])
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


def _check_lengths(graph: RoadGraph[RowCol], path: Path) -> None:
    """Refuse what no map of roads holds: measures take time and memory by the length.

    Args:
        graph: In metres, cut to the compared area.
        path: Where it comes from.

    Raises:
        GraphError: A piece of road, or all together, is longer than roads are.
    """
    lengths_m = graph.edge_lengths
    longest_m, total_m = float(lengths_m.max(initial=0.0)), float(lengths_m.sum())
    if longest_m > _STRAIGHT_M:
        raise GraphError(
            f"{path} has a straight piece of road of {longest_m / 1000.0:.0f} km: repair the file, or check "
            "its reference system and the size of its pixels (--gsd)."
        )
    if total_m > _TOGETHER_M:
        raise GraphError(
            f"{path} has {total_m / 1000.0:.0f} km of road, and up to {_TOGETHER_M / 1000.0:.0f} km are "
            "compared at a time: compare it in parts (--extent)."
        )


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
    regions: Sequence[Region],
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
    if any(region.by_prediction for region in regions) and len(cut[0].edges):
        outside = 1.0 - cut[0].edge_lengths.sum() / whole[0].edge_lengths.sum()
        if outside > _WORTH_SAYING:
            notes.append(
                f"{outside:.1%} of the truth lies outside the area that the prediction's file says was looked"
                " at, and is not compared."
            )
    return tuple(notes)


def _combine(regions: Sequence[Region]) -> tuple[Polygon | None, Polygon | MultiPolygon | None]:
    """Return the rectangle that bounds all outlines, and what is inside all regions."""
    if not regions:
        return None, None
    outline, inside = regions[0].outline, regions[0].inside
    for region in regions[1:]:
        outline = polygonal(outline.intersection(region.outline))
        inside = polygonal(inside.intersection(region.inside))
    return shapely.box(*(regions[0].outline if outline.is_empty else outline).bounds), inside


def _grid(frame: MetricFrame, origin: NDArray[np.float64], size_m: Sequence[float]) -> Grid:
    """Move the frame's grid to its origin and give it its size."""
    row, col = origin.tolist()
    height, width = (max(1, int(np.ceil(side))) for side in size_m)
    transform = frame.grid.transform @ Affine.translation(col, row)
    return Grid(transform, height, width, frame.grid.crs, 1.0)


def align(files: PairFiles, options: AlignOptions) -> AlignedPair:
    """Bring the two graphs of a pair into one metric frame, and cut them to the compared area.

    The area is what is inside of everything that is given: the extent, the mask of valid pixels, the
    image's valid pixels, the raster of a true mask. Where nothing is given, it is what the prediction's
    own file says was looked at, else everywhere.

    An empty graph, and a truth without road in the area, are no errors: ``notes`` says so.

    Args:
        files: What to read.
        options: How to read it.

    Raises:
        EngineError: A file cannot be read, or the two do not come together.
    """
    truth, predicted = read_roads(files.truth), read_roads(files.predicted)
    rasters = _rasters(files, truth, predicted)
    reference = rasters[0] if rasters else None
    placed = [on_reference(roads, reference) for roads in (truth, predicted)]
    both = [beside(placed[0], placed[1]), beside(placed[1], placed[0])]
    frame = choose_frame(both[0], both[1], reference, options.m_per_px)
    graphs = [frame.place(roads) for roads in both]
    regions = find_regions(
        files, rasters, both, frame, extent=options.extent, blank_white=options.blank_white
    ) or find_footprint(predicted, frame)
    rectangle, inside = _combine(regions)
    _check_overlap(graphs[0], graphs[1], rectangle, frame.grid)
    if rectangle is None or inside is None:
        area, size_m, origin = None, None, _find_origin(frame, both, graphs)
    else:
        corners = np.array(rectangle.bounds).reshape(2, 2)
        origin, (height_m, width_m) = corners[0], (corners[1] - corners[0]).tolist()
        size_m = height_m, width_m
        area = Area(shapely.transform(inside, lambda rowcol: rowcol - origin))
    shifted = [replace(graph, vertices=graph.vertices - origin) for graph in graphs]
    cut = [area.clip(graph) for graph in shifted] if area is not None else shifted
    for graph, roads in zip(cut, both, strict=True):
        _check_lengths(graph, roads.path)
    reach = size_m or np.concatenate([np.ones((1, 2)), *(graph.vertices for graph in cut)]).max(axis=0)
    return AlignedPair(
        name=files.name,
        truth=cut[0],
        predicted=cut[1],
        area=area,
        size_m=size_m,
        grid=_grid(frame, origin, reach),
        image=files.image,
        notes=_notes(graphs, cut, regions, area),
        m_per_px=frame.m_per_px,
    )
