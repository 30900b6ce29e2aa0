"""The engine as the plugin sees it: requests in, answers out, a process that is there when it is needed.

All that an ``Engine`` knows is changed by one thread of its own, which lives as long as there is a process or
a request. Everybody else (callers, the threads that read pipes) puts events into its mailbox. The engine is
sent one request at a time; the others wait here, so that it is always known which of them had begun.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Callable, Optional

from .crash import crash_text, how_it_ended
from .environment import child_environment, engine_command, engine_root, plugin_version, qgis_folders
from .errors import SET_UP, EngineCancelled, EngineCrashed, EngineFailed, EngineMissing
from .pending import Pending, call
from .process import ChildProcess
from .protocol import (
    CANCELLED,
    Answer,
    Call,
    Cancel,
    Failure,
    FromEngine,
    Log,
    Progress,
    ProtocolError,
    decode_from_engine,
    encode,
)
from .requests import PROTOCOL, Hello, Request, Shutdown

__all__ = ["Engine", "Pending"]

_HELLO = 0
"""Number of the first request to each process; those of the plugin count from 1."""

_SHUTDOWN = -1
"""Number of the last one."""

_END_S = 2.0
"""How long an engine may take to end when it is asked to."""

_REPAIR = f"To repair it, {SET_UP}."
_AGAIN = (
    "The next request starts it again. If memory ran out, close other programs or choose a smaller extent; "
    'what runs here is told by "Check engine" (plumbline:checkengine).'
)


def _nothing(_: Any) -> None:
    """Take what nobody wants to hear."""


class Engine:
    """One warm engine: started by the first request, and again by the next one after it has ended.

    Safe to use from any thread. Callbacks come from another thread and are to return soon.

    Args:
        find_interpreter: Returns the absolute path of the engine's Python, or raises ``EngineMissing``.
        idle_s: The engine ends after so long without work.
        log: Told what happens to the process, and what it writes to its standard error.
        start_s: How long it may take until it answers first: libraries are read from a cold disk.
        grace_s: A cancelled request has so long to stop by itself; then the process is killed.
    """

    def __init__(
        self,
        find_interpreter: Callable[[], Path],
        *,
        idle_s: float = 900.0,
        log: Callable[[str], None] = _nothing,
        start_s: float = 180.0,
        grace_s: float = 1.5,
    ) -> None:
        self._find_interpreter = find_interpreter
        self._idle_s, self._start_s, self._grace_s = idle_s, start_s, grace_s
        self._log = partial(call, log)
        self._mailbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        # Below the lock: the thread, and what callers may ask of it.
        self._thread: Optional[threading.Thread] = None
        self._last_number = _HELLO
        self._closed = False
        self._starts = 0
        # Of the thread alone:
        self._waiting: deque[Pending] = deque()
        self._process: Optional[ChildProcess] = None
        self._ready = False
        self._running: Optional[Pending] = None
        self._resent: Optional[Pending] = None
        self._deadline_s: Optional[float] = None
        self._killed_for: Optional[Exception] = None

    @property
    def starts(self) -> int:
        """How many processes were started so far."""
        return self._starts

    def request(
        self,
        request: Request,
        *,
        on_progress: Callable[[Progress], None] = _nothing,
        on_log: Callable[[str], None] = _nothing,
    ) -> Pending:
        """Ask the engine for something; returns at once.

        Args:
            request: What to ask for.
            on_progress: Called with each ``Progress``.
            on_log: Called with each fact worth showing.
        """
        with self._lock:
            self._last_number += 1
            pending = Pending(self._last_number, request, on_progress, on_log, self._ask_to_cancel)
            closed = self._closed
            if not closed:
                self._mailbox.put(partial(self._waiting.append, pending))
                self._wake()
        if closed:
            pending.finish(EngineCancelled("The engine is closed."))
        return pending

    def close(self, *, for_good: bool = False) -> None:
        """End the process; what runs or waits is cancelled. Returns when nothing of it is left.

        Args:
            for_good: Whether requests from now on are refused; else the next one starts a new process.
        """
        with self._lock:
            self._closed = self._closed or for_good
            thread = self._thread
            if thread is not None:
                self._mailbox.put(self._end)
        if thread is not None and thread is not threading.current_thread():
            thread.join(4 * _END_S)

    def _wake(self) -> None:
        """See that somebody reads the mailbox; the lock is held."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._supervise, name="plumbline engine", daemon=True)
            self._thread.start()

    def _ask_to_cancel(self, pending: Pending) -> None:
        self._mailbox.put(partial(self._cancel, pending))

    # What follows runs in the engine's thread.

    def _supervise(self) -> None:
        while True:
            call(self._advance)
            with self._lock:
                if self._process is None and not self._waiting and self._mailbox.empty():
                    self._thread = None
                    return
            call(self._next_event())

    def _next_event(self) -> Callable[[], None]:
        """Wait for an event, or for the time at which something is due."""
        left_s = None if self._deadline_s is None else max(0.0, self._deadline_s - time.monotonic())
        try:
            return self._mailbox.get(timeout=left_s)
        except Empty:
            return self._overdue

    def _advance(self) -> None:
        """Start what is needed, send what can be sent."""
        if self._running is None and self._waiting:
            if self._process is None:
                self._start()
            elif self._ready:
                self._send(self._waiting.popleft())

    def _start(self) -> None:
        number = self._starts + 1
        try:
            command = engine_command(self._find_interpreter(), idle_s=self._idle_s)
            process = ChildProcess(
                command,
                child_environment(os.environ, inside_qgis=qgis_folders(os.environ)),
                on_line=lambda line: self._mailbox.put(partial(self._hear, number, line)),
                on_stderr=self._log,
                on_end=lambda code: self._mailbox.put(partial(self._ended, number, code)),
            )
        except EngineMissing as error:
            self._fail_all(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are to be told
            self._fail_all(EngineMissing(f"The engine cannot be started ({error}): {SET_UP}."))
        else:
            self._starts, self._process, self._ready = number, process, False
            self._log(f"The engine is started: {command[0]}")
            self._deadline_s = time.monotonic() + self._start_s
            process.send(encode(Call(_HELLO, Hello(plugin_version(engine_root())))))

    def _send(self, pending: Pending) -> None:
        try:
            line = encode(Call(pending.number, pending.request))
        except ValueError as error:
            pending.finish(EngineFailed(f"The request cannot be sent: {error}."))
            return
        self._running = pending
        if self._process is not None and not self._process.send(line):
            self._process.kill()  # it ends, or listens no more: its end says what becomes of the request

    def _hear(self, number: int, line: Optional[bytes]) -> None:
        """Take a line of process ``number``."""
        if number != self._starts or self._process is None:
            return
        if line is None:
            self._log("The engine said a line that is too long to be a message; it is left out.")
            return
        try:
            message = decode_from_engine(line)
        except ProtocolError as error:
            self._log(f"The engine said what is no message. {error}")
            return
        if message.id == _HELLO and not self._ready:
            self._greet(message)
        elif self._running is not None and message.id == self._running.number:
            self._follow(self._running, message)
        elif isinstance(message, (Log, Failure)):
            self._log(message.message)
        else:
            self._log(f"The engine spoke of request {message.id}, for which nobody waits.")

    def _greet(self, message: FromEngine) -> None:
        """Hear who is there."""
        if isinstance(message, (Progress, Log)):
            return
        spoken = message.result.facts.get("protocol") if isinstance(message, Answer) else "another"
        if spoken == str(PROTOCOL):
            self._ready, self._deadline_s = True, None
            return
        self._end_process()
        found = f"The engine speaks protocol {spoken} and this plugin protocol {PROTOCOL}"
        advice = f"reload the plugin or restart QGIS; if that does not mend it, {SET_UP}."
        self._fail_all(EngineFailed(f"{found}: {advice}", "protocol"))

    def _follow(self, running: Pending, message: FromEngine) -> None:
        """Pass on what the engine says of the request that runs."""
        if isinstance(message, (Progress, Log)):
            running.hear(message)
            return
        self._running = self._deadline_s = None
        if isinstance(message, Answer):
            running.finish(message.result)
        elif message.code == CANCELLED:
            running.finish(EngineCancelled(message.message))
        else:
            running.finish(EngineFailed(message.message, message.kind))

    def _cancel(self, pending: Pending) -> None:
        if pending in self._waiting:
            self._waiting.remove(pending)
            pending.finish(EngineCancelled("Cancelled before it began."))
        elif pending is self._running and self._process is not None and self._deadline_s is None:
            self._deadline_s = time.monotonic() + self._grace_s
            self._process.send(encode(Cancel(pending.number)))

    def _overdue(self) -> None:
        """Kill what did not answer in time; its end says what becomes of the request."""
        self._deadline_s = None
        if self._process is None:
            return
        if self._ready:
            self._killed_for = EngineCancelled("Cancelled; the engine did not stop by itself and was killed.")
        else:
            why = f"it gave no answer within {self._start_s:g} s"
            words = self._process.stderr_tail()
            self._killed_for = EngineCrashed(crash_text("The engine did not start", why, words, _REPAIR))
        self._log(str(self._killed_for))
        self._process.kill()

    def _ended(self, number: int, code: int) -> None:
        """Decide what becomes of the requests of process ``number``, which has ended."""
        process = self._process
        if number != self._starts or process is None:
            return
        ready, running, why = self._ready, self._running, self._killed_for
        self._process = self._running = self._deadline_s = self._killed_for = None
        words = how_it_ended(code)
        self._log(f"The engine has ended: {words}.")
        if not ready:
            text = crash_text("The engine did not start", words, process.stderr_tail(), _REPAIR)
            self._fail_all(why or EngineCrashed(text))
        elif running is not None:
            if why is None and code == 0 and self._resent is not running:
                # It went home when the request was on its way.
                self._resent = running
                self._waiting.appendleft(running)
            else:
                text = crash_text("The engine ended before it was done", words, process.stderr_tail(), _AGAIN)
                running.finish(why or EngineCrashed(text))

    def _fail_all(self, error: Exception) -> None:
        while self._waiting:
            self._waiting.popleft().finish(error)

    def _end_process(self) -> None:
        process, self._process, self._deadline_s = self._process, None, None
        if process is not None:
            process.end(encode(Call(_SHUTDOWN, Shutdown())), grace_s=_END_S)

    def _end(self) -> None:
        """Close: cancel everything and leave nothing behind."""
        running, self._running = self._running, None
        self._end_process()
        error = EngineCancelled("The engine was closed.")
        if running is not None:
            running.finish(error)
        self._fail_all(error)
