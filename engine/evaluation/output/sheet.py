"""Charts as a list of marks, drawn twice: as SVG inside a page, and as pixels in a picture.

Positions are (x, y) in pixels of the sheet, y down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from engine.raster.lettering import word_width, write_word
from engine.raster.painting import OVERSAMPLING, paint

Colour = tuple[int, int, int]
"""Red, green, blue."""

INK: Colour = (27, 27, 27)
QUIET: Colour = (85, 85, 85)
PAPER: Colour = (255, 255, 255)

_CAPITAL_UNITS = 6.0
"""Height of a capital letter in units of the letters."""

_CAPITAL_PER_SIZE = 0.7
"""Height of a capital letter, in sizes of a font."""

_STROKE_UNITS = 0.38
_BOLD_UNITS = 0.58
"""Half the width of a letter's stroke, in units of the letters."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points; ``dash_px`` is the length of a dash and of a gap, None = unbroken."""

    points: tuple[tuple[float, float], ...]
    colour: Colour = INK
    width_px: float = 1.0
    dash_px: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; (x, y) is where its base line starts, has its middle, or ends."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    size_px: float = 12.0
    colour: Colour = QUIET
    bold: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A rectangle of equal cells: ``levels`` (N, M) are rows of ``colours``; −1 leaves the paper."""

    x: float
    y: float
    width: float
    height: float
    levels: NDArray[np.int64]
    colours: Sequence[Colour]


Mark = Box | Line | Words | Cells


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A chart.

    Attributes:
        width: In pixels.
        height: Likewise.
        marks: What is drawn, in this order; cells lie below all else.
        words: What it shows, for those who do not see it.
    """

    width: float
    height: float
    marks: Sequence[Mark]
    words: str = ""


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _svg_cells(cells: Cells) -> str:
    """Draw the cells of each colour as one path, runs along a row as one rectangle."""
    rows, cols = cells.levels.shape
    parts = []
    for level, colour in enumerate(cells.colours):
        here = np.pad(cells.levels == level, ((0, 0), (1, 1))).astype(np.int8)
        starts, ends = np.argwhere(np.diff(here) == 1), np.argwhere(np.diff(here) == -1)
        path = "".join(
            f"M{col} {row}h{end - col}v1h{col - end}z"
            for (row, col), end in zip(starts.tolist(), ends[:, 1].tolist(), strict=True)
        )
        if path:
            parts.append(f'<path fill="{_hex(colour)}" d="{path}"/>')
    scale = f"{cells.width / cols:.6g} {cells.height / rows:.6g}"
    return (
        f'<g shape-rendering="crispEdges" transform="translate({cells.x:g} {cells.y:g}) scale({scale})">'
        f"{''.join(parts)}</g>"
    )


def _svg_mark(mark: Mark) -> str:
    if isinstance(mark, Cells):
        return _svg_cells(mark)
    if isinstance(mark, Box):
        return (
            f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}" '
            f'fill="{_hex(mark.fill)}"/>'
        )
    if isinstance(mark, Line):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
        dash = f' stroke-dasharray="{mark.dash_px:g}"' if mark.dash_px else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{_hex(mark.colour)}" '
            f'stroke-width="{mark.width_px:g}"{dash}/>'
        )
    weight = ' font-weight="600"' if mark.bold else ""
    return (
        f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size_px:g}" text-anchor="{mark.anchor}" '
        f'fill="{_hex(mark.colour)}"{weight}>{escape(mark.text)}</text>'
    )


def draw_svg(sheet: Sheet) -> str:
    """Draw a sheet as an ``svg`` element for a page."""
    marks = sorted(sheet.marks, key=lambda mark: not isinstance(mark, Cells))
    return (
        f'<svg class="sheet" viewBox="0 0 {sheet.width:g} {sheet.height:g}" role="img" '
        f'aria-label="{escape(sheet.words)}">{"".join(map(_svg_mark, marks))}</svg>'
    )


def _dashes(mark: Line) -> list[Any]:
    line = shapely.LineString(mark.points)
    if mark.dash_px is None:
        return [line]
    starts = np.arange(0.0, line.length, 2.0 * mark.dash_px)
    return [shapely.ops.substring(line, start, start + mark.dash_px) for start in starts.tolist()]


def _strokes(mark: Words) -> list[Any]:
    unit_px = _CAPITAL_PER_SIZE * mark.size_px / _CAPITAL_UNITS
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * word_width(mark.text)
    strokes, _ = write_word(mark.text, mark.x / unit_px - shift, mark.y / unit_px - _CAPITAL_UNITS)
    radius = (_BOLD_UNITS if mark.bold else _STROKE_UNITS) * unit_px
    return [shapely.buffer(shapely.linestrings(stroke * unit_px), radius, quad_segs=3) for stroke in strokes]


def _shapes(mark: Mark) -> tuple[list[Any], Colour]:
    """Return the areas of a mark that is no cells, in pixels of the sheet."""
    if isinstance(mark, Box):
        return [shapely.box(mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)], mark.fill
    if isinstance(mark, Line):
        bands = shapely.buffer(_dashes(mark), mark.width_px / 2.0, cap_style="flat")
        return list(bands), mark.colour
    return (_strokes(mark), mark.colour) if isinstance(mark, Words) else ([], INK)


def _fill_cells(rgb: NDArray[np.uint8], cells: Cells, scale: float) -> None:
    top, left = round(cells.y * scale), round(cells.x * scale)
    height, width = round(cells.height * scale), round(cells.width * scale)
    rows, cols = cells.levels.shape
    chosen = cells.levels[(np.arange(height) * rows // height)[:, None], np.arange(width) * cols // width]
    colours = np.array([*cells.colours, PAPER], dtype=np.uint8)  # −1 is the last
    rgb[:, top : top + height, left : left + width] = np.moveaxis(colours[chosen], -1, 0)


def _moved(mark: Mark, x: float, y: float) -> Mark:
    if isinstance(mark, Line):
        return replace(mark, points=tuple((px + x, py + y) for px, py in mark.points))
    return replace(mark, x=mark.x + x, y=mark.y + y)


def put_together(
    width: float, height: float, parts: Iterable[tuple[float, float, Sheet]], words: str = ""
) -> Sheet:
    """Lay sheets onto one.

    Args:
        width: Of the whole, in pixels.
        height: Likewise.
        parts: Sheets, with x and y of their upper-left corners.
        words: What the whole shows.
    """
    marks = [_moved(mark, x, y) for x, y, sheet in parts for mark in sheet.marks]
    return Sheet(width, height, marks, words)


def draw_pixels(sheet: Sheet, scale: float = 1.0) -> NDArray[np.uint8]:
    """Draw a sheet on white paper.

    Args:
        sheet: Of at most 255 colours besides those of cells.
        scale: Pixels of the picture for each of the sheet.

    Returns:
        (3, H, W) picture.
    """
    size = (3, max(1, round(sheet.height * scale)), max(1, round(sheet.width * scale)))
    rgb = np.full(size, 255, dtype=np.uint8)
    for mark in sheet.marks:
        if isinstance(mark, Cells):
            _fill_cells(rgb, mark, scale)
    codes: dict[Colour, int] = {}
    shapes: list[tuple[Any, int]] = []
    factor = scale * OVERSAMPLING
    for mark in sheet.marks:
        areas, colour = _shapes(mark)
        code = codes.setdefault(colour, len(codes) + 1)
        shapes += [(shapely.transform(area, lambda xy: xy * factor), code) for area in areas if area.area]
    return paint(rgb, shapes, np.array([(0, 0, 0), *codes], dtype=np.float32))
