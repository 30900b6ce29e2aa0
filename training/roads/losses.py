"""The loss of the graph tensor: four terms, taken only where there is an image.

Targets are kept sparse: vertices cover less than a hundredth of the pixels, and everywhere else the
truth is "no vertex, no edge". So the sum over all pixels is that of an empty truth, which needs
nothing but the output, plus what changes at the few pixels that a vertex covers.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.networks.layout import EDGES, OFFSETS, PAIRS, PLANES, ROAD, SECTORS, VERTEX
from training.config import LossOptions

TERMS = ("total", "vertex", "edge", "vector", "road")
"""Names of the fields of ``Losses``."""

_EDGE_PAIRS = slice(1, 1 + SECTORS)
"""Where the edges stand among the softmax pairs."""

_VECTORS = [plane for offset in OFFSETS for plane in (offset, offset + 1)]


class Batch(NamedTuple):
    """Crops and the truth about them.

    Attributes:
        image: (B, 3, S, S) float32 network input.
        valid: (B, S, S) bool, where there is an image.
        road: (B, S, S) bool, where there is a road.
        pixel: (P,) int64 pixels that a vertex covers, numbered over (B, S, S).
        share: (P,) float32 share of the pixel that it covers.
        edge: (P, 6) float32, 1 in sectors with an edge.
        vector: (P, 6, 2) float32 offsets to the neighbours, in the tensor's unit.
    """

    image: Tensor
    valid: Tensor
    road: Tensor
    pixel: Tensor
    share: Tensor
    edge: Tensor
    vector: Tensor

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the network is called with."""
        return (self.image,)

    def on(self, device: torch.device) -> Self:
        """Return the batch on a device, the image with its channels last."""
        moved = type(self)(*(part.to(device, non_blocking=True) for part in self))
        return moved._replace(image=moved.image.to(memory_format=torch.channels_last))


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """The terms of one batch, unweighted scalars, and their weighted sum.

    Attributes:
        total: What is minimised.
        vertex: Cross-entropy of vertices.
        edge: Cross-entropy of edges, at vertices.
        vector: Squared error of vectors (in 25 px), at vertices.
        road: Cross-entropy of the road plane.
    """

    total: Tensor
    vertex: Tensor
    edge: Tensor
    vector: Tensor
    road: Tensor


def make_batch(
    images: NDArray[np.float32], tensors: list[NDArray[np.float32]], valid: NDArray[np.bool_]
) -> Batch:
    """Gather crops and their graph tensors.

    Args:
        images: (B, 3, S, S).
        tensors: B graph tensors, each (28, S, S) in probability form.
        valid: (B, S, S).
    """
    pixels, rows, base = [], [], 0
    for tensor in tensors:
        flat = tensor.reshape(PLANES, -1)
        covered = np.flatnonzero(flat[VERTEX])
        pixels.append(covered + base)
        rows.append(flat[:, covered].T)
        base += flat.shape[1]
    values = torch.from_numpy(np.concatenate(rows))  # (P, 28)
    return Batch(
        image=torch.from_numpy(images),
        valid=torch.from_numpy(valid),
        road=torch.from_numpy(np.stack([tensor[ROAD] > 0.5 for tensor in tensors])),
        pixel=torch.from_numpy(np.concatenate(pixels)),
        share=values[:, VERTEX].clone(),
        # At a partly covered pixel an edge is as certain as at the vertex's centre.
        edge=(values[:, list(EDGES)] > 0).float(),
        vector=values[:, _VECTORS].reshape(-1, SECTORS, 2),
    )


def _selector(like: Tensor) -> Tensor:
    """(28, 8) matrix that takes the "no" of each softmax pair from its "yes"."""
    matrix = torch.zeros(PLANES, len(PAIRS), dtype=like.dtype, device=like.device)
    for number, plane in enumerate(PAIRS):
        matrix[plane, number], matrix[plane + 1, number] = 1.0, -1.0
    return matrix


def graph_tensor_loss(output: Tensor, batch: Batch, options: LossOptions) -> Losses:
    """Compare a predicted graph tensor with the truth (Sat2Graph, section 3.2).

    Edges and vectors are learned at vertices and hardly elsewhere. The share of a pixel that the
    vertex's square covers weighs its edges; so an edge's probability is that of the edge if there
    is a vertex, also where a vertex is unlikely.

    Args:
        output: (B, 28, S, S) logits of pairs, and vectors.
        batch: The truth.
        options: Weights.
    """
    planes = output.permute(0, 2, 3, 1).reshape(-1, PLANES)  # (N, 28)
    # One product instead of sixteen slices: the same sum, a fraction of the memory traffic.
    logits = (planes @ _selector(planes)).float()  # (N, 8)
    mask = batch.valid.reshape(-1).float()
    area = mask.sum().clamp_min(1.0)
    no_entropy = functional.softplus(logits)
    # Row by row: one long sum of float32 would lose the fourth digit.
    rows = batch.valid.shape[0] * batch.valid.shape[1]
    sums = (mask.view(rows, 1, -1) @ no_entropy.view(rows, -1, len(PAIRS))).sum(dim=(0, 1))  # (8,)

    here = planes.index_select(0, batch.pixel).float()  # (P, 28)
    logit, entropy = logits.index_select(0, batch.pixel), no_entropy.index_select(0, batch.pixel)
    weight = mask[batch.pixel]
    positive = options.vertex_positive
    vertex = (
        sums[0] + (weight * batch.share * ((positive - 1.0) * entropy[:, 0] - positive * logit[:, 0])).sum()
    )
    road = sums[-1] - torch.sum(mask * batch.road.reshape(-1) * logits[:, -1])
    soft = options.elsewhere + (1.0 - options.elsewhere) * batch.share  # (P,)
    edge_entropy = entropy[:, _EDGE_PAIRS] - batch.edge * logit[:, _EDGE_PAIRS]
    change = soft[:, None] * edge_entropy - options.elsewhere * entropy[:, _EDGE_PAIRS]
    edge = (options.elsewhere * sums[_EDGE_PAIRS].sum() + (weight[:, None] * change).sum()) / SECTORS
    vector = _vector_error(planes, here, batch, mask, options) / SECTORS
    terms = (vertex / area, edge / area, vector / area, road / area)
    weights = (options.vertex, options.edge, options.vector, options.road)
    total = sum(
        (factor * term for factor, term in zip(weights, terms, strict=True)), start=torch.zeros_like(area)
    )
    return Losses(total, *terms)


def _vector_error(planes: Tensor, here: Tensor, batch: Batch, mask: Tensor, options: LossOptions) -> Tensor:
    """Sum the squared errors of the vectors over pixels and sectors."""
    predicted = here[:, _VECTORS].reshape(-1, SECTORS, 2)
    squares = (predicted - batch.vector).square().mean(dim=2)  # (P, 6)
    soft = options.elsewhere + (1.0 - options.elsewhere) * batch.share
    weight = mask[batch.pixel]
    if options.vectors_at == "edges":
        return torch.sum((weight * soft)[:, None] * batch.edge * squares)
    change = soft[:, None] * squares - options.elsewhere * predicted.square().mean(dim=2)
    everywhere = torch.sum(mask[:, None] * planes[:, _VECTORS].float().square()) / 2.0
    return torch.add(torch.sum(weight[:, None] * change), everywhere, alpha=options.elsewhere)
