"""A file of heights with its place on the ground and its view."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from affine import Affine

from engine.errors import RasterError
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.ground_view import GROUND_VIEW
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
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
            RasterError: Only half of the view is given, or the file says nothing of its own.
        """
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
        grid: Where the pixels lie.
        of_ground: Whether everything stands at its place on the ground already, as in a rectified file.
    """

    name: str
    heights: HeightRaster
    grid: Grid
    of_ground: bool


def _grid(name: str, m_per_px: float | None) -> tuple[Grid, Placement]:
    with open_dataset(name) as dataset:
        placement = Placement.of_file(dataset)
        if placement.crs is None and placement.transform != Affine.identity() and m_per_px is None:
            # Local metres, as heights of an image without a place are written.
            return Grid.measured(placement.transform, placement.height, placement.width, None), placement
        return find_source_grid(dataset, name, m_per_px), placement


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
    grid, placement = _grid(name, m_per_px)
    with HeightRaster(name, placement) as heights:
        yield SeenRaster(name, heights, grid, GROUND_VIEW in heights.tags)
