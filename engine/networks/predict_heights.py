"""From images to heights and the view: the one place where a network for heights runs."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.networks.device import Device
from engine.networks.geopose import GeoposeOutput, direction_votes, scale_sums
from engine.networks.running import Runner
from engine.networks.weights import LoadedWeights


@dataclass(frozen=True, slots=True, eq=False)
class PredictedHeights:
    """What a network says of one image, and what it adds to the view of the whole scene.

    Attributes:
        height_m: (H, W) float32 heights above ground, at least 0; NaN where there is no image.
        sums: (2,) float64 Σ height · length of the flow, in m · px, and Σ height², in m², over the counted
            pixels: they add up over the images of a scene (``engine.heights.pose.ScaleSums``).
        vote: (2,) float64 row, col of the flow's direction, as long as it should weigh
            (``engine.heights.pose.mean_direction``).
        weight_m: Σ height of the counted pixels: how long the vote would be, were the network sure of one
            direction in every part of the image.
    """

    height_m: NDArray[np.float32]
    sums: NDArray[np.float64]
    vote: NDArray[np.float64]
    weight_m: float


class HeightPredictor:
    """Runs one network on one device.

    Args:
        loaded: The weights; they stay as they are.
        device: Where to run, and in which precision.

    Raises:
        WeightsError: The weights are those of a network that predicts no heights.
    """

    def __init__(self, loaded: LoadedWeights, device: Device) -> None:
        loaded.require("heights")
        self._runner = Runner(loaded, device)

    @torch.inference_mode()
    def predict(
        self,
        image: NDArray[np.uint8],
        valid: NDArray[np.bool_],
        *,
        m_per_px: float,
        counted: NDArray[np.bool_] | None = None,
        phase_px: tuple[int, int] = (0, 0),
    ) -> PredictedHeights:
        """Find the heights of an image.

        One image at a time: a window is large enough to fill a processor, and nearly a graphics card.

        Args:
            image: (3, H, W) uint8 RGB.
            valid: (H, W); where there is no image there is no height.
            m_per_px: Ground size of the pixels.
            counted: (H, W) pixels that speak for the view of the scene; all where absent. Of overlapping
                windows each counts its own part, so that every pixel of a scene counts once.
            phase_px: Row and column of the image's first pixel within a stride of the network, as for
                ``Runner.input``.

        Raises:
            DeviceError: The image does not fit into the device's memory.
        """
        speaking = valid if counted is None else valid & counted
        (found,) = self._runner.in_batches(
            [image], lambda _: [self._heights(image, valid, speaking, m_per_px, phase_px)]
        )
        return found

    def _heights(
        self,
        image: NDArray[np.uint8],
        valid: NDArray[np.bool_],
        speaking: NDArray[np.bool_],
        m_per_px: float,
        phase_px: tuple[int, int],
    ) -> PredictedHeights:
        ready, (rows, cols) = self._runner.input([image], phase_px)
        output: GeoposeOutput = self._runner.network(ready, torch.tensor([m_per_px], device=ready.device))
        mask = torch.zeros_like(output.height_m, dtype=torch.bool)  # (1, 1, row + H + .., col + W + ..)
        mask[:, :, rows, cols] = torch.from_numpy(speaking).to(ready.device)
        height_m: NDArray[np.float32] = output.height_m[0, 0, rows, cols].cpu().numpy()
        return PredictedHeights(
            np.where(valid, height_m, np.float32(np.nan)),
            scale_sums(output.height_m, output.magnitude_px, mask)[0].cpu().numpy(),
            direction_votes(output, mask)[0].cpu().numpy(),
            float(np.sum(height_m, where=speaking, dtype=np.float64)),
        )
