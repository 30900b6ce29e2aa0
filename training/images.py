"""Read images of training folders."""

from contextlib import closing
from pathlib import Path

from engine.raster.source import Pixels, Source
from engine.raster.windows import Window


def read_pixels(path: Path) -> Pixels:
    """Read a whole image as extraction would: bands, bit depth and nodata alike.

    Raises:
        RasterError: It cannot be read.
    """
    with closing(Source(str(path), None)) as source:
        return source.read(Window(0, 0, source.height, source.width))
