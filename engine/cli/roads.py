"""``plumbline roads``: from a raster to its road graph."""

from pathlib import Path

import click

from engine.cli.options import (
    Number,
    finish,
    make_reporter,
    network_options,
    progress_option,
    raster_options,
)
from engine.networks.weights import DEFAULT_ROADS
from engine.raster.reader import Extent, RasterOptions
from engine.roads.extract import RoadOptions
from engine.roads.run import extract_to_file

_DEFAULT = RoadOptions()


@click.command("roads", short_help="Extract the road graph of an image.")
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path))
@network_options(DEFAULT_ROADS)
@raster_options
@click.option(
    "--min-confidence",
    type=Number(0, 1),
    help="Drop edges below; the weights' own value by default.",
)
@click.option(
    "--simplify-m",
    type=Number(0),
    default=_DEFAULT.simplify_m,
    show_default=True,
    help="How far a line may move when it is simplified.",
)
@click.option(
    "--spur-m",
    type=Number(0),
    default=_DEFAULT.spur_m,
    show_default=True,
    help="Drop dead ends on junctions that are shorter.",
)
@click.option(
    "--min-component-m",
    type=Number(0),
    default=_DEFAULT.min_component_m,
    show_default=True,
    help="Drop pieces of the network that are shorter.",
)
@click.option("--preview", type=click.Path(path_type=Path), help="Also draw the roads over the image: a PNG.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run of the same command.")
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
    min_confidence: float | None,
    simplify_m: float,
    spur_m: float,
    min_component_m: float,
    preview: Path | None,
    resume: bool,
    progress: str,
) -> None:
    """Extract the road graph of INPUT, any raster, to OUTPUT: .gpkg, .geojson, .json or .p."""
    options = RoadOptions(
        weights=weights,
        device=device,
        raster=RasterOptions(bands=bands, extent=extent, source_m_per_px=gsd),
        min_confidence=min_confidence,
        simplify_m=simplify_m,
        spur_m=spur_m,
        min_component_m=min_component_m,
    )
    reporter = make_reporter(progress)
    finish(
        reporter,
        lambda: [
            extract_to_file(
                input_path, output, options, preview=preview, resume=resume, progress=reporter
            ).output
        ],
        stopped="Stopped. Nothing is lost: the same command with --resume continues.",
    )
