"""What a training loop asks of a task: a network, batches, a loss, an exam and pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

from engine.progress import Progress
from training.config import Recipe

TOTAL = "total"
"""Name of the loss term that is minimised; the others are written down only."""


class Example(Protocol):
    """A batch of any task."""

    @property
    def image(self) -> Tensor:
        """(B, 3, S, S) float32 network input."""

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
    def recipe(self) -> Recipe:
        """How to train."""

    def make_network(self) -> nn.Module:
        """Make the network, on the processor, with weights from torch's generator or known ones."""

    def load_batches(self, rank: int, progress: Progress) -> Batches[Batch]:
        """Load the sources; ``rank`` is the number of this process among several that train together."""

    def load_examiner(self, progress: Progress) -> Examiner | None:
        """Load the validation images; None where the recipe asks for no validation."""

    def losses(self, output: Tensor, batch: Batch) -> Mapping[str, Tensor]:
        """Return the loss terms of a batch, scalars by name; ``TOTAL`` is minimised."""

    def draw(self, output: Tensor, batch: Batch) -> Tensor:
        """Draw the crops for which there is an output (3, H, W), in 0 .. 1."""
