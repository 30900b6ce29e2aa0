"""How far a run is, what its learning rate is there, and the moving average of its weights."""

import copy
import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from training.config import OptimiserOptions, RunOptions


def fraction_done(run: RunOptions, step: int, elapsed_s: float) -> float:
    """Return the done part of a run: that of its steps or of its minutes, whichever is larger."""
    by_steps = step / run.steps
    by_time = elapsed_s / (60.0 * run.max_minutes) if run.max_minutes else 0.0
    return max(by_steps, by_time)


def learning_rate(options: OptimiserOptions, *, step: int, fraction: float) -> float:
    """Return the learning rate of a step.

    Args:
        options: Height and shape of the schedule.
        step: Number of the step, from 0.
        fraction: Done part of the run.
    """
    rise = min(1.0, (step + 1) / options.warmup_steps) if options.warmup_steps else 1.0
    if options.schedule == "halving":
        return options.rate * rise * 0.5 ** (step // options.halve_steps)
    fall = 0.5 * (1.0 + math.cos(math.pi * min(fraction, 1.0)))
    return options.rate * rise * (options.final_rate + (1.0 - options.final_rate) * fall)


class WeightAverage:
    """An exponential moving average of a network's weights and statistics.

    Attributes:
        network: A network with the averaged weights, in evaluation mode.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards a network; faster in the first steps, whose weights are soon worthless."""
        decay = min(self._decay, (1.0 + step) / (10.0 + step))
        current: Mapping[str, Tensor] = network.state_dict()
        for name, average in self.network.state_dict().items():
            if average.is_floating_point():
                average.lerp_(current[name], 1.0 - decay)
            else:
                average.copy_(current[name])
