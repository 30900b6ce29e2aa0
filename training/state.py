"""The state of a run in memory: made, frozen into a checkpoint, and thawed from one."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn

from training.checkpoint import Checkpoint, read_checkpoint
from training.config import TrainingError
from training.schedule import WeightAverage
from training.task import Task, TaskRecipe


@dataclass(slots=True)
class RunState:
    """What changes while a run goes on.

    ``network`` and ``wrapped`` share their weights; Fabric's wrapper adds precision and, with several
    devices, the exchange of gradients.

    Attributes:
        network: The network that learns.
        wrapped: It in Fabric's wrapper.
        optimiser: Follows the gradient.
        average: Moving average of the weights, if one is kept.
        step: Steps done.
        elapsed_s: Seconds of training done.
        best_score: Best validation score so far.
        measure: What that score measures; empty before the first.
        scores: The last validation's figures.
    """

    network: nn.Module
    wrapped: nn.Module
    optimiser: torch.optim.Optimizer
    average: WeightAverage | None
    step: int = 0
    elapsed_s: float = 0.0
    best_score: float = float("-inf")
    measure: str = ""
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def judged(self) -> nn.Module:
        """The network that is validated: the averaged one where there is one."""
        return self.average.network if self.average else self.network.eval()


def start(fabric: Fabric, task: Task[Any]) -> RunState:
    """Make the network of a task and its optimiser, at step 0."""
    options = task.recipe.optimiser
    torch.manual_seed(task.recipe.run.seed)
    network = task.make_network()
    network = network.to(fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=options.weight_decay)
    average = WeightAverage(network, options.average_decay) if options.average_decay else None
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    return RunState(network, wrapped, wrapped_optimiser, average)


def freeze(run: RunState, recipe: TaskRecipe) -> Checkpoint:
    """Return the state of a run as a checkpoint."""
    return Checkpoint(
        recipe=asdict(recipe),
        step=run.step,
        elapsed_s=run.elapsed_s,
        network=run.network.state_dict(),
        average=run.average.network.state_dict() if run.average else None,
        optimiser=run.optimiser.state_dict(),
        torch_rng=torch.get_rng_state(),
        best_score=run.best_score,
        scores=run.scores,
        measure=run.measure,
    )


def thaw(run: RunState, recipe: TaskRecipe, path: Path) -> None:
    """Continue from a checkpoint.

    Args:
        run: A fresh state, changed in place.
        recipe: Of the run that goes on.
        path: The checkpoint.

    Raises:
        TrainingError: It cannot be read, or holds another network.
    """
    kept = read_checkpoint(path)
    if kept.recipe["network"] != asdict(recipe)["network"]:
        raise TrainingError(f"{path} holds another network than the recipe: resume with its own recipe.")
    run.network.load_state_dict(kept.network)
    if run.average:
        run.average.network.load_state_dict(kept.average or kept.network)
    run.optimiser.load_state_dict(kept.optimiser)
    torch.set_rng_state(kept.torch_rng)
    run.step, run.elapsed_s = kept.step, kept.elapsed_s
    run.best_score, run.measure, run.scores = kept.best_score, kept.measure, kept.scores
