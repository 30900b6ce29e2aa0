"""Click-to-extract on a real canvas, with the real engine: from a click to roads in an edited layer."""

import os
from pathlib import Path

import pytest
from qgis.core import QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest

from qgis_plugin.click_tool import ClickTool, ReviewPanel, ReviewSession
from qgis_plugin.engine_client.client import Engine
from tests.in_qgis.click_review import wait_until


@pytest.fixture(scope="module")
def engine(qgis):
    engine = Engine(lambda: Path(os.environ["PLUMBLINE_PYTHON"]))
    yield engine
    engine.close()


@pytest.fixture
def town(qgis, scene):
    layer = QgsRasterLayer(str(scene / "rgb.tif"), "town")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def canvas(qgis, town):
    canvas = QgsMapCanvas()
    canvas.resize(512, 512)
    canvas.setDestinationCrs(town.crs())
    canvas.setLayers([town])
    canvas.setExtent(town.extent())
    canvas.show()
    yield canvas
    canvas.close()
    canvas.deleteLater()


@pytest.fixture
def session(engine, canvas, town):
    session = ReviewSession(lambda: engine, canvas)
    session.set_raster(town)
    yield session
    session.close()


@pytest.fixture
def tool(canvas, session):
    tool = ClickTool(canvas, session)
    canvas.setMapTool(tool)
    yield tool
    canvas.unsetMapTool(tool)


def click(canvas, at=(256, 256), button=Qt.MouseButton.LeftButton):
    QTest.mouseClick(canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, QPoint(*at))


def test_a_click_ends_as_roads_in_an_edited_layer(canvas, session, tool, tmp_path):
    panel = ReviewPanel(session)
    said = []
    session.told.connect(said.append)
    session.refused.connect(said.append)
    click(canvas)
    wait_until(lambda: not session.busy)
    offered = session.offers.shown()
    assert offered, said
    assert panel.sources.make_target_at(str(tmp_path / "mine.gpkg"))
    target = session.target
    QTest.keyClick(canvas, Qt.Key.Key_A)
    assert target.featureCount() == len(offered)
    assert not session.offers.shown()
    target.undoStack().undo()
    assert target.featureCount() == 0
    assert len(session.offers.shown()) == len(offered)
    target.undoStack().redo()
    assert target.featureCount() == len(offered)
    assert not session.offers.shown()
    assert target.commitChanges()
    saved = QgsVectorLayer(target.source(), "", "ogr")
    assert sum(f["length_m"] for f in saved.getFeatures()) == pytest.approx(sum(o.length_m for o in offered))
    click(canvas)
    wait_until(lambda: not session.busy)
    assert session.offers.shown() == []
    panel.deleteLater()


def test_what_overlaps_is_not_doubled(canvas, session, tool, town, tmp_path):
    panel = ReviewPanel(session)
    assert panel.sources.make_target_at(str(tmp_path / "mine.gpkg"))
    target, box = session.target, town.extent()
    west = QgsRectangle(box.xMinimum(), box.yMinimum(), box.center().x() + 30, box.yMaximum())
    session.extract(west, town.crs())
    wait_until(lambda: not session.busy)
    assert session.accept_all()
    first = QgsGeometry.unaryUnion([feature.geometry() for feature in target.getFeatures()])
    QTest.keyClick(canvas, Qt.Key.Key_V)
    wait_until(lambda: not session.busy)
    offered = session.offers.shown()
    assert offered
    doubled_m = sum(offer.geometry.intersection(first.buffer(3, 6)).length() for offer in offered)
    assert doubled_m < 0.1 * first.length()
    assert session.accept_all()
    ends = [end for offer in offered for end in _ends(offer.geometry)]
    known = {(vertex.x(), vertex.y()) for vertex in first.vertices()}
    assert known & set(ends), "what goes on begins at the very coordinates of what is there"
    panel.deleteLater()


def _ends(geometry):
    line = geometry.asPolyline()
    return [(line[0].x(), line[0].y()), (line[-1].x(), line[-1].y())]
