"""What a run tells while it goes on: a bar on the terminal, curves and pictures for TensorBoard."""

import importlib
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from engine.networks.layout import ROAD, VERTEX
from training.augment import IMAGE_SCALE
from training.config import Recipe, TrainingError
from training.losses import TERMS, Batch, Losses

_CURVES = "curves"
_STEPS_PER_POINT = 50


def _follow_on_server(project: str, recipe: Recipe, out: Path) -> None:
    """Copy the curves of this run to a Weights & Biases project."""
    try:
        wandb = importlib.import_module("wandb")
    except ImportError as error:
        raise TrainingError(
            "The recipe asks for Weights & Biases, which is not installed: install plumbline[wandb]."
        ) from error
    wandb.init(project=project, name=out.name, dir=str(out), config=asdict(recipe), sync_tensorboard=True)


def draw_pictures(batch: Batch, output: Tensor) -> Tensor:
    """Draw crops, what is predicted and what is true side by side.

    Args:
        batch: Crops.
        output: (B, 28, S, S) logits for the first B crops of the batch.

    Returns:
        (3, B·S, 3·S) in 0 .. 1; roads red, vertices green.
    """
    count = len(output)
    image = (batch.image[:count].float() / IMAGE_SCALE + 0.5).clamp(0.0, 1.0)
    output = output.float()
    road = torch.sigmoid(output[:, ROAD] - output[:, ROAD + 1])
    vertex = torch.sigmoid(output[:, VERTEX] - output[:, VERTEX + 1])
    true_vertex = torch.zeros(batch.valid.numel(), device=image.device)
    true_vertex[batch.pixel] = batch.share
    true_vertex = true_vertex.view_as(batch.valid)[:count]
    nothing = torch.zeros_like(road)
    predicted = torch.stack([road, vertex, nothing], dim=1)
    truth = torch.stack([batch.road[:count].float(), true_vertex, (~batch.valid[:count]).float()], dim=1)
    rows = torch.cat([image, predicted, truth], dim=3)  # (B, 3, S, 3S)
    return rows.permute(1, 0, 2, 3).flatten(1, 2).cpu()


class Journal:
    """Silent on all processes but the first of several that train together."""

    def __init__(self, out: Path, recipe: Recipe, *, first: bool, step: int) -> None:
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
        self._sums = dict.fromkeys(TERMS, 0.0)
        self._count = 0
        self._since = time.monotonic()

    def note_step(self, step: int, losses: Losses, rate: float) -> None:
        """Note one step's losses; now and then write their means."""
        for name in TERMS:
            self._sums[name] += float(getattr(losses, name).detach())
        self._count += 1
        self._bar.update()
        if self._count < _STEPS_PER_POINT:
            return
        now = time.monotonic()
        means = {name: value / self._count for name, value in self._sums.items()}
        crops_per_s = self._count * self._batch / max(now - self._since, 1e-9)
        self._bar.set_postfix(loss=f"{means['total']:.4f}", crops_per_s=f"{crops_per_s:.1f}", refresh=False)
        self.write("train", means | {"rate": rate, "crops_per_s": crops_per_s}, step)
        self._sums, self._count, self._since = dict.fromkeys(TERMS, 0.0), 0, now

    def write(self, group: str, figures: Mapping[str, float], step: int) -> None:
        """Write figures."""
        if self._writer:
            for name, value in figures.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)
            self._writer.flush()

    def show(self, batch: Batch, output: Tensor, step: int) -> None:
        """Write a picture of some crops."""
        if self._writer:
            self._writer.add_image("crops", draw_pictures(batch, output), step)

    def say(self, message: str) -> None:
        """Print a line above the bar."""
        if not self._bar.disable:
            tqdm.write(message, file=self._bar.fp)

    def close(self) -> None:
        """End the bar and the curves."""
        self._bar.close()
        if self._writer:
            self._writer.close()
