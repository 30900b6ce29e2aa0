"""Road masks as a task: the same crops, schedule and loop as for the graph tensor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.progress import Progress
from training.baseline.unet import MaskUnet
from training.config import NetworkOptions, Recipe
from training.pictures import draw_masks
from training.roads.datasets import Crop, Crops, collect
from training.roads.exam import load_exam
from training.roads.losses import Batch
from training.roads.sources import load_crops
from training.task import TOTAL, Examiner, Verdict

NETWORK = NetworkOptions(name="mask-unet")
"""What a checkpoint of the baseline says of its network."""

THRESHOLDS = tuple(number / 20 for number in range(2, 19))
"""Road probabilities at which the mask is judged: 0.1, 0.15 … 0.9."""

_WIDENING_PX = 1
"""The road plane is 5 px wide, the masks of the data sets 7 px."""

_BATCH = 8


def true_mask(batch: Batch) -> Tensor:
    """Return (B, S, S) bool, true within 3 px of a road's centre line."""
    side = 2 * _WIDENING_PX + 1
    wide = functional.max_pool2d(batch.road[:, None].float(), side, stride=1, padding=_WIDENING_PX)
    return wide[:, 0] > 0.5


def mask_loss(output: Tensor, batch: Batch) -> Tensor:
    """Return the mean cross-entropy of road pixels where there is an image.

    Args:
        output: (B, 1, S, S) logits.
        batch: The truth.
    """
    entropy = functional.binary_cross_entropy_with_logits(
        output[:, 0].float(), true_mask(batch).float(), reduction="none"
    )
    valid = batch.valid.float()
    return (entropy * valid).sum() / valid.sum().clamp_min(1.0)


@torch.no_grad()
def judge_crops(
    network: Callable[[Tensor], Tensor], crops: Sequence[Crop], device: torch.device
) -> dict[str, float]:
    """Judge a network by the pixels of crops.

    Args:
        network: Maps (B, 3, S, S) to logits (B, 1, S, S).
        crops: Not empty.
        device: Where the network lives.

    Returns:
        "loss_total", and the F1 of road pixels over all crops together ("pixel_f1") at the best of
        ``THRESHOLDS`` ("pixel_threshold").
    """
    loss, true = 0.0, 0
    right, predicted = np.zeros(len(THRESHOLDS)), np.zeros(len(THRESHOLDS))
    for start in range(0, len(crops), _BATCH):
        part = crops[start : start + _BATCH]
        batch = collect(part).on(device)
        output = network(batch.image)
        loss += float(mask_loss(output, batch)) * len(part)
        road = true_mask(batch)[batch.valid]
        probability = torch.sigmoid(output[:, 0].float())[batch.valid]
        true += int(road.sum())
        for number, threshold in enumerate(THRESHOLDS):
            found = probability > threshold
            predicted[number] += int(found.sum())
            right[number] += int((found & road).sum())
    f1 = 2.0 * right / np.maximum(predicted + true, 1.0)
    best = int(f1.argmax())
    return {
        "loss_total": loss / len(crops),
        "pixel_f1": float(f1[best]),
        "pixel_threshold": THRESHOLDS[best],
    }


def examine_mask(network: nn.Module, device: torch.device, *, crops: Sequence[Crop]) -> Verdict:
    """Judge a network in evaluation mode by its pixel F1: see ``judge_crops``."""
    figures = judge_crops(network, crops, device)
    return Verdict("pixel_f1", figures["pixel_f1"], figures)


@dataclass(frozen=True, slots=True)
class MaskTask:
    """The U-Net learns road masks.

    Attributes:
        recipe: How; it names the baseline's network.
        data: Folder that the recipe's paths are relative to.
    """

    recipe: Recipe
    data: Path

    def make_network(self) -> nn.Module:
        """Make the U-Net with fresh weights."""
        return MaskUnet()

    def load_batches(self, rank: int, progress: Progress) -> Crops:
        """Load the sources of the recipe: errors as ``load_crops``."""
        return load_crops(self.recipe, self.data, rank=rank, progress=progress)

    def load_examiner(self, progress: Progress) -> Examiner | None:
        """Load the validation images of the recipe: errors as ``load_images``."""
        exam = load_exam(self.recipe, self.data, progress=progress)
        return partial(examine_mask, crops=exam.crops) if exam and exam.crops else None

    def losses(self, output: Tensor, batch: Batch) -> Mapping[str, Tensor]:
        """Compare predicted masks with the truth."""
        return {TOTAL: mask_loss(output, batch)}

    def draw(self, output: Tensor, batch: Batch) -> Tensor:
        """Draw masks, predicted and true."""
        return draw_masks(output, true_mask(batch)[: len(output)], batch)


def mask_task(recipe: Recipe, data: Path) -> MaskTask:
    """Take a recipe, which may be that of a road network, for the baseline: only the network is another.

    Args:
        recipe: Sources, sampling, schedule and length stay as they are.
        data: Folder that the recipe's paths are relative to.
    """
    return MaskTask(replace(recipe, network=NETWORK), data)
