"""Charts drawn as SVG and as pixels show the same."""

import numpy as np
import pytest

from engine.evaluation.output.sheet import (
    Box,
    Cells,
    Line,
    Sheet,
    Words,
    draw_pixels,
    draw_svg,
    put_together,
)
from tests.engine.evaluation.html_page import Page

RED, BLUE = (200, 0, 0), (0, 0, 200)


def colour_at(rgb, x, y):
    return tuple(rgb[:, int(y), int(x)].tolist())


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_boxes_and_lines_lie_where_they_are_put(scale):
    sheet = Sheet(60, 40, [Box(10, 5, 20, 10, RED), Line(((5, 30), (55, 30)), BLUE, 4.0)])
    rgb = draw_pixels(sheet, scale)
    assert rgb.shape == (3, 40 * scale, 60 * scale)
    for x, y, colour in ((20, 10, RED), (50, 30, BLUE), (50, 10, (255, 255, 255)), (2, 30, (255, 255, 255))):
        assert colour_at(rgb, x * scale, y * scale) == colour


def test_dashes_leave_gaps():
    rgb = draw_pixels(Sheet(100, 10, [Line(((0, 5), (100, 5)), BLUE, 4.0, 10.0)]))
    row = (rgb[0, 5] == 0).reshape(10, 10)
    assert row[::2].all()
    assert not row[1::2, 1:-1].any()


def test_cells_are_the_same_in_both_drawings():
    levels = np.array([[0, 0, -1], [1, -1, 1]])
    sheet = Sheet(40, 30, [Cells(5, 5, 30, 20, levels, [RED, BLUE])])
    rgb = draw_pixels(sheet)
    seen = [[colour_at(rgb, 10 + 10 * col, 10 + 10 * row) for col in range(3)] for row in range(2)]
    white = (255, 255, 255)
    assert seen == [[RED, RED, white], [BLUE, white, BLUE]]
    page = Page(draw_svg(sheet))
    paths = {each["fill"]: each["d"] for each in page.all("path")}
    assert paths == {"#c80000": "M0 0h2v1h-2z", "#0000c8": "M0 1h1v1h-1zM2 1h1v1h-1z"}
    assert page.all("g")[0]["transform"] == "translate(5 5) scale(10 10)"


@pytest.mark.parametrize(("anchor", "low", "high"), [("start", 49, 100), ("middle", 20, 80), ("end", 0, 51)])
def test_words_start_or_end_at_their_place(anchor, low, high):
    rgb = draw_pixels(Sheet(100, 20, [Words(50, 15, "Height", anchor)]))
    columns = np.flatnonzero((rgb < 200).any(axis=(0, 1)))
    rows = np.flatnonzero((rgb < 200).any(axis=(0, 2)))
    assert low <= columns[0] < columns[-1] <= high
    assert 4 <= rows[0] < rows[-1] <= 18


def test_names_are_text_and_nothing_else():
    hostile = "<script>\"'&"
    page = Page(draw_svg(Sheet(10, 10, [Words(0, 5, hostile)], words=hostile)))
    assert page.text("text") == [hostile]
    assert page.all("svg")[0]["aria-label"] == hostile
    assert {name for name, _ in page.elements} == {"svg", "text"}


def test_sheets_are_laid_onto_one():
    part = Sheet(10, 10, [Box(0, 0, 10, 10, RED), Line(((0, 0), (10, 10)), BLUE)])
    whole = draw_pixels(put_together(40, 20, [(0, 0, part), (25, 5, part)]))
    assert np.array_equal(whole[:, 0:10, 0:10], whole[:, 5:15, 25:35])
    assert colour_at(whole, 15, 5) == (255, 255, 255)


def test_an_empty_sheet_is_paper():
    assert (draw_pixels(Sheet(5, 4, [])) == 255).all()
