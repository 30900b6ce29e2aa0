"""Windows of true metres on the ground, in whatever system the raster is."""

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)

from qgis_plugin.click_tool.windows import NoSuchPlace, metres_per_unit, ruler, window_around, window_of

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")
WORLD = QgsRectangle(-1e9, -1e9, 1e9, 1e9)


def in_system(place, crs):
    return QgsCoordinateTransform(DEGREES, crs, QgsProject.instance()).transform(place)


ANYWHERE = [(15.5, latitude_deg) for latitude_deg in (0.0, 48.7, 60.0, -75.0)]


@pytest.mark.parametrize(
    ("system", "longitude_deg", "latitude_deg"),
    [
        *((system, *place) for system in ("EPSG:3857", "EPSG:4326", "EPSG:32633") for place in ANYWHERE),
        ("EPSG:2263", -74.0, 40.7),  # feet
        ("EPSG:2154", 3.0, 48.7),
    ],
)
def test_a_window_has_its_size_on_the_ground(qgis, system, longitude_deg, latitude_deg):
    crs = QgsCoordinateReferenceSystem(system)
    place = QgsPointXY(longitude_deg, latitude_deg)
    window = window_around(place, DEGREES, 512.0, crs=crs, raster=WORLD)
    box, measure = window.rectangle, ruler(crs)
    middle = box.center()
    width_m = measure.measureLine(
        QgsPointXY(box.xMinimum(), middle.y()), QgsPointXY(box.xMaximum(), middle.y())
    )
    height_m = measure.measureLine(
        QgsPointXY(middle.x(), box.yMinimum()), QgsPointXY(middle.x(), box.yMaximum())
    )
    assert (width_m, height_m) == pytest.approx((512.0, 512.0), rel=1e-3)
    assert window.crs == crs
    centre = in_system(place, crs)
    assert (middle.x(), middle.y()) == pytest.approx((centre.x(), centre.y()))


def test_web_mercator_at_60_north_needs_twice_the_units(qgis):
    crs = QgsCoordinateReferenceSystem("EPSG:3857")
    x_m, y_m = metres_per_unit(crs, in_system(QgsPointXY(25.0, 60.0), crs))
    assert (x_m, y_m) == pytest.approx((0.5, 0.5), rel=0.01)


def test_a_window_ends_where_the_raster_ends(qgis):
    crs = QgsCoordinateReferenceSystem("EPSG:32633")
    raster = QgsRectangle(500_000, 5_400_000, 501_000, 5_401_000)
    window = window_around(QgsPointXY(500_010, 5_400_500), crs, 512.0, crs=crs, raster=raster)
    assert window.rectangle.xMinimum() == 500_000
    assert window.rectangle.width() == pytest.approx(266, abs=1)


def test_clicks_outside_the_raster_and_views_elsewhere_are_refused(qgis):
    crs = QgsCoordinateReferenceSystem("EPSG:32633")
    raster = QgsRectangle(500_000, 5_400_000, 501_000, 5_401_000)
    with pytest.raises(NoSuchPlace, match="does not reach"):
        window_around(QgsPointXY(499_999, 5_400_500), crs, 512.0, crs=crs, raster=raster)
    with pytest.raises(NoSuchPlace, match="does not reach"):
        window_of(QgsRectangle(0, 0, 1, 1), DEGREES, crs=crs, raster=raster)


def test_a_view_in_another_system_covers_what_it_shows(qgis):
    crs = QgsCoordinateReferenceSystem("EPSG:32633")
    view = QgsRectangle(15.0, 48.0, 15.01, 48.01)
    window = window_of(view, DEGREES, crs=crs, raster=WORLD)
    for x in (view.xMinimum(), view.xMaximum()):
        for y in (view.yMinimum(), view.yMaximum()):
            assert window.rectangle.buffered(1e-3).contains(in_system(QgsPointXY(x, y), crs))
