"""The windows that the engine extracts one after another, while the user goes on."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Union

from qgis.core import QgsFeedback
from qgis.PyQt.QtCore import QObject, Qt, QThread, pyqtSignal

from ..engine_client.client import Engine
from ..engine_client.errors import EngineCancelled
from ..engine_client.protocol import Progress
from ..engine_client.requests import ExtractRoads
from ..engine_words import in_words
from ..input_raster import InputCancelled, RasterRequest
from ..translation import tr
from .found import FoundRoads, read_roads
from .windows import GroundWindow

_LOOK_FOR_CANCEL_S = 0.05


@dataclass(frozen=True)
class Extraction:
    """One window to extract.

    Attributes:
        number: Counts from 1 within a queue.
        window: Where.
        raster: What the engine is given of it.
        weights: Name of shipped weights, or a file.
        device: "auto", "cpu" or "cuda".
    """

    number: int
    window: GroundWindow
    raster: RasterRequest
    weights: str
    device: str


Outcome = Union[FoundRoads, Exception]


class _Run(QThread):
    """One extraction from pixels to roads; the thread waits, so that nobody else has to."""

    progress = pyqtSignal(int, str)
    """Per cent, and of what."""

    def __init__(self, extraction: Extraction, engine: Engine, folder: Path) -> None:
        super().__init__()
        self.extraction = extraction
        self.outcome: Outcome = EngineCancelled()
        self._engine = engine
        self._folder = folder
        self._feedback = QgsFeedback()
        self._feedback.progressChanged.connect(self._rendered, Qt.ConnectionType.DirectConnection)

    def stop(self) -> None:
        """Ask for an early end; the thread ends within moments, the engine soon after."""
        self._feedback.cancel()

    def run(self) -> None:
        """Do it; whatever goes wrong is the outcome."""
        try:
            self.outcome = self._extract()
        except (EngineCancelled, InputCancelled):
            self.outcome = EngineCancelled()
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
            self.outcome = error

    def _extract(self) -> FoundRoads:
        raster = self.extraction.raster.render(self._folder, self._feedback)
        output = self._folder / f"{self.extraction.number}.gpkg"
        request = ExtractRoads(
            raster=raster.path,
            output=str(output),
            bands=raster.bands,
            extent=raster.extent,
            weights=self.extraction.weights,
            device=self.extraction.device,
        )
        try:
            pending = self._engine.request(request, on_progress=self._told)
            while not pending.wait(_LOOK_FOR_CANCEL_S):
                if self._feedback.isCanceled():
                    pending.cancel()
                    raise EngineCancelled
            pending.result()
            return read_roads(str(output))
        finally:
            raster.remove()
            output.unlink(missing_ok=True)

    def _rendered(self, per_cent: float) -> None:
        self.progress.emit(int(per_cent), tr("Reading the map"))

    def _told(self, progress: Progress) -> None:
        self.progress.emit(100 * progress.done // max(progress.total, 1), in_words(progress.what))


class Extractions(QObject):
    """A queue: one extraction runs, the others wait.

    Args:
        engine: Returns the engine; asked before each extraction.
        folder: For temporary files.
    """

    ended = pyqtSignal(object, object)
    """An ``Extraction`` and its ``FoundRoads``, or the exception that ended it."""

    changed = pyqtSignal()
    """Something runs or waits that did not, or the other way round, or there is progress."""

    def __init__(self, engine: Callable[[], Engine], folder: Path) -> None:
        super().__init__()
        self._engine = engine
        self._folder = folder
        self._waiting: deque[Extraction] = deque()
        self._run: Optional[_Run] = None
        self._stopping: set[_Run] = set()
        self._count = 0
        self.per_cent = 0
        self.what = ""

    @property
    def running(self) -> Optional[Extraction]:
        """What the engine works on."""
        return self._run.extraction if self._run is not None else None

    @property
    def waiting(self) -> tuple[Extraction, ...]:
        """What comes next, in order."""
        return tuple(self._waiting)

    def add(self, window: GroundWindow, raster: RasterRequest, *, weights: str, device: str) -> Extraction:
        """Extract a window as soon as those before it are through."""
        self._count += 1
        extraction = Extraction(self._count, window, raster, weights, device)
        self._waiting.append(extraction)
        self._next()
        self.changed.emit()
        return extraction

    def cancel(self) -> int:
        """Forget what waits and stop what runs; returns how many those were."""
        count = len(self._waiting) + (self._run is not None)
        self._waiting.clear()
        if self._run is not None:
            self._run.stop()
            self._stopping.add(self._run)
            self._run = None
        if count:
            self.changed.emit()
        return count

    def close(self) -> None:
        """Stop everything and wait for the threads, which takes moments."""
        self.blockSignals(True)  # noqa: FBT003 - Qt takes no keywords
        self.cancel()
        for run in tuple(self._stopping):
            run.wait()
        self._stopping.clear()

    def _next(self) -> None:
        if self._run is not None or not self._waiting:
            return
        self._run = _Run(self._waiting.popleft(), self._engine(), self._folder)
        self.per_cent, self.what = 0, ""
        # Queued: these come from the thread of the run, and are for this one.
        self._run.progress.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)
        self._run.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self._run.start()

    def _on_progress(self, per_cent: int, what: str) -> None:
        if self.sender() is self._run:
            self.per_cent, self.what = per_cent, what
            self.changed.emit()

    def _on_finished(self) -> None:
        ended, run = self.sender(), self._run
        self._stopping.discard(ended)
        if run is None or ended is not run:
            return
        self._run = None
        self.ended.emit(run.extraction, run.outcome)
        self._next()
        self.changed.emit()
