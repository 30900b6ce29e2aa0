"""The job of ``plumbline heights``: check the outputs first, estimate, calibrate, write."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from engine.atomic import atomic_path, writing_into
from engine.exclusive import exclusive
from engine.heights.estimate import Estimate, HeightOptions, estimate
from engine.heights.flow import flow_px
from engine.heights.height_band import HeightBand
from engine.heights.known.calibration import HEIGHT_FIELD, calibrate
from engine.heights.known.points import check_field
from engine.heights.nadir.ground_view import write_ground_view
from engine.heights.preview import draw_heights
from engine.heights.results import check_results
from engine.heights.tags import HeightTags
from engine.heights.working import Heights
from engine.networks.warm import Networks
from engine.progress import Progress
from engine.raster.painting import write_png
from engine.raster.source import open_dataset
from engine.raster.windows import Window
from engine.raster.writer import FLOW, HEIGHTS, write_cog
from engine.vector.source import POINTS, is_vector, open_layer

_STYLE = Path(__file__).parent / "styles" / "heights.qml"
_PARAMETERS = "PLUMBLINE_PARAMETERS"


@dataclass(frozen=True, slots=True)
class HeightProducts:
    """Which files to write; each appears only when it is whole.

    Attributes:
        heights: Metres above ground of what each pixel of the raster shows.
        flow: How far each pixel lies from its ground position, in rows and columns.
        rectified: Heights at their ground positions, as seen from nadir.
        rectified_rgb: The raster likewise, with a mask of what is hidden.
        preview: PNG of the heights over the image.
    """

    heights: Path
    flow: Path | None = None
    rectified: Path | None = None
    rectified_rgb: Path | None = None
    preview: Path | None = None

    @property
    def rasters(self) -> list[Path]:
        """Every GeoTIFF wanted."""
        wanted = (self.heights, self.flow, self.rectified, self.rectified_rgb)
        return [path for path in wanted if path]

    @property
    def files(self) -> list[Path]:
        """Every file wanted, the heights first."""
        return [*self.rasters, *filter(None, [self.preview])]


@dataclass(frozen=True, slots=True)
class KnownHeights:
    """Heights that somebody measured, to calibrate by.

    Attributes:
        path: Points of a vector file, or a raster of heights above ground.
        field: Of points, the attribute with the height in metres.
    """

    path: str
    field: str = HEIGHT_FIELD


@dataclass(frozen=True, slots=True)
class WrittenHeights:
    """Heights that were written.

    Attributes:
        files: All files; a style for QGIS lies beside those with heights.
        tags: The view, and where the heights come from.
        highest_m: The greatest height; None where none is known.
        mean_m: The mean of all that are known.
        device: What the network ran on, for people.
    """

    files: list[Path]
    tags: HeightTags
    highest_m: float | None
    mean_m: float | None
    device: str


def _check_known(known: KnownHeights) -> None:
    """Refuse known heights that cannot be opened, or hold something else, before long work, not after."""
    if is_vector(known.path):
        with open_layer(known.path, POINTS) as layer:
            check_field(layer, known.field)
    else:
        with open_dataset(known.path) as dataset:
            HeightBand.of(dataset, known.path, "m")


def _blocks(result: Estimate, what: str, progress: Progress) -> Iterator[tuple[Window, Heights]]:
    """Read the heights and tell how far the writing of a file is."""
    for window, heights in result.blocks():
        progress.report(window.row, result.grid.height, what)
        yield window, heights
    progress.report(result.grid.height, result.grid.height, what)


def _write_heights(
    path: Path, result: Estimate, tags: Mapping[str, str], progress: Progress
) -> tuple[float | None, float | None]:
    """Write the heights; return the highest and the mean one."""
    highest_m, sum_m, count = -np.inf, 0.0, 0
    with write_cog(path, result.placement, HEIGHTS, tags=tags) as file:
        for window, heights in _blocks(result, "writing heights", progress):
            file.write(window, heights)
            known = heights[~np.isnan(heights)]
            highest_m = max(highest_m, known.max(initial=-np.inf))
            sum_m += float(known.sum(dtype=np.float64))
            count += known.size
    return (float(highest_m), sum_m / count) if count else (None, None)


def _write_flow(path: Path, result: Estimate, tags: Mapping[str, str], progress: Progress) -> None:
    with write_cog(path, result.placement, FLOW, tags=tags) as file:
        for window, heights in _blocks(result, "writing the flow", progress):
            file.write(window, flow_px(heights, result.view.pose))


def _write_style(raster: Path, progress: Progress) -> None:
    """Put a style for QGIS beside heights; one that is not ours stays."""
    style, ours = raster.with_suffix(".qml"), _STYLE.read_bytes()
    with writing_into(raster.parent):
        there = style.read_bytes() if style.exists() else None
    if there is None:
        with atomic_path(style) as draft:
            draft.write_bytes(ours)
    elif there != ours:
        progress.log(f"{style} is there already and stays: remove it to get the style of this version.")


def _calibrated(result: Estimate, known: KnownHeights, folder: Path, progress: Progress) -> Estimate:
    """Compare the heights with known ones, for which they have to be a file, and correct them."""
    progress.log(f"Comparing with {known.path}")
    with writing_into(folder), TemporaryDirectory(prefix=".plumbline.", dir=folder) as room:
        draft = Path(room) / "heights.tif"
        _write_heights(draft, result, result.tags.as_tags(), progress)
        found = calibrate(draft, known.path, field=known.field, from_network=result.view.from_network)
    progress.log(str(found))
    return result.calibrated(found.slope)


def _write(
    path: str,
    products: HeightProducts,
    result: Estimate,
    *,
    bands: tuple[int, ...] | None,
    tags: Mapping[str, str],
    progress: Progress,
) -> WrittenHeights:
    highest_m, mean_m = _write_heights(products.heights, result, tags, progress)
    if products.flow:
        _write_flow(products.flow, result, tags, progress)
    if products.rectified or products.rectified_rgb:
        write_ground_view(
            path,
            products.heights,
            result.view.pose,
            rectified=products.rectified,
            rectified_rgb=products.rectified_rgb,
            bands=bands,
            progress=progress,
            tags=tags,
        )
    if products.preview:
        write_png(products.preview, draw_heights(result))
    for raster in filter(None, (products.heights, products.rectified)):
        _write_style(raster, progress)
    return WrittenHeights(products.files, result.tags, highest_m, mean_m, result.device)


def estimate_to_files(
    path: str,
    products: HeightProducts,
    options: HeightOptions,
    *,
    known: KnownHeights | None = None,
    progress: Progress,
    networks: Networks | None = None,
) -> WrittenHeights:
    """Estimate the heights of a raster to files.

    Args:
        path: Anything GDAL opens.
        products: Which files to write.
        options: How to estimate.
        known: Heights to calibrate by, if there are any.
        progress: Receives the state, and may cancel.
        networks: Where the network comes from; loaded anew when absent.

    Raises:
        EngineError: As ``estimate``; or known heights cannot be read or compared; or a result cannot be
            written, or would replace what is read.
        Cancelled: The progress asked to stop.
    """
    inputs = [path, options.weights, *([known.path] if known else [])]
    check_results(products.rasters, inputs, picture=products.preview)
    if known:
        _check_known(known)
    parameters = asdict(options) | {"calibrate": asdict(known) if known else None}
    folder = products.heights.absolute().parent
    with ExitStack() as stack:
        for result in products.files:
            stack.enter_context(exclusive(result))
        scene = stack.enter_context(
            estimate(path, options, folder=folder, progress=progress, networks=networks)
        )
        if known:
            scene = _calibrated(scene, known, folder, progress)
        tags = {**scene.tags.as_tags(), _PARAMETERS: json.dumps(parameters, sort_keys=True)}
        return _write(path, products, scene, bands=options.raster.bands, tags=tags, progress=progress)
