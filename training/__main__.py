"""The command line of training: ``python -m training``."""

import sys
from pathlib import Path

import click
from tqdm import tqdm

from engine.errors import EngineError


class _Bar:
    """Progress as bars on the terminal."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._what = ""

    def report(self, done: int, total: int, what: str) -> None:
        """Move the bar of the present work."""
        if self._bar is None or what != self._what:
            self._bar, self._what = tqdm(total=total, desc=what, leave=False), what
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()
            self._bar = None

    def log(self, message: str) -> None:
        """Print a fact."""
        tqdm.write(message, file=sys.stderr)


@click.group()
def main() -> None:
    """Make training scenes, train networks, export weights."""


@main.command()
@click.option("--config", type=click.Path(path_type=Path), required=True, help="Recipe, a TOML file.")
@click.option("--data", type=click.Path(path_type=Path), default=Path(), help="Folder of the recipe's paths.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/roads"), help="Folder of the run.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in the run's folder.")
def roads(config: Path, data: Path, out: Path, *, resume: bool) -> None:
    """Train a road network."""
    from training.config import read_recipe
    from training.train_roads import train_roads

    train_roads(read_recipe(config), data=data, out=out, resume=resume, progress=_Bar())


def run() -> None:
    """Run the command line; every foreseen failure is one line and exit code 1."""
    try:
        main()
    except EngineError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    run()
