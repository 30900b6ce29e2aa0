"""Prisms and whole scenes of known truth: what stands on the ground leans by its height, and comes back."""

from itertools import product
from math import cos, nan, pi, sin

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import shapes
from scipy.ndimage import label, rotate

from engine.heights.flow import (
    feature_positions,
    flow_px,
    ground_of_pixels,
    ground_positions,
    height_from_magnitude,
)
from engine.heights.pose import Pose
from engine.raster.grid import Grid
from training.scenes.buildings import FLAT
from training.scenes.options import SceneOptions
from training.scenes.projection import View, margin_needed, project
from training.scenes.scene import CRS, Scene, render_scene
from training.scenes.town import build_town

POSES = st.builds(Pose, st.floats(-2 * pi, 2 * pi), st.floats(0.0, 5))
LEANING = st.builds(Pose, st.floats(-2 * pi, 2 * pi), st.floats(0.01, 5))
HEIGHT_M = st.floats(-5, 300)
PLACE = st.tuples(st.floats(0, 4000), st.floats(0, 4000))

SIDE, PRISM_M = 80, 12.0
BLOCK = np.s_[26:46, 38:50]  # off the centre, without symmetry
"""Where a prism stands in an image of SIDE × SIDE pixels."""


@given(POSES, st.lists(st.tuples(PLACE, HEIGHT_M), min_size=1, max_size=6))
def test_features_and_ground_lead_to_each_other(pose, things):
    features, heights = [place for place, _ in things], [height for _, height in things]
    ground = ground_positions(features, heights, pose)
    step = pose.scale_px_per_m * np.array([cos(pose.angle_rad), sin(pose.angle_rad)])
    assert ground == pytest.approx(np.array(features) + np.outer(heights, step), abs=1e-9)
    assert feature_positions(ground, heights, pose) == pytest.approx(np.array(features), abs=1e-9)
    assert ground_positions(feature_positions(features, heights, pose), heights, pose) == pytest.approx(
        np.array(features), abs=1e-9
    )


def test_one_height_serves_all_points_and_an_unknown_one_gives_no_place():
    pose = Pose(0.0, 2.0)
    assert ground_positions([(0, 0), (1, 5)], 3.0, pose).tolist() == [[6, 0], [7, 5]]
    assert np.isnan(ground_positions([(0, 0)], [nan], pose)).all()
    assert np.isnan(feature_positions([(0, 0)], [nan], pose)).all()
    assert ground_positions([], [], pose).shape == (0, 2)


@given(POSES, st.sampled_from([np.float32, np.float64]))
def test_the_flow_of_a_raster_is_that_of_its_pixels_one_by_one(pose, dtype):
    heights = np.random.default_rng(4).gamma(1.0, 9, size=(5, 7)).astype(dtype)
    heights[1, 2] = nan
    before = heights.copy()
    flow, ground = flow_px(heights, pose), ground_of_pixels(heights, pose)
    assert flow.shape == ground.shape == (2, 5, 7)
    assert flow.dtype == dtype
    centres = np.array(list(product(range(5), range(7)))) + 0.5
    moved = ground_positions(centres, heights.ravel(), pose)
    assert pytest.approx(moved, abs=1e-9, nan_ok=True) == ground.reshape(2, -1).T
    assert pytest.approx(moved - centres, abs=1e-3, nan_ok=True) == flow.reshape(2, -1).T
    assert np.isnan(flow).sum() == 2
    assert np.array_equal(heights, before, equal_nan=True)


def test_whole_metres_flow_by_parts_of_pixels():
    heights = np.array([[3]], dtype=np.int16)
    assert flow_px(heights, Pose(pi / 2, 0.25)).ravel() == pytest.approx([0.0, 0.75])
    assert height_from_magnitude(heights, Pose(0.0, 2.0)).item() == 1.5


@given(LEANING, st.sampled_from([np.float32, np.float64]))
def test_heights_come_back_from_the_length_of_their_flow(pose, dtype):
    heights = np.random.default_rng(8).gamma(1.0, 9, size=(4, 6)).astype(dtype)
    heights[0, 3] = nan
    again = height_from_magnitude(np.hypot(*flow_px(heights, pose)), pose)
    assert again.dtype == dtype
    assert again == pytest.approx(heights, rel=1e-5, nan_ok=True)


def test_from_nadir_nothing_moves_and_lengths_tell_no_height():
    heights = np.array([[0.0, 30.0, nan]])
    assert np.array_equal(flow_px(heights, Pose(1.0, 0.0)), [[[0, 0, nan]], [[0, 0, nan]]], equal_nan=True)
    assert np.isnan(height_from_magnitude(np.array([[0.0, 2.0]]), Pose(1.0, 0.0))).all()


def picture_of_prism(pose: Pose) -> np.ndarray:
    """Heights of an image of one prism on flat ground."""
    view = View(pose.angle_rad, pose.scale_px_per_m, margin_needed(PRISM_M, pose.scale_px_per_m))
    heights = np.zeros((SIDE + 2 * view.margin_px,) * 2, dtype=np.float32)
    heights[view.margin_px :, view.margin_px :][BLOCK] = PRISM_M
    return project(heights, view).height_m


def footprint() -> np.ndarray:
    """Ground that the prism covers."""
    covered = np.zeros((SIDE, SIDE), dtype=bool)
    covered[BLOCK] = True
    return covered


def check_roof_returns(picture: np.ndarray, covered: np.ndarray, pose: Pose, within_px: float) -> None:
    """Corners of the roof in an image, moved along its flow, are those of the footprint."""
    seen = np.argwhere(picture == PRISM_M)
    corners = np.array([seen.min(axis=0), seen.max(axis=0) + 1])
    foot = np.argwhere(covered)
    expected = np.array([foot.min(axis=0), foot.max(axis=0) + 1])
    assert np.abs(ground_positions(corners, PRISM_M, pose) - expected).max() <= within_px + 1e-6


IMAGE_CHANGES = {
    "none": (lambda image: image, lambda pose: pose),
    "left to right": (np.fliplr, Pose.flipped_left_right),
    "upside down": (np.flipud, Pose.flipped_up_down),
    "transposed": (np.transpose, Pose.transposed),
    "quarter turn": (np.rot90, lambda pose: pose.rotated(pi / 2)),
    "half turn": (lambda image: np.rot90(image, 2), lambda pose: pose.rotated(pi)),
    "three quarters": (lambda image: np.rot90(image, 3), lambda pose: pose.rotated(-pi / 2)),
    "cropped": (lambda image: image[5:, 9:-1], lambda pose: pose),
    "enlarged": (lambda image: image.repeat(3, axis=0).repeat(3, axis=1), lambda pose: pose.rescaled(3)),
    "stretched": (lambda image: image.repeat(4, axis=0), lambda pose: pose.rescaled(4, 1)),
    "half resolution": (lambda image: image[::2, ::2], lambda pose: pose.rescaled(0.5)),
}


@pytest.mark.parametrize(("change_image", "change_pose"), IMAGE_CHANGES.values(), ids=IMAGE_CHANGES)
@settings(max_examples=15)
@given(st.floats(0, 2 * pi), st.floats(0.2, 1.4))
def test_a_changed_image_of_a_prism_has_the_changed_pose(change_image, change_pose, angle_rad, scale):
    pose = Pose(angle_rad, scale)
    picture, covered = change_image(picture_of_prism(pose)), change_image(footprint())
    # Pictures round positions to half a pixel of theirs, and thinning pixels by another one.
    zoom = max(1.0, picture.shape[0] / SIDE)
    check_roof_returns(picture, covered, change_pose(pose), 0.5 * zoom if zoom > 1 else 1.0)


@settings(max_examples=15)
@given(st.floats(0, 2 * pi), st.floats(0.2, 0.9), st.floats(-pi, pi))
def test_a_turned_image_of_a_prism_has_the_turned_pose(angle_rad, scale, by_rad):
    pose = Pose(angle_rad, scale)
    images = picture_of_prism(pose), footprint().astype(np.float32)
    picture, covered = (rotate(image, np.degrees(by_rad), reshape=False, order=0) for image in images)
    seen = np.argwhere(picture == PRISM_M).mean(axis=0)
    foot = np.argwhere(covered).mean(axis=0)
    moved = ground_positions(seen, PRISM_M, pose.rotated(by_rad))[0]
    assert np.abs(moved - foot).max() <= 1.0


@settings(max_examples=15)
@given(st.floats(0, 2 * pi), st.floats(0.2, 1.4))
def test_roof_and_walls_alike_lead_to_the_footprint_and_ground_stays(angle_rad, scale):
    pose = Pose(angle_rad, scale)
    picture = picture_of_prism(pose)
    ground = ground_of_pixels(picture, pose)
    level = picture == 0
    assert np.array_equal(ground[:, level], np.argwhere(level).T + 0.5)
    outside = shapely.distance(_area_of(footprint()), shapely.points(ground[:, ~level].T))
    assert outside.max() <= 1.0 + 1e-6


def _area_of(covered: np.ndarray) -> shapely.Geometry:
    """The pixels of a mask as one area with coordinates row, col."""
    parts = [shapely.geometry.shape(part) for part, _ in shapes(covered.astype(np.uint8), mask=covered)]
    return shapely.transform(shapely.union_all(parts), lambda xy: xy[:, ::-1])


VIEWS = [(0, 30.0, 160.0), (2, 15.0, 250.0), (4, 20.0, 330.0), (7, 25.0, 40.0)]
"""Seed, angle off nadir and azimuth in degrees of scenes where nothing hides a corner of a flat roof."""


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[1]:.0f} deg")
def scene(request: pytest.FixtureRequest) -> Scene:
    seed, off_nadir_deg, azimuth_deg = request.param
    return render_scene(
        SceneOptions(
            seed=seed,
            height_px=256,
            width_px=240,
            m_per_px=0.8,
            off_nadir_deg=off_nadir_deg,
            view_azimuth_deg=azimuth_deg,
            built_up=1.0,
        )
    )


def flat_roofs(scene: Scene) -> list[tuple[float, shapely.Polygon]]:
    """Heights, and footprints in (row, col) pixels, of prisms in the image, each of a height of its own."""
    buildings = build_town(scene.options).parcels.buildings
    polygons = shapely.transform(
        buildings.shape.polygons(), lambda metres: metres[:, ::-1] / scene.options.m_per_px
    )
    _, number, count = np.unique(buildings.eaves_m, return_inverse=True, return_counts=True)
    frame = shapely.box(0, 0, *scene.height_m.shape)
    with_wing = np.isin(np.arange(len(polygons)), buildings.wing_of)
    alone = (buildings.wing_of < 0) & ~with_wing & ~buildings.parking & (count[number] == 1)
    prisms = alone & (buildings.roof == FLAT) & shapely.contains(frame, polygons)
    return list(zip(buildings.eaves_m[prisms].tolist(), polygons[prisms], strict=True))


def roof_in(scene: Scene, height_m: float) -> shapely.Geometry:
    """Convex hull, in (row, col), of the largest area of one height in the image."""
    patches, _ = label(np.abs(scene.height_m - height_m) < 1e-3)
    largest = np.bincount(patches.ravel())[1:].argmax() + 1 if patches.any() else 1
    return shapely.convex_hull(_area_of(patches == largest))


def test_roofs_of_a_scene_moved_along_the_flow_are_its_footprints(scene):
    pose = Pose(scene.angle_rad, scene.scale_px_per_m)
    prisms = flat_roofs(scene)
    for height_m, foot in prisms:
        roof = roof_in(scene, height_m)
        moved = shapely.transform(roof, lambda corners, h=height_m: ground_positions(corners, h, pose))
        shown = shapely.transform(foot, lambda corners, h=height_m: feature_positions(corners, h, pose))
        # Pictures are right to half a pixel, and a roof's outline of whole pixels to another one.
        assert shapely.hausdorff_distance(moved, foot) <= 1.5
        assert shapely.hausdorff_distance(shown, roof) <= 1.5
    assert len(prisms) >= 5
    assert max(height_m for height_m, _ in prisms) * pose.scale_px_per_m > 2.5  # they did lean


def test_the_pose_of_a_scene_follows_from_its_view_and_grid(scene):
    options = scene.options
    placed = Grid.measured(scene.transform, options.height_px, options.width_px, None)
    pose = Pose.from_view(options.view_azimuth_deg, options.off_nadir_deg, placed)
    truth = Pose(scene.angle_rad, scene.scale_px_per_m)
    assert pose.flow_px_per_m == pytest.approx(truth.flow_px_per_m, abs=1e-12)
    # On the zone's meridian UTM shrinks the ground by 0.9996, so that a pixel covers a little more of it.
    on_map = Grid.measured(scene.transform, options.height_px, options.width_px, CRS)
    pose = Pose.from_view(options.view_azimuth_deg, options.off_nadir_deg, on_map)
    assert pose.flow_px_per_m == pytest.approx(truth.flow_px_per_m * 0.9996, abs=1e-4)
