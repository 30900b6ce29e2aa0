"""The loop knows nothing of roads: it trains whatever a task defines, and keeps the best by its score."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

import pytest
import torch
from torch import Tensor, nn

from engine.progress import Progress
from training.checkpoint import read_checkpoint
from training.config import (
    CheckpointOptions,
    OptimiserOptions,
    Recipe,
    RunOptions,
    TrainingError,
    ValidationOptions,
)
from training.loop import BEST, LAST, train
from training.task import TOTAL, Examiner, Verdict

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:lightning_fabric")


class Slope(NamedTuple):
    """A batch of a task that has no roads: heights of ramps."""

    image: Tensor
    height: Tensor

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (self.image,)

    def on(self, device: torch.device) -> Self:
        return type(self)(*(part.to(device) for part in self))


class Slopes:
    def __getitem__(self, step: int) -> Slope:
        image = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(step))
        return Slope(image, image.sum(dim=1, keepdim=True))


@dataclass(frozen=True)
class SlopeTask:
    recipe: Recipe
    scores: Mapping[int, float] = field(default_factory=dict)
    measure: str = "heights"

    def make_network(self) -> nn.Module:
        return nn.Conv2d(3, 1, 1)

    def load_batches(self, rank: int, progress: Progress) -> Slopes:
        return Slopes()

    def load_examiner(self, progress: Progress) -> Examiner | None:
        scores = iter(self.scores.values())
        return lambda network, device: Verdict(self.measure, score := next(scores), {"height": score})

    def losses(self, output: Tensor, batch: Slope) -> Mapping[str, Tensor]:
        error = (output - batch.height).abs().mean()
        return {TOTAL: 2.0 * error, "height": error}

    def draw(self, output: Tensor, batch: Slope) -> Tensor:
        return output[0].sigmoid().expand(3, 4, 4)


def make_recipe(steps: int) -> Recipe:
    return Recipe(
        run=RunOptions(steps=steps, precision="32-true", accelerator="cpu", workers=0),
        optimiser=OptimiserOptions(rate=0.05),
        validation=ValidationOptions(path=".", every_steps=2),
        checkpoint=CheckpointOptions(every_steps=100, every_minutes=None, pictures_every_steps=3),
    )


def test_any_task_learns(tmp_path: Path) -> None:
    task = SlopeTask(make_recipe(120), dict.fromkeys(range(60), 0.5))
    ended = train(task, tmp_path)
    assert torch.allclose(ended.network["weight"].flatten(), torch.ones(3), atol=0.15)
    assert list((tmp_path / "curves").glob("events*"))


def test_best_is_the_state_with_the_greatest_score(tmp_path: Path) -> None:
    train(SlopeTask(make_recipe(8), {2: 0.3, 4: 0.9, 6: 0.9, 8: 0.5}), tmp_path)
    best, last = read_checkpoint(tmp_path / BEST), read_checkpoint(tmp_path / LAST)
    assert (best.step, best.best_score, best.scores) == (4, 0.9, {"height": 0.9})
    assert (last.step, last.best_score, last.scores) == (8, 0.9, {"height": 0.5})
    assert best.measure == last.measure == "heights"


def test_resumed_run_compares_with_the_best_so_far(tmp_path: Path) -> None:
    train(SlopeTask(make_recipe(2), {2: 0.9}), tmp_path)
    train(SlopeTask(make_recipe(6), {4: 0.4, 6: 0.95}), tmp_path, resume=True)
    assert read_checkpoint(tmp_path / BEST).step == 6
    train(SlopeTask(make_recipe(8), {8: 0.4}), tmp_path, resume=True)
    assert read_checkpoint(tmp_path / BEST).step == 6


def test_the_last_state_is_judged_whatever_the_schedule(tmp_path: Path) -> None:
    train(SlopeTask(make_recipe(3), {2: 0.4, 3: 0.9}), tmp_path)
    assert read_checkpoint(tmp_path / BEST).step == 3


def test_the_average_goes_on_where_it_was(tmp_path: Path) -> None:
    recipe = replace(make_recipe(4), optimiser=OptimiserOptions(rate=0.05, average_decay=0.5))
    task = SlopeTask(recipe, {2: 0.5, 4: 0.5})
    ended, resumed = train(task, tmp_path), train(task, tmp_path, resume=True)
    assert ended.average is not None
    assert resumed.average is not None
    assert torch.equal(ended.average["weight"], resumed.average["weight"])
    assert not torch.equal(ended.average["weight"], ended.network["weight"])


def test_scores_of_another_measure_are_not_compared(tmp_path: Path) -> None:
    train(SlopeTask(make_recipe(2), {2: 0.9}), tmp_path)
    train(SlopeTask(make_recipe(6), {4: 0.4, 6: 0.3}, measure="slopes"), tmp_path, resume=True)
    best = read_checkpoint(tmp_path / BEST)
    assert (best.step, best.best_score, best.measure) == (4, 0.4, "slopes")


def test_checkpoint_from_before_measures_were_noted_resumes(tmp_path: Path) -> None:
    train(SlopeTask(make_recipe(2), {2: 0.9}), tmp_path)
    state = torch.load(tmp_path / LAST, weights_only=True)
    del state["measure"]
    torch.save(state, tmp_path / LAST)
    assert read_checkpoint(tmp_path / LAST).measure == ""
    train(SlopeTask(make_recipe(4), {4: 0.4}), tmp_path, resume=True)
    assert read_checkpoint(tmp_path / BEST).step == 4


@pytest.mark.parametrize("change", [{"step": None}, {"colour": 3}])
def test_file_with_other_fields_is_no_checkpoint(change: dict[str, int | None], tmp_path: Path) -> None:
    train(SlopeTask(make_recipe(1), {1: 0.9}), tmp_path)
    state = torch.load(tmp_path / LAST, weights_only=True) | change
    torch.save({name: value for name, value in state.items() if value is not None}, tmp_path / LAST)
    with pytest.raises(TrainingError, match="is no checkpoint of a training run"):
        read_checkpoint(tmp_path / LAST)


def test_without_validation_nothing_is_best(tmp_path: Path) -> None:
    class Unexamined(SlopeTask):
        def load_examiner(self, progress: Progress) -> None:
            return None

    recipe = replace(make_recipe(2), validation=ValidationOptions())
    train(Unexamined(recipe), tmp_path)
    assert not (tmp_path / BEST).exists()
    assert (tmp_path / LAST).exists()
