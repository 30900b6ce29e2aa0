"""The challenge's scores, from their definition, whatever the order and the cut of the sums."""

from math import cos, nan, pi, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RasterError
from engine.evaluation.measures import heights as measures
from engine.evaluation.measures.heights import (
    Spread,
    add_up,
    compare_blocks,
    compare_heights,
    height_figures,
    overall_figures,
)
from engine.heights.pose import Pose


def draw(seed, shape=(40, 31), *, unknown=0.1):
    """Heights with gaps."""
    random = np.random.default_rng(seed)
    heights = random.gamma(1.0, 8.0, shape).astype(np.float32)
    heights[random.random(shape) < unknown] = nan
    return heights


def r2_by_definition(images):
    """Score images as the challenge defines it: all pixels together, at once.

    Args:
        images: Predicted and true heights, predicted and true pose of each.
    """

    def r2(found, true):
        return 1 - ((found - true) ** 2).sum() / ((true - true.mean()) ** 2).sum()

    def field(heights, pose):
        step = heights * pose.scale_px_per_m
        return np.array([step * sin(pose.angle_rad), step * cos(pose.angle_rad)])

    heights, flows = [], []
    for found, true, found_pose, true_pose in images:
        known = np.isfinite(true)
        pair = [np.nan_to_num(found[known]).astype(float), true[known].astype(float)]
        heights.append(pair)
        flows.append([field(pair[0], found_pose), field(pair[1], true_pose)])
    height = r2(*np.concatenate(heights, axis=-1))
    flow = r2(*np.concatenate(flows, axis=-1))
    return height, flow


IMAGES = [
    (draw(1), draw(2), Pose(0.3, 1.1), Pose(0.5, 1.2)),
    (draw(3, (7, 600)), draw(4, (7, 600)), Pose(-3.0, 0.4), Pose(3.0, 0.5)),
    (draw(5, (530, 9)) + 60, draw(6, (530, 9)) + 50, Pose(4.0, 1.0), Pose(4.2, 1.0)),
]
"""Predicted and true heights, predicted and true pose; none square, one higher than a block."""


def test_scores_are_those_of_the_definition_over_all_pixels_of_a_city():
    figures = height_figures(add_up(compare_heights(*image) for image in IMAGES))
    height, flow = r2_by_definition(IMAGES)
    assert figures["height_r2"] == pytest.approx(height, rel=1e-9)
    assert figures["flow_r2"] == pytest.approx(flow, rel=1e-9)
    assert figures["score"] == pytest.approx((height + flow) / 2, rel=1e-9)


def test_errors_are_means_over_all_pixels_or_all_images():
    figures = height_figures(add_up(compare_heights(*image) for image in IMAGES))
    off, ends, lengths = [], [], []
    for found, true, found_pose, true_pose in IMAGES:
        known = np.isfinite(true)
        found_m, true_m = np.nan_to_num(found[known]).astype(float), true[known].astype(float)
        off.append(found_m - true_m)
        far = found_pose.flow_px_per_m[:, None] * found_m - true_pose.flow_px_per_m[:, None] * true_m
        ends.append(np.hypot(*far))
        lengths.append(found_m * found_pose.scale_px_per_m - true_m * true_pose.scale_px_per_m)
    turns = np.degrees([0.2, 2 * pi - 6.0, 0.2])
    expected = {
        "height_rmse_m": sqrt((np.concatenate(off) ** 2).mean()),
        "height_mae_m": np.abs(np.concatenate(off)).mean(),
        "endpoint_error_px": np.concatenate(ends).mean(),
        "magnitude_error_px": np.abs(np.concatenate(lengths)).mean(),
        "angle_error_deg": turns.mean(),
        "angle_rms_deg": sqrt((turns**2).mean()),
        "scale_error_px_per_m": (0.1 + 0.1 + 0.0) / 3,
        "images": 3,
        "missing": 0,
    }
    assert {name: figures[name] for name in expected} == pytest.approx(expected)
    assert figures["unpredicted"] == pytest.approx(0.1, abs=0.01)


@given(st.integers(0, 10**6), st.floats(0, 5), st.floats(-20, 20))
def test_the_truth_scores_one_and_a_mean_scores_nothing(seed, scale, angle):
    truth, pose = draw(seed), Pose(angle, scale + 0.01)
    figures = height_figures(compare_heights(truth, truth, pose, pose))
    assert (figures["score"], figures["height_r2"], figures["flow_r2"]) == (1.0, 1.0, 1.0)
    assert (figures["height_rmse_m"], figures["endpoint_error_px"]) == (0.0, 0.0)
    mean = np.full_like(truth, np.nanmean(truth))
    assert height_figures(compare_heights(mean, truth, pose, pose))["height_r2"] == pytest.approx(0, abs=1e-6)


def test_what_is_not_predicted_counts_as_the_ground():
    truth, pose = draw(2, unknown=0.0), Pose(1.0, 1.0)
    nothing, ground = np.full_like(truth, nan), np.zeros_like(truth)
    blank = height_figures(compare_heights(nothing, truth, pose, pose))
    zeros = height_figures(compare_heights(ground, truth, pose, pose))
    assert blank["unpredicted"] == 1.0
    assert blank | {"unpredicted": 0.0} == zeros
    true = truth.astype(float)
    assert blank["height_r2"] == pytest.approx(1 - (true**2).sum() / ((true - true.mean()) ** 2).sum())
    assert blank["score"] < 0


def test_a_prediction_where_the_truth_is_unknown_costs_nothing():
    truth, pose = draw(2, unknown=0.3), Pose(1.0, 1.0)
    loud = np.where(np.isnan(truth), np.float32(500), truth)
    assert height_figures(compare_heights(loud, truth, pose, pose))["score"] == 1.0


@pytest.mark.parametrize("turns", [0, 1, -3])
def test_angles_are_compared_the_shortest_way_round(turns):
    truth = draw(2)
    found = Pose(radians(-179) + turns * 2 * pi, 1.0)
    figures = height_figures(compare_heights(truth, truth, found, Pose(radians(179), 1.0)))
    assert figures["angle_error_deg"] == pytest.approx(2.0)


def test_the_angle_of_a_view_from_nadir_is_not_judged():
    truth = draw(2)
    figures = height_figures(compare_heights(truth, truth, Pose(2.0, 0.1), Pose(0.0, 0.0)))
    assert (figures["angle_error_deg"], figures["angle_rms_deg"]) == (None, None)
    assert (figures["flow_r2"], figures["score"]) == (None, None)  # no flow scatters
    assert figures["scale_error_px_per_m"] == pytest.approx(0.1)
    assert figures["height_r2"] == 1.0


@pytest.mark.parametrize("height_m", [0.0, 3.3, 655.34])
def test_without_scatter_there_is_no_score(height_m):
    truth, pose = np.full((300, 50), height_m, dtype=np.float32), Pose(1.0, 0.7)
    figures = height_figures(compare_heights(truth + 1, truth, pose, pose))
    assert (figures["height_r2"], figures["flow_r2" if height_m == 0.0 else "score"]) == (None, None)
    assert figures["height_rmse_m"] == pytest.approx(1.0, rel=1e-4)


def test_the_rounding_of_a_mean_is_no_scatter():
    alike = Spread.of(np.full(3, 0.1))
    assert alike.squares > 0.0
    assert alike.r2(0.0) is None
    assert Spread.of(np.array([655.33, 655.34])).r2(0.0) == 1.0


def test_without_known_truth_nothing_is_said_of_pixels():
    truth, pose = np.full((5, 4), nan), Pose(1.0, 0.7)
    figures = height_figures(compare_heights(np.zeros((5, 4)), truth, pose, pose))
    assert {figures[name] for name in ("score", "height_rmse_m", "endpoint_error_px", "unpredicted")} == {
        None
    }
    assert figures["angle_error_deg"] == 0.0


def test_rows_and_columns_are_never_exchanged():
    with pytest.raises(RasterError, match="4 × 6 px, the truth 6 × 4 px"):
        compare_heights(np.zeros((4, 6)), np.zeros((6, 4)), Pose(0, 1), Pose(0, 1))


def test_inputs_stay_as_they_are():
    found, true = draw(1), draw(2)
    before = found.copy(), true.copy()
    compare_heights(found, true, Pose(0, 1), Pose(0, 1))
    assert np.array_equal(found, before[0], equal_nan=True)
    assert np.array_equal(true, before[1], equal_nan=True)


def test_the_cut_into_blocks_changes_nothing(monkeypatch):
    whole = [height_figures(compare_heights(*image)) for image in IMAGES]
    monkeypatch.setattr(measures, "_BLOCK_ROWS", 3)
    for image, figures in zip(IMAGES, whole, strict=True):
        assert height_figures(compare_heights(*image)) == pytest.approx(figures, rel=1e-9)


@given(st.lists(st.lists(st.floats(-1e3, 1e3), max_size=9), max_size=5), st.sampled_from([0.0, 1e6]))
def test_spreads_of_sets_join_into_that_of_all(sets, far):
    joined = Spread()
    for values in sets:
        joined = joined.plus(Spread.of(np.array(values) + far))
    whole = Spread.of(np.array([value + far for values in sets for value in values]))
    assert joined.count == whole.count
    assert joined.mean == pytest.approx(whole.mean, abs=1e-6)
    assert joined.squares == pytest.approx(whole.squares, rel=1e-6, abs=1e-3)


def test_cities_count_alike_whatever_their_size():
    cities = {"ARG": (compare_heights(*IMAGES[0]), 0), "JAX": (compare_heights(*IMAGES[1]), 0)}
    overall = overall_figures(cities)
    each = [height_figures(sums) for sums, _ in cities.values()]
    for name in ("score", "height_r2", "flow_r2"):
        assert overall[name] == pytest.approx((each[0][name] + each[1][name]) / 2)
    pixels = [sums.heights.count for sums, _ in cities.values()]
    squares = [figures["height_rmse_m"] ** 2 for figures in each]
    assert overall["height_rmse_m"] == pytest.approx(sqrt(np.average(squares, weights=pixels)))
    assert overall.keys() == each[0].keys()


def test_a_city_that_lacks_a_prediction_scores_nothing():
    whole, lacking = compare_heights(*IMAGES[0]), compare_heights(IMAGES[1][1], *IMAGES[1][1:])
    figures = height_figures(lacking, missing=2)
    assert (figures["score"], figures["height_r2"], figures["flow_r2"], figures["missing"]) == (0, 0, 0, 2)
    assert figures["height_rmse_m"] == 0.0
    overall = overall_figures({"ARG": (whole, 0), "JAX": (lacking, 2)})
    assert overall["score"] == pytest.approx(height_figures(whole)["score"] / 2)
    assert overall["missing"] == 2


def test_a_city_without_scatter_is_left_out_of_the_mean():
    flat = compare_heights(np.ones((4, 4)), np.zeros((4, 4)), Pose(0, 1), Pose(0, 1))
    whole = compare_heights(*IMAGES[0])
    overall = overall_figures({"ARG": (whole, 0), "FLAT": (flat, 0)})
    assert overall["score"] == height_figures(whole)["score"]
    assert overall_figures({"FLAT": (flat, 0)})["score"] is None


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.3])
def test_the_slope_is_the_factor_by_which_heights_are_wrong(factor):
    truth = draw(2).astype(np.float64)
    figures = height_figures(compare_heights(truth * factor, truth, Pose(0, 1), Pose(0, 1)))
    assert figures["height_slope"] == pytest.approx(factor)
    assert figures["height_bias_m"] == pytest.approx((factor - 1) * np.nanmean(truth))


def test_all_pixels_of_known_truth_are_counted_once():
    total, known = None, 0
    for found, true, *views in IMAGES:
        image = compare_blocks([(found, true)], tuple(views))
        assert image.sums == compare_heights(found, true, *views)
        total = image if total is None else total.plus(image)
        known += int(np.isfinite(true).sum())
    assert total.profile.joint.counts.sum() == total.profile.pixels.sum() == total.sums.heights.count == known
    unpredicted = compare_blocks([(np.full((4, 4), nan), np.full((4, 4), 7.0))], None).profile
    assert unpredicted.error_m.sum() == pytest.approx(-7.0 * 16)


def test_where_views_are_not_known_heights_alone_are_judged():
    found, true = draw(1), draw(2)
    alone = height_figures(compare_blocks([(found, true)], None).sums)
    whole = height_figures(compare_heights(found, true, Pose(0.3, 1.0), Pose(0.5, 1.0)))
    assert alone["score"] == alone["height_r2"] == whole["height_r2"]
    of_flow = (
        "flow_r2",
        "endpoint_error_px",
        "magnitude_error_px",
        "angle_error_deg",
        "scale_error_px_per_m",
    )
    assert {alone[name] for name in of_flow} == {None}
    views = Pose(0, 1), Pose(0, 1)
    mixed = compare_blocks([(true, true)], views).sums.plus(compare_blocks([(found, true)], None).sums)
    assert height_figures(mixed)["flow_r2"] is None
    assert height_figures(mixed)["score"] == height_figures(mixed)["height_r2"]


def test_blocks_of_one_image_are_one_image():
    found, true, *views = IMAGES[2]
    cut = compare_blocks([(found[:100], true[:100]), (found[100:], true[100:])], tuple(views))
    assert height_figures(cut.sums) == pytest.approx(height_figures(compare_heights(found, true, *views)))
