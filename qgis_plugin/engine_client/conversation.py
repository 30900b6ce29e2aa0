"""What is said to one engine process after another, and what becomes of the requests when one ends.

Knows no threads: whoever holds a ``Conversation`` calls it from one thread. An engine is sent one request at
a time, the others wait here: so it is always known which of them had begun.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Callable, Optional

from .crash import advice_after, crash_text, how_it_ended
from .errors import SET_UP, EngineCancelled, EngineCrashed, EngineFailed, EngineMissing
from .pending import Pending
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
from .requests import PROTOCOL, Hello, Shutdown

_HELLO = 0
"""Number of the first request to each process; those of the plugin count from 1."""

_SHUTDOWN = -1
"""Number of the last one."""

_END_S = 2.0
"""How long a process may take to end when it is asked to."""

_MOST_STRANGE_LINES = 50
"""Lines that are no message, after which a process that has not answered yet is taken for another program."""

_REPAIR = f"To repair it, {SET_UP}."


class Conversation:
    """The requests that wait, the one that runs, and the process that is asked.

    Args:
        start: Starts process number n, whose events come to ``hear`` and ``ended`` with that number.
        log: Told what happens to the process.
        version: Of the plugin.
        start_s: How long a process may take until it answers first.
        grace_s: A cancelled request has so long to stop by itself; then the process is killed.

    Attributes:
        starts: How many processes were started so far; also the number of the last one.
        deadline_s: When ``overdue`` is to be called, on the clock ``time.monotonic``; None = not at all.
    """

    def __init__(
        self,
        start: Callable[[int], ChildProcess],
        log: Callable[[str], None],
        *,
        version: str,
        start_s: float,
        grace_s: float,
    ) -> None:
        self._start_process, self._log, self._version = start, log, version
        self._start_s, self._grace_s = start_s, grace_s
        self._waiting: deque[Pending] = deque()
        self._process: Optional[ChildProcess] = None
        self._greeted, self._strange_lines = False, 0
        self._running: Optional[Pending] = None
        self._reached = False  # whether the running one went into the pipe
        self._sent_again: Optional[Pending] = None
        self._killed_for: Optional[Exception] = None
        self.starts = 0
        self.deadline_s: Optional[float] = None

    @property
    def at_rest(self) -> bool:
        """Whether there is neither a process nor a request."""
        return self._process is None and not self._waiting

    def add(self, pending: Pending) -> None:
        """Take a request; it waits for its turn."""
        self._waiting.append(pending)
        self._advance()

    def cancel(self, pending: Pending) -> None:
        """Drop a request that waits; ask the engine to stop the one that runs."""
        if pending in self._waiting:
            self._waiting.remove(pending)
            pending.finish(EngineCancelled("Cancelled before it began."))
        elif pending is self._running and self._process is not None and self.deadline_s is None:
            self.deadline_s = time.monotonic() + self._grace_s
            self._process.send(encode(Cancel(pending.number)))

    def hear(self, number: int, line: Optional[bytes]) -> None:
        """Take a line of a process; None stands for one that was too long."""
        if number != self.starts or self._process is None or self._killed_for is not None:
            return
        if line is None:
            self._log("The engine wrote a line that is too long to be a message; it is left out.")
            return
        try:
            message = decode_from_engine(line)
        except ProtocolError as error:
            self._log(f"The engine wrote a line that is no message: {error}")
            self._doubt()
            return
        if message.id == _HELLO and not self._greeted:
            self._greet(message)
        elif self._running is not None and message.id == self._running.number:
            self._follow(self._running, message)
        elif isinstance(message, (Log, Failure)):
            self._log(message.message)
        else:
            self._log(f"The engine spoke of request {message.id}, for which nobody waits.")
        self._advance()

    def ended(self, number: int, code: int) -> None:
        """Decide what becomes of the requests of a process that has ended.

        Args:
            number: Of the process.
            code: Its exit code, as ``subprocess`` returns it.
        """
        process = self._process
        if number != self.starts or process is None:
            return
        words, last_words = how_it_ended(code), process.stderr_tail()
        self._log(f"The engine has ended: {words}.")
        running, why, cancelled = self._running, self._killed_for, self.deadline_s is not None
        self._process = self._running = self._killed_for = self.deadline_s = None
        if not self._greeted:
            text = crash_text("The engine did not start", words, last_words, _REPAIR)
            self._fail_waiting(why or EngineCrashed(text))
        elif running is not None and (why or cancelled):
            running.finish(why or EngineCancelled(f"Cancelled; meanwhile the engine ended: {words}."))
        elif running is not None and self._may_go_again(running, code):
            self._sent_again = running
            self._waiting.appendleft(running)
        elif running is not None:
            what = "The engine ended before it was done"
            running.finish(EngineCrashed(crash_text(what, words, last_words, advice_after(code))))
        self._advance()

    def overdue(self) -> None:
        """Kill a process that did not answer in time; its end says what becomes of the request."""
        self.deadline_s = None
        if self._process is None:
            return
        if self._greeted:
            why = "Cancelled; the engine did not stop by itself and was ended."
            self._killed_for = EngineCancelled(why)
        else:
            why = f"it gave no answer within {self._start_s:g} s"
            why = crash_text("The engine did not start", why, self._process.stderr_tail(), _REPAIR)
            self._killed_for = EngineCrashed(why)
        self._log(why)
        self._process.kill()

    def close(self) -> None:
        """End the process and cancel all requests; returns when nothing of them is left."""
        running, self._running = self._running, None
        self._end_process()
        error = EngineCancelled("The engine was closed.")
        if running is not None:
            running.finish(error)
        self._fail_waiting(error)

    def _advance(self) -> None:
        """Start what is needed, send what can be sent."""
        while self._running is None and self._waiting:
            if self._process is None:
                self._start()
            elif self._greeted:
                self._send(self._process, self._waiting.popleft())
            if self._process is not None and not self._greeted:
                return

    def _start(self) -> None:
        try:
            self._process = self._start_process(self.starts + 1)
        except EngineMissing as error:
            self._fail_waiting(error)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are to be told
            self._fail_waiting(EngineMissing(f"The engine cannot be started ({error}): {SET_UP}."))
            return
        self.starts += 1
        self._greeted, self._strange_lines = False, 0
        self.deadline_s = time.monotonic() + self._start_s
        self._process.send(encode(Call(_HELLO, Hello(self._version))))

    def _send(self, process: ChildProcess, pending: Pending) -> None:
        try:
            line = encode(Call(pending.number, pending.request))
        except ValueError as error:
            pending.finish(EngineFailed(f"The request cannot be sent: {error}."))
            return
        self._running = pending
        self._reached = process.send(line)
        if not self._reached:
            process.kill()  # it ends, or does not listen any more

    def _doubt(self) -> None:
        """Count lines that are no message: what writes many before it greets is no engine and may not end."""
        self._strange_lines += 1
        if self._process is None or self._greeted or self._strange_lines < _MOST_STRANGE_LINES:
            return
        why = "it writes what no engine does"
        why = crash_text("The engine did not start", why, self._process.stderr_tail(), _REPAIR)
        self._killed_for, self.deadline_s = EngineCrashed(why), None
        self._process.kill()

    def _greet(self, message: FromEngine) -> None:
        """Hear who is there."""
        if not isinstance(message, (Answer, Failure)):
            return
        spoken = message.result.facts.get("protocol") if isinstance(message, Answer) else None
        if spoken == str(PROTOCOL):
            self._greeted, self.deadline_s = True, None
            return
        self._end_process()
        found = f"The engine speaks protocol {spoken or '?'} and this plugin protocol {PROTOCOL}"
        advice = f"reload the plugin or restart QGIS; if that does not mend it, {SET_UP}."
        self._fail_waiting(EngineFailed(f"{found}: {advice}", "protocol"))

    def _follow(self, running: Pending, message: FromEngine) -> None:
        """Pass on what the engine says of the request that runs."""
        if isinstance(message, (Progress, Log)):
            running.hear(message)
            return
        self._running = self.deadline_s = None
        if isinstance(message, Answer):
            running.finish(message.result)
        elif message.code == CANCELLED:
            running.finish(EngineCancelled(message.message))
        else:
            running.finish(EngineFailed(message.message, message.kind))

    def _may_go_again(self, running: Pending, code: int) -> bool:
        """Whether a request had not begun: the engine went home while it was on its way."""
        return running is not self._sent_again and (code == 0 or not self._reached)

    def _fail_waiting(self, error: Exception) -> None:
        while self._waiting:
            self._waiting.popleft().finish(error)

    def _end_process(self) -> None:
        process = self._process
        self._process = self._killed_for = self.deadline_s = None
        if process is not None:
            process.end(encode(Call(_SHUTDOWN, Shutdown())), grace_s=_END_S)
