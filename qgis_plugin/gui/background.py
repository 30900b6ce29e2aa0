"""Work that runs in a thread of QGIS's while a window stays responsive."""

from __future__ import annotations

from typing import Any, Callable, Optional

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from ..engine_setup.errors import SetUpCancelled, SetUpError
from ..engine_setup.progress import Advance, Watch


class Background(QgsTask):
    """Work of the set-up in a thread of QGIS's; its signals arrive on the main thread.

    Args:
        description: What QGIS's list of tasks shows.
        work: Given who watches it.
        on_end: Called with this task on the main thread, however it ended.
    """

    advanced = pyqtSignal(object)
    said = pyqtSignal(str)

    def __init__(
        self, description: str, work: Callable[[Watch], Any], on_end: Callable[[Background], None]
    ) -> None:
        super().__init__(description, QgsTask.Flag.CanCancel)
        self._work = work
        self._on_end: Optional[Callable[[Background], None]] = on_end
        self.outcome: Any = None
        self.failure: Optional[Exception] = None

    def run(self) -> bool:
        """Work; QGIS calls this in a thread."""
        try:
            self.outcome = self._work(Watch(self.isCanceled, self._advance, self.said.emit))
        except (SetUpError, SetUpCancelled, OSError) as failure:
            self.failure = failure
        except Exception as failure:  # noqa: BLE001 - nobody else is there to say it
            self.failure = SetUpError(f"{type(failure).__name__}: {failure}")
        return self.failure is None

    def _advance(self, advance: Advance) -> None:
        self.setProgress(100 * advance.fraction)
        self.advanced.emit(advance)

    def finished(self, result: bool) -> None:  # noqa: FBT001 - as QGIS has it
        """Tell whoever waits; QGIS calls this on the main thread, also for work that never began."""
        if self.failure is None and not result:
            self.failure = SetUpCancelled("The set-up was cancelled.")
        if self._on_end is not None:
            self._on_end(self)

    def forget(self) -> None:
        """Cancel, and tell nobody any more."""
        self._on_end = None
        self.cancel()
