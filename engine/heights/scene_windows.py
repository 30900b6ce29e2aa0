"""A scene predicted window by window, and what the windows say together of its view."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.heights.scene_view import SceneVotes
from engine.heights.working import Heights
from engine.networks.layout import STRIDE_PX
from engine.networks.predict_heights import HeightPredictor
from engine.progress import Progress
from engine.raster.blend import blend
from engine.raster.grid import Grid
from engine.raster.reader import Pixels
from engine.raster.windows import Tile, Window, tile


@dataclass(frozen=True, slots=True)
class WindowSizes:
    """How a scene is cut into windows.

    Attributes:
        core_px: Largest side of a window's core, on the network's grid.
        margin_px: What a window sees beyond its core, for context.
        ramp_px: Pixels on either side of a border between cores over which windows are mixed; at most the
            margin.
    """

    core_px: int = 1024
    margin_px: int = 96
    ramp_px: int = 64


class GridReader(Protocol):
    """Gives the pixels of one grid by windows: a raster, or an image in memory."""

    @property
    def grid(self) -> Grid:
        """Where the pixels lie."""

    def read(self, window: Window) -> Pixels:
        """Read a window of the grid."""


class SceneWindows:
    """Predicts the windows of a scene one after the other, and gathers what they say of the view.

    Args:
        reader: What the network sees.
        predictor: The network.
        sizes: Of the windows.

    Attributes:
        votes: What the windows predicted so far say of the view.
        seen: How many of them had an image.
    """

    def __init__(
        self, reader: GridReader, predictor: HeightPredictor, sizes: WindowSizes | None = None
    ) -> None:
        sizes = sizes or WindowSizes()
        self.votes = SceneVotes.none()
        self.seen = 0
        self._ramp_px = sizes.ramp_px
        self._reader = reader
        self._predictor = predictor
        self._places = tile(
            reader.grid.height,
            reader.grid.width,
            core_px=sizes.core_px,
            margin_px=sizes.margin_px,
            stride_px=STRIDE_PX,
            origin_px=reader.grid.origin_px,
        )

    def strips(self, progress: Progress) -> Iterator[Heights]:
        """Predict the scene; windows are blended where they overlap.

        Memory is bounded by a window and one row of windows, 10 to 20 kB for each pixel of the grid's width.

        Args:
            progress: Receives the state after each window, and may cancel.

        Yields:
            (h, W) rows of the grid from top to bottom; NaN where there is no image.

        Raises:
            RasterError: A window cannot be read, or the sizes contradict each other.
            DeviceError: A window does not fit into the device's memory.
            Cancelled: The progress asked to stop.
        """
        grid = self._reader.grid
        for _, strip in blend(self._pieces(progress), grid.height, grid.width, ramp_px=self._ramp_px):
            yield strip[0]

    def _pieces(self, progress: Progress) -> Iterator[tuple[Tile, Heights]]:
        """Yield each window and its (1, H, W) heights."""
        for number, place in enumerate(self._places):
            progress.report(number, len(self._places), "reading and predicting")
            yield place, self._predict(place)[None]
        progress.report(len(self._places), len(self._places), "reading and predicting")

    def _predict(self, place: Tile) -> Heights:
        """Read and predict a window; one without a valid pixel costs nothing."""
        pixels = self._reader.read(place.window)
        if not pixels.valid.any():
            return np.full(pixels.valid.shape, np.nan, dtype=np.float32)
        first_row, first_col = self._reader.grid.origin_px
        found = self._predictor.predict(
            pixels.rgb,
            pixels.valid,
            m_per_px=self._reader.grid.m_per_px,
            counted=_in_core(place),
            phase_px=(first_row + place.window.row, first_col + place.window.col),
        )
        self.votes = self.votes.plus(found)
        self.seen += 1
        return found.height_m


def _in_core(place: Tile) -> NDArray[np.bool_]:
    """(H, W) pixels of a window that are in its core."""
    core, window = place.core, place.window
    inside = np.zeros((window.height, window.width), dtype=bool)
    inside[Window(core.row - window.row, core.col - window.col, core.height, core.width).slices] = True
    return inside
