"""How a running request tells its client how far it is, and hears that it should stop."""

import time
from collections.abc import Callable

from engine.service.protocol import FromEngine, Log, Progress
from engine.stopping import Stop

LEAST_S = 0.05
"""Progress more often than this is seen by nobody, and costs."""


class RequestReporter:
    """The ``engine.progress.Progress`` of one request.

    Args:
        number: The request's id.
        send: Writes a message.
        stop: The client's wish to stop it.
        clock: Time, s.
    """

    def __init__(
        self,
        number: int,
        send: Callable[[FromEngine], None],
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._number = number
        self._send = send
        self._stop = stop
        self._clock = clock
        self._sent_s = float("-inf")
        self._unsent: Progress | None = None

    def report(self, done: int, total: int, what: str) -> None:
        """Tell how far the request is, if it was not told just now; the last state is always told.

        Raises:
            Cancelled: The client wishes to stop.
        """
        self._stop.check()
        self._unsent = Progress(self._number, done, total, what)
        if done >= total or self._clock() - self._sent_s >= LEAST_S:
            self.flush()

    def log(self, message: str) -> None:
        """Tell a fact.

        Raises:
            Cancelled: The client wishes to stop.
        """
        self._stop.check()
        self._whole(Log(self._number, message))

    def flush(self) -> None:
        """Tell a state that was held back."""
        if self._unsent is not None:
            self._sent_s = self._clock()
            self._whole(self._unsent)
            self._unsent = None

    def _whole(self, message: FromEngine) -> None:
        with self._stop.deferred():
            self._send(message)
        self._stop.check()
