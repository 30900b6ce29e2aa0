"""The offers on the map, and the windows the engine works on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from qgis.core import QgsGeometry, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from .colours import CASING, CLASSES, MARKED, class_of

_WIDTH_PX = 3
_LINE = QgsWkbTypes.GeometryType.LineGeometry
_POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry


def _band(
    canvas: QgsMapCanvas, kind: Any, colour: str, width_px: int, casing: Optional[str]
) -> QgsRubberBand:
    band = QgsRubberBand(canvas, kind)
    band.setStrokeColor(QColor(colour))
    band.setFillColor(QColor(Qt.GlobalColor.transparent))
    band.setWidth(width_px)
    if casing is not None:
        band.setSecondaryStrokeColor(QColor(casing))
    return band


class Preview:
    """Draws a review on a canvas; stays while the map is moved or another tool is used.

    Args:
        canvas: To draw on.
        session: The ``ReviewSession`` to draw.
    """

    def __init__(self, canvas: QgsMapCanvas, session: Any) -> None:
        self._canvas = canvas
        self._session = session
        # What is made first lies below: marks are seen round the colours.
        self._running = _band(canvas, _POLYGON, MARKED, 2, CASING)
        self._waiting = _band(canvas, _POLYGON, MARKED, 1, CASING)
        self._selected = _band(canvas, _LINE, MARKED, 3 * _WIDTH_PX, CASING)
        self._hovered = _band(canvas, _LINE, MARKED, 2 * _WIDTH_PX, None)
        self._classes = {each: _band(canvas, _LINE, each.colour, _WIDTH_PX, CASING) for each in CLASSES}
        self._waiting.setLineStyle(Qt.PenStyle.DashLine)
        session.offers_changed.connect(self._draw_offers)
        session.selection_changed.connect(self._draw_selection)
        session.hovered_changed.connect(self._draw_hovered)
        session.busy_changed.connect(self._draw_windows)
        canvas.destinationCrsChanged.connect(self._draw_all)

    @property
    def bands(self) -> list[QgsRubberBand]:
        """All that is drawn with."""
        return [*self._classes.values(), self._selected, self._hovered, self._running, self._waiting]

    def close(self) -> None:
        """Take everything from the canvas."""
        self._canvas.destinationCrsChanged.disconnect(self._draw_all)
        for signal, slot in (
            (self._session.offers_changed, self._draw_offers),
            (self._session.selection_changed, self._draw_selection),
            (self._session.hovered_changed, self._draw_hovered),
            (self._session.busy_changed, self._draw_windows),
        ):
            signal.disconnect(slot)
        for band in self.bands:
            self._canvas.scene().removeItem(band)
        self._classes = {}

    def _draw_all(self) -> None:
        self._draw_offers()
        self._draw_windows()

    def _draw_offers(self) -> None:
        shown = self._session.offers.shown()
        for each, band in self._classes.items():
            self._set(band, [offer.geometry for offer in shown if class_of(offer.confidence) is each])
        self._draw_selection()
        self._draw_hovered()

    def _draw_selection(self) -> None:
        self._set(
            self._selected, [self._session.offers[number].geometry for number in self._session.selection]
        )

    def _draw_hovered(self) -> None:
        number = self._session.hovered
        self._set(self._hovered, [] if number is None else [self._session.offers[number].geometry])

    def _set(self, band: QgsRubberBand, lines: Iterable[QgsGeometry]) -> None:
        lines = list(lines)
        band.reset(_LINE)
        if lines:
            band.setToGeometry(QgsGeometry.collectGeometry(lines), self._session.offers.crs)

    def _draw_windows(self) -> None:
        running = self._session.extractions.running
        self._set_windows(self._running, [running] if running is not None else [])
        self._set_windows(self._waiting, self._session.extractions.waiting)

    def _set_windows(self, band: QgsRubberBand, extractions: Iterable[Any]) -> None:
        band.reset(_POLYGON)
        for extraction in extractions:
            window = extraction.window
            # Twenty pieces a side: in another system the square's sides are bent.
            outline = QgsGeometry.fromRect(window.rectangle).densifyByCount(20)
            band.addGeometry(outline, window.crs)
