"""Rasters whose brightness is their height, and a predictor that reads it off: the truth is known."""

from dataclasses import dataclass
from math import cos, radians, sin, tan

import numpy as np
import rasterio
from affine import Affine
from scipy import ndimage

from engine.heights.pose import Pose, ScaleSums
from engine.networks.predict_heights import PredictedHeights
from engine.raster.crs import local_metric_crs, reproject_points
from engine.raster.grid import Grid

STEPS_PER_M = 4.0
"""Brightness of a metre of height."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a raster lies; the middle of its upper-left pixel is near the zone's central meridian."""

    crs: str | None
    transform: Affine
    height: int = 210
    width: int = 290

    @property
    def grid(self):
        return Grid.measured(self.transform, self.height, self.width, self.crs)


def utm(axes, **size):
    return Place("EPSG:32633", Affine.translation(5e5, 5.4e6) @ axes, **size)


OWN = utm(Affine.scale(1, -1))
"""The grid that the network of the samples works on."""

OTHERS = {
    "finer": utm(Affine.scale(0.5, -0.5)),
    "finer by an odd factor": utm(Affine.scale(0.37, -0.37)),
    "coarser": utm(Affine.scale(1.6, -1.6)),
    "rotated": utm(Affine.rotation(33) @ Affine.scale(0.8, -0.8)),
    "sheared": utm(Affine.shear(15, 0) @ Affine.scale(1.1, -0.8)),
    "not square": utm(Affine.scale(0.5, -1.1)),
    "south-up": utm(Affine.scale(0.9, 0.9)),
    "degrees": Place("EPSG:4326", Affine(9e-6, 0, 15, 0, -6e-6, 48)),
    "degrees rotated": Place(
        "EPSG:4326", Affine.translation(15, 48) @ Affine.rotation(20) @ Affine.scale(9e-6, -6e-6)
    ),
}


def heights_of(place):
    """(H, W) metres in whole steps of brightness: hills some tens of metres wide, higher north-east."""
    rows, cols = np.mgrid[: place.height, : place.width] + 0.5
    grid = place.grid
    ground = grid.to_ground(np.column_stack([rows.ravel(), cols.ravel()]))
    x, y = reproject_points(ground, place.crs, local_metric_crs(*grid.centre, place.crs)).T
    metres = 22 + 9 * np.sin(x / 17 + 0.4) * np.cos(y / 23) + 0.03 * x + 0.02 * y
    return np.rint(metres * STEPS_PER_M).reshape(rows.shape) / STEPS_PER_M


def write_image(path, place, *, heights=None, invalid=None, dtype="uint8", **profile):
    """Write a raster as bright as it is high; invalid pixels are 0 = nodata. The second band is a pattern."""
    red = (heights_of(place) if heights is None else heights) * STEPS_PER_M
    assert 1 <= red.min() <= red.max() <= 255
    pattern = 90 + 60 * np.sin(np.arange(place.width) / 3.0 + np.arange(place.height)[:, None] / 5.0)
    planes = np.stack([red, pattern, red]).round().astype(dtype)
    if dtype == "uint16":
        planes *= 257
    if invalid is not None:
        planes[:, invalid] = 0
        profile["nodata"] = 0
    settings = {"driver": "GTiff", "dtype": dtype, "count": 3, "height": place.height, "width": place.width}
    with rasterio.open(path, "w", **settings | profile, crs=place.crs, transform=place.transform) as file:
        file.write(planes)
    return str(path)


class Oracle:
    """Stands in for the network: reads the height off the brightness.

    Like a network it looks around: it blurs by a few pixels, if asked to, and is wrong by a metre near the
    window's border. Lengths of the flow follow the height and, so that no window has the scene's scale, the
    pattern.
    """

    azimuth_deg, off_nadir_deg = 0.0, 30.0
    blur_px, wrong_px = 0.0, 0
    windows = 0

    def __init__(self, _loaded, _device):
        Oracle.windows = 0

    def pose(self, m_per_px):
        """Of a north-up grid."""
        azimuth = radians(self.azimuth_deg)
        return Pose.from_flow(
            tan(radians(self.off_nadir_deg)) / m_per_px * np.array([-cos(azimuth), sin(azimuth)])
        )

    def magnitude(self, height, pattern, m_per_px):
        return self.pose(m_per_px).scale_px_per_m * height + (pattern.astype(float) - 90) / 30

    def predict(self, image, valid, *, m_per_px, counted, phase_px):
        assert image.dtype == np.uint8
        assert len(phase_px) == 2
        Oracle.windows += 1
        height = image[0] / STEPS_PER_M
        if self.blur_px:
            height = ndimage.gaussian_filter(height, self.blur_px, truncate=3)
        magnitude = self.magnitude(height, image[1], m_per_px)
        speaking = counted & valid
        sums = ScaleSums.of(height[speaking], magnitude[speaking])
        total = float(height[speaking].sum())
        wrong = np.pad(
            np.zeros(np.maximum(np.array(valid.shape) - 2 * self.wrong_px, 0)),
            self.wrong_px,
            constant_values=1.0,
        )
        shown = np.where(valid, height + wrong[: height.shape[0], : height.shape[1]], np.nan).astype(
            np.float32
        )
        vote = self.pose(m_per_px).direction * total * 0.8
        return PredictedHeights(shown, np.array([sums.hm, sums.hh]), vote, total)
