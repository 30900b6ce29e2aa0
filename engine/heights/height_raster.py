"""A raster of heights, read in the pixels of the image that it belongs to, whatever its own grid is."""

from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from engine.errors import RasterError
from engine.heights.height_band import HeightBand
from engine.heights.nadir.rectify import TEAR_M
from engine.heights.nadir.splat import Plane
from engine.heights.pose import Pose
from engine.raster.crs import reproject_points
from engine.raster.grid import Grid
from engine.raster.resample import Resampling, find_places, halve
from engine.raster.source import open_dataset
from engine.raster.windows import Window
from engine.raster.writer import Placement

_SAME_PX = 0.01
"""Pixels by which two grids may miss each other and still be one."""

_READ_PX = 2**23
"""Pixels of the heights read at once, at most: bounds memory where they are much finer than the image."""

_OUTLINE_POINTS = 33


def _on_plane(placement: Placement) -> Grid:
    """Make a grid of what a file says of its place, however little that is."""
    return Grid(placement.transform, placement.height, placement.width, placement.crs, 1.0)


def _on_one_plane(own: Placement, image: Placement, name: str) -> tuple[Placement, Placement]:
    """Return where the heights and the image lie, where one of them does not know it.

    Of the image's size, they lie where it does. Else their coordinates count from the image's upper-left
    corner, in steps of their own pixels: so it is with a part of the image, and with local metres.

    Raises:
        RasterError: Nothing tells how they lie to each other.
    """
    if (own.crs is None) != (image.crs is None):
        without, other = (name, "the image") if own.crs is None else ("The image", name)
        raise RasterError(
            f"{without} has no coordinate reference system, but {other} has one: give both or none one."
        )
    nowhere = [each.transform == Affine.identity() for each in (own, image)]
    if own.crs is not None or not any(nowhere):
        return own, image
    if (own.height, own.width) == (image.height, image.width):
        return own, replace(image, transform=own.transform)
    if all(nowhere) or nowhere[0]:
        raise RasterError(
            f"{name} has {own.height} × {own.width} px and the image {image.height} × {image.width} px, and "
            "they do not both know their place: give heights of the image's size, or georeference both."
        )
    return own, replace(image, transform=Affine.scale(own.transform.a, own.transform.e))


@dataclass(frozen=True, slots=True)
class _Match:
    """How the pixels of heights lie in those of an image.

    Attributes:
        plan: The two grids.
        offset: Row and col in the image of the first height, where the pixels are the same; else None.
        cover: Part of the image that the heights cover.
    """

    plan: Resampling
    offset: tuple[int, int] | None
    cover: Window

    @classmethod
    def of(cls, own: Grid, image: Grid, name: str) -> Self:
        """Compare two grids.

        Raises:
            RasterError: They do not overlap, or their systems have no relation.
        """
        rows, cols = (np.linspace(0, side, _OUTLINE_POINTS) for side in (own.height, own.width))
        lattice = np.stack(np.meshgrid(rows, cols), axis=-1).reshape(-1, 2)
        ground = reproject_points(own.to_ground(lattice), own.crs, image.crs, near_x=image.centre[0])
        places = image.to_pixels(ground)
        known = np.isfinite(places).all(axis=1)
        shift = places[0] - lattice[0]
        same = known.all() and bool(np.abs(places - lattice - np.rint(shift)).max() <= _SAME_PX)
        margin = 0 if same else 1  # sides may bulge a little between the points
        low = np.floor(places[known].min(axis=0, initial=np.inf) + _SAME_PX) - margin
        high = np.ceil(places[known].max(axis=0, initial=-np.inf) - _SAME_PX) + margin
        low, high = np.maximum(low, 0), np.minimum(high, (image.height, image.width))
        if not (low < high).all():
            raise RasterError(
                f"{name} covers {own.bounds}, the image {image.bounds} (xmin,ymin,xmax,ymax, each in its own "
                "system): they do not overlap. Give the heights of this image."
            )
        row, col, bottom, right = np.concatenate([low, high]).astype(int).tolist()
        offset = np.rint(shift).astype(int).tolist() if same else None
        cover = Window(row, col, bottom - row, right - col)
        return cls(Resampling(own, image, 1, 1), (offset[0], offset[1]) if offset else None, cover)


class HeightRaster:
    """Reads heights in the pixels of an image. A context manager.

    A height is the same through whatever window it is read. Where the pixels of the two files are not the
    same, heights go over evenly within a surface and stay those of the nearest pixel across its edge, so that
    no wall becomes a slope. Memory is bounded by the window, not by the raster.

    Attributes:
        cover: Part of the image that the heights cover.
        tags: What the file says of itself.
    """

    def __init__(self, path: str, image: Placement) -> None:
        """Open a file.

        Args:
            path: One band of heights above ground, as ``HeightBand`` reads them; whole numbers that state no
                unit are metres. Anything GDAL opens.
            image: Size and place of the image.

        Raises:
            RasterError: The file cannot be opened, holds no heights, or lies elsewhere.
        """
        self._dataset = open_dataset(path)
        try:
            self._band = HeightBand.of(self._dataset, path, "m")
            own, image = _on_one_plane(Placement.of_file(self._dataset), image, path)
            self._match = _Match.of(_on_plane(own), _on_plane(image), path)
            self.cover = self._match.cover
            self.tags: dict[str, str] = self._dataset.tags()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._dataset.close()

    def pose_in_image(self, pose: Pose) -> Pose:
        """Return a view of the heights' own pixels as a view of the image's, at the middle of the heights."""
        if self._match.offset is not None:
            return pose
        own, image = self._match.plan.source, self._match.plan.target
        row, col = own.height / 2, own.width / 2
        steps = np.array([(row - 0.5, col), (row + 0.5, col), (row, col - 0.5), (row, col + 0.5)])
        ground = reproject_points(own.to_ground(steps), own.crs, image.crs, near_x=image.centre[0])
        places = image.to_pixels(ground)
        return pose.transformed(np.column_stack([places[1] - places[0], places[3] - places[2]]))

    def read(self, window: Window) -> Plane:
        """Read a window of the image.

        Args:
            window: Part of the image; may reach beyond the heights.

        Returns:
            (H, W) float32 metres above ground, NaN where unknown.

        Raises:
            RasterError: The file cannot be read, or holds what cannot be heights above ground.
        """
        if self._match.offset is not None:
            row, col = self._match.offset
            return self._read_own(replace(window, row=window.row - row, col=window.col - col))
        rows, cols = find_places(self._match.plan, window)
        heights = np.full((window.height, window.width), np.nan, dtype=np.float32)
        pieces = [Window(0, 0, window.height, window.width)]
        while pieces:
            piece = pieces.pop()
            pieces.extend(self._resample(heights, piece, rows[piece.slices], cols[piece.slices]))
        return heights

    def _resample(
        self, heights_m: Plane, piece: Window, rows: NDArray[np.float64], cols: NDArray[np.float64]
    ) -> list[Window]:
        """Fill a piece of a window from places in the file; return the halves of one that needs too much."""
        own = self._match.plan.source
        near = (rows > -1.0) & (rows < own.height + 1.0) & (cols > -1.0) & (cols < own.width + 1.0)
        if not near.any():
            return []
        top, left = (int(np.floor(part[near].min() - 0.5)) for part in (rows, cols))
        bottom, right = (int(np.floor(part[near].max() + 0.5)) + 1 for part in (rows, cols))
        seen = Window(top, left, bottom - top, right - left)
        if seen.area_px > _READ_PX and piece.area_px > 1:
            return halve(piece)
        read = self._read_own(seen)
        # Places that are not near are far from what was read.
        rows, cols = np.where(near, rows - top, 0.5), np.where(near, cols - left, 0.5)
        heights_m[piece.slices] = np.where(near, _within_surfaces(read, rows, cols), np.float32(np.nan))
        return []

    def _read_own(self, window: Window) -> Plane:
        """Read a window of the file's own pixels, which may reach beyond them: unknown there."""
        heights = np.full((window.height, window.width), np.nan, dtype=np.float32)
        row, col = max(0, window.row), max(0, window.col)
        bottom = min(self._dataset.height, window.row + window.height)
        right = min(self._dataset.width, window.col + window.width)
        if bottom <= row or right <= col:
            return heights
        inside = Window(row - window.row, col - window.col, bottom - row, right - col)
        heights[inside.slices] = self._band.read(Window(row, col, bottom - row, right - col))
        return heights


def _within_surfaces(height_m: Plane, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Plane:
    """Read heights between pixel centres: bilinearly where the four around are one surface, else the nearest.

    Args:
        height_m: (H, W) NaN where unknown.
        rows: Places in the corner frame, of any shape, with four pixels around them.
        cols: Likewise.
    """
    top, left = np.floor(rows - 0.5).astype(np.intp), np.floor(cols - 0.5).astype(np.intp)
    down, across = (rows - 0.5 - top).astype(np.float32), (cols - 0.5 - left).astype(np.float32)
    top, left = np.maximum(top, 0), np.maximum(left, 0)
    bottom, right = np.minimum(top + 1, len(height_m) - 1), np.minimum(left + 1, height_m.shape[1] - 1)
    corners = np.stack(
        [height_m[top, left], height_m[top, right], height_m[bottom, left], height_m[bottom, right]]
    )
    upper = corners[0] + across * (corners[1] - corners[0])
    lower = corners[2] + across * (corners[3] - corners[2])
    # Where one of the four is unknown, so is the span.
    one_surface = corners.max(axis=0) - corners.min(axis=0) <= TEAR_M
    nearest = height_m[np.where(down < 0.5, top, bottom), np.where(across < 0.5, left, right)]
    result: Plane = np.where(one_surface, upper + down * (lower - upper), nearest)
    return result
