"""Open a raster in QGIS, with the style beside it, and tell what a user sees; run by QGIS's own interpreter.

usage: open_raster_in_qgis.py RASTER PICTURE. Prints one JSON object.
"""

import json
import sys

from qgis.core import Qgis, QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsRasterLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def main(path, picture):
    application = QgsApplication([], False)  # noqa: FBT003 - as QGIS has it
    application.initQgis()
    layer = QgsRasterLayer(path, "heights")
    found = {"valid": layer.isValid(), "crs": layer.crs().authid(), "version": Qgis.QGIS_VERSION}
    found["renderer"] = layer.renderer().type()
    if found["renderer"] == "singlebandpseudocolor":
        items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
        found["items"] = [(item.value, item.color.name(), item.label) for item in items]
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(layer.width(), layer.height()))
    settings.setBackgroundColor(QColor("red"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(picture)
    found["seen"] = [
        [image.pixelColor(col, row).name() for col in range(layer.width())] for row in range(layer.height())
    ]
    print(json.dumps(found))  # noqa: T201 - read by the test
    layer = job = settings = None
    application.exitQgis()


main(*sys.argv[1:])
