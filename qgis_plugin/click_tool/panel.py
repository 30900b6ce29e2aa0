"""The review panel: everything of a review that is not on the map."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ..translation import tr
from .commands import Command, ReviewKeys, commands
from .offer_list import OfferList
from .session import ReviewSession
from .sources import Sources


class ReviewPanel(QDockWidget):
    """Shows a session, and tells it what the user wishes.

    Args:
        session: Told all wishes, and shown.
        parent: QGIS's main window.
    """

    set_up_wanted = pyqtSignal()
    """The user asks for the engine's set-up."""

    def __init__(self, session: ReviewSession, parent: Optional[QWidget] = None) -> None:
        super().__init__(tr("Plumbline: roads by click"), parent)
        self.setObjectName("PlumblineReviewPanel")
        self._session = session
        self._buttons: dict[str, QPushButton] = {}
        self.missing = _wrapped("")
        self.banner = self._engine_banner()
        self.sources = Sources(session)
        self.list = OfferList(session)
        self.progress = QProgressBar()
        self.message = _wrapped("")
        self._lay_out()
        self._listen()
        self._show_possible()
        self._show_busy()

    def button(self, name: str) -> QPushButton:
        """Return the button of a command."""
        return self._buttons[name]

    def _engine_banner(self) -> QWidget:
        banner = QFrame()
        banner.setFrameShape(QFrame.Shape.StyledPanel)
        button = QPushButton(tr("Set up engine…"))
        button.setObjectName("set_up")
        button.clicked.connect(self.set_up_wanted.emit)
        layout = QVBoxLayout(banner)
        layout.addWidget(self.missing)
        layout.addWidget(button)
        banner.hide()
        return banner

    def _lay_out(self) -> None:
        hint = _wrapped(
            tr(
                "Click on a road, or drag a rectangle. On an offered road: click selects, double click "
                "accepts, right click drops."
            )
        )
        hint.setEnabled(False)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.addWidget(self.banner)
        layout.addWidget(self.sources)
        layout.addWidget(hint)
        layout.addLayout(self._row("extract_view", "cancel"))
        layout.addWidget(self.progress)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._row("accept_all", "accept"))
        layout.addLayout(self._row("drop", "restore"))
        layout.addWidget(self.message)
        self.setWidget(content)

    def _row(self, *names: str) -> QHBoxLayout:
        row = QHBoxLayout()
        for command in commands():
            if command.name in names:
                row.addWidget(self._made_button(command))
        return row

    def _made_button(self, command: Command) -> QPushButton:
        button = QPushButton(command.text)
        button.setToolTip(command.tool_tip)
        button.clicked.connect(partial(self._carry_out, command))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to table and map
        self._buttons[command.name] = button
        return button

    def _carry_out(self, command: Command, *_: Any) -> None:
        command.carry_out(self._session)

    def _listen(self) -> None:
        self._keys = ReviewKeys(self._session)
        self.list.table.installEventFilter(self._keys)
        self.installEventFilter(self._keys)
        session = self._session
        session.offers_changed.connect(self._show_possible)
        session.selection_changed.connect(self._show_possible)
        session.busy_changed.connect(self._show_busy)
        session.told.connect(partial(self._say, bold=False))
        session.refused.connect(partial(self._say, bold=True))
        session.engine_missing.connect(self._miss_engine)

    def _show_possible(self) -> None:
        """Enable what can be done now, and say how much it is."""
        shown, dropped = len(self._session.offers.shown()), self._session.dropped
        for name, possible in (
            ("accept_all", shown),
            ("accept", self._session.selection),
            ("drop", self._session.selection),
            ("restore", dropped),
        ):
            self._buttons[name].setEnabled(bool(possible))
        self._buttons["accept_all"].setText(tr("Accept all {}").format(shown or "").rstrip())
        self._buttons["restore"].setText(tr("Restore {}").format(dropped or "").rstrip())

    def _show_busy(self) -> None:
        extractions = self._session.extractions
        running, waiting = extractions.running is not None, len(extractions.waiting)
        self._buttons["cancel"].setEnabled(self._session.busy)
        text = extractions.what if running else tr("Ready")
        if waiting:
            text = tr("{what}, {count} waiting").format(what=text, count=waiting)
        self.progress.setValue(extractions.per_cent if running else 0)
        self.progress.setFormat(text)
        if running:
            self.banner.hide()

    def _say(self, text: str, *, bold: bool) -> None:
        self.message.setStyleSheet("font-weight: bold" if bold else "")
        self.message.setText(text)

    def _miss_engine(self, text: str) -> None:
        self.missing.setText(text)
        self.banner.show()


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label
