"""A U-Net that marks road pixels: the usual way to find roads, and what the graph tensor must beat.

Source: O. Ronneberger et al., *U-Net*, MICCAI 2015, with the residual encoder that the common
segmentation libraries put in its place. Widths are chosen so that it is as large as the compact
road network.
"""

from torch import Tensor, nn

from engine.networks.layers import ConvNorm, Raise, residual_stage

STEM = 32
"""Channels at half resolution."""

WIDTHS = (64, 128, 176)
"""Channels at 1/4, 1/8 and 1/16."""

BLOCKS = (2, 2, 3)
"""Residual blocks there."""

FULL = 16
"""Channels at full resolution."""


class MaskUnet(nn.Module):
    """Predicts for each pixel whether it lies on a road."""

    def __init__(self) -> None:
        super().__init__()
        quarter, eighth, sixteenth = WIDTHS
        self.at_half = nn.Sequential(ConvNorm(3, STEM, stride=2), nn.ReLU(inplace=True))
        self.at_quarter = residual_stage(STEM, quarter, (1,) * BLOCKS[0])
        self.at_eighth = residual_stage(quarter, eighth, (1,) * BLOCKS[1])
        self.at_sixteenth = residual_stage(eighth, sixteenth, (1,) * BLOCKS[2])
        self.to_eighth = Raise(sixteenth, eighth, eighth)
        self.to_quarter = Raise(eighth, quarter, quarter)
        self.to_half = Raise(quarter, STEM, STEM)
        self.to_full = Raise(STEM, 0, FULL)
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
