"""What a run tells while it goes on: a bar on the terminal, curves and pictures for TensorBoard."""

import importlib
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from training.config import TrainingError
from training.task import TOTAL, TaskRecipe

_CURVES = "curves"
_STEPS_PER_POINT = 50


def _follow_on_server(project: str, recipe: TaskRecipe, out: Path) -> None:
    """Copy the curves of this run to a Weights & Biases project."""
    try:
        wandb = importlib.import_module("wandb")
    except ImportError as error:
        raise TrainingError(
            "The recipe asks for Weights & Biases, which is not installed: install plumbline[wandb]."
        ) from error
    wandb.init(project=project, name=out.name, dir=str(out), config=asdict(recipe), sync_tensorboard=True)


class Journal:
    """Silent on all processes but the first of several that train together."""

    def __init__(self, out: Path, recipe: TaskRecipe, *, first: bool, step: int) -> None:
        if first and recipe.run.wandb:
            _follow_on_server(recipe.run.wandb, recipe, out)
        self._writer = SummaryWriter(str(out / _CURVES)) if first else None
        self._bar = tqdm(
            total=recipe.run.steps,
            initial=step,
            unit="step",
            disable=not first,
            smoothing=0.05,
            mininterval=5,
        )
        self._batch = recipe.run.batch
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._count = 0
        self._since = time.monotonic()

    def note_step(self, step: int, losses: Mapping[str, Tensor], rate: float) -> None:
        """Note one step's losses, ``TOTAL`` among them; now and then write their means."""
        for name, value in losses.items():
            self._sums[name] += float(value.detach())
        self._count += 1
        self._bar.update()
        if self._count < _STEPS_PER_POINT:
            return
        now = time.monotonic()
        means = {name: value / self._count for name, value in self._sums.items()}
        crops_per_s = self._count * self._batch / max(now - self._since, 1e-9)
        self._bar.set_postfix(loss=f"{means[TOTAL]:.4f}", crops_per_s=f"{crops_per_s:.1f}", refresh=False)
        self.write("train", means | {"rate": rate, "crops_per_s": crops_per_s}, step)
        self._count, self._since = 0, now
        self._sums.clear()

    def write(self, group: str, figures: Mapping[str, float], step: int) -> None:
        """Write figures."""
        if self._writer:
            for name, value in figures.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)
            self._writer.flush()

    def show(self, picture: Tensor, step: int) -> None:
        """Write a picture (3, H, W) of some crops, in 0 .. 1."""
        if self._writer:
            self._writer.add_image("crops", picture, step)

    def say(self, message: str) -> None:
        """Print a line above the bar."""
        if not self._bar.disable:
            tqdm.write(message, file=self._bar.fp)

    def close(self) -> None:
        """End the bar and the curves."""
        self._bar.close()
        if self._writer:
            self._writer.close()
