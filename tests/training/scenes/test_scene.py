"""Whole scenes: repeatable, and true to what they claim."""

from dataclasses import replace
from math import cos, sin
from typing import Any

import numpy as np
import pytest

from training.scenes.options import Pattern, SceneOptions, Season
from training.scenes.scene import Scene, render_scene

LEANING = SceneOptions(
    seed=8, height_px=360, width_px=420, off_nadir_deg=24.0, view_azimuth_deg=70.0, built_up=0.7
)


@pytest.fixture(scope="module")
def leaning() -> Scene:
    return render_scene(LEANING)


def test_the_seed_decides_everything(leaning: Scene) -> None:
    again, other = render_scene(LEANING), render_scene(replace(LEANING, seed=9))
    assert (again.rgb == leaning.rgb).all()
    assert (again.height_m == leaning.height_m).all()
    assert (again.graph.vertices == leaning.graph.vertices).all()
    assert (other.rgb != leaning.rgb).mean() > 0.5


def test_shapes_and_ranges(leaning: Scene) -> None:
    assert leaning.rgb.shape == (3, 360, 420)
    assert leaning.height_m.shape == leaning.occlusion.shape == (360, 420)
    assert leaning.height_m.min() >= 0.0
    assert 0.01 < leaning.occlusion.mean() < 0.5
    vertices = leaning.graph.vertices
    assert (vertices >= 0).all()
    assert (vertices <= [360, 420]).all()
    assert (leaning.graph.layer == 0).all()


def test_roofs_stand_where_height_and_flow_put_them(leaning: Scene) -> None:
    flow = leaning.scale_px_per_m * np.array([cos(leaning.angle_rad), sin(leaning.angle_rad)])
    whole = np.array([polygon.area > 60 for polygon in leaning.footprints])
    centres = np.array([[p.centroid.y, p.centroid.x] for p in leaning.footprints[whole]])
    heights = leaning.footprint_heights_m[whole]
    seen = np.floor(centres - heights[:, None] * flow).astype(int)
    inside = ((seen >= 0) & (seen < [360, 420])).all(axis=1)
    found = leaning.height_m[tuple(seen[inside].T)]
    # Ridges lie off the centroid of a house with a wing, and trees stand over some roofs.
    assert inside.sum() > 30
    assert np.median(np.abs(found - heights[inside])) < 0.7


def test_roads_that_nothing_hides_are_the_colour_of_asphalt() -> None:
    scene = render_scene(replace(LEANING, off_nadir_deg=0.0, haze=0.0, noise=0.0, season=Season.SPRING))
    graph = scene.graph
    unmarked = graph.width_m < 8.9  # wider streets have a yellow line along the middle
    middles = np.floor(graph.vertices[graph.edges[unmarked]].mean(axis=1)).astype(int)
    middles = np.minimum(middles, [359, 419])
    bare = scene.height_m[tuple(middles.T)] < 0.1
    assert bare.mean() > 0.5
    colour = scene.rgb[:, middles[bare, 0], middles[bare, 1]].astype(float)
    grey = np.ptp(colour, axis=0) / colour.max(axis=0)
    ground = scene.rgb[:, scene.height_m < 0.1].astype(float) + 1e-9
    assert np.quantile(grey, 0.9) < 0.18  # shadows are blueish
    assert np.quantile(np.ptp(ground, axis=0) / ground.max(axis=0), 0.6) > 0.2


@pytest.mark.parametrize("pattern", list(Pattern))
def test_the_same_town_at_two_resolutions_has_the_same_roads(pattern: Pattern) -> None:
    coarse = render_scene(SceneOptions(seed=4, height_px=200, width_px=240, pattern=pattern))
    fine = render_scene(SceneOptions(seed=4, height_px=400, width_px=480, m_per_px=0.5, pattern=pattern))
    assert (coarse.graph.edges == fine.graph.edges).all()
    assert np.allclose(coarse.graph.vertices, fine.graph.vertices * 0.5)
    # The picture shows the same things too: blocks of 8 m agree.
    blocks = [
        s.rgb.astype(float).reshape(3, 25, k, 30, k).mean(axis=(2, 4)).ravel()
        for s, k in ((coarse, 8), (fine, 16))
    ]
    assert np.corrcoef(*blocks)[0, 1] > 0.9


def test_a_raised_road_is_seen_beside_its_place_on_the_map() -> None:
    scene = render_scene(
        SceneOptions(seed=5, height_px=420, width_px=420, off_nadir_deg=30.0, overpasses=True)
    )
    decks = scene.image_graph.layer == 1
    assert decks.any()
    middles = scene.image_graph.vertices[scene.image_graph.edges[decks]].mean(axis=1)
    cells = np.clip(np.floor(middles).astype(int), 0, 419)
    z = scene.image_graph.z_m[scene.image_graph.edges[decks]].mean(axis=1)
    on_deck = np.abs(scene.height_m[tuple(cells.T)] - z) < 2.0
    assert on_deck.mean() > 0.9


def test_a_small_crop_needs_no_room() -> None:
    scene = render_scene(SceneOptions(seed=3, height_px=1, width_px=7))
    assert scene.rgb.shape == (3, 1, 7)


@pytest.mark.parametrize("changes", [{"height_px": 0}, {"m_per_px": 0.0}, {"off_nadir_deg": 75.0}])
def test_impossible_views_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"scene needs|off_nadir"):
        replace(SceneOptions(), **changes)


def test_a_building_cut_in_two_by_the_border_is_two_polygons():
    """Of 2048 px this town once had a building whose wings alone reach into the image."""
    scene = render_scene(SceneOptions(seed=7, height_px=2048, width_px=2048))
    assert {polygon.geom_type for polygon in scene.footprints} == {"Polygon"}
    assert len(scene.footprints) == len(scene.footprint_heights_m)


def test_a_scene_may_lie_between_the_roads() -> None:
    options = SceneOptions(
        seed=4, height_px=160, width_px=90, m_per_px=0.5, off_nadir_deg=26.0, view_azimuth_deg=130.0
    )
    assert render_scene(options).rgb.shape == (3, 160, 90)
