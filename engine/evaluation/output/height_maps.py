"""Where an image's heights are wrong: image, true heights, predicted ones and errors, as small maps."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.evaluation.output.height_charts import OVER, UNDER, nice_step
from engine.evaluation.output.sheet import Box, Mark, Sheet, Words
from engine.evaluation.pairs.compared_raster import grid_of
from engine.evaluation.pairs.height_alignment import HeightPair, open_pair
from engine.evaluation.pairs.height_files import HeightFiles
from engine.evaluation.results import HeightEvaluation
from engine.heights.flow import Heights
from engine.heights.ramp import COLOURS, STOPS_M, colour_heights
from engine.raster.grid import Grid
from engine.raster.resample import Resampling, resample
from engine.raster.source import Source
from engine.raster.windows import Window

LONG_SIDE_PX = 480
"""Largest height or width of a map."""

WORST_IMAGES = 3

KEY_WIDTH = 220.0
"""Of the keys below maps, in pixels: four maps stand beside each other on a page."""

_UNKNOWN = (200, 200, 200)
_NONE = (247, 247, 247)
_LEAST_REACH_M = 1.0
_REACH_PERCENT = 98.0


@dataclass(frozen=True, slots=True, eq=False)
class HeightMaps:
    """An image beside its heights, reduced to what a page can show.

    Attributes:
        name: Of the image.
        truth_m: (H, W) true heights, averaged; NaN where unknown.
        predicted_m: (H, W) predicted heights.
        error_m: (H, W) predicted − true height; what is not predicted counts as height 0, as in the figures.
        rgb: (3, H, W) the image; None where there is none to show.
        note: Why the image is not shown, if it should be.
    """

    name: str
    truth_m: NDArray[np.float32]
    predicted_m: NDArray[np.float32]
    error_m: NDArray[np.float32]
    rgb: NDArray[np.uint8] | None = None
    note: str = ""


def choose_images(evaluation: HeightEvaluation, count: int = WORST_IMAGES) -> list[tuple[str, str]]:
    """Choose what is shown: the images with the largest errors, and the middle one.

    Args:
        evaluation: Images without an error are left out.
        count: How many of the worst.

    Returns:
        What each is ("Worst", "Median"; "" where there is one image only) and its name.
    """
    errors = {name: figures["height_rmse_m"] for name, figures in evaluation.images.items()}
    known = {name: error for name, error in errors.items() if error is not None}
    ranked = sorted(known, key=lambda name: (-known[name], name))
    if len(ranked) < 2:
        return [("", name) for name in ranked]
    middle = ranked[len(ranked) // 2]
    worst = [name for name in ranked[:count] if name != middle]
    return [*(("Worst", name) for name in worst), ("Median", middle)]


class _Mean:
    """Averages (H, W) values over squares of pixels, block after block."""

    def __init__(self, shape: tuple[int, int], factor: int) -> None:
        self._factor = factor
        self._sums = np.zeros([-(-side // factor) for side in shape])
        self._counts = np.zeros_like(self._sums)

    def add(self, window: Window, values: Heights) -> None:
        """Add a window; NaN are left out."""
        rows = np.arange(window.row, window.row + window.height) // self._factor
        cols = np.arange(window.col, window.col + window.width) // self._factor
        known = ~np.isnan(values)
        flat = (rows[:, None] * self._sums.shape[1] + cols)[known]
        size = self._sums.size
        self._counts += np.bincount(flat, minlength=size).reshape(self._sums.shape)
        self._sums += np.bincount(flat, weights=values[known], minlength=size).reshape(self._sums.shape)

    def mean(self) -> NDArray[np.float32]:
        """Return the averages; NaN where there is nothing."""
        empty = np.full_like(self._sums, np.nan)
        return np.divide(self._sums, self._counts, out=empty, where=self._counts > 0).astype(np.float32)


def _read_image(path: Path, pair: HeightPair, factor: int) -> NDArray[np.uint8]:
    """Show an image on the grid of the maps; without a place, all of it lies on all of the heights."""
    source = Source(str(path), None)
    try:
        height, width = (-(-side // factor) for side in pair.shape)
        own = grid_of(source.dataset)
        if pair.grid is not None and own is not None:
            place = pair.grid.transform @ Affine.scale(factor)
            target = Grid(place, height, width, pair.grid.crs, pair.grid.m_per_px * factor)
        else:
            own = Grid(Affine.scale(1, -1), source.height, source.width, None, 1.0)
            down, right = (factor * a / b for a, b in zip((own.height, own.width), pair.shape, strict=True))
            target = Grid(Affine.scale(right, -down), height, width, None, max(down, right))
        pixels = resample(Resampling.between(own, target), source.read, target.whole)
    finally:
        source.close()
    grey = np.array(_UNKNOWN, dtype=np.uint8)[:, None, None]
    shown: NDArray[np.uint8] = np.where(pixels.valid, pixels.rgb, grey)
    return shown


def read_maps(files: HeightFiles, *, long_side_px: int = LONG_SIDE_PX) -> HeightMaps:
    """Read an image and its heights, reduced; memory is bounded by the maps and a few blocks.

    Args:
        files: Where they are. An image that cannot be shown is left out, and the note says why.
        long_side_px: Largest height or width of a map.

    Raises:
        RasterError: The heights cannot be read.
    """
    with open_pair(files) as pair:
        factor = -(-max(pair.shape) // long_side_px)
        truth, found, error = (_Mean(pair.shape, factor) for _ in range(3))
        for window, predicted_m, truth_m in pair.blocks():
            truth.add(window, truth_m)
            found.add(window, predicted_m)
            error.add(window, np.nan_to_num(predicted_m) - truth_m)
        rgb, note = None, ""
        if files.image is not None:
            try:
                rgb = _read_image(files.image, pair, factor)
            except EngineError as refused:
                note = f"The image is left out: {refused}"
        return HeightMaps(files.name, truth.mean(), found.mean(), error.mean(), rgb, note)


def error_reach_m(maps: HeightMaps) -> float:
    """Return the error in metres that has the darkest colour: a round number that few go beyond."""
    known = np.abs(maps.error_m[~np.isnan(maps.error_m)])
    reach = max(float(np.percentile(known, _REACH_PERCENT)) if known.size else 0.0, _LEAST_REACH_M)
    step = nice_step(reach, 4)
    return float(np.ceil(reach / step - 1e-9) * step)


def _with_unknown(colours: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    grey = np.array(_UNKNOWN, dtype=np.float64)[:, None, None]
    painted: NDArray[np.uint8] = np.rint(np.where(known, colours, grey)).astype(np.uint8)
    return painted


def colour_errors(error_m: NDArray[np.float32], reach_m: float) -> NDArray[np.uint8]:
    """Return the colours of errors: blue where too low, red where too high, white where right.

    Args:
        error_m: (H, W); NaN where unknown, which is grey.
        reach_m: Error of the darkest colours; larger ones have them, too.
    """
    shares = np.nan_to_num(error_m) / reach_m
    stops = (-1.0, -0.5, 0.0, 0.5, 1.0)
    halves = [tuple((a + b) / 2 for a, b in zip(end, _NONE, strict=True)) for end in (UNDER, OVER)]
    colours = (UNDER, halves[0], _NONE, halves[1], OVER)
    planes = [np.interp(shares, stops, channel) for channel in zip(*colours, strict=True)]
    return _with_unknown(np.stack(planes), ~np.isnan(error_m))


def draw_panels(maps: HeightMaps) -> Mapping[str, NDArray[np.uint8]]:
    """Draw the maps of an image, by their titles.

    Returns:
        (3, H, W) pictures of one size; small ones are enlarged by whole pixels.
    """
    drawn: dict[str, NDArray[np.uint8]] = {} if maps.rgb is None else {"Image": maps.rgb}
    for title, heights in (("True height, m", maps.truth_m), ("Predicted height, m", maps.predicted_m)):
        drawn[title] = _with_unknown(colour_heights(heights), ~np.isnan(heights))
    drawn["Error, m"] = colour_errors(maps.error_m, error_reach_m(maps))
    times = max(1, LONG_SIDE_PX // max(maps.error_m.shape))
    return {title: rgb.repeat(times, axis=1).repeat(times, axis=2) for title, rgb in drawn.items()}


def draw_height_key(width: float = KEY_WIDTH) -> Sheet:
    """Explain the colours of heights."""
    step = width / len(STOPS_M)
    marks: list[Mark] = []
    for number, (stop, colour) in enumerate(zip(STOPS_M, COLOURS, strict=True)):
        marks.append(Box(number * step, 0, step, 10, colour))
        marks.append(Words((number + 0.5) * step, 23, f"{stop:g}", "middle", 11))
    return Sheet(width, 28, marks, "Colours of heights from 0 m, light, to 100 m, dark")


def draw_error_key(reach_m: float, width: float = KEY_WIDTH) -> Sheet:
    """Explain the colours of errors."""
    count = 41
    values = np.linspace(-reach_m, reach_m, count, dtype=np.float32)
    colours = colour_errors(values[None], reach_m)[:, 0].T.tolist()
    step = width / count
    marks: list[Mark] = [
        Box(number * step, 0, step + 0.3, 10, (red, green, blue))
        for number, (red, green, blue) in enumerate(colours)
    ]
    marks += [
        Words(0, 23, f"−{reach_m:g}, too low", "start", 11),
        Words(width / 2, 23, "0", "middle", 11),
        Words(width, 23, f"+{reach_m:g}, too high", "end", 11),
    ]
    return Sheet(width, 28, marks, f"Colours of errors from −{reach_m:g} m, blue, to {reach_m:g} m, red")
