"""The command line of the baseline: ``python -m training baseline``."""

from pathlib import Path

import click

from engine.cli.options import Number
from engine.reporting import Bar

_PATH = click.Path(path_type=Path)


@click.group()
def baseline() -> None:
    """Train and run the usual way to find roads, to compare with: a mask from a U-Net, then tracing."""


@baseline.command()
@click.option("--config", type=_PATH, required=True, help="Recipe; its [network] is not used.")
@click.option("--data", type=_PATH, default=Path(), help="Folder that the recipe's paths start from.")
@click.option("--out", type=_PATH, help="Folder of the run; runs/NAME-mask of the recipe by default.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in the run's folder, if any.")
def train(config: Path, data: Path, out: Path | None, *, resume: bool) -> None:
    """Train the U-Net as a road network is trained. Ctrl-C saves the state and ends; --resume goes on."""
    from training.baseline.task import mask_task  # noqa: PLC0415 - torch takes seconds to import
    from training.loop import train as train_task  # noqa: PLC0415
    from training.recipe import read_recipe  # noqa: PLC0415

    folder = out or Path("runs") / f"{config.stem}-mask"
    train_task(mask_task(read_recipe(config), data), folder, resume=resume, progress=Bar())


@baseline.command()
@click.argument("checkpoint", type=_PATH)
@click.argument("images", type=_PATH)
@click.argument("out", type=_PATH)
@click.option(
    "--threshold",
    type=Number(0.0, 1.0),
    required=True,
    help="Road probability from which a pixel is road; `baseline choose` finds the best.",
)
def extract(checkpoint: Path, images: Path, out: Path, *, threshold: float) -> None:
    """Write the roads of each image NAME of the folder IMAGES to OUT/NAME.p, in pixels."""
    from training.baseline.extract import extract_folder  # noqa: PLC0415
    from training.baseline.vectorise import VectoriseOptions  # noqa: PLC0415

    options = VectoriseOptions(threshold=threshold)
    written = extract_folder(checkpoint, images, out, options=options, progress=Bar())
    click.echo(f"{len(written)} graphs in {out}")


@baseline.command()
@click.argument("checkpoint", type=_PATH)
@click.option("--config", type=_PATH, required=True, help="Recipe that names the validation images.")
@click.option("--data", type=_PATH, default=Path(), help="Folder that the recipe's paths start from.")
@click.option(
    "--threshold",
    "thresholds",
    type=Number(0.0, 1.0),
    multiple=True,
    help="Road probability to try; may be repeated. 0.1, 0.2 … 0.9 by default.",
)
def choose(checkpoint: Path, *, config: Path, data: Path, thresholds: tuple[float, ...]) -> None:
    """Try thresholds on whole validation images; the one with the greatest TOPO F1 is best."""
    from training.baseline.choose import THRESHOLDS, best_row, try_thresholds  # noqa: PLC0415
    from training.recipe import read_recipe  # noqa: PLC0415

    recipe, wanted = read_recipe(config), sorted(set(thresholds)) or THRESHOLDS
    table = try_thresholds(checkpoint, recipe, data, thresholds=wanted, progress=Bar())
    names = list(dict.fromkeys(name for row in table for name in row))
    click.echo(" ".join(f"{name:>14}" for name in names))
    for row in table:
        click.echo(" ".join(f"{row[name]:14.4f}" if name in row else f"{'-':>14}" for name in names))
    click.echo(f"best threshold: {best_row(table)['threshold']}")
