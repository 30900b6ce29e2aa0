"""From images to vertex candidates: the one place where a road network runs."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import DeviceError
from engine.networks.candidates import Candidates, find_candidates
from engine.networks.device import Device
from engine.networks.layers import without_norms
from engine.networks.layout import STRIDE_PX
from engine.networks.weights import LoadedWeights

CANDIDATE_PROBABILITY = 0.02
"""Vertices less probable than this never leave the device; the decoder's threshold lies above it."""

_CUDA_BATCH = 4


class RoadPredictor:
    """Runs one network on one device.

    Args:
        loaded: The weights; they stay as they are.
        device: Where to run, and in which precision.
        threshold: Least vertex probability of a candidate.

    Raises:
        WeightsError: The weights are those of a network that predicts no roads.
    """

    def __init__(
        self, loaded: LoadedWeights, device: Device, *, threshold: float = CANDIDATE_PROBABILITY
    ) -> None:
        loaded.require("roads")
        self._device = device
        self._normalisation = loaded.card.normalisation
        self._threshold = threshold
        self._network = _prepared(loaded.network, device)
        # One window fills a processor's cores. One by one its result also depends on no other window.
        self._batch = 1 if device.torch_device.type == "cpu" else _CUDA_BATCH

    @torch.inference_mode()
    def predict(
        self,
        images: Sequence[NDArray[np.uint8]],
        valid: Sequence[NDArray[np.bool_]],
        *,
        phase_px: tuple[int, int] = (0, 0),
    ) -> list[Candidates]:
        """Find the vertex candidates of images of equal size.

        Args:
            images: (3, H, W) uint8 RGB each.
            valid: (H, W) each; where there is no image there is no candidate.
            phase_px: Row and column of the images' first pixel within a stride of the network. A network
                with strides sees a scene a little differently at each phase; a phase taken from the
                ground lets a place look the same whatever the image's border.

        Returns:
            Candidates of each image, in its own pixel frame.

        Raises:
            DeviceError: A single image does not fit into the device's memory.
        """
        results: list[Candidates] = []
        while len(results) < len(images):
            part = slice(len(results), len(results) + self._batch)
            found = self._attempt(images[part], valid[part], phase_px)
            if found is not None:
                results += found
                continue
            # Here rather than in the handler, whose traceback still holds what filled the memory.
            if self._device.torch_device.type == "cuda":
                torch.cuda.empty_cache()
            if self._batch == 1:
                height, width = images[0].shape[1:]
                raise DeviceError(
                    f"A window of {height} × {width} px does not fit into the memory of "
                    f"{self._device.description}: free memory, use smaller windows or another device."
                )
            self._batch //= 2
        return results

    def _attempt(
        self,
        images: Sequence[NDArray[np.uint8]],
        valid: Sequence[NDArray[np.bool_]],
        phase_px: tuple[int, int],
    ) -> list[Candidates] | None:
        """Predict a batch; None when memory is too short for it."""
        try:
            return self._candidates(images, valid, phase_px)
        except (torch.OutOfMemoryError, MemoryError):
            return None
        except RuntimeError as error:
            # PyTorch has no type of its own for a processor's memory.
            if "can't allocate memory" in str(error) or "not enough memory" in str(error):
                return None
            raise

    def _candidates(
        self,
        images: Sequence[NDArray[np.uint8]],
        valid: Sequence[NDArray[np.bool_]],
        phase_px: tuple[int, int],
    ) -> list[Candidates]:
        height, width = images[0].shape[1:]
        row, col = (phase % STRIDE_PX for phase in phase_px)
        planes = self._network(self._input(images, row, col))  # (B, 28, row + H + .., col + W + ..)
        planes = planes[:, :, row : row + height, col : col + width]
        return [
            find_candidates(
                image_planes,
                threshold=self._threshold,
                valid=torch.from_numpy(mask).to(self._device.torch_device),
                logits=True,
            )
            for image_planes, mask in zip(planes, valid, strict=True)
        ]

    def _input(self, images: Sequence[NDArray[np.uint8]], row: int, col: int) -> Tensor:
        """Pad, move and normalise images to (B, 3, H, W) of multiples of 32, first pixel at (row, col)."""
        height, width = images[0].shape[1:]
        # Mirrored, a scene goes on like a scene: black would be an edge to see, repeated pixels stripes
        # that resemble roads.
        below, right = -(row + height) % STRIDE_PX, -(col + width) % STRIDE_PX
        margins = ((0, 0), (0, 0), (row, below), (col, right))
        stacked = np.pad(np.stack(images), margins, mode="symmetric")
        values = torch.from_numpy(stacked).to(self._device.torch_device).float()
        values.div_(self._normalisation.white).sub_(self._normalisation.centre).mul_(self._normalisation.gain)
        return values.to(self._device.dtype, memory_format=torch.channels_last)


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
