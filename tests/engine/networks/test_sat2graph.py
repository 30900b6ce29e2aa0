import math

import pytest
import torch
from torch import nn

from engine.networks.sat2graph import Sat2Graph, Sat2GraphConfig


@pytest.mark.parametrize(("channel", "millions"), [(12, 55.29), (24, 221.0)])
def test_it_has_the_published_number_of_parameters(channel: int, millions: float) -> None:
    with torch.device("meta"):
        network = Sat2Graph(Sat2GraphConfig(channel=channel))
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.005)


def test_a_window_of_352_px_takes_88_billion_multiplications() -> None:
    with torch.device("meta"):
        network, image = Sat2Graph().eval(), torch.empty(1, 3, 352, 352)
    multiplications = 0

    def count(layer: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        nonlocal multiplications
        places = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        multiplications += layer.weight.numel() * places.shape[2] * places.shape[3]

    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.register_forward_hook(count)
    assert network(image).shape == (1, 28, 352, 352)
    assert multiplications == pytest.approx(88e9, rel=0.01)


def test_it_takes_any_multiple_of_32() -> None:
    network = Sat2Graph(Sat2GraphConfig(channel=2)).eval()
    assert network(torch.zeros(2, 3, 32, 96)).shape == (2, 28, 32, 96)


def test_its_weights_start_like_the_authors() -> None:
    torch.manual_seed(0)
    network = Sat2Graph(Sat2GraphConfig(channel=8))
    for layer, variance in (
        (network.narrow_2.layer.convolution, 0.02),
        (network.column1_8.enlarge.convolution, 0.02),
        (network.residuals_16[0].second, 2.6),
    ):
        std = math.sqrt(variance / (9 * layer.in_channels))
        assert layer.weight.abs().max().item() <= 2 * std
        # Cutting a normal distribution at two deviations leaves 0.88 of its deviation.
        assert layer.weight.std().item() == pytest.approx(0.88 * std, rel=0.03)
    assert network.planes.bias.abs().max() == 0


def test_statistics_move_by_a_hundredth_per_batch() -> None:
    norms = [
        module
        for module in Sat2Graph(Sat2GraphConfig(channel=1)).modules()
        if isinstance(module, nn.BatchNorm2d)
    ]
    assert {norm.momentum for norm in norms} == {0.01}
