"""Judge a network on images that it does not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from training.config import AugmentOptions, Recipe, SamplingOptions
from training.datasets import Crop, Gallery, RoadImage, collect, draw_crop
from training.losses import TERMS, graph_tensor_loss

_ANYWHERE = SamplingOptions(uniform=1.0, junctions=0.0, parallels=0.0, overpasses=0.0, min_valid=0.5)
_AS_IT_IS = replace(AugmentOptions(), rotation_probability=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """What a network is judged on; the same each time.

    Attributes:
        crops: Crops on which the loss is taken.
        tiles: Whole images that are decoded.
    """

    crops: Sequence[Crop]
    tiles: Sequence[RoadImage]


def set_exam(images: Sequence[RoadImage], recipe: Recipe) -> Exam:
    """Choose crops, spread over the valid area, and the tiles with the largest valid area.

    Args:
        images: Validation images.
        recipe: Numbers of crops and tiles, side of a crop, seed.
    """
    rng = np.random.default_rng([recipe.run.seed, 0xE8A])
    gallery = Gallery.hang(images)
    crops = [
        draw_crop(rng, gallery, recipe.run.crop_px, sampling=_ANYWHERE, options=_AS_IT_IS, vary=False)
        for _ in range(recipe.validation.crops)
    ]
    largest = np.argsort([-image.valid.sum() for image in images], kind="stable")[: recipe.validation.tiles]
    return Exam(crops, [images[number] for number in largest])


@torch.no_grad()
def crop_losses(network: nn.Module, exam: Exam, recipe: Recipe, device: torch.device) -> dict[str, float]:
    """Return the mean of every loss term over the exam's crops.

    Args:
        network: In evaluation mode, called as it is (with its own precision).
        exam: What to judge on.
        recipe: Weights of the loss.
        device: Where the network lives.
    """
    sums: dict[str, float] = {}
    size = 8
    for start in range(0, len(exam.crops), size):
        part = exam.crops[start : start + size]
        batch = collect(part).on(device)
        losses = graph_tensor_loss(network(batch.image), batch, recipe.loss)
        for name in TERMS:
            sums[name] = sums.get(name, 0.0) + float(getattr(losses, name)) * len(part)
    return {name: value / len(exam.crops) for name, value in sums.items()}
