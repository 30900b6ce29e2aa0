"""Judge a network for heights on whole images that it does not learn from.

Images whose view is known are scored as the Overhead Geopose Challenge does, all as one city: the mean of the
R² of heights and of the R² of flow. Images whose view is not known are judged by their heights alone, with
figures of their own. Beside both stands what somebody who knows nothing but the mean height would reach.
"""

from collections.abc import Callable, Sequence
from math import atan2, degrees

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.evaluation.measures.heights import HeightSums, add_up, compare_heights, height_figures
from engine.heights.pose import Pose, angle_difference
from engine.networks.geopose import GeoposeOutput, direction_votes, least_squares_scale, scale_sums
from engine.networks.layout import STRIDE_PX
from training.augment import normalise
from training.heights.augment import HeightImage
from training.images import LARGEST_TILE_PX
from training.task import Verdict

UNPOSED = "unposed"
"""Prefix of the figures of images whose view is not known."""

TRIVIAL = "trivial"
"""Prefix of the figures of the predictor that gives the mean height everywhere, seen from nadir."""

_SCORED: tuple[str, ...] = ("height_r2", "flow_r2")
_FROM_NADIR = Pose(0.0, 0.0)
_HEIGHT_FIGURES = ("height_r2", "height_rmse_m", "height_mae_m")
_FIGURES = (*_HEIGHT_FIGURES, "flow_r2", "scale_error_px_per_m")


@torch.no_grad()
def predict_image(
    network: Callable[[Tensor, Tensor], GeoposeOutput], image: HeightImage, device: torch.device
) -> tuple[NDArray[np.float32], Pose]:
    """Predict the heights and the view of an image in one piece.

    Args:
        network: In evaluation mode.
        image: What to predict; only its colours, its valid pixels and its ground size are used.
        device: Where the network lives.

    Returns:
        (H, W) heights in metres, and the pose: its scale is the least-squares slope over all valid pixels,
        and its direction that of their votes, as of a scene in one window.
    """
    height, width = image.valid.shape
    border = (0, -width % STRIDE_PX, 0, -height % STRIDE_PX)
    pixels = torch.from_numpy(normalise(image.rgb.astype(np.float32)))[None].to(device)
    pixels = functional.pad(pixels, border, mode="replicate")
    known = functional.pad(torch.from_numpy(image.valid)[None, None].to(device), border)
    m_per_px = torch.tensor([image.m_per_px], dtype=torch.float32, device=device)
    output = network(pixels.to(memory_format=torch.channels_last), m_per_px)
    slope = least_squares_scale(scale_sums(output.height_m, output.magnitude_px, known))
    row, col = direction_votes(output, known)[0].tolist()
    heights: NDArray[np.float32] = output.height_m[0, 0, :height, :width].cpu().numpy()
    return heights, Pose(atan2(col, row), max(0.0, float(slope[0])))


def judged_height_part(image: HeightImage) -> HeightImage:
    """Return the upper left part of an image, which a network sees in one piece; the pose stays as it is."""
    part = np.s_[:LARGEST_TILE_PX, :LARGEST_TILE_PX]
    return HeightImage(
        np.ascontiguousarray(image.rgb[:, *part]),
        image.height_m[part],
        image.valid[part],
        image.pose,
        image.m_per_px,
        image.posed,
    )


def _known_m(image: HeightImage) -> NDArray[np.float32]:
    return np.where(image.valid, image.height_m, np.float32(np.nan)).astype(np.float32)


def _named(sums: HeightSums, prefix: str) -> dict[str, float]:
    figures = height_figures(sums)
    # Of views from nadir, true and predicted, flow and scale say nothing.
    names = _FIGURES if sums.leaning else _HEIGHT_FIGURES
    found = {name: figures[name] for name in names}
    return {prefix + name: value for name, value in found.items() if value is not None}


def _judge_trivial(images: Sequence[HeightImage], prefix: str) -> dict[str, float]:
    """Judge the mean height of all images, everywhere, in a view from nadir."""
    mean_m = np.float32(add_up(_compare(image, _known_m(image), image.pose) for image in images).heights.mean)
    flat = (
        _compare(image, np.full(image.valid.shape, mean_m, dtype=np.float32), _FROM_NADIR) for image in images
    )
    return _named(add_up(flat), prefix)


def _compare(image: HeightImage, heights: NDArray[np.float32], pose: Pose) -> HeightSums:
    """Compare with the truth; where the view is not known, nothing leans in either."""
    if image.posed:
        return compare_heights(heights, _known_m(image), pose, image.pose)
    return compare_heights(heights, _known_m(image), _FROM_NADIR, _FROM_NADIR)


def judge_heights(
    network: Callable[[Tensor, Tensor], GeoposeOutput], images: Sequence[HeightImage], device: torch.device
) -> dict[str, float]:
    """Judge a network by whole images.

    Args:
        network: In evaluation mode.
        images: Not empty.
        device: Where the network lives.

    Returns:
        Figures by name as ``engine.evaluation.measures.heights`` has them, besides "angle_median_deg";
        those of images without a known view, and those of the trivial predictor, with a prefix. What is not
        defined, such as the R² of heights that are all the same, is left out.
    """
    figures: dict[str, float] = {}
    for prefix, group in (
        ("", [image for image in images if image.posed]),
        (f"{UNPOSED}_", [image for image in images if not image.posed]),
    ):
        if not group:
            continue
        found = [predict_image(network, image, device) for image in group]
        each = [_compare(image, *one) for image, one in zip(group, found, strict=True)]
        figures |= _named(add_up(each), prefix)
        figures |= _judge_trivial(group, f"{prefix}{TRIVIAL}_")
        angles = [
            abs(degrees(angle_difference(pose.angle_rad, image.pose.angle_rad)))
            for image, (_, pose) in zip(group, found, strict=True)
            if image.posed and image.pose.scale_px_per_m > 0.0
        ]
        if angles:
            figures["angle_median_deg"] = float(np.median(angles))
    return figures


def examine_heights(network: nn.Module, device: torch.device, *, images: Sequence[HeightImage]) -> Verdict:
    """Judge a network in evaluation mode by the mean of its R² of heights and of flow.

    Without an image whose view is known, or with views from nadir only, the R² of heights is all there is.
    """
    figures = judge_heights(network, images, device)
    names = [name for name in _SCORED if name in figures]
    if not names:
        names = [name for name in (f"{UNPOSED}_height_r2",) if name in figures]
    score = sum(figures[name] for name in names) / len(names) if names else 0.0
    return Verdict("mean of " + ", ".join(names), score, figures)
