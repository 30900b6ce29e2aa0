"""Heights on disk, and how they are read between pixels."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OutputError, RasterError
from engine.heights.working import SourceView, height_field, interpolate
from engine.raster.grid import Grid
from engine.raster.windows import Window

GRID = Grid(Affine(2, 0, 0, 0, -2, 0), 7, 5, None, 2.0)
HEIGHTS = np.arange(35, dtype=np.float32).reshape(7, 5)


@pytest.fixture
def field(tmp_path):
    with height_field(GRID, tmp_path) as field:
        field.append(HEIGHTS[:3])
        field.append(HEIGHTS[3:])
        yield field


def test_what_is_appended_is_read_back(field):
    assert (field.read(Window(0, 0, 7, 5)) == HEIGHTS).all()
    assert (field.read(Window(2, 1, 3, 4)) == HEIGHTS[2:5, 1:5]).all()


def test_unknown_heights_stay_unknown(tmp_path):
    with height_field(GRID, tmp_path) as field:
        field.append(np.full((7, 5), np.nan, dtype=np.float32))
        assert np.isnan(field.read(Window(0, 0, 7, 5))).all()


def test_rows_that_are_not_the_grid_s_are_refused(field):
    with pytest.raises(RasterError, match="do not go on after row 7"):
        field.append(HEIGHTS[:1])


def test_rows_that_are_not_there_yet_are_refused(tmp_path):
    with height_field(GRID, tmp_path) as field:
        field.append(HEIGHTS[:3])
        with pytest.raises(RasterError, match="3 rows"):
            field.read(Window(2, 0, 2, 5))


def test_the_file_has_no_name(field, tmp_path):
    assert not list(tmp_path.iterdir())


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
def test_a_full_disk_is_told(tmp_path):
    with height_field(GRID, tmp_path) as field, FULL.open("w+b", buffering=0) as full:
        field._file = full
        with pytest.raises(OutputError, match="full"):
            field.append(HEIGHTS)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError, match="does not exist"), height_field(GRID, tmp_path / "absent"):
        pass


@given(
    row=st.floats(0.5, 6.5),
    col=st.floats(0.5, 4.5),
    slopes=st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9)),
)
def test_a_plane_is_read_exactly(row, col, slopes):
    rows, cols = np.mgrid[:7, :5] + 0.5
    plane = (slopes[0] + slopes[1] * rows + slopes[2] * cols).astype(np.float32)
    (found,) = interpolate(plane, np.array([[row]]), np.array([[col]]))[0]
    assert found == pytest.approx(slopes[0] + slopes[1] * row + slopes[2] * col, abs=1e-4)


def test_places_in_rows_and_columns_are_read_like_any_others():
    heights = np.where(np.arange(35).reshape(7, 5) % 11 == 3, np.nan, HEIGHTS)
    rows, cols = np.linspace(-0.5, 7.5, 41)[:, None], np.linspace(-0.5, 5.5, 37)[None]
    everywhere = np.broadcast_arrays(rows, cols)
    for each in (HEIGHTS, heights):
        found = interpolate(each, rows, cols)
        assert np.allclose(found, interpolate(each, *everywhere), atol=1e-3, equal_nan=True)


@pytest.mark.parametrize("shape", [(7, 5), (1, 5), (7, 1), (1, 1)])
def test_on_the_border_and_beyond_the_outermost_pixel_stands_alone(shape):
    heights = HEIGHTS[: shape[0], : shape[1]]
    rows = np.array([[0.0, 0.0], [shape[0], shape[0]]], dtype=float)
    cols = np.array([[0.0, shape[1]], [0.0, shape[1]]], dtype=float)
    corners = heights[[[0, 0], [-1, -1]], [[0, -1], [0, -1]]]
    assert (interpolate(heights, rows, cols) == corners).all()


def test_a_neighbour_that_is_not_known_leaves_its_say_to_the_others():
    heights = np.array([[10.0, np.nan], [30.0, np.nan]], dtype=np.float32)
    rows, cols = np.array([[1.0, 0.75, 1.0]]), np.array([[1.2, 1.4, 1.5]])
    found = interpolate(heights, rows, cols)[0]
    assert found[:2] == pytest.approx([20.0, 15.0])
    assert np.isnan(found[2])


def test_the_same_grid_is_not_resampled(field):
    assert (SourceView(field, GRID, same=True).read(Window(1, 1, 3, 2)) == HEIGHTS[1:4, 1:3]).all()


def test_a_grid_that_reaches_beyond_has_unknown_heights_there(field):
    wide = Grid(Affine(2, 0, -4, 0, -2, 0), 7, 9, None, 2.0)
    heights = SourceView(field, wide, same=False).read(wide.whole)
    assert np.isnan(heights[:, :2]).all()
    assert np.isnan(heights[:, 7:]).all()
    assert (heights[:, 2:7] == HEIGHTS).all()
