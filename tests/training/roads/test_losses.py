"""The sparse loss is the published one, and blind where there is no image."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine.frames import RowCol
from engine.networks.layout import EDGES, OFFSETS, PAIRS
from engine.roads.graph import RoadGraph
from engine.roads.tensor import encode
from training.config import LossOptions
from training.roads.losses import TERMS, Batch, graph_tensor_loss, make_batch

SIDE_PX = 64


@pytest.fixture
def batch() -> Batch:
    graphs: list[RoadGraph[RowCol]] = [
        RoadGraph.build([[10.2, 8], [30, 12.7], [50, 9], [33, 33]], [[0, 1], [1, 2], [1, 3]]),
        RoadGraph.build([[40, 60], [41, 42]], [[0, 1]]),
    ]
    tensors = [encode(graph, SIDE_PX, SIDE_PX) for graph in graphs]
    valid = np.ones((2, SIDE_PX, SIDE_PX), dtype=bool)
    valid[0, :, 25:] = False
    images = np.zeros((2, 3, SIDE_PX, SIDE_PX), dtype=np.float32)
    return make_batch(images, tensors, valid)


def dense_loss(output: Tensor, batch: Batch, options: LossOptions) -> dict[str, Tensor]:
    """The loss written out over all pixels and planes, as the paper does."""
    pixels = batch.valid.numel()
    share = torch.zeros(pixels)
    share[batch.pixel] = batch.share
    edge = torch.zeros(pixels, 6)
    edge[batch.pixel] = batch.edge
    vector = torch.zeros(pixels, 6, 2)
    vector[batch.pixel] = batch.vector
    planes = output.permute(0, 2, 3, 1).reshape(pixels, 28)
    mask = batch.valid.reshape(-1).float()
    soft = mask * (options.elsewhere + (1 - options.elsewhere) * share)

    def entropy(plane: int, truth: Tensor, factor: float = 1.0) -> Tensor:
        pair = functional.log_softmax(planes[:, [plane, plane + 1]], dim=1)
        return -(factor * truth * pair[:, 0] + (1 - truth) * pair[:, 1])

    vertex = (mask * entropy(PAIRS[0], share, options.vertex_positive)).sum() / mask.sum()
    road = (mask * entropy(PAIRS[-1], batch.road.reshape(-1).float())).sum() / mask.sum()
    edges = sum((soft * entropy(plane, edge[:, number])).sum() for number, plane in enumerate(EDGES))
    vectors = torch.zeros(())
    for number, plane in enumerate(OFFSETS):
        squares = (planes[:, plane : plane + 2] - vector[:, number]).square().mean(dim=1)
        where = soft * edge[:, number] if options.vectors_at == "edges" else soft
        vectors = vectors + (where * squares).sum()
    return {
        "vertex": vertex,
        "edge": edges / 6 / mask.sum(),
        "vector": vectors / 6 / mask.sum(),
        "road": road,
    }


@pytest.mark.parametrize(
    "options",
    [LossOptions(), LossOptions(vertex=4.0, vertex_positive=3.0, elsewhere=0.1, vectors_at="edges")],
)
def test_sparse_loss_equals_the_dense_definition(batch: Batch, options: LossOptions) -> None:
    output = torch.randn(2, 28, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(1))
    ours, theirs = output.clone().requires_grad_(), output.clone().requires_grad_()
    losses, expected = graph_tensor_loss(ours, batch, options), dense_loss(theirs, batch, options)
    for name, value in expected.items():
        assert torch.isclose(getattr(losses, name), value, rtol=1e-4)
    total = sum(getattr(options, name) * value for name, value in expected.items())
    losses.total.backward()
    total.backward()
    assert torch.allclose(ours.grad, theirs.grad, atol=1e-7)


def test_nothing_is_learned_where_there_is_no_image(batch: Batch) -> None:
    output = torch.randn(2, 28, SIDE_PX, SIDE_PX, requires_grad=True)
    graph_tensor_loss(output, batch, LossOptions()).total.backward()
    learned = output.grad.abs().amax(dim=1) > 0
    assert torch.equal(learned, batch.valid)


def test_truth_costs_next_to_nothing(batch: Batch) -> None:
    output = torch.zeros(2, 28, SIDE_PX, SIDE_PX)
    planes = output.permute(0, 2, 3, 1).reshape(-1, 28)
    planes[:, list(PAIRS)] = -20.0
    planes[:, PAIRS[-1]] = torch.where(batch.road.reshape(-1), 20.0, -20.0)
    probability = batch.share.clamp(1e-4, 1 - 1e-4)
    planes[batch.pixel, PAIRS[0]] = torch.logit(probability)
    for number, (edge, offset) in enumerate(zip(EDGES, OFFSETS, strict=True)):
        planes[batch.pixel, edge] = torch.where(batch.edge[:, number] > 0, 20.0, -20.0)
        for axis in (0, 1):
            planes[batch.pixel, offset + axis] = batch.vector[:, number, axis]
    output = planes.reshape(2, SIDE_PX, SIDE_PX, 28).permute(0, 3, 1, 2)
    losses = graph_tensor_loss(output, batch, LossOptions())
    # What remains is the entropy of pixels that a vertex covers in part.
    assert float(losses.total) < 0.02
    assert {name: float(getattr(losses, name)) < 1e-3 for name in ("edge", "vector", "road")} == {
        "edge": True,
        "vector": True,
        "road": True,
    }


def test_empty_batch_has_finite_loss() -> None:
    empty = encode(RoadGraph.empty(), SIDE_PX, SIDE_PX)
    nothing = make_batch(
        np.zeros((1, 3, SIDE_PX, SIDE_PX), np.float32), [empty], np.zeros((1, SIDE_PX, SIDE_PX), bool)
    )
    output = torch.randn(1, 28, SIDE_PX, SIDE_PX, requires_grad=True)
    losses = graph_tensor_loss(output, nothing, LossOptions())
    losses.total.backward()
    assert [float(getattr(losses, name).detach()) for name in TERMS] == [0.0] * len(TERMS)
    assert torch.isfinite(output.grad).all()
