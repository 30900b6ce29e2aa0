"""Judge weights for heights on images that no run has learned from or chosen by."""

from functools import partial
from pathlib import Path

import torch

from engine.networks.device import choose_device
from engine.networks.weights import load_weights
from engine.progress import Progress
from training.config import TrainingError
from training.heights.config import HeightRecipe, HeightSource
from training.heights.exam import judge_heights, judged_height_part
from training.heights.sources import HELD_OUT_SCENES, load_height_images


def judge_height_weights(
    weights: str, recipe: HeightRecipe, data: Path, *, scenes: int, progress: Progress | None = None
) -> dict[str, dict[str, float]]:
    """Judge weights, image by image as a whole, on fresh scenes and on the recipe's validation folders.

    The scenes are rendered as the recipe's validation asks, but are others: by its scenes the best state of a
    run was chosen.

    Args:
        weights: Name of shipped weights, or a file.
        recipe: Says what scenes look like, and names the folders.
        data: Folder that its paths are relative to.
        scenes: How many to render; none where 0.
        progress: Told of loading.

    Returns:
        For the scenes and for each folder, figures by name as ``judge_heights`` has them.

    Raises:
        TrainingError: A source is not usable, or there is nothing to judge by.
        WeightsError: There are no such weights, or they are those of a network for roads.
        RasterError: An image cannot be read.
    """
    options = recipe.validation
    rendered = HeightSource(
        "scenes",
        pool=scenes,
        size_px=options.scene_px,
        m_per_px=options.m_per_px,
        off_nadir_deg=options.off_nadir_deg,
    )
    sources = {**({"scenes": rendered} if scenes else {}), **{each.path: each for each in options.sources}}
    if not sources:
        raise TrainingError("There is nothing to judge by: ask for scenes, or name folders in the recipe.")
    loaded, device = load_weights(weights), choose_device()
    loaded.require("heights")
    network = loaded.network.eval().to(device.torch_device)
    judge = partial(judge_heights, network, device=device.torch_device)
    figures = {}
    for name, source in sources.items():
        images = load_height_images(source, data, first_scene=HELD_OUT_SCENES, progress=progress)
        with torch.autocast(device.torch_device.type, torch.bfloat16, enabled=device.dtype is torch.bfloat16):
            figures[name] = judge([judged_height_part(image) for image in images])
    return figures
