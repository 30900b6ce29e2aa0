"""Use the plugin as a person would, and take pictures of it; QGIS's desktop runs this by ``--code``."""

# ruff: noqa: ANN001, ANN003, ANN201, ANN202, ANN204 - QGIS comes without types

import os
import sys
import time
import traceback
from pathlib import Path

from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtGui import QColor, QImage, qRgb
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAction,
    QApplication,
    QDialog,
    QDockWidget,
    QTableView,
    QToolBar,
    QTreeView,
    QWidget,
)
from qgis.utils import iface

SCENE = os.environ["PLUMBLINE_SCENE"]
PICTURES = Path(os.environ["PLUMBLINE_PICTURES"])
SHOWN_TOOLBARS = {"mFileToolBar", "mMapNavToolBar", "mDigitizeToolBar", "PlumblineToolbar"}
COLOURS = 96
ROADS = ("#ffd60a", "#ff8c1a", "#e5383b", "#4cc9f0", "#1b1b1b", "#ffffff")
HEIGHTS = ("#f2f0ea", "#cfe3c0", "#93cfa8", "#4fb3a9", "#2f8fb0", "#3d63a8", "#56408f", "#5b1f66", "#2e0f3a")
KEPT = (*ROADS, *HEIGHTS)
"""Colours of the styles, which mean something."""
LONGEST_S = 3600.0


def window():
    """QGIS's main window."""
    return iface.mainWindow()


def action(name):
    """What stands in the plugin's menu."""
    return window().findChild(QAction, f"Plumbline_{name}")


def drawn():
    """Whether the map is complete."""
    return not iface.mapCanvas().isDrawing()


def pause(seconds):
    """Return a condition that holds after so long: what is drawn late has been drawn by then."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def take(name):
    """Write what the screen shows, in colours of its own, without dither: small, and plain to look at."""
    path = str(PICTURES / f"qgis_{name}.png")
    iface.messageBar().clearWidgets()
    QApplication.processEvents()
    seen = QApplication.primaryScreen().grabWindow(0).toImage().convertToFormat(QImage.Format.Format_RGB888)
    seen.save(path)
    full = gdal.Open(path)
    table = gdal.ColorTable()
    gdal.ComputeMedianCutPCT(*(full.GetRasterBand(number) for number in (1, 2, 3)), COLOURS, table)
    colours = [qRgb(*table.GetColorEntry(entry)[:3]) for entry in range(table.GetCount())]
    colours += [QColor(kept).rgb() for kept in KEPT]
    plain = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    seen.convertToFormat(QImage.Format.Format_Indexed8, colours, plain).save(path, "PNG", 0)


def begin():
    """A tidy window with the town in it."""
    for bar in window().findChildren(QToolBar):
        if bar.parent() is window():
            bar.setVisible(bar.objectName() in SHOWN_TOOLBARS)
            window().removeToolBarBreak(bar)
    for dock in window().findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")
    window().showMaximized()
    image = QgsRasterLayer(SCENE, "Town")
    QgsProject.instance().addMapLayer(image)
    iface.setActiveLayer(image)
    legend()
    yield pause(2)
    zoom(image.extent().center(), 270)
    yield drawn
    window().resizeDocks([window().findChild(QDockWidget, "Layers")], [300], Qt.Orientation.Horizontal)
    yield pause(1)
    yield drawn
    return image


def zoom(centre, height_m):
    """Let the map show so much from top to bottom."""
    half = height_m / 2
    iface.mapCanvas().setExtent(
        QgsRectangle(centre.x() - half, centre.y() - half, centre.x() + half, centre.y() + half)
    )
    iface.mapCanvas().refresh()


def legend(opened=None):
    """Show the classes of one layer, and the names of the others."""
    for node in QgsProject.instance().layerTreeRoot().findLayers():
        node.setExpanded(False)  # the tree hears of changes only
        node.setExpanded(opened is not None and node.layerId() == opened.id())


def open_dialog(name, size):
    """Open a dialog by the menu, where the map stays visible beside it."""
    before = set(QApplication.topLevelWidgets())
    action(name).trigger()
    (dialog,) = [
        each for each in QApplication.topLevelWidgets() if each not in before and isinstance(each, QDialog)
    ]
    dialog.resize(*size)
    centre = window().geometry().center()
    dialog.move(centre.x() - size[0] // 2 - 60, centre.y() - size[1] // 2 + 20)
    return dialog


def result(name):
    """Return where a result is written."""
    return str(Path(os.environ["HOME"]) / name)


def run_dialog(dialog, **parameters):
    """Press Run, and wait for the layers."""
    dialog.setParameters(parameters)
    before = len(QgsProject.instance().mapLayers())
    dialog.runButton().click()
    yield lambda: len(QgsProject.instance().mapLayers()) > before
    yield pause(1)
    dialog.close()
    yield pause(1)
    yield drawn


def roads(image):
    """The toolbox, and what it brings."""
    toolbox = window().findChild(QDockWidget, "ProcessingToolbox")
    toolbox.show()
    tree = toolbox.findChild(QTreeView)
    for row in range(tree.model().rowCount()):
        index = tree.model().index(row, 0)
        if index.data() == "Plumbline":
            tree.expandRecursively(index)
            tree.scrollTo(index, QTreeView.ScrollHint.PositionAtTop)
    dialog = open_dialog("extractroads", (760, 560))
    yield pause(2)
    take("toolbox")
    toolbox.hide()
    yield drawn
    yield from run_dialog(dialog, INPUT=image.id(), OUTPUT=result("roads.gpkg"))
    legend(opened=iface.activeLayer())
    yield pause(2)
    take("roads")


def heights(image):
    """Heights of what the map shows."""
    dialog = open_dialog("estimateheights", (760, 560))
    extent = iface.mapCanvas().extent()
    yield from run_dialog(dialog, INPUT=image.id(), EXTENT=extent, OUTPUT=result("heights.tif"))
    (coloured,) = (
        layer
        for layer in QgsProject.instance().mapLayers().values()
        if layer.renderer().type() == "singlebandpseudocolor"
    )
    legend(opened=coloured)
    yield pause(2)
    take("heights")


def review(image):
    """A click on a road, and what is offered."""
    for layer in tuple(QgsProject.instance().mapLayers().values()):
        if layer is not image:
            QgsProject.instance().removeMapLayer(layer)
    iface.setActiveLayer(image)
    zoom(image.extent().center(), 520)
    action("clickroads").trigger()
    yield pause(2)
    panel = window().findChild(QDockWidget, "PlumblineReviewPanel")
    (sources,) = (each for each in panel.findChildren(QWidget) if hasattr(each, "make_target_at"))
    sources.make_target_at(result("roads_reviewed.gpkg"))
    legend()
    yield pause(1)
    yield drawn
    viewport = iface.mapCanvas().viewport()
    centre = QPoint(viewport.width() // 2, viewport.height() // 2)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre)
    table = panel.findChild(QTableView)
    yield lambda: table.model().rowCount() > 0
    yield pause(2)
    table.selectRow(3)
    yield pause(1)
    take("review")


def set_up():
    """What is asked before anything is installed, as on a machine that has nothing yet."""
    usual = {name: os.environ.pop(name) for name in ("PLUMBLINE_PYTHON", "PATH")}
    os.environ.update(PATH="/usr/bin:/bin", PLUMBLINE_ENGINE_FOLDER="/home/mapper/.local/share/plumbline")
    dialog = open_dialog("setupengine", (680, 520))
    yield pause(8)
    take("set_up")
    dialog.close()
    os.environ.update(usual)


def all_pictures():
    """Each scene waits for conditions, which it yields."""
    image = yield from begin()
    yield from set_up()
    yield from roads(image)
    yield from heights(image)
    yield from review(image)


class Play:
    """Goes on with a play whenever what it waits for holds."""

    def __init__(self, play):
        self._play = play
        self._condition = pause(3)
        self._since = time.monotonic()
        self._timer = QTimer()
        self._timer.timeout.connect(self._go_on)
        self._timer.start(100)

    def _go_on(self):
        try:
            if self._condition():
                self._condition = next(self._play)
                self._since = time.monotonic()
        except StopIteration:
            self._end(0)
        except Exception:  # noqa: BLE001 - whatever it is, QGIS must end
            traceback.print_exc()
            self._end(1)
        if time.monotonic() - self._since > LONGEST_S:
            QApplication.primaryScreen().grabWindow(0).save(str(PICTURES / "failed.png"))
            self._end(1)

    def _end(self, code):
        sys.stderr.flush()
        os._exit(code)


play = Play(all_pictures())
