"""The plugin's page in QGIS's options."""

from __future__ import annotations

from typing import Any

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QGroupBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from ..engine_setup.folders import default_folder, this_machine
from ..icon import icon
from ..settings import (
    DEVICE,
    DEVICE_DEFAULT,
    ENGINE_FOLDER,
    IDLE_MINUTES,
    IDLE_MINUTES_DEFAULT,
    INTERPRETER,
    read_setting,
    write_setting,
)
from ..shared_engine import close_engine
from ..translation import tr

OPTIONS_PAGE = "mOptionsPagePlumbline"


class OptionsPage(QgsOptionsPageWidget):
    """Which Python the engine runs with, where its environment lies, and how long it stays warm."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(OPTIONS_PAGE)
        self._interpreter = QgsFileWidget()
        self._interpreter.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self._interpreter.setDialogTitle(tr("Python interpreter with the engine's requirements"))
        self._interpreter.lineEdit().setPlaceholderText(
            tr("the private environment that Set up engine makes")
        )
        self._folder = QgsFileWidget()
        self._folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self._folder.setDialogTitle(tr("Folder of the private environment"))
        self._folder.lineEdit().setPlaceholderText(str(default_folder(this_machine())))
        self._idle = QSpinBox()
        self._idle.setRange(1, 24 * 60)
        self._idle.setSuffix(tr(" min"))
        self._device = QComboBox()
        self._device.addItem(tr("GPU if there is one, else the processor"), "auto")
        self._device.addItem(tr("Processor"), "cpu")
        self._device.addItem(tr("GPU (CUDA)"), "cuda")
        self._arrange()
        self._read()

    def _arrange(self) -> None:
        engine = QGroupBox(tr("Engine"))
        form = QFormLayout(engine)
        form.addRow(tr("Interpreter"), self._interpreter)
        form.addRow(tr("Private environment"), self._folder)
        form.addRow(tr("Ends when idle for"), self._idle)
        form.addRow(tr("Click-to-extract runs on"), self._device)
        note = QLabel(
            tr(
                "The engine runs beside QGIS as a program of its own, and keeps its networks in memory until"
                " it has been idle for so long. Everything stays on this machine."
            )
        )
        note.setWordWrap(True)
        note.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(engine)
        layout.addWidget(note)
        layout.addStretch()

    def _read(self) -> None:
        self._interpreter.setFilePath(read_setting(INTERPRETER, ""))
        self._folder.setFilePath(read_setting(ENGINE_FOLDER, ""))
        self._idle.setValue(round(read_setting(IDLE_MINUTES, IDLE_MINUTES_DEFAULT)))
        self._device.setCurrentIndex(max(0, self._device.findData(read_setting(DEVICE, DEVICE_DEFAULT))))

    def apply(self) -> None:
        """Keep the settings; an engine that runs by other ones ends."""
        chosen: dict[str, Any] = {
            INTERPRETER: self._interpreter.filePath().strip(),
            ENGINE_FOLDER: self._folder.filePath().strip(),
            IDLE_MINUTES: float(self._idle.value()),
        }
        usual = {INTERPRETER: "", ENGINE_FOLDER: "", IDLE_MINUTES: IDLE_MINUTES_DEFAULT}
        before = {name: read_setting(name, value) for name, value in usual.items()}
        for name, value in chosen.items():
            write_setting(name, value)
        write_setting(DEVICE, self._device.currentData())
        if chosen != before:
            close_engine()


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page whenever QGIS's options are opened."""

    def __init__(self) -> None:
        super().__init__("Plumbline", icon("plumbline"))

    def createWidget(self, parent: QWidget) -> OptionsPage:
        """Make the page."""
        return OptionsPage(parent)
