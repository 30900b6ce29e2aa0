"""A review: what is asked of the engine, what is offered, what goes into the layer. Without widgets."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Callable, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..engine_client.client import Engine
from ..engine_client.errors import EngineCancelled, EngineMissing
from ..engine_client.requests import ExtractRoads
from ..input_raster import InputError, raster_request
from ..settings import DEVICE, DEVICE_DEFAULT, read_setting
from ..translation import tr
from .accepted import AcceptedRoads
from .extractions import Extraction, Extractions, Outcome
from .found import FoundRoad, FoundRoads
from .new_roads import Rules
from .offering import offering
from .offers import Offer, Offers, State
from .preview import Preview
from .slices import Slices
from .target import TargetRefused, lines_in, put, why_not
from .windows import GroundWindow, NoSuchPlace, window_around, window_of

WINDOW_M = 512.0
"""Side of the square round a click, metres on the ground."""

_NETWORK_M_PER_PX = 1.0
"""Web layers are rendered at the ground resolution of the shipped networks."""


class ReviewSession(QObject):
    """Clicks in, offers out, accepted roads into the target layer.

    Args:
        engine: Returns the engine; asked before each extraction.
        canvas: Map to show the offers on; None = without.

    Attributes:
        window_m: Side of the square round a click, metres on the ground.
        weights: Name of shipped weights, or a file.
        rules: What counts as the same road.
        raster: What clicks are extracted from.
        target: The layer that accepted roads go into.
        offers: What is offered, and what became of it.
        selection: Numbers of the selected offers.
        hovered: Number of the offer under the mouse.
        ask_for_target: Called when roads are accepted and there is no target yet.
    """

    offers_changed = pyqtSignal()
    """Other offers are shown, or they are coloured or counted otherwise."""

    selection_changed = pyqtSignal()
    """``selection`` is another."""

    hovered_changed = pyqtSignal()
    """``hovered`` is another."""

    busy_changed = pyqtSignal()
    """Something else runs or waits, or there is progress."""

    layers_changed = pyqtSignal()
    """``raster`` or ``target`` is another."""

    told = pyqtSignal(str)
    """What came of a wish, in one sentence."""

    refused = pyqtSignal(str)
    """Why nothing came of a wish, and what to do."""

    engine_missing = pyqtSignal(str)
    """There is no engine yet; the sentence says what to do."""

    def __init__(self, engine: Callable[[], Engine], canvas: Optional[QgsMapCanvas] = None) -> None:
        super().__init__()
        self.canvas = canvas
        self.window_m = WINDOW_M
        self.weights = ExtractRoads.weights
        self.rules = Rules()
        self.raster: Optional[QgsRasterLayer] = None
        self.target: Optional[QgsVectorLayer] = None
        self.offers = Offers(QgsCoordinateReferenceSystem())
        self.ask_for_target: Callable[[], object] = lambda: None
        self.selection: frozenset[int] = frozenset()
        self.hovered: Optional[int] = None
        self._found: list[FoundRoads] = []
        self._offered_before = 0
        self._folder = Path(tempfile.mkdtemp(prefix="plumbline-review-"))
        self._slices = Slices()
        self._accepted = AcceptedRoads()
        self._accepted.taken_back.connect(lambda numbers: self._set_state(numbers, State.OPEN))
        self._accepted.put_again.connect(lambda numbers: self._set_state(numbers, State.ACCEPTED))
        self.extractions = Extractions(engine, self._folder)
        self.extractions.ended.connect(self._on_ended)
        self.extractions.changed.connect(self.busy_changed)
        QgsProject.instance().layersWillBeRemoved.connect(self._forget)
        QgsProject.instance().cleared.connect(self.clear)
        self.preview = Preview(canvas, self) if canvas is not None else None

    @property
    def busy(self) -> bool:
        """Whether anything runs, waits or is being compared with the target layer."""
        return bool(self.extractions.running or self.extractions.waiting or self._slices.busy)

    # what is extracted

    def set_raster(self, layer: Optional[QgsRasterLayer]) -> None:
        """Choose what clicks are extracted from."""
        if layer is not self.raster:
            self.raster = layer
            self.layers_changed.emit()

    def click(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem) -> None:
        """Extract the square round a place of the map, now or after what waits already."""
        self._extract(
            lambda raster: window_around(point, crs, self.window_m, crs=raster.crs(), raster=raster.extent())
        )

    def extract(self, rectangle: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> None:
        """Extract a rectangle of the map, such as what the canvas shows."""
        self._extract(lambda raster: window_of(rectangle, crs, crs=raster.crs(), raster=raster.extent()))

    def extract_view(self) -> None:
        """Extract what the canvas shows now."""
        if self.canvas is not None:
            settings = self.canvas.mapSettings()
            self.extract(settings.visibleExtent(), settings.destinationCrs())

    def _extract(self, window_in: Callable[[QgsRasterLayer], GroundWindow]) -> None:
        raster = self.raster
        if raster is None:
            self.refused.emit(tr("Choose the raster to extract roads from."))
        elif not raster.crs().isValid():
            self.refused.emit(
                tr("The raster {} has no CRS: set it in its properties, under Source.").format(raster.name())
            )
        else:
            try:
                window = window_in(raster)
                request = raster_request(
                    raster, extent=window.rectangle, extent_crs=window.crs, m_per_px=_NETWORK_M_PER_PX
                )
            except (NoSuchPlace, InputError) as problem:
                self.refused.emit(str(problem))
            else:
                self.extractions.add(
                    window, request, weights=self.weights, device=read_setting(DEVICE, DEVICE_DEFAULT)
                )

    def cancel(self) -> bool:
        """Stop what runs and forget what waits; returns whether there was anything."""
        stopped = self.extractions.cancel() > 0
        if stopped:
            self.told.emit(tr("Cancelled."))
        return stopped

    def escape(self) -> None:
        """Stop what runs and forget what waits; where there is nothing of it, select nothing."""
        if not self.cancel():
            self.select(())

    def _on_ended(self, _extraction: Extraction, outcome: Outcome) -> None:
        if isinstance(outcome, FoundRoads):
            if not self.offers.crs.isValid():
                self.offers.crs = outcome.crs
            self._found.append(outcome)
            self._offer(outcome)
        elif isinstance(outcome, EngineMissing):
            self.extractions.cancel()
            self.engine_missing.emit(str(outcome))
        elif not isinstance(outcome, EngineCancelled):
            self.refused.emit(str(outcome) or type(outcome).__name__)

    # what is offered

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

    def show_on_map(self, number: int) -> None:
        """Move the map to an offer."""
        if self.canvas is not None:
            box = self.offers[number].geometry.boundingBox()
            transform = QgsCoordinateTransform(
                self.offers.crs, self.canvas.mapSettings().destinationCrs(), QgsProject.instance()
            )
            extent = transform.transformBoundingBox(box)
            extent.scale(2.0)
            self.canvas.setExtent(extent)
            self.canvas.refresh()

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

    # what goes into the layer

    def set_target(self, layer: Optional[QgsVectorLayer]) -> None:
        """Choose the layer that accepted roads go into; what is offered is compared with it anew."""
        if layer is self.target:
            return
        problem = None if layer is None else why_not(layer)
        if problem is not None:
            self.refused.emit(problem)
            layer = None
        as_before = self.target is None and layer is not None and layer.featureCount() == 0
        self.target = layer
        self._accepted.follow(layer)
        if layer is not None and not (as_before and layer.crs() == self.offers.crs):
            self._offer_anew(layer.crs())
        self.layers_changed.emit()

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

    @property
    def target_crs(self) -> Optional[QgsCoordinateReferenceSystem]:
        """Of a new layer for accepted roads: that of the offers, else of the raster; None = not known yet."""
        crs = self.offers.crs if self.offers.crs.isValid() or self.raster is None else self.raster.crs()
        return crs if crs.isValid() else None

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

    # the end

    def _forget(self, layers: list[str]) -> None:
        """Let go of layers that leave the project; offers stay."""
        if self.raster is not None and self.raster.id() in layers:
            self.set_raster(None)
        if self.target is not None and self.target.id() in layers:
            self.set_target(None)

    def clear(self) -> None:
        """Forget all that was found, as another project begins."""
        self.extractions.cancel()
        self._found = []
        self._begin_offers(self.target.crs() if self.target is not None else QgsCoordinateReferenceSystem())
        self.offers_changed.emit()

    def close(self) -> None:
        """Stop everything and leave nothing behind."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._forget)
        QgsProject.instance().cleared.disconnect(self.clear)
        self._slices.clear()
        self.extractions.close()
        self._accepted.follow(None)
        if self.preview is not None:
            self.preview.close()
        shutil.rmtree(self._folder, ignore_errors=True)
