"""What the engine is given for a raster layer: the layer's own file, or what QGIS renders of it.

On the main thread ``raster_request`` takes from a layer all that is needed; in any thread its ``render``
gives the file. A layer that is a file goes by its path, untouched; web layers, virtual rasters and
rasters in memory are rendered tile by tile to a temporary GeoTIFF.
"""

from __future__ import annotations

from .errors import InputCancelled, InputError
from .request import MOST_PIXELS, RasterRequest, raster_request
from .source import InputRaster

__all__ = ["MOST_PIXELS", "InputCancelled", "InputError", "InputRaster", "RasterRequest", "raster_request"]
