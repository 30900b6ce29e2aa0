"""Rasters that are road masks, and rasters that only look like it."""

import numpy as np
import pytest
import rasterio

from engine.errors import RasterError
from engine.roads.convert import read_mask

ROADS = np.zeros((40, 50), dtype=bool)
ROADS[20:23] = True


def write(path, bands):
    profile = {"driver": "GTiff", "dtype": bands.dtype, "count": len(bands), "height": 40, "width": 50}
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(bands)
    return str(path)


@pytest.mark.parametrize(
    "bands",
    [
        ROADS[None].astype(np.uint8),
        ROADS[None].astype(np.uint8) * 255,
        np.repeat(ROADS[None].astype(np.uint8) * 255, 3, axis=0),
        np.concatenate(
            [np.repeat(ROADS[None] * np.uint8(255), 3, axis=0), np.full((1, 40, 50), 255, np.uint8)]
        ),
        np.where(ROADS, 0.8, 0.1)[None].astype(np.float32),
        np.where(ROADS, 255.0, 0.0)[None].astype(np.float32),
        np.where(ROADS, 0.5, np.nan)[None].astype(np.float32),
    ],
    ids=["one", "255", "grey RGB", "grey RGBA", "probability", "float 255", "NaN elsewhere"],
)
def test_masks_of_all_kinds_are_read(tmp_path, bands):
    mask, _ = read_mask(write(tmp_path / "mask.tif", bands))
    np.testing.assert_array_equal(mask, ROADS)


def test_a_photograph_is_no_mask(tmp_path):
    photograph = np.random.default_rng(1).integers(0, 255, (3, 40, 50), dtype=np.uint8)
    with pytest.raises(RasterError, match="colours"):
        read_mask(write(tmp_path / "photograph.tif", photograph))


def test_heights_are_no_mask(tmp_path):
    heights = np.random.default_rng(1).uniform(0, 30, (1, 40, 50)).astype(np.float32)
    with pytest.raises(RasterError, match="beyond 0 to 1"):
        read_mask(write(tmp_path / "heights.tif", heights))
