"""Windows: every pixel is kept exactly once, and little is seen twice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import RasterError
from engine.raster.windows import Window, tile, work_ratio

LAW = settings(deadline=None, max_examples=60)
LENGTH = st.integers(1, 90)
CORE = st.integers(1, 70)
MARGIN = st.integers(0, 40)


@LAW
@given(LENGTH, LENGTH, CORE, MARGIN)
def test_every_pixel_is_kept_exactly_once(height, width, core_px, margin_px):
    kept = np.zeros((height, width), dtype=int)
    for each in tile(height, width, core_px=core_px, margin_px=margin_px):
        kept[each.core.slices] += 1
    assert (kept == 1).all()


@LAW
@given(LENGTH, LENGTH, CORE, MARGIN)
def test_a_window_is_its_core_grown_by_the_margin_inside_the_grid(height, width, core_px, margin_px):
    for each in tile(height, width, core_px=core_px, margin_px=margin_px):
        assert each.window.within(height, width)
        grown = np.zeros((height + 2 * margin_px, width + 2 * margin_px), dtype=bool)
        rows, cols = each.core.slices
        grown[rows.start : rows.stop + 2 * margin_px, cols.start : cols.stop + 2 * margin_px] = True
        seen = np.zeros((height, width), dtype=bool)
        seen[each.window.slices] = True
        inner = grown[margin_px : margin_px + height, margin_px : margin_px + width]
        assert (seen == inner).all()


@LAW
@given(LENGTH, LENGTH, CORE)
def test_cores_are_near_equal_and_none_exceeds_the_limit(height, width, core_px):
    cores = [each.core for each in tile(height, width, core_px=core_px, margin_px=0)]
    for sizes in ({core.height for core in cores}, {core.width for core in cores}):
        assert max(sizes) <= core_px
        assert max(sizes) - min(sizes) <= 1


def test_tiles_run_row_by_row():
    cores = [each.core for each in tile(300, 200, core_px=128, margin_px=8)]
    assert [(core.row, core.col) for core in cores] == sorted((core.row, core.col) for core in cores)


def test_a_2048_px_square_is_four_windows_of_1088_px():
    tiles = tile(2048, 2048, core_px=1024, margin_px=64)
    assert [(each.window.height, each.window.width) for each in tiles] == [(1088, 1088)] * 4
    assert work_ratio(tiles) == pytest.approx((1088 / 1024) ** 2)
    assert work_ratio(tiles) <= 1.35


@LAW
@given(st.integers(1024, 12_000), st.integers(1024, 12_000))
def test_work_stays_within_a_third_of_one_pass_for_any_larger_raster(height, width):
    # The worst: a side just above n cores pays n pairs of margins, 128 px for each 1024.
    assert work_ratio(tile(height, width, core_px=1024, margin_px=64)) <= (1 + 128 / 1024) ** 2


@LAW
@given(
    LENGTH, LENGTH, CORE, MARGIN, st.integers(1, 32), st.tuples(st.integers(-99, 99), st.integers(-99, 99))
)
def test_windows_begin_at_multiples_of_the_stride_or_at_the_border(
    height, width, core_px, margin_px, stride_px, origin_px
):
    places = {"core_px": core_px, "margin_px": margin_px, "stride_px": stride_px, "origin_px": origin_px}
    for each, plain in zip(
        tile(height, width, **places), tile(height, width, core_px=core_px, margin_px=margin_px), strict=True
    ):
        assert each.core == plain.core
        assert each.window.row == 0 or (each.window.row + origin_px[0]) % stride_px == 0
        assert each.window.col == 0 or (each.window.col + origin_px[1]) % stride_px == 0
        assert 0 <= plain.window.row - each.window.row < stride_px
        assert each.window.row + each.window.height == plain.window.row + plain.window.height


@pytest.mark.parametrize("sizes", [(0, 5, 4, 1), (5, 5, 0, 1), (5, 5, 4, -1)])
def test_impossible_sizes_are_refused(sizes):
    height, width, core_px, margin_px = sizes
    with pytest.raises(RasterError, match="at least 1 px"):
        tile(height, width, core_px=core_px, margin_px=margin_px)


def test_a_grid_of_the_world_is_refused_before_it_fills_the_memory():
    with pytest.raises(RasterError, match="pixel size"):
        tile(20_000_000, 40_000_000, core_px=1024, margin_px=64)
    with pytest.raises(RasterError, match="extent"):
        tile(10**12, 1, core_px=1024, margin_px=64)


def test_a_window_reaching_outside_is_not_within():
    assert Window(0, 0, 3, 4).within(3, 4)
    assert not Window(0, 1, 3, 4).within(3, 4)
    assert not Window(-1, 0, 3, 4).within(9, 9)
    assert not Window(0, 0, 0, 4).within(9, 9)


@given(
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_blocks_hold_each_pixel_once_in_order(row, col, height, width, rows, cols):
    blocks = Window(row, col, height, width).blocks(rows, cols)
    seen = np.zeros((height, width), dtype=int)
    for each in blocks:
        assert 1 <= each.height <= rows
        assert 1 <= each.width <= cols
        seen[replace(each, row=each.row - row, col=each.col - col).slices] += 1
    assert (seen == 1).all()
    assert blocks == sorted(blocks, key=lambda each: (each.row, each.col))
