import pytest
import torch
from torch import nn

from engine.networks.compact import Compact, CompactConfig
from engine.networks.layers import without_norms
from engine.networks.sat2graph import Sat2Graph, Sat2GraphConfig


@pytest.mark.parametrize(
    "network",
    [
        Compact(CompactConfig(stem=4, widths=(4, 8, 8), blocks=(1, 1), dilations=(1, 2), decoder=4, head=8)),
        Sat2Graph(Sat2GraphConfig(channel=2)),
    ],
    ids=["compact", "sat2graph"],
)
def test_drawing_in_the_norms_changes_no_result(network: nn.Module) -> None:
    generator = torch.Generator().manual_seed(2)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.weight, module.bias, module.running_mean, module.running_var):
                nn.init.uniform_(tensor, 0.3, 1.5, generator=generator)
    network.eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    drawn_in = without_norms(network)
    image = torch.randn(1, 3, 64, 96, generator=generator)
    with torch.inference_mode():
        expected = network(image)
        torch.testing.assert_close(
            drawn_in(image), expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item()
        )
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    convolutions = sum(isinstance(module, nn.Conv2d) for module in network.modules())
    norms = sum(isinstance(module, nn.BatchNorm2d) for module in drawn_in.modules())
    assert norms < convolutions / 2
