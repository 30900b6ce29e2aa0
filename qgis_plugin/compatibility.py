"""What Qt 5 and Qt 6, QGIS 3 and QGIS 4 name differently: the only module that knows of it."""

from __future__ import annotations

try:
    from qgis.PyQt.QtGui import QAction, QShortcut
except ImportError:  # Qt 5 has them among the widgets
    from qgis.PyQt.QtWidgets import QAction, QShortcut

__all__ = ["QAction", "QShortcut"]
