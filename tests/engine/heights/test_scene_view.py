"""What windows say together of a scene's view, and whom to trust most."""

import numpy as np
import pytest
from affine import Affine

from engine.errors import RasterError
from engine.heights.pose import Pose, view_of
from engine.heights.scene_view import SceneVotes, choose_view, options_view
from engine.heights.view import View
from engine.networks.predict_heights import PredictedHeights
from engine.raster.grid import Grid

NORTH_UP = Grid.measured(Affine(0.5, 0, 5e5, 0, -0.5, 5.4e6), 200, 300, "EPSG:32633")
WORKING = Grid.measured(Affine(1, 0, 5e5, 0, -1, 5.4e6), 100, 150, "EPSG:32633")
LOCAL = Grid(Affine(0.5, 0, 0, 0, -0.5, 0), 200, 300, None, 0.5)
SEEN = Pose.from_view(200.0, 30.0, WORKING)
NOTHING = options_view(None, None)


def window(hm, hh, vote, weight_m):
    return PredictedHeights(np.zeros((1, 1), dtype=np.float32), np.array([hm, hh]), np.array(vote), weight_m)


def pooled(*windows):
    votes = SceneVotes.none()
    for each in windows:
        votes = votes.plus(each)
    return votes


def test_windows_count_by_what_is_high_in_them():
    votes = pooled(window(30, 10, (0.0, 90.0), 100.0), window(1, 1, (10.0, 0.0), 100.0))
    assert votes.pose.scale_px_per_m == pytest.approx(31 / 11)
    assert votes.pose.direction == pytest.approx(np.array([10, 90]) / np.hypot(10, 90))
    assert votes.agreement == pytest.approx(np.hypot(10, 90) / 200)


@pytest.mark.parametrize(
    ("windows", "agreement"),
    [
        ([], None),
        ([window(0, 0, (0.0, 0.0), 0.0)], None),
        ([window(30, 10, (0.0, 50.0), 50.0), window(30, 10, (0.0, -50.0), 50.0)], 0.0),
        ([window(-30, 10, (0.0, 50.0), 50.0)], 1.0),
    ],
    ids=["no window", "a flat one", "two opposed ones", "one that shortens"],
)
def test_where_nothing_leans_the_view_is_from_nadir(windows, agreement):
    votes = pooled(*windows)
    assert votes.pose.scale_px_per_m == 0.0
    assert votes.agreement == agreement


def test_the_network_s_view_is_carried_to_the_raster_s_own_pixels():
    view = choose_view(SEEN, WORKING, NORTH_UP, options=NOTHING, metadata=None)
    assert (view.azimuth_deg, view.off_nadir_deg) == pytest.approx((200.0, 30.0), abs=1e-6)
    assert view.pose.scale_px_per_m == pytest.approx(2 * SEEN.scale_px_per_m, rel=1e-6)
    assert view.from_network
    assert view.source == "network"


def test_a_sensor_model_s_pose_is_taken_as_it_is():
    model = View(111.0, 22.0, "RPC of x.tif", Pose(1.0, 0.4))
    view = choose_view(SEEN, WORKING, LOCAL, options=NOTHING, metadata=model)
    assert view.pose == Pose(1.0, 0.4)
    assert (view.azimuth_deg, view.off_nadir_deg, view.source) == (111.0, 22.0, "RPC of x.tif")
    assert not view.from_network


def test_the_user_overrules_a_sensor_model_altogether():
    model = View(111.0, 22.0, "RPC of x.tif", Pose(1.0, 0.4))
    view = choose_view(SEEN, WORKING, NORTH_UP, options=options_view(50.0, 10.0), metadata=model)
    assert view_of(view.pose, NORTH_UP) == pytest.approx((50.0, 10.0))
    assert (view.azimuth_deg, view.off_nadir_deg, view.source) == (50.0, 10.0, "options")


def test_half_of_a_view_known_from_metadata_is_completed_by_the_network():
    view = choose_view(SEEN, WORKING, NORTH_UP, options=NOTHING, metadata=View(77.0, None, "STAC item"))
    assert (view.azimuth_deg, view.off_nadir_deg) == pytest.approx((77.0, 30.0), abs=1e-6)
    assert view.source == "STAC item; off-nadir of network"
    assert view.from_network


def test_calibration_changes_only_a_lean_that_the_network_saw():
    seen = choose_view(SEEN, WORKING, NORTH_UP, options=NOTHING, metadata=None)
    better = seen.calibrated(1.5, NORTH_UP)
    assert better.pose.scale_px_per_m * 1.5 == pytest.approx(seen.pose.scale_px_per_m)
    assert view_of(better.pose, NORTH_UP)[1] == pytest.approx(better.off_nadir_deg)
    assert better.azimuth_deg == seen.azimuth_deg
    known = choose_view(SEEN, WORKING, NORTH_UP, options=options_view(None, 20.0), metadata=None)
    assert known.calibrated(1.5, NORTH_UP) == known


@pytest.mark.parametrize("angles", [(None, 90.0), (None, -0.1), (np.inf, None), (np.nan, 3.0), (1.0, np.nan)])
def test_impossible_angles_are_refused(angles):
    with pytest.raises(RasterError, match="cannot be"):
        options_view(*angles)
