"""Laws of sharpening: what stays, what becomes sharp, and how far it looks."""

from dataclasses import replace
from functools import cache
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from engine.heights.nadir.rectify import rectify
from engine.heights.nadir.sharpen import REACH_PX, sharpen
from engine.heights.pose import Pose
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

ANGLES = (0.0, 0.4, pi / 2, 2.0, pi, -2.7, -pi / 2, -0.9)


def _prisms(pose, *, seed=0, side=90):
    """Blocks as a view shows them, walls and all: what is seen of each pixel column of height."""
    draw = np.random.default_rng(seed)
    ground = np.zeros((side, side), dtype=np.float32)
    for row, col in ((12, 15), (15, 55), (50, 12), (55, 50)):
        ground[row : row + draw.integers(12, 20), col : col + draw.integers(12, 20)] = draw.uniform(4, 14)
    image = np.full_like(ground, -np.inf)
    # Every point of every column, from the ground up: the highest that comes to a pixel is what it shows.
    for height in np.arange(0.0, 14.0, 0.1, dtype=np.float32):
        rows, cols = np.nonzero(ground >= height)
        move = np.rint(-height * pose.flow_px_per_m).astype(int)
        to = np.clip(rows + move[0], 0, side - 1), np.clip(cols + move[1], 0, side - 1)
        np.maximum.at(image, to, np.where(height > ground[rows, cols] - 0.1, ground[rows, cols], height))
    return np.where(np.isfinite(image), image, 0.0).astype(np.float32)


@pytest.mark.parametrize("angle_rad", ANGLES)
def test_sharp_prisms_and_their_walls_stay_as_they_are(angle_rad):
    pose = Pose(angle_rad, 0.8)
    image = _prisms(pose)
    assert np.abs(np.diff(image, axis=0)).max() > 3.0
    # The corner of a wall may fill half a pixel, which is then as good as blurred.
    assert (sharpen(image, pose) != image).sum() <= (0 if angle_rad % (pi / 2) == 0.0 else 4)


@pytest.mark.parametrize("angle_rad", ANGLES)
@pytest.mark.parametrize("slope_m", [0.4, 0.9, 1.2])
def test_slopes_of_roofs_stay_slopes(angle_rad, slope_m):
    pose = Pose(angle_rad, 0.6)
    row, col = np.mgrid[:60, :60] - 30
    along = row * pose.direction[0] + col * pose.direction[1]
    gable = (20.0 - slope_m * np.abs(along)).astype(np.float32)
    inner = np.abs(along) > 4
    np.testing.assert_array_equal(sharpen(gable, pose)[inner], gable[inner])


@pytest.mark.parametrize("angle_rad", ANGLES)
@pytest.mark.parametrize("sigma_px", [1.0, 1.5, 2.0])
def test_a_blurred_edge_that_rises_along_the_flow_becomes_sharp_and_stays_in_place(angle_rad, sigma_px):
    pose = Pose(angle_rad, 1.0)
    row, col = np.mgrid[:60, :60] - 30
    ahead = row * pose.direction[0] + col * pose.direction[1] > 0
    step = np.where(ahead, np.float32(12.0), np.float32(0.0))
    blurred = ndimage.gaussian_filter(step, sigma_px)
    seen = (slice(12, -12), slice(12, -12))
    between = (blurred > 2.0) & (blurred < 10.0)
    sharp = sharpen(blurred, pose)
    still_between = (sharp > 2.0) & (sharp < 10.0)
    assert between[seen].mean() > 0.01
    assert still_between[seen].sum() <= 0.1 * between[seen].sum()
    moved = (sharp > 6.0) != ahead
    assert moved[seen].mean() <= 0.01


@pytest.mark.parametrize("angle_rad", ANGLES)
def test_a_blurred_wall_falls_along_the_flow_and_stays(angle_rad):
    pose = Pose(angle_rad, 1.0)
    row, col = np.mgrid[:60, :60] - 30
    wall = np.where(row * pose.direction[0] + col * pose.direction[1] > 0, np.float32(0), np.float32(12))
    blurred = ndimage.gaussian_filter(wall, 1.5)
    np.testing.assert_array_equal(sharpen(blurred, pose), blurred)


@given(seed=st.integers(0, 10_000), angle_rad=st.floats(-pi, pi))
def test_a_pixel_depends_on_what_is_near_and_lies_between_it(seed, angle_rad):
    draw = np.random.default_rng(seed)
    heights = ndimage.gaussian_filter(draw.normal(0, 30, (60, 50)).astype(np.float32), 1.5)
    heights[draw.random(heights.shape) < 0.01] = np.nan
    pose = Pose(angle_rad, 0.9)
    sharp = sharpen(heights, pose)
    np.testing.assert_array_equal(np.isnan(sharp), np.isnan(heights))
    row, col = draw.integers(0, 40), draw.integers(0, 30)
    part = np.s_[row : row + 20, col : col + 20]
    core = np.s_[REACH_PX if row else 0 : 20 - REACH_PX, REACH_PX if col else 0 : 20 - REACH_PX]
    np.testing.assert_array_equal(sharpen(heights[part], pose)[core], sharp[part][core])
    size = 2 * REACH_PX + 1
    known = np.isfinite(heights)
    lowest = ndimage.minimum_filter(np.where(known, heights, np.inf), size)
    highest = ndimage.maximum_filter(np.where(known, heights, -np.inf), size)
    assert ((sharp >= lowest) & (sharp <= highest))[known].all()


def test_a_view_from_nadir_and_a_thin_image_stay():
    heights = ndimage.gaussian_filter(np.eye(20, dtype=np.float32) * 90, 1.0)
    np.testing.assert_array_equal(sharpen(heights, Pose(0.3, 0.0)), heights)
    np.testing.assert_array_equal(sharpen(heights[:1], Pose(0.3, 1.0)), heights[:1])


@cache
def _towns():
    """Heights from aslant, what is hidden, and heights from nadir."""
    towns = []
    for seed, off_nadir_deg, azimuth_deg in ((2, 20.0, 250.0), (3, 30.0, 20.0)):
        options = SceneOptions(
            seed=seed,
            height_px=256,
            width_px=256,
            m_per_px=0.5,
            off_nadir_deg=off_nadir_deg,
            view_azimuth_deg=azimuth_deg,
            built_up=0.7,
        )
        towns.append((render_scene(options), render_scene(replace(options, off_nadir_deg=0.0)).height_m))
    return towns


@pytest.mark.parametrize(("sigma_px", "gain", "least"), [(1.0, 1.35, 0.7), (2.0, 2.0, 0.5)])
def test_blurred_towns_show_more_of_what_they_hide_and_truer_heights(sigma_px, gain, least):
    for aslant, nadir_m in _towns():
        pose = Pose(aslant.angle_rad, aslant.scale_px_per_m)
        hidden = ndimage.binary_opening(aslant.occlusion, np.ones((3, 3)))
        nearly = ndimage.binary_dilation(aslant.occlusion, np.ones((3, 3)))
        edge = ndimage.maximum_filter(nadir_m, 5) - ndimage.minimum_filter(nadir_m, 5) > 1.5
        blurred = ndimage.gaussian_filter(aslant.height_m, sigma_px)
        recall, precision, rmse_m = [], [], []
        for heights in (blurred, sharpen(blurred, pose)):
            found = rectify(heights, pose)
            recall.append(found.occluded[hidden].mean())
            precision.append(nearly[found.occluded].mean())
            seen = ~np.isnan(found.height_m) & ~aslant.occlusion & ~edge
            rmse_m.append(np.sqrt(np.mean((found.height_m - nadir_m)[seen] ** 2)))
        assert recall[1] >= max(least, gain * recall[0])
        assert precision[1] >= 0.95
        assert rmse_m[1] <= 0.8 * rmse_m[0]


def test_exact_towns_hardly_change():
    for aslant, _ in _towns():
        pose = Pose(aslant.angle_rad, aslant.scale_px_per_m)
        assert (sharpen(aslant.height_m, pose) != aslant.height_m).mean() <= 0.01
