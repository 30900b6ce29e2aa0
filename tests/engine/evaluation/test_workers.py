"""Work spread over processes: they end with whoever wants it."""

import os
import signal
import time

import pytest

from engine.errors import EngineError, GraphError
from engine.evaluation.workers import map_in_processes

LONG_S = 600.0
"""Longer than anybody waits for a test."""


def _negated(number: int) -> int:
    return -number


def _ended(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _asleep(number: int) -> int:
    if number:
        time.sleep(LONG_S)
    return number


def _refused(number: int) -> int:
    if number == 0:
        raise GraphError("a road of cheese")
    time.sleep(LONG_S)
    return number


def _takes_broken_pipes(_number: int) -> bool:
    # Threads and processes begin with the mask of the thread that starts them.
    return signal.SIGPIPE in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def test_results_come_in_order() -> None:
    assert list(map_in_processes(_negated, range(5), 2)) == [0, -1, -2, -3, -4]


def test_a_process_that_is_ended_from_outside_is_told_in_words() -> None:
    with pytest.raises(EngineError, match=r"ended from outside.*--jobs 1"):
        list(map_in_processes(_ended, range(50), 2))


def test_a_pipe_that_breaks_in_the_pool_ends_nobody() -> None:
    """The command line has a broken pipe end the process; whether one breaks is a matter of luck."""
    assert all(map_in_processes(_takes_broken_pipes, range(2), 2))
    assert not _takes_broken_pipes(0)


def test_work_ends_at_once_where_its_caller_stops() -> None:
    results = map_in_processes(_asleep, range(4), 2)
    assert next(results) == 0
    results.close()


def test_work_ends_at_once_where_one_fails() -> None:
    with pytest.raises(GraphError, match="cheese"):
        list(map_in_processes(_refused, range(4), 2))
