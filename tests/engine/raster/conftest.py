"""One catalogue of places and a way to write rasters there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from engine.raster.crs import WGS_84, local_metric_crs, reproject_points


@dataclass(frozen=True)
class Site:
    """A raster's placement: system, pixel axes in its units, and where its centre is."""

    crs: str
    axes: Affine
    longitude_deg: float
    latitude_deg: float
    height: int = 150
    width: int = 190

    @property
    def transform(self):
        x, y = reproject_points(
            [(self.longitude_deg, self.latitude_deg)], WGS_84, self.crs, near_x=self.longitude_deg
        )[0]
        half = self.axes @ (self.width / 2, self.height / 2)
        return Affine.translation(x - half[0], y - half[1]) @ self.axes


SITES = {
    "utm 1 m": Site("EPSG:32631", Affine.scale(1, -1), 2.3, 48.9),
    "utm 0.5 m": Site("EPSG:32631", Affine.scale(0.5, -0.5), 2.3, 48.9),
    "utm rotated": Site("EPSG:32631", Affine.rotation(33) @ Affine.scale(0.7, -0.7), 2.3, 48.9),
    "utm sheared": Site("EPSG:32631", Affine.shear(15, 0) @ Affine.scale(1.1, -0.8), 2.3, 48.9),
    "utm not square": Site("EPSG:32631", Affine.scale(0.4, -0.9), 2.3, 48.9),
    "utm south-up": Site("EPSG:32631", Affine.scale(1, 1), 2.3, 48.9),
    "nad83": Site("EPSG:26917", Affine.scale(0.6, -0.6), -79.0, 38.0),
    "degrees 60° N": Site(WGS_84, Affine.scale(9e-6, -4.5e-6), 11.0, 60.0),
    "degrees rotated": Site(WGS_84, Affine.rotation(20) @ Affine.scale(9e-6, -6e-6), 11.0, 30.0),
    "degrees antimeridian": Site(WGS_84, Affine.scale(6e-6, -6e-6), 180.0, -17.0),
    "web mercator": Site("EPSG:3857", Affine.scale(1.2, -1.2), 25.0, 60.0),
    "us survey feet": Site("EPSG:2263", Affine.scale(2, -2), -73.95, 40.7),
    "near the pole": Site("EPSG:3413", Affine.scale(0.8, -0.8), -120.0, 88.5),
}


@pytest.fixture(params=SITES.values(), ids=SITES.keys())
def site(request):
    """Each kind of placement in turn."""
    return request.param


@pytest.fixture
def write(tmp_path):
    """Write an array as a raster; returns its path."""

    def write(array, name="image.tif", **profile):
        array = np.asarray(array)
        array = array[None] if array.ndim == 2 else array
        masks = profile.pop("mask", None)
        colours = profile.pop("colorinterp", None)
        palette = profile.pop("palette", None)
        count, height, width = array.shape
        path = Path(tmp_path) / name
        shape = {"count": count, "height": height, "width": width, "dtype": array.dtype.name}
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **shape | profile) as out:
            if colours:
                out.colorinterp = colours
            if palette:
                out.write_colormap(1, palette)
            out.write(array)
            if masks is not None:
                out.write_mask(masks)
        return str(path)

    return write


@pytest.fixture
def texture():
    """A smooth (3, H, W) uint8 pattern without symmetry, no two bands alike, nowhere 0."""

    def texture(height, width):
        row, col = np.mgrid[:height, :width]
        turned = np.cos(0.576) * row + np.sin(0.576) * col
        ripple = 25 * np.sin(turned / 7.0) + 15 * np.cos(col / 5.0 + 1.0)
        ramp = turned * (150 / (height + width))
        return np.stack([45 + ramp + ripple, 60 + 0.7 * ramp - ripple, 200 - ramp + ripple]).astype(np.uint8)

    return texture


@pytest.fixture
def paint_dots():
    """Paint bright Gaussian dots of 2 m into a site's pixels, at ground offsets in local metres."""

    def paint_dots(site, offsets_m):
        """Return the (3, H, W) image and the longitude, latitude of each dot."""
        local = local_metric_crs(site.longitude_deg, site.latitude_deg, WGS_84)
        rows, cols = np.mgrid[: site.height, : site.width] + 0.5
        here = site.transform
        x, y = here.a * cols + here.b * rows + here.c, here.d * cols + here.e * rows + here.f
        metres = reproject_points(np.column_stack([x.ravel(), y.ravel()]), site.crs, local)
        light = np.full(metres.shape[0], 20.0)
        for offset in offsets_m:
            distance2_m2 = ((metres - offset) ** 2).sum(axis=1)
            light += 220 * np.exp(-distance2_m2 / (2 * 2.0**2))
        image = np.rint(light.reshape(rows.shape)).astype(np.uint8)
        return np.repeat(image[None], 3, axis=0), reproject_points(offsets_m, local, WGS_84)

    return paint_dots
