"""What the plugin says above the map."""

from __future__ import annotations

from typing import Any, Callable, Optional

from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsMessageViewer
from qgis.PyQt.QtWidgets import QPushButton, QWidget

from ..shared_engine import LOG
from ..translation import tr

_TITLE = "Plumbline"


class Messages:
    """Says above the map that there is no engine, or why it ended.

    Work in the background has no window of its own to say why it failed. It writes critical messages to
    QGIS's log, and whoever looks at the map hears of them here: of the same one once, while it stands there.

    Args:
        bar: QGIS's message bar.
        on_set_up: Opens the dialog that makes the engine's environment.
    """

    def __init__(self, bar: Any, on_set_up: Callable[[], None]) -> None:
        self._bar = bar
        self._on_set_up = on_set_up
        self._standing: set[str] = set()
        self._logged = QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel]
        self._connection = self._logged.connect(self._hear)

    def _hear(self, message: str, tag: str, level: Any) -> None:
        if tag != LOG or level != Qgis.MessageLevel.Critical or message in self._standing:
            return
        headline, _, more = message.partition("\n")
        button = (tr("Details…"), lambda: self._show_all(message)) if more else None
        self._standing.add(message)
        shown = self._push(headline, Qgis.MessageLevel.Critical, button)
        shown.destroyed.connect(lambda *_: self._standing.discard(message))

    def _show_all(self, message: str) -> None:
        viewer = QgsMessageViewer(self._bar)
        viewer.setTitle(_TITLE)
        viewer.setMessageAsPlainText(message)
        viewer.showMessage(blocking=False)

    def say_engine_missing(self, text: str) -> None:
        """Say that there is no engine to ask, with a button that leads to one."""
        self.withdraw()
        self._push(text, Qgis.MessageLevel.Warning, (tr("Set up…"), self._on_set_up))

    def _push(self, text: str, level: Any, button: Optional[tuple[str, Callable[[], None]]]) -> QWidget:
        """Show a message until it is closed or its button is pressed; return what shows it."""
        message = self._bar.createMessage(_TITLE, text)
        if button is not None:
            label, on_clicked = button
            widget = QPushButton(label, message)
            widget.clicked.connect(lambda *_: self._bar.popWidget(message))
            widget.clicked.connect(lambda *_: on_clicked())
            message.layout().addWidget(widget)
        self._bar.pushWidget(message, level)
        return message

    def withdraw(self) -> None:
        """Take back what still stands above the map."""
        for message in self._bar.items():
            if message.title() == _TITLE:
                self._bar.popWidget(message)

    def close(self) -> None:
        """Say nothing more."""
        self._logged.disconnect(self._connection)
        self.withdraw()
