"""The layers that both road networks are built of."""

from copy import deepcopy
from typing import TypeVar

from torch import Tensor, nn
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
