"""A raster of heights that is compared: its numbers, where it lies, and the view that it states."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affine import Affine

from engine.heights.challenge.files import ENDINGS, read_view
from engine.heights.height_band import HeightBand, is_challenge_name
from engine.heights.pose import Pose
from engine.heights.tags import ANGLE_RAD, HeightTags
from engine.raster.crs import is_placed
from engine.raster.grid import Grid
from engine.raster.source import open_dataset


@dataclass(frozen=True, slots=True)
class ComparedRaster:
    """An open raster of heights.

    Attributes:
        path: Where it is.
        band: Its heights, in its own pixels or warped.
        grid: Where its pixels lie; None where the file does not say.
    """

    path: Path
    band: HeightBand
    grid: Grid | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.band.dataset.height, self.band.dataset.width

    def pose(self) -> Pose | None:
        """Return the view of its own pixels that the file states by tags, or a challenge's file beside it.

        Raises:
            RasterError: What it states is no view.
        """
        if ANGLE_RAD in self.band.dataset.tags():
            return HeightTags.read(self.path).pose
        if is_challenge_name(self.path):
            beside = self.path.with_name(self.path.name.removesuffix(ENDINGS["AGL"]) + ENDINGS["VFLOW"])
            return read_view(beside) if beside.is_file() else None
        return None


def grid_of(dataset: Any) -> Grid | None:
    """Return where the pixels of an open raster lie; None where it does not say."""
    if is_placed(dataset.crs) and dataset.transform != Affine.identity():
        return Grid.measured(dataset.transform, dataset.height, dataset.width, dataset.crs.to_wkt())
    return None


@contextmanager
def open_heights(path: Path, unit: str | None = None) -> Iterator[ComparedRaster]:
    """Open a raster of heights above ground.

    Args:
        path: As ``HeightBand`` reads it.
        unit: "m" or "cm": of whole numbers that do not state it; None = these are refused.

    Raises:
        RasterError: The file cannot be opened, is no raster of heights, or its unit is not clear.
    """
    with open_dataset(str(path)) as dataset:
        yield ComparedRaster(path, HeightBand.of(dataset, str(path), unit), grid_of(dataset))
