"""How a figure is spread over the tiles, as a drawing inside a page: one dot for each tile."""

from collections.abc import Sequence
from html import escape

import numpy as np

from engine.evaluation.output.figures import describe_figure

_LEFT_PX, _WIDTH_PX, _RIGHT_PX = 20, 600, 20
_TOP_PX, _STACK_PX, _BOTTOM_PX = 30, 130, 34
_BINS = 50
_LARGEST_DOT_PX = 5.0


def _axis(base: float) -> list[str]:
    parts = [f'<line class="axis" x1="{_LEFT_PX}" y1="{base}" x2="{_LEFT_PX + _WIDTH_PX}" y2="{base}"/>']
    for tenth in range(11):
        x = _LEFT_PX + _WIDTH_PX * tenth / 10
        parts.append(f'<line class="axis" x1="{x:g}" y1="{base}" x2="{x:g}" y2="{base + 4}"/>')
        parts.append(f'<text class="tick" x="{x:g}" y="{base + 22}">{tenth / 10:.1f}</text>')
    return parts


def _marker(x: float, base: float, label: str) -> list[str]:
    anchor = "start" if x < _LEFT_PX + _WIDTH_PX / 2 else "end"
    shift = 4 if anchor == "start" else -4
    return [
        f'<line class="mean" x1="{x:.1f}" y1="4" x2="{x:.1f}" y2="{base}"/>',
        f'<text class="label" text-anchor="{anchor}" x="{x + shift:.1f}" y="20">{label}</text>',
    ]


def draw_distribution(name: str, tiles: Sequence[tuple[str, float]]) -> str:
    """Draw the values of a figure as dots stacked over an axis from 0 to 1, as inline SVG.

    Args:
        name: Of the figure.
        tiles: Name and value of each tile; at least one. A pointer held over a dot shows them.

    Returns:
        An ``svg`` element; classes name the colours.
    """
    figure = describe_figure(name)
    values = np.clip([value for _, value in tiles], 0.0, 1.0)
    bins = np.minimum((values * _BINS).astype(int), _BINS - 1)
    highest = int(np.bincount(bins).max())
    step = min(2.0 * _LARGEST_DOT_PX, _STACK_PX / highest)
    radius = max(1.0, min(_LARGEST_DOT_PX, 0.5 * step) - 0.3)
    base = _TOP_PX + round(step * highest) + 2
    parts = _axis(base)
    heights = np.zeros(_BINS)
    for number in np.argsort(values, kind="stable").tolist():
        tile, value = tiles[number]
        place = bins[number]
        x = _LEFT_PX + _WIDTH_PX * (place + 0.5) / _BINS
        y = base - 2 - step * (heights[place] + 0.5)
        heights[place] += 1
        title = escape(f"{tile}: {figure.text(value)}")
        parts.append(
            f'<circle class="dot" cx="{x:g}" cy="{y:.1f}" r="{radius:.1f}"><title>{title}</title></circle>'
        )
    mean = float(values.mean())
    parts += _marker(_LEFT_PX + _WIDTH_PX * mean, base, f"mean {figure.text(mean)}")
    summary = (
        f"{figure.label} of {len(tiles)} tiles: from {figure.text(float(values.min()))} to "
        f"{figure.text(float(values.max()))}, median {figure.text(float(np.median(values)))}"
    )
    size = f"0 0 {_LEFT_PX + _WIDTH_PX + _RIGHT_PX} {base + _BOTTOM_PX}"
    return f'<svg viewBox="{size}" role="img" aria-label="{escape(summary)}">{"".join(parts)}</svg>'
