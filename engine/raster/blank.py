"""Tell an image from the blank paper around it."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

BLANK_LEVEL = 250
"""Pixels at least this bright in all bands may be paper, not image."""

BLANK_PX = 2000
"""Smaller white areas are roofs."""

BLANK_MARGIN_PX = 4
"""Lossy compression blurs the border of the image by about this much."""


def large_areas(mask: NDArray[np.bool_], least_px: int) -> NDArray[np.bool_]:
    """Keep the connected areas of a mask that have at least so many pixels.

    Args:
        mask: (H, W); areas are connected by their pixels' sides.
        least_px: Pixels of the smallest area to keep.

    Returns:
        (H, W).
    """
    labels, count = ndimage.label(mask)
    large = np.bincount(labels.ravel(), minlength=count + 1) >= least_px
    large[0] = False
    kept: NDArray[np.bool_] = large[labels]
    return kept


def find_valid(rgb: NDArray[np.uint8], *, reduction: int = 1) -> NDArray[np.bool_]:
    """Tell image from the blank paper around it.

    Args:
        rgb: (3, H, W).
        reduction: Pixels of the original along a side of one of these.

    Returns:
        (H, W), false on large connected areas of white and a few pixels around them.
    """
    least_px = max(1, BLANK_PX // reduction**2)
    white: NDArray[np.bool_] = np.all(rgb >= BLANK_LEVEL, axis=0)
    blank = large_areas(white, least_px)
    if blank.any():
        blank = ndimage.binary_dilation(blank, iterations=-(-BLANK_MARGIN_PX // reduction))
    valid: NDArray[np.bool_] = ~blank
    return valid
