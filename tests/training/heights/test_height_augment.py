"""Pixels, heights and pose move together: a changed image is the image of the changed scene."""

from dataclasses import replace
from math import atan, cos, degrees, nan, pi, radians, sin, tan

import numpy as np
import pytest
import shapely
from scipy.ndimage import binary_dilation, label, maximum_filter, minimum_filter

from engine.heights.flow import feature_positions, ground_positions
from engine.heights.pose import LEFT_RIGHT, UP_DOWN, Pose, turn
from training.augment import View, draw_matrix
from training.config import AugmentOptions, TrainingError
from training.heights.augment import HeightImage, draw_stretch, look_at, stretch_heights
from training.scenes.buildings import FLAT
from training.scenes.options import SceneOptions
from training.scenes.scene import Scene, render_scene
from training.scenes.town import build_town

SIDE_PX = 256
OFF_NADIR_DEG = 20.0


def render(off_nadir_deg: float = OFF_NADIR_DEG) -> Scene:
    return render_scene(
        SceneOptions(
            seed=2,
            height_px=SIDE_PX,
            width_px=SIDE_PX,
            m_per_px=0.8,
            off_nadir_deg=off_nadir_deg,
            view_azimuth_deg=250.0,
            built_up=1.0,
            noise=0.0,
        )
    )


def image_of(scene: Scene) -> HeightImage:
    valid = np.ones(scene.height_m.shape, dtype=bool)
    pose = Pose(scene.angle_rad, scene.scale_px_per_m)
    return HeightImage(scene.rgb, scene.height_m, valid, pose, scene.options.m_per_px)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return render()


@pytest.fixture
def image(scene: Scene) -> HeightImage:
    return image_of(scene)


def view_by(linear: np.ndarray, side_px: int = SIDE_PX, centre: float = SIDE_PX / 2) -> View:
    """The view in which positions p of the image appear at A p."""
    return View(np.full(2, centre), np.linalg.inv(np.asarray(linear)), side_px)


EXACT = {
    "none": (np.eye(2), lambda planes: planes, lambda pose: pose),
    "quarter turn": (
        turn(pi / 2),
        lambda planes: np.rot90(planes, axes=(-2, -1)),
        lambda pose: pose.rotated(pi / 2),
    ),
    "half turn": (turn(pi), lambda planes: planes[..., ::-1, ::-1], lambda pose: pose.rotated(pi)),
    "left to right": (LEFT_RIGHT, lambda planes: planes[..., ::-1], Pose.flipped_left_right),
    "upside down": (UP_DOWN, lambda planes: planes[..., ::-1, :], Pose.flipped_up_down),
}


@pytest.mark.parametrize(("linear", "change", "change_pose"), EXACT.values(), ids=EXACT)
def test_quarter_turns_and_mirror_images_are_exact(image, linear, change, change_pose):
    seen = look_at(image, view_by(linear))
    assert np.array_equal(seen.rgb, change(image.rgb))
    assert np.array_equal(seen.height_m, change(image.height_m))
    assert seen.valid.all()
    assert seen.pose.flow_px_per_m == pytest.approx(change_pose(image.pose).flow_px_per_m, abs=1e-12)
    assert seen.m_per_px == pytest.approx(image.m_per_px)


def flat_roofs(scene: Scene) -> list[tuple[float, np.ndarray]]:
    """Height and (4, 2) footprint corners in (row, col) pixels of flat roofs, each of a height of its own."""
    buildings = build_town(scene.options).parcels.buildings
    corners = shapely.transform(
        buildings.shape.polygons(), lambda metres: metres[:, ::-1] / scene.options.m_per_px
    )
    _, number, count = np.unique(buildings.eaves_m, return_inverse=True, return_counts=True)
    with_wing = np.isin(np.arange(len(corners)), buildings.wing_of)
    plain = (buildings.wing_of < 0) & ~with_wing & ~buildings.parking & (buildings.roof == FLAT)
    inside = shapely.contains(shapely.box(8, 8, SIDE_PX - 8, SIDE_PX - 8), corners)
    return [
        (float(buildings.eaves_m[i]), shapely.get_coordinates(corners[i])[:4])
        for i in np.flatnonzero(plain & inside & (count[number] == 1))
    ]


def middle_of_roof(height_m: np.ndarray, wanted_m: float) -> np.ndarray:
    patches, _ = label(np.abs(height_m - wanted_m) < 1e-3)
    largest = np.bincount(patches.ravel())[1:].argmax() + 1
    row, col = np.nonzero(patches == largest)
    middle = [(row.min() + row.max() + 1) / 2, (col.min() + col.max() + 1) / 2]
    return np.array(middle)


TURNS = [(30.0, 0.8, False), (30.0, 0.8, True), (-75.0, 1.3, False), (160.0, 1.0, True)]


@pytest.mark.parametrize(("angle_deg", "zoom", "mirrored"), TURNS)
def test_roofs_of_a_turned_and_rescaled_scene_lead_to_the_moved_footprints(
    scene, image, angle_deg, zoom, mirrored
):
    linear = zoom * turn(radians(angle_deg)) @ np.diag([1.0, -1.0 if mirrored else 1.0])
    view = view_by(linear, side_px=420)
    seen = look_at(image, view)
    roofs = flat_roofs(scene)
    assert len(roofs) >= 3
    assert max(height_m for height_m, _ in roofs) * seen.pose.scale_px_per_m > 3
    for height_m, foot in roofs:
        moved_foot = view.to_crop(foot)
        roof = view.to_crop(feature_positions(foot, height_m, image.pose))
        assert ground_positions(roof, height_m, seen.pose) == pytest.approx(moved_foot, abs=1e-9)
        # And the raster shows the roof there.
        shown = ground_positions(middle_of_roof(seen.height_m, height_m), height_m, seen.pose)[0]
        expected = (moved_foot.min(axis=0) + moved_foot.max(axis=0)) / 2
        assert np.abs(shown - expected).max() <= max(1.0, zoom)


def test_a_magnified_image_has_more_pixels_per_metre_and_the_same_heights(image):
    for zoom in (0.7, 1.0, 1.4):
        seen = look_at(image, view_by(zoom * np.eye(2), side_px=100))
        assert seen.pose.scale_px_per_m == pytest.approx(zoom * image.pose.scale_px_per_m)
        assert seen.m_per_px == pytest.approx(image.m_per_px / zoom)
        assert np.isin(seen.height_m, image.height_m).all()
        # What the sensor's place says does not change.
        assert seen.pose.scale_px_per_m * seen.m_per_px == pytest.approx(tan(radians(OFF_NADIR_DEG)))


def test_views_of_the_roads_trainer_serve_heights_too(image):
    options = AugmentOptions(
        rotation_probability=1.0, tilt_deg=45.0, flip_probability=0.5, rescale=(0.8, 1.25)
    )
    for seed in range(8):
        matrix = draw_matrix(np.random.default_rng(seed), options)
        seen = look_at(image, View(np.full(2, SIDE_PX / 2), matrix, 64))
        one_metre = seen.pose.flow_px_per_m
        assert matrix @ one_metre == pytest.approx(image.pose.flow_px_per_m, abs=1e-12)


def test_outside_and_unknown_are_unknown(image):
    heights, valid = image.height_m.copy(), image.valid.copy()
    heights[:, :40] = nan
    valid[100:140] = False
    seen = look_at(replace(image, height_m=heights, valid=valid), view_by(np.eye(2), side_px=300))
    expected = np.zeros((300, 300), dtype=bool)
    expected[22:278, 62:278] = True
    expected[122:162] = False
    assert np.array_equal(np.isfinite(seen.height_m), expected)
    assert not seen.valid[:22].any()
    assert not seen.valid[122:162].any()
    assert seen.valid[30:120, 22:62].all()  # there is an image, whose heights nobody knows


def off_by_m(height_m: np.ndarray, truth_m: np.ndarray) -> np.ndarray:
    """How far heights are outside of those within a pixel in the truth: pictures are right to a pixel."""
    low, high = minimum_filter(truth_m, 3), maximum_filter(truth_m, 3)
    return np.maximum(np.maximum(low - height_m, height_m - high), 0.0)


@pytest.mark.parametrize("factor", [1.3, 1.8, 0.6])
def test_stretched_heights_are_those_of_the_town_seen_more_obliquely(image, factor):
    stretched = stretch_heights(image, factor)
    # Things lean by height × tan(off-nadir): twice the height, or twice the tangent.
    lean = degrees(atan(factor * tan(radians(OFF_NADIR_DEG))))
    truth = image_of(render(lean))
    inner = np.zeros_like(stretched.valid)
    inner[32:-32, 32:-32] = True
    known = inner & stretched.valid
    assert known.sum() >= 0.95 * inner.sum()
    wrong = np.mean(off_by_m(stretched.height_m / factor, truth.height_m)[known] > 0.5)
    unmoved = np.mean(off_by_m(image.height_m, truth.height_m)[known] > 0.5)
    assert wrong <= 0.005
    assert wrong <= 0.25 * unmoved
    light, light_unmoved = (
        np.abs(each.rgb.astype(float) - truth.rgb).mean(axis=0)[known].mean() for each in (stretched, image)
    )
    assert light < 0.6 * light_unmoved
    assert stretched.pose == image.pose


def test_a_prism_grows_by_the_factor_without_holes():
    heights = np.zeros((60, 70), dtype=np.float32)
    # Seen with the flow to the right: the wall stands right of the roof, between 12 m and the ground.
    heights[20:40, 30:42] = 12.0
    heights[20:40, 42:48] = np.linspace(11, 1, 6)
    rgb = np.broadcast_to((heights * 10).astype(np.uint8), (3, 60, 70)).copy()
    image = HeightImage(rgb, heights, np.ones((60, 70), dtype=bool), Pose(pi / 2, 0.5), 1.0)
    before = heights.copy()
    twice = stretch_heights(image, 2.0)
    assert twice.valid.all()
    assert np.array_equal(np.argwhere(twice.height_m == 24), np.argwhere(heights == 12) - [0, 6])
    wall = twice.height_m[25, 36:48]
    assert (np.diff(wall) < 0).all()
    assert (wall.max() < 24, wall.min() > 0) == (True, True)
    assert (twice.height_m[25, 48:] == 0).all()
    assert np.array_equal(twice.rgb[0][twice.height_m == 24], np.full(240, 120))
    assert np.array_equal(image.height_m, before)


def test_a_wall_that_no_pixel_shows_comes_into_sight_whole():
    heights = np.zeros((60, 70), dtype=np.float32)
    heights[20:40, 30:42] = 12.0  # as of a lidar: from roof to ground from one pixel to the next
    rgb = np.broadcast_to((heights * 10).astype(np.uint8), (3, 60, 70)).copy()
    image = HeightImage(rgb, heights, np.ones((60, 70), dtype=bool), Pose(pi / 2, 0.5), 1.0)
    grown = stretch_heights(image, 2.0)
    assert grown.valid.all()
    assert (np.diff(grown.height_m[25, 36:48]) <= 0).all()
    shrunk = stretch_heights(image, 0.5)
    # The roof moves 3 px towards its foot, and what it hid nobody knows.
    assert np.array_equal(np.argwhere(~shrunk.valid), np.argwhere(heights[:, :33] == 12))


def test_a_factor_of_one_changes_nothing_and_from_nadir_only_numbers_change(image):
    same = stretch_heights(image, 1.0)
    assert np.array_equal(same.rgb, image.rgb)
    assert np.array_equal(same.height_m, image.height_m)
    above = stretch_heights(replace(image, pose=Pose(0.3, 0.0)), 1.5)
    assert np.array_equal(above.rgb, image.rgb)
    assert above.height_m == pytest.approx(1.5 * image.height_m)


def test_pixels_of_unknown_height_are_lost(image):
    heights, valid = image.height_m.copy(), image.valid.copy()
    heights[10:60, 10:60] = nan
    valid[200:] = False
    stretched = stretch_heights(replace(image, height_m=heights, valid=valid), 1.4)
    assert np.array_equal(stretched.valid, np.isfinite(stretched.height_m))
    reach = int(0.4 * np.nanmax(heights) * image.pose.scale_px_per_m) + 2
    far = ~binary_dilation(np.isfinite(heights) & valid, iterations=reach)
    assert not stretched.valid[far].any()
    nothing = stretch_heights(replace(image, height_m=np.full_like(heights, nan)), 1.4)
    assert not nothing.valid.any()


@pytest.mark.parametrize("factor", [0.0, -1.0, nan, np.inf])
def test_an_impossible_factor_is_refused(image, factor):
    with pytest.raises(TrainingError, match="factor above 0"):
        stretch_heights(image, factor)


@pytest.mark.parametrize(("highest_m", "most"), [(20.0, 2.0), (160.0, 1.25), (250.0, 1.0), (nan, 2.0)])
def test_no_factor_makes_a_tower_higher_than_200_m(image, highest_m, most):
    heights = np.zeros_like(image.height_m)
    heights[3, 4], heights[5, 5] = highest_m, nan
    rng = np.random.default_rng(0)
    drawn = [draw_stretch(rng, replace(image, height_m=heights)) for _ in range(50)]
    assert 1.0 <= min(drawn) <= max(drawn) <= most
    assert max(drawn) >= 1.0 + 0.8 * (most - 1.0)


def test_the_flow_of_a_turned_view_is_the_turned_flow(image):
    seen = look_at(image, view_by(turn(0.4), side_px=50))
    angle = image.pose.angle_rad + 0.4
    expected = image.pose.scale_px_per_m * np.array([cos(angle), sin(angle)])
    assert seen.pose.flow_px_per_m == pytest.approx(expected)
