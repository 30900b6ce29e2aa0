"""The plugin comes, shows itself and goes, and leaves nothing behind."""

import gc
import sys
import threading
import time
import traceback

import pytest
from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsProject, QgsRasterLayer
from qgis.gui import QgsGui, QgsMapToolPan, QgsMessageViewer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject
from qgis.PyQt.QtWidgets import (
    QApplication,
    QDialog,
    QDockWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTextBrowser,
    QToolBar,
)

from qgis_plugin import classFactory
from qgis_plugin.compatibility import QAction
from qgis_plugin.gui.engine_report import EngineReport
from qgis_plugin.gui.set_up_dialog import SetUpDialog
from qgis_plugin.settings import IDLE_MINUTES, IDLE_MINUTES_DEFAULT, read_setting, write_setting
from tests.in_qgis.main_window import MainWindow


@pytest.fixture
def window(qgis, monkeypatch):
    window = MainWindow()
    window.window.show()
    # Processing's dialogs take the window from where QGIS puts it.
    monkeypatch.setattr("qgis.utils.iface", window)

    for name, module in tuple(sys.modules.items()):
        if name.startswith("processing") and hasattr(module, "iface"):
            monkeypatch.setattr(module, "iface", window)
    yield window
    window.window.close()


@pytest.fixture(autouse=True)
def no_exception_in_a_slot(monkeypatch):
    """Qt would abort the whole run without a word of what was raised."""
    raised = []
    monkeypatch.setattr(
        sys, "excepthook", lambda *what: raised.append("".join(traceback.format_exception(*what)))
    )
    yield
    assert not raised, "\n".join(raised)


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


def wait_until(condition, limit_s=180):
    """Let events happen until a condition holds."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "nothing happened for too long"
        QCoreApplication.processEvents()
        time.sleep(0.01)


def _action(window, name):
    return window.window.findChild(QAction, f"Plumbline_{name}")


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
        # Python remembers threads of Qt that ran some Python as dummies, also when they are over.
        "threads": sorted(each.name for each in threading.enumerate() if not each.name.startswith("Dummy")),
        "dialogs": sum(isinstance(each, QDialog) for each in QApplication.topLevelWidgets()),
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


def test_unload_takes_back_what_was_opened(window, scene):
    """With the click tool in use, dialogs open and a message shown."""
    before = _left(window)
    image = QgsRasterLayer(str(scene / "rgb.tif"), "town")
    for _ in range(2):
        QgsProject.instance().addMapLayer(image.clone())
        plugin = classFactory(window)
        plugin.initGui()
        _action(window, "clickroads").trigger()
        assert window.mapCanvas().mapTool() is not None
        assert _action(window, "clickroads").isChecked()
        assert [dock.isVisible() for dock in window.window.findChildren(QDockWidget)] == [True]
        for name in ("setupengine", "checkengine", "extractroads"):
            _action(window, name).trigger()
        QgsMessageLog.logMessage("The engine ended", "Plumbline", Qgis.MessageLevel.Critical)
        _settle()
        assert len(window.messageBar().items()) == 1
        plugin.unload()
        del plugin
        QgsProject.instance().clear()
        wait_until(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
        after = _left(window)
        assert {key: (before[key], after[key]) for key in before if before[key] != after[key]} == {}


def test_another_tool_of_the_map_unchecks_the_button(plugin, window):
    click = _action(window, "clickroads")
    click.trigger()
    window.mapCanvas().setMapTool(QgsMapToolPan(window.mapCanvas()))
    assert not click.isChecked()
    click.trigger()
    assert click.isChecked()
    click.trigger()
    assert not click.isChecked()
    assert window.mapCanvas().mapTool() is None


def test_shortcuts_are_nobody_elses(window):
    taken = QAction("another plugin's", window.window)
    window.registerMainWindowAction(taken, "Ctrl+Alt+J")
    plugin = classFactory(window)
    plugin.initGui()
    assert _action(window, "clickroads").shortcut().toString() == ""
    plugin.unload()
    _settle()
    window.unregisterMainWindowAction(taken)
    plugin = classFactory(window)
    plugin.initGui()
    assert _action(window, "clickroads").shortcut().toString() == "Ctrl+Alt+J"
    plugin.unload()


def test_without_an_engine_the_map_says_what_to_do(plugin, window, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_PYTHON", "/nowhere/python")
    click = _action(window, "clickroads")
    click.trigger()
    assert not click.isChecked()
    assert window.mapCanvas().mapTool() is None
    (message,) = window.messageBar().items()
    assert "/nowhere/python" in message.text()
    (button,) = [each for each in message.findChildren(QPushButton) if "Set up" in each.text()]
    button.click()
    _settle()
    assert [each.isVisible() for each in window.window.findChildren(SetUpDialog)] == [True]
    assert not window.messageBar().items()


def test_why_the_engine_ended_is_said_once(plugin, window):
    crash = ("The engine ended: signal 9\nlast words", "Plumbline", Qgis.MessageLevel.Critical)
    for _ in range(3):
        QgsMessageLog.logMessage(*crash)
        QgsMessageLog.logMessage("Other trouble", "Elsewhere", Qgis.MessageLevel.Critical)
        QgsMessageLog.logMessage("All is well", "Plumbline", Qgis.MessageLevel.Info)
    _settle()
    (message,) = window.messageBar().items()
    assert message.title() == "Plumbline"
    assert message.text() == "The engine ended: signal 9"
    (button,) = [each for each in message.findChildren(QPushButton) if "Details" in each.text()]
    button.click()
    (viewer,) = window.messageBar().findChildren(QgsMessageViewer)
    assert "last words" in viewer.findChild(QTextBrowser).toPlainText()
    _settle()
    assert not window.messageBar().items()
    QgsMessageLog.logMessage(*crash)
    _settle()
    assert len(window.messageBar().items()) == 1, "another crash of the same kind has to be shown, too"


def test_the_report_of_the_engine_can_be_copied(plugin, window):
    _action(window, "checkengine").trigger()
    (dialog,) = window.window.findChildren(EngineReport)
    wait_until(lambda: dialog.findChild(QPlainTextEdit).toPlainText())
    report = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "torch" in report
    (copy,) = [each for each in dialog.findChildren(QPushButton) if each.text() == "Copy"]
    copy.click()
    assert QgsApplication.clipboard().text() == report


def test_a_report_without_an_engine_says_why(plugin, window, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_PYTHON", "/nowhere/python")
    _action(window, "checkengine").trigger()
    (dialog,) = window.window.findChildren(EngineReport)
    wait_until(lambda: dialog.findChild(QPlainTextEdit).toPlainText())
    assert "/nowhere/python" in dialog.findChild(QPlainTextEdit).toPlainText()


def test_options_are_kept(plugin, window, monkeypatch):
    closed = []
    monkeypatch.setattr("qgis_plugin.gui.options_page.close_engine", lambda: closed.append(True))
    (factory,) = window.factories
    page = factory.createWidget(window.window)
    page.apply()
    assert not closed, "nothing was changed, so what runs must go on"
    idle = page.findChild(QSpinBox)
    idle.setValue(7)
    page.apply()
    assert read_setting(IDLE_MINUTES, IDLE_MINUTES_DEFAULT) == 7
    assert closed
    assert factory.createWidget(window.window).findChild(QSpinBox).value() == 7
    write_setting(IDLE_MINUTES, IDLE_MINUTES_DEFAULT)
    _action(window, "options").trigger()
    assert window.shown_options == [page.objectName()]
