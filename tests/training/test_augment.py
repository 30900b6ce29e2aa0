"""Pixels and graph of a crop move together."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.networks.layout import ROAD, VERTEX
from engine.roads.densify import densify
from engine.roads.graph import RoadGraph
from engine.roads.mask import mask_from_graph
from engine.roads.tensor import encode
from training.augment import (
    View,
    draw_matrix,
    move_graph,
    normalise,
    occlude,
    sample_pixels,
    vary_colours,
)
from training.config import AugmentOptions

Town = tuple[NDArray[np.uint8], RoadGraph[RowCol]]

EVERY_WAY = AugmentOptions(rotation_probability=1.0, tilt_deg=45.0, flip_probability=0.5, rescale=(0.8, 1.25))
SIDE_PX = 96


def drawn_roads(graph: RoadGraph[RowCol], view: View) -> NDArray[np.bool_]:
    """The moved graph at the moved width: roads are drawn 7 px wide in the image."""
    magnification = 1 / np.sqrt(abs(np.linalg.det(view.matrix)))
    return mask_from_graph(move_graph(graph, view), SIDE_PX, SIDE_PX, width_px=7 * magnification)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), row=st.integers(20, 140), col=st.integers(20, 140))
def test_encoded_roads_lie_on_the_roads_of_the_moved_image(town: Town, seed: int, row: int, col: int) -> None:
    rgb, graph = town
    matrix = draw_matrix(np.random.default_rng(seed), EVERY_WAY)
    view = View(np.array([row, col], dtype=float), matrix, SIDE_PX)
    pixels, seen = sample_pixels(rgb, np.ones(rgb.shape[1:], dtype=bool), view)
    target = encode(move_graph(densify(graph), view), SIDE_PX, SIDE_PX)

    bright = pixels.mean(axis=0) > 140
    vertices = (target[VERTEX] > 0.5) & seen
    assert bright[vertices].all()
    drawn = drawn_roads(graph, view) & seen
    # One view may cut a road lengthwise; the next test is the sharp one.
    assert (drawn ^ (bright & seen)).sum() <= 0.3 * max(drawn.sum(), 40)
    assert ((target[ROAD] > 0.5) & seen & ~bright).sum() <= 0.05 * max(drawn.sum(), 40)


def test_image_and_graph_move_together_to_a_fraction_of_a_pixel(town: Town) -> None:
    rgb, graph = town
    everywhere = np.ones(rgb.shape[1:], dtype=bool)
    differing = {"together": 0, "half a pixel apart": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        view = View(rng.integers(40, 120, size=2).astype(float), draw_matrix(rng, EVERY_WAY), SIDE_PX)
        apart = replace(view, centre=view.centre + 0.5 * np.array([np.cos(seed), np.sin(seed)]))
        pixels, seen = sample_pixels(rgb, everywhere, view)
        bright = (pixels.mean(axis=0) > 140) & seen
        for name, one in (("together", view), ("half a pixel apart", apart)):
            differing[name] += int((drawn_roads(graph, one) & seen ^ bright).sum())
    assert differing["together"] < 0.8 * differing["half a pixel apart"]


@pytest.mark.parametrize("turns", range(4))
def test_quarter_turns_copy_pixels(town: Town, turns: int) -> None:
    rgb, _ = town
    angle = np.deg2rad(90.0 * turns)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    pixels, seen = sample_pixels(
        rgb, np.ones(rgb.shape[1:], dtype=bool), View(np.array([80.0, 70.0]), turn, 64)
    )
    part = rgb[:, 48:112, 38:102]
    turned = [np.rot90(part, number, axes=(1, 2)) for number in range(4)]
    assert seen.all()
    assert any(np.abs(pixels - one).max() < 1e-3 for one in turned)


def test_outside_of_the_image_is_not_valid(town: Town) -> None:
    rgb, _ = town
    _, seen = sample_pixels(
        rgb, np.ones(rgb.shape[1:], dtype=bool), View(np.array([0.0, 0.0]), np.eye(2), 64)
    )
    assert not seen[:32].any()
    assert not seen[:, :32].any()
    assert seen[33:, 33:].all()
    _, nothing = sample_pixels(
        rgb, np.ones(rgb.shape[1:], dtype=bool), View(np.array([900.0, 0.0]), np.eye(2), 64)
    )
    assert not nothing.any()


def test_blank_parts_stay_blank_when_turned(town: Town) -> None:
    rgb, _ = town
    valid = np.ones(rgb.shape[1:], dtype=bool)
    valid[:, 90:] = False
    view = View(np.array([80.0, 80.0]), draw_matrix(np.random.default_rng(5), EVERY_WAY), SIDE_PX)
    _, seen = sample_pixels(rgb, valid, view)
    rows, cols = np.nonzero(seen)
    positions = view.centre + (np.column_stack([rows, cols]) + 0.5 - SIDE_PX / 2) @ view.matrix.T
    assert seen.any()
    assert positions[:, 1].max() <= 90


def test_without_options_nothing_but_the_published_scale_changes(town: Town) -> None:
    pixels = town[0].astype(np.float32)
    still = AugmentOptions(gain=(0.9, 0.9), shift=0.0, band_gain=(1.0, 1.0), occlusion_probability=0.0)
    rng = np.random.default_rng(0)
    assert np.allclose(vary_colours(rng, pixels, still), normalise(pixels), atol=1e-6)
    assert occlude(rng, pixels, still) is pixels


def test_colours_stay_in_the_range_of_the_network(town: Town) -> None:
    wild = AugmentOptions(shift=0.5, contrast=0.5, gamma=0.5, blur_px=2.0, noise=0.2, band_gain=(0.5, 1.0))
    for seed in range(10):
        shown = vary_colours(np.random.default_rng(seed), town[0].astype(np.float32), wild)
        assert shown.dtype == np.float32
        assert np.abs(shown).max() <= 0.5


def test_occlusion_changes_patches_and_not_its_input() -> None:
    pixels = np.full((3, 128, 128), 0.25, dtype=np.float32)
    options = replace(AugmentOptions(), occlusion_probability=1.0, occlusion_px=16)
    hidden = occlude(np.random.default_rng(1), pixels, options)
    changed = (hidden != 0.25).any(axis=0)
    assert (pixels == 0.25).all()
    assert 2 * 16 * 16 * 0.5 < changed.sum() <= 8 * 16 * 16
