"""A request under way, as the one who asked sees it."""

from __future__ import annotations

import logging
import threading
from typing import Any, Callable, Optional, Union

from .protocol import Log, Progress, Result
from .requests import Request

_LOG = logging.getLogger(__name__)


def call(callback: Callable[..., Any], *arguments: Any) -> None:
    """Call what others gave us: whatever it raises is written to the log, and ends nothing of ours."""
    try:
        callback(*arguments)
    except Exception:  # noqa: BLE001 - not ours, and logged
        _LOG.exception("A callback of an engine's request failed.")


class Pending:
    """The answer to a request, which may still be to come. Safe to use from any thread.

    Args:
        number: The request's id.
        request: What was asked.
        on_progress: Called for each step, from another thread; is to return soon.
        on_log: Called for each fact worth showing, likewise.
        ask_to_cancel: What ``cancel`` calls.
    """

    def __init__(
        self,
        number: int,
        request: Request,
        on_progress: Callable[[Progress], None],
        on_log: Callable[[str], None],
        ask_to_cancel: Callable[[Pending], None],
    ) -> None:
        self.number = number
        self.request = request
        self._on_progress = on_progress
        self._on_log = on_log
        self._ask_to_cancel = ask_to_cancel
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._outcome: Optional[Union[Result, Exception]] = None
        self._callbacks: list[Callable[[], None]] = []

    def hear(self, message: Union[Progress, Log]) -> None:
        """Pass on what the engine says on the way."""
        if isinstance(message, Progress):
            call(self._on_progress, message)
        else:
            call(self._on_log, message.message)

    def finish(self, outcome: Union[Result, Exception]) -> None:
        """Set how it ended; only the first end counts."""
        with self._lock:
            if self._outcome is not None:
                return
            self._outcome = outcome
            callbacks, self._callbacks = self._callbacks, []
        self._finished.set()
        for callback in callbacks:
            call(callback)

    def wait(self, timeout_s: Optional[float] = None) -> bool:
        """Wait for the end, and return whether it has come."""
        return self._finished.wait(timeout_s)

    def result(self) -> Result:
        """Return what came of it, waiting for the end if need be.

        Raises:
            EngineFailed: The engine says why there is no result.
            EngineCancelled: It was cancelled, or the engine closed.
            EngineCrashed: The engine's process ended.
            EngineMissing: There is no engine that could be started.
        """
        self._finished.wait()
        if isinstance(self._outcome, Result):
            return self._outcome
        raise self._outcome or RuntimeError("A request ended without an outcome.")

    def cancel(self) -> None:
        """Ask to stop; returns at once. The end is ``EngineCancelled``, or the result if that was quicker."""
        if not self._finished.is_set():
            self._ask_to_cancel(self)

    def when_done(self, callback: Callable[[], None]) -> None:
        """Call back after the end, from another thread; at once if it has come already."""
        with self._lock:
            if self._outcome is None:
                self._callbacks.append(callback)
                return
        call(callback)
