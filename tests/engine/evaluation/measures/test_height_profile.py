"""Counts of heights add up whatever the range and the order, and say what the pixels say."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.measures.height_profile import (
    CLASS_EDGES_M,
    CLASSES_M,
    Counts,
    HeightProfile,
    class_errors,
)

SETS = st.lists(st.lists(st.floats(-900, 900), max_size=12), max_size=5)


def counted(values):
    return Counts.empty((16,), 4).with_values(np.array(values, dtype=float))


@given(SETS)
def test_no_value_is_lost_and_the_order_does_not_matter(sets):
    joined, backwards = counted([]), counted([])
    for values in sets:
        joined = joined.plus(counted(values))
    for values in reversed(sets):
        backwards = backwards.with_values(np.array(values, dtype=float))
    assert joined.counts.sum() == sum(map(len, sets))
    assert joined.width_m == backwards.width_m
    assert np.array_equal(joined.counts, backwards.counts)


@given(st.lists(st.integers(-7000, 7000), min_size=1, max_size=40))
def test_each_value_lies_in_the_cell_that_counts_it(eighths):
    values = np.array(eighths) / 8.0
    found = counted(values)
    expected, _ = np.histogram(values, bins=found.edges_m)
    assert np.array_equal(found.counts, expected)


@given(st.lists(st.integers(0, 3), min_size=16, max_size=16))
def test_wider_cells_hold_what_their_halves_held(numbers):
    narrow = Counts(np.array(numbers), 4)
    wide = narrow.widened()
    assert wide.width_m == 2 * narrow.width_m
    assert wide.counts.sum() == narrow.counts.sum()
    for start, count in zip(narrow.edges_m[:-1:2], narrow.counts.reshape(-1, 2).sum(axis=1), strict=True):
        assert wide.counts[list(wide.edges_m).index(start)] == count


def test_cells_are_no_wider_than_the_values_need():
    assert counted([1.4, -0.5]).width_m == 0.125
    assert counted([1.5]).width_m == 0.25
    assert counted([-0.6]).width_m == 0.25


def test_absurd_values_are_counted_at_the_end():
    found = counted([1e30, -1e30, 3.0])
    assert found.counts.sum() == 3
    assert found.edges_m[-1] > 1000.0


def test_both_axes_are_counted_together():
    predicted, true = np.array([0.0, 0.1, 3.0, -1.0]), np.array([10.0, 10.1, 3.0, 0.0])
    joint = HeightProfile().with_pixels(predicted, true).joint
    expected, _, _ = np.histogram2d(predicted, true, bins=[joint.edges_m, joint.edges_m])
    assert np.array_equal(joint.counts, expected)


@given(st.integers(0, 10**6))
def test_classes_add_up_to_the_whole(seed):
    random = np.random.default_rng(seed)
    true = random.gamma(1.0, 15.0, 300)
    true[:5] = CLASS_EDGES_M
    predicted = true * 0.9 + random.normal(size=300)
    profile = (
        HeightProfile().with_pixels(predicted[:100], true[:100]).with_pixels(predicted[100:], true[100:])
    )
    assert profile.joint.counts.sum() == profile.errors.counts.sum() == profile.pixels.sum() == 300
    classes = class_errors(profile)
    assert sum(each.share for each in classes) == pytest.approx(1.0)
    off = predicted - true
    assert sum(each.pixels * (each.bias_m or 0) for each in classes) == pytest.approx(off.sum())
    assert sum(each.pixels * (each.rmse_m or 0) ** 2 for each in classes) == pytest.approx((off**2).sum())
    for each, (low, high) in zip(classes, CLASSES_M, strict=True):
        here = (true >= low) & (true < high)
        assert each.pixels == here.sum()
        if here.any():
            assert each.bias_m == pytest.approx(off[here].mean())
            assert each.rmse_m == pytest.approx(sqrt((off[here] ** 2).mean()))


def test_a_class_without_pixels_has_no_errors():
    highest = class_errors(HeightProfile().with_pixels(np.ones(3), np.ones(3)))[-1]
    assert (highest.from_m, highest.to_m, highest.pixels, highest.share) == (50.0, None, 0, 0.0)
    assert highest.bias_m is highest.rmse_m is None
    assert class_errors(HeightProfile())[0].share is None


@given(st.integers(0, 10**6))
def test_profiles_of_images_join_into_that_of_all(seed):
    random = np.random.default_rng(seed)
    parts = [random.gamma(1.0, scale, (2, 50)) for scale in (1.0, 40.0, 5.0)]
    joined = HeightProfile()
    for predicted, true in parts:
        joined = joined.plus(HeightProfile().with_pixels(predicted, true))
    whole = HeightProfile().with_pixels(*np.concatenate(parts, axis=1))
    assert np.array_equal(joined.joint.counts, whole.joint.counts)
    assert np.array_equal(joined.errors.counts, whole.errors.counts)
    assert joined.error_m2 == pytest.approx(whole.error_m2)
