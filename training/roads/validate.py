"""Judge a road network on images that it does not learn from."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.frames import RowCol
from engine.networks.candidates import Candidates, find_candidates
from engine.networks.device import choose_device
from engine.networks.layout import STRIDE_PX
from engine.networks.weights import load_weights
from engine.progress import Progress
from engine.roads.decode import DecodeOptions, decode
from engine.roads.extract import RoadOptions, decode_options
from engine.roads.graph import RoadGraph
from engine.roads.refine import RasterBorder
from training.augment import normalise
from training.config import Recipe
from training.roads.datasets import Crop, RoadImage, collect
from training.roads.exam import Exam, load_tiles
from training.roads.losses import TERMS, graph_tensor_loss
from training.roads.tile_scores import compare_lengths, compare_topology
from training.task import Verdict

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
"""How probable a vertex is along a road depends on the loss, so its threshold is chosen by trial."""

_BATCH = 8
_PX_PER_CANDIDATE = 100
"""A network that has learned little sees vertices everywhere; true ones have this much room."""


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


def _decode_tile(
    network: Callable[[Tensor], Tensor],
    tile: RoadImage,
    settings: Sequence[DecodeOptions],
    device: torch.device,
) -> list[RoadGraph[RowCol]]:
    """Predict a tile once and decode it with each of the settings."""
    least = min(one.vertex_threshold for one in settings)
    candidates = find_in_tile(network, tile.rgb, tile.valid, device=device, threshold=least)
    border = RasterBorder(*tile.valid.shape)
    return [decode(candidates, one, border=border) for one in settings]


def judge_tiles(
    network: Callable[[Tensor], Tensor],
    tiles: Sequence[RoadImage],
    *,
    device: torch.device,
    thresholds: Sequence[float] = THRESHOLDS,
    options: DecodeOptions | None = None,
    m_per_px: float = 1.0,
) -> dict[str, float]:
    """Decode whole images and compare their roads with the truth.

    The vertex threshold is the one with the best lengths, which are cheap to compare; the roads found
    with it are compared by TOPO and APLS, too.

    Args:
        network: Maps (1, 3, H, W) to logits (1, 28, H, W).
        tiles: Images with roads, each of which the network sees in one piece: see ``training.roads.exam``.
        device: Where the network lives.
        thresholds: Vertex thresholds to try.
        options: How to decode otherwise.
        m_per_px: Ground size of a pixel.

    Returns:
        The figures of ``compare_lengths`` and "vertex_threshold", then those of ``compare_topology``.
    """
    settings = [replace(options or DecodeOptions(), vertex_threshold=one) for one in thresholds]
    by_tile = [_decode_tile(network, tile, settings, device) for tile in tiles]
    found = dict(zip(thresholds, zip(*by_tile, strict=True), strict=True))
    lengths = {threshold: compare_lengths(graphs, tiles) for threshold, graphs in found.items()}
    best = max(lengths, key=lambda threshold: lengths[threshold]["f1"])
    return (
        lengths[best] | {"vertex_threshold": best} | compare_topology(found[best], tiles, m_per_px=m_per_px)
    )


def grade(figures: dict[str, float]) -> tuple[str, float]:
    """Return what decides between two states of a network, and its value: more is better.

    Mean of TOPO F1 and APLS; one of them, or the F1 of the lengths, where the tiles allow no better; the
    negative loss where there are no tiles.
    """
    topology = [name for name in ("topo_f1", "apls") if name in figures]
    if topology:
        return " and ".join(topology), sum(figures[name] for name in topology) / len(topology)
    if "f1" in figures:
        return "f1", figures["f1"]
    return "loss_total", -figures["loss_total"]


def examine(network: nn.Module, device: torch.device, *, exam: Exam, recipe: Recipe) -> Verdict:
    """Judge a network in evaluation mode on crops and tiles.

    Args:
        network: To judge.
        device: Where it lives.
        exam: With a crop or a tile at least.
        recipe: Weights of the loss, ground size of pixels.

    Returns:
        All figures, and as score their ``grade``.
    """
    figures: dict[str, float] = {}
    if exam.crops:
        losses = crop_losses(network, exam.crops, recipe, device)
        figures |= {f"loss_{name}": value for name, value in losses.items()}
    if exam.tiles:
        figures |= judge_tiles(network, exam.tiles, device=device, m_per_px=recipe.validation.m_per_px)
    return Verdict(*grade(figures), figures)


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
    tiles = load_tiles(recipe, data, progress=progress)
    with torch.autocast(device.torch_device.type, torch.bfloat16, enabled=device.dtype is torch.bfloat16):
        return judge_tiles(
            network,
            tiles,
            device=device.torch_device,
            thresholds=[options.vertex_threshold] if known else THRESHOLDS,
            options=options,
            m_per_px=loaded.card.m_per_px,
        )
