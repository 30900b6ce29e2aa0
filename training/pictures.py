"""Pictures of crops for people who watch a run."""

import torch
from torch import Tensor

from engine.networks.geopose import GeoposeOutput
from engine.networks.layout import ROAD, VERTEX
from training.augment import IMAGE_SCALE
from training.heights.losses import HeightBatch
from training.roads.losses import Batch

_LEAST_WHITE_M = 3.0
"""Height that is drawn white where nothing is higher: a storey."""


def side_by_side(image: Tensor, predicted: Tensor, truth: Tensor) -> Tensor:
    """Put crops, what is predicted and what is true in three columns.

    Args:
        image: (at least B, 3, S, S) network input.
        predicted: (B, 3, S, S) colours in 0 .. 1.
        truth: Likewise.

    Returns:
        (3, B·S, 3·S) in 0 .. 1, on the processor.
    """
    shown = (image[: len(predicted)].float() / IMAGE_SCALE + 0.5).clamp(0.0, 1.0)
    rows = torch.cat([shown, predicted, truth], dim=3)  # (B, 3, S, 3S)
    return rows.permute(1, 0, 2, 3).flatten(1, 2).cpu()


def draw_graph_tensors(output: Tensor, batch: Batch) -> Tensor:
    """Draw crops, predicted and true graph tensors side by side: roads red, vertices green.

    Args:
        output: (B, 28, S, S) logits for the first B crops of the batch.
        batch: Crops; blue in the truth where there is no image.
    """
    count, output = len(output), output.float()
    road = torch.sigmoid(output[:, ROAD] - output[:, ROAD + 1])
    vertex = torch.sigmoid(output[:, VERTEX] - output[:, VERTEX + 1])
    true_vertex = torch.zeros(batch.valid.numel(), device=output.device)
    true_vertex[batch.pixel] = batch.share
    true_vertex = true_vertex.view_as(batch.valid)[:count]
    predicted = torch.stack([road, vertex, torch.zeros_like(road)], dim=1)
    truth = torch.stack([batch.road[:count].float(), true_vertex, (~batch.valid[:count]).float()], dim=1)
    return side_by_side(batch.image, predicted, truth)


def draw_masks(output: Tensor, truth: Tensor, batch: Batch) -> Tensor:
    """Draw crops, predicted and true road masks side by side: roads red.

    Args:
        output: (B, 1, S, S) logits for the first B crops of the batch.
        truth: (B, S, S), true on roads.
        batch: Crops; blue in the truth where there is no image.
    """
    road = torch.sigmoid(output[:, 0].float())
    nothing = torch.zeros_like(road)
    predicted = torch.stack([road, nothing, nothing], dim=1)
    true = torch.stack([truth.float(), nothing, (~batch.valid[: len(output)]).float()], dim=1)
    return side_by_side(batch.image, predicted, true)


def draw_heights(output: GeoposeOutput, batch: HeightBatch) -> Tensor:
    """Draw crops, predicted and true heights side by side: black is the ground, white the highest thing.

    Args:
        output: For the first B crops of the batch.
        batch: Crops; blue in the truth where no height is known.
    """
    count = len(output.height_m)
    known, true_m = batch.valid[:count], batch.height_m[:count].where(batch.valid[:count], 0.0)
    highest_m = true_m.amax(dim=(1, 2, 3), keepdim=True).clamp_min(_LEAST_WHITE_M)
    predicted = (output.height_m / highest_m).clamp(0.0, 1.0).expand(-1, 3, -1, -1)
    grey = (true_m / highest_m).clamp(0.0, 1.0)
    truth = torch.cat([grey, grey, grey.where(known, 1.0)], dim=1)
    return side_by_side(batch.image, predicted, truth)
