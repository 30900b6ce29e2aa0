"""A raster of known heights beside an estimated one: in one frame, averaged over cells on one surface."""

from dataclasses import dataclass
from math import ceil, pi

import numpy as np
from numpy.typing import NDArray

from engine.heights.buildings.standing import SeenGround
from engine.heights.height_raster import HeightRaster
from engine.heights.known.slope import LEAST_KNOWN_M
from engine.heights.nadir.rectify import TEAR_M
from engine.heights.nadir.splat import Plane
from engine.heights.pose import Pose
from engine.raster.grid import Grid
from engine.raster.source import open_dataset
from engine.raster.windows import Window
from engine.raster.writer import Placement

_CORE_PX = 512
_MOST_CORES = 64
"""Squares that are compared: evenly chosen where there are more."""

_LEAST_CELL_PX = 3
"""Cells of fewer pixels would tell more of the half pixel by which positions are rounded."""


def cell_side_px(reference: str, grid: Grid) -> int:
    """Choose the side of cells: as large as the pixels of the coarser raster, and at least three pixels.

    Args:
        reference: Raster of known heights; one without a place has pixels as large as the grid's.
        grid: Of the estimated heights.

    Raises:
        RasterError: It cannot be opened or placed.
    """
    with open_dataset(reference) as dataset:
        place = Placement.of_file(dataset)
    if place.crs is None and place.transform.is_identity:
        return _LEAST_CELL_PX
    # Without a system, a unit of the plane that both lie on may be any length.
    own, other = (
        Grid.measured(each.transform, each.height, each.width, each.crs).m_per_px for each in (grid, place)
    )
    return max(_LEAST_CELL_PX, ceil(other / own - 0.01))


def _cores(cover: Window) -> list[Window]:
    """Cut a part of a raster into squares, and choose some of many evenly."""
    cores = cover.blocks(_CORE_PX, _CORE_PX)
    chosen = np.linspace(0, len(cores) - 1, min(len(cores), _MOST_CORES)).round().astype(int)
    return [cores[number] for number in chosen.tolist()]


def _compare_cells(estimated_m: Plane, known_m: Plane, cell_px: int) -> NDArray[np.float64]:
    """Average both over square cells of which at least half is known in both.

    Only cells that lie on one surface, such as a roof, tell about heights: elsewhere, half a pixel between
    the two, or a wall that lidar does not show, would count as an error of height.

    Args:
        estimated_m: (H, W); NaN where unknown.
        known_m: (H, W); NaN where unknown.
        cell_px: Side of a cell.

    Returns:
        (2, N) means of estimated and known heights.
    """
    rows, cols = (side // cell_px for side in known_m.shape)
    planes = np.stack([estimated_m, known_m])[:, : rows * cell_px, : cols * cell_px]
    cut = planes.reshape(2, rows, cell_px, cols, cell_px).swapaxes(2, 3).reshape(2, -1, cell_px**2)
    both: NDArray[np.bool_] = ~np.isnan(cut[0] + cut[1])
    lowest = np.min(cut[1], axis=1, where=both, initial=np.inf)
    highest = np.max(cut[1], axis=1, where=both, initial=-np.inf)
    surface = (both.sum(axis=1) * 2 >= cell_px**2) & (lowest > LEAST_KNOWN_M) & (highest - lowest <= TEAR_M)
    sums = np.sum(cut[:, surface], axis=2, where=both[surface], dtype=np.float64)
    means: NDArray[np.float64] = sums / both[surface].sum(axis=1)
    return means


@dataclass(frozen=True, slots=True, eq=False)
class KnownRaster:
    """Estimated and known heights of one place.

    Attributes:
        estimated: What is estimated, seen obliquely.
        known: What is known, at its place on the ground, read in the pixels of the estimate.
        grid: These pixels.
        cell_px: Side of the cells that are compared.
    """

    estimated: HeightRaster
    known: HeightRaster
    grid: Grid
    cell_px: int

    def pairs(self, pose: Pose, *, own: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compare the two in one frame.

        Args:
            pose: How the estimate is seen.
            own: Whether each pixel's own estimate says where on the ground it stands; else what is known is
                moved to where the image shows it.

        Returns:
            (N,) estimated and (N,) known heights of cells.

        Raises:
            RasterError: A file cannot be read.
        """
        # From the ground into the image, what is higher hides the rest as well: the same, the other way.
        view = pose if own else Pose(pose.angle_rad + pi, pose.scale_px_per_m)
        moving = SeenGround(self.estimated if own else self.known, self.grid.height, self.grid.width, view)
        found = [np.empty((2, 0))]
        for core in _cores(self.known.cover):
            moved = moving.rectified(core)
            estimated, known = (moved, self.known.read(core)) if own else (self.estimated.read(core), moved)
            found.append(_compare_cells(estimated, known, self.cell_px))
        estimated_m, known_m = np.concatenate(found, axis=1)
        return estimated_m, known_m
