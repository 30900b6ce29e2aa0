"""The engine as the plugin sees it: requests in, answers out, a process that is there when it is needed."""

from __future__ import annotations

import os
import threading
import time
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Callable, Optional

from .conversation import Conversation
from .environment import child_environment, engine_command, engine_root, plugin_version, qgis_folders
from .pending import Pending, call
from .process import ChildProcess
from .protocol import Progress
from .requests import Hello, Request

__all__ = ["Engine", "Pending"]

_CLOSE_S = 15.0
"""Longest wait for a process to end; one that hangs in the system itself cannot be ended at all."""


def _nothing(_: Any) -> None:
    """Take what nobody wants to hear."""


class Engine:
    """One warm engine: started by the first request, and again by the next one after it has ended.

    Safe to use from any thread. What it knows is changed by one thread of its own, which lives as long as
    there is a process or a request; everybody else puts events into its mailbox. Callbacks come from there,
    too, and are to return soon.

    Args:
        find_interpreter: Returns the absolute path of the engine's Python, or raises ``EngineMissing``;
            called before each start, in that other thread.
        idle_s: The engine ends after so long without work; may be set later, for the next process.
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
        self.idle_s = idle_s
        self._log = partial(call, log)
        self._mailbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._conversation = Conversation(
            self._start, self._log, version=plugin_version(engine_root()), start_s=start_s, grace_s=grace_s
        )
        self._lock = threading.Lock()  # for what follows
        self._thread: Optional[threading.Thread] = None
        self._converses = False  # whether that thread reads the mailbox; it lives a moment longer
        self._requests = 0

    @property
    def starts(self) -> int:
        """How many processes were started so far."""
        return self._conversation.starts

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
            on_progress: Called with each step.
            on_log: Called with each fact worth showing.
        """
        with self._lock:
            self._requests += 1
            pending = Pending(self._requests, request, on_progress, on_log, self._ask_to_cancel)
            self._mailbox.put(partial(self._conversation.add, pending))
            self._wake()
        return pending

    def warm_up(self) -> None:
        """Start the process if there is none: somebody is about to ask, and libraries load for seconds."""
        self.request(Hello(plugin_version(engine_root())))

    def close(self) -> None:
        """End the process; what runs or waits is cancelled. Returns when nothing of it is left.

        The next request starts a new one.
        """
        with self._lock:
            thread = self._thread
            if self._converses:
                self._mailbox.put(self._conversation.close)
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_S)

    def _wake(self) -> None:
        """See that somebody reads the mailbox; the lock is held."""
        if not self._converses:
            self._converses = True
            self._thread = threading.Thread(
                target=self._converse, args=(self._thread,), name="plumbline engine", daemon=True
            )
            self._thread.start()

    def _ask_to_cancel(self, pending: Pending) -> None:
        self._mailbox.put(partial(self._conversation.cancel, pending))

    def _converse(self, before: Optional[threading.Thread]) -> None:
        if before is not None:
            before.join()  # on its last lines; so whoever waits for this thread has waited for all
        while True:
            call(self._next_event())
            with self._lock:
                if self._conversation.at_rest and self._mailbox.empty():
                    self._converses = False
                    return

    def _next_event(self) -> Callable[[], None]:
        """Wait for an event, or for the time at which something is due."""
        deadline_s = self._conversation.deadline_s
        left_s = None if deadline_s is None else max(0.0, deadline_s - time.monotonic())
        try:
            return self._mailbox.get(timeout=left_s)
        except Empty:
            return self._conversation.overdue

    def _start(self, number: int) -> ChildProcess:
        """Start process ``number``; what it says goes to the mailbox."""
        command = engine_command(self._find_interpreter(), idle_s=self.idle_s)
        self._log(f"Starting the engine: {command[0]}")
        put, conversation = self._mailbox.put, self._conversation
        return ChildProcess(
            command,
            child_environment(os.environ, inside_qgis=qgis_folders(os.environ)),
            on_line=lambda line: put(partial(conversation.hear, number, line)),
            on_stderr=self._log,
            on_end=lambda code: put(partial(conversation.ended, number, code)),
        )
