import pytest
import torch
from torch import nn

from engine.networks.compact import EDGE_PRIOR, VERTEX_PRIOR, Compact, CompactConfig
from engine.networks.layout import EDGES, OFFSETS, PLANES, STRIDE_PX, VERTEX

TINY = CompactConfig(stem=4, widths=(4, 8, 8), blocks=(1, 1), dilations=(1, 2), decoder=4, head=8)


def test_weights_fit_a_plugin() -> None:
    network = Compact()
    assert sum(tensor.numel() for tensor in network.state_dict().values()) * 2 <= 8_000_000
    assert sum(parameter.numel() for parameter in network.parameters()) <= 4_000_000


def test_work_per_pixel_stays_small() -> None:
    multiplications = 0

    def count(layer: nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal multiplications
        multiplications += layer.weight.numel() * output.shape[2] * output.shape[3]

    network = Compact().eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    with torch.inference_mode():
        network(torch.zeros(1, 3, 64, 64))
    assert 60_000 < multiplications / 64**2 < 110_000


@pytest.mark.parametrize("shape", [(1, STRIDE_PX, 3 * STRIDE_PX), (2, 2 * STRIDE_PX, STRIDE_PX)])
def test_every_input_pixel_gets_28_planes(shape: tuple[int, int, int]) -> None:
    batch, height, width = shape
    planes = Compact(TINY).eval()(torch.zeros(batch, 3, height, width))
    assert planes.shape == (batch, PLANES, height, width)


def test_an_untrained_network_predicts_the_priors_everywhere() -> None:
    torch.manual_seed(3)
    with torch.inference_mode():
        planes = Compact().eval()(torch.randn(1, 3, 64, 64))[0]
    vertex = torch.sigmoid(planes[VERTEX] - planes[VERTEX + 1])
    assert vertex.mean().item() == pytest.approx(VERTEX_PRIOR, rel=0.1)
    for edge, offset in zip(EDGES, OFFSETS, strict=True):
        probability = torch.sigmoid(planes[edge] - planes[edge + 1])
        assert probability.mean().item() == pytest.approx(EDGE_PRIOR, rel=0.1)
        assert planes[offset : offset + 2].abs().max() < 0.5


def test_a_pixel_sees_further_than_a_hundred_pixels() -> None:
    """The gradient of one output pixel reaches that far, so a tree does not blind it."""
    torch.manual_seed(0)
    network = Compact().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)  # blocks start as the identity: open them
    image = torch.randn(1, 3, 512, 512, requires_grad=True)
    network(image)[0, 0, 256, 256].backward()
    seen = image.grad[0].abs().sum(0).nonzero()
    assert (seen.amin(0) <= 156).all()
    assert (seen.amax(0) >= 356).all()


def test_every_parameter_learns() -> None:
    network = Compact(TINY).train()
    network(torch.randn(2, 3, 64, 64)).square().mean().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
