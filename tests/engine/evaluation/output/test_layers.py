"""The map of a comparison: what other programs read from it, and where its tiles lie."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import fiona
import numpy as np
import pytest
from shapely.geometry import shape

from engine.errors import OutputError
from engine.evaluation.measures.differences import Differences
from engine.evaluation.output.layers import check_differences_replaceable, write_differences
from engine.evaluation.output.legend import COLOURS, DASH_TO_GAP, KINDS
from engine.evaluation.results import TileResult
from engine.raster.crs import local_metric_crs
from engine.raster.grid import Grid
from engine.roads.formats import GraphFile, write_graph
from engine.roads.geopackage import read_provenance
from engine.roads.graph import RoadGraph
from engine.roads.lines import read_lines
from tests.engine.evaluation.result_samples import place, tile

MOMENT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
LENGTHS_M = {"matched": [30.0], "missing": [50.0], "false": [10.0, 10.0]}


def read(path: Path, name: str) -> tuple[list[Any], Any]:
    with fiona.open(path, layer=name) as layer:
        return list(layer), layer.crs


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "differences.gpkg"


def test_layers_hold_the_pieces_on_the_ground(out: Path) -> None:
    grid = place(500_000, 5_300_000, "EPSG:32633")
    write_differences(out, [tile("one", grid=grid)], figures=[{"topo_f1": 0.5, "own": None}], provenance={})
    assert set(fiona.listlayers(out)) == {"tiles", *KINDS, "layer_styles"}
    for kind in KINDS:
        features, crs = read(out, kind)
        assert crs.to_epsg() == 32633
        assert [feature.properties["length_m"] for feature in features] == LENGTHS_M[kind]
        assert {feature.properties["tile"] for feature in features} == {"one"}
    matched = read(out, "matched")[0][0]
    assert matched.geometry.coordinates == [(500_010, 5_299_980), (500_030, 5_299_980), (500_030, 5_299_970)]
    (square,), _ = read(out, "tiles")
    assert shape(square.geometry).bounds == (500_000, 5_299_920, 500_100, 5_300_000)
    assert dict(square.properties) == {"tile": "one", "note": None, "topo_f1": 0.5, "apls": None, "own": None}


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326", "EPSG:3857", None])
def test_lengths_are_those_on_the_ground_whatever_the_system(out: Path, crs: str | None) -> None:
    """In Web Mercator a metre at 60° north is drawn twice as long."""
    grid = place(500_000, 6_650_000, "EPSG:32633")
    write_differences(out, [tile(grid=grid)], crs=crs, provenance={})
    for kind in KINDS:
        assert [feature.properties["length_m"] for feature in read(out, kind)[0]] == LENGTHS_M[kind]
    drawn = sum(shape(feature.geometry).length for feature in read(out, "missing")[0])
    factor = {"EPSG:3857": 2.0, "EPSG:4326": 1 / 55_800}.get(crs or "", 1.0)
    assert drawn / 50.0 == pytest.approx(factor, rel=0.02)


def test_road_tools_read_the_lines(out: Path) -> None:
    write_differences(out, [tile(grid=place(500_000, 5_300_000, "EPSG:32633"))], provenance={})
    graph, _ = read_lines(out, layer="false")
    assert graph.edge_lengths.tolist() == [10.0, 10.0]


def bounds(path: Path) -> dict[str, tuple[float, ...]]:
    return {feature.properties["tile"]: shape(feature.geometry).bounds for feature in read(path, "tiles")[0]}


def test_tiles_without_a_place_lie_side_by_side_in_the_order_of_names(out: Path) -> None:
    names = ["e", "b", "d", "a", "c"]
    write_differences(out, [tile(name) for name in names], provenance={})
    boxes = bounds(out)
    assert [(boxes[name][0], boxes[name][3]) for name in "abcde"] == [
        *((0, 0), (105, 0), (210, 0)),
        *((0, -105), (105, -105)),
    ]
    squares = {f.properties["tile"]: shape(f.geometry) for f in read(out, "tiles")[0]}
    for kind in KINDS:
        assert all(squares[f.properties["tile"]].contains(shape(f.geometry)) for f in read(out, kind)[0])
    assert not any(squares[a].intersects(squares[b]) for a in names for b in names if a < b)


def test_one_tile_without_a_place_keeps_its_local_metres(out: Path) -> None:
    write_differences(out, [tile(grid=place(7, 9))], provenance={})
    assert bounds(out)["tile"] == (7, -71, 107, 9)
    with closing(sqlite3.connect(out)) as database:
        assert set(database.execute("SELECT srs_id FROM gpkg_geometry_columns")) == {(-1,)}


def own_system(name: str, longitude: float, latitude: float) -> TileResult:
    return tile(name, grid=place(0, 0, local_metric_crs(longitude, latitude, "EPSG:4326")))


@pytest.mark.parametrize(
    ("places", "geographic"),
    [([(13.0, 48.0), (14.0, 48.5)], False), ([(2.0, 49.0), (-115.0, 36.0), (121.0, 31.0)], True)],
)
def test_tiles_of_one_region_share_metres_and_those_of_the_world_degrees(
    out: Path, places: Sequence[tuple[float, float]], *, geographic: bool
) -> None:
    tiles = [own_system(str(number), *each) for number, each in enumerate(places)]
    write_differences(out, tiles, provenance={})
    features, crs = read(out, "tiles")
    assert crs.is_geographic == geographic
    if geographic:
        corners = [feature.geometry.coordinates[0] for feature in features]
        for ring, expected in zip(corners, places, strict=True):
            assert np.ptp(ring, axis=0).max() < 0.002
            assert np.abs(np.mean(ring, axis=0) - expected).max() < 0.002


def test_a_tile_astride_the_antimeridian_stays_in_one_piece(out: Path) -> None:
    grid = place(0, 0, local_metric_crs(179.9995, 10.0, "EPSG:4326"))
    write_differences(out, [tile(grid=grid)], crs="EPSG:4326", provenance={})
    x_min, _, x_max, _ = bounds(out)["tile"]
    assert x_max - x_min < 0.002
    assert x_min < 180.0 < x_max


def test_placed_and_unplaced_tiles_make_no_map(out: Path) -> None:
    tiles = [tile("here", grid=place(5e5, 5e6, "EPSG:32633")), tile("nowhere")]
    with pytest.raises(OutputError, match=r"1 of 2 tiles have no place on the ground \(nowhere\)"):
        write_differences(out, tiles, provenance={})
    assert not out.exists()


@pytest.mark.parametrize("tiles", [[], [replace(tile(), differences=Differences([], [], []))]])
def test_nothing_different_gives_empty_layers(out: Path, tiles: list[TileResult]) -> None:
    write_differences(out, tiles, provenance={})
    assert [len(read(out, kind)[0]) for kind in KINDS] == [0, 0, 0]
    assert len(read(out, "tiles")[0]) == len(tiles)


def test_pieces_without_length_are_left_out(out: Path) -> None:
    point = np.array([(5.0, 5.0), (5.0, 5.0)])
    write_differences(
        out, [replace(tile(), differences=Differences([point], [point[:1]], []))], provenance={}
    )
    assert [len(read(out, kind)[0]) for kind in KINDS] == [0, 0, 0]


@pytest.mark.parametrize(
    "name", ["<b>'\"&", "Zürich 东京", "two\nlines", os.fsdecode(b"stra\xdfe"), "x'); DROP --"]
)
def test_any_name_is_written(out: Path, name: str) -> None:
    write_differences(out, [tile(name, note=name)], provenance={"predicted": name})
    expected = name.encode("utf-8", "backslashreplace").decode()
    assert {feature.properties["tile"] for feature in read(out, "false")[0]} == {expected}
    assert read(out, "tiles")[0][0].properties["note"] == expected
    assert read_provenance(out) == {"predicted": name}


def test_styles_are_stored_and_draw_in_the_colours_of_the_legend(out: Path) -> None:
    write_differences(out, [tile()], provenance={})
    with closing(sqlite3.connect(out)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"))
    assert set(styles) == {"tiles", *KINDS}
    for kind in KINDS:
        root = ET.fromstring(styles[kind])  # noqa: S314 - our own file
        colours = [option.get("value") for option in root.findall(".//Option[@name='line_color']")]
        assert colours == ["27,27,27,255", ",".join(map(str, (*COLOURS[kind], 255)))]
        assert (root.find(".//Option[@name='use_custom_dash']") is not None) == (kind == "missing")
        dashes = [option.get("value", "") for option in root.findall(".//Option[@name='customdash']")]
        ratios = [float(dash) / float(gap) for dash, gap in (each.split(";") for each in dashes)]
        assert ratios == ([DASH_TO_GAP] if kind == "missing" else [])
    labels = ET.fromstring(styles["tiles"]).find(".//text-style")  # noqa: S314 - our own file
    assert labels is not None
    assert "topo_f1" in labels.get("fieldName", "")


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    for path in paths:
        write_differences(path, [tile("a"), tile("b")], provenance={"version": "1"}, written=MOMENT)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_comparison_replaces_a_comparison_but_no_roads_and_the_reverse(tmp_path: Path) -> None:
    roads, differences = tmp_path / "roads.gpkg", tmp_path / "differences.gpkg"
    file = GraphFile(RoadGraph.build([(0, 0), (5, 5)], [(0, 1)]), "ground")
    write_graph(roads, file)
    for _ in range(2):
        check_differences_replaceable(differences)
        write_differences(differences, [tile()], provenance={})
    with pytest.raises(OutputError, match="also holds junctions, roads"):
        check_differences_replaceable(roads)
    with pytest.raises(OutputError, match="also holds junctions, roads"):
        write_differences(roads, [tile()], provenance={})
    with pytest.raises(OutputError, match="also holds false, matched, missing"):
        write_graph(differences, file)


def test_a_grid_may_be_turned(out: Path) -> None:
    """A quarter turn: rows run to the west, columns to the north."""
    turned = replace(place(500_000, 5_300_000, "EPSG:32633"), transform=place().transform.rotation(90))
    assert isinstance(turned, Grid)
    write_differences(out, [tile(grid=turned, size_m=(10.0, 30.0))], provenance={})
    assert np.round(bounds(out)["tile"], 6).tolist() == [-10.0, 0.0, 0.0, 30.0]
