"""Longer work on the main thread, done in moments so that the window stays alive."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Callable, Optional

from qgis.PyQt.QtCore import QObject, QTimer

_SLICE_S = 0.02

Work = Iterator[None]
Ended = Callable[[Optional[Exception]], None]


class Slices(QObject):
    """Runs works one after another, each step by step; nothing runs before control is back in Qt's loop."""

    def __init__(self) -> None:
        super().__init__()
        self._works: deque[tuple[Work, Ended]] = deque()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether there is work left."""
        return bool(self._works)

    def add(self, work: Work, ended: Ended) -> None:
        """Do a work after those before it.

        Args:
            work: Each of its steps takes milliseconds.
            ended: Called after the last step, with what the work raised or None.
        """
        self._works.append((work, ended))
        self._timer.start(0)

    def clear(self) -> None:
        """Forget all works, also the one begun."""
        self._works.clear()
        self._timer.stop()

    def _go_on(self) -> None:
        until_s = time.monotonic() + _SLICE_S
        while self._works and time.monotonic() < until_s:
            work, ended = self._works[0]
            try:
                next(work)
            except StopIteration:
                self._works.popleft()
                ended(None)
            except Exception as error:  # noqa: BLE001 - there is nobody above Qt's loop to tell
                self._works.popleft()
                ended(error)
        if not self._works:
            self._timer.stop()
