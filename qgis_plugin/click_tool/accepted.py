"""Which offers are in the layer, also after the user has undone or redone a step there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal


@dataclass
class _Step:
    """One step on the layer's undo stack; done while the stack's index is ``index`` or more."""

    index: int
    feature: int
    numbers: Sequence[int]
    done: bool = True


class AcceptedRoads(QObject):
    """Follows the undo stack of one layer until its edits are saved."""

    taken_back = pyqtSignal(list)
    """Numbers of offers that were undone in the layer."""

    put_again = pyqtSignal(list)
    """Numbers of offers that were redone in the layer."""

    def __init__(self) -> None:
        super().__init__()
        self._layer: Optional[QgsVectorLayer] = None
        self._steps: list[_Step] = []

    def follow(self, layer: Optional[QgsVectorLayer]) -> None:
        """Follow another layer, or none; what was accepted into the last one stays so."""
        if self._layer is not None:
            self._layer.undoStack().indexChanged.disconnect(self._on_index)
        self._layer = layer
        self._steps.clear()
        if layer is not None:
            layer.undoStack().indexChanged.connect(self._on_index)

    def add(self, features: Sequence[int], numbers: Sequence[int]) -> None:
        """Note the step just done: the features of offers, in the layer that is followed."""
        if self._layer is not None and features:
            self._steps.append(_Step(self._layer.undoStack().index(), features[0], list(numbers)))

    def _on_index(self, index: int) -> None:
        if self._layer is None:
            return
        if self._layer.undoStack().count() == 0:  # saved, or given up after all was undone
            self._steps.clear()
            return
        for step in tuple(self._steps):
            if step.done and index < step.index:
                step.done = False
                self.taken_back.emit(list(step.numbers))
            elif not step.done and index >= step.index:
                self._redone(step)

    def _redone(self, step: _Step) -> None:
        # After an undo another step may have taken this one's place: then its features never come back.
        if self._layer is not None and self._layer.getFeature(step.feature).isValid():
            step.done = True
            self.put_again.emit(list(step.numbers))
        else:
            self._steps.remove(step)
