"""Judge a network on images that it does not learn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.evaluation.buffer import compare
from engine.networks.candidates import Candidates, find_candidates
from engine.networks.device import choose_device
from engine.networks.layout import STRIDE_PX
from engine.networks.weights import load_weights
from engine.progress import Progress
from engine.roads.decode import DecodeOptions, decode
from engine.roads.extract import RoadOptions, decode_options
from engine.roads.refine import RasterBorder
from training.augment import normalise
from training.config import AugmentOptions, Recipe, SamplingOptions, Source, TrainingError
from training.datasets import Crop, Gallery, RoadImage, collect, draw_crop
from training.losses import TERMS, graph_tensor_loss
from training.sources import load_images

TOLERANCE_PX = 5.0
"""A road counts as found within this distance: the truth itself is up to 3 m off."""

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
"""How probable a vertex is along a road depends on the loss, so its threshold is chosen by trial."""

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


def load_exam_images(recipe: Recipe, data: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load the validation images of a recipe: errors as ``load_images``."""
    options = recipe.validation
    source = Source(
        options.kind,
        options.path,
        lines=options.lines,
        m_per_px=options.m_per_px,
        where=options.where,
        part="val",
    )
    return load_images(source, data, progress=progress)


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
def find_in_tile(
    network: Callable[[Tensor], Tensor],
    rgb: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    *,
    device: torch.device,
    threshold: float,
) -> Candidates:
    """Find the vertex candidates of one image in one piece.

    Args:
        network: Maps (1, 3, H, W) to logits (1, 28, H, W).
        rgb: (3, H, W).
        valid: (H, W), where there is an image.
        device: Where the network lives.
        threshold: Least vertex probability.
    """
    height, width = valid.shape
    image = torch.from_numpy(normalise(rgb.astype(np.float32)))[None].to(device)
    image = functional.pad(image, (0, -width % STRIDE_PX, 0, -height % STRIDE_PX), mode="replicate")
    planes = network(image.to(memory_format=torch.channels_last))[0, :, :height, :width]
    shown = torch.from_numpy(valid).to(device)
    found = find_candidates(planes, threshold=threshold, valid=shown, logits=True)
    most = valid.size // _PX_PER_CANDIDATE
    if len(found) <= most:
        return found
    return found.select(np.sort(np.argsort(-found.vertex_probability, kind="stable")[:most]))


@dataclass(slots=True)
class _Lengths:
    """Lengths in pixels, summed over tiles."""

    true: float = 0.0
    found: float = 0.0
    predicted: float = 0.0
    right: float = 0.0

    def figures(self) -> dict[str, float]:
        completeness = self.found / self.true if self.true else 0.0
        correctness = self.right / self.predicted if self.predicted else 0.0
        both = completeness + correctness
        f1 = 2.0 * completeness * correctness / both if both else 0.0
        return {"completeness": completeness, "correctness": correctness, "f1": f1}


def judge_tiles(
    network: Callable[[Tensor], Tensor],
    tiles: Sequence[RoadImage],
    *,
    device: torch.device,
    thresholds: Sequence[float] = THRESHOLDS,
    options: DecodeOptions | None = None,
) -> dict[str, float]:
    """Decode whole images and compare their roads with the truth, by length within 5 px.

    Args:
        network: Maps (1, 3, H, W) to logits (1, 28, H, W).
        tiles: Images with roads; larger ones are judged on their upper left 2048 px.
        device: Where the network lives.
        thresholds: Vertex thresholds to try.
        options: How to decode otherwise.

    Returns:
        Completeness, correctness and their harmonic mean ("f1") over all tiles together, for the
        vertex threshold with the best mean, which is given too.
    """
    sums = {threshold: _Lengths() for threshold in thresholds}
    for tile in tiles:
        rgb = tile.rgb[:, :_LARGEST_TILE_PX, :_LARGEST_TILE_PX]
        valid = tile.valid[:_LARGEST_TILE_PX, :_LARGEST_TILE_PX]
        candidates = find_in_tile(network, rgb, valid, device=device, threshold=min(thresholds))
        for threshold, lengths in sums.items():
            settings = replace(options or DecodeOptions(), vertex_threshold=threshold)
            graph = decode(candidates, settings, border=RasterBorder(*valid.shape))
            score = compare(graph, tile.graph, tolerance=TOLERANCE_PX, valid=valid)
            lengths.true += score.truth_length
            lengths.found += score.completeness * score.truth_length
            lengths.predicted += score.predicted_length
            lengths.right += score.correctness * score.predicted_length
    figures = [lengths.figures() | {"vertex_threshold": threshold} for threshold, lengths in sums.items()]
    return max(figures, key=lambda one: one["f1"])


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


def judge_weights(
    weights: str, recipe: Recipe, data: Path, *, progress: Progress | None = None
) -> dict[str, float]:
    """Judge weights, decoded as extraction does, on every validation image with roads of a recipe.

    The vertex threshold is that of the weights' card; the best of ``THRESHOLDS`` where it has none.

    Args:
        weights: Name of shipped weights, or a file.
        recipe: Names the images.
        data: Folder that the recipe's paths are relative to.
        progress: Told of loading.

    Returns:
        As ``judge_tiles``.

    Raises:
        TrainingError: The images are not usable, or show no road.
        WeightsError: There are no such weights.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    device = choose_device()
    loaded = load_weights(weights)
    options = decode_options(RoadOptions(), loaded.card, loaded.card.m_per_px)
    known = "vertex_threshold" in loaded.card.thresholds
    network = loaded.network.to(device.torch_device)
    tiles = [image for image in load_exam_images(recipe, data, progress=progress) if _shows_roads(image)]
    if not tiles:
        raise TrainingError("No validation image shows a road: name images with roads in [validation].")
    with torch.autocast(device.torch_device.type, torch.bfloat16, enabled=device.dtype is torch.bfloat16):
        return judge_tiles(
            network,
            tiles,
            device=device.torch_device,
            thresholds=[options.vertex_threshold] if known else THRESHOLDS,
            options=options,
        )
