"""The default network: small enough to ship with a plugin and to run on two processor cores.

An encoder of residual blocks down to 1/16, its last stage dilated so that a pixel sees beyond the
trees that hide a road, and a decoder back to half resolution. The last step from half to full
resolution is a pixel shuffle: four pixels of 28 planes are predicted side by side, which costs a
quarter of a convolution at full resolution.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.networks.layers import Ascend, ConvNorm, initialise_residual, residual_stage
from engine.networks.layout import EDGES, PLANES, ROAD, VERTEX

VERTEX_PRIOR = 0.01
"""Share of pixels on a vertex blob in towns: 9 px × 900 vertices in 1024², rounded up."""

EDGE_PRIOR = 0.1
"""Chance of an edge in one sector where the edge loss looks, which is mostly at vertices."""

ROAD_PRIOR = 0.1
"""Share of road pixels in towns."""


@dataclass(frozen=True, slots=True)
class CompactConfig:
    """Widths and depths of the compact network.

    Attributes:
        stem: Channels at half resolution, in the encoder.
        widths: Channels at 1/4, 1/8 and 1/16.
        blocks: Residual blocks at 1/4 and 1/8 in the encoder.
        dilations: One residual block at 1/16 for each, with this dilation.
        decoder: Channels at half resolution, in the decoder.
        head: Channels of the last 3×3 convolution, at half resolution.
    """

    stem: int = 32
    widths: tuple[int, int, int] = (64, 128, 160)
    blocks: tuple[int, int] = (2, 2)
    dilations: tuple[int, ...] = (1, 2, 4, 1)
    decoder: int = 64
    head: int = 96


class Compact(nn.Module):
    """Predicts the graph tensor from an image.

    Attributes:
        configuration: The widths and depths it was made with.
    """

    def __init__(self, configuration: CompactConfig | None = None) -> None:
        super().__init__()
        self.configuration = configuration or CompactConfig()
        stem, (quarter, eighth, sixteenth) = self.configuration.stem, self.configuration.widths
        decoder, head = self.configuration.decoder, self.configuration.head
        self.at_half = nn.Sequential(ConvNorm(3, stem, stride=2), nn.ReLU(inplace=True))
        self.at_quarter = residual_stage(stem, quarter, (1,) * self.configuration.blocks[0])
        self.at_eighth = residual_stage(quarter, eighth, (1,) * self.configuration.blocks[1])
        self.at_sixteenth = residual_stage(eighth, sixteenth, self.configuration.dilations)
        self.to_eighth = Ascend(sixteenth, eighth, eighth)
        self.to_quarter = Ascend(eighth, quarter, quarter)
        self.to_half = Ascend(quarter, stem, decoder)
        self.head = nn.Sequential(ConvNorm(decoder, head), nn.ReLU(inplace=True))
        self.planes = nn.Conv2d(head, 4 * PLANES, 1)
        self.shuffle = nn.PixelShuffle(2)
        self._initialise()

    def forward(self, image: Tensor) -> Tensor:
        """Predict the planes of ``engine.networks.layout``: logits of the pairs, vectors as they are.

        Args:
            image: (B, 3, H, W) normalised RGB; H and W multiples of 32.

        Returns:
            (B, 28, H, W).
        """
        half = self.at_half(image)  # (B, stem, H/2, W/2)
        quarter = self.at_quarter(half)
        eighth = self.at_eighth(quarter)
        features = self.to_eighth(self.at_sixteenth(eighth), eighth)
        features = self.to_quarter(features, quarter)
        features = self.to_half(features, half)
        planes: Tensor = self.shuffle(self.planes(self.head(features)))  # (B, 28, H, W)
        return planes

    def _initialise(self) -> None:
        initialise_residual(self)
        nn.init.normal_(self.planes.weight, std=0.01)
        # A pixel shuffle takes four consecutive channels as the 2×2 pixels of one plane.
        self.planes.bias = nn.Parameter(prior_bias().repeat_interleave(4))


def prior_bias() -> Tensor:
    """(28,) outputs at which every pair has its prior probability and every vector is zero."""
    bias = torch.zeros(PLANES)
    for plane, prior in ((VERTEX, VERTEX_PRIOR), *((edge, EDGE_PRIOR) for edge in EDGES), (ROAD, ROAD_PRIOR)):
        half_logit = 0.5 * math.log(prior / (1.0 - prior))
        bias[plane], bias[plane + 1] = half_logit, -half_logit
    return bias
