"""A run that is stopped and resumed ends where an undisturbed run ends."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from training.checkpoint import Checkpoint, read_checkpoint
from training.config import (
    AugmentOptions,
    CheckpointOptions,
    NetworkOptions,
    OptimiserOptions,
    Recipe,
    RunOptions,
    Source,
    TrainingError,
    ValidationOptions,
)
from training.export import export_weights
from training.loop import BEST, LAST, train
from training.roads.task import RoadTask

ROOT = Path(__file__).resolve().parents[3]
TINY = {
    "stem": 4,
    "widths": [4, 8, 8],
    "blocks": [1, 1],
    "dilations": [1],
    "decoder": 4,
    "head": 4,
}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:lightning_fabric")


def train_roads(recipe: Recipe, *, data: Path, out: Path, start: str | None = None, **how: Any) -> Checkpoint:
    return train(RoadTask(recipe, data, start), out, **how)


def make_recipe(steps: int, **run: object) -> Recipe:
    return Recipe(
        run=RunOptions(
            steps=steps, batch=2, crop_px=64, precision="32-true", accelerator="cpu", workers=0, **run
        ),
        network=NetworkOptions(options=TINY),
        sources=(Source("masks", "."),),
        augment=AugmentOptions(flip_probability=0.5, rescale=(0.8, 1.25), noise=0.02),
        optimiser=OptimiserOptions(schedule="halving", warmup_steps=2, average_decay=0.9, weight_decay=0.01),
        validation=ValidationOptions(path=".", every_steps=3, crops=4, tiles=0),
        checkpoint=CheckpointOptions(every_steps=100, every_minutes=None, pictures_every_steps=2),
    )


def test_resumed_run_equals_undisturbed_run_to_the_last_bit(town_folder: Path, tmp_path: Path) -> None:
    undisturbed = train_roads(make_recipe(7), data=town_folder, out=tmp_path / "straight")
    train_roads(make_recipe(4), data=town_folder, out=tmp_path / "stopped")
    resumed = train_roads(make_recipe(7), data=town_folder, out=tmp_path / "stopped", resume=True)

    assert undisturbed.step == resumed.step == 7
    for name in ("network", "average"):
        before, after = getattr(undisturbed, name), getattr(resumed, name)
        assert all(torch.equal(before[key], after[key]) for key in before)
    moments = undisturbed.optimiser["state"]
    assert all(
        torch.equal(moments[key]["exp_avg"], resumed.optimiser["state"][key]["exp_avg"]) for key in moments
    )
    assert undisturbed.scores == resumed.scores


def test_worker_process_draws_the_same_batches(town_folder: Path, tmp_path: Path) -> None:
    alone = train_roads(make_recipe(3), data=town_folder, out=tmp_path / "alone")
    recipe = make_recipe(3)
    helped_recipe = replace(recipe, run=replace(recipe.run, workers=1))
    helped = train_roads(helped_recipe, data=town_folder, out=tmp_path / "helped")
    assert all(torch.equal(alone.network[key], helped.network[key]) for key in alone.network)


RECIPE = """
[run]
steps = 4
batch = 2
crop_px = 64
precision = "32-true"
accelerator = "cpu"
devices = 2
strategy = "ddp"
workers = 0
[network]
options = {stem = 4, widths = [4, 8, 8], blocks = [1, 1], dilations = [1], decoder = 4, head = 4}
[[sources]]
kind = "masks"
path = "."
[validation]
path = "."
every_steps = 2
crops = 2
tiles = 0
"""


@pytest.mark.slow
def test_two_processes_train_together(town_folder: Path, tmp_path: Path) -> None:
    """As several graphics cards do: each draws its own crops, and one of them judges and writes."""
    recipe, out = tmp_path / "recipe.toml", tmp_path / "out"
    recipe.write_text(RECIPE, encoding="utf-8")
    command = [sys.executable, "-m", "training", "roads", "--config", str(recipe), "--data", str(town_folder)]
    run = subprocess.run(
        [*command, "--out", str(out)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    assert "2 processes" in run.stderr
    kept = read_checkpoint(out / LAST)
    assert kept.step == 4
    assert kept.scores["loss_total"] > 0


def test_loss_falls(town_folder: Path, tmp_path: Path) -> None:
    train_roads(make_recipe(3), data=town_folder, out=tmp_path)
    assert list((tmp_path / "curves").glob("events*"))
    early = read_checkpoint(tmp_path / LAST).scores["loss_total"]
    train_roads(make_recipe(40), data=town_folder, out=tmp_path, resume=True)
    assert read_checkpoint(tmp_path / BEST).scores["loss_total"] < early


def test_time_limit_ends_the_run(town_folder: Path, tmp_path: Path) -> None:
    seconds = iter(range(0, 100_000, 30))
    recipe = make_recipe(1000, max_minutes=5.0)
    ended = train_roads(recipe, data=town_folder, out=tmp_path, clock=lambda: float(next(seconds)))
    assert ended.step == 10
    assert read_checkpoint(tmp_path / LAST).elapsed_s == 300.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_saves_the_state_and_ends(number: int, town_folder: Path, tmp_path: Path) -> None:
    calls = 0

    def clock() -> float:
        nonlocal calls
        calls += 1
        if calls == 4:
            os.kill(os.getpid(), number)
        return float(calls)

    before = signal.getsignal(number)
    recipe = make_recipe(1000)
    train_roads(replace(recipe, validation=ValidationOptions()), data=town_folder, out=tmp_path, clock=clock)
    assert read_checkpoint(tmp_path / LAST).step == 3
    assert signal.getsignal(number) is before


def test_run_starts_from_known_weights(town_folder: Path, tmp_path: Path) -> None:
    train_roads(make_recipe(3), data=town_folder, out=tmp_path / "first")
    export_weights(tmp_path / "first" / LAST, tmp_path / "known.safetensors", name="known")
    recipe = make_recipe(1)
    frozen = replace(recipe, optimiser=replace(recipe.optimiser, rate=0.0, average_decay=0.0))
    known = read_checkpoint(tmp_path / "first" / LAST).average
    after = train_roads(
        frozen, data=town_folder, out=tmp_path / "next", start=str(tmp_path / "known.safetensors")
    )
    assert known is not None
    kernels = [name for name, value in known.items() if value.ndim == 4]
    assert all(torch.allclose(known[name], after.network[name], rtol=2e-3, atol=1e-5) for name in kernels)
    wider = replace(frozen, network=NetworkOptions(options={**TINY, "head": 8}))
    with pytest.raises(TrainingError, match="tensors of the recipe's network"):
        train_roads(wider, data=town_folder, out=tmp_path / "no", start=str(tmp_path / "known.safetensors"))


def test_hostile_checkpoint_is_refused(town_folder: Path, tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "touched"),))  # type: ignore[return-value]

    torch.save({"step": Hostile()}, tmp_path / LAST)
    with pytest.raises(TrainingError, match="no readable checkpoint"):
        train_roads(make_recipe(1), data=town_folder, out=tmp_path, resume=True)
    assert not (tmp_path / "touched").exists()


def test_second_run_in_a_folder_is_refused(town_folder: Path, tmp_path: Path) -> None:
    train_roads(make_recipe(1), data=town_folder, out=tmp_path)
    with pytest.raises(TrainingError, match="--resume"):
        train_roads(make_recipe(1), data=town_folder, out=tmp_path)


def test_checkpoint_of_another_network_is_refused(town_folder: Path, tmp_path: Path) -> None:
    train_roads(make_recipe(1), data=town_folder, out=tmp_path)
    wider = replace(make_recipe(2), network=NetworkOptions(options={**TINY, "head": 8}))
    with pytest.raises(TrainingError, match="another network"):
        train_roads(wider, data=town_folder, out=tmp_path, resume=True)
