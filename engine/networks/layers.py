"""The layers that both road networks are built of."""

from torch import Tensor, nn


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
