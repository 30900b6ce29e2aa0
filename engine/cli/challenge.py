"""``plumbline challenge``: from a folder of the Overhead Geopose Challenge to a submission."""

from pathlib import Path

import click

from engine.cli.options import Number, finish, make_reporter, network_options, progress_option
from engine.heights.challenge.folder import ChallengeOptions
from engine.heights.challenge.predict import predict_challenge
from engine.networks.weights import DEFAULT_HEIGHTS

_PATH = click.Path(path_type=Path)


@click.command("challenge", short_help="Predict the images of the Overhead Geopose Challenge.")
@click.argument("folder", metavar="FOLDER", type=_PATH)
@click.argument("output", type=_PATH)
@network_options(DEFAULT_HEIGHTS)
@click.option(
    "--half/--full-resolution",
    default=True,
    show_default=True,
    help="Predict at half resolution, as the benchmark does; the files are of full resolution either way.",
)
@click.option("--metadata", "table", type=_PATH, help="metadata.csv; that in FOLDER or above it by default.")
@click.option(
    "--gsd", type=Number(0.01, 100), help="Ground size of the images' pixels in metres, instead of metadata."
)
@click.option(
    "--jobs", type=click.IntRange(1), help="Threads that read and write; all processors by default."
)
@click.option("--archive", type=_PATH, help="Pack the output folder to this .tar.gz as well.")
@progress_option
def command(  # noqa: PLR0913 - one parameter an option
    folder: Path,
    output: Path,
    *,
    weights: str,
    device: str,
    half: bool,
    table: Path | None,
    gsd: float | None,
    jobs: int | None,
    archive: Path | None,
    progress: str,
) -> None:
    """Predict heights and views of the images CITY_ID_RGB.j2k in FOLDER.

    OUTPUT is a new folder of CITY_ID_AGL.tif and CITY_ID_VFLOW.json, or, ending in .tar.gz, the packed
    submission. It appears when every image has its prediction.
    """
    options = ChallengeOptions(half=half, m_per_px=gsd, table=table, jobs=jobs)
    reporter = make_reporter(progress)
    finish(
        reporter,
        lambda: predict_challenge(
            folder,
            output,
            weights=weights,
            device=device,
            options=options,
            archive=archive,
            progress=reporter,
        ),
    )
