"""What is offered and what becomes of it: shown, selected, dropped, or accepted into a layer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Callable, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..translation import tr
from .accepted import AcceptedRoads
from .found import FoundRoad, FoundRoads
from .new_roads import Rules
from .offering import offering
from .offers import Offer, Offers, State
from .slices import Slices
from .target import TargetRefused, lines_in, put, why_not


class Review(QObject):
    """Roads that were found in, accepted roads out into the target layer.

    Attributes:
        rules: What counts as the same road.
        target: The layer that accepted roads go into.
        offers: What is offered, and what became of it.
        selection: Numbers of the selected offers.
        hovered: Number of the offer under the mouse.
        ask_for_target: Called when roads are accepted and there is no target yet.
    """

    offers_changed = pyqtSignal()
    """Other offers are shown."""

    selection_changed = pyqtSignal()
    """``selection`` is another."""

    hovered_changed = pyqtSignal()
    """``hovered`` is another."""

    busy_changed = pyqtSignal()
    """Something else runs or waits, or there is progress."""

    layers_changed = pyqtSignal()
    """A layer that the review works with is another."""

    told = pyqtSignal(str)
    """What came of a wish, in one sentence."""

    refused = pyqtSignal(str)
    """Why nothing came of a wish, and what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = Rules()
        self.target: Optional[QgsVectorLayer] = None
        self.offers = Offers(QgsCoordinateReferenceSystem())
        self.selection: frozenset[int] = frozenset()
        self.hovered: Optional[int] = None
        self.ask_for_target: Callable[[], object] = lambda: None
        self._found: list[FoundRoads] = []
        self._offered_before = 0
        self._slices = Slices()
        self._accepted = AcceptedRoads()
        self._accepted.taken_back.connect(partial(self._set_state, state=State.OPEN))
        self._accepted.put_again.connect(partial(self._set_state, state=State.ACCEPTED))

    @property
    def comparing(self) -> bool:
        """Whether what was found is still being compared with the target layer."""
        return self._slices.busy

    def offer(self, found: FoundRoads) -> None:
        """Offer what is new of the roads found, in moments of the time to come."""
        if not self.offers.crs.isValid():
            self.offers.crs = found.crs
        self._found.append(found)
        self._offer(found)

    def _offer(self, found: FoundRoads, *, tell: bool = True) -> None:
        work = offering(found, self.offers, self._lines_of_target, self.rules)
        self._slices.add(work, partial(self._on_offered, tell=tell))

    def _on_offered(self, problem: Optional[Exception], *, tell: bool) -> None:
        count, self._offered_before = self.offers.count - self._offered_before, self.offers.count
        if problem is not None:
            self.refused.emit(str(problem))
        elif tell:
            self.told.emit(tr("{} new roads.").format(count) if count else tr("No new roads here."))
        self.offers_changed.emit()
        self.busy_changed.emit()

    def _lines_of_target(self, box: QgsRectangle) -> Iterable[tuple[int, QgsGeometry]]:
        return lines_in(self.target, box) if self.target is not None else ()

    @property
    def threshold(self) -> float:
        """Offers less confident (0-1) are not shown, and not accepted with the others."""
        return self.offers.threshold

    def set_threshold(self, confidence: float) -> None:
        """Show offers of this confidence (0-1) and more; takes effect at once."""
        if confidence != self.offers.threshold:
            self.offers.threshold = confidence
            self._changed()

    def offer_at(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem, reach: float) -> Optional[int]:
        """Return the shown offer nearest to a place of the map, within reach in its units."""
        try:
            transform = QgsCoordinateTransform(crs, self.offers.crs, QgsProject.instance())
            box = transform.transformBoundingBox(QgsRectangle(point, point).buffered(reach))
        except QgsCsException:
            return None
        return self.offers.nearest(box.center(), max(box.width(), box.height()) / 2)

    def select(self, numbers: Iterable[int]) -> None:
        """Select offers that are shown."""
        selection = frozenset(number for number in numbers if self.offers.is_shown(number))
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()

    def hover(self, number: Optional[int]) -> None:
        """Mark the offer under the mouse."""
        if number != self.hovered:
            self.hovered = number
            self.hovered_changed.emit()

    @property
    def dropped(self) -> int:
        """How many offers can be restored."""
        return len(self.offers.of(State.DROPPED))

    def drop(self, numbers: Optional[Iterable[int]] = None) -> None:
        """Take offers away, the selected ones unless named; they are not offered again until restored."""
        self._set_state(self.selection if numbers is None else numbers, State.DROPPED)

    def restore(self) -> None:
        """Offer again what was dropped."""
        self._set_state([offer.number for offer in self.offers.of(State.DROPPED)], State.OPEN)

    def _set_state(self, numbers: Iterable[int], state: State) -> None:
        self.offers.set_state(tuple(numbers), state)
        self._changed()

    def _changed(self) -> None:
        if self.hovered is not None and not self.offers.is_shown(self.hovered):
            self.hover(None)
        self.select(self.selection)
        self.offers_changed.emit()

    def set_target(self, layer: Optional[QgsVectorLayer]) -> None:
        """Choose the layer that accepted roads go into; what is offered is compared with it anew."""
        if layer is self.target:
            return
        problem = None if layer is None else why_not(layer)
        if problem is not None:
            self.refused.emit(problem)
            layer = None
        as_before = self.target is None and layer is not None and layer.featureCount() == 0
        self._follow(layer)
        if layer is not None and not (as_before and layer.crs() == self.offers.crs):
            self._offer_anew(layer.crs())
        self.layers_changed.emit()

    def _follow(self, layer: Optional[QgsVectorLayer]) -> None:
        if self.target is not None:
            self.target.crsChanged.disconnect(self._on_target_moved)
        self.target = layer
        self._accepted.follow(layer)
        if layer is not None:
            layer.crsChanged.connect(self._on_target_moved)

    def _on_target_moved(self) -> None:
        """Follow the layer into the system that the user has given it: offers are in its coordinates."""
        if self.target is not None and self.target.crs().isValid():
            self._offer_anew(self.target.crs())

    def _offer_anew(self, crs: QgsCoordinateReferenceSystem) -> None:
        old = self.offers
        settled: set[FoundRoad] = {
            offer.found for state in (State.ACCEPTED, State.DROPPED) for offer in old.of(state)
        }
        self._begin_offers(crs)
        self._found = [found.without(settled) for found in self._found]
        for found in self._found:
            self._offer(found, tell=False)
        self.offers_changed.emit()

    def _begin_offers(self, crs: QgsCoordinateReferenceSystem) -> None:
        threshold = self.offers.threshold
        self._slices.clear()
        self.offers, self._offered_before = Offers(crs), 0
        self.offers.threshold = threshold
        self.hover(None)
        self.select(())

    def accept_all(self) -> bool:
        """Put all shown offers into the target layer; returns whether that was done."""
        return self._accept(self.offers.shown())

    def accept(self, numbers: Optional[Iterable[int]] = None) -> bool:
        """Put shown offers into the target layer, the selected ones unless named."""
        chosen = self.selection if numbers is None else frozenset(numbers)
        return self._accept([offer for offer in self.offers.shown() if offer.number in chosen])

    def _accept(self, offers: list[Offer]) -> bool:
        if not offers:
            self.refused.emit(tr("There is nothing to accept: click on a road first."))
            return False
        if self.target is None:
            self.ask_for_target()
        target = self.target
        if target is None:
            self.refused.emit(tr("Choose the layer that accepted roads go into, or make a new one."))
            return False
        try:
            features = put(target, offers)
        except TargetRefused as problem:
            self.refused.emit(str(problem))
            return False
        numbers = [offer.number for offer in offers]
        self._accepted.add(features, numbers)
        self._set_state(numbers, State.ACCEPTED)
        self.told.emit(tr("{} roads accepted into {}.").format(len(offers), target.name()))
        return True

    def clear(self) -> None:
        """Forget all that was found, as another project begins."""
        self._found = []
        self._begin_offers(self.target.crs() if self.target is not None else QgsCoordinateReferenceSystem())
        self.offers_changed.emit()

    def close(self) -> None:
        """Work no more, and follow no layer."""
        self._slices.clear()
        self._follow(None)
