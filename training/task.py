"""What a training loop asks of a task: a network, batches, a loss, an exam and pictures."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass
from typing import Any, ClassVar, Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

from engine.progress import Progress
from training.config import CheckpointOptions, OptimiserOptions, RunOptions

TOTAL = "total"
"""Name of the loss term that is minimised; the others are written down only."""


class Timetable(Protocol):
    """How often a run is judged."""

    @property
    def every_steps(self) -> int:
        """Steps between two validations."""

    @property
    def every_minutes(self) -> float | None:
        """Minutes between two validations, when given, instead."""


class TaskRecipe(Protocol):
    """What recipes of all tasks have in common; a dataclass, so that it can be kept in checkpoints."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def run(self) -> RunOptions:
        """Length and devices."""

    @property
    def optimiser(self) -> OptimiserOptions:
        """How weights follow the gradient."""

    @property
    def validation(self) -> Timetable:
        """When the run is judged."""

    @property
    def checkpoint(self) -> CheckpointOptions:
        """When its state is saved."""


class Example(Protocol):
    """A batch of any task."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the network is called with, each of length B: the image (B, 3, S, S) float32 first."""

    def on(self, device: torch.device) -> Self:
        """Return the batch on a device."""


Batch = TypeVar("Batch", bound=Example)
Drawn_co = TypeVar("Drawn_co", covariant=True)


class Batches(Protocol[Drawn_co]):
    """Batches by step number, each determined by its number alone."""

    def __getitem__(self, step: int, /) -> Drawn_co:
        """Return the batch of a step."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an exam says of a network.

    Attributes:
        measure: What the score measures; scores of different measures do not compare.
        score: Decides which state is best; greater is better.
        figures: Everything measured, by name.
    """

    measure: str
    score: float
    figures: dict[str, float]


Examiner = Callable[[nn.Module, torch.device], Verdict]
"""Judges a network in evaluation mode, the same way each time."""


class Task(Protocol[Batch]):
    """What is learned. A task and a seed determine a run."""

    @property
    def recipe(self) -> TaskRecipe:
        """How to train."""

    def make_network(self) -> nn.Module:
        """Make the network, on the processor, with weights from torch's generator or known ones."""

    def load_batches(self, rank: int, progress: Progress) -> Batches[Batch]:
        """Load the sources; ``rank`` is the number of this process among several that train together."""

    def load_examiner(self, progress: Progress) -> Examiner | None:
        """Load the validation images; None where the recipe asks for no validation."""

    def losses(self, output: Any, batch: Batch) -> Mapping[str, Tensor]:
        """Return the loss terms of a batch, scalars by name; ``TOTAL`` is minimised."""

    def draw(self, output: Any, batch: Batch) -> Tensor:
        """Draw the crops for which there is an output (3, H, W), in 0 .. 1."""
