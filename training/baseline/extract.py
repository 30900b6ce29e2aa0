"""Run a trained baseline on images: road probabilities, and a graph file for each image."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from engine.errors import OutputError
from engine.networks.device import Device, choose_device
from engine.networks.layout import STRIDE_PX
from engine.progress import Progress, Silent
from engine.raster.blank import find_valid
from engine.raster.windows import tile
from engine.roads.formats import GraphFile, write_graph
from training.augment import normalise
from training.baseline.unet import MaskUnet
from training.baseline.vectorise import VectoriseOptions, vectorise
from training.checkpoint import read_checkpoint
from training.config import TrainingError
from training.images import read_pixels
from training.roads.sources import find_images

_CORE_PX, _MARGIN_PX = 1024, 64
"""Windows as in the engine's extraction: the same context, and memory that does not grow."""


def load_mask_network(checkpoint: Path) -> MaskUnet:
    """Load the averaged weights of a checkpoint, or its own where it has none.

    Raises:
        TrainingError: It cannot be read, or is of another network.
    """
    state = read_checkpoint(checkpoint)
    network = MaskUnet()
    try:
        network.load_state_dict(state.average or state.network)
    except RuntimeError as error:
        raise TrainingError(
            f"{checkpoint} holds no U-Net of the baseline: name a checkpoint of `baseline train`."
        ) from error
    return network.eval()


@torch.inference_mode()
def predict_road(
    network: MaskUnet, rgb: NDArray[np.uint8], device: Device | None = None
) -> NDArray[np.float32]:
    """Predict the road probability of each pixel.

    Args:
        network: In evaluation mode; moved to the device.
        rgb: (3, H, W).
        device: Where to run; a GPU where there is one when absent.

    Returns:
        (H, W) in [0, 1].
    """
    device = device or choose_device()
    place = device.torch_device
    network = network.to(place, memory_format=torch.channels_last)  # type: ignore[call-overload]
    height, width = rgb.shape[1:]
    probability = np.empty((height, width), dtype=np.float32)
    reduced = torch.autocast(place.type, torch.bfloat16, enabled=device.dtype is torch.bfloat16)
    for each in tile(height, width, core_px=_CORE_PX, margin_px=_MARGIN_PX, stride_px=STRIDE_PX):
        seen = normalise(rgb[:, *each.window.slices].astype(np.float32))
        image = torch.from_numpy(seen)[None].to(place, memory_format=torch.channels_last)
        padding = (0, -each.window.width % STRIDE_PX, 0, -each.window.height % STRIDE_PX)
        with reduced:
            output = network(functional.pad(image, padding, mode="replicate"))
        row, col = each.core.row - each.window.row, each.core.col - each.window.col
        core = output[0, 0, row : row + each.core.height, col : col + each.core.width]
        probability[each.core.slices] = torch.sigmoid(core.float()).cpu().numpy()
    return probability


def _images(folder: Path) -> list[Path]:
    """List the images of a folder, at least one, no two of which differ in their suffix only."""
    paths = find_images(folder)
    if not paths:
        raise TrainingError(f"{folder} holds no images: name a folder with png, webp, jpg or tif files.")
    for before, after in pairwise(paths):
        if before.stem == after.stem:
            raise TrainingError(
                f"{folder} holds both {before.name} and {after.name}, whose graphs would have one name: "
                "rename one."
            )
    return paths


def extract_folder(
    checkpoint: Path,
    images: Path,
    out: Path,
    *,
    options: VectoriseOptions,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the roads of every image NAME of a folder to ``out``/NAME.p, in pixels.

    Args:
        checkpoint: Of the baseline.
        images: Folder of images; NAME_mask files are passed over, and blank paper holds no road.
        out: Folder; made when absent.
        options: How to vectorise.
        progress: Told after each image.

    Returns:
        The files written, in the order of their names.

    Raises:
        TrainingError: The checkpoint or the folder cannot be used, or two images share a name.
        RasterError: An image cannot be read.
        OutputError: A graph cannot be written.
    """
    progress = progress or Silent()
    network, paths = load_mask_network(checkpoint), _images(images)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made ({error}): choose another folder.") from error
    written = []
    for number, path in enumerate(paths):
        pixels = read_pixels(path)
        valid = pixels.valid & find_valid(pixels.rgb)
        graph = vectorise(predict_road(network, pixels.rgb), options, valid=valid)
        written.append(out / f"{path.stem}.p")
        write_graph(written[-1], GraphFile(graph, "pixel"))
        progress.report(number + 1, len(paths), "extracting")
    return written
