"""Rasters as files, for tests."""

import rasterio
from affine import Affine

from training.scenes.scene import CRS

HALF_METRES = Affine(0.5, 0, 5e5, 0, -0.5, 5.4e6)


def write_raster(path, planes, crs=CRS, transform=HALF_METRES, tags=None, **profile):
    """Write (C, H, W) planes, or one (H, W); return the path."""
    planes = planes if planes.ndim == 3 else planes[None]
    count, height, width = planes.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=count,
        height=height,
        width=width,
        dtype=planes.dtype,
        crs=crs,
        transform=transform,
        **profile,
    ) as file:
        file.write(planes)
        file.update_tags(**(tags or {}))
    return path
