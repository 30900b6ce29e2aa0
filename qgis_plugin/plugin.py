"""The plugin as QGIS sees it: comes, shows itself, goes without leaving anything behind."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import QgsApplication

from .provider import PlumblineProvider


class Plugin:
    """Registers the algorithms and, where there is a window, the tools.

    Args:
        iface: QGIS's main window; None under ``qgis_process``.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self._provider: Optional[PlumblineProvider] = None

    def initProcessing(self) -> None:  # all that qgis_process calls
        """Add the algorithms."""
        self._provider = PlumblineProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Add the algorithms and the tools."""
        self.initProcessing()

    def unload(self) -> None:
        """Take everything away again."""
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
