"""One rule for every view: v = scale · (cos θ, sin θ) moves as pixels do; and the view's place in the sky."""

from math import atan2, cos, degrees, hypot, inf, nan, pi, radians, remainder, sin, tan, tau

import numpy as np
import pytest
from affine import Affine
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import RasterError
from engine.heights.pose import (
    LEFT_RIGHT,
    TRANSPOSE,
    UP_DOWN,
    Pose,
    ScaleSums,
    angle_difference,
    mean_direction,
    turn,
    view_of,
    wrap_angle,
)
from engine.raster.crs import WGS_84, local_metric_crs, reproject_points
from engine.raster.grid import Grid
from training.scenes.options import SceneOptions

ANGLE_RAD = st.floats(-4 * pi, 4 * pi)
SCALE = st.floats(0.01, 5)
POSES = st.builds(Pose, ANGLE_RAD, SCALE)
AZIMUTH_DEG = st.floats(0, 360, exclude_max=True)
OFF_NADIR_DEG = st.floats(0.5, 60)
ZOOM = st.floats(0.1, 10)
PLACE = st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000))
TERM = st.floats(-4, 4)
LINEAR = st.tuples(TERM, TERM, TERM, TERM).map(lambda terms: np.reshape(terms, (2, 2)))


def same(one: Pose, other: Pose) -> None:
    assert one.flow_px_per_m == pytest.approx(other.flow_px_per_m, rel=1e-9, abs=1e-9)


def test_zero_points_down_and_angles_grow_counter_clockwise_on_the_screen():
    named = {"down": 0.0, "right": pi / 2, "up": pi, "left": -pi / 2}
    steps = {"down": (1, 0), "right": (0, 1), "up": (-1, 0), "left": (0, -1)}
    for name, angle_rad in named.items():
        assert Pose(angle_rad, 2.0).direction == pytest.approx(np.array(steps[name]), abs=1e-12)
        assert Pose(angle_rad, 2.0).flow_px_per_m == pytest.approx(2.0 * np.array(steps[name]), abs=1e-12)


@given(st.floats(-1e6, 1e6))
def test_a_wrapped_angle_is_the_same_direction_within_half_a_turn(angle_rad):
    wrapped = wrap_angle(angle_rad)
    assert -pi < wrapped <= pi
    assert abs(remainder(wrapped - angle_rad, tau)) < 1e-9
    assert wrap_angle(wrapped) == wrapped


def test_half_a_turn_has_one_name():
    assert wrap_angle(pi) == wrap_angle(-pi) == pi
    # Minus zero columns: the arc tangent alone would give −π.
    assert Pose.from_flow((-1.0, -0.0)).angle_rad == Pose.from_flow((-1.0, 0.0)).angle_rad == pi


@given(ANGLE_RAD, st.floats(-3.1, 3.1))
def test_the_difference_of_angles_is_the_turn_between_them(angle_rad, by_rad):
    assert angle_difference(angle_rad + by_rad, angle_rad) == pytest.approx(by_rad, abs=1e-9)


@given(POSES)
def test_a_pose_and_its_flow_say_the_same(pose):
    again = Pose.from_flow(pose.flow_px_per_m)
    assert again.scale_px_per_m == pytest.approx(pose.scale_px_per_m, rel=1e-12)
    assert abs(angle_difference(again.angle_rad, pose.angle_rad)) < 1e-12
    assert hypot(*pose.direction) == pytest.approx(1.0)


@pytest.mark.parametrize(("angle", "scale"), [(nan, 1.0), (inf, 1.0), (0.0, nan), (0.0, inf), (0.0, -0.1)])
def test_what_is_no_view_is_refused(angle, scale):
    with pytest.raises(RasterError, match="cannot be"):
        Pose(angle, scale)


@given(POSES, LINEAR, PLACE, st.floats(-5, 200), PLACE)
def test_moving_pixels_moves_features_and_their_ground_alike(pose, linear, feature, height_m, offset):
    assume(hypot(*(linear @ pose.direction)) > 1e-3)
    ground = np.array(feature) + height_m * pose.flow_px_per_m
    moved_feature, moved_ground = (linear @ np.array(place) + offset for place in (feature, ground))
    expected = moved_feature + height_m * pose.transformed(linear).flow_px_per_m
    assert moved_ground == pytest.approx(expected, abs=1e-7)


@given(POSES, ZOOM, ZOOM, ANGLE_RAD)
def test_each_named_change_says_what_happens_to_angle_and_scale(pose, zoom, other_zoom, angle_rad):
    angle, scale = pose.angle_rad, pose.scale_px_per_m
    same(pose.rescaled(zoom), Pose(angle, scale * zoom))
    same(pose.rotated(angle_rad), Pose(angle + angle_rad, scale))
    same(pose.flipped_left_right(), Pose(-angle, scale))
    same(pose.flipped_up_down(), Pose(pi - angle, scale))
    same(pose.transposed(), Pose(pi / 2 - angle, scale))
    stretched = (scale * cos(angle) * zoom, scale * sin(angle) * other_zoom)
    same(pose.rescaled(zoom, other_zoom), Pose.from_flow(stretched))


@given(POSES, LINEAR, LINEAR)
def test_one_change_after_another_is_their_product(pose, first, second):
    assume(hypot(*(first @ pose.direction)) > 1e-2 and hypot(*(second @ first @ pose.direction)) > 1e-2)
    same(pose.transformed(first).transformed(second), pose.transformed(second @ first))


@given(ANGLE_RAD, ANGLE_RAD)
def test_a_view_from_nadir_keeps_its_angle_through_changes(angle_rad, by_rad):
    turned = Pose(angle_rad, 0.0).rotated(by_rad)
    assert turned.scale_px_per_m == 0.0
    assert abs(angle_difference(turned.angle_rad, angle_rad + by_rad)) < 1e-9


def test_a_map_onto_a_line_is_refused():
    with pytest.raises(RasterError, match="fall onto a line"):
        Pose(0.0, 1.0).transformed([[0.0, 0.0], [0.0, 1.0]])


@given(st.floats(0.001, 0.5), st.floats(0.1, 10))
def test_directions_astride_half_a_turn_average_to_half_a_turn(gap_rad, weight):
    angles = np.array([pi - gap_rad, -(pi - gap_rad)])
    mean = mean_direction(np.column_stack([np.cos(angles), np.sin(angles)]), [weight, weight])
    assert mean == pytest.approx(np.array([-1.0, 0.0]), abs=1e-9)
    # What averaging the angles gives is the very opposite.
    assert np.array([cos(angles.mean()), sin(angles.mean())]) == pytest.approx(-mean, abs=1e-9)


@given(st.lists(st.tuples(ANGLE_RAD, st.floats(0.1, 10)), min_size=1, max_size=8), ANGLE_RAD)
def test_the_mean_direction_turns_with_the_directions_and_has_length_one(tiles, by_rad):
    angles, weights = np.array(tiles).T
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    assume(hypot(*(weights @ directions)) > 1e-3)
    mean = mean_direction(directions, weights)
    assert hypot(*mean) == pytest.approx(1.0)
    assert mean_direction(directions @ turn(by_rad).T, weights) == pytest.approx(
        turn(by_rad) @ mean, abs=1e-9
    )


def test_the_heavier_direction_counts_more_and_opposed_ones_have_no_mean():
    down, right = (1.0, 0.0), (0.0, 1.0)
    assert mean_direction([down, right], [3.0, 1.0]) == pytest.approx(np.array([3.0, 1.0]) / np.sqrt(10))
    assert mean_direction([down, right]) == pytest.approx(np.sqrt([0.5, 0.5]))
    opposed = [Pose(0.3, 1.0).direction, Pose(0.3 + pi, 1.0).direction]
    assert mean_direction(opposed) is None
    assert mean_direction([down, right], [0.0, 0.0]) is None
    assert mean_direction([]) is None


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 3), st.integers(1, 6))
def test_the_pooled_scale_is_that_of_all_tiles_together(seed, scale, count):
    draw = np.random.default_rng(seed)
    heights = [draw.gamma(0.5, 8, size=draw.integers(1, 400)).astype(np.float32) for _ in range(count)]
    magnitudes = [(scale * h + draw.normal(0, 1, h.shape)).astype(np.float32) for h in heights]
    sums = ScaleSums()
    for height, magnitude in zip(heights, magnitudes, strict=True):
        sums = sums.plus(ScaleSums.of(height, magnitude))
    all_heights, all_magnitudes = (np.concatenate(parts).astype(float) for parts in (heights, magnitudes))
    assume(all_heights @ all_heights > 1e-3)
    solution = np.linalg.lstsq(all_heights[:, None], all_magnitudes, rcond=None)[0][0]
    assert sums.slope() == pytest.approx(solution, rel=1e-9, abs=1e-9)


def test_the_pooled_scale_is_not_the_mean_of_the_tiles():
    # A low tile with noise says 3 px/m, a town of towers 1 px/m: the towers know better.
    low, towers = ScaleSums.of([1.0], [3.0]), ScaleSums.of([50.0, 60.0], [50.0, 60.0])
    assert low.plus(towers).slope() == pytest.approx(1.0, abs=1e-3)
    assert (low.slope() + towers.slope()) / 2 == pytest.approx(2.0)


def test_a_flat_tile_has_no_scale_and_adds_none():
    flat = ScaleSums.of(np.zeros((4, 4)), np.full((4, 4), 0.3))
    assert flat.slope() is None
    assert flat.benchmark_slope() == 0.0
    assert ScaleSums().slope() is None
    town = ScaleSums.of([10.0], [7.0])
    assert town.plus(flat).slope() == town.slope() == 0.7
    assert town.benchmark_slope() == 70.0 / 100.01


def test_unknown_heights_and_magnitudes_are_left_out():
    sums = ScaleSums.of([[1.0, nan], [2.0, 4.0]], [[0.5, 9.0], [nan, 2.0]])
    assert sums == ScaleSums(1 * 0.5 + 4 * 2.0, 1 + 16.0)


def grid(crs, transform, height=400, width=300):
    return Grid.measured(transform, height, width, crs)


TURNED = Affine.rotation(33) @ Affine.shear(12, 0)
GRIDS = {
    "local": grid(None, Affine(0.5, 0, 0, 0, -0.5, 0)),
    "local, turned, sheared, not square": grid(None, TURNED @ Affine.scale(0.3, -0.7)),
    "UTM, north up": grid("EPSG:32633", Affine(0.5, 0, 735_000, 0, -0.5, 5_400_000)),
    "UTM, turned, not square": grid(
        "EPSG:32633", Affine.translation(735_000, 5_400_000) @ TURNED @ Affine.scale(0.4, -1.1)
    ),
    "UTM, south up": grid("EPSG:32719", Affine(0.5, 0, 300_000, 0, 0.5, 6_300_000)),
    "web Mercator at 60° north": grid("EPSG:3857", Affine(0.6, 0, 2_776_000, 0, -0.6, 8_437_000)),
    "degrees": grid("EPSG:4326", Affine(3e-6, 0, 24.9, 0, -3e-6, 60.2)),
    "degrees, turned": grid(
        "EPSG:4326", Affine.translation(-58.4, -34.6) @ Affine.rotation(20) @ Affine.scale(4e-6, -5e-6)
    ),
    "degrees, across the antimeridian": grid("EPSG:4326", Affine(3e-6, 0, 179.9999, 0, -3e-6, -17.5)),
    "polar, north is not up": grid("EPSG:3413", Affine(0.5, 0, 1_200_000, 0, -0.5, 900_000)),
}
on_every_grid = pytest.mark.parametrize("raster", GRIDS.values(), ids=GRIDS)


@on_every_grid
@given(AZIMUTH_DEG, OFF_NADIR_DEG, st.floats(1, 100))
def test_things_lean_away_from_the_sensor_by_height_times_tangent(raster, azimuth, off_nadir, height_m):
    pose = Pose.from_view(azimuth, off_nadir, raster)
    lean_m = height_m * tan(radians(off_nadir))
    away = -lean_m * np.array([sin(radians(azimuth)), cos(radians(azimuth))])
    metres = None if raster.crs is None else local_metric_crs(*raster.centre, raster.crs)
    foot = reproject_points([raster.centre], raster.crs, metres)
    shown = reproject_points(foot + away, metres, raster.crs, near_x=raster.centre[0])
    lean_px = (raster.to_pixels(shown) - (raster.height / 2, raster.width / 2))[0]
    # The map's own bending over the lean, at most 180 m, stays below a thousandth.
    assert lean_px == pytest.approx(-height_m * pose.flow_px_per_m, abs=1e-3 * hypot(*lean_px) + 1e-6)


@pytest.mark.parametrize("name", [name for name in GRIDS if "local" not in name])
@given(AZIMUTH_DEG, OFF_NADIR_DEG)
def test_seen_on_the_globe_the_flow_points_to_the_sensor(name, azimuth, off_nadir):
    raster = GRIDS[name]
    pose = Pose.from_view(azimuth, off_nadir, raster)
    centre = np.array([raster.height / 2, raster.width / 2])
    places = reproject_points(
        raster.to_ground([centre, centre + 10 * pose.flow_px_per_m]), raster.crs, WGS_84
    )
    east_m, north_m = _step_on_the_globe(*places)
    assert hypot(east_m, north_m) == pytest.approx(10 * tan(radians(off_nadir)), rel=1e-4)
    turned = remainder(degrees(atan2(east_m, north_m)) - azimuth, 360)
    assert abs(turned) < 0.01


def _step_on_the_globe(start_deg, end_deg):
    """East and north components of a short chord on the ellipsoid, without any projection."""
    start, end = (_in_space(*np.radians(place)) for place in (start_deg, end_deg))
    longitude, latitude = np.radians(start_deg)
    east = np.array([-sin(longitude), cos(longitude), 0.0])
    north = np.array(
        [-sin(latitude) * cos(longitude), -sin(latitude) * sin(longitude), cos(latitude)],
    )
    return float((end - start) @ east), float((end - start) @ north)


def _in_space(longitude, latitude):
    flattening = 1 / 298.257223563
    eccentricity2 = flattening * (2 - flattening)
    normal_m = 6378137 / np.sqrt(1 - eccentricity2 * np.sin(latitude) ** 2)
    level_m = normal_m * np.cos(latitude)
    return np.array(
        [
            level_m * np.cos(longitude),
            level_m * np.sin(longitude),
            normal_m * (1 - eccentricity2) * np.sin(latitude),
        ]
    )


@on_every_grid
@given(AZIMUTH_DEG, OFF_NADIR_DEG)
def test_the_view_comes_back_from_its_pose(raster, azimuth, off_nadir):
    azimuth_again, off_nadir_again = view_of(Pose.from_view(azimuth, off_nadir, raster), raster)
    assert 0 <= azimuth_again < 360
    assert abs(remainder(azimuth_again - azimuth, 360)) < 1e-6
    assert off_nadir_again == pytest.approx(off_nadir, abs=1e-6)


@on_every_grid
@given(POSES)
def test_the_pose_comes_back_from_its_view(raster, pose):
    again = Pose.from_view(*view_of(pose, raster), raster)
    assert again.flow_px_per_m == pytest.approx(pose.flow_px_per_m, rel=1e-6, abs=1e-6)


@given(AZIMUTH_DEG, st.floats(0, 60), st.floats(0.1, 5))
def test_north_up_the_angle_is_180_less_the_azimuth_and_the_scale_the_tangent_over_the_pixel(
    azimuth, off_nadir, m_per_px
):
    options = SceneOptions(view_azimuth_deg=azimuth, off_nadir_deg=off_nadir, m_per_px=m_per_px)
    pose = Pose.from_view(azimuth, off_nadir, grid(None, Affine.scale(m_per_px, -m_per_px)))
    assert pose.scale_px_per_m == pytest.approx(options.scale_px_per_m)
    assert abs(angle_difference(pose.angle_rad, options.flow_angle_rad)) < 1e-9


def test_the_same_angle_means_another_azimuth_where_the_map_is_turned():
    # Right of the zone's meridian, grid north of UTM lies east of true north: 2.4° here.
    raster = GRIDS["UTM, north up"]
    longitude, latitude = reproject_points([raster.centre], raster.crs, WGS_84)[0]
    convergence_deg = degrees(tan(radians(longitude - 15)) * sin(radians(latitude)))
    assert convergence_deg > 2
    azimuth, _ = view_of(Pose(pi, 0.5), raster)  # the flow points up the image
    assert azimuth == pytest.approx(convergence_deg, abs=0.02)


def test_a_view_from_nadir_keeps_its_azimuth():
    raster = GRIDS["UTM, turned, not square"]
    pose = Pose.from_view(217.0, 0.0, raster)
    assert pose.scale_px_per_m == 0.0
    assert view_of(pose, raster) == pytest.approx((217.0, 0.0), abs=1e-6)


def test_a_sensor_just_west_of_north_has_an_azimuth_below_360():
    azimuth, _ = view_of(Pose(pi + 1e-17, 1.0), GRIDS["local"])
    assert 0 <= azimuth < 360
    assert view_of(Pose.from_flow((-1.0, -1e-20)), GRIDS["local"])[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("azimuth", "off_nadir"), [(nan, 10), (inf, 10), (0, -1), (0, 90), (0, nan)])
def test_impossible_angles_are_refused(azimuth, off_nadir):
    with pytest.raises(RasterError, match="cannot be"):
        Pose.from_view(azimuth, off_nadir, GRIDS["local"])


def test_at_the_pole_of_a_map_in_degrees_there_is_no_north():
    raster = Grid(Affine(0.01, 0, 0, 0, -0.01, 91), 200, 100, "EPSG:4326", 1.0)
    with pytest.raises(RasterError, match="North has no direction"):
        Pose.from_view(10.0, 10.0, raster)


@pytest.mark.parametrize("matrix", [LEFT_RIGHT, UP_DOWN, TRANSPOSE])
def test_mirroring_twice_changes_nothing(matrix):
    same(Pose(0.7, 1.3).transformed(matrix).transformed(matrix), Pose(0.7, 1.3))
