"""The corridor: from one oblique raster to its heights and the view, in the order the method is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.heights.scene_view import SceneView, SceneVotes, choose_view, options_view
from engine.heights.tags import HeightTags
from engine.heights.view import View, search_view
from engine.heights.working import Heights, SourceView, height_field
from engine.networks.device import choose_device
from engine.networks.layout import STRIDE_PX
from engine.networks.predict_heights import HeightPredictor
from engine.networks.weights import DEFAULT_HEIGHTS, load_weights
from engine.progress import Progress, Silent
from engine.raster.blend import blend
from engine.raster.grid import Grid
from engine.raster.reader import Pixels, RasterOptions, open_raster
from engine.raster.windows import Tile, Window, tile

_BLOCK_ROWS, _BLOCK_COLS = 512, 2048
"""Whole blocks of the files that are written."""


@dataclass(frozen=True, slots=True)
class HeightOptions:
    """How to estimate heights.

    Attributes:
        weights: Name of shipped weights, or a path to a file.
        device: "auto", "cpu" or "cuda".
        raster: Bands, extent and, for files without a reference system, ground resolution.
        working_m: Ground size of the pixels that the network sees; chosen by the weights when absent.
        azimuth_deg: Where the sensor stood, clockwise from true north as seen from the target; overrules
            metadata and network.
        off_nadir_deg: Angle at the target between the vertical and the line to the sensor; likewise.
        core_px: Largest side of a window's core, on the network's grid.
        margin_px: What a window sees beyond its core, for context.
        ramp_px: Pixels on either side of a border between cores over which windows are mixed.
    """

    weights: str = DEFAULT_HEIGHTS
    device: str = "auto"
    raster: RasterOptions = field(default_factory=RasterOptions)
    working_m: float | None = None
    azimuth_deg: float | None = None
    off_nadir_deg: float | None = None
    core_px: int = 1024
    margin_px: int = 96
    ramp_px: int = 64


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A raster's heights on its own grid, and how it is seen.

    Attributes:
        grid: The raster's own pixels, or those of the extent asked for.
        view: How they are seen.
        tags: What a file of these heights says of itself.
        read: Gives (H, W) heights of a window of ``grid``; NaN where unknown.
    """

    grid: Grid
    view: SceneView
    tags: HeightTags
    read: Callable[[Window], Heights]

    def blocks(self) -> Iterator[tuple[Window, Heights]]:
        """Read all heights, in windows that cover the grid once."""
        for row in range(0, self.grid.height, _BLOCK_ROWS):
            for col in range(0, self.grid.width, _BLOCK_COLS):
                rows, cols = min(_BLOCK_ROWS, self.grid.height - row), min(_BLOCK_COLS, self.grid.width - col)
                window = Window(row, col, rows, cols)
                yield window, self.read(window)

    def calibrated(self, slope: float) -> "Estimate":
        """Return the estimate with heights multiplied by a factor, and the view that goes with them."""
        view = self.view.calibrated(slope, self.grid)
        tags = replace(
            self.tags,
            pose=view.pose,
            off_nadir_deg=view.off_nadir_deg,
            calibration=self.tags.calibration * slope,
        )
        return Estimate(self.grid, view, tags, lambda window: self.read(window) * np.float32(slope))


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
        options: Sizes of the windows.

    Attributes:
        votes: What the windows predicted so far say of the view.
    """

    def __init__(self, reader: GridReader, predictor: HeightPredictor, options: HeightOptions) -> None:
        self.votes = SceneVotes.none()
        self._reader = reader
        self._predictor = predictor
        self._places = tile(
            reader.grid.height,
            reader.grid.width,
            core_px=options.core_px,
            margin_px=options.margin_px,
            stride_px=STRIDE_PX,
            origin_px=reader.grid.origin_px,
        )

    def predicted(self, progress: Progress) -> Iterator[tuple[Tile, Heights]]:
        """Yield each window and its (1, H, W) heights."""
        for number, place in enumerate(self._places):
            progress.report(number, len(self._places), "reading and predicting")
            yield place, self._predict(place)[None]
        progress.report(len(self._places), len(self._places), "writing")

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
        return found.height_m


def _in_core(place: Tile) -> NDArray[np.bool_]:
    """(H, W) pixels of a window that are in its core."""
    core, window = place.core, place.window
    inside = np.zeros((window.height, window.width), dtype=bool)
    inside[Window(core.row - window.row, core.col - window.col, core.height, core.width).slices] = True
    return inside


def _read_metadata(path: str, own: Grid, progress: Progress) -> View | None:
    """Look for what metadata say of the view, and tell what was found and not used."""
    finding = search_view(path)
    for note in finding.notes:
        progress.log(note)
    view = finding.view
    if view is not None and view.pose is None and own.crs is None:
        progress.log(
            f"{view.source} tells the view from north, which a raster without georeference does not know."
        )
        return None
    return view


def _tell(view: SceneView, votes: SceneVotes, progress: Progress) -> None:
    """Tell how the scene is seen, and how sure that is."""
    azimuth = "" if view.azimuth_deg is None else f"from azimuth {view.azimuth_deg:.1f}°, "
    sure = (
        ""
        if votes.agreement is None
        else f"; the network's agreement on the direction: {votes.agreement:.2f}"
    )
    progress.log(f"Seen {azimuth}{view.off_nadir_deg:.1f}° off nadir (by {view.source}{sure})")


@contextmanager
def estimate(
    path: str, options: HeightOptions, *, folder: Path, progress: Progress | None = None
) -> Iterator[Estimate]:
    """Estimate the heights of a raster and how it is seen.

    The raster is read window by window, predicted, and blended into heights on the network's grid, which go
    to disk. From there they are read back on the raster's own grid, block by block. So memory is bounded by
    one window of the network and one row of windows (some 5 kB for each pixel of the grid's width), and
    the disk by four bytes for each of the network's pixels.

    Args:
        path: Anything GDAL opens.
        options: How to do it.
        folder: Where the heights are kept on disk until the end, without a name.
        progress: Receives the state after each window, and may cancel.

    Yields:
        The estimate, to be read within the block.

    Raises:
        RasterError: The raster cannot be opened, placed or read, or a view is impossible.
        WeightsError: The weights cannot be used.
        DeviceError: The device is absent or too small.
        OutputError: The folder's disk is full.
        Cancelled: The progress asked to stop.
    """
    progress = progress or Silent()
    given = options_view(options.azimuth_deg, options.off_nadir_deg)
    loaded, device = load_weights(options.weights), choose_device(options.device)
    predictor = HeightPredictor(loaded, device)
    progress.log(f"Weights {loaded.card.name}, device {device.description}")
    size_m = options.working_m or loaded.card.working_m_per_px
    with (
        open_raster(path, m_per_px=size_m, options=options.raster) as reader,
        height_field(reader.grid, folder) as heights,
    ):
        own = reader.source_grid.window(reader.source_part)
        metadata = _read_metadata(path, own, progress)
        windows = SceneWindows(reader, predictor, options)
        pieces = windows.predicted(progress)
        for _, strip in blend(pieces, reader.grid.height, reader.grid.width, ramp_px=options.ramp_px):
            heights.append(strip[0])
        view = choose_view(windows.votes.pose, reader.grid, own, options=given, metadata=metadata)
        _tell(view, windows.votes, progress)
        tags = HeightTags(
            view.pose,
            view.azimuth_deg,
            view.off_nadir_deg,
            view.source,
            loaded.card.name,
            loaded.sha256,
            reader.grid.m_per_px,
            agreement=windows.votes.agreement,
            source=Path(path).name,
        )
        shown = SourceView(heights, own, same=not reader.resamples)
        yield Estimate(own, view, tags, lambda window: shown.read(window, reader.read_own(window).valid))
