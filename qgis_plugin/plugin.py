"""The plugin as QGIS sees it: comes, shows itself, goes without leaving anything behind."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import QgsApplication

from .provider import PlumblineProvider
from .shared_engine import close_engine


class Plugin:
    """Registers the algorithms and, where there is a window, the tools.

    Args:
        iface: QGIS's main window; None under ``qgis_process``.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._provider: Optional[PlumblineProvider] = None
        self._tools: Any = None

    def initProcessing(self) -> None:  # all that qgis_process calls
        """Add the algorithms."""
        self._provider = PlumblineProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Add the algorithms and the tools."""
        from .gui.tools import Tools  # noqa: PLC0415 - qgis_process needs no widgets

        self.initProcessing()
        self._tools = Tools(self._iface)

    def unload(self) -> None:
        """Take everything away again."""
        if self._tools is not None:
            self._tools.close()
            self._tools = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        close_engine()
