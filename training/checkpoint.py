"""The state of a run on disk: complete or absent, and free of code."""

from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import OutputError
from training.config import TrainingError


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """All that a run needs to go on as if it had never stopped.

    Batches are drawn from the seed and the step number, so the step stands for the state of every
    numpy generator.

    Attributes:
        recipe: The recipe as nested dictionaries.
        step: Steps done.
        elapsed_s: Seconds of training done.
        network: State of the network.
        average: State of the network with averaged weights; None when none is kept.
        optimiser: State of the optimiser.
        torch_rng: State of torch's generator of the processor.
        best_score: Best validation score so far; -inf before the first.
        scores: The last validation's figures.
        measure: What ``best_score`` measures; empty before the first validation, and in checkpoints from
            before it was noted, whose scores count no more.
    """

    recipe: dict[str, Any]
    step: int
    elapsed_s: float
    network: dict[str, Tensor]
    average: dict[str, Tensor] | None
    optimiser: dict[str, Any]
    torch_rng: Tensor
    best_score: float
    scores: dict[str, float]
    measure: str = ""


_NAMES = {each.name for each in fields(Checkpoint)}
_REQUIRED = {each.name for each in fields(Checkpoint) if each.default is MISSING}


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint; under its final name only when complete.

    Raises:
        OutputError: It cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    state = {name: getattr(checkpoint, name) for name in _NAMES}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, partial)
        partial.replace(path)
    except (OSError, RuntimeError) as error:
        raise OutputError(f"{path} cannot be written ({error}): choose a folder with room.") from error


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint without running any code in it.

    Raises:
        TrainingError: It is absent, damaged, or no checkpoint of this program.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(f"There is no checkpoint {path}: name one that training has written.") from error
    except Exception as error:
        # A damaged or hostile file may raise anything.
        raise TrainingError(f"{path} is no readable checkpoint: use another, or start anew.") from error
    if not isinstance(state, dict) or not _REQUIRED <= set(state) <= _NAMES:
        raise TrainingError(f"{path} is no checkpoint of a training run: use another.")
    return Checkpoint(**state)
