"""Rasters that cannot be used: one line that says what was found and what to do, never wrong pixels."""

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.drivers import raster_driver_extensions

from engine.errors import RasterError
from engine.raster.crs import parse_crs
from engine.raster.reader import RasterOptions, open_raster

PLACED = {"crs": "EPSG:32631", "transform": Affine(1, 0, 450_000, 0, -1, 5_400_000)}
TILED = {"tiled": True, "blockxsize": 128, "blockysize": 128}

CUT = {
    "strips": {},
    "tiles": TILED,
    "strips, deflate": {"compress": "deflate"},
    "tiles, deflate": {"compress": "deflate", **TILED},
    "strips, lzw": {"compress": "lzw"},
    "tiles, jpeg": {"compress": "jpeg", **TILED},
    "bands apart": {"interleave": "band"},
    "PNG": {"driver": "PNG"},
    "JPEG": {"driver": "JPEG"},
    "WebP": {"driver": "WEBP"},
    "JPEG 2000": {"driver": "JP2OpenJPEG"},
}


@pytest.fixture
def refusal(capfd):
    """Read a raster that must be refused, and return the message."""

    def refusal(path, *, m_per_px=1.0, **options):
        with (
            pytest.raises(RasterError) as failure,
            open_raster(path, m_per_px=m_per_px, options=RasterOptions(**options)) as reader,
        ):
            reader.read(reader.grid.whole)
        message = str(failure.value)
        assert "\n" not in message
        assert capfd.readouterr().err == ""
        return message

    return refusal


@pytest.mark.parametrize("share", [0.9, 0.5])
@pytest.mark.parametrize("profile", CUT.values(), ids=CUT.keys())
def test_a_file_cut_short_is_an_error_and_not_black(profile, share, write, refusal):
    if profile.get("driver") == "JP2OpenJPEG" and "jp2" not in raster_driver_extensions():
        pytest.skip("this GDAL was built without a JPEG 2000 driver")
    noise = np.random.default_rng(0).integers(1, 255, (3, 400, 300), dtype=np.uint8)
    path = write(noise, "cut.tif", **PLACED, **profile)
    os.truncate(path, int(Path(path).stat().st_size * share))
    for m_per_px in (1.0, 0.7):
        message = refusal(path, m_per_px=m_per_px)
        assert path in message
        assert "cannot be read at rows" in message
        assert "damaged or cut short" in message


def test_the_whole_part_of_a_cut_file_can_still_be_read(write):
    noise = np.random.default_rng(0).integers(1, 255, (3, 400, 300), dtype=np.uint8)
    path = write(noise, "cut.tif", **PLACED)
    os.truncate(path, Path(path).stat().st_size // 2)
    with open_raster(path, m_per_px=1.0) as reader:
        grid = reader.grid.whole
        upper = type(grid)(0, 0, 100, grid.width)
        assert np.array_equal(reader.read(upper).rgb, noise[:, :100])
        with pytest.raises(RasterError, match="rows 0–400"):
            reader.read(grid)
        assert np.array_equal(reader.read(upper).rgb, noise[:, :100])


def test_things_that_are_no_raster_are_named(tmp_path, refusal):
    (tmp_path / "text.tif").write_text("once upon a time\n" * 50)
    (tmp_path / "empty.tif").touch()
    assert "not recognized" in refusal(tmp_path / "text.tif")
    assert "is empty" in refusal(tmp_path / "empty.tif")
    assert "is a folder" in refusal(tmp_path)
    assert "No such file" in refusal(tmp_path / "missing.tif")
    assert "too long" in refusal("x" * 5000)
    assert "is empty" in refusal("")
    assert "does not exist" in refusal(f"/vsizip/{tmp_path}/missing.zip/image.tif")


def test_a_file_that_may_not_be_read_says_so(write, texture, refusal):
    path = write(texture(9, 9), **PLACED)
    Path(path).chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "may not be read" in refusal(path)


def test_complex_numbers_are_refused(write, refusal):
    assert "complex" in refusal(write(np.ones((1, 9, 9), dtype=np.complex64), **PLACED))


def test_a_raster_without_a_place_asks_for_its_size(write, texture, refusal):
    image = texture(40, 50)
    bare = refusal(write(image, "bare.tif"))
    assert "no coordinate reference system" in bare
    assert "--gsd METRES" in bare
    assert "no position" in refusal(write(image, "system.tif", crs="EPSG:32631"))
    assert "no coordinate reference system" in refusal(
        write(image, "world.tif", transform=Affine(1, 0, 7, 0, -1, 9))
    )


def test_control_points_and_sensor_models_are_not_taken_for_a_place(write, texture, refusal):
    path = write(texture(40, 50))
    points = [
        GroundControlPoint(0, 0, 2.0, 49.0),
        GroundControlPoint(0, 50, 2.1, 49.0),
        GroundControlPoint(40, 0, 2.0, 48.9),
    ]
    with rasterio.open(path, "r+") as dataset:
        dataset.gcps = (points, rasterio.crs.CRS.from_epsg(4326))
    assert "3 ground control points only: rectify it" in refusal(path)


def test_a_raster_that_knows_its_size_takes_no_other(write, texture, refusal):
    assert "leave out --gsd" in refusal(write(texture(40, 50), **PLACED), source_m_per_px=0.5)


def test_impossible_resolutions_are_refused(write, texture, refusal):
    assert "above 0" in refusal(write(texture(40, 50), "bare.tif"), source_m_per_px=-1.0)
    assert "above 0" in refusal(write(texture(40, 50), **PLACED), m_per_px=float("nan"))


def test_pixels_too_small_to_be_true_are_refused(write, texture, refusal):
    assert "check its georeference" in refusal(write(texture(9, 9)), source_m_per_px=1e-9)
    tiny = write(texture(9, 9), **{**PLACED, "transform": Affine(1e-9, 0, 450_000, 0, -1e-9, 5_400_000)})
    assert "check its georeference" in refusal(tiny)


def test_an_error_leaves_the_file_closed(write, texture, refusal):
    path = write(texture(40, 50))
    refusal(path)
    Path(path).unlink()
    assert "No such file" in refusal(path)


@pytest.mark.parametrize("text", ["", "EPSG:x", "EPSG:", "EPSG:99999999", "nonsense", "PROJCS["])
def test_systems_that_nobody_knows_are_named(text):
    with pytest.raises(RasterError, match="is not a coordinate reference system: give it as EPSG:n"):
        parse_crs(text)
