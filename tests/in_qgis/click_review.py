"""What tests of click-to-extract share: waiting, ready-made roads, and an engine that hands them out."""

import time

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtTest import QTest

from qgis_plugin.engine_client.errors import EngineCancelled
from qgis_plugin.engine_client.pending import Pending
from qgis_plugin.engine_client.protocol import Result

WEST, SOUTH = 500_000.0, 5_400_000.0
MIDDLE = QgsPointXY(WEST + 500, SOUTH + 500)
UTM = QgsCoordinateReferenceSystem("EPSG:32633")


def wait_until(condition, seconds=180):
    """Let Qt work until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        QTest.qWait(10)


def line(*points):
    return QgsGeometry.fromPolylineXY([QgsPointXY(x, y) for x, y in points])


def here(*places):
    """A line on the grey ground, in metres from its corner."""
    return line(*((WEST + x, SOUTH + y) for x, y in places))


def grey_ground(path):
    """Add a raster of a square kilometre to the project."""
    file = gdal.GetDriverByName("GTiff").Create(str(path), 1000, 1000, 3)
    file.SetGeoTransform((WEST, 1.0, 0.0, SOUTH + 1000, 0.0, -1.0))
    system = osr.SpatialReference()
    system.ImportFromEPSG(32633)
    file.SetProjection(system.ExportToWkt())
    for band in (1, 2, 3):
        file.GetRasterBand(band).WriteArray(np.full((1000, 1000), 90, np.uint8))
    file = None
    layer = QgsRasterLayer(str(path), "ground")
    QgsProject.instance().addMapLayer(layer)
    return layer


def write_roads(path, roads, crs=UTM):
    """Write (geometry, confidence) as the engine does."""
    names = "source:integer target:integer component:integer length_m:double confidence:double width_m:double"
    uri = "LineString?" + "&".join(f"field={name}" for name in names.split())
    fields = QgsVectorLayer(uri, "", "memory").fields()
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "roads"
    writer = QgsVectorFileWriter.create(
        str(path), fields, QgsWkbTypes.Type.LineString, crs, QgsProject.instance().transformContext(), options
    )
    for geometry, confidence in roads:
        feature = QgsFeature(fields)
        feature.setGeometry(geometry)
        feature.setAttributes([7, 8, 1, geometry.length(), confidence, None])
        assert writer.addFeature(feature)
    assert not writer.errorMessage()
    del writer


def line_layer(path, lines, *, crs=UTM, kind="LineString", fields=""):
    """Make an ordinary layer with lines and add it to the project."""
    made = QgsVectorLayer(f"{kind}?crs={crs.authid()}{fields}", "made", "memory")
    features = []
    for each in lines:
        feature = QgsFeature(made.fields())
        feature.setGeometry(QgsGeometry(each))
        features.append(feature)
    assert made.dataProvider().addFeatures(features)[0]
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "lines"
    QgsVectorFileWriter.writeAsVectorFormatV3(
        made, str(path), QgsProject.instance().transformContext(), options
    )
    layer = QgsVectorLayer(f"{path}|layername=lines", "lines", "ogr")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    return layer


def points(geometry):
    return [(vertex.x(), vertex.y()) for vertex in geometry.vertices()]


class ReadyEngine:
    """Hands out ready-made roads, or an error, when the test lets it."""

    def __init__(self):
        self.roads, self.crs = [], UTM
        self.problem = None
        self.holds = False
        self.asked = []
        self.cancelled = []

    def request(self, request, *, on_progress=None, on_log=None):
        pending = Pending(len(self.asked) + 1, request, on_progress, on_log, self._cancel)
        self.asked.append(pending)
        if not self.holds:
            self.finish(pending)
        return pending

    def finish(self, pending):
        if self.problem is not None:
            pending.finish(self.problem)
            return
        write_roads(pending.request.output, self.roads, self.crs)
        pending.finish(Result(files={"output": pending.request.output}))

    def _cancel(self, pending):
        self.cancelled.append(pending)
        pending.finish(EngineCancelled())
