"""The review panel: what to extract from, what is offered, where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Optional

from qgis.core import QgsMapLayerProxyModel, QgsProject
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import QItemSelection, QItemSelectionModel, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QDockWidget,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSlider,
    QSpinBox,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..settings import read_setting, write_setting
from ..translation import tr
from .colours import CLASSES
from .commands import Command, ReviewKeys, commands
from .session import ReviewSession
from .table import OfferTable
from .target import TargetRefused, new_target

_WINDOW_SETTING = "click_window_m"
_CONFIDENCE_SETTING = "click_confidence"


class ReviewPanel(QDockWidget):
    """Everything of a review that is not on the map.

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
        self._showing_selection = False
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.addWidget(self._engine_banner())
        layout.addLayout(self._sources())
        layout.addWidget(self._hint())
        layout.addLayout(self._row("extract_view", "cancel"))
        layout.addWidget(self._progress_bar())
        layout.addLayout(self._confidence())
        layout.addWidget(self._table_view(), 1)
        layout.addLayout(self._row("accept_all", "accept"))
        layout.addLayout(self._row("drop", "restore"))
        layout.addWidget(self._message_label())
        self.setWidget(content)
        self._connect()
        self._show_all()

    # Making

    def _engine_banner(self) -> QWidget:
        self._banner = QFrame()
        self._banner.setFrameShape(QFrame.Shape.StyledPanel)
        self._missing = QLabel()
        self._missing.setWordWrap(True)
        button = QPushButton(tr("Set up engine…"))
        button.clicked.connect(self.set_up_wanted.emit)
        layout = QVBoxLayout(self._banner)
        layout.addWidget(self._missing)
        layout.addWidget(button)
        self._banner.hide()
        return self._banner

    def _sources(self) -> QFormLayout:
        self._raster = QgsMapLayerComboBox()
        self._raster.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self._raster.setAllowEmptyLayer(True)
        self._raster.setToolTip(tr("The image to find roads in: a file, or a web layer"))
        self._target = QgsMapLayerComboBox()
        self._target.setFilters(QgsMapLayerProxyModel.Filter.LineLayer)
        self._target.setAllowEmptyLayer(True)
        self._target.setLayer(None)  # nobody's layer is written to unless it is chosen
        self._target.setToolTip(
            tr("The layer of lines that accepted roads go into; only new roads are offered")
        )
        new = QToolButton()
        new.setText(tr("New…"))
        new.setToolTip(tr("Make a GeoPackage for accepted roads"))
        new.clicked.connect(self.make_target)
        target = QHBoxLayout()
        target.addWidget(self._target, 1)
        target.addWidget(new)
        self._window = QSpinBox()
        self._window.setRange(64, 8192)
        self._window.setSingleStep(64)
        self._window.setSuffix(tr(" m"))
        self._window.setToolTip(tr("Side of the square round a click, on the ground"))
        self._window.setValue(read_setting(_WINDOW_SETTING, round(self._session.window_m)))
        form = QFormLayout()
        form.addRow(tr("Raster"), self._raster)
        form.addRow(tr("Into"), target)
        form.addRow(tr("Window"), self._window)
        return form

    def _hint(self) -> QLabel:
        hint = QLabel(
            tr(
                "Click on a road, or drag a rectangle. On an offered road: click selects, double click "
                "accepts, right click drops."
            )
        )
        hint.setWordWrap(True)
        hint.setEnabled(False)
        return hint

    def _row(self, *names: str) -> QHBoxLayout:
        row = QHBoxLayout()
        for command in commands():
            if command.name in names:
                row.addWidget(self._button(command))
        return row

    def _button(self, command: Command) -> QPushButton:
        button = QPushButton(command.text)
        button.setToolTip(command.tool_tip)
        button.clicked.connect(partial(self._carry_out, command))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to table and map
        self._buttons[command.name] = button
        return button

    def _progress_bar(self) -> QProgressBar:
        self._progress = QProgressBar()
        self._progress.setRange(0, 100)
        return self._progress

    def _confidence(self) -> QGridLayout:
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, 100)
        self._slider.setValue(read_setting(_CONFIDENCE_SETTING, 0))
        self._slider.setToolTip(tr("Roads less certain are neither shown nor accepted"))
        self._least = QLabel()
        legend = QLabel(
            " ".join(f'<span style="color:{each.colour}">■</span> {each.text}' for each in CLASSES)
        )
        legend.setWordWrap(True)
        grid = QGridLayout()
        grid.addWidget(QLabel(tr("Least confidence")), 0, 0)
        grid.addWidget(self._slider, 0, 1)
        grid.addWidget(self._least, 0, 2)
        grid.addWidget(legend, 1, 0, 1, 3)
        return grid

    def _table_view(self) -> QTableView:
        self._model = OfferTable()
        self._table = QTableView()
        self._table.setModel(self._model)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSortingEnabled(True)
        self._table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._keys = ReviewKeys(self._session)
        self._table.installEventFilter(self._keys)
        self.installEventFilter(self._keys)
        self._table.setToolTip(tr("Double click shows a road on the map"))
        return self._table

    def _message_label(self) -> QLabel:
        self._message = QLabel()
        self._message.setWordWrap(True)
        return self._message

    def _connect(self) -> None:
        session = self._session
        self._raster.layerChanged.connect(session.set_raster)
        self._target.layerChanged.connect(self._choose_target)
        self._window.valueChanged.connect(self._set_window)
        self._slider.valueChanged.connect(self._set_confidence)
        self._table.selectionModel().selectionChanged.connect(self._select_offers)
        self._table.doubleClicked.connect(lambda index: session.show_on_map(self._model.number(index.row())))
        session.offers_changed.connect(self._show_offers)
        session.selection_changed.connect(self._show_selection)
        session.busy_changed.connect(self._show_busy)
        session.layers_changed.connect(self._show_layers)
        session.told.connect(self._tell)
        session.refused.connect(self._refuse)
        session.engine_missing.connect(self._miss_engine)
        session.ask_for_target = self.make_target

    # From the user to the session

    def _carry_out(self, command: Command, *_: Any) -> None:
        command.carry_out(self._session)

    def make_target(self, *_: Any) -> bool:
        """Ask for a file and make the layer that accepted roads go into; returns whether there is one."""
        folder = QgsProject.instance().absolutePath()
        path, _kind = QFileDialog.getSaveFileName(
            self,
            tr("GeoPackage for accepted roads"),
            folder,
            "GeoPackage (*.gpkg)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        return bool(path) and self.make_target_at(path if path.lower().endswith(".gpkg") else path + ".gpkg")

    def make_target_at(self, path: str) -> bool:
        """Make a layer for accepted roads in a GeoPackage; one that exists gets another layer."""
        crs = self._session.target_crs
        if crs is None:
            self._refuse(tr("Choose the raster to extract roads from first: its CRS is the new layer's."))
            return False
        try:
            layer = new_target(path, crs)
        except TargetRefused as problem:
            self._refuse(str(problem))
            return False
        QgsProject.instance().addMapLayer(layer)
        self._target.setLayer(layer)
        return self._session.target is layer

    def _choose_target(self, layer: Any) -> None:
        self._session.set_target(layer)

    def _set_window(self, size_m: int) -> None:
        self._session.window_m = float(size_m)
        write_setting(_WINDOW_SETTING, size_m)

    def _set_confidence(self, per_cent: int) -> None:
        self._least.setText(f"{per_cent} %")
        self._session.set_threshold(per_cent / 100)
        write_setting(_CONFIDENCE_SETTING, per_cent)

    def _select_offers(self, *_: Any) -> None:
        if not self._showing_selection:
            rows = self._table.selectionModel().selectedRows()
            self._session.select(self._model.number(index.row()) for index in rows)

    # From the session to the user

    def _show_all(self) -> None:
        self._session.set_raster(self._raster.currentLayer())
        self._session.set_target(self._target.currentLayer())
        self._set_window(self._window.value())
        self._set_confidence(self._slider.value())
        self._show_offers()
        self._show_busy()

    def _show_layers(self) -> None:
        if self._target.currentLayer() is not self._session.target:
            self._target.setLayer(self._session.target)
        if self._raster.currentLayer() is not self._session.raster:
            self._raster.setLayer(self._session.raster)

    def _show_offers(self) -> None:
        self._showing_selection = True
        self._model.show(self._session.offers.shown())
        self._showing_selection = False
        self._show_selection()

    def _show_selection(self) -> None:
        self._showing_selection = True
        selection = QItemSelection()
        last = self._model.columnCount() - 1
        rows = self._model.rows(self._session.selection)
        for first, end in _runs(rows):
            selection.select(self._model.index(first, 0), self._model.index(end, last))
        self._table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if len(rows) == 1:
            self._table.scrollTo(self._model.index(rows[0], 0))
        self._showing_selection = False
        self._show_possible()

    def _show_possible(self) -> None:
        """Enable what can be done now."""
        session = self._session
        self._buttons["accept_all"].setEnabled(self._model.rowCount() > 0)
        self._buttons["accept"].setEnabled(bool(session.selection))
        self._buttons["drop"].setEnabled(bool(session.selection))
        dropped = session.dropped
        self._buttons["restore"].setEnabled(dropped > 0)
        self._buttons["restore"].setText(tr("Restore {}").format(dropped) if dropped else tr("Restore"))
        self._buttons["accept_all"].setText(
            tr("Accept all {}").format(self._model.rowCount()) if self._model.rowCount() else tr("Accept all")
        )

    def _show_busy(self) -> None:
        session = self._session
        running, waiting = session.extractions.running, len(session.extractions.waiting)
        self._buttons["cancel"].setEnabled(session.busy)
        self._progress.setValue(session.extractions.per_cent if running else 0)
        text = session.extractions.what if running else tr("ready")
        if waiting:
            text = tr("{what}, {count} waiting").format(what=text, count=waiting)
        self._progress.setFormat(text)
        if running:
            self._banner.hide()

    def _tell(self, text: str) -> None:
        self._message.setStyleSheet("")
        self._message.setText(text)

    def _refuse(self, text: str) -> None:
        self._message.setStyleSheet("font-weight: bold")
        self._message.setText(text)

    def _miss_engine(self, text: str) -> None:
        self._missing.setText(text)
        self._banner.show()


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join rows that follow each other: Qt is slow with thousands of single ones."""
    begins = [row for number, row in enumerate(rows) if number == 0 or rows[number - 1] != row - 1]
    ends = [row for number, row in enumerate(rows) if number == len(rows) - 1 or rows[number + 1] != row + 1]
    return zip(begins, ends)
