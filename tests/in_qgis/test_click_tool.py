"""What the mouse and the keys do on the map and in the panel."""

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsProject, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapToolPan
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QFileDialog, QPushButton

from qgis_plugin.click_tool import ClickTool, ReviewPanel, ReviewSession
from qgis_plugin.engine_client.errors import EngineMissing
from tests.in_qgis.click_review import (
    MIDDLE,
    SOUTH,
    UTM,
    WEST,
    ReadyEngine,
    grey_ground,
    here,
    line_layer,
    points,
    wait_until,
)

ALONG = here((0, 500), (1000, 500))
UP = here((250, 520), (250, 1000))


@pytest.fixture
def canvas(qgis, tmp_path):
    """A map of 500 × 500 px on which a pixel is two metres."""
    ground = grey_ground(tmp_path / "ground.tif")
    canvas = QgsMapCanvas()
    canvas.resize(500, 500)
    canvas.setDestinationCrs(UTM)
    canvas.setLayers([ground])
    canvas.show()
    canvas.setExtent(ground.extent())
    yield canvas
    canvas.close()
    canvas.deleteLater()


@pytest.fixture
def engine():
    return ReadyEngine()


@pytest.fixture
def session(engine, canvas):
    session = ReviewSession(lambda: engine, canvas)
    session.set_raster(canvas.layers()[0])
    yield session
    session.close()


@pytest.fixture
def tool(canvas, session):
    tool = ClickTool(canvas, session)
    canvas.setMapTool(tool)
    yield tool
    canvas.unsetMapTool(tool)


@pytest.fixture
def panel(session):
    panel = ReviewPanel(session)
    panel.show()
    yield panel
    panel.close()
    panel.deleteLater()


def pixel(canvas, x, y):
    """Where a place of the ground is on the viewport."""
    place = canvas.getCoordinateTransform().transform(QgsPointXY(WEST + x, SOUTH + y))
    return QPoint(round(place.x()), round(place.y()))


def click(canvas, x, y, button=Qt.MouseButton.LeftButton, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.mouseClick(canvas.viewport(), button, modifier, pixel(canvas, x, y))


def find(session, engine, *roads):
    engine.roads = [(road, 0.8) for road in roads]
    session.click(MIDDLE, UTM)
    wait_until(lambda: not session.busy)
    return [offer.number for offer in session.offers.shown()]


def test_a_click_asks_for_the_square_round_it(canvas, session, tool, engine):
    session.window_m = 100.0
    click(canvas, 300, 700)
    wait_until(lambda: not session.busy)
    box = [float(value) for value in engine.asked[0].request.extent.split(",")[:4]]
    wanted = [WEST + 250, SOUTH + 650, WEST + 350, SOUTH + 750]
    assert box == pytest.approx(wanted, abs=4)


def test_a_drag_asks_for_its_rectangle_and_leaves_nothing_on_the_map(canvas, session, tool, engine):
    items = len(canvas.scene().items())
    left = Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas.viewport(), left, none, pixel(canvas, 200, 300))
    for x in range(220, 620, 20):
        _move(canvas, pixel(canvas, x, x + 100))
    assert len(canvas.scene().items()) == items + 1
    QTest.mouseRelease(canvas.viewport(), left, none, pixel(canvas, 600, 700))
    wait_until(lambda: not session.busy)
    box = [float(value) for value in engine.asked[0].request.extent.split(",")[:4]]
    assert box == pytest.approx([WEST + 200, SOUTH + 300, WEST + 600, SOUTH + 700], abs=4)
    assert len(canvas.scene().items()) == items


def _move(canvas, to):
    """QTest's own mouseMove presses no button."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(to), QPointF(to), left, left, none)
    QApplication.sendEvent(canvas.viewport(), event)


def test_the_mouse_selects_accepts_and_drops_offers(canvas, session, tool, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    along, up = find(session, engine, ALONG, UP)
    click(canvas, 700, 502)
    assert session.selection == {along}
    click(canvas, 252, 800, modifier=Qt.KeyboardModifier.ControlModifier)
    assert session.selection == {along, up}
    click(canvas, 700, 502)
    assert session.selection == {along}
    assert len(engine.asked) == 1, "a click on an offer asks the engine nothing"
    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, none, pixel(canvas, 700, 502))
    assert [points(f.geometry()) for f in target.getFeatures()] == [points(ALONG)]
    click(canvas, 252, 800, Qt.MouseButton.RightButton)
    assert session.offers.shown() == []
    assert session.dropped == 1


def test_a_double_click_beside_all_roads_extracts_once(canvas, session, tool, engine):
    click(canvas, 300, 300)
    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, none, pixel(canvas, 300, 300))
    wait_until(lambda: not session.busy)
    assert len(engine.asked) == 1


def test_keys_work_on_the_map(canvas, session, tool, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    along, up = find(session, engine, ALONG, UP)
    session.select([along])
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert [offer.number for offer in session.offers.shown()] == [up]
    QTest.keyClick(canvas, Qt.Key.Key_R)
    session.select([along])
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert target.featureCount() == 1
    session.select([up])
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert session.selection == frozenset()
    QTest.keyClick(canvas, Qt.Key.Key_A)
    assert target.featureCount() == 2
    QTest.keyClick(canvas, Qt.Key.Key_V)
    wait_until(lambda: len(engine.asked) == 2)


def test_keys_of_the_review_are_not_left_to_the_menu(canvas, session, tool):
    """QGIS's own Delete removes selected features; while the tool is active, the key means the offers."""
    delete = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    delete.ignore()
    QApplication.sendEvent(canvas, delete)
    assert delete.isAccepted()
    save = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    save.ignore()
    QApplication.sendEvent(canvas, save)
    assert not save.isAccepted()
    canvas.unsetMapTool(tool)
    delete.ignore()
    QApplication.sendEvent(canvas, delete)
    assert not delete.isAccepted()


def test_moving_the_map_and_other_tools_lose_nothing(canvas, session, tool, engine):
    numbers = find(session, engine, ALONG, UP)
    drawn = [band for band in session.preview.bands if band.numberOfVertices()]
    engine.holds = True
    click(canvas, 800, 200)
    canvas.zoomByFactor(0.2)
    canvas.setExtent(QgsRectangle(0, 0, 10, 10))
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    canvas.setMapTool(QgsMapToolPan(canvas))
    wait_until(lambda: len(engine.asked) == 2)
    engine.roads = [(here((700, 100), (700, 300)), 0.8)]
    engine.finish(engine.asked[1])
    wait_until(lambda: not session.busy)
    assert [offer.number for offer in session.offers.shown()][:2] == numbers
    assert len(session.offers.shown()) == 3
    assert [band for band in session.preview.bands if band.numberOfVertices()] == drawn
    box = drawn[0].asGeometry().boundingBox()
    assert box.width() > 1000, "in the units of the map now"


def test_offers_are_drawn_in_the_colours_of_their_confidence(canvas, session, tool, engine):
    engine.roads = [(ALONG, 0.9), (UP, 0.6), (here((0, 100), (1000, 100)), 0.1)]
    session.click(MIDDLE, UTM)
    wait_until(lambda: not session.busy)
    canvas.refresh()
    canvas.waitWhileRendering()
    image = canvas.grab().toImage()
    for x, y, colour in ((700, 500, "#ffd60a"), (250, 800, "#ff8c1a"), (700, 100, "#e5383b")):
        place = pixel(canvas, x, y)
        around = {
            image.pixelColor(place.x() + dx, place.y() + dy).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)
        }
        assert colour in around, (colour, around)


def test_windows_are_outlined_while_they_are_worked_on(canvas, session, tool, engine):
    engine.holds = True
    click(canvas, 300, 300)
    click(canvas, 700, 700)
    drawn = [band.asGeometry().boundingBox() for band in session.preview.bands if band.numberOfVertices()]
    assert [round(box.width()) for box in drawn] == [512, 512]
    session.escape()
    assert not any(band.numberOfVertices() for band in session.preview.bands)


def test_closing_leaves_the_map_as_it_was(engine, canvas):
    before = len(canvas.scene().items())
    project = QgsProject.instance()
    receivers = project.receivers(project.layersWillBeRemoved)
    session = ReviewSession(lambda: engine, canvas)
    session.set_raster(canvas.layers()[0])
    tool = ClickTool(canvas, session)
    canvas.setMapTool(tool)
    find(session, engine, ALONG, UP)
    assert len(canvas.scene().items()) > before
    assert project.receivers(project.layersWillBeRemoved) == receivers + 1
    canvas.unsetMapTool(tool)
    session.close()
    assert len(canvas.scene().items()) == before
    assert project.receivers(project.layersWillBeRemoved) == receivers
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))


def test_table_and_map_select_the_same(panel, session, tool, engine):
    along, up = find(session, engine, ALONG, UP)
    session.select([up])
    rows = panel.list.table.selectionModel().selectedRows()
    assert [panel.list.rows.number(index.row()) for index in rows] == [up]
    panel.list.table.selectRow(panel.list.rows.rows(frozenset({along}))[0])
    assert session.selection == {along}


def test_keys_work_in_the_panel(panel, session, tool, engine, tmp_path):
    session.set_target(line_layer(tmp_path / "mine.gpkg", []))
    along, up = find(session, engine, ALONG, UP)
    session.select([up])
    QTest.keyClick(panel.list.table, Qt.Key.Key_Delete)
    assert [offer.number for offer in session.offers.shown()] == [along]
    QTest.keyClick(panel.list.slider, Qt.Key.Key_A)
    assert session.target.featureCount() == 1
    QTest.keyClick(panel.sources.window_m, Qt.Key.Key_Backspace)
    QTest.keyClick(panel.list.table, Qt.Key.Key_R)
    assert [offer.number for offer in session.offers.shown()] == [up]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_A, Qt.Key.Key_Delete])
def test_typing_the_size_of_the_window_touches_no_road(panel, session, tool, engine, tmp_path, key):
    session.set_target(line_layer(tmp_path / "mine.gpkg", []))
    along, up = find(session, engine, ALONG, UP)
    session.select([up])
    QTest.keyClick(panel.sources.window_m, key)
    assert session.target.featureCount() == 0
    assert {offer.number for offer in session.offers.shown()} == {along, up}


def test_the_slider_filters_while_it_is_dragged(panel, session, tool, engine):
    engine.roads = [(ALONG, 0.9), (UP, 0.6)]
    session.click(MIDDLE, UTM)
    wait_until(lambda: not session.busy)
    panel.list.slider.setValue(0)
    assert panel.list.rows.rowCount() == 2
    panel.list.slider.setValue(70)
    assert panel.list.rows.rowCount() == 1
    panel.list.slider.setValue(0)


def test_the_panel_follows_the_project(panel, session, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    panel.sources.target.setLayer(target)
    assert session.target is target
    QgsProject.instance().removeMapLayer(target.id())
    assert session.target is None


def test_no_layer_is_written_to_unless_it_is_chosen(session, tmp_path):
    line_layer(tmp_path / "mine.gpkg", [])
    panel = ReviewPanel(session)
    assert session.target is None
    assert session.raster is not None
    panel.deleteLater()


def test_accepting_without_a_layer_asks_for_one(panel, session, tool, engine, tmp_path, monkeypatch):
    find(session, engine, ALONG, UP)
    path = str(tmp_path / "new.gpkg")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (path, ""))
    QTest.mouseClick(panel.button("accept_all"), Qt.MouseButton.LeftButton)
    assert session.target.featureCount() == 2
    assert session.target.name() == "new"
    assert session.target.crs() == UTM
    assert session.target.renderer().type() == "RuleRenderer"


def test_a_geopackage_that_is_there_keeps_its_layers(panel, session, tool, engine, tmp_path):
    path = str(tmp_path / "new.gpkg")
    assert panel.sources.make_target_at(path)
    first = session.target
    assert panel.sources.make_target_at(path)
    assert first.isValid()
    assert "layername=roads_2" in session.target.source()
    note = tmp_path / "note.gpkg"
    note.write_text("no GeoPackage")
    assert not panel.sources.make_target_at(str(note))
    assert note.read_text() == "no GeoPackage"


def test_without_an_engine_the_panel_offers_its_set_up(panel, session, engine):
    wanted = []
    panel.set_up_wanted.connect(lambda: wanted.append(True))
    engine.problem = EngineMissing("There is no engine yet.")
    session.click(MIDDLE, UTM)
    wait_until(panel.banner.isVisible)
    assert "no engine" in panel.missing.text()
    button = panel.banner.findChild(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wanted == [True]


def test_every_key_is_named_where_the_mouse_finds_it(panel):
    tips = [button.toolTip() for button in panel._buttons.values()]
    assert all(tip.endswith(")") for tip in tips)
    assert {"A", "Enter", "Del", "Esc", "V", "R"} == {tip.rsplit("(", 1)[1][:-1] for tip in tips}
