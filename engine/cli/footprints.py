"""``plumbline footprints``: heights of buildings, and buildings moved between roof and ground."""

from pathlib import Path
from typing import Literal

import click

from engine.cli.options import finish, gsd_option, make_reporter, progress_option, view_options
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
@view_options
@click.option("--layer", help="Layer of POLYGONS; the first one of polygons by default.")
@gsd_option
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
    finish(
        reporter, lambda: [measure_footprints(polygons, heights, output, options, progress=reporter).output]
    )
