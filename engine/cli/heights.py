"""``plumbline heights``: from one oblique raster to heights above ground and the view."""

from pathlib import Path

import click

from engine.cli.options import (
    Number,
    finish,
    make_reporter,
    network_options,
    progress_option,
    raster_options,
    view_options,
)
from engine.heights.estimate import HeightOptions
from engine.heights.known.calibration import HEIGHT_FIELD
from engine.heights.run import HeightProducts, KnownHeights, estimate_to_files
from engine.networks.weights import DEFAULT_HEIGHTS
from engine.raster.reader import Extent, RasterOptions

_FILE = click.Path(path_type=Path)


@click.command("heights", short_help="Estimate heights above ground from an image.")
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=_FILE)
@network_options(DEFAULT_HEIGHTS)
@raster_options
@click.option(
    "--working-m",
    type=Number(0, 1e5, min_open=True),
    help="Ground size of the pixels that the network sees; chosen by the weights by default. Twice the "
    "raster's own is four times as fast.",
)
@view_options
@click.option("--rectified", type=_FILE, help="Also write the heights as seen from nadir; hidden is nodata.")
@click.option("--rectified-rgb", type=_FILE, help="Also write the image as seen from nadir, with a mask.")
@click.option("--flow", type=_FILE, help="Also write where the ground below each pixel lies, in pixels.")
@click.option("--calibrate", help="Known heights to correct by: points of a vector file, or a raster.")
@click.option(
    "--calibrate-field",
    default=HEIGHT_FIELD,
    show_default=True,
    help="Of points to calibrate by, the attribute with metres above ground.",
)
@click.option("--preview", type=_FILE, help="Also draw the heights over the image: a PNG.")
@progress_option
def command(  # noqa: PLR0913 - one parameter an option
    input_path: str,
    output: Path,
    *,
    weights: str,
    device: str,
    bands: tuple[int, ...] | None,
    extent: Extent | None,
    gsd: float | None,
    working_m: float | None,
    azimuth_deg: float | None,
    off_nadir_deg: float | None,
    rectified: Path | None,
    rectified_rgb: Path | None,
    flow: Path | None,
    calibrate: str | None,
    calibrate_field: str,
    preview: Path | None,
    progress: str,
) -> None:
    """Estimate the heights above ground of what INPUT shows, any raster, to OUTPUT: .tif."""
    options = HeightOptions(
        weights=weights,
        device=device,
        raster=RasterOptions(bands=bands, extent=extent, source_m_per_px=gsd),
        working_m=working_m,
        azimuth_deg=azimuth_deg,
        off_nadir_deg=off_nadir_deg,
    )
    products = HeightProducts(output, flow, rectified, rectified_rgb, preview)
    reporter = make_reporter(progress)
    known = None if calibrate is None else KnownHeights(calibrate, calibrate_field)
    finish(
        reporter,
        lambda: estimate_to_files(input_path, products, options, known=known, progress=reporter).files,
    )
