"""The three kinds of road in a comparison: their colours, and the strip that explains them in a picture."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.raster.lettering import write_word
from engine.raster.painting import OVERSAMPLING, paint

KINDS = ("matched", "missing", "false")
"""In the order of painting."""

MEANINGS = {
    "matched": "predicted road with a true road beside it",
    "missing": "true road without a predicted road beside it",
    "false": "predicted road without a true road beside it",
}

COLOURS = {"matched": (41, 182, 246), "missing": (255, 200, 0), "false": (230, 30, 70)}
"""Red, green, blue; far apart for every kind of colour vision, and missing road is dashed as well."""

CASING = (27, 27, 27)
"""Around every line, so that it stands out from bright ground and from snow."""

DASH_TO_GAP = 2.0
"""Length of a dash of missing road, in gaps: enough colour on dark forest, where casings do not show."""

PAINT = np.array([(0, 0, 0), CASING, *(COLOURS[kind] for kind in KINDS)], dtype=np.float32)
"""Rows for ``paint``: none, the casing, and each kind."""

_STRIP_UNITS = 14.0
_SAMPLE_UNITS = 18.0
_SAMPLE_GAPS = 2
_WORD_GAP_UNITS = 12.0


def _strip_shapes(unit_px: float) -> list[tuple[Any, int]]:
    """Draw a line and its name for each kind."""
    shapes: list[tuple[Any, int]] = []
    scale = unit_px * OVERSAMPLING
    left = _WORD_GAP_UNITS / 2.0
    middle = _STRIP_UNITS / 2.0
    for code, kind in enumerate(KINDS, start=2):
        ends = np.array([(left, middle), (left + _SAMPLE_UNITS, middle)])
        shapes.append((shapely.buffer(shapely.linestrings(ends * scale), 1.8 * scale), 1))
        # Dashes at both ends.
        gap = _SAMPLE_UNITS / (_SAMPLE_GAPS + (_SAMPLE_GAPS + 1) * DASH_TO_GAP)
        pieces = cut_dashes(ends, dash=DASH_TO_GAP * gap, gap=gap) if kind == "missing" else [ends]
        shapes += [
            (shapely.buffer(shapely.linestrings(piece * scale), 1.1 * scale, cap_style="flat"), code)
            for piece in pieces
        ]
        strokes, left = write_word(kind, left + _SAMPLE_UNITS + 4.0, middle - 4.0)
        shapes += [
            (shapely.buffer(shapely.linestrings(stroke * scale), 0.5 * scale), 1) for stroke in strokes
        ]
        left += _WORD_GAP_UNITS
    return shapes


def cut_dashes(line: NDArray[np.float64], *, dash: float, gap: float) -> list[NDArray[np.float64]]:
    """Cut a line into dashes.

    Args:
        line: (N, 2) points; N at least 2.
        dash: Length of a dash, in units of the points.
        gap: Length of the gap between two.

    Returns:
        The dashes, (N, 2) each; they bend where the line bends.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0.0, along[-1], dash + gap)
    ends = np.minimum(starts + dash, along[-1])
    first = np.searchsorted(along, starts, side="right")
    last = np.searchsorted(along, ends, side="left")
    at_start, at_end = (
        np.column_stack([np.interp(at, along, axis) for axis in line.T]) for at in (starts, ends)
    )
    return [
        np.concatenate([at_start[number, None], line[low:high], at_end[number, None]])
        for number, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True))
    ]


def add_legend(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add a white strip below a picture that names the colours.

    Args:
        rgb: (3, H, W) picture.

    Returns:
        (3, H + h, W) picture.
    """
    width = rgb.shape[2]
    # Large enough to read, and never wider than a small picture.
    unit_px = min(max(1.5, width / 800), width / 190)
    strip = np.full((3, max(1, round(_STRIP_UNITS * unit_px)), width), 255, dtype=np.uint8)
    return np.concatenate([rgb, paint(strip, _strip_shapes(unit_px), PAINT)], axis=1)
