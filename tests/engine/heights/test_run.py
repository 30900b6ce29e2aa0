"""The job: outputs are checked first, appear only when whole, and say what they are."""

import json

import fiona
import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine

from engine.errors import Cancelled, EngineError, OutputError, RasterError
from engine.exclusive import exclusive
from engine.heights import estimate as corridor
from engine.heights import run
from engine.heights.buildings.footprints import FootprintOptions, measure_footprints
from engine.heights.estimate import HeightOptions
from engine.heights.flow import flow_px
from engine.heights.run import HeightProducts, KnownHeights, estimate_to_files
from engine.heights.tags import HeightTags
from engine.progress import Silent
from engine.raster.extent import Extent
from engine.raster.reader import RasterOptions
from engine.raster.writer import NODATA
from tests.engine.heights.height_samples import OTHERS, OWN, Oracle, Place, heights_of, write_image

OPTIONS = HeightOptions(weights="random:compact-geopose", device="cpu")

UNPLACED = Place(None, Affine.scale(1, -1))
"""Where QGIS shows a raster that does not know its place: x = column, y = −row."""


@pytest.fixture
def image(tmp_path, monkeypatch):
    monkeypatch.setattr(corridor, "HeightPredictor", Oracle)
    return write_image(tmp_path / "image.tif", OWN)


class Listener(Silent):
    """Progress that keeps what it is told."""

    def __init__(self):
        self.facts = []

    def log(self, message):
        self.facts.append(message)


def attempt(path, output, *, known=None, options=OPTIONS, listener=None, **others):
    return estimate_to_files(
        str(path), HeightProducts(output, **others), options, known=known, progress=listener or Silent()
    ).files


def read(path):
    with rasterio.open(path) as file:
        return file.read(masked=True).filled(np.nan), file.tags()


def test_every_product_lies_on_the_raster_s_grid_and_says_what_it_is(image, tmp_path):
    names = {
        "flow": "flow.tif",
        "rectified": "nadir.tif",
        "rectified_rgb": "nadir_rgb.tif",
        "preview": "p.png",
    }
    others = {key: tmp_path / name for key, name in names.items()}
    written = attempt(image, tmp_path / "heights.tif", **others)
    assert written == [tmp_path / "heights.tif", *others.values()]
    with rasterio.open(image) as source:
        for path in written[:-1]:
            with rasterio.open(path) as file:
                assert (file.crs, file.transform, file.shape) == (source.crs, source.transform, source.shape)
                assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
                assert file.tags()["PLUMBLINE_WEIGHTS"] == "random:compact-geopose:0"
                assert json.loads(file.tags()["PLUMBLINE_PARAMETERS"])["weights"] == OPTIONS.weights
    heights, _ = read(written[0])
    flow, _ = read(written[1])
    tags = HeightTags.read(written[0])
    assert (heights[0] == heights_of(OWN)).all()
    assert (flow == flow_px(heights[0], tags.pose)).all()
    assert tags.source == "image.tif"
    with rasterio.open(written[0]) as file:
        assert file.nodata == NODATA
        assert file.units == ("m",)
    assert HeightTags.read(written[2]).pose.scale_px_per_m == 0.0
    with rasterio.open(written[-1]) as file:
        assert file.shape[1] == OWN.width
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"image.tif", "heights.tif", "heights.qml", "nadir.qml", *names.values()}


def test_a_style_of_the_user_s_own_stays(image, tmp_path):
    output, listener = tmp_path / "heights.tif", Listener()
    attempt(image, output, listener=listener)
    style = tmp_path / "heights.qml"
    assert style.read_bytes() == run._STYLE.read_bytes()
    attempt(image, output, listener=listener)
    assert not any("heights.qml" in fact for fact in listener.facts)
    style.write_text("mine")
    attempt(image, output, listener=listener)
    assert style.read_text() == "mine"
    assert any("heights.qml is there already" in fact for fact in listener.facts)


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"output": "heights.png"}, "end in .tif"),
        ({"output": "absent/heights.tif"}, "does not exist"),
        ({"output": "folder.tif"}, "is a folder"),
        ({"flow": "flow.gpkg"}, "end in .tif"),
        ({"flow": "heights.tif"}, "name of its own"),
        ({"flow": "folder.tif/../heights.tif"}, "name of its own"),
        ({"rectified": "absent/x.tif"}, "does not exist"),
        ({"preview": "p.jpg"}, "end in .png"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_raster_is_looked_at(tmp_path, others, message):
    (tmp_path / "folder.tif").mkdir()
    paths = {key: tmp_path / name for key, name in others.items()}
    with pytest.raises(OutputError, match=message):
        attempt(tmp_path / "absent.tif", paths.pop("output", tmp_path / "heights.tif"), **paths)
    assert [each.name for each in tmp_path.iterdir()] == ["folder.tif"]


def test_nothing_that_is_read_is_replaced(image, tmp_path):
    mosaic, lidar = tmp_path / "mosaic.vrt", tmp_path / "lidar.tif"
    rasterio.shutil.copy(image, mosaic, driver="VRT")
    attempt(image, lidar)
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    for path, output, others in (
        (image, tmp_path / "image.tif", {}),
        (image, tmp_path / "heights.tif", {"flow": tmp_path / "image.tif"}),
        (mosaic, tmp_path / "image.tif", {}),
        (image, lidar, {"known": KnownHeights(str(lidar))}),
    ):
        with pytest.raises(OutputError, match="would be replaced"):
            attempt(path, output, **others)
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_two_runs_do_not_share_an_output(image, tmp_path):
    with exclusive(tmp_path / "flow.tif"), pytest.raises(OutputError, match="Another run"):
        attempt(image, tmp_path / "heights.tif", flow=tmp_path / "flow.tif")
    assert [each.name for each in tmp_path.iterdir()] == ["image.tif"]


def test_weights_for_roads_are_refused(tmp_path):
    path = write_image(tmp_path / "image.tif", OWN)
    with pytest.raises(EngineError, match="does not predict heights"):
        attempt(path, tmp_path / "heights.tif", options=HeightOptions(weights="random:compact"))
    assert [each.name for each in tmp_path.iterdir()] == ["image.tif"]


def write_points(path, place, factor):
    """Points on the ground under the image's pixels, as high as they truly are."""
    grid = place.grid if place.crs else UNPLACED.grid
    rowcol = np.stack(np.meshgrid(np.arange(20.5, 190, 25), np.arange(20.5, 270, 25)), axis=-1).reshape(-1, 2)
    truth = heights_of(OWN)[*rowcol.astype(int).T] * factor
    schema = {"geometry": "Point", "properties": {"height_m": "float"}}
    with fiona.open(path, "w", driver="GPKG", crs=place.crs, schema=schema) as layer:
        for (x, y), height in zip(grid.to_ground(rowcol).tolist(), truth.tolist(), strict=True):
            layer.write(
                {"geometry": {"type": "Point", "coordinates": (x, y)}, "properties": {"height_m": height}}
            )
    return str(path)


def test_known_heights_correct_the_others(image, tmp_path, monkeypatch):
    monkeypatch.setattr(Oracle, "off_nadir_deg", 0.0)
    listener = Listener()
    known = KnownHeights(write_points(tmp_path / "points.gpkg", OWN, 1.25))
    options = HeightOptions(weights="random:compact-geopose", off_nadir_deg=0.0, azimuth_deg=0.0)
    attempt(image, tmp_path / "heights.tif", known=known, options=options, listener=listener)
    heights, _ = read(tmp_path / "heights.tif")
    tags = HeightTags.read(tmp_path / "heights.tif")
    assert tags.calibration == pytest.approx(1.25, rel=0.01)
    assert np.allclose(heights[0], heights_of(OWN) * tags.calibration)
    assert any("known heights" in fact for fact in listener.facts)
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_known_heights_that_cannot_be_read_are_refused_before_the_raster_is_looked_at(tmp_path):
    with pytest.raises(RasterError, match="known"):
        attempt(
            tmp_path / "absent.tif", tmp_path / "heights.tif", known=KnownHeights(str(tmp_path / "known"))
        )


class Impatient(Silent):
    """Ends a run at a chosen step."""

    def __init__(self, what):
        self.what = what

    def report(self, done, total, what):
        if what == self.what:
            raise Cancelled


@pytest.mark.parametrize("step", ["reading and predicting", "writing heights", "rectifying"])
def test_a_run_that_is_stopped_leaves_only_what_is_whole(image, tmp_path, step):
    with pytest.raises(Cancelled):
        attempt(image, tmp_path / "heights.tif", rectified=tmp_path / "r.tif", listener=Impatient(step))
    left = {each.name for each in tmp_path.iterdir()} - {"heights.tif"}
    assert left == {"image.tif"}
    assert (tmp_path / "heights.tif").exists() == (step == "rectifying")


@pytest.mark.parametrize("name", ["rotated", "degrees", "finer"])
def test_all_products_of_an_extent_lie_on_its_part_of_the_raster(tmp_path, monkeypatch, name):
    monkeypatch.setattr(corridor, "HeightPredictor", Oracle)
    place = OTHERS[name]
    path = write_image(tmp_path / "image.tif", place)
    corners = place.grid.to_ground([(50.3, 60.2), (120.7, 60.2), (50.3, 200.9), (120.7, 200.9)])
    raster = RasterOptions(extent=Extent.around(corners, place.crs))
    options = HeightOptions(weights="random:compact-geopose", raster=raster)
    others = {
        "flow": tmp_path / "f.tif",
        "rectified": tmp_path / "r.tif",
        "rectified_rgb": tmp_path / "c.tif",
    }
    attempt(path, tmp_path / "heights.tif", options=options, **others)
    with rasterio.open(tmp_path / "heights.tif") as heights:
        offset = ~place.transform @ heights.transform
        assert (offset.c, offset.f) == pytest.approx((round(offset.c), round(offset.f)), abs=1e-6)
        for each in others.values():
            with rasterio.open(each) as file:
                assert file.shape == heights.shape
                assert file.transform.almost_equals(heights.transform, 1e-9)


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """An image that does not know its place, seen from nadir; pixels of half a metre."""
    monkeypatch.setattr(corridor, "HeightPredictor", Oracle)
    monkeypatch.setattr(Oracle, "off_nadir_deg", 0.0)
    return write_image(tmp_path / "bare.tif", Place(None, Affine.identity()), heights=heights_of(OWN))


def without_place(extent=None):
    """Options that say how large pixels are."""
    raster = RasterOptions(source_m_per_px=0.5, extent=extent)
    view = {"azimuth_deg": 0.0, "off_nadir_deg": 0.0}
    return HeightOptions(weights="random:compact-geopose", raster=raster, working_m=0.5, **view)


@pytest.mark.parametrize(
    ("extent", "transform", "part"),
    [
        (None, Affine.identity(), np.s_[:, :]),
        # The extent is in local metres; 40 rows down and 60 columns right the part begins.
        (Extent(30.0, -80.0, 100.0, -20.0), Affine(1, 0, 60, 0, -1, -40), np.s_[40:160, 60:200]),
    ],
)
def test_products_of_a_raster_without_a_place_lie_over_it(bare, tmp_path, extent, transform, part):
    names = {"flow": "f.tif", "rectified": "r.tif", "rectified_rgb": "c.tif"}
    others = {key: tmp_path / name for key, name in names.items()}
    written = attempt(bare, tmp_path / "heights.tif", options=without_place(extent), **others)
    for path in written:
        with rasterio.open(path) as file:
            assert (file.crs, file.transform) == (None, transform)
            assert float(file.tags()["PLUMBLINE_OWN_M_PER_PX"]) == 0.5
    for path in (written[0], written[2]):
        assert (read(path)[0][0] == heights_of(OWN)[part]).all()
    with rasterio.open(bare) as image, rasterio.open(written[3]) as colours:
        assert (colours.read() == image.read()[:, *part]).all()


@pytest.mark.parametrize("extent", [None, Extent(30.0, -80.0, 100.0, -20.0)])
def test_layers_drawn_over_a_raster_without_a_place_fit_its_heights(bare, tmp_path, extent):
    points = write_points(tmp_path / "points.gpkg", Place(None, Affine.identity()), 1.25)
    output = tmp_path / "heights.tif"
    attempt(bare, output, options=without_place(extent), known=KnownHeights(points))
    assert HeightTags.read(output).calibration == pytest.approx(1.25, rel=0.01)
    drawn = tmp_path / "drawn.gpkg"
    schema = {"geometry": "Polygon", "properties": {}}
    with fiona.open(drawn, "w", driver="GPKG", schema=schema) as layer:
        square = shapely.box(100, -110, 120, -90)
        layer.write({"geometry": shapely.geometry.mapping(square), "properties": {}})
    measured = measure_footprints(str(drawn), str(output), tmp_path / "m.gpkg", FootprintOptions("none"))
    with fiona.open(measured.output) as layer:
        (found,) = (feature.properties for feature in layer)
    mean_m = heights_of(OWN)[90:110, 100:120].mean() * HeightTags.read(output).calibration
    assert found["height_pixels"] == 400
    assert found["volume_m3"] == pytest.approx(mean_m * 10.0 * 10.0, rel=1e-5)


def test_lidar_of_a_raster_without_a_place_is_compared_pixel_by_pixel(bare, tmp_path):
    lidar = tmp_path / "lidar.tif"
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "height": OWN.height, "width": OWN.width}
    with rasterio.open(lidar, "w", **profile) as file:
        file.write((heights_of(OWN) * 0.8).astype(np.float32), 1)
    attempt(bare, tmp_path / "heights.tif", options=without_place(), known=KnownHeights(str(lidar)))
    assert HeightTags.read(tmp_path / "heights.tif").calibration == pytest.approx(0.8, rel=0.01)


@pytest.mark.parametrize(
    ("name", "field", "found"),
    [
        ("points.gpkg", "storeys", "no attribute 'storeys'"),
        ("image.tif", "height_m", "heights are one band"),
        ("", "height_m", "name of the raster is empty"),
    ],
)
def test_known_heights_that_are_none_are_refused_before_the_work(image, tmp_path, name, field, found):
    write_points(tmp_path / "points.gpkg", OWN, 1.25)
    listener = Listener()
    known = KnownHeights(name and str(tmp_path / name), field)
    with pytest.raises(EngineError, match=found):
        attempt(image, tmp_path / "heights.tif", known=known, listener=listener)
    assert not (tmp_path / "heights.tif").exists()
    assert listener.facts == []
