"""What the results of every algorithm hold, run as a script does, with the real engine and its weights."""

import math
import sqlite3
from pathlib import Path

import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsDistanceArea,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

ROAD_FIELDS = [
    "source",
    "target",
    "component",
    "length_m",
    "confidence",
    "confidence_min",
    "width_m",
    "layer",
    "bridge",
    "tunnel",
    "z_min",
    "z_max",
]


@pytest.fixture(scope="module")
def roads(run, scene, tmp_path_factory):
    """The roads of the scene, as a path with a layer's name, and their figures."""
    file = tmp_path_factory.mktemp("roads") / "roads.gpkg"
    return run("extractroads", INPUT=str(scene / "rgb.tif"), OUTPUT=str(file))


@pytest.fixture(scope="module")
def heights(run, scene, tmp_path_factory):
    """The heights of the scene, and their figures."""
    file = tmp_path_factory.mktemp("heights") / "heights.tif"
    return run("estimateheights", INPUT=str(scene / "rgb.tif"), OUTPUT=str(file))


def layer(path):
    found = QgsVectorLayer(path, "layer", "ogr")
    assert found.isValid(), path
    return found


def fields_of(found):
    return [field.name() for field in found.fields() if field.name() != "fid"]


def kinds_of(junctions):
    return [each["kind"] for each in layer(junctions).getFeatures()]


def pixels(path, band=1):
    raster = gdal.Open(path)
    return raster.GetRasterBand(band).ReadAsArray()


def grid_of(path):
    raster = gdal.Open(str(path))
    return raster.GetGeoTransform(), raster.RasterXSize, raster.RasterYSize


def length_km(lines):
    return sum(each.geometry().length() for each in layer(lines).getFeatures()) / 1000


def ends(feature):
    line = feature.geometry().asPolyline()
    return {(line[0].x(), line[0].y()), (line[-1].x(), line[-1].y())}


def test_roads_and_junctions_are_two_layers_of_one_file(roads, scene):
    lines, points = layer(roads["OUTPUT"]), layer(roads["JUNCTIONS"])
    assert roads["OUTPUT"].split("|") == [roads["JUNCTIONS"].split("|")[0], "layername=roads"]
    assert fields_of(lines) == ROAD_FIELDS
    assert fields_of(points) == ["node_id", "degree", "kind"]
    assert lines.crs() == points.crs() == QgsRasterLayer(str(scene / "rgb.tif")).crs()
    places = {
        (point.geometry().asPoint().x(), point.geometry().asPoint().y()) for point in points.getFeatures()
    }
    assert all(ends(line) <= places for line in lines.getFeatures())


def test_figures_of_roads_are_those_of_the_layers(roads):
    lines = layer(roads["OUTPUT"])
    measure = QgsDistanceArea()
    measure.setSourceCrs(lines.crs(), QgsProject.instance().transformContext())
    measure.setEllipsoid("EPSG:7030")
    features = list(lines.getFeatures())
    length_m = sum(measure.measureLength(each.geometry()) for each in features)
    assert roads["LENGTH"] == pytest.approx(length_m, rel=1e-3) == pytest.approx(840, abs=30)
    assert roads["SEGMENTS"] == len(features)
    assert roads["JUNCTION_COUNT"] == kinds_of(roads["JUNCTIONS"]).count("junction")
    assert roads["COMPONENTS"] == len({each["component"] for each in features})
    weighted = sum(each["confidence"] * each["length_m"] for each in features)
    assert roads["MEAN_CONFIDENCE"] == pytest.approx(weighted / roads["LENGTH"], abs=1e-3)
    assert roads["WEIGHTS_USED"] == "roads-compact"
    assert roads["DEVICE_USED"].startswith("CPU")


def test_roads_bring_their_style(roads):
    assert layer(roads["OUTPUT"]).renderer().type() != "singleSymbol"


def test_roads_as_geojson_have_no_layer_of_junctions(run, scene, tmp_path):
    file = str(tmp_path / "roads.geojson")
    found = run("extractroads", INPUT=str(scene / "rgb.tif"), OUTPUT=file)
    assert (found["OUTPUT"], found["JUNCTIONS"]) == (file, None)
    assert layer(file).featureCount() == found["SEGMENTS"]


def test_thresholds_reach_the_engine(run, scene, roads, tmp_path):
    options = {"MIN_CONFIDENCE": "0.5", "SIMPLIFY": 0, "SPUR": "0", "MIN_COMPONENT": 0}
    found = run("extractroads", INPUT=str(scene / "rgb.tif"), OUTPUT=str(tmp_path / "r.gpkg"), **options)
    file = sqlite3.connect(found["OUTPUT"].split("|")[0])
    (content,) = file.execute("select metadata from gpkg_metadata").fetchone()
    for name in ('"min_confidence": 0.5', '"simplify_m": 0.0', '"spur_m": 0.0', '"min_component_m": 0.0'):
        assert name in content


def test_heights_are_a_cloud_optimised_geotiff_on_the_grid_of_the_image(heights, scene):
    raster = gdal.Open(heights["OUTPUT"])
    band = raster.GetRasterBand(1)
    assert raster.GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE") == "COG"
    assert (raster.RasterCount, band.DataType, band.GetNoDataValue()) == (1, gdal.GDT_Float32, -9999)
    assert grid_of(heights["OUTPUT"]) == grid_of(scene / "rgb.tif")
    assert QgsRasterLayer(heights["OUTPUT"]).crs().authid() == "EPSG:32633"


def test_figures_of_heights_are_those_of_the_file(heights):
    tags = gdal.Open(heights["OUTPUT"]).GetMetadata()
    assert float(tags["PLUMBLINE_ANGLE_RAD"]) == pytest.approx(heights["ANGLE"])
    assert float(tags["PLUMBLINE_SCALE_PX_PER_M"]) == pytest.approx(heights["SCALE"])
    assert float(tags["PLUMBLINE_AZIMUTH_DEG"]) == pytest.approx(heights["AZIMUTH_FOUND"])
    values = pixels(heights["OUTPUT"])
    assert values.max() == pytest.approx(heights["HEIGHT_MAX"], rel=1e-3)
    assert values.mean() == pytest.approx(heights["HEIGHT_MEAN"], rel=1e-2)
    assert (heights["VIEW_SOURCE"], heights["WEIGHTS_USED"]) == ("network", "heights-compact")


def test_what_is_not_asked_for_is_not_written(heights):
    folder = Path(heights["OUTPUT"]).parent
    assert sorted(path.name for path in folder.iterdir()) == ["heights.qml", "heights.tif"]
    assert heights["RECTIFIED"] is heights["RECTIFIED_RGB"] is heights["FLOW"] is None
    assert heights["MORE_OUTPUTS"] == []


def test_heights_bring_their_style(heights):
    assert QgsRasterLayer(heights["OUTPUT"]).renderer().type() != "singlebandgray"


def test_further_results_and_a_given_view(run, scene, tmp_path):
    files = {name: str(tmp_path / f"{name}.tif") for name in ("OUTPUT", "RECTIFIED", "RECTIFIED_RGB", "FLOW")}
    view = {"AZIMUTH": "135", "OFF_NADIR": 20}
    found = run("estimateheights", INPUT=str(scene / "rgb.tif"), **files, **view)
    assert {name: found[name] for name in files} == files
    assert (found["AZIMUTH_FOUND"], found["OFF_NADIR_FOUND"]) == (pytest.approx(135), pytest.approx(20))
    assert found["VIEW_SOURCE"] == "options"
    true_m_per_px = 0.5 / 0.9996  # the scene lies on the central meridian of its UTM zone
    assert found["SCALE"] == pytest.approx(math.tan(math.radians(20)) / true_m_per_px, rel=1e-6)
    assert [gdal.Open(path).RasterCount for path in files.values()] == [1, 1, 3, 2]


def test_known_heights_correct_the_result(run, scene, heights, tmp_path):
    truth = QgsRasterLayer(str(scene / "height.tif"), "known")
    QgsProject.instance().addMapLayer(truth)
    file = str(tmp_path / "heights.tif")
    found = run("estimateheights", INPUT=str(scene / "rgb.tif"), OUTPUT=file, CALIBRATE=truth.id())
    ratio = pixels(file).max() / pixels(heights["OUTPUT"]).max()
    assert found["HEIGHT_MAX"] == pytest.approx(ratio * heights["HEIGHT_MAX"], rel=1e-3)
    assert ratio > 1.02


def test_rectify_moves_the_image_to_the_ground(run, scene, tmp_path):
    files = {"OUTPUT": str(tmp_path / "ground.tif"), "RECTIFIED_HEIGHTS": str(tmp_path / "heights.tif")}
    found = run("rectify", INPUT=str(scene / "rgb.tif"), HEIGHTS=str(scene / "height.tif"), **files)
    assert {name: found[name] for name in files} == files
    raster = gdal.Open(files["OUTPUT"])
    mask = raster.GetRasterBand(1).GetMaskBand().ReadAsArray()
    assert 0 < found["HIDDEN_SHARE"] < 0.2
    assert (mask == 0).mean() == pytest.approx(found["HIDDEN_SHARE"], abs=0.01)


def memory_polygons(scene):
    """Buildings as a layer in memory: no file that the engine could read."""
    buildings = layer(f"{scene / 'truth.gpkg'}|layername=buildings")
    copy = QgsVectorLayer("Polygon?crs=EPSG:32633&field=number:int", "drawn", "memory")
    copy.startEditing()
    for number, each in enumerate(buildings.getFeatures()):
        feature = QgsFeature(copy.fields())
        feature.setGeometry(each.geometry())
        feature["number"] = number
        copy.addFeature(feature)
    return copy


def test_footprints_drawn_in_memory_move_to_the_ground(run, scene, tmp_path):
    drawn = memory_polygons(scene)
    QgsProject.instance().addMapLayer(drawn)
    file = str(tmp_path / "buildings.gpkg")
    heights = str(scene / "height.tif")
    found = run("footprintstoground", POLYGONS=drawn.id(), HEIGHTS=heights, OUTPUT=file)
    moved = layer(found["OUTPUT"])
    assert found["POLYGON_COUNT"] == moved.featureCount() == drawn.featureCount() > 5
    assert fields_of(moved)[:2] == ["number", "height_median_m"]
    volumes = [each["volume_m3"] for each in moved.getFeatures()]
    assert found["VOLUME"] == pytest.approx(sum(volume for volume in volumes if volume), rel=1e-6)
    before = {each["number"]: each.geometry() for each in drawn.getFeatures()}
    steps = [
        (each["height_roof_m"], each.geometry().centroid().distance(before[each["number"]].centroid()))
        for each in moved.getFeatures()
        if each["height_roof_m"]
    ]
    # One metre of height leans by as many pixels of half a metre as the scene's scale says.
    scale = float(gdal.Open(heights).GetMetadataItem("PLUMBLINE_SCALE_PX_PER_M"))
    assert all(moved_m == pytest.approx(0.5 * scale * height, abs=0.02) for height, moved_m in steps)


def test_polygons_that_a_copy_would_lose_are_not_left_out_in_silence(run, scene, tmp_path):
    drawn = QgsVectorLayer("Polygon?crs=EPSG:32633&field=fid:integer", "merged", "memory")
    for _ in range(2):
        feature = QgsFeature(drawn.fields())
        feature.setGeometry(next(memory_polygons(scene).getFeatures()).geometry())
        feature["fid"] = 1  # as layers have that were merged from two
        drawn.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(drawn)
    arguments = {"HEIGHTS": str(scene / "height.tif"), "OUTPUT": str(tmp_path / "b.gpkg")}
    feedback = QgsProcessingFeedback()
    try:
        found = run("footprintstoground", feedback=feedback, POLYGONS=drawn.id(), **arguments)
    except QgsProcessingException:
        assert "only 1 of 2 features can be copied" in feedback.textLog()
        assert not list(tmp_path.iterdir())
    else:  # newer QGIS gives them other numbers
        assert found["POLYGON_COUNT"] == 2


def test_only_polygons_that_the_filter_lets_through_are_moved(run, scene, tmp_path):
    drawn = layer(f"{scene / 'truth.gpkg'}|layername=buildings")
    drawn.setSubsetString("height_m > 5")
    QgsProject.instance().addMapLayer(drawn)
    arguments = {"HEIGHTS": str(scene / "height.tif"), "OUTPUT": str(tmp_path / "b.gpkg"), "TO": "none"}
    found = run("footprintstoground", POLYGONS=drawn.id(), **arguments)
    assert 0 < found["POLYGON_COUNT"] == drawn.featureCount() < 19


def test_the_named_layer_of_a_file_is_moved(run, scene, tmp_path):
    polygons = f"{scene / 'truth.gpkg'}|layername=buildings"
    arguments = {"HEIGHTS": str(scene / "height.tif"), "OUTPUT": "TEMPORARY_OUTPUT", "TO": "roof"}
    found = run("footprintstoground", POLYGONS=polygons, **arguments)
    assert found["POLYGON_COUNT"] == layer(found["OUTPUT"]).featureCount() == 19


def test_roads_are_judged(run, scene, roads, tmp_path):
    files = {"LAYERS": "diff.gpkg", "PICTURE": "diff.png", "REPORT": "report.html"}
    files = {name: str(tmp_path / file) for name, file in files.items()}
    truth = layer(f"{scene / 'truth.gpkg'}|layername=roads")
    QgsProject.instance().addMapLayer(truth)
    found = run(
        "evaluateroads", PREDICTED=roads["OUTPUT"], TRUTH=truth.id(), IMAGE=str(scene / "rgb.tif"), **files
    )
    assert (found["PICTURE"], found["REPORT"]) == (files["PICTURE"], files["REPORT"])
    assert all(Path(path).stat().st_size > 1000 for path in files.values())
    found_km = [length_km(found[name]) for name in ("LAYERS", "FALSE_ROADS", "MISSING_ROADS")]
    assert sum(found_km[:2]) == pytest.approx(found["PREDICTED_KM"], rel=1e-2)
    assert found_km[2] == pytest.approx((1 - found["COMPLETENESS"]) * found["TRUTH_KM"], rel=0.02)
    assert 0.8 < found["TOPO_F1"] <= 1
    assert 0.9 < found["APLS"] <= 1
    assert found["PREDICTED_KM"] == pytest.approx(roads["LENGTH"] / 1000, rel=1e-2)
    # There are no crossings on levels in this scene.
    assert (found["CROSSINGS"], found["LEVEL_ACCURACY"]) == (0, None)


def test_roads_equal_themselves_whatever_layer_they_are_in(run, scene, tmp_path):
    lines = QgsVectorLayer("LineString?crs=EPSG:32633", "mine", "memory")
    street = QgsFeature()
    street.setGeometry(QgsGeometry.fromWkt("LineString (500010 5399990, 500240 5399780)"))
    lines.dataProvider().addFeature(street)
    QgsProject.instance().addMapLayer(lines)
    found = run("evaluateroads", PREDICTED=lines.id(), TRUTH=lines)
    assert found["TOPO_F1"] == found["COMPLETENESS"] == found["CORRECTNESS"] == 1
    assert found["LAYERS"] is found["PICTURE"] is found["REPORT"] is None


def test_folders_of_heights_are_judged(run, scene, heights, tmp_path):
    single = run("evaluateheights", PREDICTED=heights["OUTPUT"], TRUTH=str(scene / "height.tif"))
    for name, file in (("predicted", heights["OUTPUT"]), ("true", scene / "height.tif")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "town.tif").write_bytes(Path(file).read_bytes())
    report = str(tmp_path / "report.html")
    folders = {"PREDICTED": str(tmp_path / "predicted"), "TRUTH": str(tmp_path / "true")}
    found = run("evaluateheights", **folders, REPORT=report)
    assert found["HEIGHT_RMSE_M"] == pytest.approx(single["HEIGHT_RMSE_M"])
    assert 0.5 < found["HEIGHT_R2"] < 1
    assert (found["IMAGES"], found["REPORT"]) == (1, report)


def road_mask(scene, path):
    """Burn the true roads, 6 m wide, into a mask on the image's grid."""
    image = gdal.Open(str(scene / "rgb.tif"))
    mask = gdal.GetDriverByName("GTiff").Create(str(path), image.RasterXSize, image.RasterYSize)
    mask.SetGeoTransform(image.GetGeoTransform())
    mask.SetProjection(image.GetProjection())
    file = ogr.GetDriverByName("Memory").CreateDataSource("")
    broad = file.CreateLayer("broad", mask.GetSpatialRef())
    for each in layer(f"{scene / 'truth.gpkg'}|layername=roads").getFeatures():
        feature = ogr.Feature(broad.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(each.geometry().buffer(3, 8).asWkt()))
        broad.CreateFeature(feature)
    gdal.RasterizeLayer(mask, [1], broad, burn_values=[255])


def test_a_mask_becomes_a_graph(run, scene, tmp_path):
    road_mask(scene, tmp_path / "mask.tif")
    found = run("masktograph", INPUT=str(tmp_path / "mask.tif"), OUTPUT=str(tmp_path / "graph.gpkg"))
    assert layer(found["OUTPUT"]).featureCount() == found["SEGMENTS"] > 0
    assert kinds_of(found["JUNCTIONS"]).count("junction") == found["JUNCTION_COUNT"] > 0
    assert found["LENGTH"] == pytest.approx(840, rel=0.1)
    judged = run("evaluateroads", PREDICTED=found["OUTPUT"], TRUTH=str(scene / "truth.gpkg"))
    assert judged["COMPLETENESS"] > 0.95


def test_the_engine_says_what_runs_here(run):
    found = run("checkengine", DEVICE="cpu")
    assert found["VERSION"] in found["REPORT"]
    assert found["DEVICE_USED"].startswith("CPU")
    assert "roads-compact" in found["WEIGHTS_FOUND"]
    assert "sha256" in found["WEIGHTS_FOUND"]
    assert found["INFERENCE_SECONDS"] > 0
    for part in ("torch", "heights-compact", found["INTERPRETER"]):
        assert part in found["REPORT"]
