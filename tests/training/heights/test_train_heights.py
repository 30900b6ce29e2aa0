"""A network learns heights and lean from towns, stops and goes on as one run, and arrives in the engine."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from engine.networks.weights import load_weights
from engine.progress import Silent
from training.__main__ import main
from training.checkpoint import Checkpoint, read_checkpoint
from training.config import CheckpointOptions, OptimiserOptions, RunOptions, TrainingError
from training.export import export_weights
from training.heights.config import (
    HeightAugmentOptions,
    HeightNetworkOptions,
    HeightRecipe,
    HeightSource,
    HeightValidationOptions,
)
from training.heights.losses import HeightLossOptions
from training.heights.task import HeightTask
from training.loop import BEST, LAST, train

TINY = {
    "stem": 8,
    "widths": [8, 8, 8, 16],
    "blocks": [1, 1, 1],
    "dilations": [1],
    "decoder": [8, 8, 8, 8],
    "head": 8,
}
FIGURES = {"height_r2", "flow_r2", "height_rmse_m", "angle_median_deg", "scale_error_px_per_m"}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:lightning_fabric")


def train_heights(
    recipe: HeightRecipe, *, data: Path, out: Path, start: str | None = None, **how: Any
) -> Checkpoint:
    return train(HeightTask(recipe, data, start), out, **how)


def make_recipe(steps: int) -> HeightRecipe:
    return HeightRecipe(
        run=RunOptions(steps=steps, batch=2, crop_px=64, precision="32-true", accelerator="cpu", workers=0),
        network=HeightNetworkOptions(options=TINY),
        sources=(HeightSource("scenes", pool=2, size_px=96, refresh_steps=8),),
        loss=HeightLossOptions(errors="r2"),
        optimiser=OptimiserOptions(rate=3e-3, warmup_steps=2, average_decay=0.9, weight_decay=0.01),
        validation=HeightValidationOptions(scenes=2, scene_px=96, off_nadir_deg=(10.0, 30.0), every_steps=3),
        checkpoint=CheckpointOptions(every_steps=100, every_minutes=None, pictures_every_steps=2),
    )


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of four steps; for reading."""
    folder = tmp_path_factory.mktemp("first")
    train_heights(make_recipe(4), data=folder, out=folder)
    return folder


def test_resumed_run_equals_undisturbed_run_to_the_last_bit(first_run: Path, tmp_path: Path) -> None:
    undisturbed = train_heights(make_recipe(6), data=tmp_path, out=tmp_path / "straight")
    (tmp_path / LAST).write_bytes((first_run / LAST).read_bytes())
    resumed = train_heights(make_recipe(6), data=tmp_path, out=tmp_path, resume=True)
    assert undisturbed.step == resumed.step == 6
    for name in ("network", "average"):
        before, after = getattr(undisturbed, name), getattr(resumed, name)
        assert all(torch.equal(before[key], after[key]) for key in before)
    assert undisturbed.scores == resumed.scores


def test_figures_stand_beside_those_of_the_trivial_predictor(first_run: Path) -> None:
    kept = read_checkpoint(first_run / BEST)
    assert set(kept.scores) >= FIGURES | {f"trivial_{name}" for name in FIGURES - {"angle_median_deg"}}
    assert kept.best_score == pytest.approx((kept.scores["height_r2"] + kept.scores["flow_r2"]) / 2)
    assert kept.scores["trivial_height_r2"] == pytest.approx(0.0, abs=1e-6)
    assert list((first_run / "curves").glob("events*"))


def test_loss_falls(tmp_path: Path) -> None:
    """On the crops of the first steps, which are seen again: what is learned is what is asked."""
    start = make_recipe(60)
    recipe = replace(
        start,
        sources=tuple(replace(source, refresh_steps=100) for source in start.sources),
        augment=HeightAugmentOptions(rotation_probability=0.0, rescale=(1.0, 1.0), stretch_probability=0.0),
        optimiser=replace(start.optimiser, rate=1e-2),
    )
    task = HeightTask(recipe, tmp_path)
    batches = [task.load_batches(0, Silent())[step] for step in range(3)]

    def loss(state: Checkpoint) -> float:
        network = task.make_network().train()
        network.load_state_dict(state.network)
        torch.manual_seed(1)
        with torch.no_grad():
            return sum(float(task.losses(network(*batch.inputs), batch)["total"]) for batch in batches)

    alone = replace(recipe, validation=HeightValidationOptions(scenes=0))
    early = train_heights(replace(alone, run=replace(recipe.run, steps=1)), data=tmp_path, out=tmp_path / "a")
    late = train_heights(alone, data=tmp_path, out=tmp_path / "b")
    assert loss(late) < 0.8 * loss(early)
    assert not (tmp_path / "b" / BEST).exists()


def test_both_networks_learn(tmp_path: Path) -> None:
    small = {"encoder": [8, 8, 8, 8], "blocks": [1, 1, 1, 1], "decoder": [8, 8, 8, 8, 8]}
    recipe = replace(make_recipe(1), network=HeightNetworkOptions("geopose", small))
    ended = train_heights(recipe, data=tmp_path, out=tmp_path)
    assert ended.step == 1
    assert set(ended.scores) >= FIGURES


def test_exported_weights_arrive_in_the_engine(first_run: Path, tmp_path: Path) -> None:
    out = tmp_path / "heights.safetensors"
    arguments = [str(first_run / LAST), str(out), "--name", "own-heights", "--trained-on", "Scenes | CC0-1.0"]
    result = CliRunner().invoke(main, ["export", *arguments, "--m-per-px", "0.7"])
    assert result.exit_code == 0, result.output
    loaded = load_weights(out)
    loaded.require("heights")
    assert (loaded.card.name, loaded.card.architecture) == ("own-heights", "compact-geopose")
    assert loaded.card.scores[0].command == "python -m training heights (step 4)"
    assert set(loaded.card.scores[0].values) >= FIGURES
    assert loaded.card.thresholds == {}
    average = read_checkpoint(first_run / LAST).average
    assert average is not None
    for name, value in loaded.network.state_dict().items():
        assert torch.allclose(value, average[name], rtol=1e-3, atol=1e-6)


def test_heights_have_no_thresholds(first_run: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no decoder"):
        export_weights(
            first_run / LAST, tmp_path / "a.safetensors", name="a", thresholds={"vertex_threshold": 0.1}
        )
    assert not list(tmp_path.iterdir())


def test_run_starts_from_known_weights(first_run: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.safetensors"
    export_weights(first_run / LAST, known, name="known")
    task = HeightTask(make_recipe(1), tmp_path, start=str(known))
    loaded = load_weights(known).network.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in task.make_network().state_dict().items())
    wider = replace(make_recipe(1), network=HeightNetworkOptions(options={**TINY, "head": 16}))
    with pytest.raises(TrainingError, match="tensors of the recipe's network"):
        HeightTask(wider, tmp_path, start=str(known)).make_network()


def test_picture_shows_unknown_heights_blue(tmp_path: Path) -> None:
    task = HeightTask(make_recipe(1), tmp_path)
    batch = task.load_batches(0, Silent())[0]
    valid = batch.valid.clone()
    valid[0, :, :32] = False
    batch = batch._replace(valid=valid)
    with torch.no_grad():
        drawn = task.draw(task.make_network().eval()(*batch.inputs), batch)
    assert drawn.shape == (3, 2 * 64, 3 * 64)
    assert 0.0 <= float(drawn.min()) <= float(drawn.max()) <= 1.0
    unknown = drawn[:, :32, 128:]
    assert torch.equal(unknown, torch.tensor([0.0, 0.0, 1.0])[:, None, None].expand_as(unknown))


RECIPE = """
[run]
steps = 2
batch = 1
crop_px = 64
precision = "32-true"
accelerator = "cpu"
workers = 0
[network.options]
stem = 8
widths = [8, 8, 8, 8]
blocks = [1, 1, 1]
dilations = [1]
decoder = [8, 8, 8, 8]
head = 8
[[sources]]
kind = "scenes"
pool = 1
size_px = 96
[validation]
scenes = 0
"""


def test_command_trains_and_resumes(tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.toml", tmp_path / "out"
    recipe.write_text(RECIPE, encoding="utf-8")
    command = ["heights", "--config", str(recipe), "--data", str(tmp_path), "--out", str(out)]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    assert read_checkpoint(out / LAST).step == 2
    assert isinstance(CliRunner().invoke(main, command).exception, TrainingError)
    recipe.write_text(RECIPE.replace("steps = 2", "steps = 3"), encoding="utf-8")
    assert CliRunner().invoke(main, [*command, "--resume"]).exit_code == 0
    assert read_checkpoint(out / LAST).step == 3
