"""``plumbline heights``: from one oblique raster to heights above ground and the view."""

from pathlib import Path
from typing import Any

import click

from engine.cli.options import (
    finish,
    make_reporter,
    network_options,
    number,
    progress_option,
    raster_options,
    view_options,
)
from engine.heights.run import estimate_to_files
from engine.service.options import height_options, height_products, known_heights
from engine.service.requests import EstimateHeights

_FILE = click.Path()


@click.command("heights", short_help="Estimate heights above ground from an image.")
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path))
@network_options(EstimateHeights.weights)
@raster_options
@click.option(
    "--working-m",
    type=number("working_m"),
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
    default=EstimateHeights.calibrate_field,
    show_default=True,
    help="Of points to calibrate by, the attribute with metres above ground.",
)
@click.option("--preview", type=_FILE, help="Also draw the heights over the image: a PNG.")
@progress_option
def command(input_path: str, output: Path, *, progress: str, **values: Any) -> None:
    """Estimate the heights above ground of what INPUT shows, any raster, to OUTPUT: .tif."""
    request = EstimateHeights(input_path, str(output), **values)
    reporter = make_reporter(progress)

    def work() -> list[Path]:
        found = estimate_to_files(
            request.raster,
            height_products(request),
            height_options(request),
            known=known_heights(request),
            progress=reporter,
        )
        return found.files

    finish(reporter, work)
