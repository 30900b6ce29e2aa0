"""Laws of the parallel view, on a block whose projection is known exactly."""

from math import cos, hypot, pi, sin, tan

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from training.scenes.projection import View, cast_shadow, find_occlusion, margin_needed, project

SIDE = 70
HEIGHT_M = 12.0
ROWS, COLS = slice(30, 42), slice(24, 44)

ANGLE_RAD = st.floats(0.0, 2 * pi)
SCALE = st.floats(0.05, 1.4)


def block(view: View) -> np.ndarray:
    heights = np.zeros((SIDE + 2 * view.margin_px,) * 2, dtype=np.float32)
    inner = heights[view.margin_px : view.margin_px + SIDE, view.margin_px : view.margin_px + SIDE]
    inner[ROWS, COLS] = HEIGHT_M
    return heights


def view_of(angle_rad: float, scale: float) -> View:
    return View(angle_rad, scale, margin_needed(HEIGHT_M, scale))


@settings(max_examples=40, deadline=None)
@given(ANGLE_RAD, SCALE)
def test_a_roof_appears_moved_against_the_flow_by_height_times_scale(angle_rad: float, scale: float) -> None:
    view = view_of(angle_rad, scale)
    hits = project(block(view), view)
    roof = (hits.height_m == HEIGHT_M) & ~hits.wall
    place = np.argwhere(roof).mean(axis=0) + 0.5
    expected = np.array([36.0, 34.0]) - HEIGHT_M * scale * np.array([cos(angle_rad), sin(angle_rad)])
    assert roof.sum() == 12 * 20
    assert np.abs(place - expected).max() <= 0.5 + 1e-6


@settings(max_examples=40, deadline=None)
@given(ANGLE_RAD, SCALE)
def test_ground_behind_the_block_is_occluded_and_nothing_else(angle_rad: float, scale: float) -> None:
    view = view_of(angle_rad, scale)
    heights = block(view)
    hidden = find_occlusion(heights, project(heights, view), view)
    reach = HEIGHT_M * scale
    flow = np.array([cos(angle_rad), sin(angle_rad)])
    # Ground is hidden when the way to the viewer, no longer than the block's displacement, meets the block.
    corners = np.array([[30, 24], [30, 44], [42, 44], [42, 24]], dtype=float)
    swept = shapely.convex_hull(shapely.multipoints(np.concatenate([corners, corners - reach * flow])))
    shade = shapely.difference(swept, shapely.polygons(corners))
    places = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5, indexing="ij"), axis=-1)
    inside = shapely.contains_xy(shapely.buffer(shade, -1.5), places[..., 0], places[..., 1])
    outside = ~shapely.contains_xy(shapely.buffer(shade, 1.5), places[..., 0], places[..., 1])
    assert hidden[inside].all()
    assert not hidden[outside].any()


@settings(max_examples=20, deadline=None)
@given(ANGLE_RAD, SCALE)
def test_every_pixel_leads_back_to_the_ground_it_shows(angle_rad: float, scale: float) -> None:
    view = view_of(angle_rad, scale)
    heights = block(view)
    hits = project(heights, view)
    row, col = np.divmod(hits.cell, heights.shape[1])
    down, right = np.indices(hits.cell.shape)
    shift = hits.height_m * scale
    assert np.abs(row - view.margin_px - down - shift * cos(angle_rad)).max() <= 0.5 + 1e-4
    assert np.abs(col - view.margin_px - right - shift * sin(angle_rad)).max() <= 0.5 + 1e-4


def test_the_wall_that_faces_the_viewer_is_seen_and_grows_with_height() -> None:
    view = view_of(0.0, 1.0)  # the flow points down, so the viewer stands below
    hits = project(block(view), view)
    column = hits.height_m[:, 34]
    assert np.flatnonzero(hits.wall[:, 34]).tolist() == list(range(30, 42))
    assert column[30:42].tolist() == list(range(11, -1, -1))


def test_straight_down_nothing_moves_and_nothing_is_hidden() -> None:
    view = View(1.0, 0.0, 3)
    heights = block(view)
    hits = project(heights, view)
    assert (hits.height_m == heights[3:-3, 3:-3]).all()
    assert not find_occlusion(heights, hits, view).any()


@pytest.mark.parametrize(("azimuth_deg", "elevation_deg"), [(180.0, 45.0), (135.0, 30.0), (250.0, 60.0)])
def test_a_shadow_is_as_long_as_the_sun_is_low(azimuth_deg: float, elevation_deg: float) -> None:
    heights = np.zeros((160, 160), dtype=np.float32)
    heights[80, 80] = HEIGHT_M
    azimuth = np.radians(azimuth_deg)
    shadow = cast_shadow(heights, azimuth_rad=azimuth, elevation_rad=np.radians(elevation_deg), m_per_px=0.5)
    offsets = np.argwhere(shadow > 0.5) - 80
    length = HEIGHT_M / tan(np.radians(elevation_deg)) / 0.5
    tip = offsets[np.argmax(np.hypot(*offsets.T))]
    assert hypot(*tip) == pytest.approx(length, abs=1.5)
    assert (tip @ np.array([cos(azimuth), -sin(azimuth)])) == pytest.approx(length, abs=1.5)
