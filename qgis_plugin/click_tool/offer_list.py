"""The middle of the panel: least confidence, what the colours mean, and a list of the roads on offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from qgis.PyQt.QtCore import QItemSelection, QItemSelectionModel, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QSlider,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ..settings import read_setting, write_setting
from ..translation import tr
from .colours import CLASSES, ConfidenceClass
from .session import ReviewSession
from .table import OfferTable

_LEAST_CONFIDENCE = "click_least_confidence"
"""Setting: roads below are not shown, per cent."""


class OfferList(QWidget):
    """What is offered, filtered by confidence.

    Args:
        session: Told what the user chooses, and shown.
    """

    def __init__(self, session: ReviewSession) -> None:
        super().__init__()
        self._session = session
        self._showing = False
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setValue(read_setting(_LEAST_CONFIDENCE, 0))
        self.slider.setToolTip(tr("Roads less certain are neither shown nor accepted"))
        self._least = QLabel()
        self.rows = OfferTable()
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setToolTip(tr("Double click shows a road on the map"))
        self._lay_out()
        self._begin()

    def _lay_out(self) -> None:
        legend = QLabel(" ".join(map(_legend_of, CLASSES)))
        legend.setWordWrap(True)
        grid = QGridLayout()
        grid.addWidget(QLabel(tr("Least confidence")), 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self._least, 0, 2)
        grid.addWidget(legend, 1, 0, 1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addWidget(self.table, 1)

    def _begin(self) -> None:
        self.slider.valueChanged.connect(self._set_least)
        self.table.selectionModel().selectionChanged.connect(self._select)
        self.table.doubleClicked.connect(
            lambda index: self._session.show_on_map(self.rows.number(index.row()))
        )
        self._session.offers_changed.connect(self._show_offers)
        self._session.selection_changed.connect(self._show_selection)
        self._set_least(self.slider.value())
        self._show_offers()

    def _set_least(self, per_cent: int) -> None:
        self._least.setText(f"{per_cent} %")
        self._session.set_threshold(per_cent / 100)
        write_setting(_LEAST_CONFIDENCE, per_cent)

    def _select(self, *_: Any) -> None:
        if not self._showing:
            rows = self.table.selectionModel().selectedRows()
            self._session.select(self.rows.number(index.row()) for index in rows)

    def _show_offers(self) -> None:
        self._showing = True
        self.rows.show(self._session.offers.shown())
        self._showing = False
        self._show_selection()

    def _show_selection(self) -> None:
        self._showing = True
        selection, last = QItemSelection(), self.rows.columnCount() - 1
        rows = self.rows.rows(self._session.selection)
        for first, end in _runs(rows):
            selection.select(self.rows.index(first, 0), self.rows.index(end, last))
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if len(rows) == 1:
            self.table.scrollTo(self.rows.index(rows[0], 0))
        self._showing = False


def _legend_of(each: ConfidenceClass) -> str:
    text = each.text.replace(" ", "&nbsp;")  # a colour is never parted from its meaning
    return f'<span style="color:{each.colour}">■</span>&nbsp;{text}'


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join rows that follow each other: Qt is slow with thousands of single ones."""
    begins = [row for number, row in enumerate(rows) if number == 0 or rows[number - 1] != row - 1]
    ends = [row for number, row in enumerate(rows) if number == len(rows) - 1 or rows[number + 1] != row + 1]
    return zip(begins, ends)
