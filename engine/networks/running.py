"""How a network runs on a device: made ready once, fed with images of any size, in batches that fit."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import DeviceError
from engine.networks.device import Device
from engine.networks.layers import without_norms
from engine.networks.layout import STRIDE_PX
from engine.networks.weights import LoadedWeights

Result = TypeVar("Result")

_CUDA_BATCH = 4

_LEAST_COLS_PX = 2 * STRIDE_PX
"""Narrower images are padded to this: a convolution of step 2 whose result is one column wide reads memory
that nobody wrote, where oneDNN runs it in bfloat16 on a processor with AMX (PyTorch 2.13)."""


class Runner:
    """One network on one device.

    Args:
        loaded: The weights; they stay as they are.
        device: Where to run, and in which precision.

    Attributes:
        network: In the form in which it runs fastest on the device.
        device: Where it is.
        batch: Images predicted together, at most; falls where memory is short.
    """

    def __init__(self, loaded: LoadedWeights, device: Device) -> None:
        self.device = device
        self.network: Callable[..., Any] = _prepared(loaded.network, device)
        self._normalisation = loaded.card.normalisation
        # One window fills a processor's cores. One by one its result also depends on no other window.
        self.batch = 1 if device.torch_device.type == "cpu" else _CUDA_BATCH

    def input(
        self, images: Sequence[NDArray[np.uint8]], phase_px: tuple[int, int] = (0, 0)
    ) -> tuple[Tensor, tuple[slice, slice]]:
        """Pad, move and normalise images to what the network takes.

        Args:
            images: (3, H, W) uint8 RGB each, of equal size.
            phase_px: Row and column of the images' first pixel within a stride of the network. A network
                with strides sees a scene a little differently at each phase; a phase taken from the
                ground lets a place look the same whatever the image's border.

        Returns:
            (B, 3, H, W) on the device, H and W multiples of the stride; and the rows and columns in which
            the images lie.
        """
        height, width = images[0].shape[1:]
        row, col = (phase % STRIDE_PX for phase in phase_px)
        # Mirrored, a scene goes on like a scene: black would be an edge to see, repeated pixels stripes
        # that resemble roads.
        below, right = -(row + height) % STRIDE_PX, -(col + width) % STRIDE_PX
        if col + width + right < _LEAST_COLS_PX:
            right += STRIDE_PX
        margins = ((0, 0), (0, 0), (row, below), (col, right))
        stacked = np.pad(np.stack(images), margins, mode="symmetric")
        values = torch.from_numpy(stacked).to(self.device.torch_device).float()
        values.div_(self._normalisation.white).sub_(self._normalisation.centre).mul_(self._normalisation.gain)
        ready = values.to(self.device.dtype, memory_format=torch.channels_last)
        return ready, (slice(row, row + height), slice(col, col + width))

    def in_batches(
        self, images: Sequence[NDArray[np.uint8]], predict: Callable[[slice], list[Result]]
    ) -> list[Result]:
        """Predict images of equal size, in batches that shrink until they fit into the memory.

        Args:
            images: (3, H, W) uint8 RGB each.
            predict: Gives the results of a part of them, one an image.

        Returns:
            The results of all, in order.

        Raises:
            DeviceError: A single image does not fit into the device's memory.
        """
        results: list[Result] = []
        while len(results) < len(images):
            found = _attempt(predict, slice(len(results), len(results) + self.batch))
            if found is not None:
                results += found
                continue
            # Here rather than in the handler, whose traceback still holds what filled the memory.
            if self.device.torch_device.type == "cuda":
                torch.cuda.empty_cache()
            if self.batch == 1:
                height, width = images[0].shape[1:]
                raise DeviceError(
                    f"A window of {height} × {width} px does not fit into the memory of "
                    f"{self.device.description}: free memory, use smaller windows or another device."
                )
            self.batch //= 2
        return results


def _attempt(predict: Callable[[slice], list[Result]], part: slice) -> list[Result] | None:
    """Predict a batch; None when memory is too short for it."""
    try:
        return predict(part)
    except (torch.OutOfMemoryError, MemoryError):
        return None
    except RuntimeError as error:
        # PyTorch has no type of its own for a processor's memory.
        if "can't allocate memory" in str(error) or "not enough memory" in str(error):
            return None
        raise


def _prepared(network: nn.Module, device: Device) -> nn.Module:
    """Copy a network in the form in which it runs fastest on the device."""
    ready = without_norms(network.eval()).to(device.torch_device, device.dtype)
    for module in ready.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)
        elif isinstance(module, nn.BatchNorm2d):
            # Statistics span more than bfloat16 resolves; the features may still be bfloat16.
            module.float()
    return ready
