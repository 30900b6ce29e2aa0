"""What the benchmarks share: a clock, the memory held, and rows beside a yardstick."""

import resource
from collections.abc import Callable
from time import perf_counter

import click
import numpy as np


def timed(work: Callable[[], object], rounds: int = 1) -> float:
    """Return the median seconds of ``rounds`` runs."""
    seconds = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return float(np.median(seconds))


def peak_memory_bytes() -> int:
    """Return the most memory that this process has held so far (Linux counts in KiB)."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Table:
    """Rows of what was measured, each also as a multiple of the yardstick."""

    def __init__(self, yardstick_s: float) -> None:
        self._yardstick_s = yardstick_s

    def row(self, what: str, seconds: float, note: str = "") -> None:
        """Print one row."""
        click.echo(f"{what:<52}{seconds:9.3f} s{seconds / self._yardstick_s:12.0f} ×  {note}")
