"""The plugin comes, shows itself and goes, and leaves nothing behind."""

import gc
import threading

import pytest
from qgis.core import QgsApplication
from qgis.gui import QgsGui
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QToolBar

from qgis_plugin import classFactory
from tests.in_qgis.main_window import MainWindow


@pytest.fixture
def window(qgis):
    window = MainWindow()
    window.window.show()
    yield window
    window.window.close()


@pytest.fixture
def plugin(window):
    plugin = classFactory(window)
    plugin.initGui()
    yield plugin
    plugin.unload()
    _settle()


def _settle():
    """Let Qt delete what was given to it for deletion."""
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def _left(window):
    """Count all that a plugin may leave in a window or in QGIS."""
    _settle()
    children = [type(each).__name__ for each in window.window.findChildren(QObject)]
    registry = QgsApplication.processingRegistry()
    return {
        "children": {kind: children.count(kind) for kind in sorted(set(children))},
        "toolbars": len(window.window.findChildren(QToolBar)),
        "docks": len(window.window.findChildren(QDockWidget)),
        "menu": len(window.pluginMenu().actions()),
        "window's actions": len(window.window.actions()),
        "shortcuts": len(QgsGui.shortcutsManager().listActions()),
        "providers": sorted(each.id() for each in registry.providers()),
        "options": len(window.factories),
        "items on the map": len(window.mapCanvas().items()),
        "map tool": window.mapCanvas().mapTool(),
        "messages": len(window.messageBar().items()),
        "threads": sorted(each.name for each in threading.enumerate()),
        "windows": len(QApplication.topLevelWidgets()),
        "listeners": QgsApplication.messageLog().receivers(QgsApplication.messageLog().messageReceived),
    }


def test_unload_leaves_nothing_behind(window):
    before = _left(window)
    for _ in range(2):
        plugin = classFactory(window)
        plugin.initGui()
        assert _left(window) != before
        plugin.unload()
        del plugin
        assert _left(window) == before
