"""The offers as a table: how sure the engine is, and how long they are."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt
from qgis.PyQt.QtGui import QColor

from ..translation import tr
from .colours import class_of
from .offers import Offer

_ROLE = Qt.ItemDataRole

_RIGHT_AND_MIDDLE = 0x82
"""AlignRight and AlignVCenter as the number that a model gives; Qt 5 and 6 make it of them differently."""


class OfferTable(QAbstractTableModel):
    """Rows of shown offers; sorted by confidence or length."""

    def __init__(self) -> None:
        super().__init__()
        self._offers: list[Offer] = []
        self._column, self._falling = 0, True

    def show(self, offers: list[Offer]) -> None:
        """Show these."""
        self.beginResetModel()
        self._offers = list(offers)
        self._sort()
        self.endResetModel()

    def number(self, row: int) -> int:
        """Return the number of the offer in a row."""
        return self._offers[row].number

    def rows(self, numbers: frozenset[int]) -> list[int]:
        """Return the rows of offers."""
        return [row for row, offer in enumerate(self._offers) if offer.number in numbers]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many offers there are."""
        return 0 if parent.isValid() else len(self._offers)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return two: confidence and length."""
        return 0 if parent.isValid() else 2

    def data(self, index: QModelIndex, role: int = _ROLE.DisplayRole) -> Any:
        """Return what a cell shows."""
        offer = self._offers[index.row()]
        if role == _ROLE.DisplayRole:
            return _confidence(offer) if index.column() == 0 else tr("{} m").format(round(offer.length_m))
        if role == _ROLE.DecorationRole and index.column() == 0:
            return QColor(class_of(offer.confidence).colour)
        if role == _ROLE.TextAlignmentRole and index.column() == 1:
            return _RIGHT_AND_MIDDLE
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return (tr("Confidence"), tr("Length"))[section]
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self._column, self._falling = column, order == Qt.SortOrder.DescendingOrder
        self.show(self._offers)

    def _sort(self) -> None:
        column = self._column
        self._offers.sort(
            key=lambda offer: offer.length_m if column else (offer.confidence or 0.0), reverse=self._falling
        )


def _confidence(offer: Offer) -> str:
    return tr("unknown") if offer.confidence is None else f"{round(100 * offer.confidence)} %"
