"""Shading over coloured heights: seen on walls, and not on flat ground."""

import shutil
import struct
from pathlib import Path

import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingContext,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

from qgis_plugin.provider import PlumblineProvider
from qgis_plugin.relief import add_relief, relief_layer
from qgis_plugin.shared_engine import close_engine

ROOT = Path(__file__).resolve().parents[2]
SIDE_PX = 60
M_PER_DEGREE = 111_319.49


@pytest.fixture
def write_block(qgis, tmp_path):
    """Write flat ground with a block of 8 m in its middle, pixels of a metre; returns the file."""

    def write(name, epsg, pixel):
        path = tmp_path / f"{name}.tif"
        file = gdal.GetDriverByName("GTiff").Create(str(path), SIDE_PX, SIDE_PX, 1, gdal.GDT_Float32)
        system = osr.SpatialReference()
        system.ImportFromEPSG(epsg)
        file.SetProjection(system.ExportToWkt())
        file.SetGeoTransform((0.0, pixel, 0.0, 0.0, 0.0, -pixel))
        middle = range(20, 40)
        heights = [
            8.0 * (row in middle and col in middle) for row in range(SIDE_PX) for col in range(SIDE_PX)
        ]
        file.WriteRaster(0, 0, SIDE_PX, SIDE_PX, struct.pack(f"{SIDE_PX**2}f", *heights))
        file = None
        shutil.copyfile(ROOT / "engine/heights/styles/heights.qml", path.with_suffix(".qml"))
        return str(path)

    return write


def _colours(*layers):
    """Return the colour (red, green, blue) of each pixel of layers, the first one lying highest."""
    settings = QgsMapSettings()
    settings.setLayers(list(layers))
    settings.setDestinationCrs(layers[0].crs())
    settings.setExtent(layers[0].extent())
    settings.setOutputSize(QSize(SIDE_PX, SIDE_PX))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return {
        (row, col): image.pixelColor(col, row).getRgb()[:3]
        for row in range(SIDE_PX)
        for col in range(SIDE_PX)
    }


def _difference(one, other):
    return max(abs(a - b) for a, b in zip(one, other))


def test_flat_places_keep_their_colour_and_walls_are_shaded(write_block):
    path = write_block("metres", 32633, 1.0)
    plain = _colours(QgsRasterLayer(path, "heights"))
    shaded = _colours(relief_layer(path, "relief"), QgsRasterLayer(path, "heights"))
    for flat in ((5, 5), (30, 30), (50, 12)):
        assert _difference(plain[flat], shaded[flat]) <= 3
    # Light comes from the north-west.
    assert sum(shaded[20, 30]) > sum(plain[20, 30]) > sum(shaded[39, 30]) + 60
    assert sum(shaded[30, 20]) > sum(plain[30, 20]) > sum(shaded[30, 39]) + 60


def test_the_shading_is_the_same_in_degrees(write_block):
    metres = _colours(relief_layer(write_block("metres", 32633, 1.0), "relief"))
    degrees = _colours(relief_layer(write_block("degrees", 4326, 1.0 / M_PER_DEGREE), "relief"))
    assert max(_difference(metres[at], degrees[at]) for at in metres) <= 2


def test_heights_of_the_toolbox_come_with_their_relief(qgis, scene, tmp_path):
    import processing  # noqa: PLC0415 - found only when QGIS runs

    provider = PlumblineProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    try:
        parameters = {"INPUT": str(scene / "rgb.tif"), "OUTPUT": str(tmp_path / "heights.tif")}
        processing.runAndLoadResults("plumbline:estimateheights", parameters)
    finally:
        QgsApplication.processingRegistry().removeProvider(provider)
        close_engine()
    shown = [node.layer() for node in QgsProject.instance().layerTreeRoot().findLayers()]
    assert [(layer.name(), layer.renderer().type()) for layer in shown] == [
        ("Relief", "hillshade"),
        ("Heights", "singlebandpseudocolor"),
    ]


@pytest.mark.parametrize("loaded", [True, False])
def test_it_is_loaded_where_the_heights_are(write_block, loaded):
    path = write_block("metres", 32633, 1.0)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    if loaded:
        details = QgsProcessingContext.LayerDetails("Heights", QgsProject.instance())
        context.addLayerToLoadOnCompletion(path, details)
    add_relief(path, context, name="Relief")
    names = sorted(details.name for details in context.layersToLoadOnCompletion().values())
    assert names == (["Heights", "Relief"] if loaded else [])
