"""Read a folder of images with rasters of heights on the same grid."""

from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from engine.errors import RasterError
from engine.heights.pose import Pose
from engine.progress import Progress, Silent
from engine.raster.crs import ground_size_m
from engine.raster.grid import Grid
from engine.raster.placement import find_source_grid
from engine.raster.source import Pixels, Source, open_dataset, reason
from engine.raster.windows import Window
from training.config import TrainingError
from training.heights.augment import HeightImage
from training.heights.config import HeightSource
from training.images import IMAGE_SUFFIXES, LARGEST_PX, list_folder

_HEIGHTS_M = (-100.0, 1000.0)
"""What can be a height above ground; beyond it are the marks that files have for unknown ones."""

_LONGEST = 1.1
"""Pixels may be this much longer than wide: lengths in an image are taken to be alike in all directions."""


@dataclass(frozen=True, slots=True)
class RasterFiles:
    """The files of one image.

    Attributes:
        image: Colours.
        heights: Metres above ground.
        valid: Not 0 where heights are known; None for everywhere.
    """

    image: Path
    heights: Path
    valid: Path | None


def _partner(image: Path, mark: str, other: str, known: dict[str, Path]) -> Path | None:
    """Find the file that is named like an image, with another mark."""
    before, _, after = image.stem.rpartition(mark)
    return known.get(f"{before}{other}{after}")


def find_rasters(folder: Path, source: HeightSource) -> list[RasterFiles]:
    """List the images of a folder with the rasters that belong to them, by name.

    Raises:
        TrainingError: There is no such folder, it has no image, or an image has no heights.
    """
    marks = (source.image, source.heights, source.valid)
    if not (source.image and source.heights) or len(set(marks)) < len(marks):
        raise TrainingError(
            f"Images, heights and masks of {folder} are told apart by their names, and {marks} do not: give "
            "three different marks such as _rgb, _ndsm and _valid."
        )
    files = [path for path in list_folder(folder) if path.suffix.lower() in IMAGE_SUFFIXES]
    known = {path.stem: path for path in files}
    images = [path for path in files if source.image in path.stem and fnmatchcase(path.stem, source.names)]
    if not images:
        raise TrainingError(
            f"{folder} holds no images: put NAME{source.image}.tif and NAME{source.heights}.tif there, or "
            "say how they are named."
        )
    found, missing = [], []
    for path in images:
        heights = _partner(path, source.image, source.heights, known)
        if heights is None:
            missing.append(path.name)
        else:
            valid = _partner(path, source.image, source.valid, known) if source.valid else None
            found.append(RasterFiles(path, heights, valid))
    if missing:
        raise TrainingError(
            f"{folder} lacks the heights of {len(missing)} images, first {missing[0]}: add rasters with "
            f"{source.heights!r} for {source.image!r} in their names."
        )
    return found


def _place(dataset: Any, path: Path) -> Grid:
    """Find the grid of a raster whose pixels are square on the ground."""
    try:
        grid = find_source_grid(dataset, str(path), None)
    except RasterError as error:
        raise TrainingError(
            f"{path} does not say how large its pixels are on the ground: give it a coordinate reference "
            "system and a geotransform."
        ) from error
    size_m = ground_size_m(grid.transform, grid.crs, grid.height / 2, grid.width / 2)
    if max(size_m) > _LONGEST * min(size_m):
        raise TrainingError(
            f"{path} has pixels of {size_m[0]:.3g} × {size_m[1]:.3g} m: warp it to square ones."
        )
    return grid


def _read_band(dataset: Any, path: Path) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read the values of a single band and where they are known: by nodata, by mask, and as numbers."""
    if dataset.count != 1:
        raise TrainingError(f"{path} has {dataset.count} bands: give one band.")
    try:
        stored, mask = dataset.read(1), dataset.read_masks(1)
    except (RasterioError, ValueError, MemoryError) as error:
        raise RasterError(
            f"{path} cannot be read: {reason(error)}. The file is damaged or cut short: get a whole copy."
        ) from error
    return stored, (mask != 0) & np.isfinite(stored)


def read_height_raster(path: Path) -> tuple[NDArray[np.float32], Grid]:
    """Read a raster of heights above ground.

    Args:
        path: One band of metres, or of what its own scale and offset make metres.

    Returns:
        (H, W) metres, NaN where unknown, and where the pixels lie.

    Raises:
        TrainingError: It has several bands, no place, pixels that are not square, or impossible heights.
        RasterError: It cannot be read.
    """
    with open_dataset(str(path)) as dataset:
        grid = _place(dataset, path)
        stored, known = _read_band(dataset, path)
        scale, offset = dataset.scales[0], dataset.offsets[0]
    height_m = np.where(known, stored, np.nan).astype(np.float32) * np.float32(scale) + np.float32(offset)
    low = float(np.fmin.reduce(height_m, axis=None, initial=np.float32(0.0)))
    high = float(np.fmax.reduce(height_m, axis=None, initial=np.float32(0.0)))
    if low < _HEIGHTS_M[0] or high > _HEIGHTS_M[1]:
        raise TrainingError(
            f"{path} holds heights from {low:g} to {high:g} m: give metres above ground, and declare the "
            "value of unknown ones (gdal_edit -a_nodata)."
        )
    return height_m.astype(np.float32, copy=False), grid


def _refuse_other_size(path: Path, shape: tuple[int, ...], heights: Path, grid: Grid) -> None:
    if shape != (grid.height, grid.width):
        raise TrainingError(
            f"{path.name} is {shape[0]} × {shape[1]} px, but {heights.name} {grid.height} × {grid.width}: "
            "make them alike."
        )


def _read_colours(files: RasterFiles, grid: Grid) -> Pixels:
    """Read the image, which must lie where the heights lie, if it says where."""
    with closing(Source(str(files.image), None)) as source:
        _refuse_other_size(files.image, (source.height, source.width), files.heights, grid)
        dataset = source.dataset
        corners = np.array([[0, 0], [0, grid.width], [grid.height, 0], [grid.height, grid.width]])
        if dataset.crs is not None and not dataset.transform.is_identity:
            other = Grid(dataset.transform, grid.height, grid.width, dataset.crs.to_wkt(), grid.m_per_px)
            apart_px = np.abs(grid.to_pixels(other.to_ground(corners)) - corners).max()
            if other.crs != grid.crs or not apart_px <= 0.5:
                raise TrainingError(
                    f"{files.image.name} lies elsewhere than {files.heights.name}: warp them to one grid."
                )
        return source.read(Window(0, 0, source.height, source.width))


def read_raster(files: RasterFiles, *, from_nadir: bool) -> HeightImage:
    """Read one image with its heights.

    Args:
        files: Where they are.
        from_nadir: Whether everything is seen from straight above; if not, the view is unknown.

    Raises:
        TrainingError: Its rasters do not lie on the same grid, or hold something else.
        RasterError: A raster cannot be read.
    """
    height_m, grid = read_height_raster(files.heights)
    pixels = _read_colours(files, grid)
    if files.valid is not None:
        with open_dataset(str(files.valid)) as dataset:
            _refuse_other_size(files.valid, dataset.shape, files.heights, grid)
            stored, known = _read_band(dataset, files.valid)
        height_m[~known | (stored == 0)] = np.nan
    return HeightImage(pixels.rgb, height_m, pixels.valid, Pose(0.0, 0.0), grid.m_per_px, posed=from_nadir)


def load_rasters(
    folder: Path, source: HeightSource, *, progress: Progress | None = None
) -> list[HeightImage]:
    """Load a folder of images NAME_rgb.tif with rasters of heights NAME_ndsm.tif of the same grid.

    Nodata values, masks of the files and NaN count as unknown, and so does where NAME_valid.tif is 0, if
    there is one. Files named otherwise are passed over.

    Args:
        folder: Where they lie.
        source: How they are named, and whether they are seen from above.
        progress: Told after each image.

    Raises:
        TrainingError: The folder is absent or empty, or a raster is missing or does not fit.
        RasterError: A raster cannot be read.
    """
    progress = progress or Silent()
    found = find_rasters(folder, source)
    images: list[HeightImage] = []
    for files in found:
        images.append(read_raster(files, from_nadir=source.from_nadir))
        if sum(image.valid.size for image in images) > LARGEST_PX:
            raise TrainingError(f"{folder} holds more than {LARGEST_PX:.0e} px, too many: take fewer images.")
        progress.report(len(images), len(found), f"reading {folder.name}")
    return images
