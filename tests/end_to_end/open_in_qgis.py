"""Open layers of a GeoPackage in QGIS and tell what a user sees; run by QGIS's own interpreter.

usage: open_in_qgis.py GEOPACKAGE PICTURE LAYER...; the last layer lies lowest. Prints one JSON object.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRenderContext,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def describe(path, name):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    symbols = layer.renderer().symbols(QgsRenderContext())
    return layer, {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "fields": layer.fields().names(),
        "renderer": layer.renderer().type(),
        "colours": [[part.color().name() for part in symbol.symbolLayers()] for symbol in symbols],
        "labels": layer.labelsEnabled(),
        "geometry": QgsWkbTypes.geometryDisplayString(layer.geometryType()),
    }


def main(path, picture, *names):
    application = QgsApplication([], False)  # noqa: FBT003 - as QGIS has it
    application.initQgis()
    layers, found = zip(*(describe(path, name) for name in names), strict=True)
    extent = layers[-1].extent()
    extent.scale(1.1)
    settings = QgsMapSettings()
    settings.setLayers(list(layers))
    settings.setDestinationCrs(layers[-1].crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(400, 400))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(picture)
    seen = [image.pixelColor(x, y).name() for x in range(0, 400, 2) for y in range(0, 400, 2)]
    inked = {colour: seen.count(colour) for colour in set(seen) - {"#ffffff"}}
    print(json.dumps({"layers": dict(zip(names, found, strict=True)), "inked": inked}))  # noqa: T201 - read by the test
    layers = None
    application.exitQgis()


main(*sys.argv[1:])
