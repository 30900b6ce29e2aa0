"""The map tool: click to extract, drag for a rectangle, click on an offer to select it."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsPointXY, QgsRectangle, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QApplication

from .colours import CLASSES
from .commands import ReviewKeys
from .session import ReviewSession

_REACH_PX = 8
"""So near to an offer, a click means the offer."""


class ClickTool(QgsMapTool):
    """Turns what the user does on the map into wishes to a session.

    Click: extract round there, or select the offer there (Ctrl: also). Double click: accept the offer. Right
    click: drop it. Drag: extract a rectangle. Keys: see ``commands``.

    Args:
        canvas: Of the map.
        session: Told all wishes.
    """

    def __init__(self, canvas: QgsMapCanvas, session: ReviewSession) -> None:
        super().__init__(canvas)
        self._session = session
        self._keys = ReviewKeys(session)
        self._pressed: Optional[QPoint] = None
        self._drag: Optional[QgsRubberBand] = None
        self.setCursor(Qt.CursorShape.CrossCursor)

    def activate(self) -> None:
        """Listen to keys too."""
        super().activate()
        self.canvas().installEventFilter(self._keys)

    def deactivate(self) -> None:
        """Let go of the map; offers stay."""
        self.canvas().removeEventFilter(self._keys)
        self._end_drag()
        self._session.hover(None)
        super().deactivate()

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Begin a click or a drag."""
        self._pressed = event.pos() if event.button() == Qt.MouseButton.LeftButton else None

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Draw the rectangle dragged so far, or mark the offer under the mouse."""
        if self._pressed is None:
            self._session.hover(self._offer_at(event))
            return
        if self._drag is None and _far(self._pressed, event.pos()):
            self._drag = QgsRubberBand(self.canvas(), QgsWkbTypes.GeometryType.PolygonGeometry)
            self._drag.setStrokeColor(QColor(CLASSES[0].colour))
            self._drag.setFillColor(QColor(255, 214, 10, 40))
            self._drag.setWidth(2)
        if self._drag is not None:
            self._drag.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
            for corner in self._corners(event.pos()):
                self._drag.addPoint(corner)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Say what the user wished."""
        crs = self.canvas().mapSettings().destinationCrs()
        if event.button() == Qt.MouseButton.RightButton:
            self._drop(event)
        elif self._pressed is not None and self._drag is not None:
            rectangle = QgsRectangle()
            for corner in self._corners(event.pos()):
                rectangle.combineExtentWith(corner.x(), corner.y())
            self._session.extract(rectangle, crs)
        elif self._pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._click(event)
        self._end_drag()

    def canvasDoubleClickEvent(self, event: QgsMapMouseEvent) -> None:
        """Accept the offer; its first click has selected it."""
        number = self._offer_at(event)
        if number is not None:
            self._session.accept([number])

    def _click(self, event: QgsMapMouseEvent) -> None:
        number = self._offer_at(event)
        if number is None:
            crs = self.canvas().mapSettings().destinationCrs()
            self._session.click(self.toMapCoordinates(event.pos()), crs)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._session.select(self._session.selection ^ {number})
        else:
            self._session.select([number])

    def _drop(self, event: QgsMapMouseEvent) -> None:
        number = self._offer_at(event)
        if number is not None:
            self._session.drop([number])

    def _offer_at(self, event: QgsMapMouseEvent) -> Optional[int]:
        settings = self.canvas().mapSettings()
        reach = _REACH_PX * settings.mapUnitsPerPixel()
        return self._session.offer_at(self.toMapCoordinates(event.pos()), settings.destinationCrs(), reach)

    def _corners(self, to: QPoint) -> list[QgsPointXY]:
        """Return the corners of what is dragged; on a turned map the rectangle is turned too."""
        start = self._pressed or to
        pixels = (start, QPoint(to.x(), start.y()), to, QPoint(start.x(), to.y()))
        return [self.toMapCoordinates(pixel) for pixel in pixels]

    def _end_drag(self) -> None:
        self._pressed = None
        if self._drag is not None:
            self.canvas().scene().removeItem(self._drag)
            self._drag = None


def _far(start: QPoint, now: QPoint) -> bool:
    return (now - start).manhattanLength() >= QApplication.startDragDistance()
