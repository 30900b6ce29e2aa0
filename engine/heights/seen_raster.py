"""A file of heights with its place on the ground and its view."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from affine import Affine

from engine.errors import RasterError
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.ground_view import GROUND_VIEW, MOST_PX_PER_M
from engine.heights.pose import Pose
from engine.heights.tags import OWN_M_PER_PX, HeightTags
from engine.raster.crs import is_placed
from engine.raster.grid import Grid
from engine.raster.placement import find_source_grid
from engine.raster.source import open_dataset
from engine.raster.writer import Placement

FROM_NADIR = Pose(0.0, 0.0)
"""The view in which nothing leans."""


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """What a user says about a file of heights.

    Attributes:
        azimuth_deg: Clockwise from true north, from the target to the sensor; overrules the file.
        off_nadir_deg: At the target; overrules the file. Both are given, or neither.
        m_per_px: Ground size of a pixel, for a file that does not know its place.
    """

    azimuth_deg: float | None = None
    off_nadir_deg: float | None = None
    m_per_px: float | None = None

    def pose(self, name: str, grid: Grid) -> Pose:
        """Find how heights are seen: as the user says, else as the file does.

        Args:
            name: The file.
            grid: Its pixels.

        Raises:
            RasterError: Only half of the view is given, the file says nothing of its own, or nothing can be
                seen so obliquely.
        """
        pose = self._told_pose(name, grid)
        if pose.scale_px_per_m > MOST_PX_PER_M:
            raise RasterError(
                f"{name} would be seen with {pose.scale_px_per_m:.4g} px of lean a metre, where "
                f"{MOST_PX_PER_M:g} px are the most: correct the view (--azimuth-deg and --off-nadir-deg)."
            )
        return pose

    def _told_pose(self, name: str, grid: Grid) -> Pose:
        """Return the pose that somebody tells, whatever it is."""
        if self.azimuth_deg is None and self.off_nadir_deg is None:
            return HeightTags.read(name).pose
        if self.azimuth_deg is None or self.off_nadir_deg is None:
            raise RasterError(
                "Half of a view is given: a direction and an angle are needed, --azimuth-deg and "
                "--off-nadir-deg together, or neither."
            )
        return Pose.from_view(self.azimuth_deg, self.off_nadir_deg, grid)


@dataclass(frozen=True, slots=True)
class SeenRaster:
    """An open file of heights. Made by ``open_seen``.

    Attributes:
        name: Path as the user gave it.
        heights: Its heights, in its own pixels.
        grid: Where the pixels lie, in local metres where the file does not know its place.
        plane: Where layers have them: the same; or, of a file that does not know its place, where QGIS shows
            the file, whatever a unit is in metres. ``m_per_px`` is that of the ground.
        of_ground: Whether everything stands at its place on the ground already, as in a rectified file.
    """

    name: str
    heights: HeightRaster
    grid: Grid
    plane: Grid
    of_ground: bool


def _grid(dataset: Any, name: str, m_per_px: float | None) -> Grid:
    """Measure a file's own pixels; local metres where it does not know its place."""
    transform = dataset.transform
    if is_placed(dataset.crs) and transform != Affine.identity():
        return find_source_grid(dataset, name, m_per_px)
    if m_per_px is None and OWN_M_PER_PX in dataset.tags():
        m_per_px = HeightTags.read(name).own_m_per_px
    if m_per_px is None and dataset.crs is None and transform != Affine.identity():
        # By others, who wrote local metres.
        return Grid.measured(transform, dataset.height, dataset.width, None)
    return find_source_grid(dataset, name, m_per_px)


def _plane(placement: Placement, grid: Grid) -> Grid:
    """Return where layers have the pixels of a file: on the ground, or where QGIS shows them."""
    if grid.crs is not None:
        return grid
    return Grid(placement.shown, placement.height, placement.width, None, grid.m_per_px)


@contextmanager
def open_seen(path: str | os.PathLike[str], m_per_px: float | None = None) -> Iterator[SeenRaster]:
    """Open a file of heights in its own pixels.

    Args:
        path: One band of metres above ground; anything GDAL opens.
        m_per_px: Ground size of a pixel, for a file that does not know its place.

    Yields:
        The file, open until the block ends.

    Raises:
        RasterError: It cannot be opened or placed on the ground, or holds no heights in metres.
    """
    name = os.fspath(path)
    with open_dataset(name) as dataset:
        grid, placement = _grid(dataset, name, m_per_px), Placement.of_file(dataset)
    with HeightRaster(name, placement) as heights:
        yield SeenRaster(name, heights, grid, _plane(placement, grid), GROUND_VIEW in heights.tags)
