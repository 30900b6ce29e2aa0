"""Read images of training folders, and tell image from blank paper."""

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.raster.source import Pixels, Source
from engine.raster.windows import Window

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


def read_pixels(path: Path) -> Pixels:
    """Read a whole image as extraction would: bands, bit depth and nodata alike.

    Raises:
        RasterError: It cannot be read.
    """
    with closing(Source(str(path), None)) as source:
        return source.read(Window(0, 0, source.height, source.width))
