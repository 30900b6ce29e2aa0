"""Shapes painted smoothly over a picture, and pictures as PNG files."""

import os
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize

from engine.atomic import atomic_path

OVERSAMPLING = 3
"""Shapes are painted this much larger, and their pixels averaged."""

_STRIP_ROWS = 64


def paint(
    rgb: NDArray[np.uint8], shapes: Iterable[tuple[Any, int]], colours: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Paint shapes over a picture, anti-aliased.

    Args:
        rgb: (3, H, W) picture.
        shapes: Geometries (x = column, y = row) in pixels times ``OVERSAMPLING``, in the order of painting,
            each with its row of ``colours``, at least 1; what lies outside is cut off.
        colours: (N, 3) red, green, blue from 0 to 255, N at most 256; row 0 is black and stands for no shape.

    Returns:
        (3, H, W) picture.
    """
    listed = list(shapes)
    if not listed:
        return rgb.copy()
    height, width = rgb.shape[1:]
    size = (height * OVERSAMPLING, width * OVERSAMPLING)
    painted: NDArray[np.uint8] = rasterize(listed, out_shape=size, dtype=np.uint8)
    drawn = rgb.copy()
    for row in range(0, height, _STRIP_ROWS):
        strip = painted[row * OVERSAMPLING : (row + _STRIP_ROWS) * OVERSAMPLING]
        blocks = strip.reshape(-1, OVERSAMPLING, width, OVERSAMPLING).swapaxes(1, 2)  # (rows, W, 3, 3)
        touched = blocks.any(axis=(2, 3))
        samples = blocks[touched].reshape(-1, OVERSAMPLING**2)
        clear = (samples == 0).mean(axis=1, dtype=np.float32)
        below = drawn[:, row : row + _STRIP_ROWS]
        mixed = below[:, touched] * clear + colours[samples].mean(axis=1).T
        below[:, touched] = np.rint(mixed).astype(np.uint8)
    return drawn


def write_png(path: str | os.PathLike[str], rgb: NDArray[np.uint8]) -> None:
    """Write a picture as PNG; it appears only when it is complete.

    Args:
        path: Where to write; an existing file is replaced.
        rgb: (3, H, W) red, green, blue.

    Raises:
        OutputError: The file cannot be written there.
    """
    profile = {"driver": "PNG", "dtype": "uint8", "count": 3, "height": rgb.shape[1], "width": rgb.shape[2]}
    with atomic_path(path) as draft, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(draft, "w", **profile) as picture:
            picture.write(rgb)
