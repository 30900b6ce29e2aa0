"""What algorithms make of the values they are given: text, layers, other systems, and wrong ones."""

import math
import sqlite3
from pathlib import Path

import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)

from qgis_plugin.algorithms.complaints import by_parameters
from qgis_plugin.algorithms.parameters import default_of
from qgis_plugin.engine_client.requests import EstimateHeights, ExtractRoads


@pytest.fixture(scope="module")
def image(scene):
    return str(scene / "rgb.tif")


def refusal(run, name, **parameters):
    """Return why an algorithm refuses to run, and that it did before it wrote anything."""
    with pytest.raises(QgsProcessingException) as refused:
        run(name, **parameters)
    return str(refused.value)


def bounds_of(path):
    """Return xmin, xmax, ymin, ymax of a layer of roads."""
    file, _, layer = path.partition("|layername=")
    source = ogr.Open(file)
    return source.GetLayerByName(layer).GetExtent()


def provenance_of(path):
    file = sqlite3.connect(path.split("|")[0])
    return file.execute("select metadata from gpkg_metadata").fetchone()[0]


def definition(name, parameter):
    algorithm = QgsApplication.processingRegistry().algorithmById(f"plumbline:{name}")
    return algorithm.parameterDefinition(parameter)


@pytest.mark.parametrize(
    ("name", "parameter", "request_type", "field"),
    [
        ("extractroads", "WEIGHTS", ExtractRoads, "weights"),
        ("extractroads", "DEVICE", ExtractRoads, "device"),
        ("extractroads", "SIMPLIFY", ExtractRoads, "simplify_m"),
        ("extractroads", "SPUR", ExtractRoads, "spur_m"),
        ("extractroads", "MIN_COMPONENT", ExtractRoads, "min_component_m"),
        ("extractroads", "MIN_CONFIDENCE", ExtractRoads, "min_confidence"),
        ("estimateheights", "WEIGHTS", EstimateHeights, "weights"),
        ("estimateheights", "CALIBRATE_FIELD", EstimateHeights, "calibrate_field"),
    ],
)
def test_defaults_are_the_engines_own(provider, name, parameter, request_type, field):
    assert definition(name, parameter).defaultValue() == default_of(request_type, field)


def test_every_parameter_and_algorithm_is_explained(provider):
    for algorithm in provider.algorithms():
        assert len(algorithm.shortHelpString()) > 100, algorithm.id()
        for each in algorithm.parameterDefinitions():
            assert each.help().strip(), (algorithm.id(), each.name())


def test_names_are_fixed_and_the_rest_may_be_translated(provider):
    assert sorted(each.name() for each in provider.algorithms()) == [
        "checkengine",
        "estimateheights",
        "evaluateheights",
        "evaluateroads",
        "extractroads",
        "footprintstoground",
        "masktograph",
        "rectify",
        "setupengine",
    ]
    assert {each.groupId() for each in provider.algorithms()} == {"roads", "heights", "evaluation", "engine"}
    for algorithm in provider.algorithms():
        names = [each.name() for each in (*algorithm.parameterDefinitions(), *algorithm.outputDefinitions())]
        assert all(name == name.upper() for name in names)
        assert not algorithm.icon().isNull()
        assert Path(algorithm.svgIconPath()).is_file()


def test_thresholds_are_advanced(provider):
    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    for name in ("MIN_CONFIDENCE", "SIMPLIFY", "SPUR", "MIN_COMPONENT", "GSD", "MAX_PIXELS"):
        assert definition("extractroads", name).flags() & advanced, name


def test_text_does_as_well_as_typed_values(run, image, tmp_path):
    text = {"BANDS": "1, 2,3", "DEVICE": "cpu", "SIMPLIFY": "1.5", "MAX_PIXELS": "1000"}
    typed = {"BANDS": [1, 2, 3], "DEVICE": "cpu", "SIMPLIFY": 1.5, "MAX_PIXELS": 1000}
    results = []
    for number, values in enumerate((text, typed)):
        found = run("extractroads", INPUT=image, OUTPUT=str(tmp_path / f"{number}.gpkg"), **values)
        content = provenance_of(found["OUTPUT"])
        assert '"simplify_m": 1.5' in content
        assert '"bands": [1, 2, 3]' in content
        results.append((found["LENGTH"], found["SEGMENTS"]))
    assert results[0] == results[1]
    assert results[0][1] > 0


def test_an_extent_in_another_system_holds(run, image, tmp_path):
    layer = QgsRasterLayer(image)
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    part = QgsRectangle(500000, 5399872, 500128, 5400000)
    move = QgsCoordinateTransform(layer.crs(), degrees, QgsProject.instance())
    wanted = QgsReferencedRectangle(move.transformBoundingBox(part), degrees)
    text = ",".join(str(side) for side in (500000, 500128, 5399872, 5400000)) + " [EPSG:32633]"
    for number, extent in enumerate((wanted, text)):
        output = str(tmp_path / f"{number}.gpkg")
        found = run("extractroads", INPUT=image, OUTPUT=output, EXTENT=extent, MIN_COMPONENT=0)
        x_min, x_max, y_min, y_max = bounds_of(found["OUTPUT"])
        assert part.buffered(2).contains(QgsRectangle(x_min, y_min, x_max, y_max))
        assert x_max - x_min > 50


def test_a_layer_of_the_project_is_an_image_too(run, image, tmp_path):
    layer = QgsRasterLayer(image, "town")
    QgsProject.instance().addMapLayer(layer)
    for number, given in enumerate((layer, layer.id(), "town")):
        found = run("estimateheights", INPUT=given, OUTPUT=str(tmp_path / f"{number}.tif"))
        assert Path(found["OUTPUT"]).is_file()


def test_temporary_results_are_files_of_the_engines_formats(run, image):
    found = run("extractroads", INPUT=image, OUTPUT="TEMPORARY_OUTPUT")
    assert found["OUTPUT"].endswith(".gpkg|layername=roads")
    assert bounds_of(found["OUTPUT"])


def test_relative_paths_mean_the_working_folder_of_qgis(run, image, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run("extractroads", INPUT=image, OUTPUT="roads.gpkg")
    assert found["OUTPUT"] == f"{tmp_path / 'roads.gpkg'}|layername=roads"
    assert (tmp_path / "roads.gpkg").is_file()


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("extractroads", {"BANDS": "red"}, ["BANDS", "red", "3,2,1"]),
        ("extractroads", {"BANDS": "1,2"}, ["BANDS", "one or three"]),
        ("extractroads", {"BANDS": "0,1,2"}, ["BANDS", "numbers from 1"]),
        ("extractroads", {"WEIGHTS": "roads-huge"}, ["WEIGHTS", "roads-huge", "roads-compact"]),
        ("extractroads", {"WEIGHTS": "/no/such.safetensors"}, ["/no/such.safetensors", "roads-compact"]),
        ("extractroads", {"DEVICE": "tpu"}, ["DEVICE", "tpu", "auto, cpu, cuda"]),
        ("extractroads", {"MIN_CONFIDENCE": 3}, ["MIN_CONFIDENCE", "3", "from 0 to 1"]),
        ("extractroads", {"SPUR": -5}, ["SPUR", "-5", "from 0 up"]),
        ("extractroads", {"SPUR": "far"}, ["SPUR", "far", "a number"]),
        ("extractroads", {"INPUT": "/no/such.tif"}, ["INPUT", "/no/such.tif", "file that can be opened"]),
        ("extractroads", {"INPUT": None}, ["INPUT", "missing"]),
        ("extractroads", {"EXTENT": "everywhere"}, ["EXTENT", "everywhere", "xmin,xmax,ymin,ymax"]),
        (
            "extractroads",
            {"EXTENT": "0,9,0,9 [EPSG:999999]"},
            ["EXTENT", "EPSG:999999", "xmin,xmax,ymin,ymax"],
        ),
        ("extractroads", {"OUTPUT": "/x/roads.shp"}, ["OUTPUT", "roads.shp", ".gpkg or .geojson"]),
        ("extractroads", {"OUTPUT": "memory:"}, ["OUTPUT", "memory:", "path"]),
        ("extractroads", {"OUTPUT": "ogr:dbname='/tmp/a.gpkg' table=\"b\""}, ["OUTPUT", "files"]),
        ("extractroads", {"OUTPUT": "postgis:dbname='x' table=\"b\" (geom)"}, ["OUTPUT", "database"]),
        ("extractroads", {"MORE_INPUTS": ["IMAGE"]}, ["MORE_FOLDER"]),
        ("extractroads", {"MIN_CONFIDENCE": math.nan}, ["MIN_CONFIDENCE", "from 0 to 1"]),
        ("extractroads", {"EXTENT": "5,5,7,7 [EPSG:32633]"}, ["5, 7, 5, 7", "no area"]),
        ("estimateheights", {"OFF_NADIR": 90}, ["OFF_NADIR", "90", "from 0 to"]),
        ("estimateheights", {"OUTPUT": "/x/heights.png"}, ["OUTPUT", ".tif"]),
        ("estimateheights", {"FLOW": "/x/flow.jpg"}, ["FLOW", ".tif"]),
        ("masktograph", {"OUTPUT": "/x/graph.p"}, ["OUTPUT", ".gpkg or .geojson"]),
    ],
)
def test_a_wrong_value_is_named_with_what_to_do(run, image, name, wrong, words):
    wrong = {key: [image] if value == ["IMAGE"] else value for key, value in wrong.items()}
    said = refusal(run, name, **{"INPUT": image, "OUTPUT": "TEMPORARY_OUTPUT", **wrong})
    assert all(word in said for word in words), said


def test_a_folder_that_cannot_be_made_is_named(run, image):
    wrong = {"MORE_INPUTS": [image], "MORE_FOLDER": image}
    said = refusal(run, "extractroads", INPUT=image, OUTPUT="TEMPORARY_OUTPUT", **wrong)
    assert "MORE_FOLDER" in said
    assert "Traceback" not in said


def test_all_wrong_values_are_named_at_once(run, image):
    wrong = {"DEVICE": "tpu", "MIN_CONFIDENCE": 3, "BANDS": "x", "WEIGHTS": "none", "OUTPUT": ""}
    said = refusal(run, "extractroads", INPUT=image, **wrong)
    assert all(name in said for name in wrong), said


def test_what_the_engine_advises_is_said_of_parameters(run, tmp_path):
    raster = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "nowhere.tif"), 64, 64, 3)
    raster.FlushCache()
    wrong = {"INPUT": str(tmp_path / "nowhere.tif"), "OUTPUT": str(tmp_path / "roads.gpkg")}
    assert "GSD" in refusal(run, "extractroads", **wrong)
    assert "use BANDS 1,2,3" in refusal(run, "extractroads", **wrong, GSD=1, BANDS="4,5,6")


def test_options_of_the_engine_are_named_as_parameters():
    said = "Give --off-nadir-deg and --gsd, leave out --heights-at, see --jobs or --gsd-of-all."
    meant = "Give OFF_NADIR and GSD, leave out HEIGHTS_AT, see --jobs or --gsd-of-all."
    assert by_parameters(said, {"OFF_NADIR", "GSD", "HEIGHTS_AT"}) == meant


def test_what_the_engine_refuses_is_said_in_its_words(run, tmp_path):
    raster = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "nowhere.tif"), 64, 64, 3)
    raster.FlushCache()
    output = tmp_path / "roads.gpkg"
    said = refusal(run, "extractroads", INPUT=str(tmp_path / "nowhere.tif"), OUTPUT=str(output))
    assert "georeference" in said or "ground size" in said
    assert not output.exists()
    found = run("extractroads", INPUT=str(tmp_path / "nowhere.tif"), OUTPUT=str(output), GSD="0.5")
    assert found["SEGMENTS"] == 0
    assert found["MEAN_CONFIDENCE"] is None


def test_without_an_engine_every_algorithm_says_how_to_get_one(run, image, tmp_path, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_PYTHON", str(tmp_path / "python"))
    said = refusal(run, "extractroads", INPUT=image, OUTPUT="TEMPORARY_OUTPUT")
    assert all(
        word in said for word in ("PLUMBLINE_PYTHON", str(tmp_path / "python"), "plumbline:setupengine")
    )
    monkeypatch.delenv("PLUMBLINE_PYTHON")
    assert "plumbline:setupengine" in refusal(run, "checkengine")


def test_preparing_without_an_engine_fails_too(provider, image, monkeypatch):
    monkeypatch.delenv("PLUMBLINE_PYTHON")
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("plumbline:extractroads")
    feedback = QgsProcessingFeedback()
    parameters = {"INPUT": image, "OUTPUT": "TEMPORARY_OUTPUT"}
    assert not algorithm.prepare(parameters, QgsProcessingContext(), feedback)
    assert "plumbline:setupengine" in feedback.textLog()
    can, why = algorithm.canExecute()
    assert not can
    assert "plumbline:setupengine" in why
