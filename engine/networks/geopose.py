"""Networks that see height: what they give, how it adds up over a scene, and the reference network.

A network for heights gives two fields, the height above ground and the length of the flow, and from its
coarsest features the direction of the flow. The scale of the view has no weights of its own: it is the
slope of the lengths on the heights. ``engine.heights.pose`` holds the convention. Directions are (row, col)
= (cos θ, sin θ), as everywhere else; the published network lists the same two numbers the other way round.

The reference is the network of the Overhead Geopose benchmark (Christie et al., "Single View Geocentric
Pose in the Wild", CVPRW 2021): the encoder of ResNet-34, a U-Net decoder and 24.44 million parameters.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.networks.layers import ConvNorm, Raise, ResidualBlock

DIRECTION_DROPOUT = 0.5
"""Share of the pooled features that the direction goes without in training (Christie et al.)."""

BENCHMARK_RIDGE_M2 = 0.01
"""What the benchmark adds to Σh², so that a flat image has scale 0 rather than none."""


class GeoposeOutput(NamedTuple):
    """What a network for heights says of a batch of images, in single precision.

    Attributes:
        height_m: (B, 1, H, W) heights above ground; in evaluation mode at least 0.
        magnitude_px: (B, 1, H, W) lengths of the flow, from a feature to its ground position.
        direction: (B, 2) row, col of the flow's direction. Its length is not 1: a network that is not
            sure gives a shorter vector.
        parts: (B, 2, h, w) the direction that each part of an image shows by itself, of a network that
            looks for it there; a part is a square of H / h pixels. None of one that does not.
    """

    height_m: Tensor
    magnitude_px: Tensor
    direction: Tensor
    parts: Tensor | None = None


def pool_over_parts(values: Tensor, parts: Tensor) -> Tensor:
    """Return the mean of (B, 1, H, W) values over the squares that make up the (B, 2, h, w) parts."""
    return functional.avg_pool2d(values, values.shape[-1] // parts.shape[-1])


def mean_of_parts(parts: Tensor, height_m: Tensor) -> Tensor:
    """Return the direction of an image from those of its parts, each counted by the height in it.

    Args:
        parts: (B, 2, h, w) row, col.
        height_m: (B, 1, H, W) heights above ground.

    Returns:
        (B, 2) row, col; 0 where all is flat.
    """
    # The heights only weigh: were they taught by the direction, they would grow where it is right.
    weights = pool_over_parts(height_m.detach().clamp_min(0.0), parts)
    total = weights.sum(dim=(2, 3)).clamp_min(torch.finfo(weights.dtype).tiny)
    return (parts * weights).sum(dim=(2, 3)) / total


def geopose_output(surface: Tensor, direction: Tensor, *, training: bool) -> GeoposeOutput:
    """Name what a network's last layers give.

    Args:
        surface: (B, 2, H, W) heights in metres and lengths of the flow in pixels.
        direction: (B, 2) row, col, of the whole image; or (B, 2, h, w), of its parts.
        training: Leave heights below ground as they are. Cut off at 0 they would have no gradient, and a
            pixel that fell below could never rise again; in use nothing is lower than the ground.
    """
    height, magnitude, direction = surface[:, :1].float(), surface[:, 1:].float(), direction.float()
    height = height if training else height.clamp_min(0.0)
    if direction.ndim == 2:
        return GeoposeOutput(height, magnitude, direction)
    return GeoposeOutput(height, magnitude, mean_of_parts(direction, height), direction)


def scale_sums(height_m: Tensor, magnitude_px: Tensor, valid: Tensor | None = None) -> Tensor:
    """Sum up each image for the scale of its view, in double precision; differentiable.

    Rows of the result are the ``hm`` and ``hh`` of ``engine.heights.pose.ScaleSums``: they add up over the
    tiles of a scene, whose scale they give exactly.

    Args:
        height_m: (B, 1, H, W).
        magnitude_px: (B, 1, H, W).
        valid: (B, 1, H, W) bool: which pixels count; all where absent.

    Returns:
        (B, 2): Σ height · magnitude, Σ height².
    """
    height, magnitude = height_m.double(), magnitude_px.double()
    if valid is not None:
        # A factor of 0 would let a value that is no number through.
        height, magnitude = height.where(valid, 0.0), magnitude.where(valid, 0.0)
    return torch.stack([(height * magnitude).sum(dim=(1, 2, 3)), height.square().sum(dim=(1, 2, 3))], dim=1)


def least_squares_scale(sums: Tensor, ridge_m2: float = BENCHMARK_RIDGE_M2) -> Tensor:
    """Return the scale of each view: the slope through the origin of the lengths on the heights.

    Args:
        sums: (B, 2) from ``scale_sums``.
        ridge_m2: Added to Σh², which keeps the scale and its gradient finite where all is flat.

    Returns:
        (B,) px/m; negative where the lengths mostly are.
    """
    hm, hh = sums.unbind(dim=1)
    return hm / (hh + ridge_m2)


def direction_votes(output: GeoposeOutput, valid: Tensor | None = None) -> Tensor:
    """Weigh the direction that each image gives, so that the votes of a scene's tiles add up.

    A tile, or each part of it that gives a direction, counts by the heights in it, as only what is high can
    lean, and by how sure the network is, which the length of its direction says.
    ``engine.heights.pose.mean_direction`` of the votes, without further weights, is the direction of the
    scene.

    Args:
        output: Of a batch of tiles.
        valid: (B, 1, H, W) bool: which pixels count; all where absent.

    Returns:
        (B, 2) row, col in double precision, Σ height long at most; 0 for a flat tile.
    """
    height = output.height_m.double().clamp_min(0.0)
    if valid is not None:
        height = height.where(valid, 0.0)
    if output.parts is None:
        directions, weights = (
            output.direction.double()[:, :, None, None],
            height.sum(dim=(2, 3), keepdim=True),
        )
    else:
        directions = output.parts.double()
        weights = pool_over_parts(height, directions) * (height[0].numel() / directions[0, 0].numel())
    sure = directions / torch.linalg.vector_norm(directions, dim=1, keepdim=True).clamp_min(1.0)
    votes: Tensor = (sure * weights).sum(dim=(2, 3))
    return votes


class DirectionHead(nn.Module):
    """The direction of the flow from the coarsest features, pooled over the image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(DIRECTION_DROPOUT)
        self.linear = nn.Linear(channels, 2)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, 2) row, col."""
        direction: Tensor = self.linear(self.dropout(features.mean(dim=(2, 3))))
        return direction


@dataclass(frozen=True, slots=True)
class GeoposeConfig:
    """Widths and depths of the reference network.

    Attributes:
        encoder: Channels at 1/4, 1/8, 1/16 and 1/32; the first also at 1/2.
        blocks: Residual blocks at each of these.
        decoder: Channels at 1/16, 1/8, 1/4, 1/2 and full resolution.
    """

    encoder: tuple[int, int, int, int] = (64, 128, 256, 512)
    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    decoder: tuple[int, int, int, int, int] = (256, 128, 64, 32, 16)


class HalvingBlock(nn.Module):
    """A residual block to half the resolution, past which a 1×1 convolution leads."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = ConvNorm(inputs, outputs, stride=2)
        self.second = ConvNorm(outputs, outputs)
        self.shortcut = ConvNorm(inputs, outputs, 1, stride=2)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, inputs, H, W) to (B, outputs, H/2, W/2)."""
        inner = functional.relu(self.first(features), inplace=True)
        return functional.relu(self.second(inner).add_(self.shortcut(features)), inplace=True)


class Geopose(nn.Module):
    """The benchmark's network.

    Attributes:
        configuration: The widths and depths it was made with.
    """

    def __init__(self, configuration: GeoposeConfig | None = None) -> None:
        super().__init__()
        self.configuration = configuration or GeoposeConfig()
        c, blocks, d = self.configuration.encoder, self.configuration.blocks, self.configuration.decoder
        self.at_half = nn.Sequential(ConvNorm(3, c[0], 7, stride=2), nn.ReLU(inplace=True))
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.at_quarter = nn.Sequential(*(ResidualBlock(c[0]) for _ in range(blocks[0])))
        self.at_eighth = _halving_stage(c[0], c[1], blocks[1])
        self.at_sixteenth = _halving_stage(c[1], c[2], blocks[2])
        self.at_thirtysecond = _halving_stage(c[2], c[3], blocks[3])
        self.to_sixteenth = Raise(c[3], c[2], d[0])
        self.to_eighth = Raise(d[0], c[1], d[1])
        self.to_quarter = Raise(d[1], c[0], d[2])
        self.to_half = Raise(d[2], c[0], d[3])
        self.to_full = Raise(d[3], 0, d[4])
        # The two 3×3 heads side by side: one pass over the widest map.
        self.surface = nn.Conv2d(d[4], 2, 3, padding=1)
        self.direction = DirectionHead(c[3])
        self._initialise()

    def forward(self, image: Tensor, m_per_px: Tensor | None = None) -> GeoposeOutput:  # noqa: ARG002
        """Predict heights and the view.

        Args:
            image: (B, 3, H, W) normalised RGB; H and W multiples of 32.
            m_per_px: (B,) ground size of the pixels; has no effect. It is here so that both networks for
                heights are called alike; this one expects images of the size that it has learned from.
        """
        half = self.at_half(image)  # (B, 64, H/2, W/2)
        quarter = self.at_quarter(self.pool(half))
        eighth = self.at_eighth(quarter)
        sixteenth = self.at_sixteenth(eighth)
        deepest = self.at_thirtysecond(sixteenth)  # (B, 512, H/32, W/32)
        features = self.to_sixteenth(deepest, sixteenth)
        features = self.to_eighth(features, eighth)
        features = self.to_quarter(features, quarter)
        features = self.to_full(self.to_half(features, half))  # (B, 16, H, W)
        return geopose_output(self.surface(features), self.direction(deepest), training=self.training)

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        nn.init.xavier_uniform_(self.surface.weight)
        self.surface.bias = nn.Parameter(torch.zeros(2))


def _halving_stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(HalvingBlock(inputs, outputs), *(ResidualBlock(outputs) for _ in range(blocks - 1)))
