"""Predicted heights beside the true ones as charts: scatter, errors, and errors by class of height."""

from collections.abc import Mapping
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.measures.height_profile import ClassErrors, Counts, HeightProfile, class_errors
from engine.evaluation.output.figures import ABSENT
from engine.evaluation.output.sheet import INK, QUIET, Box, Cells, Colour, Line, Mark, Sheet, Words

CHART_WIDTH, CHART_HEIGHT = 400.0, 360.0
"""Of each chart, in pixels of its sheet."""

UNDER, OVER = (33, 102, 172), (178, 24, 43)
"""Colours of heights that are predicted too low and too high, in charts as on maps."""

ACCENT: Colour = (217, 95, 2)
"""Of what a chart wants to be seen."""

_GRID: Colour = (225, 225, 225)
_LEFT, _TOP, _BOTTOM = 52.0, 56.0, 34.0
_PLOT_HEIGHT = CHART_HEIGHT - _TOP - _BOTTOM
_TAIL = 5e-5
"""Share of the pixels that may lie beyond either end of an axis of the scatter."""

_ERROR_TAIL = 5e-3
"""Likewise of the errors."""

_MOST_CELLS = 128
_MOST_BARS = 96
_FEW, _MANY = np.array((222.0, 235.0, 247.0)), np.array((8.0, 40.0, 90.0))
_LEVELS = 24
_TICKS = 5


def nice_step(length: float, most: int = _TICKS) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that goes into a length at most so often.

    >>> nice_step(34.0)
    10.0
    """
    rough = max(length, 1e-6) / most
    power = 10.0 ** floor(log10(rough))
    return next(times * power for times in (1.0, 2.0, 5.0, 10.0) if times * power >= rough * (1.0 - 1e-9))


def _ticks(low: float, high: float, most: int = _TICKS) -> list[float]:
    step = nice_step(high - low, most)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _text(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _heads(title: str, axis: str) -> list[Mark]:
    """Name a chart, and what is shown upwards."""
    return [
        Words(_LEFT, 16, title, bold=True, size_px=14, colour=INK),
        Words(_LEFT, 35, axis),
    ]


def _axis_below(low: float, high: float, left: float, width: float, base: float) -> list[Mark]:
    """Draw an axis with ticks and grey lines through the plot above it."""
    marks: list[Mark] = []
    for tick in _ticks(low, high):
        x = left + width * (tick - low) / (high - low)
        marks.append(Line(((x, _TOP), (x, base)), _GRID))
        marks.append(Words(x, base + 16, _text(tick), "middle"))
    return marks


def _axis_beside(low: float, high: float, width: float, *, unit: str = "") -> list[Mark]:
    marks: list[Mark] = []
    for tick in _ticks(low, high):
        y = _TOP + _PLOT_HEIGHT * (high - tick) / (high - low)
        marks.append(Line(((_LEFT, y), (_LEFT + width, y)), _GRID))
        marks.append(Words(_LEFT - 6, y + 4, f"{_text(tick)}{unit}", "end"))
    return marks


def _range(counts: NDArray[np.int64], tail: float) -> tuple[int, int]:
    """Return the first cell and one past the last that leave no more than a share of the values beyond."""
    before = np.cumsum(counts)
    total = int(before[-1])
    first = int(np.searchsorted(before, tail * total, side="right"))
    last = int(np.searchsorted(before, (1.0 - tail) * total, side="left"))
    return first, max(last, first) + 1


def _shown_cells(joint: Counts) -> tuple[Counts, slice]:
    """Choose cells so few that they can be seen, and those of both axes that are drawn; the ground is."""
    while True:
        ranges = [_range(joint.counts.sum(axis=axis), _TAIL) for axis in (0, 1)]
        first = min(joint.below, *(low for low, _ in ranges))
        last = max(joint.below + 1, *(high for _, high in ranges))
        if last - first <= _MOST_CELLS:
            return joint, slice(first, last)
        joint = joint.widened()


def _colour_bar(most: int, left: float) -> list[Mark]:
    """Explain the colours of cells: numbers of pixels on a logarithmic scale."""
    levels = np.arange(_LEVELS)[::-1, None]
    marks: list[Mark] = [
        Cells(left, _TOP, 10, _PLOT_HEIGHT, levels, _level_colours()),
        Words(left - 4, _TOP - 10, "pixels"),
    ]
    decades = floor(log10(max(most, 1)))
    for power in range(0, decades + 1, 1 + decades // 6):
        share = power / log10(most) if most > 1 else 0.0
        text = f"{10 ** (power % 3)}{('', 'k', 'M', 'G', 'T')[power // 3]}"
        marks.append(Words(left + 14, _TOP + _PLOT_HEIGHT * (1.0 - share) + 4, text, size_px=11))
    return marks


def _level_colours() -> list[Colour]:
    shares = np.linspace(0.0, 1.0, _LEVELS)[:, None]
    mixed = np.rint(_FEW * (1.0 - shares) + _MANY * shares).astype(int).tolist()
    return [(red, green, blue) for red, green, blue in mixed]


def draw_scatter(profile: HeightProfile, slope: float | None) -> Sheet:
    """Draw predicted over true heights: pixels counted in cells, darker for more, on a logarithmic scale.

    Args:
        profile: Of at least one pixel.
        slope: Of the line through the origin that fits best.
    """
    joint, part = _shown_cells(profile.joint)
    counts = joint.counts[part, part]
    low, high = float(joint.edges_m[part.start]), float(joint.edges_m[part.stop])
    width, base = CHART_WIDTH - _LEFT - 64.0, _TOP + _PLOT_HEIGHT
    most = max(int(counts.max()), 1)
    shares = np.log10(np.maximum(counts, 1)) / max(log10(most), 1e-9)
    levels = np.where(counts > 0, np.minimum((shares * _LEVELS).astype(int), _LEVELS - 1), -1)[::-1]

    def place(true_m: float, predicted_m: float) -> tuple[float, float]:
        share_x, share_y = (true_m - low) / (high - low), (predicted_m - low) / (high - low)
        return _LEFT + width * share_x, base - _PLOT_HEIGHT * share_y

    marks: list[Mark] = [
        *_heads("Predicted over true height", "predicted, m"),
        *_axis_below(low, high, _LEFT, width, base),
        *_axis_beside(low, high, width),
        Cells(_LEFT, _TOP, width, _PLOT_HEIGHT, levels, _level_colours()),
        Line((place(low, low), place(high, high)), QUIET, 1.2, 5.0),
        Words(_LEFT + width, base + 30, "true, m", "end"),
        *_colour_bar(most, _LEFT + width + 14),
    ]
    words = "Predicted over true heights"
    if slope is not None and slope > 0.0:
        end = min(high, high / slope)
        marks.append(Line((place(0.0, 0.0), place(end, slope * end)), ACCENT, 2.0))
        marks.append(Words(_LEFT + width, 35, f"slope {slope:.2f}", "end", 12, ACCENT, bold=True))
        marks.append(Line(((_LEFT + width - 148, 31), (_LEFT + width - 124, 31)), QUIET, 1.2, 5.0))
        marks.append(Words(_LEFT + width - 118, 35, "equal"))
        words += f"; the best line through the origin has the slope {slope:.2f}"
    return Sheet(CHART_WIDTH, CHART_HEIGHT, marks, words)


def _bars(errors: Counts) -> tuple[Counts, slice]:
    """Choose cells so few that each is a bar, and those that are drawn: as many below 0 as above."""
    while True:
        first, last = _range(errors.counts, _ERROR_TAIL)
        reach = max(errors.below - first, last - errors.below, 4)
        if 2 * reach <= _MOST_BARS:
            return errors, slice(max(errors.below - reach, 0), min(errors.below + reach, len(errors.counts)))
        errors = errors.widened()


def draw_errors(profile: HeightProfile, bias_m: float | None) -> Sheet:
    """Draw how often which error is made, too low to the left and too high to the right.

    Args:
        profile: Of at least one pixel.
        bias_m: Mean error.
    """
    errors, part = _bars(profile.errors)
    total = max(int(errors.counts.sum()), 1)
    shares = 100.0 * errors.counts[part] / total
    edges = errors.edges_m[part.start : part.stop + 1].tolist()
    low, high, top = edges[0], edges[-1], max(float(shares.max()), 1e-6) * 1.05
    width, base = CHART_WIDTH - _LEFT - 12.0, _TOP + _PLOT_HEIGHT
    marks: list[Mark] = [
        *_heads("Errors", "share of pixels"),
        *_axis_below(low, high, _LEFT, width, base),
        *_axis_beside(0.0, top, width, unit=" %"),
    ]
    for (start, end), share in zip(pairwise(edges), shares.tolist(), strict=True):
        x, bar = _LEFT + width * (start - low) / (high - low), _PLOT_HEIGHT * share / top
        step = width * (end - start) / (high - low)
        fill = UNDER if end <= 0.0 else OVER
        marks.append(Box(x + 0.05 * step, base - bar, 0.9 * step, bar, fill))
    marks.append(Line(((_LEFT, base), (_LEFT + width, base)), QUIET))
    marks.append(Words(_LEFT + width, base + 30, "predicted − true, m", "end"))
    beyond = int(errors.counts[: part.start].sum() + errors.counts[part.stop :].sum())
    marks.append(Words(_LEFT, base + 30, f"{100.0 * beyond / total:.2g} % lie beyond"))
    words = "How often which error is made"
    if bias_m is not None:
        x = _LEFT + width * (min(max(bias_m, low), high) - low) / (high - low)
        marks.append(Line(((x, _TOP), (x, base)), INK, 1.5, 4.0))
        marks.append(
            Words(_LEFT + width, 35, f"mean {bias_m:+.2f} m".replace("-", "−"), "end", 12, INK, bold=True)
        )
        words += f"; the mean error is {bias_m:+.2f} m"
    return Sheet(CHART_WIDTH, CHART_HEIGHT, marks, words)


def class_name(errors: ClassErrors) -> str:
    """Name a class of true height by its limits in metres.

    >>> class_name(ClassErrors(2.0, 5.0, 0, None, None, None))
    '2–5'
    """
    if errors.from_m is None:
        return f"< {errors.to_m:g}"
    return f"> {errors.from_m:g}" if errors.to_m is None else f"{errors.from_m:g}–{errors.to_m:g}"


def draw_classes(profile: HeightProfile) -> Sheet:
    """Draw the errors of pixels by class of true height: a bar for the RMSE, a line for the mean error.

    Args:
        profile: Of at least one pixel.
    """
    classes = class_errors(profile)
    highest = max(max(each.rmse_m or 0.0, each.bias_m or 0.0) for each in classes)
    lowest = min(0.0, *(each.bias_m or 0.0 for each in classes))
    reach = max(highest - lowest, 0.1)
    low, high = lowest - 0.04 * reach if lowest < 0.0 else 0.0, highest + 0.1 * reach
    width, base = CHART_WIDTH - _LEFT - 12.0, _TOP + _PLOT_HEIGHT
    step = width / len(classes)

    def y(value: float) -> float:
        return base - _PLOT_HEIGHT * (value - low) / (high - low)

    marks: list[Mark] = [*_heads("Errors by true height, m", "error, m"), *_axis_beside(low, high, width)]
    for number, each in enumerate(classes):
        middle = _LEFT + step * (number + 0.5)
        share = ABSENT if not each.pixels else f"{100.0 * (each.share or 0.0):.3g} %"
        marks.append(Words(middle, base + 16, class_name(each), "middle"))
        marks.append(Words(middle, base + 31, share, "middle", 11))
        if each.rmse_m is None or each.bias_m is None:
            continue
        marks.append(
            Box(middle - 0.3 * step, y(each.rmse_m), 0.6 * step, y(0.0) - y(each.rmse_m), (158, 172, 189))
        )
        marks.append(Words(middle, y(each.rmse_m) - 5, f"{each.rmse_m:.1f}", "middle", 12, INK))
        colour = UNDER if each.bias_m < 0.0 else OVER
        ends = (middle - 0.38 * step, y(each.bias_m)), (middle + 0.38 * step, y(each.bias_m))
        marks.append(Line(ends, colour, 3.0))
    marks.append(Line(((_LEFT, y(0.0)), (_LEFT + width, y(0.0))), QUIET))
    key = _LEFT + width
    marks += [
        Box(key - 128, 27, 10, 10, (158, 172, 189)),
        Words(key - 114, 36, "RMSE"),
        Line(((key - 68, 32), (key - 58, 32)), UNDER, 3.0),
        Line(((key - 58, 32), (key - 48, 32)), OVER, 3.0),
        Words(key - 44, 36, "mean"),
    ]
    return Sheet(CHART_WIDTH, CHART_HEIGHT, marks, "RMSE and mean error by class of true height")


def draw_charts(profile: HeightProfile, figures: Mapping[str, float | None]) -> tuple[Sheet, Sheet, Sheet]:
    """Draw how predicted heights lie beside true ones: scatter, errors, and errors by class of height.

    Args:
        profile: Of at least one pixel.
        figures: By the names of ``height_figures``.
    """
    return (
        draw_scatter(profile, figures["height_slope"]),
        draw_errors(profile, figures["height_bias_m"]),
        draw_classes(profile),
    )
