"""Predicted and true heights, pixel upon pixel, block after block, whatever grids they come on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.features import geometry_mask
from rasterio.vrt import WarpedVRT

from engine.errors import RasterError
from engine.evaluation.pairs.compared_raster import ComparedRaster, open_heights
from engine.evaluation.pairs.height_files import HeightFiles
from engine.heights.challenge.files import read_heights, read_view
from engine.heights.flow import Heights
from engine.heights.pose import Pose, view_of
from engine.raster.crs import parse_crs, reproject_points
from engine.raster.grid import Grid
from engine.raster.placement import SIZE_TOLERANCE
from engine.raster.windows import Window, tile

BLOCK_PX = 1024
"""Longest side of what is read at once."""

Reader = Callable[[Window], NDArray[np.float32]]
"""Gives the heights of a window in metres, (H, W), NaN where unknown."""

_SAME_PLACE_PX = 1e-3
_OUTLINE_POINTS = 33
_MOST_TIMES = 256.0
"""Ratio of pixel sizes beyond which one of them cannot be true."""

_AVERAGED_TIMES = 1.1
"""Ratio from which pixels are averaged, not interpolated."""


@dataclass(frozen=True, slots=True)
class HeightPair:
    """Heights of one image beside the truth, on one grid.

    Attributes:
        shape: Rows and columns that are compared.
        grid: Where they lie; None where the files do not say.
        views: Predicted and true view of these pixels; None where a file does not state its own.
        note: How they came onto one grid, for people; empty where they were on one.
        read: Gives the predicted and the true heights of a window in metres, NaN where unknown.
        block_px: Longest side of a block.
    """

    shape: tuple[int, int]
    grid: Grid | None
    views: tuple[Pose, Pose] | None
    note: str
    read: Callable[[Window], tuple[Heights, Heights]]
    block_px: int = BLOCK_PX

    def blocks(self) -> Iterator[tuple[Window, Heights, Heights]]:
        """Yield all windows with their predicted and true heights."""
        for each in tile(*self.shape, core_px=self.block_px, margin_px=0):
            yield each.core, *self.read(each.core)


def _outline_px(inner: Grid, outer: Grid) -> NDArray[np.float64]:
    """Follow the border of a grid in pixels (row, col) of another; points without a place are left out."""
    along = np.linspace(0.0, 1.0, _OUTLINE_POINTS)[:-1]
    still = np.zeros_like(along)
    rows = np.concatenate([still, along, still + 1.0, 1.0 - along]) * inner.height
    cols = np.concatenate([along, still + 1.0, 1.0 - along, still]) * inner.width
    ground = inner.to_ground(np.column_stack([rows, cols]))
    moved = outer.to_pixels(reproject_points(ground, inner.crs, outer.crs, near_x=outer.centre[0]))
    return moved[np.isfinite(moved).all(axis=1)]


def _common_window(outline: NDArray[np.float64], base: Grid) -> Window | None:
    """Find the whole pixels of a grid that an outline in its pixels reaches."""
    if len(outline) < 3:
        return None
    (top, left), (bottom, right) = outline.min(axis=0).tolist(), outline.max(axis=0).tolist()
    row, col = max(floor(top + _SAME_PLACE_PX), 0), max(floor(left + _SAME_PLACE_PX), 0)
    height = min(ceil(bottom - _SAME_PLACE_PX), base.height) - row
    width = min(ceil(right - _SAME_PLACE_PX), base.width) - col
    return Window(row, col, height, width) if min(height, width) > 0 else None


def _pose_on(raster: ComparedRaster, target: Grid) -> Pose | None:
    """Return the view that a raster states, in pixels of another grid."""
    pose = raster.pose()
    if pose is None or raster.grid is None or raster.grid == target:
        return pose
    return Pose.from_view(*view_of(pose, raster.grid), target)


def _views_on(
    predicted: ComparedRaster, truth: ComparedRaster, grid: Grid | None
) -> tuple[tuple[Pose, Pose] | None, str]:
    """Return both views, in pixels of the grid or of the rasters; where one is missing, say which."""
    poses = [each.pose() if grid is None else _pose_on(each, grid) for each in (predicted, truth)]
    if poses[0] is not None and poses[1] is not None:
        return (poses[0], poses[1]), ""
    if poses[0] is None and poses[1] is None:
        return None, ""
    silent = "prediction" if poses[0] is None else "truth"
    return None, f"The flow is not compared, as the {silent} does not state a view."


def _offset_px(one: Grid, other: Grid) -> tuple[int, int] | None:
    """Return row and column in a grid of another's first pixel; None where their pixels do not coincide."""
    if one.crs is None or other.crs is None or parse_crs(one.crs) != parse_crs(other.crs):
        return None
    corners = [(0, 0), (0, one.width), (one.height, 0)]
    steps = other.to_pixels(one.to_ground(corners)) - np.asarray(corners)
    first = np.rint(steps[0])
    row, col = first.astype(int).tolist()
    return (row, col) if np.abs(steps - first).max() < _SAME_PLACE_PX else None


def _way_of(moved: ComparedRaster, base: Grid) -> Resampling:
    """Choose how heights come onto another grid."""
    times = base.m_per_px / (moved.grid or base).m_per_px
    if times > _MOST_TIMES:
        raise RasterError(
            f"The pixels of {moved.path} are {times:.0f} times smaller than those it is compared with: check "
            "the georeference of both."
        )
    return Resampling.average if times > _AVERAGED_TIMES else Resampling.bilinear


@contextmanager
def _reader_on(raster: ComparedRaster, own: Grid, grid: Grid) -> Iterator[tuple[Reader, str]]:
    """Give what reads a raster on another grid, and the word for how; none where its pixels are the grid's.

    What the raster does not cover, and what it does not know, is NaN.
    """
    offset = _offset_px(grid, own)
    if offset is not None:
        row, col = offset
        yield (
            lambda area: raster.band.read(Window(area.row + row, area.col + col, area.height, area.width)),
            "",
        )
        return
    way = _way_of(raster, grid)
    with WarpedVRT(
        raster.band.dataset,
        crs=grid.crs,
        transform=grid.transform,
        height=grid.height,
        width=grid.width,
        resampling=way,
        src_nodata=raster.band.nodata,
        nodata=np.nan,
        dtype="float32",
        tolerance=0.01,
    ) as warped:
        yield (
            lambda area: raster.band.read(area, warped),
            "averaged" if way == Resampling.average else "interpolated",
        )


@contextmanager
def _on_one_grid(predicted: ComparedRaster, truth: ComparedRaster) -> Iterator[HeightPair]:
    """Bring the finer of two placed rasters onto the grid of the coarser one, which stays as it is."""
    found, true = predicted.grid, truth.grid
    if found is None or true is None:
        lone = predicted if found is None else truth
        raise RasterError(
            f"{lone.path} does not say where it lies, and the other raster does: georeference it (gdal_edit "
            "-a_srs -a_ullr)."
        )
    truth_stays = true.m_per_px > found.m_per_px * (1.0 + SIZE_TOLERANCE)
    base, moved = (truth, predicted) if truth_stays else (predicted, truth)
    whole, other = (true, found) if truth_stays else (found, true)
    outline = _outline_px(other, whole)
    part = _common_window(outline, whole)
    if part is None:
        raise RasterError(
            f"{predicted.path} and {truth.path} have no ground in common: they cover {found.bounds} and "
            f"{true.bounds} (xmin,ymin,xmax,ymax, each in its own system). Name rasters of one place."
        )
    grid = whole.window(part)
    covered = shapely.Polygon((outline - (part.row, part.col))[:, ::-1]).buffer(0)
    views, silent = _views_on(predicted, truth, grid)
    with _reader_on(moved, other, grid) as (read_moved, way):

        def read(area: Window) -> tuple[Heights, Heights]:
            still_m = base.band.read(
                Window(area.row + part.row, area.col + part.col, area.height, area.width)
            )
            moved_m = read_moved(area)
            if not truth_stays:
                return still_m, moved_m
            # Beyond its border nothing was asked of the prediction.
            place = Affine.translation(area.col, area.row)
            outside = geometry_mask([covered], (area.height, area.width), place)
            return moved_m, np.where(outside, np.float32(np.nan), still_m)

        still, carried = ("truth", "prediction") if truth_stays else ("prediction", "truth")
        grids = f"Compared on the {still}'s grid of {whole.m_per_px:.3g} m; the {carried} was {way} onto it."
        note = " ".join(filter(None, [grids if way else "", silent]))
        yield HeightPair((grid.height, grid.width), grid, views, note, read)


@contextmanager
def _pixel_by_pixel(predicted: ComparedRaster, truth: ComparedRaster) -> Iterator[HeightPair]:
    """Compare two rasters without a place, which must have one size."""
    if predicted.shape != truth.shape:
        found, wanted = (" × ".join(map(str, each.shape)) for each in (predicted, truth))
        raise RasterError(
            f"{predicted.path} has {found} px and {truth.path} {wanted} px, and neither says where it lies: "
            "georeference both, or give rasters of one size."
        )
    views, silent = _views_on(predicted, truth, None)
    yield HeightPair(
        predicted.shape,
        None,
        views,
        silent,
        lambda window: (predicted.band.read(window), truth.band.read(window)),
    )


@contextmanager
def _of_challenge(files: HeightFiles, views: tuple[Pose, Pose]) -> Iterator[HeightPair]:
    """Read the challenge's files whole."""
    truth_m = read_heights(files.truth)
    shape = (truth_m.shape[0], truth_m.shape[1])
    predicted_m = read_heights(files.predicted, shape=shape)
    yield HeightPair(
        shape,
        None,
        views,
        "",
        lambda window: (predicted_m[window.slices], truth_m[window.slices]),
        block_px=max(shape),
    )


@contextmanager
def open_pair(files: HeightFiles) -> Iterator[HeightPair]:
    """Open heights of one image beside the truth.

    Files of the challenge are compared pixel by pixel. Of other rasters the finer one is averaged onto the
    grid of the coarser one, of equally fine ones the truth is moved onto the prediction's; only ground that
    both rasters cover is compared. No more than a few blocks are in memory.

    Args:
        files: Where they are.

    Raises:
        RasterError: A file is not usable, or the two do not lie in one place.
    """
    if files.views is not None:
        views = read_view(files.views[0]), read_view(files.views[1])
        with _of_challenge(files, views) as pair:
            yield pair
        return
    unit = files.unit
    with open_heights(files.predicted, unit) as predicted, open_heights(files.truth, unit) as truth:
        placed = predicted.grid is not None or truth.grid is not None
        with (_on_one_grid if placed else _pixel_by_pixel)(predicted, truth) as pair:
            yield pair
