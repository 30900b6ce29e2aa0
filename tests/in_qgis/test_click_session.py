"""A review from request to layer, with an engine that hands out ready-made roads."""

import time
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QTimer

from qgis_plugin.click_tool import ReviewSession
from qgis_plugin.click_tool.offers import State
from qgis_plugin.engine_client.errors import EngineCrashed, EngineMissing
from tests.in_qgis.click_review import (
    MIDDLE,
    SOUTH,
    UTM,
    WEST,
    ReadyEngine,
    grey_ground,
    here,
    line,
    line_layer,
    points,
    wait_until,
)
from tests.in_qgis.tile_server import TileServer


@pytest.fixture
def raster(qgis, tmp_path):
    return grey_ground(tmp_path / "ground.tif")


@pytest.fixture
def engine():
    return ReadyEngine()


@pytest.fixture
def session(qgis, engine, raster):
    session = ReviewSession(lambda: engine)
    session.set_raster(raster)
    session.said = []
    for signal in (session.told, session.refused, session.engine_missing):
        signal.connect(session.said.append)
    yield session
    session.close()


def extract(session, engine, *roads):
    """Click, and have these found."""
    engine.roads = [road if isinstance(road, tuple) else (road, 0.8) for road in roads]
    session.click(MIDDLE, UTM)
    wait_until(lambda: not session.busy)


def shown(session):
    return [points(offer.geometry) for offer in session.offers.shown()]


def test_only_what_is_new_is_offered_and_joins_bit_by_bit(session, engine, tmp_path):
    end = (WEST + 400.123456789, SOUTH + 500.987654321)
    target = line_layer(tmp_path / "mine.gpkg", [line((WEST + 100.1, SOUTH + 500.1), end)])
    session.set_target(target)
    extract(session, engine, here((300, 503), (700, 503)))
    ((first, *_, last),) = shown(session)
    assert first == end
    assert last == (WEST + 700, SOUTH + 503)
    assert session.accept_all()
    lines = [points(feature.geometry()) for feature in target.getFeatures()]
    assert sum(end in each for each in lines) == 2
    extract(session, engine, here((300, 503), (700, 503)))
    assert shown(session) == []


def test_a_road_met_between_its_vertices_gets_one(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [here((100, 500.3), (900, 499.1))])
    session.set_target(target)
    extract(session, engine, here((433, 504), (433, 700)))
    assert session.accept_all()
    side, main = sorted((points(f.geometry()) for f in target.getFeatures()), key=len)
    assert len(main) == 3
    assert main[1] == side[0]
    target.undoStack().undo()
    assert [len(points(f.geometry())) for f in target.getFeatures()] == [2]


def test_offers_join_offers_before_they_are_accepted(session, engine, tmp_path):
    extract(session, engine, here((100, 500), (900, 500)))
    extract(session, engine, here((100, 502), (900, 502)), here((433, 504), (433, 700)))
    main, side = shown(session)
    assert side[0] in main
    assert len(main) == 3


def test_the_threshold_works_at_once_and_guards_accept_all(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    sure, doubtful, unknown = (
        here((0, 100), (200, 100)),
        here((0, 300), (200, 300)),
        here((0, 600), (200, 600)),
    )
    extract(session, engine, (sure, 0.9), (doubtful, 0.4), (unknown, None))
    assert len(shown(session)) == 3
    changes = []
    session.offers_changed.connect(lambda: changes.append(len(shown(session))))
    session.select([offer.number for offer in session.offers.shown()])
    session.set_threshold(0.5)
    assert changes == [2]
    assert len(session.selection) == 2
    session.set_threshold(0.95)
    assert shown(session) == [points(unknown)]
    session.set_threshold(0.5)
    session.accept_all()
    assert target.featureCount() == 2
    session.set_threshold(0.0)
    assert shown(session) == [points(doubtful)]


def test_dropped_roads_stay_away_until_they_are_restored(session, engine, tmp_path):
    roads = here((0, 100), (200, 100)), here((0, 300), (200, 300))
    extract(session, engine, *roads)
    session.select([session.offers.shown()[0].number])
    session.drop()
    assert shown(session) == [points(roads[1])]
    assert session.selection == frozenset()
    extract(session, engine, *roads)
    assert shown(session) == [points(roads[1])]
    assert session.dropped == 1
    session.restore()
    assert len(shown(session)) == 2


def test_single_roads_are_accepted(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    extract(session, engine, here((0, 100), (200, 100)), here((0, 300), (200, 300)))
    session.select([session.offers.shown()[1].number])
    assert session.accept()
    assert [points(f.geometry()) for f in target.getFeatures()] == [points(here((0, 300), (200, 300)))]
    assert len(shown(session)) == 1


def test_undo_in_the_layer_offers_again_and_redo_takes(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    extract(session, engine, here((0, 100), (200, 100)), here((0, 300), (200, 300)))
    session.accept([session.offers.shown()[0].number])
    session.accept([session.offers.shown()[0].number])
    stack = target.undoStack()
    stack.undo()
    assert len(shown(session)) == 1
    stack.undo()
    assert len(shown(session)) == 2
    stack.redo()
    assert len(shown(session)) == 1
    # Another step takes the place of the one undone: its roads stay on offer.
    session.accept([session.offers.shown()[0].number])
    assert shown(session) == []
    assert target.commitChanges()
    assert shown(session) == []
    assert target.featureCount() == 2


def test_giving_up_the_edits_offers_again(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    extract(session, engine, here((0, 100), (200, 100)))
    session.accept_all()
    assert target.rollBack()
    assert len(shown(session)) == 1
    assert target.featureCount() == 0


def test_what_others_do_to_the_layer_leaves_the_offers_alone(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    extract(session, engine, here((0, 100), (200, 100)))
    session.accept_all()
    (feature,) = target.getFeatures()
    assert target.deleteFeature(feature.id())
    assert shown(session) == []


def test_roads_come_in_the_system_of_the_layer(session, engine, tmp_path):
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    target = line_layer(tmp_path / "mine.gpkg", [], crs=degrees, fields="&field=length_m:double")
    session.set_target(target)
    road = here((0, 100), (300, 500))
    extract(session, engine, road)
    session.accept_all()
    (feature,) = target.getFeatures()
    back = feature.geometry()
    back.transform(QgsCoordinateTransform(degrees, UTM, QgsProject.instance()))
    assert np.allclose(points(back), points(road), atol=1e-3)
    assert feature["length_m"] == pytest.approx(500, rel=1e-9)
    extract(session, engine, here((0, 104), (300, 504)))
    assert shown(session) == []


def test_another_layer_means_other_news(session, engine, tmp_path):
    road = here((0, 100), (300, 100))
    has_it = line_layer(tmp_path / "has_it.gpkg", [road])
    lacks_it = line_layer(tmp_path / "lacks_it.gpkg", [], crs=QgsCoordinateReferenceSystem("EPSG:3857"))
    session.set_target(has_it)
    extract(session, engine, road)
    assert shown(session) == []
    session.set_target(lacks_it)
    wait_until(lambda: not session.busy)
    (offer,) = session.offers.shown()
    assert session.offers.crs == lacks_it.crs()
    assert offer.length_m == pytest.approx(300)
    QgsProject.instance().removeMapLayer(lacks_it.id())
    assert session.target is None
    assert len(shown(session)) == 1


def test_attributes_go_where_there_are_fields_for_them(session, engine, tmp_path):
    fields = "&field=Confidence:double&field=length_m:integer&field=name:string&field=source:integer"
    target = line_layer(tmp_path / "mine.gpkg", [], fields=fields)
    session.set_target(target)
    extract(session, engine, (here((0, 100), (200.4, 100)), 0.75))
    session.accept_all()
    (feature,) = target.getFeatures()
    assert feature["Confidence"] == 0.75
    assert feature["length_m"] == 200
    assert feature["name"] == NULL
    assert feature["source"] == NULL, "numbers of junctions mean nothing outside one result"
    assert target.commitChanges(), target.commitErrors()


def test_multi_lines_with_heights_take_the_height_of_the_road_they_join(session, engine, tmp_path):
    main = QgsGeometry.fromWkt(
        f"MultiLineStringZ(({WEST + 100} {SOUTH + 500} 10, {WEST + 500} {SOUTH + 500} 30))"
    )
    target = line_layer(tmp_path / "mine.gpkg", [main], kind="MultiLineStringZ")
    session.set_target(target)
    extract(session, engine, here((300, 504), (300, 700)))
    assert session.accept_all()
    assert target.commitChanges(), target.commitErrors()
    side, old = sorted((f.geometry() for f in target.getFeatures()), key=lambda g: len(points(g)))
    assert side.wkbType() == old.wkbType() == main.wkbType()
    junction = old.vertexAt(1)
    assert (junction.x(), junction.y()) == (WEST + 300, SOUTH + 500)
    assert junction.z() == pytest.approx(20)
    assert side.vertexAt(0).z() == pytest.approx(20)


def test_layers_that_take_no_roads_are_refused_with_what_helps(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    target.setReadOnly(True)
    session.set_target(target)
    assert session.target is None
    assert "read-only" in session.said[-1]
    extract(session, engine, here((0, 100), (200, 100)))
    assert not session.accept_all()
    assert "new one" in session.said[-1]
    assert len(shown(session)) == 1
    session.set_target(QgsVectorLayer("Point?crs=EPSG:32633", "dots", "memory"))
    assert "no lines" in session.said[-1]


def test_a_second_click_waits_and_is_not_lost(session, engine):
    engine.holds = True
    session.click(MIDDLE, UTM)
    session.click(QgsPointXY(WEST + 100, SOUTH + 100), UTM)
    wait_until(lambda: engine.asked)
    assert (session.extractions.running.number, len(session.extractions.waiting)) == (1, 1)
    engine.roads = [(here((0, 100), (200, 100)), 0.8)]
    engine.finish(engine.asked[0])
    wait_until(lambda: len(engine.asked) == 2)
    engine.roads = [(here((0, 300), (200, 300)), 0.8)]
    engine.finish(engine.asked[1])
    wait_until(lambda: not session.busy)
    assert len(shown(session)) == 2


def test_escape_stops_what_runs_and_forgets_what_waits(session, engine):
    engine.holds = True
    session.click(MIDDLE, UTM)
    session.click(MIDDLE, UTM)
    wait_until(lambda: engine.asked)
    session.escape()
    assert not session.busy
    wait_until(lambda: engine.cancelled)
    assert len(engine.asked) == 1
    assert shown(session) == []
    engine.holds = False
    extract(session, engine, here((0, 100), (200, 100)))
    assert len(shown(session)) == 1


def test_problems_are_said_and_the_next_click_works(session, engine):
    engine.problem = EngineCrashed("The engine ended.")
    session.click(MIDDLE, UTM)
    wait_until(lambda: not session.busy)
    assert session.said[-1] == "The engine ended."
    engine.problem = None
    extract(session, engine, here((0, 100), (200, 100)))
    assert len(shown(session)) == 1


def test_without_an_engine_nothing_waits_in_vain(session, engine):
    engine.problem = EngineMissing("Set it up.")
    missing = []
    session.engine_missing.connect(missing.append)
    session.click(MIDDLE, UTM)
    session.click(MIDDLE, UTM)
    wait_until(lambda: not session.busy)
    assert missing == ["Set it up."]
    assert len(engine.asked) == 1


def test_clicks_beside_the_raster_are_refused(session, engine):
    session.click(QgsPointXY(WEST - 100, SOUTH), UTM)
    session.extract(QgsRectangle(0, 0, 10, 10), UTM)
    assert not session.busy
    assert all("raster" in said for said in session.said)
    assert len(session.said) == 2


def test_what_the_engine_is_asked_for(session, engine, raster):
    session.window_m = 256.0
    extract(session, engine)
    request = engine.asked[0].request
    assert request.raster == raster.source()
    x, y = MIDDLE.x(), MIDDLE.y()
    west, south, east, north = map(float, request.extent.split(",")[:4])
    assert (west, south, east, north) == pytest.approx((x - 128, y - 128, x + 128, y + 128), abs=0.2)
    assert session.said[-1] == "No new roads here."


def test_closing_leaves_no_file_and_no_thread(qgis, engine, raster, tmp_path):
    session = ReviewSession(lambda: engine)
    session.set_raster(raster)
    engine.holds = True
    session.click(MIDDLE, UTM)
    wait_until(lambda: engine.asked)
    folder = Path(engine.asked[0].request.output).parent
    assert folder.is_dir()
    session.close()
    assert not folder.exists()
    assert engine.cancelled == engine.asked


def test_results_are_deleted_once_they_are_read(session, engine):
    extract(session, engine, here((0, 100), (200, 100)))
    output = Path(engine.asked[0].request.output)
    assert list(output.parent.iterdir()) == []


def test_a_web_layer_is_rendered_in_the_background(session, engine, raster):
    server = TileServer(raster.source())
    server.delay_s = 0.05
    web = QgsRasterLayer(server.xyz, "web", "wms")
    QgsProject.instance().addMapLayer(web)
    session.set_raster(web)
    session.window_m = 256.0
    engine.holds = True
    ticks = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(len(server.asked)))
    timer.start(5)
    session.click(MIDDLE, UTM)
    wait_until(lambda: engine.asked)
    assert len(set(ticks)) > 1, "Qt's loop went on while tiles came"
    path = Path(engine.asked[0].request.raster)
    rendered = gdal.Open(str(path))
    assert rendered.RasterXSize * abs(rendered.GetGeoTransform()[1]) == pytest.approx(256 / 0.66, rel=0.05)
    rendered = None
    engine.roads = [(here((400, 500), (600, 500)), 0.8)]
    engine.finish(engine.asked[0])
    wait_until(lambda: not session.busy)
    assert len(shown(session)) == 1
    assert not path.exists()
    server.close()


def test_another_project_begins_without_offers(session, engine):
    extract(session, engine, here((0, 100), (200, 100)))
    QgsProject.instance().clear()
    assert shown(session) == []
    assert (session.raster, session.target) == (None, None)


def test_thousands_of_offers_leave_the_window_alive(session, engine, tmp_path):
    """Comparing a large result with a large layer never takes Qt's loop for long."""
    grid = [here((0, y / 4), (999, y / 4)) for y in range(0, 4000, 120)]
    session.set_target(line_layer(tmp_path / "mine.gpkg", grid))
    engine.roads = [
        (here((x, 10 * y), (x, 10 * y + 9)), 0.5) for x in range(10, 1000, 40) for y in range(100)
    ]
    longest = _longest_pause_s(lambda: extract(session, engine, *engine.roads))
    assert session.offers.of(State.OPEN)
    assert longest < 2.0  # on a machine that others load; 0.1 s is the aim, measured elsewhere


def _longest_pause_s(act):
    ticks = [time.monotonic()]
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(5)
    act()
    timer.stop()
    return max(second - first for first, second in zip(ticks, ticks[1:]))


def test_offers_follow_a_target_layer_into_another_system(session, engine, tmp_path):
    target = line_layer(tmp_path / "mine.gpkg", [])
    session.set_target(target)
    extract(session, engine, here((100, 500), (900, 500)))
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    target.setCrs(mercator)
    wait_until(lambda: not session.busy)
    ((first, *_),) = shown(session)
    place = QgsCoordinateTransform(UTM, mercator, QgsProject.instance()).transform(WEST + 100, SOUTH + 500)
    assert first == pytest.approx((place.x(), place.y()), abs=0.01)
