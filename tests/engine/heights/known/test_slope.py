"""The factor between estimated and known heights: exact where they agree, unmoved by gross mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RasterError
from engine.heights.known.slope import fit_slope

SLOPES = st.floats(0.2, 5.0)


@given(slope=SLOPES, heights=st.lists(st.floats(2.01, 300.0), min_size=3, max_size=40))
def test_exact_pairs_give_the_exact_slope(slope, heights):
    known = np.array(heights)
    result = fit_slope(known / slope, known)
    assert result.slope == pytest.approx(slope, rel=1e-9)
    assert (result.count, result.kept, result.ignored) == (len(known), len(known), 0)
    assert result.rmse_after_m == pytest.approx(0.0, abs=1e-6)


@given(seed=st.integers(0, 10_000), slope=SLOPES, factor=st.floats(0.01, 100.0))
def test_estimates_in_another_unit_scale_the_slope(seed, slope, factor):
    draw = np.random.default_rng(seed)
    known = draw.uniform(3, 40, 30)
    estimated = known / slope + draw.normal(0, 0.3, 30)
    one = fit_slope(estimated, known)
    if 0.15 < slope * factor < 8:
        other = fit_slope(estimated / factor, known)
        assert other.slope == pytest.approx(one.slope * factor, rel=1e-6)


@pytest.mark.parametrize(
    "kind", ["known too high", "known too low", "not estimated", "estimated too high", "mixed"]
)
@pytest.mark.parametrize("seed", range(10))
def test_three_in_ten_may_be_grossly_wrong(seed, kind):
    draw = np.random.default_rng(seed)
    known = draw.lognormal(2.0, 0.6, 60) + 2.0
    estimated = known / 1.2 + draw.normal(0, 0.8, 60)
    wrong = draw.permutation(60)[:18]
    parts = np.array_split(wrong, 4) if kind == "mixed" else [wrong] * 4
    if kind in {"known too high", "mixed"}:
        known[parts[0]] *= draw.uniform(3, 30, len(parts[0]))
    if kind in {"known too low", "mixed"}:
        known[parts[1]] = np.maximum(known[parts[1]] / 10, 2.1)
    if kind in {"not estimated", "mixed"}:
        estimated[parts[2]] = 0.0
    if kind in {"estimated too high", "mixed"}:
        estimated[parts[3]] += draw.uniform(30, 200, len(parts[3]))
    result = fit_slope(estimated, known)
    assert result.slope == pytest.approx(1.2, rel=0.06)
    assert result.kept <= 50
    assert result.rmse_after_m < result.rmse_before_m


@pytest.mark.parametrize("slope", [0.7, 1.0, 1.6])
def test_noise_of_the_estimate_does_not_pull_the_slope(slope):
    draw = np.random.default_rng(1)
    known = draw.uniform(2.5, 25, 200_000)
    estimated = known / slope + draw.normal(0, 2.5, len(known))
    result = fit_slope(estimated, known).slope
    assert result == pytest.approx(slope, rel=0.012)
    least_squares = (known @ estimated) / (estimated @ estimated)
    assert abs(result - slope) < 0.5 * abs(least_squares - slope)


def test_what_is_low_or_unknown_is_ignored_and_counted():
    known = np.array([10.0, 20.0, 30.0, 1.9, np.nan, 12.0, 0.0])
    estimated = np.array([5.0, 10.0, 15.0, 9.0, 3.0, np.nan, 4.0])
    result = fit_slope(estimated, known)
    assert result.slope == pytest.approx(2.0)
    assert (result.count, result.kept, result.ignored) == (3, 3, 4)
    assert "by 3 of 3 known heights" in str(result)


@pytest.mark.parametrize(
    ("estimated", "known", "message"),
    [
        ([5.0, 6.0], [5.0, 6.0], "2 of 2 known heights"),
        ([5.0, 6.0, 7.0], [5.0, 6.0, 1.0], "2 of 3 known heights"),
        ([], [], "0 of 0 known heights"),
        ([0.0, 0.0, -1.0], [5.0, 6.0, 7.0], "0: nothing is estimated"),
        ([5.0, 6.0, 7.0], [500.0, 600.0, 700.0], "100 times the estimated"),
        ([50.0, 60.0, 70.0], [2.5, 3.0, 3.5], "0.05 times the estimated"),
    ],
)
def test_too_little_or_another_unit_is_refused(estimated, known, message):
    with pytest.raises(RasterError, match=message):
        fit_slope(np.array(estimated), np.array(known))


@pytest.mark.parametrize(("high_m", "found"), [(10.0, "are 20 times"), (2.5, "are 80 times")])
def test_a_few_estimates_do_not_speak_for_many_where_nothing_is_estimated(high_m, found):
    known, estimated = np.full(60, 10.0), np.zeros(60)
    estimated[:3] = high_m
    with pytest.raises(RasterError, match=found):
        fit_slope(estimated, known)
