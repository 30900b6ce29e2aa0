"""The engine as a process: one thread listens and answers at once, the main thread works, one by one."""

import faulthandler
import gc
import logging
import os
import platform
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

from engine.errors import Cancelled, EngineError, as_engine_error
from engine.progress import Progress
from engine.service.protocol import (
    CANCELLED,
    ENGINE_ERROR,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    MOST_LINE_BYTES,
    PARSE_ERROR,
    Answer,
    Call,
    Cancel,
    Failure,
    FromEngine,
    Log,
    ProtocolError,
    Result,
    decode_to_engine,
)
from engine.service.reporter import RequestReporter
from engine.service.requests import PROTOCOL, Hello, Request, Shutdown
from engine.stopping import Stop, stopped_by
from engine.version import VERSION

_LOG = logging.getLogger(__name__)

GRACE_S = 1.5
"""How long work has to tidy up when the client has gone; then the process ends all the same."""


class Work(Protocol):
    """Carries out requests."""

    def __call__(self, request: Request, progress: Progress) -> Result:
        """Carry one out."""

    def release(self) -> None:
        """Give back memory after one that was stopped or has failed."""


@dataclass(frozen=True, slots=True)
class _Task:
    call: Call
    stop: Stop = field(default_factory=Stop)


class Server:
    """Answers one client.

    Args:
        load: Returns what carries out requests, the same each time; called once the client is heard, as
            libraries take seconds to load. Runs in the thread that calls ``run``, as does what it returns.
        send: Writes a message, from any thread.
        idle_s: How long to wait for a request before the process ends; forever when absent.
    """

    def __init__(
        self, load: Callable[[], Work], send: Callable[[FromEngine], None], *, idle_s: float | None = None
    ) -> None:
        self._load = load
        self._send = send
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._waiting: deque[_Task] = deque()
        self._running: _Task | None = None
        self._heard_s = time.monotonic()
        self._over = False

    def run(self, lines: Iterable[bytes | None]) -> None:
        """Serve until the lines end, the client says so, or it has been silent for too long.

        Args:
            lines: What the client says; None stands for a line that was too long. Read in another thread.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end_by_signal)
        threading.Thread(target=self._listen, args=(lines,), name="listener", daemon=True).start()
        # Before a request is begun: a library that is stopped while it loads is of no use any more, and a
        # request that waits can still be cancelled at once. A client may greet long before it asks.
        with suppress(Exception):  # told in the answers
            self._load()
        while self._wait():
            if task := self._begin():
                outcome = self._outcome(task)
                self._finish(outcome)

    def _wait(self) -> bool:
        """Wait for work; tell whether there is any, or else the end has come."""
        with self._changed:
            while not (self._waiting or self._over):
                left_s = None if self._idle_s is None else self._heard_s + self._idle_s - time.monotonic()
                if left_s is not None and left_s <= 0:
                    self._over = True
                    self._send(
                        Log(None, f"The engine was asked for nothing for {self._idle_s:g} s and ends.")
                    )
                else:
                    self._changed.wait(left_s)
            return not self._over

    def _begin(self) -> _Task | None:
        """Take the next request, unless it was cancelled meanwhile."""
        with self._changed:
            self._running = self._waiting.popleft() if self._waiting else None
            return self._running

    def _finish(self, outcome: Answer | Failure) -> None:
        with self._changed:
            self._running = None
            self._heard_s = time.monotonic()
        self._say(outcome)
        if isinstance(outcome, Failure):
            # Tracebacks hold what filled the memory, and each other; told first, as this takes a moment.
            gc.collect()
            with suppress(Exception):
                self._load().release()

    def _outcome(self, task: _Task) -> Answer | Failure:
        """Carry out a request; whatever happens is an answer."""
        number = task.call.id
        reporter = RequestReporter(number, self._send, task.stop)
        try:
            work = self._load()
            with stopped_by(task.stop):
                result = work(task.call.request, reporter)
                reporter.flush()
            return Answer(number, result)
        except Cancelled:
            return _cancelled(number)
        except Exception as error:  # noqa: BLE001 - one request must not end the others
            return _failure(number, error)

    def _say(self, outcome: Answer | Failure) -> None:
        try:
            self._send(outcome)
        except ValueError:
            _LOG.exception("An answer that cannot be written")
            self._send(Failure(outcome.id, INTERNAL_ERROR, "The result holds a number that is not finite."))

    def _listen(self, lines: Iterable[bytes | None]) -> None:
        """In a thread of its own: hear the client out."""
        try:
            for line in lines:
                if line is None:
                    message = f"The line is longer than {MOST_LINE_BYTES} bytes: no message is."
                    self._send(Failure(None, PARSE_ERROR, message))
                elif line.strip():
                    self._hear(line)
                if self._over:
                    break
        finally:
            self._end()

    def _hear(self, line: bytes) -> None:
        try:
            message = decode_to_engine(line)
        except ProtocolError as error:
            self._send(Failure(error.id, error.code, str(error)))
            return
        if isinstance(message, Cancel):
            self._cancel(message.id)
        elif isinstance(message.request, Hello):
            self._send(Answer(message.id, _introduction()))
        elif isinstance(message.request, Shutdown):
            self._send(Answer(message.id, Result()))
            self._end()
        else:
            self._add(message)

    def _add(self, call: Call) -> None:
        with self._changed:
            tasks = [*self._waiting, *([self._running] if self._running else [])]
            known = any(task.call.id == call.id for task in tasks)
            if not known:
                self._waiting.append(_Task(call))
                self._heard_s = time.monotonic()
                self._changed.notify_all()
        if known:  # told without the number: the first request of that number is still to be answered
            message = f"The id {call.id} is that of a request that is not answered yet: count on."
            self._send(Failure(None, INVALID_REQUEST, message))

    def _cancel(self, number: int) -> None:
        """Drop a request that waits, stop one that runs; any other number is of one that is answered."""
        with self._changed:
            found = next((task for task in self._waiting if task.call.id == number), None)
            if found:
                self._waiting.remove(found)
            elif self._running and self._running.call.id == number:
                self._running.stop.ask()
        if found:
            self._send(_cancelled(number))

    def _end(self) -> None:
        """Let the process end: nobody wants the answers any more."""
        # A thread in C: it ends the process also while the main thread is deep in a library.
        faulthandler.dump_traceback_later(GRACE_S, exit=True, file=2)
        with self._changed:
            dropped = [task.call.id for task in self._waiting]
            self._waiting.clear()
            self._over = True
            if self._running:
                self._running.stop.ask()
            self._changed.notify_all()
        for number in dropped:
            self._send(_cancelled(number))

    def _end_by_signal(self, _signal: int, _frame: FrameType | None) -> None:
        self._over = True
        raise KeyboardInterrupt


def _introduction() -> Result:
    facts = {"version": VERSION, "protocol": str(PROTOCOL), "python": platform.python_version()}
    return Result(facts={**facts, "pid": str(os.getpid())})


def _cancelled(number: int) -> Failure:
    return Failure(number, CANCELLED, "Stopped, as was wished.")


def _failure(number: int, error: Exception) -> Failure:
    """Say what went wrong: in one line, and with a traceback in the log if nobody foresaw it."""
    foreseen: EngineError | None = as_engine_error(error)
    if foreseen:
        return Failure(number, ENGINE_ERROR, " ".join(str(foreseen).split()), foreseen.code)
    _LOG.error("Request %d failed", number, exc_info=error)
    what = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return Failure(number, INTERNAL_ERROR, f"The engine failed, which is a fault in it ({what}).")
