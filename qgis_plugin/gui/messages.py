"""What the plugin says above the map."""

from __future__ import annotations

from typing import Any, Callable

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtWidgets import QPushButton

from ..shared_engine import LOG
from ..translation import tr

_TITLE = "Plumbline"


class Messages:
    """Says above the map that there is no engine, or why it ended.

    Work in the background has no window of its own to say why it failed. It writes critical messages to
    QGIS's log, and whoever looks at the map hears of them here: of the same one only once.

    Args:
        bar: QGIS's message bar.
        on_set_up: Opens the dialog that makes the engine's environment.
    """

    def __init__(self, bar: Any, on_set_up: Callable[[], None]) -> None:
        self._bar = bar
        self._on_set_up = on_set_up
        self._shown = ""
        self._logged = QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel]
        self._connection = self._logged.connect(self._hear)

    def _hear(self, message: str, tag: str, level: Any) -> None:
        if tag != LOG or level != Qgis.MessageLevel.Critical or message == self._shown:
            return
        self._shown = message
        headline, _, more = message.partition("\n")
        self._bar.pushMessage(_TITLE, headline, more, level=Qgis.MessageLevel.Critical, duration=0)

    def say_engine_missing(self, text: str) -> None:
        """Say that there is no engine to ask, with a button that leads to one."""
        message = self._bar.createMessage(_TITLE, text)
        button = QPushButton(tr("Set up…"), message)
        button.clicked.connect(lambda *_: self._bar.popWidget(message))
        button.clicked.connect(lambda *_: self._on_set_up())
        message.layout().addWidget(button)
        self.withdraw()
        self._bar.pushWidget(message, Qgis.MessageLevel.Warning)

    def withdraw(self) -> None:
        """Take back what still stands above the map."""
        for message in self._bar.items():
            if message.title() == _TITLE:
                self._bar.popWidget(message)

    def close(self) -> None:
        """Say nothing more."""
        self._logged.disconnect(self._connection)
        self.withdraw()
