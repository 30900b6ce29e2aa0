"""Work spread over processes that never outlive whoever wants it."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TypeVar

from engine.errors import EngineError
from engine.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_JOBS = 61
"""Windows waits for no more processes at a time."""


def _leave_with_parent(line: Connection) -> None:
    """In a worker: end at once when the parent lets go of its end of the line, or dies."""

    def watch() -> None:
        with suppress(EOFError, OSError):
            line.recv_bytes()
        os._exit(1)

    # Ctrl-C reaches the whole group; the parent answers for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _pipes_break_as_errors() -> Iterator[None]:
    """Let what begins here take a broken pipe for an error.

    The command line lets a broken pipe end the process without a word, as is right for its output. But a
    pool breaks a pipe of its own when a worker dies; its threads begin with the first work.
    """
    if os.name != "posix":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def map_in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Generator[Result, None, None]:
    """Yield the results of ``work`` for all items in their order, several at work at a time.

    Where it ends early, by an error or because its caller stops, the processes end at once, in the
    midst of their work.

    Args:
        work: A function of a module, or a partial one.
        items: What to work on.
        jobs: Processes.

    Raises:
        EngineError: A process was ended from outside.
    """
    # Started anew, not forked: libraries that run threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        min(jobs, MOST_JOBS), mp_context=context, initializer=_leave_with_parent, initargs=(theirs,)
    )
    try:
        with _pipes_break_as_errors():
            waiting = deque(pool.submit(work, item) for item in items)
        while waiting:
            yield waiting.popleft().result()  # not kept here: results may be large
    except BrokenProcessPool as error:
        raise EngineError(
            "One of the processes at work was ended from outside, most likely as the memory ran out: work on "
            "fewer at a time (--jobs 1) or on smaller areas."
        ) from error
    finally:
        ours.close()
        pool.shutdown(wait=True, cancel_futures=True)
        theirs.close()


def compare_each(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int | None, progress: Progress
) -> Generator[Result, None, None]:
    """Yield the results of ``work`` for all items in their order, several at work at a time; none is kept.

    Args:
        work: A function of a module, or a partial one.
        items: What to work on.
        jobs: Processes; one for each processor when absent.
        progress: Receives the state after each item.

    Raises:
        EngineError: A process was ended from outside, or the work failed.
        Cancelled: The progress asked to stop.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(items))
    found = map_in_processes(work, items, jobs) if jobs > 1 else (work(item) for item in items)
    with closing(found):
        progress.report(0, len(items), "comparing")
        for done, result in enumerate(found, start=1):
            yield result
            progress.report(done, len(items), "comparing")


def compare_all(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int | None, progress: Progress
) -> list[Result]:
    """Return what ``compare_each`` yields, as a list."""
    return list(compare_each(work, items, jobs, progress))
