"""Batches that are prepared while the network learns, and a clean end when somebody asks for it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import torch
from torch.utils.data import DataLoader, Dataset

from training.config import RunOptions
from training.task import Batch, Batches


class _Steps(Dataset[Batch]):
    """Batches as torch's loader wants them."""

    def __init__(self, batches: Batches[Batch]) -> None:
        self._batches = batches

    def __getitem__(self, step: int) -> Batch:
        return self._batches[step]


_YIELDING = 19
"""How far workers step back. All threads of the network wait for the slowest: a worker that took its turn on
one of two cores would hold up both. It may have what they leave; when it is late, they wait for it."""


def _begin_worker(_worker: int) -> None:
    os.nice(_YIELDING)
    # The main process decides when to stop; Ctrl-C reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def stream_batches(batches: Batches[Batch], run: RunOptions, *, start: int) -> Iterator[Batch]:
    """Yield the batches from step ``start`` to the last of the run, prepared ahead by its workers."""
    return iter(
        DataLoader(
            _Steps(batches),
            batch_size=None,
            sampler=range(start, run.steps),
            num_workers=run.workers,
            prefetch_factor=3 if run.workers else None,
            worker_init_fn=_begin_worker,
            # Of its own: from torch's generator it would take a number at each start, and a resumed run
            # would drop out other features than an undisturbed one.
            generator=torch.Generator(),
        )
    )


@contextmanager
def noting_signals() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and SIGTERM into a wish to stop after the current step."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
