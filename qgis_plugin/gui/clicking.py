"""Click-to-extract in QGIS's window: the map tool, its review panel, and the session behind them."""

from __future__ import annotations

from typing import Any, Callable, Optional

from qgis.core import QgsRasterLayer
from qgis.PyQt.QtCore import Qt

from ..click_tool import ClickTool, ReviewPanel, ReviewSession
from ..compatibility import QAction
from ..shared_engine import shared_engine


class Clicking:
    """Makes the map tool at first use; a review goes on whatever tool and panel are shown meanwhile.

    Args:
        iface: QGIS's main window.
        action: Is checked while the tool is active.
        on_set_up: Opens the dialog that makes the engine's environment.
    """

    def __init__(self, iface: Any, action: QAction, on_set_up: Callable[[], None]) -> None:
        self._iface = iface
        self._action = action
        self._on_set_up = on_set_up
        self._session: Optional[ReviewSession] = None
        self._tool: Any = None
        self._panel: Any = None

    def start(self) -> None:
        """Make the click tool the map's tool, and show the panel."""
        session = self._session or self._make()
        layer = self._iface.activeLayer()
        if isinstance(layer, QgsRasterLayer):
            session.set_raster(layer)
        self._panel.show()
        self._panel.raise_()
        self._iface.mapCanvas().setMapTool(self._tool)
        shared_engine().warm_up()

    def stop(self) -> None:
        """Give the map back; what is under review stays."""
        if self._tool is not None:
            self._iface.mapCanvas().unsetMapTool(self._tool)

    def _make(self) -> ReviewSession:
        canvas = self._iface.mapCanvas()
        session = self._session = ReviewSession(shared_engine, canvas)
        self._tool = ClickTool(canvas, session)
        self._tool.setAction(self._action)
        self._panel = ReviewPanel(session, self._iface.mainWindow())
        self._panel.set_up_wanted.connect(self._on_set_up)
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._panel)
        return session

    def close(self) -> None:
        """Take tool, panel and preview away."""
        if self._session is None:
            return
        self.stop()
        self._session.close()
        self._iface.removeDockWidget(self._panel)
        for part in (self._panel, self._tool, self._session):
            part.deleteLater()
        self._tool = self._panel = self._session = None
