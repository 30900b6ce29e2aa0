"""The reference network: Sat2Graph (He et al., ECCV 2020), layer for layer.

Deep layer aggregation: an encoder down to 1/32, then three columns of aggregation that bring ever
coarser context back to half resolution, and a last step to full resolution. Widths double with each
halving of the resolution. It has 55.29 million parameters at its usual width of 12 channels and 221.0
million at 24.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.networks.layers import ConvNorm
from engine.networks.layout import PLANES

NORM_MOMENTUM = 0.01
"""Share of the newest batch in the running statistics; TensorFlow calls 1 minus this the decay."""

NORM_EPS = 1e-3
"""Added to variances after plain convolutions; residual blocks use the usual 1e-5."""


@dataclass(frozen=True, slots=True)
class Sat2GraphConfig:
    """Width and depth of the reference network.

    Attributes:
        channel: Channels at full resolution; every width is a multiple of it.
        residual_blocks: Residual blocks at 1/32 in the encoder; each halving on the way down has
            twice the blocks of the one before, so this is a multiple of 8.
    """

    channel: int = 12
    residual_blocks: int = 8


class Convolution(nn.Module):
    """A convolution, batch normalisation unless left out, and ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel_px: int = 3, *, stride: int = 1, norm: bool = True
    ) -> None:
        super().__init__()
        self.layer = (
            ConvNorm(
                inputs, outputs, kernel_px, stride=stride, bias=True, eps=NORM_EPS, momentum=NORM_MOMENTUM
            )
            if norm
            else nn.Conv2d(inputs, outputs, kernel_px, stride=stride, padding=kernel_px // 2)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, inputs, H, W) to (B, outputs, H / stride, W / stride)."""
        return functional.relu(self.layer(features), inplace=True)


class Enlarge(nn.Module):
    """A transposed convolution to twice the resolution, batch normalisation unless left out, ReLU."""

    def __init__(self, channels: int, *, norm: bool = True) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose2d(channels, channels, 3, stride=2)
        self.norm: nn.Module = (
            nn.BatchNorm2d(channels, eps=NORM_EPS, momentum=NORM_MOMENTUM) if norm else nn.Identity()
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, C, 2H, 2W)."""
        # TensorFlow's "same" padding drops the last of 2H + 1 rows, where PyTorch's would drop the first.
        raised = self.convolution(features)[:, :, :-1, :-1]
        return functional.relu(self.norm(raised), inplace=True)


class ResidualBlock(nn.Module):
    """Normalisation and ReLU before each of two convolutions, around which the input passes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, momentum=NORM_MOMENTUM)
        self.first = ConvNorm(channels, channels, bias=True, momentum=NORM_MOMENTUM)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        inner = functional.relu(self.norm(features), inplace=True)
        inner = functional.relu(self.first(inner), inplace=True)
        summed: Tensor = self.second(inner).add_(features)
        return summed


class Residuals(nn.Sequential):
    """Residual blocks, then the normalisation and ReLU that their last sum lacks."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__(
            *(ResidualBlock(channels) for _ in range(blocks)),
            nn.BatchNorm2d(channels, momentum=NORM_MOMENTUM),
            nn.ReLU(inplace=True),
        )


class Reduce(nn.Sequential):
    """Two convolutions, the second to half the resolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(Convolution(inputs, inputs), Convolution(inputs, outputs, stride=2))


class Aggregate(nn.Module):
    """Joins a map to the one at half its resolution."""

    def __init__(self, fine: int, coarse: int, outputs: int, *, norm: bool = True) -> None:
        super().__init__()
        self.enlarge = Enlarge(coarse, norm=norm)
        self.mix = Convolution(fine + coarse, fine + coarse, norm=norm)
        self.narrow = Convolution(fine + coarse, outputs, norm=norm)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Map (B, fine, H, W) and (B, coarse, H/2, W/2) to (B, outputs, H, W)."""
        joined = torch.cat([fine, self.enlarge(coarse)], dim=1)  # (B, fine + coarse, H, W)
        narrowed: Tensor = self.narrow(self.mix(joined))
        return narrowed


class Sat2Graph(nn.Module):
    """Predicts the graph tensor from an image.

    Layers are named for their column of aggregation and the stride of what they give: ``column2_4``
    is the second column at quarter resolution.

    Attributes:
        configuration: The width and depth it was made with.
    """

    def __init__(self, configuration: Sat2GraphConfig | None = None) -> None:
        super().__init__()
        self.configuration = configuration or Sat2GraphConfig()
        c, blocks = self.configuration.channel, self.configuration.residual_blocks
        self.encoder_1 = Convolution(3, c, 5, norm=False)
        self.encoder_2 = Convolution(c, 2 * c, 5, stride=2)
        self.encoder_4 = nn.Sequential(Reduce(2 * c, 4 * c), Residuals(4 * c, blocks // 8))
        self.encoder_8 = nn.Sequential(Reduce(4 * c, 8 * c), Residuals(8 * c, blocks // 4))
        self.encoder_16 = nn.Sequential(Reduce(8 * c, 16 * c), Residuals(16 * c, blocks // 2))
        self.encoder_32 = nn.Sequential(Reduce(16 * c, 32 * c), Residuals(32 * c, blocks))

        self.column1_2 = Aggregate(2 * c, 4 * c, 4 * c)
        self.column1_4 = Aggregate(4 * c, 8 * c, 8 * c)
        self.column1_8 = Aggregate(8 * c, 16 * c, 16 * c)
        self.column1_16 = Aggregate(16 * c, 32 * c, 32 * c)
        self.residuals_16 = Residuals(32 * c, blocks // 2)

        self.column2_2 = Aggregate(4 * c, 8 * c, 4 * c)
        self.column2_4 = Aggregate(8 * c, 16 * c, 8 * c)
        self.column2_8 = Aggregate(16 * c, 32 * c, 16 * c)
        self.residuals_8 = Residuals(16 * c, blocks // 4)

        self.column3_2 = Aggregate(4 * c, 8 * c, 4 * c)
        self.column3_4 = Aggregate(8 * c, 16 * c, 8 * c)
        self.residuals_4 = Residuals(8 * c, blocks // 8)

        self.column4_2 = Aggregate(4 * c, 8 * c, 8 * c)
        self.narrow_2 = Convolution(8 * c, 4 * c)
        self.column5_1 = Aggregate(c, 4 * c, 4 * c, norm=False)
        self.planes = nn.Conv2d(4 * c, PLANES, 3, padding=1)
        self._initialise()

    def forward(self, image: Tensor) -> Tensor:
        """Predict the planes of ``engine.networks.layout``: logits of the pairs, vectors as they are.

        Args:
            image: (B, 3, H, W) normalised RGB; H and W multiples of 32.

        Returns:
            (B, 28, H, W).
        """
        at_1 = self.encoder_1(image)  # (B, c, H, W)
        at_2 = self.encoder_2(at_1)
        at_4 = self.encoder_4(at_2)
        at_8 = self.encoder_8(at_4)
        at_16 = self.encoder_16(at_8)
        at_32 = self.encoder_32(at_16)  # (B, 32c, H/32, W/32)

        at_2, at_4, at_8, at_16 = (
            self.column1_2(at_2, at_4),
            self.column1_4(at_4, at_8),
            self.column1_8(at_8, at_16),
            self.residuals_16(self.column1_16(at_16, at_32)),
        )
        at_2, at_4, at_8 = (
            self.column2_2(at_2, at_4),
            self.column2_4(at_4, at_8),
            self.residuals_8(self.column2_8(at_8, at_16)),
        )
        at_2, at_4 = self.column3_2(at_2, at_4), self.residuals_4(self.column3_4(at_4, at_8))
        at_2 = self.narrow_2(self.column4_2(at_2, at_4))  # (B, 4c, H/2, W/2)
        planes: Tensor = self.planes(self.column5_1(at_1, at_2))  # (B, 28, H, W)
        return planes

    def _initialise(self) -> None:
        """Draw weights as the authors' code does, which training from scratch was seen to need."""
        in_residuals = {
            layer
            for block in self.modules()
            if isinstance(block, ResidualBlock)
            for layer in (block.first.convolution, block.second)
        }
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                fan_in = layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1]
                # 2.6 = 2 × 1.3: He's variance, made good for what the truncation takes away.
                std = math.sqrt((2.6 if layer in in_residuals else 0.02) / fan_in)
                nn.init.trunc_normal_(layer.weight, std=std, a=-2.0 * std, b=2.0 * std)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
