"""``plumbline footprints``: heights of buildings, and buildings moved between roof and ground."""

from pathlib import Path
from typing import Literal

import click

from engine.cli.options import Number, finish, make_reporter, progress_option
from engine.heights.buildings.footprints import FootprintOptions, measure_footprints
from engine.heights.seen_raster import ViewOptions


@click.command("footprints", short_help="Measure buildings, and move them from roof to ground or back.")
@click.argument("polygons")
@click.argument("heights")
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Choice(["ground", "roof", "none"]),
    default="ground",
    show_default=True,
    help="Where to move POLYGONS: drawn on roofs to the ground, known on the ground to roofs, or not at all.",
)
@click.option(
    "--azimuth-deg",
    type=Number(-360, 360),
    help="Direction from the ground to the sensor, from north, where HEIGHTS do not say it.",
)
@click.option("--off-nadir-deg", type=Number(0, 90, max_open=True), help="Angle of the view at the ground.")
@click.option("--layer", help="Layer of POLYGONS; the first one of polygons by default.")
@click.option("--gsd", type=float, help="Ground size of a pixel in metres, for a file without georeference.")
@progress_option
def command(  # noqa: PLR0913 - one parameter an option
    polygons: str,
    heights: str,
    output: Path,
    *,
    to: Literal["ground", "roof", "none"],
    azimuth_deg: float | None,
    off_nadir_deg: float | None,
    layer: str | None,
    gsd: float | None,
    progress: str,
) -> None:
    """Add heights and volumes to POLYGONS from the raster HEIGHTS and move them: to OUTPUT, a .gpkg."""
    options = FootprintOptions(to, ViewOptions(azimuth_deg, off_nadir_deg, gsd), layer)
    reporter = make_reporter(progress)
    finish(reporter, lambda: [measure_footprints(polygons, heights, output, options, progress=reporter)])
