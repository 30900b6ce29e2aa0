"""Judge a network on images that it does not learn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.evaluation.buffer import compare
from engine.frames import RowCol
from engine.networks.candidates import Candidates, find_candidates
from engine.networks.layout import STRIDE_PX
from engine.roads.decode import DecodeOptions, decode
from engine.roads.graph import RoadGraph
from engine.roads.refine import Extent
from training.augment import normalise
from training.config import AugmentOptions, Recipe, SamplingOptions
from training.datasets import Crop, Gallery, RoadImage, collect, draw_crop
from training.losses import TERMS, graph_tensor_loss

TOLERANCE_PX = 5.0
"""A road counts as found within this distance: the truth itself is up to 3 m off."""

_BATCH = 8
_LARGEST_TILE_PX = 2048
_PX_PER_CANDIDATE = 100
"""A network that has learned little sees vertices everywhere; true ones have this much room."""

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


def _shows_roads(image: RoadImage) -> bool:
    """Whether a road vertex lies on the part of an image that is judged."""
    limit = np.minimum(image.valid.shape, _LARGEST_TILE_PX)
    places = np.floor(image.graph.vertices).astype(int)
    places = places[((places >= 0) & (places < limit)).all(axis=1)]
    return bool(image.valid[tuple(places.T)].any())


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
    largest = sorted(filter(_shows_roads, images), key=lambda image: -int(image.valid.sum()))
    return Exam(crops, largest[: recipe.validation.tiles])


@torch.no_grad()
def crop_losses(
    network: Callable[[Tensor], Tensor], crops: Sequence[Crop], recipe: Recipe, device: torch.device
) -> dict[str, float]:
    """Return the mean of every loss term over crops.

    Args:
        network: Maps (B, 3, S, S) to logits (B, 28, S, S).
        crops: What to judge on; not empty.
        recipe: Weights of the loss.
        device: Where the network lives.
    """
    sums = dict.fromkeys(TERMS, 0.0)
    for start in range(0, len(crops), _BATCH):
        part = crops[start : start + _BATCH]
        batch = collect(part).on(device)
        losses = graph_tensor_loss(network(batch.image), batch, recipe.loss)
        for name in TERMS:
            sums[name] += float(getattr(losses, name)) * len(part)
    return {name: value / len(crops) for name, value in sums.items()}


@torch.no_grad()
def predict_tile(
    network: Callable[[Tensor], Tensor],
    rgb: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    *,
    device: torch.device,
    options: DecodeOptions,
) -> RoadGraph[RowCol]:
    """Extract the roads of one image in one piece.

    Args:
        network: Maps (1, 3, H, W) to logits (1, 28, H, W).
        rgb: (3, H, W).
        valid: (H, W), where there is an image.
        device: Where the network lives.
        options: How to decode.
    """
    height, width = valid.shape
    image = torch.from_numpy(normalise(rgb.astype(np.float32)))[None].to(device)
    image = functional.pad(image, (0, -width % STRIDE_PX, 0, -height % STRIDE_PX), mode="replicate")
    planes = network(image.to(memory_format=torch.channels_last))[0, :, :height, :width]
    shown = torch.from_numpy(valid).to(device)
    found = find_candidates(planes, threshold=options.vertex_threshold, valid=shown, logits=True)
    return decode(_likeliest(found, valid.size // _PX_PER_CANDIDATE), options, extent=Extent(height, width))


def _likeliest(candidates: Candidates, most: int) -> Candidates:
    if len(candidates) <= most:
        return candidates
    return candidates.select(np.sort(np.argsort(-candidates.vertex_probability, kind="stable")[:most]))


def judge_tiles(
    network: Callable[[Tensor], Tensor],
    tiles: Sequence[RoadImage],
    *,
    device: torch.device,
    options: DecodeOptions | None = None,
) -> dict[str, float]:
    """Decode whole images and compare their roads with the truth, by length within 5 px.

    Args:
        network: Maps (1, 3, H, W) to logits (1, 28, H, W).
        tiles: Images with roads; larger ones are judged on their upper left 2048 px.
        device: Where the network lives.
        options: How to decode.

    Returns:
        Completeness, correctness and their harmonic mean ("f1") over all tiles together.
    """
    true_px = found_px = predicted_px = right_px = 0.0
    for tile in tiles:
        rgb = tile.rgb[:, :_LARGEST_TILE_PX, :_LARGEST_TILE_PX]
        valid = tile.valid[:_LARGEST_TILE_PX, :_LARGEST_TILE_PX]
        graph = predict_tile(network, rgb, valid, device=device, options=options or DecodeOptions())
        score = compare(graph, tile.graph, tolerance=TOLERANCE_PX, valid=valid)
        true_px += score.truth_length
        found_px += score.completeness * score.truth_length
        predicted_px += score.predicted_length
        right_px += score.correctness * score.predicted_length
    completeness = found_px / true_px if true_px else 0.0
    correctness = right_px / predicted_px if predicted_px else 0.0
    both = completeness + correctness
    f1 = 2.0 * completeness * correctness / both if both else 0.0
    return {"completeness": completeness, "correctness": correctness, "f1": f1}


def examine(
    network: nn.Module, exam: Exam, recipe: Recipe, *, device: torch.device
) -> tuple[float, dict[str, float]]:
    """Judge a network in evaluation mode on crops and tiles.

    Returns:
        The score that decides which state is best (that of the decoded roads where there are tiles,
        else the negative loss), and all figures by name.
    """
    figures = {}
    score = float("-inf")
    if exam.crops:
        figures = {
            f"loss_{name}": value for name, value in crop_losses(network, exam.crops, recipe, device).items()
        }
        score = -figures["loss_total"]
    if exam.tiles:
        roads = judge_tiles(network, exam.tiles, device=device)
        figures |= roads
        score = roads["f1"]
    return score, figures
