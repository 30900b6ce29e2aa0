"""Rasters that metadata can lie beside."""

import numpy as np
import pytest
import rasterio
from affine import Affine

ON_MAP = {"crs": "EPSG:32616", "transform": Affine(0.5, 0, 745_000, 0, -0.5, 3_737_000)}
"""Half-metre pixels in Atlanta."""


@pytest.fixture
def make_raster(tmp_path):
    """Write a small grey GeoTIFF and return its path."""

    def make(name="town.tif", *, rpcs=None, size=8, **place):
        path = tmp_path / name
        profile = {"driver": "GTiff", "height": size, "width": size, "count": 1, "dtype": "uint8"}
        with rasterio.open(path, "w", **profile, **place) as out:
            out.write(np.zeros((1, size, size), dtype=np.uint8))
            if rpcs is not None:
                out.rpcs = rpcs
        return path

    return make


@pytest.fixture
def make_mapped(make_raster):
    """Write a raster that lies on the map."""
    return lambda name="town.tif", **more: make_raster(name, **ON_MAP, **more)
