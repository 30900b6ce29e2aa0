"""``plumbline rectify``: from an oblique raster and its heights to the view from nadir."""

from pathlib import Path

import click

from engine.cli.options import bands_option, choice, finish, make_reporter, progress_option, view_options
from engine.heights.nadir.files import RectifiedFiles, rectify_to_files
from engine.heights.view import View

_FILE = click.Path(path_type=Path)


@click.command("rectify", short_help="Move an image to the ground by given heights.")
@click.argument("raster")
@click.argument("heights", type=_FILE)
@click.argument("output", type=_FILE)
@click.option("--rectified-heights", type=_FILE, help="Also write the heights at their ground positions.")
@view_options
@click.option(
    "--heights-at",
    type=choice("heights_at"),
    default="image",
    show_default=True,
    help="Whether HEIGHTS are of what each pixel shows, or stand at their true places, as lidar's do.",
)
@bands_option
@progress_option
def command(  # noqa: PLR0913 - one parameter an option
    raster: str,
    heights: Path,
    output: Path,
    *,
    rectified_heights: Path | None,
    azimuth_deg: float | None,
    off_nadir_deg: float | None,
    heights_at: str,
    bands: tuple[int, ...] | None,
    progress: str,
) -> None:
    """Move everything that RASTER shows to its place on the ground, to OUTPUT: .tif.

    HEIGHTS are metres above ground on any grid: of what each pixel of RASTER shows, as plumbline heights
    writes them, or, with --heights-at ground, of what stands at each place. Ground that RASTER does not show,
    behind something high, is outside the mask of OUTPUT.
    """
    reporter = make_reporter(progress)
    finish(
        reporter,
        lambda: (
            rectify_to_files(
                raster,
                heights,
                RectifiedFiles(output, rectified_heights),
                view=View(azimuth_deg, off_nadir_deg, "options"),
                bands=bands,
                on_ground=heights_at == "ground",
                progress=reporter,
            ).ground.files
        ),
    )
