"""A dialog that says what runs here, in words that can be copied into a question."""

from __future__ import annotations

from typing import Any, Callable

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ..translation import tr


class EngineReport(QDialog):
    """Runs the algorithm "Check engine" in the background and shows its report.

    Args:
        parent: QGIS's main window.
        on_set_up: Opens the dialog that makes the engine's environment.
    """

    def __init__(self, parent: QWidget, on_set_up: Callable[[], None]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Plumbline: check engine"))
        self.resize(640, 460)
        self._headline = QLabel(tr("Starting the engine and letting each network predict a small image…"))
        self._headline.setWordWrap(True)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._copy = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self._copy.setEnabled(False)
        self._copy.clicked.connect(self._copy_text)
        set_up = buttons.addButton(tr("Set up engine…"), QDialogButtonBox.ButtonRole.ActionRole)
        set_up.clicked.connect(lambda *_: on_set_up())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (self._headline, self._progress, self._text, buttons):
            layout.addWidget(part)
        self._start()

    def _start(self) -> None:
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(QgsProject.instance())
        self._feedback = feedback
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("plumbline:checkengine")
        task = QgsProcessingAlgRunnerTask(algorithm, {}, context, feedback)
        if task.isCanceled():  # it refuses to begin, as where there is no engine
            self._show(successful=False, results={})
            return
        task.executed.connect(self._show)
        # The task uses them in its thread for as long as it lives, which may be longer than the dialog.
        task.executed.connect(lambda *_, _kept=(context, feedback): None)
        QgsApplication.taskManager().addTask(task)

    def _show(self, successful: bool, results: dict[str, Any]) -> None:  # noqa: FBT001 - as QGIS has it
        self._progress.hide()
        self._copy.setEnabled(True)
        self._headline.setText(tr("The engine works.") if successful else tr("The engine does not work yet."))
        self._text.setPlainText(str(results.get("REPORT", "")) if successful else self._feedback.textLog())

    def _copy_text(self, *_: Any) -> None:
        QgsApplication.clipboard().setText(self._text.toPlainText())

    def done(self, result: int) -> None:
        """Close; a check that still runs is cancelled."""
        self._feedback.cancel()
        super().done(result)
