"""The loss of the graph tensor: four terms, taken only where there is an image."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.networks.layout import EDGES, OFFSETS, PAIRS, ROAD, VERTEX
from training.config import LossOptions

_TINY = 1e-6


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


def pair_logits(output: Tensor, planes: tuple[int, ...] = PAIRS) -> Tensor:
    """Return (B, P, H, W) logits of the "yes" of softmax pairs: sigmoid of them is the probability."""
    yes = list(planes)
    return output[:, yes] - output[:, [plane + 1 for plane in yes]]


def graph_tensor_loss(output: Tensor, target: Tensor, valid: Tensor, options: LossOptions) -> Losses:
    """Compare a predicted graph tensor with the truth (Sat2Graph, section 3.2).

    Edges and vectors are learned at vertices and hardly elsewhere. The share of a pixel that the
    vertex's square covers weighs its edges; so an edge's probability is that of the edge if there
    is a vertex, also where a vertex is unlikely.

    Args:
        output: (B, 28, H, W) logits of pairs, and vectors.
        target: (B, 28, H, W) in probability form.
        valid: (B, H, W), true where the loss is taken.
        options: Weights.
    """
    output = output.float()
    mask = valid.to(output.dtype)
    area = mask.sum().clamp_min(1.0)
    logits, truth = pair_logits(output), target[:, list(PAIRS)]
    share = truth[:, 0]
    boost = torch.tensor([options.vertex_positive, *[1.0] * (len(PAIRS) - 1)], device=output.device)
    # At a partly covered pixel an edge is as certain as at the vertex's centre.
    edges = (truth[:, 1:-1] / share.clamp_min(_TINY).unsqueeze(1)).clamp(0.0, 1.0)
    truth = torch.cat([truth[:, :1], edges, truth[:, -1:]], dim=1)
    entropy = functional.binary_cross_entropy_with_logits(
        logits, truth, pos_weight=boost.view(1, -1, 1, 1), reduction="none"
    )
    soft = mask * (options.elsewhere + (1.0 - options.elsewhere) * share)
    vertex = (entropy[:, PAIRS.index(VERTEX)] * mask).sum() / area
    road = (entropy[:, PAIRS.index(ROAD)] * mask).sum() / area
    edge = (entropy[:, 1:-1].mean(dim=1) * soft).sum() / area
    planes = [plane for offset in OFFSETS for plane in (offset, offset + 1)]
    squares = (output[:, planes] - target[:, planes]).square().unflatten(1, (len(EDGES), 2)).mean(dim=2)
    if options.vectors_at == "edges":
        squares = squares * edges
    vector = (squares.mean(dim=1) * soft).sum() / area
    total = options.vertex * vertex + options.edge * edge + options.vector * vector + options.road * road
    return Losses(total, vertex, edge, vector, road)
