"""Images of training folders, and how large they may be."""

from contextlib import closing
from pathlib import Path

from engine.raster.source import Pixels, Source
from engine.raster.windows import Window
from training.config import TrainingError

IMAGE_SUFFIXES = (".webp", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""What an image of an image-and-mask folder may end with."""

LARGEST_PX = 400_000_000
"""Images are held in memory, three bytes a pixel."""

LARGEST_TILE_PX = 2048
"""Larger images are judged on their upper left part of this side, which a network sees in one piece."""


def list_folder(folder: Path) -> list[Path]:
    """List what a folder holds, by name.

    Raises:
        TrainingError: There is no such folder.
    """
    if not folder.is_dir():
        raise TrainingError(
            f"There is no folder {folder}: set --data to the folder that the recipe's paths start from."
        )
    return sorted(folder.iterdir())


def read_pixels(path: Path) -> Pixels:
    """Read a whole image as extraction would: bands, bit depth and nodata alike.

    Raises:
        RasterError: It cannot be read.
    """
    with closing(Source(str(path), None)) as source:
        return source.read(Window(0, 0, source.height, source.width))
