"""A dialog that says what the engine needs, and installs it once the user agrees."""

from __future__ import annotations

from typing import Any, Callable, Optional

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ..engine_setup.errors import SetUpCancelled
from ..engine_setup.folders import State, state_of
from ..engine_setup.installation import install, remove
from ..engine_setup.plan import Plan, make_plan
from ..engine_setup.progress import Advance, Watch
from ..set_up import advance_in_words, other_interpreter_in_words, state_in_words
from ..shared_engine import close_engine
from ..translation import tr
from .background import Background
from .set_up_form import Options, Proposal

_STEPS = 1000
"""Of the progress bar."""

_PAUSE_MS = 500
"""After the last change of an option, before the plan is made again."""


class SetUpDialog(QDialog):
    """Shows the state of the engine and what a set-up would bring, and does it in the background.

    Args:
        parent: QGIS's main window.
    """

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Plumbline: set up engine"))
        self.resize(700, 680)
        self._plan: Optional[Plan] = None
        self._planning: Optional[Background] = None
        self._working: Optional[Background] = None
        self._state = QLabel()
        font = self._state.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self._state.setFont(font)
        self._about = QLabel()
        self._about.setWordWrap(True)
        self._proposal = Proposal()
        self._options = Options()
        self._doing = QLabel()
        self._doing.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setMaximumBlockCount(5000)
        self._log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._add_buttons()
        self._arrange()
        self._timer.timeout.connect(self._look)
        self._options.changed.connect(self._wait_and_look)
        self._show_busy(busy=False)
        self._look()

    def _add_buttons(self) -> None:
        roles = QDialogButtonBox.ButtonRole
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._install = self._buttons.addButton(tr("Agree and install"), roles.ActionRole)
        self._repair = self._buttons.addButton(tr("Repair"), roles.ActionRole)
        self._remove = self._buttons.addButton(tr("Remove…"), roles.ActionRole)
        self._cancel = self._buttons.addButton(tr("Cancel"), roles.ActionRole)
        self._buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self._repair.setToolTip(tr("Make the environment anew"))
        self._install.setDefault(True)
        self._install.clicked.connect(lambda *_: self._start_install(repair=False))
        self._repair.clicked.connect(lambda *_: self._start_install(repair=True))
        self._remove.clicked.connect(lambda *_: self._ask_and_remove())
        self._cancel.clicked.connect(lambda *_: self._stop())
        self._buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self._state)
        layout.addWidget(self._about)
        layout.addWidget(self._proposal, 1)
        for part in (self._options, self._doing, self._bar):
            layout.addWidget(part)
        layout.addWidget(self._log, 1)
        layout.addWidget(line)
        layout.addWidget(self._buttons)

    def _show_busy(self, *, busy: bool) -> None:
        """Show what fits to working, or to not working."""
        for part in (self._bar, self._cancel):
            part.setVisible(busy)
        for part in (self._about, self._options, self._install, self._repair, self._remove):
            part.setVisible(not busy)
        self._log.setVisible(busy or bool(self._log.toPlainText()))
        self._proposal.setVisible(not self._log.isVisibleTo(self))
        state = state_of(self._folder())
        about = tr(
            "Plumbline's engine runs beside QGIS in a Python environment of its own, which is made here. "
            "QGIS and its Python stay as they are, and nothing happens before you agree."
        )
        self._about.setText(f"{about} {other_interpreter_in_words(self._folder())}".strip())
        self._state.setText(tr("The engine is being set up…") if busy else state_in_words(state))
        texts = {
            State.BROKEN: tr("Agree and continue"),
            State.OUTDATED: tr("Agree and update"),
            State.READY: tr("Check"),
        }
        self._install.setText(texts.get(state, tr("Agree and install")))
        self._install.setEnabled(not busy and self._plan is not None)
        self._repair.setEnabled(not busy and self._plan is not None and state is State.READY)
        self._remove.setEnabled(not busy and state is not State.ABSENT)

    def _folder(self) -> Any:
        return self._options.order().folder if self._plan is None else self._plan.order.folder

    def _wait_and_look(self) -> None:
        self._plan = None
        self._log.clear()
        self._doing.clear()
        self._show_busy(busy=False)
        self._timer.start()

    def _look(self) -> None:
        """Make a plan in the background; one that is still being made is forgotten."""
        if self._planning is not None:
            self._planning.forget()
        order = self._options.order()
        self._proposal.say(tr("Looking at this computer…"))
        self._planning = Background(
            tr("Plumbline: looking at what the engine needs"),
            lambda watch: make_plan(order, watch.is_stopped),
            self._planned,
        )
        QgsApplication.taskManager().addTask(self._planning)

    def _planned(self, task: Background) -> None:
        self._planning = None
        self._plan = task.outcome
        if self._plan is not None:
            self._proposal.show_plan(self._plan)
        else:
            self._proposal.say(str(task.failure))
        self._show_busy(busy=False)

    def _start_install(self, *, repair: bool) -> None:
        plan = self._plan
        if plan is None:
            return
        title = tr("Plumbline: setting up the engine")
        self._start(title, lambda watch: install(plan, watch, repair=repair))

    def _ask_and_remove(self) -> None:
        buttons = QMessageBox.StandardButton
        order = self._options.order()
        question = tr("Delete the engine's environment in {folder}?").format(folder=order.folder)
        if QMessageBox.question(self, self.windowTitle(), question) == buttons.Yes:
            self._start(tr("Plumbline: removing the engine"), lambda watch: remove(order, watch))

    def _start(self, title: str, work: Callable[[Watch], Any]) -> None:
        close_engine()  # it may run from what is about to go
        self._log.clear()
        self._doing.clear()
        self._bar.setValue(0)
        self._working = Background(title, work, self._ended)
        self._working.advanced.connect(self._show_advance)
        self._working.said.connect(self._log.appendPlainText)
        self._log.show()
        self._show_busy(busy=True)
        QgsApplication.taskManager().addTask(self._working)

    def _show_advance(self, advance: Advance) -> None:
        self._bar.setValue(round(_STEPS * advance.fraction))
        self._doing.setText(advance_in_words(advance))

    def _stop(self) -> None:
        if self._working is not None:
            self._working.cancel()
            self._cancel.setEnabled(False)
            self._doing.setText(tr("Cancelling…"))

    def _ended(self, task: Background) -> None:
        self._working = None
        self._cancel.setEnabled(True)
        if task.failure is None:
            self._options.keep()
            self._doing.setText(self._farewell())
        elif isinstance(task.failure, SetUpCancelled):
            self._doing.setText(tr("Cancelled. What was installed so far is kept for the next time."))
        else:
            self._doing.setText(str(task.failure))
        self._show_busy(busy=False)
        self._look()

    def _farewell(self) -> str:
        """Say what is so after work that went well."""
        return tr("Done: the engine works.") if state_of(self._folder()) is State.READY else tr("Removed.")

    def done(self, result: int) -> None:
        """Close; what is still at work is cancelled."""
        self._timer.stop()
        for task in (self._planning, self._working):
            if task is not None:
                task.forget()
        super().done(result)
