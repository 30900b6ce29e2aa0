"""An algorithm waits for the engine: progress, words and the wish to stop go between the two."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import Union

from qgis.core import Qgis, QgsMessageLog, QgsProcessingException, QgsProcessingFeedback
from qgis.PyQt.QtCore import QCoreApplication, QThread

from ..engine_client.client import Engine
from ..engine_client.errors import EngineCancelled, EngineCrashed, EngineFailed, EngineMissing
from ..engine_client.protocol import Progress, Result
from ..engine_client.requests import Request
from ..engine_words import in_words
from ..shared_engine import LOG
from ..translation import tr

_POLL_S = 0.05
"""How long a stop may go unnoticed here."""

_FIRST_SHARE = 0.9
"""Of the bar, for the first thing that the engine counts: the windows, as a rule."""

_LATER_SHARE = 0.6
"""Of what is left of the bar, for each thing that it counts after that."""


class Stopped(Exception):  # noqa: N818 - not an error: the user's wish
    """The user stopped the algorithm."""

    def __init__(self) -> None:
        super().__init__(tr("Stopped. Nothing unfinished was left behind."))


class _Bar:
    """One bar for all that the engine counts one after another; it never goes back.

    Args:
        feedback: Receives per cent, and in words what is counted.
    """

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback
        self._what = ""
        self._begin = 0.0
        self._end = 0.0
        self._done = 0.0

    def show(self, progress: Progress) -> None:
        """Show how far the engine is."""
        if progress.what != self._what:
            share = _LATER_SHARE if self._what else _FIRST_SHARE
            self._what, self._begin = progress.what, self._end
            self._end += share * (1 - self._end)
            self._feedback.setProgressText(in_words(progress.what))
        part = progress.done / progress.total if progress.total > 0 else 0.0
        self._done = max(self._done, self._begin + min(part, 1.0) * (self._end - self._begin))
        self._feedback.setProgress(100 * self._done)


def _tell(said: SimpleQueue[Union[Progress, str]], bar: _Bar, feedback: QgsProcessingFeedback) -> None:
    """Pass on what the engine said meanwhile, in the thread of the algorithm."""
    while True:
        try:
            message = said.get_nowait()
        except Empty:
            return
        if isinstance(message, Progress):
            bar.show(message)
        else:
            feedback.pushInfo(str(message))


def _on_main_thread() -> bool:
    application = QCoreApplication.instance()
    return application is not None and QThread.currentThread() == application.thread()


def run_request(engine: Engine, request: Request, feedback: QgsProcessingFeedback) -> Result:
    """Let the engine work, and wait for it.

    On the main thread, as under ``qgis_process``, QGIS's events go on meanwhile: Ctrl-C and a window's
    buttons are among them.

    Args:
        engine: Receives the request.
        request: What to work on.
        feedback: Told of the progress; its cancel is heard within a twentieth of a second.

    Raises:
        Stopped: The feedback was cancelled before the end.
        QgsProcessingException: The work failed; the message is the engine's, or says why it crashed.
    """
    said: SimpleQueue[Union[Progress, str]] = SimpleQueue()
    bar = _Bar(feedback)
    on_main_thread = _on_main_thread()
    stopping = feedback.isCanceled()
    if stopping:
        raise Stopped
    feedback.setProgressText(tr("Waiting for the engine"))
    pending = engine.request(request, on_progress=said.put, on_log=lambda log: said.put(str(log)))
    while not pending.wait(_POLL_S):
        if on_main_thread:
            QCoreApplication.processEvents()
        _tell(said, bar, feedback)
        if feedback.isCanceled() and not stopping:
            stopping = True
            feedback.pushInfo(tr("Stopping the engine"))
            pending.cancel()
    _tell(said, bar, feedback)
    try:
        return pending.result()
    except EngineCancelled:
        raise Stopped from None
    except EngineCrashed as error:
        QgsMessageLog.logMessage(str(error), LOG, Qgis.MessageLevel.Critical)
        raise QgsProcessingException(str(error)) from error
    except (EngineFailed, EngineMissing) as error:
        raise QgsProcessingException(str(error)) from error
