"""Layers that are files, and how what the project says of them reaches the engine."""

import json
import os
import subprocess
import zipfile

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
)

from qgis_plugin.input_raster import InputError, raster_request
from tests.in_qgis.conftest import ROOT

OPENED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from engine.raster.reader import Extent, RasterOptions, open_raster
bands = json.loads(sys.argv[3])
extent = Extent.parse(sys.argv[4]) if sys.argv[4] else None
options = RasterOptions(tuple(bands) if bands else None, extent)
with open_raster(sys.argv[2], m_per_px=lambda own: own, options=options) as reader:
    part = reader.source_part
    pixels = reader.read_own(type(part)(0, 0, part.height, part.width))
    print(json.dumps({"size": [part.height, part.width], "crs": reader.source_grid.crs,
        "m_per_px": reader.source_grid.m_per_px, "means": pixels.rgb.mean(axis=(1, 2)).tolist(),
        "valid": float(pixels.valid.mean())}))
"""


def as_the_engine_sees(raster):
    """Open what the engine is given with the engine's own reader."""
    arguments = [str(ROOT), raster.path, json.dumps(raster.bands), raster.extent or ""]
    command = [os.environ["PLUMBLINE_PYTHON"], "-c", OPENED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def given(layer, folder, **options):
    """What the engine is given for a layer."""
    assert layer.isValid()
    return raster_request(layer, **options).render(folder, QgsFeedback())


def write(
    path, bands, *, epsg=32633, geotransform=(500000, 0.5, 0, 5400000, 0, -0.5), driver="GTiff", nodata=None
):
    """Write (B, H, W) bytes."""
    memory = gdal.GetDriverByName("MEM").Create("", bands.shape[2], bands.shape[1], len(bands), gdal.GDT_Byte)
    memory.SetGeoTransform(geotransform)
    if epsg:
        memory.SetProjection(QgsCoordinateReferenceSystem(f"EPSG:{epsg}").toWkt())
    for number, band in enumerate(bands, 1):
        memory.GetRasterBand(number).WriteArray(band)
        if nodata is not None:
            memory.GetRasterBand(number).SetNoDataValue(nodata)
    gdal.GetDriverByName(driver).CreateCopy(str(path), memory)
    return str(path)


@pytest.fixture
def steps():
    """Four bands of 60 × 80, each of another brightness, with a corner of 0."""
    bands = np.stack([np.full((60, 80), value, np.uint8) for value in (40, 90, 140, 200)])
    bands[:, :30, :40] = 0
    return bands


def test_a_file_goes_by_its_path_untouched(qgis, scene, tmp_path):
    path = scene / "rgb.tif"
    raster = given(QgsRasterLayer(str(path), "file"), tmp_path)
    assert raster.path == str(path)
    assert not raster.temporary
    assert raster.extent is None
    assert as_the_engine_sees(raster)["size"] == [512, 512]
    raster.remove()
    assert path.exists()
    assert list(tmp_path.iterdir()) == []


def test_looks_change_nothing(qgis, scene, tmp_path):
    layer = QgsRasterLayer(str(scene / "rgb.tif"), "file")
    layer.setOpacity(0.4)
    layer.hueSaturationFilter().setSaturation(-100)
    layer.brightnessFilter().setBrightness(80)
    assert given(layer, tmp_path).path == str(scene / "rgb.tif")


@pytest.mark.parametrize("kind", ["vrt", "zip", "geopackage", "subdataset", "rotated", "grey"])
def test_rasters_of_many_kinds_go_by_path(qgis, tmp_path, steps, kind):
    plain = write(tmp_path / "plain.tif", steps[:3])
    size = [60, 80]
    if kind == "vrt":
        path = str(tmp_path / "mosaic.vrt")
        gdal.BuildVRT(path, [plain]).FlushCache()
    elif kind == "zip":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            archive.write(plain, "plain.tif")
        path = f"/vsizip/{tmp_path}/all.zip/plain.tif"
    elif kind == "geopackage":
        for name in ("one", "two"):
            gdal.Translate(
                str(tmp_path / "tables.gpkg"),
                plain,
                format="GPKG",
                creationOptions=[f"RASTER_TABLE={name}", "APPEND_SUBDATASET=YES", "TILE_FORMAT=PNG"],
            )
        path = f"GPKG:{tmp_path}/tables.gpkg:two"
    elif kind == "subdataset":
        path = f"GTIFF_DIR:1:{plain}"
    elif kind == "rotated":
        path = write(tmp_path / "rotated.tif", steps[:3], geotransform=(500000, 0.4, 0.3, 5400000, 0.3, -0.4))
    else:
        path = write(tmp_path / "grey.tif", steps[:1])
        assert given(QgsRasterLayer(path, "grey"), tmp_path).bands is None
    raster = given(QgsRasterLayer(path, kind), tmp_path)
    assert raster.path == path
    assert not raster.temporary
    seen = as_the_engine_sees(raster)
    assert seen["size"] == size
    assert seen["m_per_px"] == pytest.approx(0.5, rel=1e-3)


def test_the_bands_that_the_layer_shows_are_used(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write(tmp_path / "four.tif", steps), "four")
    assert given(layer, tmp_path).bands == (1, 2, 3)
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), 4, 1, 2))
    raster = given(layer, tmp_path)
    assert not raster.temporary
    assert raster.bands == (4, 1, 2)
    red, green, blue = as_the_engine_sees(raster)["means"]
    assert red > blue > green
    layer.setRenderer(QgsSingleBandGrayRenderer(layer.dataProvider(), 3))
    assert given(layer, tmp_path).bands == (3,)


def test_an_extent_in_another_system_reaches_the_same_pixels(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write(tmp_path / "plain.tif", steps[:3]), "plain")
    place = QgsRectangle(500005, 5399980, 500015, 5399990)
    own = given(layer, tmp_path, extent=place)
    assert own.extent == "500005.0,5399980.0,500015.0,5399990.0"
    same = given(layer, tmp_path, extent=place, extent_crs=layer.crs())
    assert same == own
    coded = given(layer, tmp_path, extent=place, extent_crs=QgsCoordinateReferenceSystem("EPSG:25833"))
    assert coded.extent == own.extent + ",EPSG:25833"
    nameless = QgsCoordinateReferenceSystem()
    nameless.createFromProj("+proj=tmerc +lon_0=15 +k=0.9996 +x_0=400000 +datum=WGS84 +units=m")
    moved = QgsRectangle(400005, 5399980, 400015, 5399990)
    for raster in (own, coded, given(layer, tmp_path, extent=moved, extent_crs=nameless)):
        # Whole pixels that cover it: bounds that went through another system may touch one more.
        assert as_the_engine_sees(raster)["size"] == pytest.approx([20, 20], abs=1)


def test_a_layer_with_another_system_than_its_file(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write(tmp_path / "plain.tif", steps[:3]), "plain")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32632"))
    raster = given(layer, tmp_path)
    assert raster.temporary
    seen = as_the_engine_sees(raster)
    assert 'AUTHORITY["EPSG","32632"]' in seen["crs"]
    assert seen["size"] == [60, 80]
    assert (
        seen["means"] == as_the_engine_sees(given(QgsRasterLayer(layer.source(), "file"), tmp_path))["means"]
    )
    raster.remove()
    assert list(tmp_path.glob("plumbline-*")) == []


def test_a_file_without_system_that_the_user_placed(qgis, tmp_path, steps):
    path = write(tmp_path / "nowhere.tif", steps[:3], epsg=None)
    layer = QgsRasterLayer(path, "nowhere")
    layer.setCrs(QgsCoordinateReferenceSystem())
    assert given(layer, tmp_path).path == path  # the engine says which parameter helps
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    assert as_the_engine_sees(given(layer, tmp_path))["m_per_px"] == pytest.approx(0.5, rel=1e-3)


def test_no_data_values_of_the_project(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write(tmp_path / "plain.tif", steps[:3]), "plain")
    assert as_the_engine_sees(given(layer, tmp_path))["valid"] == 1.0
    for band in (1, 2, 3):
        layer.dataProvider().setUserNoDataValue(band, [QgsRasterRange(0, 0)])
    raster = given(layer, tmp_path)
    assert raster.temporary
    assert as_the_engine_sees(raster)["valid"] == 0.75
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(0, 10)])
    assert "ranges" in given(layer, tmp_path).notes[0]


def test_the_files_no_data_value_switched_off(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write(tmp_path / "plain.tif", steps[:3], nodata=0), "plain")
    assert as_the_engine_sees(given(layer, tmp_path))["valid"] == 0.75
    for band in (1, 2, 3):
        layer.dataProvider().setUseSourceNoDataValue(band, False)  # noqa: FBT003 - Qt takes no keywords
    assert as_the_engine_sees(given(layer, tmp_path))["valid"] == 1.0


def test_heights_without_a_number_go_by_path(qgis, tmp_path):
    path = str(tmp_path / "heights.tif")
    file = gdal.GetDriverByName("GTiff").Create(path, 8, 8, 1, gdal.GDT_Float32)
    file.SetGeoTransform((500000, 0.5, 0, 5400000, 0, -0.5))
    file.GetRasterBand(1).SetNoDataValue(float("nan"))
    file = None
    assert given(QgsRasterLayer(path, "heights"), tmp_path).path == path


def test_a_virtual_raster_written_in_the_layer_itself(qgis, tmp_path, steps):
    plain = write(tmp_path / "plain.tif", steps[:3])
    gdal.Translate(str(tmp_path / "some.vrt"), plain, bandList=[3, 2, 1])
    text = (tmp_path / "some.vrt").read_text().replace('relativeToVRT="1">', f'relativeToVRT="0">{tmp_path}/')
    raster = given(QgsRasterLayer(text, "text"), tmp_path)
    assert raster.temporary
    red, _, blue = as_the_engine_sees(raster)["means"]
    assert red > blue


def test_open_options_are_kept(qgis, tmp_path, steps):
    path = write(tmp_path / "plain.tif", steps[:3])
    gdal.Open(path, gdal.GA_Update).BuildOverviews("NEAREST", [2])
    layer = QgsRasterLayer(f"{path}|option:OVERVIEW_LEVEL=0", "coarse")
    assert layer.width() == 40
    raster = given(layer, tmp_path)
    assert raster.temporary
    assert as_the_engine_sees(raster)["size"] == [30, 40]


def test_a_raster_in_memory_is_written(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write("/vsimem/memory.tif", steps, nodata=0), "memory")
    request = raster_request(layer)
    assert request.renders
    assert "80 × 60 pixels of 0.5 × 0.5 m" in request.notes[0]
    raster = request.render(tmp_path, QgsFeedback())
    gdal.Unlink("/vsimem/memory.tif")
    assert raster.temporary
    assert raster.bands == (1, 2, 3)
    assert (gdal.Open(raster.path).ReadAsArray() == steps).all()
    seen = as_the_engine_sees(raster)
    assert seen["valid"] == 0.75
    assert seen["m_per_px"] == pytest.approx(0.5, rel=1e-3)


def test_a_part_of_a_raster_in_memory_keeps_its_pixels(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write("/vsimem/memory.tif", steps), "memory")
    part = QgsRectangle(500010.1, 5399980.1, 500029.9, 5399994.9)
    raster = given(layer, tmp_path, extent=part)
    file = gdal.Open(raster.path)
    assert file.GetGeoTransform() == (500010.0, 0.5, 0.0, 5399995.0, 0.0, -0.5)
    assert (file.ReadAsArray() == steps[:, 10:40, 20:60]).all()
    with pytest.raises(InputError, match=r"60 × 80|80 × 60 = 4,800 pixels, and 4,000 are allowed"):
        raster_request(layer, most_pixels=4000)
    gdal.Unlink("/vsimem/memory.tif")


def test_a_layer_computed_on_the_fly_is_rendered(qgis, tmp_path, scene):
    source = (
        "?crs=EPSG:32633&extent=500000,5399744,500256,5400000&width=512&height=512"
        f'&formula="town@1" * 2&town:uri={scene / "rgb.tif"}&town:provider=gdal'
    )
    layer = QgsRasterLayer(source, "double", "virtualraster")
    raster = given(layer, tmp_path)
    assert raster.temporary
    expected = gdal.Open(str(scene / "rgb.tif")).ReadAsArray()[0] * 2.0
    assert np.allclose(gdal.Open(raster.path).ReadAsArray(), expected)


def test_what_needs_a_password_is_read_by_qgis(qgis, tmp_path, steps):
    """The password stays in QGIS: neither in a path, nor in what the engine writes of its input."""
    plain = write(tmp_path / "plain.tif", steps[:3])
    layer = QgsRasterLayer(f"{plain} authcfg='abcdefg'", "private")
    raster = given(layer, tmp_path)
    assert raster.temporary
    assert (gdal.Open(raster.path).ReadAsArray() == steps[:3]).all()


def test_a_file_that_is_gone(qgis, tmp_path, steps):
    path = write(tmp_path / "plain.tif", steps[:3])
    layer = QgsRasterLayer(path, "town")
    (tmp_path / "plain.tif").unlink()
    with pytest.raises(InputError, match=f"'town' is not there: {path}"):
        raster_request(layer)
    with pytest.raises(InputError, match="'other' cannot be read") as refusal:
        raster_request(QgsRasterLayer("type=xyz&url=nothing&token=secret", "other", "nosuch"))
    assert "secret" not in str(refusal.value)


def test_a_folder_that_may_not_be_written(qgis, tmp_path, steps):
    layer = QgsRasterLayer(write("/vsimem/memory.tif", steps), "memory")
    with pytest.raises(InputError, match="temporary folder"):
        given(layer, tmp_path / "nowhere")
    gdal.Unlink("/vsimem/memory.tif")
