from math import asin, atan2, cos, degrees, hypot, nan, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.heights.pose import Pose
from engine.heights.view_metadata.finding import (
    Finding,
    View,
    checked_view,
    converted_off_nadir,
    merge,
    off_nadir_at_target,
)

IMD = View(154.2, 27.6, "IMD file town.IMD")


def options(azimuth_deg, off_nadir_deg):
    return View(azimuth_deg, off_nadir_deg, "options")


def test_options_overrule_each_part_on_its_own():
    assert options(None, None).completed_by(IMD) == IMD
    assert options(10.0, None).completed_by(IMD) == View(
        10.0, 27.6, "options; off-nadir of IMD file town.IMD"
    )
    assert options(None, 0.0).completed_by(IMD) == View(154.2, 0.0, "options; azimuth of IMD file town.IMD")
    assert options(0.0, 5.0).completed_by(IMD) == options(0.0, 5.0)


def test_an_option_takes_the_pose_of_the_model_it_contradicts():
    model = View(154.2, 27.6, "RPC of raw.tif", Pose(0.3, 1.1))
    assert options(None, None).completed_by(model).pose == Pose(0.3, 1.1)
    assert options(None, 12.0).completed_by(model).pose is None


def test_parts_come_from_the_first_source_that_has_them():
    stac = View(None, 30.0, "STAC item town.json")
    assert merge([Finding(), Finding(stac), Finding(IMD)]).view == View(
        154.2, 30.0, "STAC item town.json; azimuth of IMD file town.IMD"
    )
    assert merge([Finding(IMD, ("a",)), Finding(stac, ("b",))]) == Finding(IMD, ("a", "b"))
    assert merge([Finding.nothing("nothing here"), Finding()]) == Finding(None, ("nothing here",))


def test_a_contradiction_between_whole_views_is_noted_and_the_first_counts():
    turned = View(334.2, 27.6, "RPC of town.tif")
    found = merge([Finding(turned), Finding(IMD)])
    assert found.view == turned
    (note,) = found.notes
    assert note == (
        "IMD file town.IMD (azimuth 154.2°, 27.6° off nadir) contradicts RPC of town.tif (azimuth 334.2°, "
        "27.6° off nadir), which is used."
    )


def test_azimuths_of_views_near_nadir_do_not_contradict():
    assert merge([Finding(View(10.0, 1.0, "a")), Finding(View(190.0, 1.0, "b"))]).notes == ()


@pytest.mark.parametrize(
    ("azimuth", "off_nadir", "expected"),
    [
        (-25.8, 27.6, (334.2, 27.6)),
        (360.0, 0.0, (0.0, 0.0)),
        (-1e-14, 1.0, (0.0, 1.0)),
        (None, 27.6, (None, 27.6)),
        (-9999.0, 27.6, (None, 27.6)),
        (154.2, 10089.0, (154.2, None)),
        (154.2, -0.5, (154.2, None)),
        (nan, nan, None),
        (None, 89.0, None),
    ],
)
def test_absurd_angles_are_left_out_with_a_note(azimuth, off_nadir, expected):
    found = checked_view(azimuth, off_nadir, "file")
    assert (None if found.view is None else (found.view.azimuth_deg, found.view.off_nadir_deg)) == expected
    left = (azimuth, off_nadir).count(None), (expected or (None, None)).count(None)
    assert len(found.notes) == left[1] - left[0]
    assert all("not used" in note for note in found.notes)


@given(st.floats(0.0, 45.0), st.floats(3e5, 1e6))
def test_the_angle_at_the_target_closes_the_triangle_with_the_centre_of_the_earth(at_satellite, altitude_m):
    at_target = radians(off_nadir_at_target(at_satellite, altitude_m))
    radius_m = 6_371_008.8
    at_centre = at_target - radians(at_satellite)
    # From the target, along the vertical and across it, to the satellite.
    up_m = (radius_m + altitude_m) * cos(at_centre) - radius_m
    across_m = (radius_m + altitude_m) * sin(at_centre)
    assert at_target == pytest.approx(atan2(across_m, up_m), abs=1e-9)
    assert at_target >= radians(at_satellite)


def test_a_line_of_sight_beside_the_earth_has_no_target():
    horizon_deg = degrees(asin(6_371_008.8 / (6_371_008.8 + 617e3)))
    assert off_nadir_at_target(horizon_deg - 0.01, 617e3) < 90.0
    assert hypot(off_nadir_at_target(horizon_deg + 0.01, 617e3)) != 0.0
    assert converted_off_nadir(horizon_deg + 0.01, "WV03", "file")[0] is None


def test_the_documented_example_of_worldview_3():
    # 617 km up: 25.0° at the satellite are 27.6° at the target.
    angle_deg, note = converted_off_nadir(25.0, "WV03", "IMD file a.IMD")
    assert angle_deg == pytest.approx(27.6, abs=0.05)
    assert note == (
        "IMD file a.IMD gives 25° off nadir at the satellite; 27.6° at the target follow by WV03's altitude "
        "of 617 km."
    )
    assert converted_off_nadir(25.0, "worldview-03", "x")[0] == angle_deg


def test_an_unknown_satellite_is_converted_with_a_stated_altitude():
    angle_deg, note = converted_off_nadir(30.0, "XY01", "file")
    assert angle_deg == pytest.approx(33.2, abs=0.05)
    assert "assumed altitude (satellite XY01) of 600 km" in note


@pytest.mark.parametrize("angle", [-1.0, 90.0, 9999.0, nan])
def test_impossible_angles_at_the_satellite_are_not_converted(angle):
    angle_deg, note = converted_off_nadir(angle, "WV02", "file")
    assert angle_deg is None
    assert "not used" in note
