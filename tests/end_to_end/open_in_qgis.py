"""Open a road GeoPackage in QGIS and tell what a user sees; run by QGIS's own interpreter.

usage: open_in_qgis.py GEOPACKAGE PICTURE; prints one JSON object.
"""

import json
import sys

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def describe(path, name):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    return layer, {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "fields": layer.fields().names(),
        "renderer": layer.renderer().type(),
        "geometry": layer.geometryType() == {"roads": 1, "junctions": 0}[name],
    }


def main(path, picture):
    application = QgsApplication([], False)  # noqa: FBT003 - as QGIS has it
    application.initQgis()
    layers, found = zip(*(describe(path, name) for name in ("junctions", "roads")), strict=True)
    settings = QgsMapSettings()
    settings.setLayers(list(layers))
    settings.setDestinationCrs(layers[1].crs())
    settings.setExtent(layers[1].extent())
    settings.setOutputSize(QSize(400, 400))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(picture)
    inked = sum(
        image.pixelColor(x, y).name() != "#ffffff" for x in range(0, 400, 4) for y in range(0, 400, 4)
    )
    print(json.dumps({"junctions": found[0], "roads": found[1], "inked": inked}))  # noqa: T201 - read by the test
    layers = None
    application.exitQgis()


main(*sys.argv[1:])
