"""The parts of the set-up dialog: what would be installed, and what may be chosen."""

from __future__ import annotations

from html import escape

from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
)

from ..engine_setup.folders import default_folder, this_machine
from ..engine_setup.plan import Order, Plan
from ..set_up import make_order, plan_rows
from ..settings import ENGINE_FOLDER, TORCH_INDEX, read_setting, write_setting
from ..translation import tr


def _path_field(mode: QgsFileWidget.StorageMode, title: str, placeholder: str) -> QgsFileWidget:
    field = QgsFileWidget()
    field.setStorageMode(mode)
    field.setDialogTitle(title)
    field.lineEdit().setPlaceholderText(placeholder)
    return field


class Options(QgsCollapsibleGroupBox):
    """What few users need to change."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__(tr("Options"))
        modes = QgsFileWidget.StorageMode
        self.variant = QComboBox()
        self.variant.addItem(tr("by what this computer has"), "auto")
        self.variant.addItem(tr("CPU"), "cpu")
        self.variant.addItem(tr("CUDA (NVIDIA graphics cards)"), "cuda")
        usual = str(default_folder(this_machine()))
        self.folder = _path_field(modes.GetDirectory, tr("Folder of the engine"), usual)
        self.wheels = _path_field(
            modes.GetDirectory, tr("Folder of wheels"), tr("none: packages are downloaded")
        )
        self.index = QLineEdit()
        self.index.setPlaceholderText(tr("none besides the one that pip is set to"))
        self.python = _path_field(
            modes.GetFile, tr("Python to build on"), tr("the first Python 3.11 to 3.13 that is found")
        )
        self.folder.setFilePath(read_setting(ENGINE_FOLDER, ""))
        self.index.setText(read_setting(TORCH_INDEX, ""))
        form = QFormLayout(self)
        form.addRow(tr("Build of PyTorch"), self.variant)
        form.addRow(tr("Folder"), self.folder)
        form.addRow(tr("Install from wheels in"), self.wheels)
        form.addRow(tr("Index of PyTorch builds"), self.index)
        form.addRow(tr("Python to build on"), self.python)
        self.setCollapsed(True)
        self.variant.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self.index.textChanged.connect(lambda *_: self.changed.emit())
        for field in (self.folder, self.wheels, self.python):
            field.fileChanged.connect(lambda *_: self.changed.emit())

    def order(self) -> Order:
        """Return what the options ask for."""
        return make_order(
            folder=self.folder.filePath().strip(),
            variant=str(self.variant.currentData()),
            wheels=self.wheels.filePath().strip(),
            index=self.index.text().strip(),
            python=self.python.filePath().strip(),
        )

    def keep(self) -> None:
        """Keep what shall hold next time too."""
        folder = self.folder.filePath().strip()
        if folder or read_setting(ENGINE_FOLDER, ""):
            write_setting(ENGINE_FOLDER, folder)
        write_setting(TORCH_INDEX, self.index.text().strip())


class Proposal(QGroupBox):
    """What would be installed, as a table of headings and texts."""

    def __init__(self) -> None:
        super().__init__(tr("What a set-up installs"))
        # One label for all: rows of wrapped labels would each be given more room than they need.
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(self._text)
        area.setMinimumHeight(150)
        area.viewport().setAutoFillBackground(False)
        self._text.setAutoFillBackground(False)
        QVBoxLayout(self).addWidget(area)
        self.say(tr("Looking at this computer…"))

    def say(self, text: str) -> None:
        """Show a sentence instead of a plan."""
        self._text.setText(escape(text))

    def show_plan(self, plan: Plan) -> None:
        """Show what would happen."""
        rows = (
            f'<tr><td style="padding: 0 16px 6px 0"><b>{escape(heading)}</b></td>'
            f'<td style="padding: 0 0 6px 0">{escape(text).replace(chr(10), "<br>")}</td></tr>'
            for heading, text in plan_rows(plan)
        )
        self._text.setText(f"<table>{''.join(rows)}</table>")
