"""``plumbline convert``: road masks and graphs, and their file formats."""

from pathlib import Path
from typing import Literal

import click

from engine.cli.options import Number, finish, make_reporter, progress_option
from engine.roads.convert import ConvertOptions, convert_file


@click.command("convert", short_help="Turn road masks into graphs and back.")
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--like", metavar="RASTER", help="Grid that places pixel graphs and masks on the ground.")
@click.option("--width-m", type=Number(0, min_open=True), help="Width of roads drawn into a mask.")
@click.option(
    "--width-px",
    type=Number(0, min_open=True),
    default=ConvertOptions().width_px,
    show_default=True,
    help="The same in pixels, where --width-m is not given.",
)
@click.option(
    "--origin",
    type=click.Choice(["top-left", "bottom-left"]),
    default="top-left",
    show_default=True,
    help="Where rows of a .p or .json graph are counted from; SpaceNet counts from the bottom.",
)
@progress_option
def command(
    input_path: str,
    output: Path,
    *,
    like: str | None,
    width_m: float | None,
    width_px: float,
    origin: Literal["top-left", "bottom-left"],
    progress: str,
) -> None:
    """Convert between road masks (.tif, .png) and graphs (.gpkg, .geojson, .json, .p), both ways."""
    options = ConvertOptions(like=like, width_m=width_m, width_px=width_px, origin=origin)
    reporter = make_reporter(progress)
    finish(reporter, lambda: [convert_file(input_path, output, options).output])
