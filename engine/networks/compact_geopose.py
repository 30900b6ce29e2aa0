"""The default network for heights: small enough to ship with a plugin and to run on two processor cores.

Built like the compact network for roads, with one more halving: the direction in which things lean shows
in façades and shadows all over a scene, and a tower is wider than a street. The two fields come from one
pixel shuffle at half resolution.

**Direction.** The published network takes it from the mean of its coarsest features. Here each place of the
decoder says where things lean just there, and learns it there: from a façade, not from the mean of a town.
The direction of an image is the mean of what its places say, counted by their heights.

**Ground size.** A picture does not say how large it is: a town built at twice the size and seen in pixels
twice as large is the same picture, and all its heights are doubled. So the network's own fields are both in
pixels, the height as the number of pixels that it would cover lying down, and metres are
these pixels times the ground size. In this way the size of pixels is normalised away without resampling,
which would blur a fine image and cannot sharpen a coarse one. What does not scale with the picture is what
people build: a car is 4.5 m long and a storey 3 m high. To recognise these, the network is told the ground
size, as a gain and an offset for each of its coarsest features.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.networks.geopose import GeoposeOutput, geopose_output
from engine.networks.layers import Ascend, ConvNorm, initialise_residual, residual_stage

TYPICAL_M_PER_PX = 0.7
"""Ground size at which the network is told 0: the benchmark's images, 0.31 to 0.59 m, at half resolution."""

TYPICAL_HEIGHT_PX = 10.0
"""What an output of 1 stands for in both fields; the benchmark's half resolution has 7 m in it."""


@dataclass(frozen=True, slots=True)
class CompactGeoposeConfig:
    """Widths and depths of the compact network for heights; down to 1/16 those of the one for roads.

    Attributes:
        stem: Channels at half resolution, in the encoder.
        widths: Channels at 1/4, 1/8, 1/16 and 1/32.
        blocks: Residual blocks at 1/4, 1/8 and 1/16 in the encoder.
        dilations: One residual block at 1/32 for each, with this dilation.
        decoder: Channels at 1/16, 1/8, 1/4 and 1/2, in the decoder.
        head: Channels of the last 3×3 convolution, at half resolution.
    """

    stem: int = 32
    widths: tuple[int, int, int, int] = (64, 128, 160, 160)
    blocks: tuple[int, int, int] = (2, 2, 2)
    dilations: tuple[int, ...] = (1, 2)
    decoder: tuple[int, int, int, int] = (96, 96, 64, 32)
    head: int = 48


class GroundSize(nn.Module):
    """Tells features how large pixels are on the ground; at first it leaves them as they are."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(1, channels)
        self.change = nn.Linear(channels, 2 * channels)
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)

    def forward(self, features: Tensor, m_per_px: Tensor) -> Tensor:
        """Map (B, C, H, W) and (B,) to (B, C, H, W)."""
        octaves = torch.log2(m_per_px.float() / TYPICAL_M_PER_PX)[:, None]  # (B, 1)
        change = self.change(functional.relu(self.hidden(octaves.to(features.dtype))))
        gain, offset = change[:, :, None, None].chunk(2, dim=1)  # (B, C, 1, 1) each
        told: Tensor = features * (1.0 + gain) + offset
        return told


class CompactGeopose(nn.Module):
    """Predicts heights and the view from an image and the size of its pixels.

    Attributes:
        configuration: The widths and depths it was made with.
    """

    def __init__(self, configuration: CompactGeoposeConfig | None = None) -> None:
        super().__init__()
        self.configuration = configuration or CompactGeoposeConfig()
        stem, widths, blocks = self.configuration.stem, self.configuration.widths, self.configuration.blocks
        decoder, head = self.configuration.decoder, self.configuration.head
        self.at_half = nn.Sequential(ConvNorm(3, stem, stride=2), nn.ReLU(inplace=True))
        self.at_quarter = residual_stage(stem, widths[0], (1,) * blocks[0])
        self.at_eighth = residual_stage(widths[0], widths[1], (1,) * blocks[1])
        self.at_sixteenth = residual_stage(widths[1], widths[2], (1,) * blocks[2])
        self.at_thirtysecond = residual_stage(widths[2], widths[3], self.configuration.dilations)
        self.ground_size = GroundSize(widths[3])
        self.to_sixteenth = Ascend(widths[3], widths[2], decoder[0])
        self.to_eighth = Ascend(decoder[0], widths[1], decoder[1])
        self.to_quarter = Ascend(decoder[1], widths[0], decoder[2])
        self.to_half = Ascend(decoder[2], stem, decoder[3])
        self.head = nn.Sequential(ConvNorm(decoder[3], head), nn.ReLU(inplace=True))
        self.surface = nn.Conv2d(head, 4 * 2, 1)
        self.shuffle = nn.PixelShuffle(2)
        self.direction = nn.Conv2d(head, 2, 1)
        self._initialise()

    def forward(self, image: Tensor, m_per_px: Tensor) -> GeoposeOutput:
        """Predict heights and the view.

        Args:
            image: (B, 3, H, W) normalised RGB; H and W multiples of 32.
            m_per_px: (B,) ground size of the pixels, above 0.
        """
        half = self.at_half(image)  # (B, stem, H/2, W/2)
        quarter = self.at_quarter(half)
        eighth = self.at_eighth(quarter)
        sixteenth = self.at_sixteenth(eighth)
        deepest = self.ground_size(self.at_thirtysecond(sixteenth), m_per_px)  # (B, C, H/32, W/32)
        features = self.to_sixteenth(deepest, sixteenth)
        features = self.to_eighth(features, eighth)
        features = self.to_quarter(features, quarter)
        features = self.head(self.to_half(features, half))  # (B, head, H/2, W/2)
        surface = self.shuffle(self.surface(features)).float()  # (B, 2, H, W)
        unit = torch.stack([m_per_px.float(), torch.ones_like(m_per_px, dtype=torch.float32)], dim=1)
        surface = surface * (TYPICAL_HEIGHT_PX * unit)[:, :, None, None]
        return geopose_output(surface, self.direction(features), training=self.training)

    def _initialise(self) -> None:
        initialise_residual(self)
        nn.init.normal_(self.surface.weight, std=0.01)
        self.surface.bias = nn.Parameter(torch.zeros(4 * 2))
        nn.init.normal_(self.direction.weight, std=0.01)
        self.direction.bias = nn.Parameter(torch.zeros(2))
