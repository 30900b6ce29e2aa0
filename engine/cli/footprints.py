"""``plumbline footprints``: heights of buildings, and buildings moved between roof and ground."""

from pathlib import Path
from typing import Any

import click

from engine.cli.options import choice, finish, gsd_option, make_reporter, progress_option, view_options
from engine.heights.buildings.footprints import measure_footprints
from engine.service.options import footprint_options
from engine.service.requests import MoveFootprints


@click.command("footprints", short_help="Measure buildings, and move them from roof to ground or back.")
@click.argument("polygons")
@click.argument("heights")
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=choice("to"),
    default=MoveFootprints.to,
    show_default=True,
    help="Where to move POLYGONS: drawn on roofs to the ground, known on the ground to roofs, or not at all.",
)
@view_options
@click.option("--layer", help="Layer of POLYGONS; the first one of polygons by default.")
@gsd_option
@progress_option
def command(polygons: str, heights: str, output: Path, *, progress: str, **values: Any) -> None:
    """Add heights and volumes to POLYGONS from the raster HEIGHTS and move them: to OUTPUT, a .gpkg."""
    request = MoveFootprints(polygons, heights, str(output), **values)
    reporter = make_reporter(progress)

    def work() -> list[Path]:
        found = measure_footprints(polygons, heights, output, footprint_options(request), progress=reporter)
        return [found.output]

    finish(reporter, work)
