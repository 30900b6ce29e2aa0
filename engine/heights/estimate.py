"""The corridor: from one oblique raster to its heights and the view, in the order the method is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from engine.errors import RasterError
from engine.heights.scene_view import SceneView, SceneVotes, choose_view, options_view
from engine.heights.scene_windows import SceneWindows, WindowSizes
from engine.heights.tags import HeightTags
from engine.heights.view import View, search_view
from engine.heights.working import Heights, SourceView, height_field
from engine.networks.card import WeightsCard
from engine.networks.predict_heights import HeightPredictor
from engine.networks.warm import Networks, Ready
from engine.networks.weights import DEFAULT_HEIGHTS
from engine.progress import Progress, Silent
from engine.raster.grid import Grid
from engine.raster.reader import Pixels, RasterOptions, RasterReader, open_raster
from engine.raster.windows import Window
from engine.raster.writer import Placement

_BLOCK_ROWS, _BLOCK_COLS = 512, 2048
"""Whole blocks of the files that are written."""

MOST_ENLARGED = 4.0
"""Coarser pixels than so many of the network's hold nothing that it could see, and make endless work."""


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
        windows: How the scene is cut into windows.
    """

    weights: str = DEFAULT_HEIGHTS
    device: str = "auto"
    raster: RasterOptions = field(default_factory=RasterOptions)
    working_m: float | None = None
    azimuth_deg: float | None = None
    off_nadir_deg: float | None = None
    windows: WindowSizes = field(default_factory=WindowSizes)


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A raster's heights on its own grid, and how it is seen.

    Attributes:
        grid: The raster's own pixels, or those of the extent asked for.
        placement: Where these lie as the raster itself says: a raster that lies nowhere has heights that do
            not either, and QGIS shows both in one place.
        view: How they are seen.
        tags: What a file of these heights says of itself.
        pixels: Gives the raster's own pixels of a window of ``grid``.
        predicted: Gives the network's (H, W) heights of a window of ``grid``, with or without image.
        device: What the network runs on, for people.
    """

    grid: Grid
    placement: Placement
    view: SceneView
    tags: HeightTags
    pixels: Callable[[Window], Pixels]
    predicted: Callable[[Window], Heights]
    device: str = ""

    def read(self, window: Window) -> Heights:
        """Return the (H, W) heights of a window of ``grid``, calibrated; NaN where there is no image."""
        heights = self.predicted(window)
        if self.tags.calibration != 1.0:
            heights = heights * np.float32(self.tags.calibration)
        return np.where(self.pixels(window).valid, heights, np.float32(np.nan))

    def blocks(self) -> Iterator[tuple[Window, Heights]]:
        """Read all heights, in windows that cover the grid once."""
        for window in self.grid.whole.blocks(_BLOCK_ROWS, _BLOCK_COLS):
            yield window, self.read(window)

    def calibrated(self, slope: float) -> "Estimate":
        """Return the estimate with heights multiplied by a factor, and the view that goes with them."""
        view = self.view.calibrated(slope, self.grid)
        factor = self.tags.calibration * slope
        tags = replace(self.tags, pose=view.pose, off_nadir_deg=view.off_nadir_deg, calibration=factor)
        return replace(self, view=view, tags=tags)


def _choose_size(card: WeightsCard, native_m: float, *, wanted_m: float | None) -> float:
    """Choose the ground size at which the network sees a raster.

    Raises:
        RasterError: The raster's pixels are so much larger that there is nothing of heights in them.
    """
    size_m = wanted_m or card.working_m_per_px(native_m)
    if native_m > MOST_ENLARGED * size_m:
        raise RasterError(
            f"Pixels of {native_m:.4g} m are too coarse to be seen at {size_m:.4g} m: give an image at most "
            f"{MOST_ENLARGED:.0f} times as coarse"
            + (", or a larger --working-m." if wanted_m else f", as {card.name} expects.")
        )
    return size_m


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


def _tags(
    view: SceneView, votes: SceneVotes, network: Ready[HeightPredictor], reader: RasterReader, path: str
) -> HeightTags:
    """Say what a file of these heights tells of itself."""
    own = reader.source_grid.window(reader.source_part)
    return HeightTags(
        view.pose,
        view.azimuth_deg,
        view.off_nadir_deg,
        view.source,
        network.card.name,
        network.sha256,
        reader.grid.m_per_px,
        own.m_per_px if own.crs is None else None,
        agreement=votes.agreement,
        source=Path(path).name,
    )


@contextmanager
def estimate(
    path: str,
    options: HeightOptions,
    *,
    folder: Path,
    progress: Progress | None = None,
    networks: Networks | None = None,
) -> Iterator[Estimate]:
    """Estimate the heights of a raster and how it is seen.

    The raster is read window by window, predicted, and blended into heights on the network's grid, which go
    to disk. From there they are read back on the raster's own grid, block by block. So memory is bounded by
    one window of the network and one row of windows (10 to 20 kB for each pixel of the grid's width), and the
    disk by four bytes for each of the network's pixels.

    Args:
        path: Anything GDAL opens.
        options: How to do it.
        folder: Where the heights are kept on disk until the end, without a name.
        progress: Receives the state after each window, and may cancel.
        networks: Where the network comes from; loaded anew when absent.

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
    network = (networks or Networks()).ready(HeightPredictor, options.weights, options.device)
    progress.log(f"Weights {network.card.name}, device {network.device.description}")
    size_m = partial(_choose_size, network.card, wanted_m=options.working_m)
    with (
        open_raster(path, m_per_px=size_m, options=options.raster) as reader,
        height_field(reader.grid, folder) as heights,
    ):
        own = reader.source_grid.window(reader.source_part)
        metadata = _read_metadata(path, own, progress)
        windows = SceneWindows(reader, network.predictor, options.windows)
        for strip in windows.strips(progress):
            heights.append(strip)
        if not windows.seen:
            progress.log(f"{path} has no valid pixel there: all heights are unknown.")
        view = choose_view(windows.votes.pose, reader.grid, own, options=given, metadata=metadata)
        _tell(view, windows.votes, progress)
        tags = _tags(view, windows.votes, network, reader, path)
        shown = SourceView(heights, own, same=not reader.resamples)
        device = network.device.description
        yield Estimate(own, reader.placement, view, tags, reader.read_own, shown.read, device)
