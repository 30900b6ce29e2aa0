"""QGIS's main window as far as a plugin sees it, of real classes: an application is not needed for it."""

# ruff: noqa: N802 - the methods are called as in QGIS

from qgis.gui import QgsBrowserGuiModel, QgsGui, QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QMainWindow


class MainWindow:
    """Has the methods of ``QgisInterface`` that the plugin calls; each acts on a real window.

    ``QgisInterface`` itself is abstract, and only QGIS's program makes one.
    """

    def __init__(self):
        self.window = QMainWindow()
        self.window.resize(1000, 700)
        self._canvas = QgsMapCanvas(self.window)
        self.window.setCentralWidget(self._canvas)
        self._message_bar = QgsMessageBar(self._canvas)
        self._plugins = self.window.menuBar().addMenu("Plugins")
        self._browser = QgsBrowserGuiModel(self.window)
        self.factories = []
        self.shown_options = []
        self.layer = None

    def mainWindow(self):
        return self.window

    def mapCanvas(self):
        return self._canvas

    def messageBar(self):
        return self._message_bar

    def pluginMenu(self):
        return self._plugins

    def browserModel(self):
        return self._browser

    def activeLayer(self):
        return self.layer

    def setActiveLayer(self, layer):
        self.layer = layer

    def addToolBar(self, name, area=Qt.ToolBarArea.TopToolBarArea):
        bar = self.window.addToolBar(name)
        self.window.addToolBar(area, bar)
        return bar

    def addDockWidget(self, area, dock):
        self.window.addDockWidget(area, dock)

    def removeDockWidget(self, dock):
        self.window.removeDockWidget(dock)

    def registerMainWindowAction(self, action, shortcut):
        self.window.addAction(action)
        return QgsGui.shortcutsManager().registerAction(action, shortcut)

    def unregisterMainWindowAction(self, action):
        self.window.removeAction(action)
        return QgsGui.shortcutsManager().unregisterAction(action)

    def registerOptionsWidgetFactory(self, factory):
        self.factories.append(factory)

    def unregisterOptionsWidgetFactory(self, factory):
        self.factories.remove(factory)

    def showOptionsDialog(self, parent, page):
        self.shown_options.append(page)
