"""The command line of training: ``python -m training``."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from engine.errors import EngineError
from engine.reporting import Bar
from training.baseline.commands import baseline

_PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Render training scenes, train networks, export weights."""


main.add_command(baseline)


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every run is told."""
    for option in (
        click.option("--start", help="Weights to start from, a name or a file, instead of random ones."),
        click.option(
            "--resume", is_flag=True, help="Go on from the last checkpoint in the run's folder, if any."
        ),
        click.option("--out", type=_PATH, help="Folder of the run; runs/NAME of the recipe by default."),
        click.option("--data", type=_PATH, default=Path(), help="Folder that the recipe's paths start from."),
        click.option(
            "--config", type=_PATH, required=True, help="Recipe, a TOML file; see training/configs."
        ),
    ):
        command = option(command)
    return command


@main.command()
@_run_options
def roads(config: Path, data: Path, out: Path | None, *, resume: bool, start: str | None) -> None:
    """Train a road network. Ctrl-C saves the state and ends; --resume goes on."""
    from training.loop import train  # noqa: PLC0415 - torch takes seconds to import
    from training.recipe import read_recipe  # noqa: PLC0415
    from training.roads.task import RoadTask  # noqa: PLC0415

    task = RoadTask(read_recipe(config), data, start)
    train(task, out or Path("runs") / config.stem, resume=resume, progress=Bar())


@main.command()
@_run_options
def heights(config: Path, data: Path, out: Path | None, *, resume: bool, start: str | None) -> None:
    """Train a network for heights. Ctrl-C saves the state and ends; --resume goes on."""
    from training.heights.recipe import read_height_recipe  # noqa: PLC0415
    from training.heights.task import HeightTask  # noqa: PLC0415
    from training.loop import train  # noqa: PLC0415

    task = HeightTask(read_height_recipe(config), data, start)
    train(task, out or Path("runs") / config.stem, resume=resume, progress=Bar())


@main.command()
@click.argument("checkpoint", type=_PATH)
@click.argument("out", type=_PATH)
@click.option("--name", required=True, help="Name of the weights.")
@click.option("--m-per-px", type=float, default=1.0, show_default=True)
@click.option(
    "--m-per-px-range", type=(float, float), help="LEAST MOST, for a network that is told the size."
)
@click.option("--trained-on", multiple=True, help='"DATA SET | LICENCE"; may be repeated.')
@click.option("--scores", multiple=True, help='"COMMAND | NAME=VALUE NAME=VALUE"; may be repeated.')
@click.option("--threshold", multiple=True, type=(str, float), help="FIELD VALUE of the decoder's options.")
@click.option("--caveat", multiple=True, help="A sentence on where the weights are weak; may be repeated.")
def export(checkpoint: Path, out: Path, **options: Any) -> None:
    """Write the weights of CHECKPOINT to OUT, a .safetensors file with its card."""
    from training.export import export_weights, parse_scores, parse_training_data  # noqa: PLC0415

    export_weights(
        checkpoint,
        out,
        name=options["name"],
        m_per_px=options["m_per_px"],
        m_per_px_range=options["m_per_px_range"],
        training_data=tuple(parse_training_data(text) for text in options["trained_on"]),
        scores=[parse_scores(text) for text in options["scores"]],
        thresholds=dict(options["threshold"]),
        caveats=tuple(options["caveat"]),
    )


def _tell(figures: Mapping[str, float]) -> None:
    click.echo(" ".join(f"{name}={value:.4f}" for name, value in figures.items()))


@main.command()
@click.argument("weights")
@click.option("--config", type=_PATH, required=True, help="Recipe that names the validation images.")
@click.option("--data", type=_PATH, default=Path(), help="Folder that the recipe's paths start from.")
def validate(weights: str, *, config: Path, data: Path) -> None:
    """Compare the roads that WEIGHTS find in whole validation images with the truth.

    By lengths within 5 px, TOPO and APLS.
    """
    from training.recipe import read_recipe  # noqa: PLC0415
    from training.roads.validate import judge_weights  # noqa: PLC0415

    _tell(judge_weights(weights, read_recipe(config), data, progress=Bar()))


@main.command()
@click.argument("weights")
@click.option("--config", type=_PATH, required=True, help="Recipe that says what to judge by.")
@click.option("--data", type=_PATH, default=Path(), help="Folder that the recipe's paths start from.")
@click.option("--scenes", type=click.IntRange(0), default=40, show_default=True, help="How many to render.")
def validate_heights(weights: str, *, config: Path, data: Path, scenes: int) -> None:
    """Compare heights and views that WEIGHTS find with the truth, beside a guess of the mean height.

    On fresh scenes, and on the validation folders of the recipe, each by itself.
    """
    from training.heights.recipe import read_height_recipe  # noqa: PLC0415
    from training.heights.validate import judge_height_weights  # noqa: PLC0415

    judged = judge_height_weights(weights, read_height_recipe(config), data, scenes=scenes, progress=Bar())
    for name, figures in judged.items():
        click.echo(f"{name}: ", nl=False)
        _tell(figures)


@main.command()
@click.argument("folder", type=_PATH)
@click.option("--seed", type=int, default=0, show_default=True, help="First seed.")
@click.option("--size", "size_px", type=click.IntRange(32), default=1024, show_default=True, help="Side, px.")
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How many; of several, each has its own folder scene_SEED.",
)
@click.option("--overpasses", is_flag=True, help="A motorway crosses the town on bridges.")
@click.option("--off-nadir", "off_nadir_deg", type=click.FloatRange(0, 60), default=0.0, show_default=True)
@click.option("--m-per-px", type=click.FloatRange(0.05, 10), default=1.0, show_default=True)
def scenes(folder: Path, *, seed: int, size_px: int, count: int, **options: Any) -> None:
    """Render towns with their true roads, heights and footprints into FOLDER."""
    from training.scenes.export import run  # noqa: PLC0415

    run(folder, seed=seed, size_px=size_px, count=count, **options)


@main.command()
@click.argument("folder", type=_PATH)
@click.option("--train", type=click.IntRange(0), default=16, show_default=True, help="Images with truth.")
@click.option("--test", type=click.IntRange(0), default=4, show_default=True, help="Images of other towns.")
@click.option("--size", "size_px", type=click.IntRange(32), default=2048, show_default=True, help="Side, px.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Number of the first.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes at work.")
def challenge(folder: Path, **options: Any) -> None:
    """Render towns into FOLDER as the Overhead Geopose Challenge lays out its data.

    Truths of the test images go to test_truth, to score predictions by.
    """
    from training.scenes.challenge import write_challenge  # noqa: PLC0415

    write_challenge(folder, progress=Bar(), **options)


def run() -> None:
    """Run the command line; every failure that a user can mend is one line and exit code 1."""
    try:
        main()
    except EngineError as error:
        sys.exit(f"error: {' '.join(str(error).split())}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"engine", "training"}:
            raise
        sys.exit(f"error: {error.name} is not installed: pip install --editable '.[training]'")


if __name__ == "__main__":
    run()
