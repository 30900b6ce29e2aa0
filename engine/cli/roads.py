"""``plumbline roads``: from a raster to its road graph."""

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
)
from engine.roads.run import extract_to_file
from engine.service.options import path_of, road_options
from engine.service.requests import ExtractRoads


@click.command("roads", short_help="Extract the road graph of an image.")
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path))
@network_options(ExtractRoads.weights)
@raster_options
@click.option(
    "--min-confidence",
    type=number("min_confidence"),
    help="Drop edges below; the weights' own value by default.",
)
@click.option(
    "--simplify-m",
    type=number("simplify_m"),
    default=ExtractRoads.simplify_m,
    show_default=True,
    help="How far a line may move when it is simplified.",
)
@click.option(
    "--spur-m",
    type=number("spur_m"),
    default=ExtractRoads.spur_m,
    show_default=True,
    help="Drop dead ends on junctions that are shorter.",
)
@click.option(
    "--min-component-m",
    type=number("min_component_m"),
    default=ExtractRoads.min_component_m,
    show_default=True,
    help="Drop pieces of the network that are shorter.",
)
@click.option("--preview", type=click.Path(), help="Also draw the roads over the image: a PNG.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run of the same command.")
@progress_option
def command(input_path: str, output: Path, *, resume: bool, progress: str, **values: Any) -> None:
    """Extract the road graph of INPUT, any raster, to OUTPUT: .gpkg, .geojson, .json or .p."""
    request = ExtractRoads(input_path, str(output), **values)
    reporter = make_reporter(progress)

    def work() -> list[Path]:
        found = extract_to_file(
            request.raster,
            output,
            road_options(request),
            preview=path_of(request.preview),
            resume=resume,
            progress=reporter,
        )
        return [found.output]

    finish(reporter, work, stopped="Stopped. Nothing is lost: the same command with --resume continues.")
