"""GeoPackages are read back by fiona, by ogrinfo and by SQL."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import fiona
import pytest

from engine.errors import OutputError
from engine.roads.convert import convert_file
from engine.roads.formats import GraphFile, write_graph
from engine.roads.geopackage import JUNCTION_FIELDS, ROAD_FIELDS, read_provenance, write_geopackage
from engine.roads.graph import RoadGraph
from engine.roads.segments import RoadNetwork, build_network

WKT_26986 = fiona.crs.CRS.from_epsg(26986).to_wkt()
PROVENANCE = {
    "weights": "roads-compact",
    "weights_sha256": "ab12",
    "parameters": {"spur_m": 25.0},
    "place": "Zürich",
}
MOMENT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def network() -> RoadNetwork:
    """A junction of three roads, one a bridge, one of which nothing is known."""
    return build_network(
        RoadGraph.build(
            [(1000, 2000), (1100, 2000), (1200, 2050), (1100, 1900), (1100, 2200)],
            [(0, 1), (1, 2), (1, 3), (1, 4)],
            confidence=[0.9, 0.6, float("nan"), 0.4],
            layer=[0, 1, -128, -1],
            width_m=[6.5, 7.0, float("nan"), 5.0],
        ),
        crs=None,
    )


@pytest.fixture(params=["local", "projected", "empty"])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, RoadNetwork]:
    path = tmp_path / "roads.gpkg"
    content = RoadNetwork((), ()) if request.param == "empty" else network()
    write_geopackage(
        path,
        content,
        crs_wkt=None if request.param == "local" else WKT_26986,
        provenance=PROVENANCE,
        written=MOMENT,
    )
    return path, content


def test_fiona_reads_back_what_was_written(sample: tuple[Path, RoadNetwork]) -> None:
    path, content = sample
    with fiona.open(path, layer="roads") as layer:
        assert layer.schema["geometry"] == "LineString"
        assert dict(layer.schema["properties"]) == ROAD_FIELDS
        read = list(layer)
    assert len(read) == len(content.segments)
    for feature, segment in zip(read, content.segments, strict=True):
        assert feature.geometry.coordinates == [tuple(point) for point in segment.geometry.tolist()]
        assert {name: feature.properties[name] for name in ROAD_FIELDS} == {
            name: getattr(segment, name) for name in ROAD_FIELDS
        }
    with fiona.open(path, layer="junctions") as layer:
        assert layer.schema == {"geometry": "Point", "properties": JUNCTION_FIELDS}
        found = [(f.geometry.coordinates, f.properties["node_id"], f.properties["kind"]) for f in layer]
    assert found == [(tuple(j.xy), j.node_id, j.kind) for j in content.junctions]


def test_ogrinfo_reads_it_without_a_warning(sample: tuple[Path, RoadNetwork]) -> None:
    path, content = sample
    program = shutil.which("ogrinfo")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("ogrinfo is absent: install gdal-bin")
        pytest.skip("ogrinfo is absent (gdal-bin)")
    run = subprocess.run([program, "-al", "-so", str(path)], capture_output=True, text=True, check=True)
    assert "warning" not in (run.stdout + run.stderr).lower()
    assert "error" not in run.stderr.lower()
    assert f"Feature Count: {len(content.segments)}\n" in run.stdout
    assert "bridge: Integer(Boolean)" in run.stdout
    assert "confidence: Real" in run.stdout


def test_local_metres_have_the_number_of_an_undefined_plane(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    write_geopackage(path, network(), crs_wkt=None, provenance={})
    with closing(sqlite3.connect(path)) as database:
        assert set(database.execute("SELECT srs_id FROM gpkg_geometry_columns")) == {(-1,)}
        (blob,) = database.execute("SELECT geom FROM roads LIMIT 1").fetchone()
    assert int.from_bytes(blob[4:8], "little", signed=True) == -1


def test_unknown_is_null(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    write_geopackage(path, network(), crs_wkt=None, provenance={})
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT typeof(confidence), typeof(layer), typeof(bridge), typeof(tunnel), bridge, tunnel, layer"
            " FROM roads ORDER BY layer"
        ).fetchall()
    assert rows[0] == ("null", "null", "null", "null", None, None, None)
    assert [row[4:] for row in rows[1:]] == [(0, 1, -1), (0, 0, 0), (1, 0, 1)]


def test_styles_are_stored_as_defaults_and_are_sound(sample: tuple[Path, RoadNetwork]) -> None:
    path, _ = sample
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        )
        styles = {name: (column, default, qml) for name, column, default, qml in rows}
        listed = database.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchone()
        columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert listed == ("attributes",)
    assert set(styles) == {"roads", "junctions"}
    for name, (column, default, qml) in styles.items():
        assert (column, default) == (columns[name], 1)
        root = ET.fromstring(qml)  # noqa: S314 - our own file
        rules = root.findall(".//rule[@symbol]")
        symbols = {symbol.get("name") for symbol in root.findall("./renderer-v2/symbols/symbol")}
        assert {rule.get("symbol") for rule in rules} == symbols


def test_provenance_comes_back_and_is_registered(sample: tuple[Path, RoadNetwork]) -> None:
    path, _ = sample
    assert read_provenance(path) == PROVENANCE
    with closing(sqlite3.connect(path)) as database:
        extensions = database.execute(
            "SELECT table_name, scope FROM gpkg_extensions WHERE extension_name = 'gpkg_metadata' ORDER BY 1"
        ).fetchall()
        reference = database.execute(
            "SELECT reference_scope, md_file_id FROM gpkg_metadata_reference"
        ).fetchall()
        kind, text = database.execute("SELECT mime_type, metadata FROM gpkg_metadata").fetchone()
    assert extensions == [("gpkg_metadata", "read-write"), ("gpkg_metadata_reference", "read-write")]
    assert reference == [("geopackage", 1)]
    assert kind == "application/json"
    assert json.loads(text) == PROVENANCE


def test_the_same_roads_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    for path in paths:
        write_geopackage(path, network(), crs_wkt=WKT_26986, provenance=PROVENANCE, written=MOMENT)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_file_without_provenance_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_text("no database")
    with pytest.raises(OutputError, match="holds no provenance"):
        read_provenance(tmp_path / "x.gpkg")


def test_a_file_that_another_program_has_open_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    write_geopackage(path, network(), crs_wkt=WKT_26986, provenance={})
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE edited AS SELECT * FROM roads")
        other.commit()
        with pytest.raises(OutputError, match="open in another program"):
            write_geopackage(path, network(), crs_wkt=WKT_26986, provenance={})
        assert other.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    write_geopackage(path, network(), crs_wkt=WKT_26986, provenance={})


@pytest.mark.parametrize("write", [write_graph, convert_file])
def test_a_file_with_other_layers_is_left_alone(tmp_path: Path, write: Any) -> None:
    path, source = tmp_path / "project.gpkg", tmp_path / "g.geojson"
    schema = {"geometry": "Point", "properties": {"name": "str"}}
    with fiona.open(path, "w", driver="GPKG", layer="trees", schema=schema, crs="EPSG:26986"):
        pass
    before = path.read_bytes()
    file = GraphFile(RoadGraph.build([(0, 0), (5, 5)], [(0, 1)]), "ground")
    write_graph(source, file)
    with pytest.raises(OutputError, match="also holds trees"):
        write(path, file) if write is write_graph else write(source, path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_geopackage_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    path.write_text("once upon a time")
    write_geopackage(path, network(), crs_wkt=WKT_26986, provenance={})
    write_geopackage(path, network(), crs_wkt=WKT_26986, provenance=PROVENANCE)
    assert read_provenance(path) == PROVENANCE


def test_names_that_are_no_text_are_kept_as_escapes(tmp_path: Path) -> None:
    path, names = tmp_path / "roads.gpkg", {"source": os.fsdecode(b"stra\xdfe.tif"), "place": "Zürich"}
    write_geopackage(path, network(), crs_wkt=WKT_26986, provenance=names)
    assert read_provenance(path) == names
    file = GraphFile(RoadGraph.build([(0, 0), (5, 5)], [(0, 1)]), "ground")
    write_graph(tmp_path / "roads.geojson", file, provenance=names)
    document = json.loads((tmp_path / "roads.geojson").read_text(encoding="utf-8"))
    assert document["provenance"] == names
