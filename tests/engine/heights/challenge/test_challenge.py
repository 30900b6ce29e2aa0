"""The challenge's files: what is written comes back in metres, and what is broken is named."""

import json
import tarfile
from math import nan, pi

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.errors import NotGeoreferencedWarning
from scipy import ndimage

from engine.errors import OutputError, RasterError
from engine.heights.challenge import files as challenge
from engine.heights.challenge.files import (
    list_images,
    read_heights,
    read_rgb,
    read_view,
    write_heights,
    write_view,
)
from engine.heights.challenge.metadata import find_ground_resolutions, read_ground_resolutions
from engine.heights.challenge.submission import enlarge, pack_submission, write_prediction
from engine.heights.pose import Pose

HEIGHTS = np.array([[0.0, 12.345, nan], [655.34, 0.004, -0.2]], dtype=np.float32)
POSE = Pose(1.25, 1.5)


def write_raster(path, planes, driver="GTiff", **options):
    count, height, width = planes.shape
    profile = {"count": count, "height": height, "width": width, "dtype": planes.dtype}
    with rasterio.open(path, "w", driver=driver, **profile, **options) as raster:
        raster.write(planes)
    return path


def write_image(path, height, width):
    """A lossless JPEG 2000 image without symmetry; return its pixels."""
    rows, cols = np.mgrid[0:height, 0:width]
    rgb = np.stack([rows % 256, cols % 256, (rows * 3 + cols * 7) // 5 % 256]).astype(np.uint8)
    write_raster(path, rgb, "JP2OpenJPEG", QUALITY="100", REVERSIBLE="YES")
    return rgb


def test_heights_are_stored_in_whole_centimetres_and_unknown_ones_marked(tmp_path):
    path = tmp_path / "JAX_a_AGL.tif"
    write_heights(path, HEIGHTS)
    with rasterio.open(path) as raster:
        assert raster.read(1).tolist() == [[0, 1234, 65535], [65534, 0, 0]]
        assert (raster.dtypes, raster.profile["compress"]) == (("uint16",), "deflate")
    again = read_heights(path)
    assert again.dtype == np.float32
    assert again == pytest.approx(np.array([[0, 12.34, nan], [655.34, 0, 0]]), nan_ok=True)


def test_every_height_that_a_file_can_hold_comes_back_through_metres(tmp_path):
    first, second = tmp_path / "JAX_a_AGL.tif", tmp_path / "JAX_b_AGL.tif"
    stored = np.arange(65536, dtype=np.uint16).reshape(1, 128, 512)
    write_raster(first, stored)
    write_heights(second, read_heights(first))
    with rasterio.open(second) as raster:
        assert np.array_equal(raster.read(), stored)


@pytest.mark.parametrize("height_m", [655.35, 1000.0, np.inf, -np.inf])
def test_a_height_beyond_the_format_never_wraps_and_leaves_nothing(tmp_path, height_m):
    with pytest.raises(OutputError, match=r"JAX_a_AGL\.tif.*655\.34 m"):
        write_heights(tmp_path / "JAX_a_AGL.tif", np.full((2, 3), height_m))
    assert list(tmp_path.iterdir()) == []


@given(st.floats(-2 * pi, 2 * pi), st.floats(0, 900))
def test_a_view_comes_back(tmp_path_factory, angle_rad, scale):
    path = tmp_path_factory.mktemp("view") / "JAX_a_VFLOW.json"
    write_view(path, Pose(angle_rad, scale))
    again = read_view(path)
    assert again.angle_rad == angle_rad
    assert again.scale_px_per_m == pytest.approx(scale)
    assert json.loads(path.read_text())["scale"] == pytest.approx(scale / 100)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"scale": NaN, "angle": 1}', "'scale' = nan"),
        ('{"scale": 0.01, "angle": Infinity}', "'angle' = inf"),
        ('{"scale": 1e300, "angle": 1}', "'scale' = 1e"),
        ('{"scale": -0.01, "angle": 1}', "'scale' = -0.01"),
        ('{"scale": 0.01, "angle": 1' + "0" * 400 + "}", "'angle' = 1000"),
        ('{"scale": 0.01, "angle": 1' + "0" * 5000 + "}", "no JSON"),
        ('{"scale": true, "angle": 1}', "'scale' = True"),
        ('{"scale": "0.01", "angle": 1}', "'scale' = 0.01"),
        ('{"scale": null, "angle": 1}', "'scale' = None"),
        ('{"scale": 0.01}', "no 'angle'"),
        ("[0.01, 1]", "no JSON object"),
        ("[" * 60000, "no JSON"),
        ("", "no JSON"),
        ("\x00", "no JSON"),
        (" " * 70000, "too large"),
    ],
)
def test_a_broken_view_is_refused_by_name(tmp_path, text, found):
    path = tmp_path / "JAX_a_VFLOW.json"
    path.write_text(text)
    with pytest.raises(RasterError) as error:
        read_view(path)
    assert str(path) in str(error.value)
    assert found in str(error.value)


def test_a_view_that_is_no_text_or_no_file_is_refused(tmp_path):
    path = tmp_path / "JAX_a_VFLOW.json"
    with pytest.raises(RasterError, match="cannot be read"):
        read_view(path)
    path.write_bytes(b'{"scale": \xff}')
    with pytest.raises(RasterError, match="no JSON"):
        read_view(path)


@pytest.mark.parametrize("dtype", ["float32", "int16", "uint8"])
def test_heights_of_another_type_are_refused(tmp_path, dtype):
    path = write_raster(tmp_path / "JAX_a_AGL.tif", np.zeros((1, 4, 5), dtype))
    with pytest.raises(RasterError, match=rf"JAX_a_AGL\.tif has 1 band\(s\) of {dtype}"):
        read_heights(path)


def test_heights_of_another_size_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "JAX_a_AGL.tif"
    profile = {"count": 1, "height": 300_000, "width": 200_000, "dtype": "uint16", "tiled": True}
    with rasterio.open(
        path, "w", driver="GTiff", **profile, blockxsize=4096, blockysize=4096, sparse_ok=True
    ):
        pass
    with pytest.raises(RasterError, match="300000 × 200000 px, not 5 × 4:"):
        read_heights(path, shape=(5, 4))
    write_heights(path, np.ones((5, 4)))
    assert read_heights(path, shape=(5, 4)).shape == (5, 4)
    with pytest.raises(RasterError, match="5 × 4 px, not 4 × 5:"):
        read_heights(path, shape=(4, 5))


def test_heights_of_several_bands_or_cut_short_are_refused(tmp_path):
    path = write_raster(tmp_path / "JAX_a_AGL.tif", np.zeros((2, 4, 5), np.uint16))
    with pytest.raises(RasterError, match=r"2 band\(s\)"):
        read_heights(path)
    noise = np.random.default_rng(1).integers(0, 65535, (1, 200, 90), dtype=np.uint16)
    whole = write_raster(path, noise).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RasterError, match=r"JAX_a_AGL\.tif cannot be"):
        read_heights(path)


def test_an_image_comes_back_whole(tmp_path):
    rgb = write_image(tmp_path / "JAX_a_RGB.j2k", 256, 384)
    assert np.array_equal(read_rgb(tmp_path / "JAX_a_RGB.j2k"), rgb)


def test_half_resolution_is_the_step_that_jpeg_2000_holds(tmp_path):
    path = tmp_path / "JAX_a_RGB.j2k"
    write_image(path, 256, 384)
    half = read_rgb(path, half=True)
    with rasterio.open(path, overview_level=0) as step:
        assert half.shape == (3, 128, 192)
        assert np.array_equal(half, step.read())


def test_half_resolution_is_computed_where_the_file_offers_none(tmp_path):
    path = tmp_path / "JAX_a_RGB.j2k"
    rgb = write_image(path, 75, 122)
    with rasterio.open(path) as raster:
        assert raster.overviews(1) == []
    half = read_rgb(path, half=True)
    assert half.shape == (3, 38, 61)
    smooth = rgb.astype(float)
    for axis in (1, 2):
        smooth = ndimage.convolve1d(smooth, [0.25, 0.5, 0.25], axis=axis, mode="nearest")
    assert np.abs(half - smooth[:, ::2, ::2]).max() <= 0.5


@pytest.mark.parametrize("shape", [(256, 384), (75, 122), (75, 121), (2, 2)])
def test_half_resolution_is_centred_on_even_rows_and_columns(tmp_path, shape):
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    waves = np.round(128 + 60 * np.sin(rows / 12) + 60 * np.sin(cols / 12)).astype(np.uint8)
    path = tmp_path / "JAX_a_RGB.j2k"
    write_raster(path, np.stack([waves] * 3), "JP2OpenJPEG", QUALITY="100", REVERSIBLE="YES")
    half = read_rgb(path, half=True)[:, 1:-1, 1:-1].astype(int)
    # Half a pixel off, both waves at their steepest would differ by 5.
    assert np.abs(half - waves[::2, ::2][1:-1, 1:-1]).max(initial=0) <= 2


def test_an_image_of_other_bands_is_refused(tmp_path):
    path = write_raster(tmp_path / "JAX_a_RGB.j2k", np.zeros((1, 40, 50), np.uint8), "JP2OpenJPEG")
    with pytest.raises(RasterError, match="three of uint8"):
        read_rgb(path)


def test_images_are_found_by_name_and_other_files_passed_over(tmp_path):
    for name in ("OMA_b", "JAX_a", "ARG_x_1"):
        write_prediction(tmp_path, name, HEIGHTS, POSE)
    (tmp_path / "metadata.csv").write_text("id,city,gsd\n")
    (tmp_path / "AGL.tif").write_text("")
    images = list_images(tmp_path, "AGL", "VFLOW")
    assert list(images) == ["ARG_x_1", "JAX_a", "OMA_b"]
    assert images["ARG_x_1"].city == "ARG"
    assert images["JAX_a"].path("RGB") == tmp_path / "JAX_a_RGB.j2k"


def test_a_missing_partner_is_named(tmp_path):
    write_prediction(tmp_path, "JAX_a", HEIGHTS, POSE).path("VFLOW").unlink()
    write_prediction(tmp_path, "JAX_b", HEIGHTS, POSE).path("AGL").unlink()
    with pytest.raises(RasterError, match=r"lacks JAX_a_VFLOW\.json, JAX_b_AGL\.tif: "):
        list_images(tmp_path, "AGL", "VFLOW")
    for mark in "cdef":
        write_prediction(tmp_path, f"JAX_{mark}", HEIGHTS, POSE).path("AGL").unlink()
    with pytest.raises(RasterError, match=r"JAX_c_AGL\.tif and 3 more: "):
        list_images(tmp_path, "AGL", "VFLOW")


def test_a_folder_without_images_or_no_folder_is_refused(tmp_path):
    with pytest.raises(RasterError, match=r"no file with a name such as CITY_ID_RGB\.j2k"):
        list_images(tmp_path, "RGB")
    with pytest.raises(RasterError, match="no folder that can be read"):
        list_images(tmp_path / "absent", "RGB")


def test_ground_resolutions_are_read_by_the_names_of_images(tmp_path):
    path = tmp_path / "metadata.csv"
    path.write_text("\ufeffcity,id,gsd\nJAX,bVgVHi,0.391\nARG,x,0.31\n")
    assert read_ground_resolutions(path) == {"JAX_bVgVHi": 0.391, "ARG_x": 0.31}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id,city\na,JAX\n", "lacks the column gsd"),
        ("", "lacks the column city, gsd, id"),
        ("id,city,gsd\na,JAX,nan\n", "line 2: JAX_a needs a gsd"),
        ("id,city,gsd\na,JAX,-0.3\n", "line 2: JAX_a needs a gsd"),
        ("id,city,gsd\na,JAX\n", "line 2: JAX_a needs a gsd"),
        ("id,city,gsd\na,JAX,0.3\na,JAX,0.3\n", "line 3: JAX_a is there twice"),
        ('id,city,gsd\n"a,JAX,0.3\n', "cannot be read as a table"),
    ],
)
def test_a_broken_table_is_refused_by_line(tmp_path, text, found):
    path = tmp_path / "metadata.csv"
    path.write_text(text)
    with pytest.raises(RasterError, match=found):
        read_ground_resolutions(path)


def test_the_table_is_that_of_the_folder_else_that_above_it(tmp_path):
    folder = tmp_path / "test"
    folder.mkdir()
    (tmp_path / "metadata.csv").write_text("id,city,gsd\na,JAX,0.3\nb,JAX,0.4\n")
    assert find_ground_resolutions(folder, ["JAX_b"]) == {"JAX_b": 0.4}
    (folder / "metadata.csv").write_text("id,city,gsd\nb,JAX,0.5\n")
    assert find_ground_resolutions(folder, ["JAX_b"]) == {"JAX_b": 0.5}
    assert find_ground_resolutions(folder, ["JAX_a"], table=tmp_path / "metadata.csv") == {"JAX_a": 0.3}
    with pytest.raises(RasterError, match=r"test/metadata\.csv has no line for JAX_a and 1 more"):
        find_ground_resolutions(folder, ["JAX_b", "JAX_a", "JAX_c"])


@pytest.mark.parametrize("shape", [(4, 6), (5, 7), (1, 1)])
def test_a_prediction_at_half_resolution_fills_the_image(shape):
    """A slope stays the slope that it is: nothing moves by half a pixel."""
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    slope = (3.0 * rows + 0.5 * cols).astype(np.float32)
    heights, pose = enlarge(slope[::2, ::2], POSE.rescaled(0.5), shape)
    inner = np.s_[: shape[0] - 1 + shape[0] % 2, : shape[1] - 1 + shape[1] % 2]
    assert heights.shape == shape
    assert heights.dtype == np.float32
    assert np.array_equal(heights[inner], slope[inner])
    assert heights.max() <= slope.max()
    assert (pose.angle_rad, pose.scale_px_per_m) == pytest.approx((1.25, 1.5))


def test_what_is_unknown_at_half_resolution_does_not_spread():
    small = np.array([[4.0, nan, 8.0]])
    heights, _ = enlarge(small, POSE, (2, 6))
    assert np.array_equal(heights, [[4, 4, nan, nan, 8, 8]] * 2, equal_nan=True)


def test_rows_and_columns_are_never_exchanged():
    with pytest.raises(RasterError, match="3 × 2 px are not half of 4 × 6 px"):
        enlarge(np.zeros((3, 2)), POSE, (4, 6))


def test_a_submission_is_packed_flat_and_the_same_each_time(tmp_path):
    folder = tmp_path / "made" / "submission"
    for name in ("OMA_b", "JAX_a"):
        write_prediction(folder, name, HEIGHTS, POSE)
    first, second = tmp_path / "one.tar.gz", tmp_path / "two.tar.gz"
    pack_submission(folder, first, expected=["JAX_a"])
    for path in folder.iterdir():
        path.touch()
    pack_submission(folder, second)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes()[4:8] == bytes(4)  # gzip's own time
    with tarfile.open(first) as tar:
        names = ["JAX_a_AGL.tif", "JAX_a_VFLOW.json", "OMA_b_AGL.tif", "OMA_b_VFLOW.json"]
        assert tar.getnames() == names
        for name in names:
            assert tar.extractfile(name).read() == (folder / name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"made", "one.tar.gz", "two.tar.gz"}


def test_a_submission_that_lacks_an_image_is_not_packed(tmp_path):
    write_prediction(tmp_path, "JAX_a", HEIGHTS, POSE)
    with pytest.raises(RasterError, match=r"no prediction of JAX_b \(2 of 3 are missing\)"):
        pack_submission(tmp_path, tmp_path / "s.tar.gz", expected=["JAX_c", "JAX_a", "JAX_b"])
    with pytest.raises(OutputError, match=r"\.tar\.gz"):
        pack_submission(tmp_path, tmp_path / "s.zip")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_prediction_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        write_prediction(tmp_path / "file", "JAX_a", HEIGHTS, POSE)


def test_files_without_georeference_are_written_without_a_warning(tmp_path, recwarn):
    write_heights(tmp_path / "JAX_a_AGL.tif", HEIGHTS)
    assert not [warning for warning in recwarn if warning.category is NotGeoreferencedWarning]
    assert challenge.HIGHEST_M == 655.34
