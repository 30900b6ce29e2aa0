"""Windows are joined without seams, whatever their size, a few rows at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from engine.errors import RasterError
from engine.raster.blend import axis_shares, blend
from engine.raster.windows import Tile, Window, tile

LENGTH = st.integers(1, 60)
CORE = st.integers(5, 70)
RAMP = st.integers(0, 25)


def joined(tiles, planes, height, width, ramp_px):
    """Blend a function of tiles and put the strips together; they must come in order, without gaps."""
    strips = list(blend(((each, planes(each)) for each in tiles), height, width, ramp_px=ramp_px))
    edges = [window.row for window, _ in strips] + [height]
    assert edges == [0, *np.cumsum([window.height for window, _ in strips])]
    assert all((window.col, window.width) == (0, width) for window, _ in strips)
    assert all(strip.shape[1:] == (window.height, window.width) for window, strip in strips)
    whole = np.concatenate([strip for _, strip in strips], axis=1)
    assert whole.dtype == np.float32
    return whole


def field(height, width):
    """Two bands in metres, without symmetry."""
    row, col = np.mgrid[:height, :width].astype(np.float32)
    return np.stack([40 + 30 * np.sin(row / 5) * np.cos(col / 7), 250 - row + 2 * col])


@given(LENGTH, CORE, RAMP)
def test_shares_of_all_cores_sum_to_one(length, core_px, ramp_px):
    total = np.zeros(length)
    for each in tile(length, 1, core_px=core_px, margin_px=0):
        start, stop = each.core.row, each.core.row + each.core.height
        shares = axis_shares(start, stop, length, ramp_px)
        assert ((shares >= 0) & (shares <= 1)).all()
        total[max(0, start - ramp_px) : stop + ramp_px] += shares
    assert np.allclose(total, 1.0, rtol=0, atol=1e-6)


def test_the_say_passes_on_evenly_over_twice_the_ramp():
    assert axis_shares(4, 8, 12, 2).tolist() == [0.125, 0.375, 0.625, 0.875, 0.875, 0.625, 0.375, 0.125]
    assert axis_shares(0, 8, 8, 2).tolist() == [1.0] * 8
    assert axis_shares(0, 4, 8, 0).tolist() == [1.0] * 4


@given(LENGTH, LENGTH, CORE, RAMP, st.integers(0, 9))
def test_windows_that_agree_change_nothing(height, width, core_px, ramp_px, more_px):
    truth = field(height, width)
    tiles = tile(height, width, core_px=core_px, margin_px=ramp_px + more_px)
    whole = joined(tiles, lambda each: truth[:, *each.window.slices], height, width, ramp_px)
    assert np.allclose(whole, truth, rtol=1e-5, atol=0)
    flat = joined(
        tiles,
        lambda each: np.full((1, each.window.height, each.window.width), 123.456),
        height,
        width,
        ramp_px,
    )
    assert np.allclose(flat, 123.456, rtol=1e-5, atol=0)


def looked_at(rough):
    """A network's manner: it sees 8 px around, and takes what is outside its window for 0."""

    def looked_at(each):
        seen = rough[:, *each.window.slices]
        return gaussian_filter(seen, (0, 2, 2), truncate=4.0, mode="constant")

    return looked_at


@settings(max_examples=25)
@given(st.integers(40, 150), st.integers(40, 150), st.integers(10, 160), st.integers(0, 12))
def test_the_result_does_not_depend_on_the_size_of_the_windows(height, width, core_px, ramp_px):
    rough = np.random.default_rng(5).gamma(1.0, 9.0, size=(1, height, width)).astype(np.float32)
    sees = looked_at(rough)
    (alone,) = tile(height, width, core_px=1000, margin_px=0)
    tiles = tile(height, width, core_px=core_px, margin_px=8 + ramp_px)
    assert np.abs(joined(tiles, sees, height, width, ramp_px) - sees(alone)).max() <= 1e-3


def test_windows_that_disagree_leave_no_step():
    tiles = tile(200, 200, core_px=50, margin_px=16)
    levels = dict(zip(tiles, np.random.default_rng(2).uniform(0, 10, len(tiles)), strict=True))

    def planes(each):
        return np.full((1, each.window.height, each.window.width), levels[each])

    whole = joined(tiles, planes, 200, 200, 16)[0]
    # Differences of up to 10 m pass over 32 px along each axis.
    for axis in (0, 1):
        assert np.abs(np.diff(whole, axis=axis)).max() <= 10 / 32 + 1e-5
    hard = joined(tiles, planes, 200, 200, 0)[0]
    assert np.abs(np.diff(hard, axis=0)).max() > 3
    for each in tiles:  # inside its ramp a window is alone
        middle = each.core.row + each.core.height // 2, each.core.col + each.core.width // 2
        assert whole[middle] == pytest.approx(levels[each])


@given(LENGTH, LENGTH, CORE, RAMP, st.sampled_from([np.nan, np.inf]))
def test_unknown_pixels_stay_unknown_and_touch_no_others(height, width, core_px, ramp_px, unknown):
    truth = field(height, width)
    lost = np.random.default_rng(9).random((height, width)) < 0.4
    shown = truth.copy()
    shown[1, lost] = unknown  # in one band only
    tiles = tile(height, width, core_px=core_px, margin_px=ramp_px)
    whole = joined(tiles, lambda each: shown[:, *each.window.slices], height, width, ramp_px)
    assert np.array_equal(np.isnan(whole), np.broadcast_to(lost, whole.shape))
    assert np.allclose(whole[:, ~lost], truth[:, ~lost], rtol=1e-5, atol=0)


def test_a_pixel_that_one_window_knows_has_its_value():
    tiles = tile(10, 40, core_px=20, margin_px=6)

    def planes(each):
        values = np.full((1, each.window.height, each.window.width), 7.0)
        if each.core.col:
            values[:, :, :8] = np.nan
        return values

    assert joined(tiles, planes, 10, 40, 6)[0, :, :20] == pytest.approx(7.0)


def test_windows_left_out_are_unknown_beyond_their_neighbours():
    kept = [each for each in tile(90, 40, core_px=30, margin_px=4) if each.core.row == 30]
    whole = joined(kept, lambda each: np.ones((1, each.window.height, each.window.width)), 90, 40, 4)[0]
    assert np.isnan(whole[:26]).all()
    assert np.isnan(whole[64:]).all()
    assert (whole[26:64] == 1).all()
    assert list(blend([], 90, 40, ramp_px=4)) == []


def test_rows_are_handed_on_as_soon_as_no_window_can_change_them():
    height, ramp_px, core_px = 3000, 10, 50
    tiles = tile(height, 120, core_px=core_px, margin_px=20)
    finished, waiting = 0, []

    def pieces():
        for each in tiles:
            waiting.append(each.window.row + each.window.height - finished)
            yield each, np.zeros((1, each.window.height, each.window.width), dtype=np.float32)
            assert finished == max(0, each.core.row - ramp_px)

    for window, strip in blend(pieces(), height, 120, ramp_px=ramp_px):
        assert strip.base is None  # a strip does not hold on to what follows it
        finished = window.row + window.height
    assert finished == height
    assert max(waiting) <= 2 * core_px + 2 * 20 + ramp_px


def test_inputs_stay_as_they_are():
    values = np.full((1, 9, 9), np.nan, dtype=np.float32)
    values[0, 4] = 3.0
    before = values.copy()
    (alone,) = tile(9, 9, core_px=9, margin_px=0)
    ((_, strip),) = blend([(alone, values)], 9, 9, ramp_px=0)
    strip += 1
    assert np.array_equal(values, before, equal_nan=True)


def piece(row, shape=(1, 12, 10), margin_px=2):
    top = max(0, row - margin_px)
    window = Window(top, 0, min(30, row + 10 + margin_px) - top, 10)
    return Tile(Window(row, 0, 10, 10), window), np.zeros(shape)


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([piece(0), piece(20), piece(0)], "row by row"),
        ([piece(0), piece(20, shape=(2, 12, 10))], "2 bands instead of 1"),
        ([piece(0, shape=(12, 10))], "shape"),
        ([piece(0, shape=(1, 11, 10))], "shape"),
        ([piece(0, shape=(1, 11, 10), margin_px=1)], "margin at least"),
    ],
    ids=["order", "bands", "no bands", "size", "margin"],
)
def test_what_cannot_be_blended_is_refused(pieces, message):
    with pytest.raises(RasterError, match=message):
        list(blend(pieces, 30, 10, ramp_px=2))
