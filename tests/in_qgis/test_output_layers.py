"""Results that Processing loads: named, and styled by what lies with the data."""

import shutil

import pytest
from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from qgis_plugin.output_layers import present
from tests.in_qgis.conftest import ROOT


@pytest.fixture
def context(qgis):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return context


def heights(folder):
    """A raster with its style beside it, as the engine writes it."""
    path = folder / "heights.tif"
    file = gdal.GetDriverByName("GTiff").Create(str(path), 8, 8, 1, gdal.GDT_Float32)
    file.SetGeoTransform((500000, 0.5, 0, 5400000, 0, -0.5))
    file.FlushCache()
    shutil.copy(ROOT / "engine/heights/styles/heights.qml", folder / "heights.qml")
    return str(path)


def roads(folder, context):
    """A GeoPackage with a style of its own."""
    memory = QgsVectorLayer("LineString?crs=EPSG:32633&field=confidence:double", "roads", "memory")
    path, options = str(folder / "roads.gpkg"), QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "roads"
    QgsVectorFileWriter.writeAsVectorFormatV3(memory, path, context.transformContext(), options)
    styled = QgsVectorLayer(f"{path}|layername=roads", "roads")
    styled.renderer().symbol().setWidth(3.25)
    styled.saveStyleToDatabase("roads", "", True, "")  # noqa: FBT003 - Qt takes no keywords
    return f"{path}|layername=roads"


def load(context):
    """Load what is waiting, as the toolbox does after a run."""
    from processing.gui.Postprocessing import handleAlgorithmResults  # noqa: PLC0415 - found only now
    from qgis.core import QgsApplication  # noqa: PLC0415

    algorithm = QgsApplication.processingRegistry().algorithmById("native:buffer").create()
    handleAlgorithmResults(algorithm, context, QgsProcessingFeedback())
    return {layer.name(): layer for layer in QgsProject.instance().mapLayers().values()}


def test_loaded_results_have_their_names_and_styles(context, tmp_path):
    for path, name in [(heights(tmp_path), "Heights"), (roads(tmp_path, context), "Roads")]:
        details = QgsProcessingContext.LayerDetails("", QgsProject.instance(), "OUTPUT")
        context.addLayerToLoadOnCompletion(path, details)
        present(path, context, name=name, group="Town")
    layers = load(context)
    assert set(layers) == {"Heights", "Roads"}
    assert isinstance(layers["Heights"].renderer(), QgsSingleBandPseudoColorRenderer)
    assert layers["Roads"].renderer().symbol().width() == 3.25


def test_what_is_not_loaded_is_left_alone(context, tmp_path):
    present(heights(tmp_path), context, name="Heights")
    assert load(context) == {}
