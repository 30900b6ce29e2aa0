"""From images to vertex candidates: the one place where a road network runs."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.networks.candidates import Candidates, find_candidates
from engine.networks.device import Device
from engine.networks.running import Runner
from engine.networks.weights import LoadedWeights

CANDIDATE_PROBABILITY = 0.02
"""Vertices less probable than this never leave the device; the decoder's threshold lies above it."""


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
        self._runner = Runner(loaded, device)
        self._threshold = threshold

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
            phase_px: Row and column of the images' first pixel within a stride of the network, as for
                ``Runner.input``.

        Returns:
            Candidates of each image, in its own pixel frame.

        Raises:
            DeviceError: A single image does not fit into the device's memory.
        """
        return self._runner.in_batches(
            images, lambda part: self._candidates(images[part], valid[part], phase_px)
        )

    def _candidates(
        self,
        images: Sequence[NDArray[np.uint8]],
        valid: Sequence[NDArray[np.bool_]],
        phase_px: tuple[int, int],
    ) -> list[Candidates]:
        ready, (rows, cols) = self._runner.input(images, phase_px)
        planes: Tensor = self._runner.network(ready)  # (B, 28, row + H + .., col + W + ..)
        return [
            find_candidates(
                image_planes,
                threshold=self._threshold,
                valid=torch.from_numpy(mask).to(image_planes.device),
                logits=True,
            )
            for image_planes, mask in zip(planes[:, :, rows, cols], valid, strict=True)
        ]
