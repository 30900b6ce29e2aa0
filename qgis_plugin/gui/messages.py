"""What the plugin says above the map."""

from __future__ import annotations

from typing import Any, Callable

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtWidgets import QPushButton

from ..translation import tr

LOG = "Plumbline"
"""Tab of QGIS's log messages that the plugin writes to."""


def say_engine_missing(bar: Any, text: str, on_set_up: Callable[[], None]) -> None:
    """Say that there is no engine yet, with a button that leads to one.

    Args:
        bar: QGIS's message bar.
        text: What was looked for.
        on_set_up: Called when the button is pressed.
    """
    message = bar.createMessage("Plumbline", text)
    button = QPushButton(tr("Set up…"), message)
    button.clicked.connect(lambda *_: bar.popWidget(message))
    button.clicked.connect(lambda *_: on_set_up())
    message.layout().addWidget(button)
    bar.pushWidget(message, Qgis.MessageLevel.Warning)


class FailureNotice:
    """Shows a failure that the engine logs above the map; the same one only once.

    Work in the background has no window of its own to say why it ended. It writes critical messages to QGIS's
    log, and whoever looks at the map hears of them here.

    Args:
        bar: QGIS's message bar.
    """

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._shown = ""
        self._connection = (
            QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel].connect(self._hear)
        )

    def _hear(self, message: str, tag: str, level: Any) -> None:
        if tag == LOG and level == Qgis.MessageLevel.Critical and message != self._shown:
            self._shown = message
            self._bar.pushMessage("Plumbline", message, level=Qgis.MessageLevel.Critical, duration=0)

    def close(self) -> None:
        """Listen no more."""
        QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel].disconnect(self._connection)
