"""What map servers answered while QGIS fetched tiles: its own blocks do not tell."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Optional

from qgis.core import QgsNetworkAccessManager, QgsNetworkReplyContent, QgsNetworkRequestParameters
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QObject, QThread, QUrl, pyqtSignal, pyqtSlot
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from ..translation import tr

_ABSENT = {404, 410}
"""Servers answer so where they have no image; that is no refusal."""

_NO_IMAGE = (b"text/html", b"text/xml", b"application/xml", b"application/vnd.ogc")
"""A page to log in, or an exception of a map service. Plain text says where an image is (ArcGIS)."""

_WAIT_S = 5.0
"""For the main thread to say what it heard; it is never busy for as long."""


class Replies(QObject):
    """Listens to the failed requests to one server, from whatever thread QGIS sends them.

    Every thread has its own network manager, and which one fetches depends on the version of QGIS; but all
    of them tell the main thread's. So this lives there. Requests for the canvas are heard too: only what
    failed while a tile has holes is a reason for them.
    """

    _asked = pyqtSignal(object, object)

    def __init__(self, host: Optional[str]) -> None:
        """Make it, in any thread.

        Args:
            host: End of the server's name; None = there is none to listen to.
        """
        super().__init__()
        self._host = host
        self._failed: dict[str, str] = {}
        self._asked.connect(self._act)
        self.moveToThread(QCoreApplication.instance().thread())

    def __enter__(self) -> Replies:
        self._on_main_thread(self._listen)
        return self

    def __exit__(self, *_error: object) -> None:
        # Nobody waits for this: QGIS may be ending, its main thread waiting for us.
        if QThread.currentThread() is self.thread():
            self._leave()
        else:
            self._asked.emit(self._leave, threading.Event())

    def forget(self) -> None:
        """Begin anew."""
        self._failed.clear()

    def failures(self) -> list[str]:
        """Return what went wrong since the last ``forget``: "ADDRESS: REASON", without keys in it."""
        if self._host is None:
            return []
        if QThread.currentThread() is self.thread():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self._on_main_thread(_nothing)  # what was told before is heard by then
        return [f"{url}: {reason}" for url, reason in self._failed.items()]

    def _on_main_thread(self, act: Callable[[], None]) -> None:
        if QThread.currentThread() is self.thread():
            act()
            return
        ready = threading.Event()
        self._asked.emit(act, ready)
        ready.wait(_WAIT_S)

    @pyqtSlot(object, object)  # type: ignore[untyped-decorator]
    def _act(self, act: Callable[[], None], ready: threading.Event) -> None:
        act()
        ready.set()

    def _listen(self) -> None:
        network = QgsNetworkAccessManager.instance()
        network.finished[QgsNetworkReplyContent].connect(self._note_reply)
        network.requestTimedOut[QgsNetworkRequestParameters].connect(self._note_timeout)

    def _leave(self) -> None:
        network = QgsNetworkAccessManager.instance()
        network.finished[QgsNetworkReplyContent].disconnect(self._note_reply)
        network.requestTimedOut[QgsNetworkRequestParameters].disconnect(self._note_timeout)

    def _note_timeout(self, request: Any) -> None:
        self._note(request.request().url(), tr("no answer in time"))

    def _note_reply(self, reply: Any) -> None:
        url = reply.request().url()
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        error = reply.error()
        # A canvas that is panned cancels what it asked for; our own cancelling is known elsewhere.
        if status in _ABSENT or error == QNetworkReply.NetworkError.OperationCanceledError:
            return
        if status is not None and status >= 400:
            self._note(url, f"HTTP {status}")
        elif error != QNetworkReply.NetworkError.NoError:
            self._note(url, reply.errorString())
        elif bytes(reply.rawHeader(b"Content-Type")).startswith(_NO_IMAGE):
            self._note(url, tr("the answer is a text, not an image"))
        else:
            self._failed.pop(_named(url), None)

    def _note(self, url: QUrl, reason: str) -> None:
        if self._host is not None and url.host().endswith(self._host):
            self._failed[_named(url)] = reason


def _named(url: QUrl) -> str:
    """Write an address without what may be a key or a password."""
    return str(url.toString(QUrl.UrlFormattingOption.RemoveQuery | QUrl.UrlFormattingOption.RemoveUserInfo))


def _nothing() -> None:
    """Take a turn in the queue of the main thread."""
