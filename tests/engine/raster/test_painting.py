"""Painting mixes colours by the share of a pixel that they cover."""

import numpy as np
import pytest
import shapely

from engine.raster.painting import OVERSAMPLING, paint

GREY = np.full((3, 70, 40), 90, dtype=np.uint8)
COLOURS = np.array([(0, 0, 0), (255, 0, 30), (0, 180, 255)], dtype=np.float32)


def box(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    return shapely.box(*(np.array([left, top, right, bottom]) * OVERSAMPLING))


def test_a_pixel_that_is_covered_by_a_third_is_mixed_by_a_third() -> None:
    drawn = paint(GREY, [(box(10, 20, 12 + 1 / 3, 22), 1)], COLOURS)
    assert drawn[:, 20, 10].tolist() == [255, 0, 30]
    assert drawn[:, 21, 12].tolist() == [145, 60, 70]
    assert drawn[:, 21, 13].tolist() == [90, 90, 90]
    assert np.count_nonzero((drawn != GREY).any(axis=0)) == 6
    assert (GREY == 90).all()


@pytest.mark.parametrize("row", [0, 63, 64, 69])
def test_later_shapes_cover_earlier_ones_everywhere(row: int) -> None:
    """Strips of rows are painted one by one; none shows a seam."""
    drawn = paint(GREY, [(box(0, 0, 40, 70), 1), (box(5, row, 9, row + 1), 2)], COLOURS)
    assert drawn[:, row, 5:9].T.tolist() == [[0, 180, 255]] * 4
    assert drawn[:, row, 4].tolist() == drawn[:, row, 9].tolist() == [255, 0, 30]
    assert np.count_nonzero((drawn == np.array([0, 180, 255])[:, None, None]).all(axis=0)) == 4


def test_what_lies_outside_and_nothing_at_all_change_nothing() -> None:
    assert (paint(GREY, [(box(100, 100, 120, 120), 1)], COLOURS) == GREY).all()
    assert (paint(GREY, [], COLOURS) == GREY).all()
