"""The picture of heights over the image."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from affine import Affine

from engine.heights import preview, run
from engine.heights.estimate import Estimate
from engine.heights.pose import Pose
from engine.heights.preview import add_scale, draw_heights, shade
from engine.heights.ramp import COLOURS, STOPS_M, colour_heights
from engine.heights.scene_view import SceneView
from engine.heights.tags import HeightTags
from engine.raster.grid import Grid
from engine.raster.reader import Pixels
from engine.raster.writer import Placement


def sample(height, width, heights, rgb=120):
    """An estimate of an even picture."""
    picture = np.full((3, height, width), rgb, dtype=np.uint8)
    valid = np.isfinite(heights)
    pose = Pose(0.0, 1.0)
    grid = Grid(Affine(1, 0, 0, 0, -1, 0), height, width, None, 1.0)
    return Estimate(
        grid,
        Placement.of_grid(grid),
        SceneView(pose, None, 30.0, "network", from_network=True),
        HeightTags(pose),
        lambda window: Pixels(picture[:, *window.slices], valid[window.slices]),
        lambda window: heights[window.slices],
    )


def test_the_higher_the_darker():
    colours = colour_heights(np.array([np.linspace(0, 120, 200)], dtype=np.float32))[:, 0]
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ colours
    assert (np.diff(luminance) <= 0).all()
    assert luminance[0] > 230
    assert luminance[-1] < 30


def test_stops_have_their_colours():
    assert colour_heights(np.array([STOPS_M], dtype=np.float32))[:, 0].T.tolist() == [
        list(map(float, colour)) for colour in COLOURS
    ]


def test_the_map_has_the_colours_of_the_picture():
    items = ET.parse(run._STYLE).iter("item")  # noqa: S314 - our own
    listed = [(float(item.get("value")), item.get("color"), item.get("label")) for item in items]
    wanted = [
        ("#{:02x}{:02x}{:02x}".format(*colour), f"{stop:.0f} m")
        for stop, colour in zip(STOPS_M, COLOURS, strict=True)
    ]
    assert [each[0] for each in listed] == list(STOPS_M)
    assert [each[1:] for each in listed] == wanted
    assert re.search(r"<!DOCTYPE qgis", run._STYLE.read_text())


def test_the_ground_and_the_unknown_show_the_image():
    picture = np.full((3, 2, 2), 77, dtype=np.float32)
    drawn = shade(picture, np.array([[0.0, 0.9], [np.nan, 12.0]], dtype=np.float32))
    assert (drawn[:, 0] == 77).all()
    assert (drawn[:, 1, 0] == 77).all()
    assert (drawn[:, 1, 1] != 77).any()


@pytest.mark.parametrize("blocks_px", [2**21, 40**2])
def test_a_large_raster_is_reduced_and_its_parts_stay_where_they_are(monkeypatch, blocks_px):
    monkeypatch.setattr(preview, "_READ_PX", blocks_px)
    heights = np.zeros((201, 301), dtype=np.float32)
    heights[120:150, 210:240] = 30.0
    heights[150:] = np.nan
    picture = draw_heights(sample(201, 301, heights), long_side_px=101)
    assert picture.shape[2] == 101
    drawn = picture[:, :67]
    changed = (drawn != 120).any(axis=0)
    # Where nothing is known there is no image either: black.
    assert (drawn[:, 50:] == 0).all()
    assert changed[:50].sum() == 100
    assert changed[40:50, 70:80].all()


@pytest.mark.parametrize("width", [20, 300, 2000])
def test_the_scale_fits_below_any_picture(width):
    scaled = add_scale(np.zeros((3, 10, width), dtype=np.uint8))
    assert scaled.shape[2] == width
    assert (scaled[:, :10] == 0).all()
    strip = scaled[:, 10:]
    assert (strip[:, :, -1] > 200).all()
    if width >= 300:
        found = {tuple(colour) for colour in strip.reshape(3, -1).T.tolist()}
        assert set(COLOURS) <= found
