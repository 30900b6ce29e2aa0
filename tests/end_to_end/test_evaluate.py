"""``plumbline evaluate roads`` as users call it."""

import json
from pathlib import Path

import fiona
import numpy as np
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner

from engine.cli import main
from engine.frames import RowCol
from engine.raster.grid import Grid
from engine.roads.convert import write_mask
from engine.roads.formats import GraphFile, write_graph
from engine.roads.georeference import reproject, to_ground
from engine.roads.graph import RoadGraph
from engine.roads.mask import mask_from_graph
from engine.roads.research_formats import read_pickle_graph

UTM = "EPSG:32619"


def evaluate(*arguments):
    return CliRunner().invoke(main, ["evaluate", "roads", *map(str, arguments)])


def figures(*arguments):
    """Run the command; return its figures of all tiles together."""
    result = evaluate(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["overall"]


def refused(*arguments):
    """Run the command; check that it fails as promised and return its one line."""
    result = evaluate(*arguments)
    assert result.exit_code == 1, result.output
    message = result.stderr.splitlines()
    assert len(message) == 1, result.stderr
    assert message[0].startswith("Error: ")
    return message[0]


def streets(spacing=110.0, count=6, *, shift=0.0, corner=(40.0, 50.0)):
    """A street grid in metres of row and column, at no round place."""
    numbers = np.arange(count**2).reshape(count, count)
    rows, columns = np.mgrid[0:count, 0:count] * spacing + 0.37 + shift
    across = np.stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()], axis=1)
    down = np.stack([numbers[:-1].ravel(), numbers[1:].ravel()], axis=1)
    vertices = np.stack([rows.ravel() + corner[0], columns.ravel() + corner[1]], axis=1)
    return RoadGraph[RowCol].build(vertices, np.concatenate([across, down]))


def without(graph, *edges):
    keep = np.ones(len(graph.edges), dtype=bool)
    keep[list(edges)] = False
    return graph.with_edges(keep).without_lone_vertices()


def write_pixels(path, graph):
    write_graph(path, GraphFile(graph, "pixel"))
    return path


@pytest.fixture(scope="session")
def grid():
    return Grid.measured(
        Affine(1, 0, 330_000, 0, -1, 4_690_000), 700, 700, rasterio.CRS.from_string(UTM).to_wkt()
    )


@pytest.fixture(scope="session")
def image(tmp_path_factory, grid):
    """A raster that says where the pixels lie."""
    path = tmp_path_factory.mktemp("image") / "image.tif"
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": 700, "width": 700}
    with rasterio.open(path, "w", crs=grid.crs, transform=grid.transform, **profile) as raster:
        raster.write(np.full((3, 700, 700), 90, dtype=np.uint8))
    return path


@pytest.fixture
def pair(tmp_path):
    """A truth, and a prediction that lacks three streets."""
    truth = streets()
    return (
        write_pixels(tmp_path / "predicted.p", without(truth, 3, 17, 40)),
        write_pixels(tmp_path / "truth.p", truth),
    )


def test_the_published_pair(data_dir):
    folder = data_dir / "metrics" / "sat2graph_example"
    found = figures(folder / "prop.p", folder / "gt.p")
    assert found["topo_precision"] == pytest.approx(0.8734, abs=0.0015)
    assert found["topo_recall"] == pytest.approx(0.8581, abs=0.0015)
    assert found["apls"] == pytest.approx(0.8150, abs=0.0015)
    assert found["truth_km"] == pytest.approx(78.51, abs=0.01)
    assert found["predicted_km"] == pytest.approx(85.43, abs=0.01)


def test_the_published_pair_of_spacenet(data_dir):
    folder = data_dir / "metrics" / "apls_test0"
    found = figures(folder / "prop.geojson", folder / "gt.geojson")
    assert found["apls_spacenet"] == pytest.approx(0.63092, abs=0.0015)


def test_a_graph_is_like_itself(pair):
    found = figures(pair[1], pair[1])
    for name in ("topo_f1", "proposal_precision", "apls", "apls_spacenet", "quality", "junction_f1"):
        assert found[name] == pytest.approx(1.0, abs=1e-9), name
    assert found["routes_within_5_percent"] == 1.0


def test_the_table_names_the_measures(pair):
    result = evaluate(*pair)
    assert result.exit_code == 0
    for label in ("TOPO", "APLS", "Junctions", "Completeness"):
        assert label in result.stdout


def test_format_and_reference_system_change_nothing(tmp_path, pair, image, grid):
    as_pixels = figures(*pair, "--image", image)
    written = {}
    for path in pair:
        ground = to_ground(read_pickle_graph(path), grid, crs=grid.crs)
        for code, ending in ((UTM, "gpkg"), ("EPSG:4326", "geojson"), ("EPSG:3857", "gpkg")):
            name = tmp_path / f"{path.stem}_{code[5:]}.{ending}"
            write_graph(name, GraphFile(reproject(ground, grid.crs, code), "ground", code))
            written[path.stem, code] = name
    pairs = [
        (written["predicted", UTM], written["truth", UTM]),
        (written["predicted", "EPSG:4326"], written["truth", "EPSG:3857"]),
        (written["predicted", "EPSG:3857"], written["truth", UTM]),
        (pair[0], written["truth", "EPSG:4326"]),
    ]
    for predicted, truth in pairs:
        found = figures(predicted, truth, "--image", image)
        for name, value in as_pixels.items():
            assert found[name] == pytest.approx(value, abs=1e-6), (name, predicted.name, truth.name)


def test_masks_are_traced(tmp_path, pair):
    mask = tmp_path / "truth_mask.png"
    write_mask(mask, mask_from_graph(streets(), 700, 700, width_px=7.0), None)
    assert figures(pair[1], mask)["topo_f1"] > 0.97


def test_only_the_area_counts(tmp_path, pair, image):
    """A false road outside the mask costs nothing, inside it does."""
    truth = streets()
    stray = RoadGraph[RowCol].build([(650.0, 20.0), (650.0, 680.0)], [(0, 1)])
    both = RoadGraph[RowCol].build(
        np.concatenate([truth.vertices, stray.vertices]),
        np.concatenate([truth.edges, stray.edges + len(truth.vertices)]),
    )
    predicted = write_pixels(tmp_path / "stray.p", both)
    mask = np.ones((700, 700), dtype=bool)
    assert figures(predicted, pair[1])["correctness"] < 0.95
    mask[630:] = False
    write_mask(tmp_path / "valid.png", mask, None)
    assert figures(predicted, pair[1], "--valid", tmp_path / "valid.png")["correctness"] == pytest.approx(1.0)
    north = "330000,4689370,330700,4690000," + UTM
    assert figures(predicted, pair[1], "--image", image, "--extent", north)["correctness"] == pytest.approx(
        1.0
    )


def test_an_empty_prediction_scores_nothing(tmp_path, pair):
    empty = write_pixels(tmp_path / "empty.p", RoadGraph[RowCol].empty())
    found = figures(empty, pair[1])
    for name in ("topo_f1", "topo_precision", "topo_recall", "proposal_precision", "apls", "apls_spacenet"):
        assert found[name] == 0.0, name
    for name in ("completeness", "correctness", "quality", "junction_f1", "routes_within_5_percent"):
        assert found[name] == 0.0, name


def test_an_empty_truth_is_said_to_be_empty(tmp_path, pair):
    empty = write_pixels(tmp_path / "empty.p", RoadGraph[RowCol].empty())
    assert "no road" in refused(pair[0], empty)


def test_no_overlap(tmp_path, pair):
    far = write_pixels(tmp_path / "far.p", streets(corner=(5000.0, 9000.0)))
    assert "lies elsewhere" in refused(far, pair[1])


def test_a_graph_of_pixels_has_no_place_by_itself(tmp_path, pair, grid):
    ground = to_ground(streets(), grid, crs=grid.crs)
    write_graph(tmp_path / "ground.gpkg", GraphFile(ground, "ground", grid.crs))
    assert "--image" in refused(pair[0], tmp_path / "ground.gpkg")


def test_invalid_geometries(tmp_path, pair):
    path = tmp_path / "broken.geojson"
    line = {"type": "LineString", "coordinates": [[1.0, 2.0]]}
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert "Fix geometries" in refused(path, pair[1])


def test_polygons_are_no_roads(tmp_path, pair):
    path = tmp_path / "houses.gpkg"
    schema = {"geometry": "Polygon", "properties": {}}
    with fiona.open(path, "w", driver="GPKG", schema=schema, crs=UTM) as layer:
        ring = [(0, 0), (1, 0), (1, 1), (0, 0)]
        layer.write(
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}
        )
    assert "houses.gpkg" in refused(path, pair[1])


def test_an_unknown_reference_system(tmp_path, pair):
    path = tmp_path / "moon.gpkg"
    moon = (
        'GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Reference_Meridian",0],'
        'UNIT["degree",0.0174532925199433]]'
    )
    schema = {"geometry": "LineString", "properties": {}}
    with fiona.open(path, "w", driver="GPKG", schema=schema, crs_wkt=moon) as layer:
        line = {"type": "LineString", "coordinates": [(1, 1), (1.1, 1)]}
        layer.write({"type": "Feature", "geometry": line, "properties": {}})
    earth = tmp_path / "earth.gpkg"
    ground = to_ground(streets(), Grid(Affine(1, 0, 330_000, 0, -1, 4_690_000), 700, 700, UTM, 1.0), crs=UTM)
    write_graph(earth, GraphFile(ground, "ground", UTM))
    assert "reference system" in refused(path, earth)


def test_a_missing_file(tmp_path, pair):
    assert "absent.p" in refused(tmp_path / "absent.p", pair[1])


def test_unknown_parameters_are_refused(pair):
    result = evaluate(*pair, "--set", "protocol.topo.radius", 5)
    assert result.exit_code == 2
    assert "protocol.topo.radius_m" in result.stderr


def test_parameters_change_the_figures(pair):
    near = figures(*pair, "--set", "protocol.apls.shortest_route_m", 500)
    assert near["apls"] != figures(*pair)["apls"]


def test_outputs_never_replace_inputs(pair):
    before = pair[1].read_bytes()
    assert "should end in .gpkg" in refused(*pair, "--layers", pair[1])
    assert pair[1].read_bytes() == before


def test_parts_of_a_virtual_image_are_not_replaced(tmp_path, pair):
    part = tmp_path / "part.png"
    with rasterio.open(part, "w", driver="PNG", count=3, dtype="uint8", height=700, width=700) as raster:
        raster.write(np.full((3, 700, 700), 90, dtype=np.uint8))
    before = part.read_bytes()
    virtual = tmp_path / "image.vrt"
    band = (
        '<VRTRasterBand dataType="Byte" band="{0}"><SimpleSource><SourceFilename relativeToVRT="1">part.png'
    )
    band += "</SourceFilename><SourceBand>{0}</SourceBand></SimpleSource></VRTRasterBand>"
    bands = "".join(band.format(number) for number in (1, 2, 3))
    virtual.write_text(f'<VRTDataset rasterXSize="700" rasterYSize="700">{bands}</VRTDataset>')
    assert "is an input" in refused(*pair, "--image", virtual, "--picture", part)
    assert part.read_bytes() == before


def test_names_do_not_command_the_terminal(tmp_path, pair):
    for side, file in zip(("p", "t"), pair, strict=True):
        (tmp_path / side).mkdir()
        for name in ("a\x1b[2J\nb.p", "c.p"):
            (tmp_path / side / name).write_bytes(Path(file).read_bytes())
    result = evaluate(tmp_path / "p", tmp_path / "t", "--jobs", 1)
    assert result.exit_code == 0, result.stderr
    assert "a?[2J?b" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_truth_is_not_replaced_by_the_map(tmp_path, pair, image, grid):
    truth = tmp_path / "truth.gpkg"
    write_graph(truth, GraphFile(to_ground(streets(), grid, crs=grid.crs), "ground", grid.crs))
    before = truth.read_bytes()
    refused(pair[0], truth, "--image", image, "--layers", truth)
    assert truth.read_bytes() == before


@pytest.fixture
def folders(tmp_path, image):
    """Predictions, truths and images of three places; one truth is empty."""
    predicted, truth, images = (tmp_path / name for name in ("predicted", "truth", "images"))
    for folder in (predicted, truth, images):
        folder.mkdir()
    for number in range(3):
        graph = streets(spacing=100.0 + 7 * number)
        write_pixels(predicted / f"place_{number}.p", without(graph, *range(2 + 3 * number)))
        write_pixels(truth / f"place_{number}_graph_gt.p", graph if number < 2 else RoadGraph[RowCol].empty())
        (images / f"place_{number}.tif").write_bytes(image.read_bytes())
    return predicted, truth, images


def test_folders_are_paired_by_name(folders):
    result = evaluate(*folders[:2], "--json", "--jobs", 2)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert [tile["name"] for tile in found["tiles"]] == ["place_0", "place_1", "place_2"]
    assert found["overall"]["tiles_scored"] == 2
    assert found["tiles"][2]["figures"]["topo_f1"] is None
    assert found["tiles"][0]["figures"]["topo_f1"] > found["tiles"][1]["figures"]["topo_f1"]


def test_pairs_at_a_time_change_nothing(folders):
    one, two = (evaluate(*folders[:2], "--json", "--jobs", jobs).stdout for jobs in (1, 2))
    assert json.loads(one)["tiles"] == json.loads(two)["tiles"]


def test_a_folder_gives_map_and_report(folders, tmp_path):
    layers, report = tmp_path / "map.gpkg", tmp_path / "report.html"
    result = evaluate(*folders[:2], "--image", folders[2], "--layers", layers, "--report", report)
    assert result.exit_code == 0, result.stderr
    assert "place_1" in result.stdout
    assert {"matched", "missing", "false", "tiles"} <= set(fiona.listlayers(layers))
    with fiona.open(layers, layer="missing") as missing:
        lengths = [
            feature.properties["length_m"] for feature in missing if feature.properties["tile"] == "place_0"
        ]
        assert sum(lengths) == pytest.approx(2 * (100.0 - 2 * 5.0), abs=25.0)
    assert "place_1" in report.read_text(encoding="utf-8")


def test_a_picture_of_one_pair(pair, image, tmp_path):
    assert evaluate(*pair, "--image", image, "--picture", tmp_path / "p.png").exit_code == 0
    with rasterio.open(tmp_path / "p.png") as picture:
        assert picture.count >= 3


def test_pictures_are_for_single_pairs(folders, tmp_path):
    assert "--report" in refused(*folders[:2], "--picture", tmp_path / "p.png")


def test_a_tile_without_prediction_is_not_passed_over(folders):
    (folders[0] / "place_1.p").unlink()
    message = refused(*folders[:2])
    assert "place_1" in message
    assert "--paired-only" in message
    found = json.loads(evaluate(*folders[:2], "--paired-only", "--json").stdout)
    assert found["overall"]["tiles"] == 2
    assert found["provenance"]["paired_only"] is True


def test_a_broken_file_of_a_folder_is_named(folders):
    (folders[0] / "place_1.p").write_bytes(b"no pickle")
    assert "place_1" in refused(*folders[:2])


def test_events_for_programs(pair):
    result = evaluate(*pair, "--progress", "json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert "overall" in next(event for event in events if event["event"] == "found")


def test_nothing_is_left_behind_when_the_map_cannot_be_written(pair, tmp_path):
    assert "absent" in refused(*pair, "--layers", tmp_path / "absent" / "map.gpkg")
    assert not Path(tmp_path / "absent").exists()
