"""Read images and masks of training folders, and tell image from blank paper."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from scipy import ndimage

from engine.errors import RasterError

BLANK_LEVEL = 250
"""Pixels at least this bright in all bands may be paper, not image."""

BLANK_PX = 2000
"""Smaller white areas are roofs."""

BLANK_MARGIN_PX = 4
"""Lossy compression blurs the border of the image by about this much."""


def find_valid(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell image from the blank paper around it.

    Args:
        rgb: (3, H, W).

    Returns:
        (H, W), false on large connected areas of white and a few pixels around them.
    """
    labels, count = ndimage.label((rgb >= BLANK_LEVEL).all(axis=0))
    large = np.bincount(labels.ravel(), minlength=count + 1) >= BLANK_PX
    large[0] = False
    blank = large[labels]
    if blank.any():
        blank = ndimage.binary_dilation(blank, iterations=BLANK_MARGIN_PX)
    valid: NDArray[np.bool_] = ~blank
    return valid


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a raster whose place on the ground does not matter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as raster:
                yield raster
    except RasterioIOError as error:
        raise RasterError(f"{path} cannot be read as an image: replace or remove it.") from error


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read the first three bands of an 8-bit image, (3, H, W).

    Raises:
        RasterError: It cannot be read, or is no 8-bit RGB image.
    """
    with _opened(path) as raster:
        if raster.count < 3 or raster.dtypes[0] != "uint8":
            raise RasterError(
                f"{path} has {raster.count} bands of {raster.dtypes[0]}: give an 8-bit RGB image."
            )
        pixels: NDArray[np.uint8] = raster.read((1, 2, 3))
    return pixels


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Read the first band of a road mask, (H, W), true where not zero.

    Raises:
        RasterError: It cannot be read.
    """
    with _opened(path) as raster:
        band: NDArray[np.uint8] = raster.read(1)
    return band > 0
