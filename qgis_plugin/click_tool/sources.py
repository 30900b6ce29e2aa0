"""The upper part of the panel: the raster, the layer for accepted roads, the size of a window."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsMapLayerProxyModel, QgsProject
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ..settings import read_setting, write_setting
from ..translation import tr
from .session import ReviewSession
from .target import TargetRefused, new_target

_WINDOW = "click_window_m"
"""Setting: side of the square round a click, metres."""


class _Size(QSpinBox):
    """A number whose typing ends with Enter; outside of it, that key accepts roads."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter, which Qt passes on."""
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class Sources(QWidget):
    """From what roads are extracted, and where accepted ones go.

    Args:
        session: Told what the user chooses, and shown.
    """

    def __init__(self, session: ReviewSession) -> None:
        super().__init__()
        self._session = session
        self.raster = _layers(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.raster.setToolTip(tr("The image to find roads in: a file, or a web layer"))
        self.target = _layers(QgsMapLayerProxyModel.Filter.LineLayer)
        self.target.setToolTip(
            tr("The layer of lines that accepted roads go into; only what is not there is offered")
        )
        self.window_m = _Size()
        self.window_m.setRange(64, 8192)
        self.window_m.setSingleStep(64)
        self.window_m.setSuffix(tr(" m"))
        self.window_m.setToolTip(tr("Side of the square round a click, on the ground"))
        self.window_m.setValue(read_setting(_WINDOW, round(session.window_m)))
        self._lay_out()
        self._begin()

    def _lay_out(self) -> None:
        new = QToolButton()
        new.setText(tr("New…"))
        new.setToolTip(tr("Make a GeoPackage for accepted roads"))
        new.clicked.connect(self.make_target)
        target = QHBoxLayout()
        target.addWidget(self.target, 1)
        target.addWidget(new)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(tr("Raster"), self.raster)
        form.addRow(tr("Into"), target)
        form.addRow(tr("Window"), self.window_m)

    def _begin(self) -> None:
        session = self._session
        # The first raster will do; but nobody's layer of lines is written to unless it is chosen.
        session.set_raster(session.raster or self.raster.currentLayer())
        self._show_layers()
        self._set_window(self.window_m.value())
        self.raster.layerChanged.connect(session.set_raster)
        self.target.layerChanged.connect(session.set_target)
        self.window_m.valueChanged.connect(self._set_window)
        session.layers_changed.connect(self._show_layers)
        session.ask_for_target = self.make_target

    def _set_window(self, size_m: int) -> None:
        self._session.window_m = float(size_m)
        write_setting(_WINDOW, size_m)

    def _show_layers(self) -> None:
        for box, layer in ((self.target, self._session.target), (self.raster, self._session.raster)):
            if box.currentLayer() is not layer:
                box.setLayer(layer)

    def make_target(self, *_: Any) -> bool:
        """Ask for a file and make the layer that accepted roads go into; returns whether there is one."""
        path, _kind = QFileDialog.getSaveFileName(
            self,
            tr("GeoPackage for accepted roads"),
            QgsProject.instance().absolutePath(),
            "GeoPackage (*.gpkg)",
            options=QFileDialog.Option.DontConfirmOverwrite,  # nothing in it is replaced
        )
        return bool(path) and self.make_target_at(path if path.lower().endswith(".gpkg") else path + ".gpkg")

    def make_target_at(self, path: str) -> bool:
        """Make a layer for accepted roads in a GeoPackage; one that exists gets another layer."""
        crs = self._session.target_crs
        if crs is None:
            self._session.refused.emit(
                tr("Choose the raster to extract roads from first: its CRS is the new layer's.")
            )
            return False
        try:
            layer = new_target(path, crs)
        except TargetRefused as problem:
            self._session.refused.emit(str(problem))
            return False
        QgsProject.instance().addMapLayer(layer)
        self._session.set_target(layer)
        return self._session.target is layer


def _layers(kind: Any) -> QgsMapLayerComboBox:
    box = QgsMapLayerComboBox()
    box.setFilters(kind)
    box.setAllowEmptyLayer(True)
    return box
