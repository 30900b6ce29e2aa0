"""Laws of showing an image by heights that stand at their true places."""

from dataclasses import replace
from functools import cache
from math import pi

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from engine.errors import RasterError
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.files import RectifiedFiles, rectify_to_files
from engine.heights.nadir.ground_view import GROUND_VIEW, rectify_blocks, write_ground_view
from engine.heights.nadir.true_ortho import true_ortho
from engine.heights.pose import Pose
from engine.heights.view import View
from engine.progress import Silent
from engine.raster.source import Source
from engine.raster.writer import Placement
from tests.engine.heights.nadir.raster_samples import write_raster
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

ANGLES = (0.0, 0.4, pi / 2, 2.0, pi, -2.7)


def _named(rows, cols):
    """Colours that name their pixels, and that all are known."""
    named = np.arange(rows * cols).reshape(rows, cols)
    rgb = np.stack([named // 256, named % 256, np.ones_like(named)]).astype(np.uint8)
    return rgb, np.ones((rows, cols), dtype=bool)


@pytest.mark.parametrize("angle_rad", ANGLES)
def test_a_tower_hides_the_ground_away_from_the_sensor_and_shows_its_roof(angle_rad):
    pose = Pose(angle_rad, 1.0)
    height = np.zeros((81, 81), dtype=np.float32)
    height[38:43, 38:43] = 20.0  # thinner than it leans: its walls hide too
    rgb, valid = _named(81, 81)
    result = true_ortho(height, pose, rgb, valid)
    for step in range(5, 16):
        row, col = np.rint(40 - step * pose.direction).astype(int)
        assert result.occluded[row, col]
    for step in (-5, -10, 29):
        row, col = np.rint(40 - step * pose.direction).astype(int)
        assert result.height_m[row, col] == 0.0
    shown = result.rgb[0].astype(int) * 256 + result.rgb[1]
    row, col = np.rint(40 - 20 * pose.direction).astype(int)
    assert shown[40, 40] == row * 81 + col
    assert (result.height_m[38:43, 38:43] == 20.0).all()


def test_from_nadir_all_is_seen():
    height = np.random.default_rng(0).normal(5, 5, (30, 40)).astype(np.float32)
    height[3, 4] = np.nan
    rgb, valid = _named(30, 40)
    result = true_ortho(height, Pose(0.3, 0.0), rgb, valid)
    np.testing.assert_array_equal(result.height_m, height)
    np.testing.assert_array_equal(result.rgb, np.where(np.isnan(height), 0, rgb))
    assert not result.occluded.any()


def test_what_the_image_does_not_hold_is_not_shown():
    height = np.full((30, 30), 10.0, dtype=np.float32)
    rgb, valid = _named(30, 30)
    valid[12:14] = False
    result = true_ortho(height, Pose(0.0, 1.0), rgb, valid)
    assert np.isnan(result.height_m[:10]).all()
    assert np.isnan(result.height_m[22:24]).all()
    assert (result.height_m[24:] == 10.0).all()


@cache
def _town():
    options = SceneOptions(
        seed=3,
        height_px=256,
        width_px=256,
        m_per_px=0.5,
        off_nadir_deg=28.0,
        view_azimuth_deg=20.0,
        built_up=0.7,
    )
    return render_scene(options), render_scene(replace(options, off_nadir_deg=0.0))


def test_a_town_by_its_true_heights_is_the_town_from_nadir():
    aslant, nadir = _town()
    pose = Pose(aslant.angle_rad, aslant.scale_px_per_m)
    result = true_ortho(nadir.height_m, pose, aslant.rgb, np.ones(nadir.height_m.shape, dtype=bool))
    seen = ~np.isnan(result.height_m)
    np.testing.assert_array_equal(result.height_m[seen], nadir.height_m[seen])
    wide = ndimage.binary_opening(aslant.occlusion, np.ones((3, 3)))
    near = ndimage.binary_dilation(aslant.occlusion, np.ones((3, 3)))
    assert result.occluded[wide].mean() >= 0.88
    assert near[result.occluded].mean() >= 0.99
    flat = seen & (nadir.height_m < 0.5) & ~near
    assert np.abs(result.rgb[:, flat].astype(int) - nadir.rgb[:, flat]).mean() <= 12.0


@given(seed=st.integers(0, 9999), angle_rad=st.floats(-pi, pi), core_px=st.integers(20, 130))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_result_does_not_depend_on_the_blocks(tmp_path, seed, angle_rad, core_px):
    draw = np.random.default_rng(seed)
    height = draw.normal(0, 0.5, (120, 90)).astype(np.float32)
    for row, col in draw.integers(0, 80, (5, 2)):
        height[row : row + 9, col : col + 7] = draw.uniform(5, 30)
    height[draw.random(height.shape) < 0.02] = np.nan
    rgb = draw.integers(1, 256, (3, 120, 90), dtype=np.uint8)
    raster, pose = write_raster(tmp_path / "rgb.tif", rgb), Pose(angle_rad, 0.9)
    whole = true_ortho(height, pose, rgb, np.ones(height.shape, dtype=bool))
    write_raster(tmp_path / "h.tif", height, nodata=np.nan)
    image = Source(str(raster), None)
    with HeightRaster(str(tmp_path / "h.tif"), Placement.of_file(image.dataset)) as heights:
        for window, part in rectify_blocks(image, heights, pose, core_px=core_px, on_ground=True):
            np.testing.assert_array_equal(part.height_m, whole.height_m[window.slices])
            np.testing.assert_array_equal(part.rgb, whole.rgb[:, *window.slices])
    image.close()


def test_a_rectified_file_serves_as_heights_on_the_ground(tmp_path):
    aslant, nadir = _town()
    raster = str(write_raster(tmp_path / "rgb.tif", aslant.rgb))
    heights = write_raster(tmp_path / "h.tif", nadir.height_m)
    with rasterio.open(heights, "r+") as file:
        file.update_tags(**{GROUND_VIEW: "yes", "PLUMBLINE_ANGLE_RAD": "1", "PLUMBLINE_SCALE_PX_PER_M": "0"})
    files = RectifiedFiles(tmp_path / "out.tif", tmp_path / "r.tif")
    pose = Pose(aslant.angle_rad, aslant.scale_px_per_m)
    with pytest.raises(RasterError, match="--heights-at ground"):
        write_ground_view(raster, heights, pose, rectified=None, rectified_rgb=files.rgb)
    view = View(20.0, 28.0, "options")
    rectify_to_files(raster, heights, files, view=view, on_ground=True, progress=Silent())
    with pytest.raises(RasterError, match="--azimuth-deg and --off-nadir-deg"):
        rectify_to_files(
            raster, heights, files, view=View(None, None, "options"), on_ground=True, progress=Silent()
        )
    with rasterio.open(files.heights) as file:
        found = file.read(1, masked=True).filled(np.nan)
    expected = true_ortho(nadir.height_m, pose, aslant.rgb, np.ones(found.shape, dtype=bool)).height_m
    # True north and the grid's differ a little.
    assert (np.isnan(found) == np.isnan(expected)).mean() >= 0.99
