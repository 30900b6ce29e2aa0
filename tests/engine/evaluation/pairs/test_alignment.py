"""Whatever format, system and raster two graphs come in, they meet in the same metres."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray

from engine.errors import EngineError, GraphError
from engine.evaluation.measures.buffer import compare
from engine.evaluation.measures.topo import topo
from engine.evaluation.pairs.alignment import AlignedPair, AlignOptions, align
from engine.evaluation.pairs.pairing import PairFiles, find_pairs
from engine.frames import XY, RowCol
from engine.raster.crs import WGS_84, parse_crs, reproject_points
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.roads.formats import GraphFile, write_graph
from engine.roads.geopackage import write_geopackage
from engine.roads.georeference import reproject, to_ground
from engine.roads.graph import RoadGraph
from engine.roads.mask import mask_from_graph
from engine.roads.segments import build_network

Pixels = RoadGraph[RowCol]
UTM = parse_crs("EPSG:32619").to_wkt()
HEIGHT, WIDTH = 300, 420
PLACES = {
    "north-up": (UTM, Affine(0.5, 0, 330_000, 0, -0.5, 4_690_000)),
    "rotated": (UTM, Affine.translation(330_000, 4_690_000) @ Affine.rotation(33) @ Affine.scale(0.5, -0.5)),
    "south-up": (UTM, Affine(0.5, 0, 330_000, 0, 0.5, 4_690_000)),
    "mercator": ("EPSG:3857", Affine(0.9, 0, -7_915_000, 0, -0.9, 5_215_000)),
    "degrees": (WGS_84, Affine(4e-6, 0, -71.08, 0, -4e-6, 42.36)),
}


def town(shift: float = 0.0) -> Pixels:
    """Streets without symmetry, with a ring and a dead end; ``shift`` moves a part of them."""
    crossings = [(40.5 + 55 * r + 7 * c, 30.5 + 80 * c - 5 * r) for r in range(4) for c in range(5)]
    along = [(5 * r + c, 5 * r + c + 1) for r in range(4) for c in range(4)]
    down = [(5 * r + c, 5 * r + c + 5) for r in range(3) for c in range(5)]
    vertices = np.array([*crossings, (255.25, 400.5)])
    vertices[7:12, 0] += shift
    return Pixels.build(vertices, [*along, *down, (19, 20)])


def write_raster(path: Path, planes: NDArray[np.uint8], **profile: Any) -> Path:
    bands, height, width = planes.shape
    driver = {".tif": "GTiff", ".png": "PNG"}[path.suffix]
    with rasterio.open(
        path, "w", driver=driver, count=bands, height=height, width=width, dtype="uint8", **profile
    ) as raster:
        raster.write(planes)
    return path


def place(name: str) -> Grid:
    crs, transform = PLACES[name]
    return Grid.measured(transform, HEIGHT, WIDTH, parse_crs(crs).to_wkt())


def write_image(path: Path, grid: Grid) -> Path:
    planes = np.full((3, grid.height, grid.width), 90, dtype=np.uint8)
    return write_raster(path, planes, crs=grid.crs, transform=grid.transform)


def write_pixels(path: Path, graph: Pixels) -> Path:
    write_graph(path, GraphFile(graph, "pixel"))
    return path


def write_ground(path: Path, graph: Pixels, grid: Grid, crs: str) -> Path:
    ground = reproject(to_ground(graph, grid, crs=grid.crs), grid.crs, crs)
    write_graph(path, GraphFile(ground, "ground", crs))
    return path


def write_lines(path: Path, *lines: list[tuple[float, float]], crs: str | None = WGS_84) -> Path:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
        for line in lines
    ]
    head = {"crs": None} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    path.write_text(json.dumps({"type": "FeatureCollection", **head, "features": features}))
    return path


def bring(predicted: Path, truth: Path, image: Path | None = None, **options: Any) -> AlignedPair:
    valid = options.pop("valid", None)
    return align(PairFiles("pair", predicted, truth, image, valid), AlignOptions(**options))


def lines(graph: Pixels) -> NDArray[np.float64]:
    """Edges as rows of numbers, in an order of their own."""
    ends = np.round(graph.vertices, 5)[graph.edges]
    turned = np.where((ends[:, 0] > ends[:, 1])[:, :1, None], ends[:, ::-1], ends).reshape(-1, 4)
    return turned[np.lexsort(turned.T)]


def farthest(one: Pixels, other: Pixels) -> float:
    """Largest distance of a vertex of either graph from the other graph's nearest."""
    trees = [shapely.STRtree(shapely.points(graph.vertices)) for graph in (one, other)]
    ways = [
        tree.query_nearest(shapely.points(graph.vertices), return_distance=True, all_matches=False)[1].max()
        for tree, graph in zip(trees, (other, one), strict=True)
    ]
    return float(max(ways))


def test_published_tiles_keep_every_bit(data_dir: Path, example_truth: Pixels) -> None:
    folder = data_dir / "metrics" / "sat2graph_example"
    pair = bring(folder / "prop.p", folder / "gt.p")
    assert np.array_equal(pair.truth.vertices, example_truth.vertices)
    assert np.array_equal(pair.truth.edges, example_truth.edges)
    assert (pair.area, pair.size_m, pair.notes, pair.grid.crs) == (None, None, (), None)


@pytest.mark.parametrize("name", PLACES)
def test_formats_and_systems_change_nothing(name: str, tmp_path: Path) -> None:
    grid = place(name)
    image = write_image(tmp_path / "image.tif", grid)
    truth, predicted = town(), town(shift=6.0)
    files = [
        (
            write_pixels(tmp_path / f"{stem}.p", graph),
            write_pixels(tmp_path / f"{stem}.json", graph),
            write_ground(tmp_path / f"{stem}_own.gpkg", graph, grid, grid.crs or ""),
            write_ground(tmp_path / f"{stem}_mercator.gpkg", graph, grid, "EPSG:3857"),
            write_ground(tmp_path / f"{stem}_degrees.geojson", graph, grid, WGS_84),
            write_ground(tmp_path / f"{stem}_utm.gpkg", graph, grid, UTM),
        )
        for stem, graph in (("truth", truth), ("predicted", predicted))
    ]
    ways = [(0, 0), (1, 2), (2, 1), (3, 4), (4, 5), (5, 3)]
    found = [bring(files[1][ours], files[0][theirs], image) for theirs, ours in ways]
    scores = [compare(pair.predicted, pair.truth, tolerance=2.0) for pair in found]
    walks = [topo(pair.truth, pair.predicted) for pair in found]
    for (one, other), (score, same) in zip(pairwise(found), pairwise(scores), strict=True):
        assert np.allclose(lines(one.truth), lines(other.truth), atol=1e-6, rtol=0)
        assert np.allclose(lines(one.predicted), lines(other.predicted), atol=1e-6, rtol=0)
        assert one.size_m == pytest.approx(other.size_m, abs=1e-6)
        assert score.completeness == pytest.approx(same.completeness, abs=1e-6)
        assert score.correctness == pytest.approx(same.correctness, abs=1e-6)
    assert max(walk.f1 for walk in walks) - min(walk.f1 for walk in walks) < 1e-6
    assert 0.5 < scores[0].correctness < 0.95


@pytest.mark.parametrize("name", PLACES)
def test_frames_without_an_image_do_not_depend_on_the_system_either(name: str, tmp_path: Path) -> None:
    grid = place(name)
    systems = {"a.gpkg": UTM, "b.gpkg": "EPSG:3857", "c.geojson": WGS_84, "d.gpkg": "EPSG:26986"}
    files = [write_ground(tmp_path / file, town(), grid, crs) for file, crs in systems.items()]
    found = [bring(one, other) for one, other in pairwise([*files, files[0]])]
    for one, other in pairwise(found):
        assert farthest(one.truth, other.truth) < 3e-3
    for pair in found:
        assert farthest(pair.truth, pair.predicted) < 3e-3
        assert compare(pair.predicted, pair.truth, tolerance=0.5).quality == pytest.approx(1.0)
        assert pair.truth.vertices.min(axis=0) == pytest.approx([0, 0], abs=1e-9)


def test_metres_are_true_far_from_the_equator(tmp_path: Path) -> None:
    west, east = reproject_points([(500_000, 7_200_000), (501_000, 7_200_000)], "EPSG:32633", "EPSG:3857")
    mercator = RoadGraph[XY].build([west, east], [(0, 1)])
    write_graph(tmp_path / "a.gpkg", GraphFile(mercator, "ground", "EPSG:3857"))
    assert mercator.edge_lengths[0] > 2_300
    pair = bring(tmp_path / "a.gpkg", tmp_path / "a.gpkg")
    assert pair.truth.edge_lengths[0] == pytest.approx(1_000.4, abs=0.01)  # UTM shows 0.9996 of it


def test_roads_astride_the_antimeridian_stay_in_one_piece(tmp_path: Path) -> None:
    step = 1e-3 / 1113.2  # 0.1 m
    truth = write_lines(tmp_path / "t.geojson", [(179.9999, 0.0), (180.0, 0.0), (180.0001, 0.0)])
    other = write_lines(tmp_path / "p.geojson", [(-180.0001, step), (-180.0, step), (-179.9999, step)])
    split = write_lines(
        tmp_path / "s.geojson", [(179.9999, step), (180.0, step)], [(-180.0, step), (-179.9999, step)]
    )
    for predicted in (other, split):
        pair = bring(predicted, truth)
        assert pair.truth.edge_lengths.sum() == pytest.approx(22.264, abs=0.01)
        assert compare(pair.predicted, pair.truth, tolerance=0.5).quality == pytest.approx(1.0)


def test_an_image_astride_the_antimeridian_takes_both_ways_of_counting(tmp_path: Path) -> None:
    crs = parse_crs(WGS_84).to_wkt()
    grid = Grid.measured(Affine(4e-6, 0, 179.9992, 0, -4e-6, 17.0), HEIGHT, WIDTH, crs)
    image = write_image(tmp_path / "i.tif", grid)
    pixels = write_pixels(tmp_path / "a.p", town())
    east = to_ground(town(), grid, crs=WGS_84).vertices
    west = np.where(east > [180.0, 90.0], east - [360.0, 0.0], east)
    assert west.min() < -179.9
    for number, ground in enumerate((east, west, east - [360.0, 0.0])):
        file = tmp_path / f"{number}.geojson"
        write_lines(file, *(ground[edge].tolist() for edge in town().edges))
        pair = bring(file, pixels, image)
        assert np.allclose(lines(pair.predicted), lines(pair.truth), atol=1e-6, rtol=0)
        assert pair.truth.edge_lengths.sum() == pytest.approx(pair.predicted.edge_lengths.sum())


@pytest.mark.parametrize("name", PLACES)
def test_the_grid_leads_back_to_the_ground(name: str, tmp_path: Path) -> None:
    grid = place(name)
    image = write_image(tmp_path / "image.tif", grid)
    pixels = write_pixels(tmp_path / "a.p", town())
    ground = to_ground(town(), grid, crs=WGS_84).vertices
    extent = Extent.around(ground[5:20], WGS_84)
    on_map = write_ground(tmp_path / "a.geojson", town(), grid, WGS_84)
    for pair in (
        bring(pixels, pixels, image),
        bring(pixels, on_map, image),
        bring(on_map, on_map),
        bring(pixels, pixels, image, extent=extent),
    ):
        back = reproject_points(pair.grid.to_ground(pair.truth.vertices), pair.grid.crs, WGS_84)
        near = shapely.STRtree(shapely.linestrings(ground[town().edges])).query_nearest(
            shapely.points(back), return_distance=True, all_matches=False
        )[1]
        assert near.max() < 2e-7
        assert pair.truth.vertices.min() > -1e-6


def test_pixels_are_scaled_to_metres(tmp_path: Path) -> None:
    file = write_pixels(tmp_path / "a.p", town())
    assert np.array_equal(bring(file, file, m_per_px=0.25).truth.vertices, town().vertices * 0.25)
    image = write_raster(tmp_path / "image.png", np.full((3, HEIGHT, WIDTH), 9, dtype=np.uint8))
    pair = bring(file, file, image, m_per_px=0.25)
    assert (pair.size_m, pair.grid.height, pair.grid.width) == ((75.0, 105.0), 75, 105)


def test_local_metres_meet_the_pixels_that_they_come_from(tmp_path: Path) -> None:
    ground = RoadGraph[XY].build(town().vertices[:, ::-1] * [0.3, -0.3], town().edges)
    write_graph(tmp_path / "a.gpkg", GraphFile(ground, "ground", None))
    file = write_pixels(tmp_path / "a.p", town())
    for predicted, truth in pairwise([file, tmp_path / "a.gpkg", tmp_path / "a.gpkg", file]):
        pair = bring(predicted, truth, m_per_px=0.3)
        assert np.allclose(lines(pair.truth), lines(pair.predicted), atol=1e-9)
        assert pair.truth.vertices.max(axis=0) == pytest.approx(town().vertices.max(axis=0) * 0.3)


def test_local_metres_of_a_map_are_counted_from_the_roads(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.geojson", [(5e5, 4.69e6), (5e5 + 30, 4.69e6 - 40)], crs=None)
    pair = bring(file, file)
    assert pair.truth.vertices.tolist() == [[0, 0], [40, 30]]
    assert pair.grid.to_ground([(0, 0)]).tolist() == [[5e5, 4.69e6]]


def test_masks_are_traced_and_bound_the_comparison(tmp_path: Path) -> None:
    mask = mask_from_graph(town(), HEIGHT, WIDTH, width_px=7)
    truth = write_raster(tmp_path / "a_mask.png", mask[None].astype(np.uint8) * 255)
    road = town()
    beyond = Pixels.build([*road.vertices, (41.0, 700.0)], [*road.edges, (4, len(road.vertices))])
    pair = bring(write_pixels(tmp_path / "a.p", beyond), truth)
    assert pair.size_m == (HEIGHT, WIDTH)
    assert pair.predicted.vertices[:, 1].max() == pytest.approx(WIDTH)
    score = compare(pair.predicted, pair.truth, tolerance=2.0)
    assert score.completeness > 0.99
    assert score.correctness > 0.95


def test_a_georeferenced_mask_is_compared_on_the_ground(tmp_path: Path) -> None:
    grid = place("rotated")
    mask = mask_from_graph(town(), HEIGHT, WIDTH, width_px=7)[None].astype(np.uint8)
    truth = write_raster(tmp_path / "a_mask.tif", mask, crs=grid.crs, transform=grid.transform)
    predicted = write_ground(tmp_path / "a.geojson", town(), grid, WGS_84)
    pair = bring(predicted, truth)
    assert compare(pair.predicted, pair.truth, tolerance=1.0).quality > 0.98
    assert pair.size_m == pytest.approx((HEIGHT * grid.m_per_px, WIDTH * grid.m_per_px))


def test_the_extent_bounds_the_comparison_in_any_system(tmp_path: Path) -> None:
    grid = place("north-up")
    image = write_image(tmp_path / "image.tif", grid)
    pixels = write_pixels(tmp_path / "a.p", town())
    own = Extent(330_020, 4_689_900, 330_120, 4_689_960)
    ring = reproject_points([(330_020, 4_689_960), (330_120, 4_689_900)], UTM, WGS_84)
    degrees = Extent.around(ring, WGS_84)
    pair = bring(pixels, pixels, image, extent=own)
    assert pair.size_m == pytest.approx((60, 100), rel=1e-3)
    assert pair.grid.to_ground([(0, 0)])[0] == pytest.approx([330_020, 4_689_960])
    same = bring(pixels, write_ground(tmp_path / "a.gpkg", town(), grid, UTM), image, extent=degrees)
    assert same.truth.edge_lengths.sum() == pytest.approx(pair.truth.edge_lengths.sum(), rel=0.05)
    local = bring(pixels, pixels, extent=Extent(40, -200, 240, -80))
    assert local.size_m == (120, 200)
    assert local.truth.edge_lengths.sum() * grid.m_per_px == pytest.approx(pair.truth.edge_lengths.sum())


def test_only_valid_pixels_are_compared(tmp_path: Path) -> None:
    inside = np.zeros((1, HEIGHT, WIDTH), dtype=np.uint8)
    inside[:, :, :200] = 1
    valid = write_raster(tmp_path / "valid.png", inside)
    rgb = np.full((3, HEIGHT, WIDTH), 90, dtype=np.uint8)
    rgb[:, :100] = 255
    image = write_raster(tmp_path / "image.png", rgb)
    pixels = write_pixels(tmp_path / "a.p", town())
    pair = bring(pixels, pixels, image, valid=valid, blank_white=True)
    assert pair.size_m == (HEIGHT, WIDTH)
    assert pair.area is not None
    assert pair.area.geometry.bounds == (104, 0, HEIGHT, 200)
    assert pair.truth.vertices.min(axis=0)[0] == 104
    assert pair.truth.vertices.max(axis=0)[1] == 200


def test_a_valid_mask_with_a_place_of_its_own_is_moved(tmp_path: Path) -> None:
    grid = place("rotated")
    image = write_image(tmp_path / "image.tif", grid)
    degrees = Grid.measured(
        Affine(2e-6, 0, grid_west(grid), 0, -2e-6, grid_north(grid)), 400, 700, parse_crs(WGS_84).to_wkt()
    )
    planes = np.ones((1, 400, 700), dtype=np.uint8)
    valid = write_raster(tmp_path / "v.tif", planes, crs=degrees.crs, transform=degrees.transform)
    pixels = write_pixels(tmp_path / "a.p", town())
    pair = bring(pixels, pixels, image, valid=valid)
    assert pair.area is not None
    corners = grid.to_pixels(
        reproject_points(degrees.to_ground([(0, 0), (400, 0), (400, 700), (0, 700)]), WGS_84, UTM)
    )
    expected = shapely.Polygon(corners).intersection(shapely.box(0, 0, HEIGHT, WIDTH)).area * grid.m_per_px**2
    assert pair.area.geometry.area == pytest.approx(expected, rel=1e-4)


def grid_west(grid: Grid) -> float:
    """A longitude inside the grid."""
    return float(reproject_points([grid.centre], grid.crs, WGS_84)[0, 0]) - 3e-4


def grid_north(grid: Grid) -> float:
    """A latitude inside the grid."""
    return float(reproject_points([grid.centre], grid.crs, WGS_84)[0, 1]) + 4e-4


def test_a_footprint_bounds_the_comparison_where_nothing_else_does(tmp_path: Path) -> None:
    grid = place("north-up")
    ground = to_ground(town(), grid, crs=grid.crs)
    ring = grid.to_ground([(0, 0), (150, 0), (150, 210), (0, 210)]).tolist()
    predicted = tmp_path / "a.gpkg"
    network = build_network(ground, crs=grid.crs)
    write_geopackage(predicted, network, crs_wkt=grid.crs, provenance={"footprint": ring})
    truth = write_ground(tmp_path / "t.geojson", town(), grid, WGS_84)
    pair = bring(predicted, truth)
    assert pair.area is not None
    assert pair.area.geometry.area == pytest.approx(150 * 210 * grid.m_per_px**2, rel=1e-4)
    whole = bring(predicted, truth, write_image(tmp_path / "i.tif", grid))
    assert whole.size_m == pytest.approx((HEIGHT * grid.m_per_px, WIDTH * grid.m_per_px))
    for unusable in (None, "none", [1, 2], [[1, 2]], [["a", "b"]] * 4):
        write_geopackage(predicted, network, crs_wkt=grid.crs, provenance={"footprint": unusable})
        assert bring(predicted, truth).area is None


def test_what_a_footprint_leaves_out_of_the_truth_is_said(tmp_path: Path) -> None:
    grid = place("north-up")
    network = build_network(to_ground(town(), grid, crs=grid.crs), crs=grid.crs)
    truth, predicted = write_ground(tmp_path / "t.geojson", town(), grid, WGS_84), tmp_path / "a.gpkg"
    for height, told in ((150.0, True), (float(HEIGHT), False)):
        ring = grid.to_ground([(0, 0), (height, 0), (height, WIDTH), (0, WIDTH)]).tolist()
        write_geopackage(predicted, network, crs_wkt=grid.crs, provenance={"footprint": ring})
        assert any("of the truth lies outside" in note for note in bring(predicted, truth).notes) == told


def test_an_empty_prediction_keeps_its_footprint(tmp_path: Path) -> None:
    grid = place("north-up")
    ring = grid.to_ground([(0, 0), (150, 0), (150, 210), (0, 210)]).tolist()
    predicted, empty = tmp_path / "a.gpkg", build_network(RoadGraph[XY].empty(), crs=grid.crs)
    write_geopackage(predicted, empty, crs_wkt=grid.crs, provenance={"footprint": ring})
    pair = bring(predicted, write_ground(tmp_path / "t.geojson", town(), grid, WGS_84))
    assert pair.area is not None
    assert pair.area.geometry.area == pytest.approx(150 * 210 * grid.m_per_px**2, rel=1e-4)
    assert "The prediction is empty." in pair.notes
    in_pixels = bring(predicted, write_pixels(tmp_path / "t.p", town()))
    assert (in_pixels.area, in_pixels.notes) == (None, ("The prediction is empty.",))


def empty_files(folder: Path) -> list[Path]:
    """Files of every format that hold no road, but are whole."""
    ground: RoadGraph[XY] = RoadGraph.empty()
    write_graph(folder / "utm.gpkg", GraphFile(ground, "ground", UTM))
    write_graph(folder / "local.gpkg", GraphFile(ground, "ground", None))
    (folder / "list.json").write_text("[[], []]")
    return [
        folder / "utm.gpkg",
        folder / "local.gpkg",
        folder / "list.json",
        write_pixels(folder / "dict.p", Pixels.empty()),
        write_lines(folder / "none.geojson"),
        write_raster(folder / "black.png", np.zeros((1, HEIGHT, WIDTH), dtype=np.uint8)),
    ]


def test_an_empty_graph_is_no_error_in_any_format(tmp_path: Path) -> None:
    grid = place("north-up")
    full = [
        write_pixels(tmp_path / "full.p", town()),
        write_ground(tmp_path / "full.geojson", town(), grid, WGS_84),
    ]
    for empty in empty_files(tmp_path):
        for other in full:
            pair = bring(empty, other)
            assert (len(pair.predicted.edges), pair.notes) == (0, ("The prediction is empty.",))
            assert len(pair.truth.edges) == len(town().edges)
            assert bring(other, empty).notes == ("The truth is empty.",)
    assert bring(empty, empty).notes == ("The truth is empty.", "The prediction is empty.")


def test_a_truth_without_road_in_the_area_is_said(tmp_path: Path) -> None:
    truth = write_pixels(tmp_path / "a.p", town())
    away = bring(truth, truth, extent=Extent(0, -10, 10, 0))
    assert away.notes == tuple(
        f"The {each} has no road in the compared area." for each in ("truth", "prediction")
    )
    grid = place("north-up")
    image = write_image(tmp_path / "i.tif", grid)
    outside = bring(truth, truth, image, extent=Extent(0, 0, 10, 10))
    assert outside.notes[0] == "Nothing is left of the compared area."
    assert len(outside.truth.edges) == 0


def test_graphs_in_different_places_are_refused(tmp_path: Path) -> None:
    here = write_lines(tmp_path / "h.geojson", [(8.0, 47.0), (8.01, 47.01)])
    for name, line in {
        "next": [(8.1, 47.0), (8.11, 47.0)],
        "swapped": [(47.0, 8.0), (47.01, 8.01)],
        "antipodes": [(-172.0, -47.0), (-172.01, -47.0)],
    }.items():
        with pytest.raises(
            GraphError, match=r"elsewhere than the truth: around longitude .*latitude 47\.005"
        ):
            bring(write_lines(tmp_path / f"{name}.geojson", line), here)
    near = write_pixels(tmp_path / "a.p", town())
    far = write_pixels(tmp_path / "b.p", Pixels.build(town().vertices + 3000, town().edges))
    with pytest.raises(
        GraphError, match=r"elsewhere .* row 31\d\d m, column 32\d\d m, the truth around row 1"
    ):
        bring(far, near)


def test_roads_apart_in_one_tile_are_compared(tmp_path: Path) -> None:
    image = write_raster(tmp_path / "i.png", np.full((3, HEIGHT, WIDTH), 90, dtype=np.uint8))
    left = write_pixels(tmp_path / "l.p", Pixels.build([(10.5, 10.5), (10.5, 30.5)], [(0, 1)]))
    right = write_pixels(tmp_path / "r.p", Pixels.build([(250.5, 400.5), (260.5, 400.5)], [(0, 1)]))
    outside = write_pixels(tmp_path / "o.p", Pixels.build([(250.5, 900.5), (260.5, 900.5)], [(0, 1)]))
    pair = bring(left, right, image)
    assert (len(pair.truth.edges), len(pair.predicted.edges), pair.notes) == (1, 1, ())
    with pytest.raises(GraphError, match="elsewhere"):
        bring(outside, right, image)


def write_crs(path: Path, crs_wkt: str) -> Path:
    schema = {"geometry": "LineString", "properties": {}}
    line = {"type": "LineString", "coordinates": [(8.0, 47.0), (8.01, 47.01)]}
    with fiona.open(path, "w", driver="GPKG", layer="roads", crs_wkt=crs_wkt, schema=schema) as layer:
        layer.write({"type": "Feature", "geometry": line, "properties": {}})
    return path


MOON = (
    'GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Reference",0],'
    'UNIT["degree",0.0174532925199433]]'
)
SITE = 'ENGCRS["Site",EDATUM["Site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        ("EPSG:5703", "places nothing on a map"),  # heights
        ("EPSG:4978", "places nothing on a map"),  # from the Earth's centre
        (SITE.replace('"metre",1', '"foot",0.3048'), "in units of 'foot'"),
    ],
)
def test_what_is_no_plane_in_metres_is_not_taken_for_one(system: str, reason: str, tmp_path: Path) -> None:
    file = write_crs(tmp_path / "odd.gpkg", parse_crs(system).to_wkt())
    with pytest.raises(GraphError, match=f"odd.gpkg.*{reason}"):
        bring(file, file)


def test_systems_without_a_known_relation_are_refused(tmp_path: Path) -> None:
    here = write_lines(tmp_path / "h.geojson", [(8.0, 47.0), (8.01, 47.01)])
    unknown = write_lines(tmp_path / "u.geojson", [(8.0, 47.0), (8.01, 47.01)], crs="EPSG:99999")
    local = write_lines(tmp_path / "l.geojson", [(8.0, 47.0), (8.01, 47.01)], crs=None)
    for predicted, reason in {
        write_crs(tmp_path / "moon.gpkg", MOON): "moon.gpkg: .* have no known relation",
        write_crs(tmp_path / "site.gpkg", SITE): "site.gpkg is in local metres, .*h.geojson in EPSG:4326",
        local: "l.geojson is in local metres, .*h.geojson in EPSG:4326",
        unknown: "u.geojson .*'EPSG:99999' is not a coordinate reference system",
        write_pixels(
            tmp_path / "a.p", town()
        ): r"a\.p is in pixels .* name the georeferenced image .*--image",
    }.items():
        with pytest.raises(EngineError, match=reason):
            bring(predicted, here)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([(8.0, 47.0), (float("nan"), 47.0)], "not a finite number"),
        ([(8.0, 47.0)], "empty line"),
        ([], "empty line"),
        ([(1e300, 47.0), (8.0, 47.0)], r"coordinates up to 1e\+300"),
        ([(5e5, 5.2e6), (5e5, 5.3e6)], "latitudes beyond 90"),
    ],
)
def test_invalid_geometries_are_named(line: list[tuple[float, float]], reason: str, tmp_path: Path) -> None:
    here = write_lines(tmp_path / "h.geojson", [(8.0, 47.0), (8.01, 47.01)])
    broken = write_lines(tmp_path / "broken.geojson", line)
    for predicted, truth in ((broken, here), (here, broken)):
        with pytest.raises(GraphError, match=f"broken.geojson.*{reason}"):
            bring(predicted, truth)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    here = write_pixels(tmp_path / "h.p", town())
    for name in ("a.gpkg", "a.p", "a.json", "a.geojson", "a.png", "a.unknown"):
        (tmp_path / name).write_bytes(b"hello world")
        with pytest.raises(EngineError, match=name):
            bring(tmp_path / name, here)
        with pytest.raises(EngineError, match=r"a\.png|no_such"):
            bring(here, here, tmp_path / ("a.png" if name == "a.png" else "no_such.tif"))


def test_rasters_without_a_place_must_have_one_size(tmp_path: Path) -> None:
    image = write_raster(tmp_path / "i.png", np.full((3, HEIGHT, WIDTH), 90, dtype=np.uint8))
    valid = write_raster(tmp_path / "v.png", np.ones((1, HEIGHT, 99), dtype=np.uint8))
    file = write_pixels(tmp_path / "a.p", town())
    with pytest.raises(
        GraphError, match=r"v\.png has 300 × 99 px and no georeference, but .*i\.png has 300 × 420"
    ):
        bring(file, file, image, valid=valid)


@pytest.mark.parametrize("m_per_px", [0.0, -1.0, 1e-9, 1000.0, float("nan"), float("inf")])
def test_a_pixel_has_a_size(m_per_px: float) -> None:
    with pytest.raises(GraphError, match="m per pixel is impossible"):
        AlignOptions(m_per_px=m_per_px)


def test_roads_longer_than_any_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    straight = write_pixels(tmp_path / "one.p", Pixels.build([(0.0, 0.0), (2e5, 0.0)], [(0, 1)]))
    with pytest.raises(GraphError, match=r"one\.p has a straight piece of road of 200 km"):
        bring(straight, straight)
    rows = np.arange(240.0).repeat(2) * 10.0
    columns = np.tile([0.0, 9e4], 240)
    many = Pixels.build(np.column_stack([rows, columns]), np.arange(480).reshape(-1, 2))
    together = write_pixels(tmp_path / "all.p", many)
    with pytest.raises(GraphError, match=r"all\.p has 21600 km of road, and up to 10000 km"):
        bring(together, together)
    assert len(bring(together, together, extent=Extent(0, -2400, 1000, 0)).truth.edges) == 240


def test_an_extent_in_a_system_needs_a_place(tmp_path: Path) -> None:
    file = write_pixels(tmp_path / "a.p", town())
    with pytest.raises(GraphError, match="extent is in a reference system"):
        bring(file, file, extent=Extent(8, 47, 9, 48, WGS_84))
    image = write_image(tmp_path / "i.tif", place("north-up"))
    with pytest.raises(GraphError, match="positions have no place where the graphs are compared"):
        bring(file, file, image, extent=Extent(10, 95, 12, 97, WGS_84))


def test_white_paper_of_a_real_tile_is_not_compared(data_dir: Path, tmp_path: Path) -> None:
    folder = data_dir / "roads" / "massachusetts" / "val"
    files = next(pair for pair in find_pairs(folder, folder) if pair.name == "18028870_15")
    across = write_pixels(tmp_path / "a.p", Pixels.build([(0.5, 0.5), (1499.5, 1499.5)], [(0, 1)]))
    pair = align(replace(files, predicted=across), AlignOptions(blank_white=True))
    assert pair.size_m == (1500, 1500)
    assert pair.area is not None
    assert 0.2 < pair.area.geometry.area / 1500**2 < 0.8
    assert 0.1 < pair.predicted.edge_lengths.sum() / np.hypot(1499, 1499) < 0.9
    assert len(pair.truth.edges) > 100
