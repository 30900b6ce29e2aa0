"""The layers that networks are built of."""

from copy import deepcopy
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

Network = TypeVar("Network", bound=nn.Module)


class ConvNorm(nn.Module):
    """A convolution that keeps or divides the resolution, and its batch normalisation."""

    def __init__(  # noqa: PLR0913 - the properties of one convolution
        self,
        inputs: int,
        outputs: int,
        kernel_px: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        bias: bool = False,
        eps: float = 1e-5,
        momentum: float = 0.1,
    ) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            inputs,
            outputs,
            kernel_px,
            stride=stride,
            padding=dilation * (kernel_px // 2),
            dilation=dilation,
            bias=bias,
        )
        self.norm = nn.BatchNorm2d(outputs, eps=eps, momentum=momentum)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, inputs, H, W) to (B, outputs, H / stride, W / stride)."""
        normalised: Tensor = self.norm(self.convolution(features))
        return normalised


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions around which the input passes unchanged."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels, dilation=dilation)
        self.second = ConvNorm(channels, channels, dilation=dilation)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        inner = functional.relu(self.first(features), inplace=True)
        return functional.relu(self.second(inner).add_(features), inplace=True)


class Ascend(nn.Module):
    """Joins a coarse map to the finer map of the encoder.

    The sum of two 1×1 projections is the 1×1 convolution of the concatenated maps; computed this way
    the coarse half runs at the coarse resolution.
    """

    def __init__(self, coarse: int, fine: int, outputs: int) -> None:
        super().__init__()
        self.from_coarse = ConvNorm(coarse, outputs, 1)
        self.from_fine = ConvNorm(fine, outputs, 1)
        self.block = ResidualBlock(outputs)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Map (B, C, H, W) and (B, F, 2H, 2W) to (B, outputs, 2H, 2W)."""
        raised = functional.interpolate(self.from_coarse(coarse), scale_factor=2.0, mode="nearest")
        joined: Tensor = self.block(functional.relu(raised.add_(self.from_fine(fine)), inplace=True))
        return joined


def residual_stage(inputs: int, outputs: int, dilations: tuple[int, ...]) -> nn.Sequential:
    """Make a step to half the resolution, and one residual block for each dilation."""
    blocks = (ResidualBlock(outputs, dilation) for dilation in dilations)
    return nn.Sequential(ConvNorm(inputs, outputs, stride=2), nn.ReLU(inplace=True), *blocks)


def initialise_residual(network: nn.Module) -> None:
    """Draw the weights of a network of residual blocks, in place."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, ResidualBlock):
            # Blocks start as the identity, which lets a deep network learn from the first step.
            nn.init.zeros_(module.second.norm.weight)


def without_norms(network: Network) -> Network:
    """Copy a network for inference, with normalisations drawn into the convolutions before them.

    Modules with a ``convolution`` and a ``norm`` that follows it take part. The copy gives the same
    values, to rounding, in one pass over memory less for each of them.

    Args:
        network: In evaluation mode.
    """
    copy = deepcopy(network)
    for module in list(copy.modules()):
        convolution, norm = getattr(module, "convolution", None), getattr(module, "norm", None)
        if isinstance(convolution, nn.Conv2d | nn.ConvTranspose2d) and isinstance(norm, nn.BatchNorm2d):
            transposed = isinstance(convolution, nn.ConvTranspose2d)
            module.convolution = fuse_conv_bn_eval(convolution, norm, transpose=transposed)
            module.norm = nn.Identity()
    return copy


class Raise(nn.Module):
    """A step of the decoder to twice the resolution, where the encoder's map of that size joins."""

    def __init__(self, coarse: int, fine: int, outputs: int) -> None:
        super().__init__()
        self.first = ConvNorm(coarse + fine, outputs)
        self.second = ConvNorm(outputs, outputs)

    def forward(self, coarse: Tensor, fine: Tensor | None = None) -> Tensor:
        """Map (B, coarse, H, W), and (B, fine, 2H, 2W) if there is one, to (B, outputs, 2H, 2W)."""
        raised = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        joined = raised if fine is None else torch.cat([raised, fine], dim=1)
        inner = functional.relu(self.first(joined), inplace=True)
        return functional.relu(self.second(inner), inplace=True)
