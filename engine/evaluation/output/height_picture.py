"""An evaluation of heights as one picture: figures, charts, and maps of the worst and the median image."""

import os

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.output.height_charts import (
    CHART_HEIGHT,
    CHART_WIDTH,
    draw_charts,
)
from engine.evaluation.output.height_maps import (
    choose_images,
    draw_error_key,
    draw_height_key,
    draw_panels,
    error_reach_m,
    read_maps,
)
from engine.evaluation.output.height_table import HEIGHT_FIGURES
from engine.evaluation.output.sheet import INK, Mark, Sheet, Words, draw_pixels, put_together
from engine.evaluation.results import HeightEvaluation
from engine.raster.painting import write_png

_WIDTH = 3 * CHART_WIDTH + 40.0
_HEAD, _GAP, _MARGIN = 62.0, 20.0, 20.0
_TITLE_ROW, _KEY_ROW = 46.0, 40.0
_SCALE = 1.5
"""Pixels of the picture for each of the sheets: fine enough for print at the width of a page."""

_HEADLINE = (
    "score",
    "height_r2",
    "flow_r2",
    "height_rmse_m",
    "height_mae_m",
    "height_bias_m",
    "height_slope",
)
_LINE = ("angle_error_deg", "scale_error_px_per_m", "endpoint_error_px", "unpredicted", "images")


def _figures(names: tuple[str, ...], evaluation: HeightEvaluation) -> str:
    shown = [name for name in names if evaluation.overall.get(name) is not None]
    line = "    ".join(
        f"{HEIGHT_FIGURES[name].label} {HEIGHT_FIGURES[name].text(evaluation.overall[name])}"
        for name in shown
    )
    return line.replace("-", "−")


def _head(evaluation: HeightEvaluation) -> Sheet:
    marks: list[Mark] = [
        Words(_MARGIN, 26, _figures(_HEADLINE, evaluation), size_px=15, colour=INK, bold=True),
        Words(_MARGIN, 48, _figures(_LINE, evaluation), size_px=13),
    ]
    return Sheet(_WIDTH, _HEAD, marks)


def _charts(evaluation: HeightEvaluation) -> Sheet:
    sheets = draw_charts(evaluation.profile, evaluation.overall)
    placed = [
        (_MARGIN / 2 + number * (CHART_WIDTH + 10.0), 0.0, sheet) for number, sheet in enumerate(sheets)
    ]
    return put_together(_WIDTH, CHART_HEIGHT + _GAP, placed)


def _fitted(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Bring a map to a size by its nearest pixels."""
    rows = np.arange(height) * rgb.shape[1] // height
    cols = np.arange(width) * rgb.shape[2] // width
    return rgb[:, rows[:, None], cols]


def _draw_maps(evaluation: HeightEvaluation, kind: str, name: str) -> NDArray[np.uint8]:
    """Draw the maps of an image beside each other, with their keys below."""
    maps = read_maps(evaluation.files[name])
    panels = draw_panels(maps)
    side = (_WIDTH - 2 * _MARGIN - 3 * _GAP) / 4.0
    rows, cols = maps.error_m.shape
    wide, tall = (side, side * rows / cols) if cols >= rows else (side * cols / rows, side)
    rmse = HEIGHT_FIGURES["height_rmse_m"].text(evaluation.images[name]["height_rmse_m"])
    title = f"{kind}: {name}, RMSE {rmse} m" if kind else f"{name}, RMSE {rmse} m"
    parts = [(0.0, 0.0, Sheet(_WIDTH, 1, [Words(_MARGIN, 18, title, size_px=14, colour=INK, bold=True)]))]
    lefts = [_MARGIN + number * (side + _GAP) for number in range(len(panels))]
    for left, panel in zip(lefts, panels, strict=True):
        parts.append((left, 22.0, Sheet(side, 20, [Words(0, 16, panel)])))
        if panel != "Image":
            key = draw_error_key(error_reach_m(maps), side) if panel == "Error, m" else draw_height_key(side)
            parts.append((left, _TITLE_ROW + tall + 6.0, key))
    rgb = draw_pixels(put_together(_WIDTH, _TITLE_ROW + tall + _KEY_ROW + _GAP, parts), _SCALE)
    for left, picture in zip(lefts, panels.values(), strict=True):
        fitted = _fitted(picture, round(wide * _SCALE), round(tall * _SCALE))
        row, col = round(_TITLE_ROW * _SCALE), round(left * _SCALE)
        rgb[:, row : row + fitted.shape[1], col : col + fitted.shape[2]] = fitted
    return rgb


def draw_height_picture(evaluation: HeightEvaluation) -> NDArray[np.uint8]:
    """Draw an evaluation of heights.

    Args:
        evaluation: Of at least one pixel of known true height.

    Returns:
        (3, H, W) picture: figures of all images together, scatter, errors, errors by class of height, and
        maps of the worst image and of the median one.

    Raises:
        RasterError: Heights that were read before cannot be read again.
    """
    top = put_together(
        _WIDTH,
        _HEAD + CHART_HEIGHT + _GAP,
        [(0.0, 0.0, _head(evaluation)), (0.0, _HEAD, _charts(evaluation))],
    )
    rows = [_draw_maps(evaluation, kind, name) for kind, name in choose_images(evaluation, 1)]
    return np.concatenate([draw_pixels(top, _SCALE), *rows], axis=1)


def write_height_picture(path: str | os.PathLike[str], evaluation: HeightEvaluation) -> None:
    """Write an evaluation of heights as PNG; it appears only when it is complete.

    Args:
        path: Where to write; an existing file is replaced.
        evaluation: What to show.

    Raises:
        RasterError: Heights that were read before cannot be read again.
        OutputError: The file cannot be written there.
    """
    write_png(path, draw_height_picture(evaluation))
