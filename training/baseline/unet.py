"""A U-Net that marks road pixels: the usual way to find roads, and what the graph tensor must beat.

Source: O. Ronneberger et al., *U-Net*, MICCAI 2015, with the residual encoder that the common
segmentation libraries put in its place. Widths are chosen so that it is as large as the compact
road network.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.networks.layers import ConvNorm, ResidualBlock

STEM = 32
"""Channels at half resolution."""

WIDTHS = (64, 128, 176)
"""Channels at 1/4, 1/8 and 1/16."""

BLOCKS = (2, 2, 3)
"""Residual blocks there."""

FULL = 16
"""Channels at full resolution."""


class Join(nn.Module):
    """Brings a coarse map to the resolution of the encoder's finer one and convolves both twice."""

    def __init__(self, coarse: int, fine: int, outputs: int) -> None:
        super().__init__()
        self.first = ConvNorm(coarse + fine, outputs)
        self.second = ConvNorm(outputs, outputs)

    def forward(self, coarse: Tensor, fine: Tensor | None = None) -> Tensor:
        """Map (B, C, H, W) and (B, F, 2H, 2W), or nothing, to (B, outputs, 2H, 2W)."""
        raised = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        joined = raised if fine is None else torch.cat([raised, fine], dim=1)
        inner = functional.relu(self.first(joined), inplace=True)
        return functional.relu(self.second(inner), inplace=True)


def _stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    inner = (ResidualBlock(outputs) for _ in range(blocks))
    return nn.Sequential(ConvNorm(inputs, outputs, stride=2), nn.ReLU(inplace=True), *inner)


class MaskUnet(nn.Module):
    """Predicts for each pixel whether it lies on a road."""

    def __init__(self) -> None:
        super().__init__()
        quarter, eighth, sixteenth = WIDTHS
        self.at_half = nn.Sequential(ConvNorm(3, STEM, stride=2), nn.ReLU(inplace=True))
        self.at_quarter = _stage(STEM, quarter, BLOCKS[0])
        self.at_eighth = _stage(quarter, eighth, BLOCKS[1])
        self.at_sixteenth = _stage(eighth, sixteenth, BLOCKS[2])
        self.to_eighth = Join(sixteenth, eighth, eighth)
        self.to_quarter = Join(eighth, quarter, quarter)
        self.to_half = Join(quarter, STEM, STEM)
        self.to_full = Join(STEM, 0, FULL)
        self.road = nn.Conv2d(FULL, 1, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> Tensor:
        """Map (B, 3, H, W) normalised RGB, H and W multiples of 32, to road logits (B, 1, H, W)."""
        half = self.at_half(image)
        quarter = self.at_quarter(half)
        eighth = self.at_eighth(quarter)
        features = self.to_eighth(self.at_sixteenth(eighth), eighth)
        features = self.to_half(self.to_quarter(features, quarter), half)
        road: Tensor = self.road(self.to_full(features))
        return road
