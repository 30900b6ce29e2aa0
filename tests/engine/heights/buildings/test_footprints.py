"""Buildings measured and moved: prisms and towns tell where they belong."""

import json
import subprocess
import sys
from datetime import date
from functools import cache
from itertools import product

import fiona
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry import mapping

from engine.cli import main
from engine.errors import Cancelled, EngineError, OutputError, RasterError, VectorError
from engine.heights.buildings.footprints import FIELDS, LAYER, FootprintOptions, measure_footprints
from engine.heights.pose import Pose, view_of
from engine.heights.seen_raster import ViewOptions
from engine.heights.tags import HeightTags
from engine.progress import Silent
from engine.vector.layered import read_provenance
from tests.engine.heights.prism_samples import PLACES, UTM, Town, make_town, read_features, write_features
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

VIEWS = ((200.0, 25.0), (35.0, 12.0), (305.0, 30.0))


@cache
def town(place: str = "utm", azimuth_deg: float = 200.0, off_nadir_deg: float = 25.0) -> Town:
    return make_town(place, azimuth_deg=azimuth_deg, off_nadir_deg=off_nadir_deg)


def measure(folder, polygons, one, *, to, crs="own", heights=None, **options):
    """Measure polygons in pixels of a town; return the geometries in pixels of the same, and attributes."""
    crs = one.grid.crs if crs == "own" else crs
    source = write_features(folder / "in.gpkg", one.placed(polygons, crs), crs=crs)
    heights = heights or one.write(folder / "heights.tif")
    measured = measure_footprints(source, heights, folder / "out.gpkg", FootprintOptions(to, **options))
    features, rows = read_features(measured.output)
    volumes = [row["volume_m3"] for row in rows if row["volume_m3"] is not None]
    assert (measured.polygons, measured.known) == (len(rows), len(volumes))
    assert measured.volume_m3 == pytest.approx(sum(volumes))
    return features, rows


@pytest.mark.parametrize(("place", "view"), list(product(PLACES, VIEWS)))
def test_roofs_come_down_on_their_footprints(tmp_path, place, view):
    one = town(place, *view)
    moved, values = measure(tmp_path, one.roofs, one, to="ground")
    wanted = one.placed(one.ground)
    away_px = shapely.hausdorff_distance(moved, wanted) / max(one.grid.pixel_size)
    assert away_px.max() < 1e-3
    overlap = shapely.area(shapely.intersection(moved, wanted)) / shapely.area(shapely.union(moved, wanted))
    assert overlap.min() > 0.999
    for name in ("height_median_m", "height_roof_m"):
        assert [row[name] for row in values] == pytest.approx(one.height_m, rel=1e-6)
    assert [row["height_max_m"] for row in values] == pytest.approx(one.height_m, rel=1e-6)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("crs", ["own", UTM, "EPSG:3857", "EPSG:4326"])
def test_to_the_roof_and_back_again(tmp_path, place, crs):
    one = town(place)
    crs = one.grid.crs if crs == "own" or one.grid.crs is None else crs
    roofs, values = measure(tmp_path, one.ground, one, to="roof", crs=crs)
    degree = crs == "EPSG:4326"
    wanted = one.placed(one.roofs, crs)
    assert shapely.hausdorff_distance(roofs, wanted).max() < (1e-8 if degree else 1e-3)
    assert [row["height_roof_m"] for row in values] == pytest.approx(one.height_m, rel=1e-6)
    assert [row["height_median_m"] for row in values] == pytest.approx(one.height_m, rel=1e-6)
    heights = str(tmp_path / "heights.tif")
    back = measure_footprints(str(tmp_path / "out.gpkg"), heights, tmp_path / "b.gpkg", FootprintOptions())
    error = shapely.hausdorff_distance(read_features(back.output)[0], one.placed(one.ground, crs))
    assert error.max() < (1e-11 if degree else 1e-6)


@pytest.mark.parametrize("place", PLACES)
def test_volumes_are_those_of_the_solids_in_true_metres(tmp_path, place):
    one = town(place)
    # A degree of longitude and of latitude at 60° north, WGS 84.
    metres = {"degrees": (9e-6 * 55800.1, 4.5e-6 * 111412.3), "not square": (0.4, 0.9)}
    wide, high = metres.get(place, (0.5, 0.5))
    solids = shapely.area(one.ground) * wide * high * one.height_m
    for to in ("ground", "roof"):
        polygons = one.roofs if to == "ground" else one.ground
        _, values = measure(tmp_path, polygons, one, to=to)
        assert [row["volume_m3"] for row in values] == pytest.approx(solids, rel=0.01)


def test_turned_and_small_prisms_have_the_right_volume(tmp_path):
    one = town()
    whole = shapely.Point(150, 150).buffer(60, quad_segs=2)
    image = np.full(one.image_m.shape, 10.0, dtype=np.float32)
    shapes = [
        whole,
        shapely.affinity.rotate(shapely.box(20, 20, 40, 33), 31),
        shapely.box(250.6, 9.7, 250.9, 9.9),
    ]
    heights = one.write(tmp_path / "flat.tif", image)
    _, values = measure(tmp_path, np.array(shapes), one, to="none", heights=heights)
    solids = [10.0 * shape.area * 0.25 for shape in shapes]
    assert [row["volume_m3"] for row in values] == pytest.approx(solids, rel=1e-3)
    assert [row["height_median_m"] for row in values] == [10.0] * 3
    assert values[2]["height_pixels"] >= 1


def test_not_moved_means_bit_by_bit(tmp_path):
    one = town("rotated")
    polygons = one.placed(one.ground, "EPSG:3857")
    source = write_features(tmp_path / "in.gpkg", polygons, crs="EPSG:3857")
    heights = one.write(tmp_path / "h.tif", one.ground_m, PLUMBLINE_SCALE_PX_PER_M="0.0")
    for to in ("none", "ground", "roof"):
        moved, values = read_features(
            measure_footprints(source, heights, tmp_path / f"{to}.gpkg", FootprintOptions(to)).output
        )
        flat = shapely.get_coordinates(moved)
        np.testing.assert_array_equal(flat, shapely.get_coordinates(polygons))
        assert [row["height_median_m"] for row in values] == pytest.approx(one.height_m, rel=1e-6)


def test_loosely_drawn_roofs_move_by_the_roof(tmp_path):
    one = town()
    # A fifth of each polygon lies on the ground beside the roof, which looks over it.
    loose = shapely.buffer(one.roofs, 2.0, join_style="mitre")
    moved, values = measure(tmp_path, loose, one, to="ground")
    wanted = one.placed(shapely.buffer(one.ground, 2.0, join_style="mitre"))
    assert shapely.hausdorff_distance(moved, wanted).max() < 0.5
    assert [row["height_roof_m"] for row in values] == pytest.approx(one.height_m, rel=0.05)


def test_options_tell_the_view_of_heights_without_tags(tmp_path):
    one = town("degrees")
    heights = one.write(tmp_path / "h.tif", PLUMBLINE_ANGLE_RAD="", PLUMBLINE_SCALE_PX_PER_M="9.0")
    azimuth, off_nadir = view_of(one.pose, one.grid)
    view = ViewOptions(azimuth, off_nadir)
    moved, _ = measure(tmp_path, one.roofs, one, to="ground", heights=heights, view=view)
    assert shapely.hausdorff_distance(moved, one.placed(one.ground)).max() < 1e-9


def test_in_a_town_roofs_fall_on_footprints(tmp_path):
    options = SceneOptions(
        seed=3,
        height_px=400,
        width_px=400,
        m_per_px=0.5,
        off_nadir_deg=25,
        view_azimuth_deg=200,
        built_up=0.7,
    )
    scene = render_scene(options)
    one = Town(
        grid=make_town().grid.measured(scene.transform, 400, 400, UTM),
        pose=Pose(scene.angle_rad, scene.scale_px_per_m),
        ground=scene.footprints,
        height_m=scene.footprint_heights_m,
        image_m=scene.height_m,
        ground_m=scene.height_m,
    )
    inner = shapely.contains(shapely.box(40, 40, 360, 360), scene.footprints)
    roofs, up = measure(tmp_path, scene.footprints[inner], one, to="roof")
    down = measure_footprints(
        str(tmp_path / "out.gpkg"), str(tmp_path / "heights.tif"), tmp_path / "d.gpkg", FootprintOptions()
    )
    ground, _ = read_features(down.output)
    wanted = one.placed(scene.footprints[inner])
    overlap = shapely.area(shapely.intersection(ground, wanted)) / shapely.area(shapely.union(ground, wanted))
    assert inner.sum() > 20
    assert (shapely.hausdorff_distance(ground, wanted) < 0.5).mean() > 0.95
    assert np.median(overlap) > 0.9999
    highest = np.array([row["height_max_m"] for row in up])
    assert np.median(np.abs(highest - scene.footprint_heights_m[inner])) < 0.3
    assert shapely.hausdorff_distance(roofs, wanted).max() > 1.0


def test_a_hidden_roof_is_found_by_what_stands_there_and_one_never_seen_stays(tmp_path):
    pose = Pose(0.0, 1.0)  # things lean up the image
    one = town()
    image = np.zeros((300, 290), dtype=np.float32)
    image[130:160, 100:160] = 40.0  # a tower's roof, at rows 170 to 200
    image[160:200, 100:160] = 39.5 - np.arange(40.0)[:, None]
    image[150:156, 60:100] = 6.0  # what the tower leaves of a long roof, at rows 156 to 162
    heights = one.write(tmp_path / "h.tif", image, **HeightTags(pose, view="options").as_tags())
    half_hidden, hidden = shapely.box(60, 156, 160, 162), shapely.box(110, 140, 150, 155)
    polygons = np.array([half_hidden, hidden, shapely.box(100, 170, 160, 200)])
    moved, values = measure(tmp_path, polygons, one, to="roof", heights=heights)
    assert [row["height_roof_m"] for row in values] == [6.0, None, 40.0]
    assert values[1] == {"number": 1, **dict.fromkeys(FIELDS), "height_pixels": 0}
    wanted = one.placed(shapely.transform(polygons, lambda p: p))
    assert shapely.equals_exact(moved[1].geoms[0], wanted[1])
    assert moved[0].bounds[3] - wanted[0].bounds[3] == pytest.approx(6.0 * 0.5)


def test_attributes_geometries_and_order_survive(tmp_path):
    one = town()
    first, second = one.placed(one.roofs[:2])
    hole = one.placed(np.array([shapely.box(45, 130, 55, 140)]))[0]
    several = shapely.MultiPolygon([first, second])
    crossed = shapely.Polygon([*first.exterior.coords[:2], *first.exterior.coords[3:1:-1]])
    raised = shapely.force_3d(first, 7.5)
    holed = shapely.difference(one.placed(one.roofs[3:4])[0], hole)
    far = shapely.transform(first, lambda p: p + 1e4)
    geometries = [several, crossed, None, raised, holed, far]
    fields = {
        "id": "int64",
        "text": "str",
        "share": "float",
        "day": "date",
        "yes": "bool",
        "height_max_m": "str",
    }
    values = [
        {
            "id": 2**40 + n,
            "text": "Ä" * n or None,
            "share": n / 3,
            "day": date(2020, 2, 29),
            "yes": n % 2 == 0,
            "height_max_m": "x",
        }
        for n in range(6)
    ]
    source = write_features(tmp_path / "in.gpkg", geometries, kind="Unknown", fields=fields, values=values)
    measured = measure_footprints(
        source, one.write(tmp_path / "h.tif"), tmp_path / "o.gpkg", FootprintOptions()
    )
    found, rows = read_features(measured.output)
    kept = [{name: row[name] for name in fields if name != "height_max_m"} for row in rows]
    given = [{**row, "day": "2020-02-29"} for row in values]
    assert kept == [{name: row[name] for name in row if name != "height_max_m"} for row in given]
    assert {row["height_max_m_old"] for row in rows} == {"x"}
    with fiona.open(measured.output, layer=LAYER) as layer:
        assert list(layer.schema["properties"]) == [*list(fields)[:-1], "height_max_m_old", *FIELDS]
    # One vector for all parts: that of the median of both roofs.
    assert found[0].geom_type == "MultiPolygon"
    assert shapely.area(found[0]) == pytest.approx(several.area)
    assert found[2] is None
    assert rows[2]["height_pixels"] == rows[5]["height_pixels"] == 0
    assert rows[5]["volume_m3"] is None
    assert shapely.get_coordinates(found[3], include_z=True)[:, 2].tolist() == [7.5] * 5
    assert len(found[4].geoms[0].interiors) == len(shapely.get_parts(holed)[0].interiors)
    np.testing.assert_array_equal(shapely.get_coordinates(found[5]), shapely.get_coordinates(far))
    assert rows[1]["height_pixels"] > 0


@pytest.mark.parametrize(
    ("driver", "name"), [("GeoJSON", "in.geojson"), ("ESRI Shapefile", "in.shp"), ("FlatGeobuf", "in.fgb")]
)
def test_any_vector_file_will_do(tmp_path, driver, name):
    one = town("degrees")
    polygons = one.placed(one.roofs)
    fields = {"number": "int32", "name": "str:20", "part": "float:12.3"}
    values = [{"number": n, "name": f"no {n}" if n else None, "part": n / 8} for n in range(9)]
    source = write_features(
        tmp_path / name, polygons, crs="EPSG:4326", fields=fields, values=values, driver=driver
    )
    measured = measure_footprints(
        source, one.write(tmp_path / "h.tif"), tmp_path / "o.gpkg", FootprintOptions()
    )
    moved, rows = read_features(measured.output)
    order = [row["number"] for row in rows]  # FlatGeobuf sorts by place
    assert [{name: row[name] for name in fields} for row in rows] == [values[number] for number in order]
    assert shapely.hausdorff_distance(moved, one.placed(one.ground)[order]).max() < 1e-8


def test_columns_that_every_layer_has_are_no_obstacle(tmp_path):
    one = town("degrees")
    feature = {"type": "Feature", "geometry": mapping(one.placed(one.roofs)[0])}
    properties = {
        "fid": 12,
        "geom": "a",
        "Name": 1,
        "name": 2,
        "list": [1, 2],
        "deep": {"a": None},
        "at": "10:11:12",
    }
    collection = {"type": "FeatureCollection", "features": [{**feature, "properties": properties}] * 2}
    (tmp_path / "in.geojson").write_text(json.dumps(collection))
    measured = measure_footprints(
        str(tmp_path / "in.geojson"), one.write(tmp_path / "h.tif"), tmp_path / "o.gpkg", FootprintOptions()
    )
    _, rows = read_features(measured.output)
    wanted = {
        "fid_old": 12,
        "geom_old": "a",
        "Name": 1,
        "name_old": 2,
        "list": [1, 2],
        "deep": {"a": None},
        "at": "10:11:12",
    }
    texts = [{name: row[name] for name in wanted} for row in rows]
    for row in texts:
        row |= {"list": json.loads(row["list"]), "deep": json.loads(row["deep"])}
    assert texts == [wanted] * 2


def test_many_polygons_in_groups_and_alone_are_the_same(tmp_path):
    one = town()
    draw = np.random.default_rng(5)
    corner, size = draw.uniform(0, 290, (2_000, 2)), draw.uniform(0.3, 30, (2_000, 2))
    polygons = shapely.box(*corner.T, *(corner + size).T)
    _, values = measure(tmp_path, polygons, one, to="none")
    some = draw.choice(2_000, 40, replace=False)
    _, alone = measure(tmp_path, polygons[some], one, to="none")
    rows, cols = np.mgrid[:300, :290] + 0.5
    for number, row in zip(some, alone, strict=True):
        assert {**values[number], "number": 0} == {**row, "number": 0}
        inside = shapely.contains_xy(polygons[number], cols, rows)
        if inside.any():
            assert row["height_median_m"] == pytest.approx(np.median(one.image_m[inside]))
            assert row["height_p90_m"] == pytest.approx(np.quantile(one.image_m[inside], 0.9), rel=1e-6)
            assert row["height_pixels"] == inside.sum()


def test_where_it_comes_from_is_in_the_file(tmp_path):
    one = town()
    measure(tmp_path, one.roofs, one, to="ground")
    told = read_provenance(tmp_path / "out.gpkg")
    assert told["heights"] == str(tmp_path / "heights.tif")
    assert told["parameters"]["to"] == "ground"
    assert told["scale_px_per_m"] == one.pose.scale_px_per_m


def test_bad_input_is_refused_and_leaves_nothing(tmp_path):
    one = town()
    heights = one.write(tmp_path / "heights.tif")
    roofs = one.placed(one.roofs)
    good = write_features(tmp_path / "good.gpkg", roofs)
    write_features(tmp_path / "empty.gpkg", [])
    write_features(tmp_path / "points.gpkg", shapely.centroid(roofs), kind="Point")
    write_features(tmp_path / "mixed.gpkg", [roofs[0], roofs[1].centroid], kind="Unknown")
    write_features(tmp_path / "far.gpkg", shapely.transform(roofs, lambda p: p + 1e5))
    write_features(tmp_path / "nowhere.gpkg", roofs, crs=None)
    (tmp_path / "text.gpkg").write_text("no database")
    bare = one.write(tmp_path / "bare.tif", PLUMBLINE_ANGLE_RAD="")
    flat = one.write(tmp_path / "flat.tif", PLUMBLINE_GROUND_VIEW="yes")
    steep = one.write(tmp_path / "steep.tif", PLUMBLINE_SCALE_PX_PER_M="1e8")
    (tmp_path / "endless.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": '
        '{"type": "Polygon", "coordinates": [[[0, 0], [1e999, 0], [0, 1], [0, 0]]]}}]}'
    )
    cases = [
        ("absent.gpkg", heights, FootprintOptions(), VectorError, "cannot be read as a layer of polygons"),
        ("text.gpkg", heights, FootprintOptions(), VectorError, "cannot be read as a layer of polygons"),
        ("empty.gpkg", heights, FootprintOptions(), VectorError, "is empty"),
        (
            "points.gpkg",
            heights,
            FootprintOptions(),
            VectorError,
            r"no layer of polygons, but points \(Point\)",
        ),
        ("mixed.gpkg", heights, FootprintOptions(), VectorError, "Feature 2 of .* is a Point"),
        ("far.gpkg", heights, FootprintOptions(), VectorError, "None of the 9 polygons"),
        (
            "nowhere.gpkg",
            heights,
            FootprintOptions(),
            VectorError,
            "nowhere.gpkg has no coordinate reference",
        ),
        ("good.gpkg", heights, FootprintOptions(layer="houses"), VectorError, "no layer 'houses', but good"),
        ("good.gpkg", bare, FootprintOptions(), RasterError, "PLUMBLINE_ANGLE_RAD"),
        ("good.gpkg", heights, FootprintOptions(view=ViewOptions(20.0)), RasterError, "Half of a view"),
        ("good.gpkg", steep, FootprintOptions(), RasterError, "1e\\+08 px of lean a metre"),
        (
            "good.gpkg",
            heights,
            FootprintOptions(view=ViewOptions(20.0, 89.99999)),
            RasterError,
            "correct the view",
        ),
        ("endless.geojson", heights, FootprintOptions(), VectorError, "a coordinate that is no number"),
        ("good.gpkg", flat, FootprintOptions("roof"), RasterError, "is rectified"),
        ("good.gpkg", str(tmp_path / "no.tif"), FootprintOptions(), RasterError, "cannot be opened"),
    ]
    before = sorted(tmp_path.iterdir())
    for name, raster, options, kind, message in cases:
        with pytest.raises(kind, match=message):
            measure_footprints(str(tmp_path / name), raster, tmp_path / "out.gpkg", options)
        assert sorted(tmp_path.iterdir()) == before
    for name, message in (
        ("good.gpkg", "is an input"),
        ("out.shp", "end in .gpkg"),
        ("a/b.gpkg", "does not exist"),
    ):
        with pytest.raises(OutputError, match=message):
            measure_footprints(good, heights, tmp_path / name, FootprintOptions())
    assert sorted(tmp_path.iterdir()) == before


def test_how_many_are_unknown_is_told(tmp_path):
    class Told(Silent):
        def log(self, message: str) -> None:
            told.append(message)

    one, told = town(), []
    polygons = [*one.placed(one.roofs), None, shapely.transform(one.placed(one.roofs)[0], lambda p: p + 1e4)]
    source = write_features(tmp_path / "in.gpkg", polygons)
    heights = one.write(tmp_path / "h.tif")
    measure_footprints(source, heights, tmp_path / "o.gpkg", FootprintOptions(), progress=Told())
    assert told == ["Of 2 of 11 polygons no height is known: they stay where they are."]


def test_an_older_result_stays_when_the_work_is_stopped(tmp_path):
    class Stop(Silent):
        def report(self, done: int, total: int, what: str) -> None:
            raise Cancelled

    one = town()
    measure(tmp_path, one.roofs, one, to="ground")
    before = (tmp_path / "out.gpkg").read_bytes()
    source, heights = str(tmp_path / "in.gpkg"), str(tmp_path / "heights.tif")
    with pytest.raises(Cancelled):
        measure_footprints(source, heights, tmp_path / "out.gpkg", FootprintOptions(), progress=Stop())
    assert (tmp_path / "out.gpkg").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("name", ["in.gpkg", "in.geojson", "in.fgb"])
def test_a_file_that_is_cut_short_is_refused(tmp_path, name):
    one = town("degrees")
    heights = one.write(tmp_path / "h.tif")
    polygons = np.tile(one.placed(one.roofs), 200)
    drivers = {"in.gpkg": "GPKG", "in.geojson": "GeoJSON", "in.fgb": "FlatGeobuf"}
    source = tmp_path / name
    write_features(source, polygons, crs="EPSG:4326", driver=drivers[name])
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(EngineError):
        measure_footprints(str(source), heights, tmp_path / "o.gpkg", FootprintOptions())
    assert not (tmp_path / "o.gpkg").exists()


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path

from engine.errors import OutputError
from engine.heights.buildings.footprints import FootprintOptions, measure_footprints

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
for limit in (5_000, 100_000, 300_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    try:
        measure_footprints(
            str(folder / "in.gpkg"), str(folder / "h.tif"), folder / "o.gpkg", FootprintOptions()
        )
        sys.exit(f"written within {limit} bytes")
    except OutputError as error:
        if len(str(error).splitlines()) != 1:
            sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a thing of POSIX")
def test_nothing_is_left_when_the_disk_takes_no_more(tmp_path):
    one = town()
    one.write(tmp_path / "h.tif")
    write_features(tmp_path / "in.gpkg", np.tile(one.placed(one.roofs), 400))
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"h.tif", "in.gpkg"}


def test_on_the_command_line(tmp_path):
    one = town()
    source = write_features(tmp_path / "in.gpkg", one.placed(one.roofs))
    heights = one.write(tmp_path / "h.tif", PLUMBLINE_ANGLE_RAD="")
    azimuth, off_nadir = view_of(one.pose, one.grid)
    arguments = ["footprints", source, heights, str(tmp_path / "o.gpkg"), "--progress", "json"]
    failed = CliRunner().invoke(main, arguments)
    assert failed.exit_code == 1
    assert "--azimuth-deg" in failed.output
    view = ["--azimuth-deg", str(azimuth), "--off-nadir-deg", str(off_nadir), "--to", "ground"]
    done = CliRunner().invoke(main, [*arguments, *view])
    assert done.exit_code == 0, done.output
    moved, _ = read_features(tmp_path / "o.gpkg")
    assert shapely.hausdorff_distance(moved, one.placed(one.ground)).max() < 1e-3
