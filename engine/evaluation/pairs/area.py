"""The area in which two graphs are compared: where it lies, and how rasters tell of it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError
from rasterio.features import shapes
from rasterio.windows import Window as RasterioWindow
from shapely import MultiPolygon, Polygon
from shapely.geometry import shape

from engine.errors import RasterError
from engine.frames import RowCol
from engine.raster.blank import find_valid, large_areas
from engine.raster.source import Source, open_dataset, reason
from engine.raster.windows import Window
from engine.roads.clip import border_sides, clip_to_polygon
from engine.roads.graph import RoadGraph

LONGEST_SIDE_PX = 4096
"""Of larger rasters every second, third … pixel is looked at."""

LEAST_GAP_PX = 256
"""Smaller gaps in an image are black shadows that look like missing pixels: roads run on through them."""

_STRIP_ROWS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Where two graphs are compared.

    Attributes:
        geometry: Polygons, valid, with coordinates in the order (row, col), in metres; may be empty.
    """

    geometry: Polygon | MultiPolygon

    def clip(self, graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
        """Cut a graph, in the frame of the area, at its border; see ``clip_to_polygon``."""
        return clip_to_polygon(graph, self.geometry)

    def border_distance(self, points: ArrayLike) -> NDArray[np.float64]:
        """Measure how far points lie from the border, inside or outside.

        Args:
            points: (N, 2) row, col in metres.

        Returns:
            (N,) metres, never negative; infinite where the area is empty.
        """
        places = shapely.points(np.asarray(points, dtype=np.float64).reshape(-1, 2))
        distances = np.full(len(places), np.inf)
        sides = border_sides(self.geometry)
        if len(sides) and len(places):
            tree = shapely.STRtree(sides)
            (number, _), near = tree.query_nearest(places, return_distance=True, all_matches=False)
            distances[number] = near
        return distances


@dataclass(frozen=True, slots=True, eq=False)
class ValidPixels:
    """Which pixels of a raster count, perhaps at a reduced size.

    Attributes:
        valid: (H / reduction, W / reduction) rounded up; None = all of them.
        height: Rows of the raster.
        width: Columns of the raster.
        reduction: Pixels of the raster along a side of one of ``valid``.
    """

    valid: NDArray[np.bool_] | None
    height: int
    width: int
    reduction: int = 1

    @property
    def outline(self) -> Polygon:
        """The whole raster, in pixels (row, col)."""
        return shapely.box(0.0, 0.0, float(self.height), float(self.width))

    def polygons(self) -> Polygon | MultiPolygon:
        """Draw the border of the valid pixels, in pixels (row, col) of the raster, corner frame."""
        if self.valid is None or self.valid.all():
            return self.outline
        step = float(self.reduction)
        # This transform writes the row before the column.
        to_rowcol = Affine(0.0, step, 0.0, step, 0.0, 0.0)
        found = [
            shape(ring) for ring, _ in shapes(self.valid.astype(np.uint8), self.valid, transform=to_rowcol)
        ]
        drawn = shapely.make_valid(MultiPolygon(found))
        return polygonal(drawn if self.reduction == 1 else drawn.intersection(self.outline))


def polygonal(geometry: shapely.Geometry) -> Polygon | MultiPolygon:
    """Keep the polygons of a geometry: cutting areas leaves points and lines where they only touch."""
    parts = shapely.get_parts(geometry)
    parts = shapely.get_parts(parts)  # of collections
    kept = parts[shapely.get_dimensions(parts) == 2]
    return kept[0] if len(kept) == 1 else MultiPolygon(list(kept))


def _reduction(height: int, width: int) -> int:
    return -(-max(height, width) // LONGEST_SIDE_PX)


def _strips(height: int, reduction: int) -> list[tuple[int, int]]:
    """Cut a raster into strips of whole reduced pixels, as (first row, rows)."""
    step = max(_STRIP_ROWS // reduction, 1) * reduction
    return [(row, min(step, height - row)) for row in range(0, height, step)]


def _tells_validity(source: Source) -> bool:
    """Tell whether a raster can have pixels that are not valid."""
    dataset = source.dataset
    return (
        any(MaskFlags.all_valid not in flags for flags in dataset.mask_flag_enums)
        or not {ColorInterp.palette, ColorInterp.alpha}.isdisjoint(dataset.colorinterp)
        or any(np.issubdtype(np.dtype(kind), np.floating) for kind in dataset.dtypes)
    )


def read_image_area(path: Path, *, blank_white: bool) -> ValidPixels:
    """Find where an image has valid pixels, by its mask, alpha, nodata or palette as extraction does.

    Args:
        path: Anything GDAL opens.
        blank_white: Whether large white areas are paper, not image.

    Raises:
        RasterError: It cannot be read.
    """
    with closing(Source(str(path), None)) as source:
        height, width = source.height, source.width
        reduction = _reduction(height, width)
        if not (blank_white or _tells_validity(source)):
            return ValidPixels(None, height, width, reduction)
        valid, colours = [], []
        for row, rows in _strips(height, reduction):
            pixels = source.read(Window(row, 0, rows, width))
            valid.append(pixels.valid[::reduction, ::reduction])
            if blank_white:
                colours.append(pixels.rgb[:, ::reduction, ::reduction])
    seen = np.concatenate(valid)
    inside = ~large_areas(~seen, max(1, LEAST_GAP_PX // reduction**2))
    if blank_white:
        inside &= find_valid(np.concatenate(colours, axis=1), reduction=reduction)
    return ValidPixels(inside, height, width, reduction)


def read_mask_area(path: Path) -> ValidPixels:
    """Find where a mask says that pixels count: they are valid and not 0.

    Args:
        path: Anything GDAL opens; its first band counts.

    Raises:
        RasterError: It cannot be read.
    """
    with open_dataset(str(path)) as dataset:
        height, width = dataset.height, dataset.width
        reduction = _reduction(height, width)
        strips = []
        try:
            for row, rows in _strips(height, reduction):
                band = dataset.read(1, window=RasterioWindow(0, row, width, rows), masked=True)
                counts = np.ma.filled((band != 0) & ~np.isnan(band), fill_value=False)
                strips.append(counts[::reduction, ::reduction])
        except (RasterioError, ValueError) as error:
            raise RasterError(f"{path} cannot be read: {reason(error)}. Get a whole copy.") from error
    return ValidPixels(np.concatenate(strips), height, width, reduction)
