"""Click-to-extract in QGIS's window: the map tool, its review panel, and the session behind them."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt

from ..compatibility import QAction
from .messages import Messages


class Clicking:
    """Makes the map tool at first use; shows its panel while it is the map's tool.

    Args:
        iface: QGIS's main window.
        action: Is checked while the tool is active.
        messages: Told when there is no engine to ask.
    """

    def __init__(self, iface: Any, action: QAction, messages: Messages) -> None:
        self._iface = iface
        self._action = action
        self._messages = messages
        self._session: Any = None
        self._tool: Any = None
        self._panel: Any = None

    def start(self) -> None:
        """Make the click tool the map's tool, and show the panel."""
        if self._tool is None:
            self._make()
        self._panel.show()
        self._panel.raise_()
        self._iface.mapCanvas().setMapTool(self._tool)

    def stop(self) -> None:
        """Give the map back; what is under review stays."""
        if self._tool is not None:
            self._iface.mapCanvas().unsetMapTool(self._tool)

    def _make(self) -> None:
        from ..click_tool import ClickTool, ReviewPanel, ReviewSession  # noqa: PLC0415 - at first use
        from ..shared_engine import shared_engine  # noqa: PLC0415

        canvas = self._iface.mapCanvas()
        self._session = ReviewSession(canvas, shared_engine())
        self._tool = ClickTool(canvas, self._session)
        self._tool.setAction(self._action)
        self._panel = ReviewPanel(self._session, self._iface.mainWindow())
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._panel)

    def close(self) -> None:
        """Take tool, panel and preview away."""
        if self._tool is None:
            return
        self.stop()
        self._session.close()
        self._iface.removeDockWidget(self._panel)
        self._panel.deleteLater()
        self._tool.deleteLater()
        self._tool = self._panel = self._session = None
