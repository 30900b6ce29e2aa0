"""Layers of vector files: which one is chosen, where it lies, and what is refused."""

import json
from pathlib import Path

import fiona
import pytest

from engine.errors import VectorError
from engine.vector.source import POINTS, POLYGONS, is_vector, open_layer

SQUARE = {"type": "Polygon", "coordinates": [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]}


def write(
    path: Path, kind: str, layer: str | None = None, crs: str | None = "EPSG:32633", driver: str = "GPKG"
) -> str:
    schema = {"geometry": kind, "properties": {"a": "int32"}}
    place = {} if crs is None else {"crs": crs}
    with fiona.open(path, "w", driver=driver, layer=layer, schema=schema, **place) as file:
        file.writerecords([{"type": "Feature", "geometry": None, "properties": {"a": 1}}])
    return str(path)


def test_the_first_layer_that_may_hold_what_is_needed(tmp_path):
    path = tmp_path / "a.gpkg"
    for kind, name in (
        ("LineString", "ways"),
        ("Point", "trees"),
        ("3D MultiPolygon", "roofs"),
        ("Polygon", "lots"),
    ):
        write(path, kind, name)
    with open_layer(path, POLYGONS) as layer:
        assert (layer.name, layer.geometry, dict(layer.fields)) == (
            "roofs",
            "3D MultiPolygon",
            {"a": "int32"},
        )
        assert "32633" in (layer.crs or "")
        assert [feature.properties["a"] for feature in layer.read()] == [1]
    with open_layer(path, POINTS) as layer:
        assert layer.name == "trees"
    with open_layer(path, POLYGONS, layer="lots") as layer:
        assert layer.name == "lots"
    with (
        pytest.raises(VectorError, match="no layer 'pools', but ways, trees"),
        open_layer(path, POINTS, layer="pools"),
    ):
        pass


def test_without_such_a_layer_the_message_says_what_there_is(tmp_path):
    path = write(tmp_path / "a.gpkg", "LineString", "ways")
    with (
        pytest.raises(VectorError, match=r"no layer of polygons, but ways \(LineString\)"),
        open_layer(path, POLYGONS),
    ):
        pass


@pytest.mark.parametrize(
    ("system", "placed"),
    [
        ({}, True),
        ({"crs": None}, False),
        ({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}}, True),
    ],
)
def test_geojson_lies_where_it_says(tmp_path, system, placed):
    feature = {"type": "Feature", "geometry": SQUARE, "properties": {"list": [1, 2]}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **system, "features": [feature]}))
    with open_layer(path, POLYGONS) as layer:
        assert (layer.crs is not None) == placed
        assert [dict(each.properties) for each in layer.read()] == [{"list": [1, 2]}]


def test_what_is_no_vector_file_is_refused_in_one_line(tmp_path):
    text = tmp_path / "a.gpkg"
    text.write_text("words")
    for path in (text, tmp_path / "absent.gpkg", tmp_path, tmp_path / "b.geojson"):
        assert not is_vector(path)
        with (
            pytest.raises(VectorError, match="cannot be read as a layer of points") as caught,
            open_layer(path, POINTS),
        ):
            pass
        assert "\n" not in str(caught.value)


def test_without_a_system_there_is_none(tmp_path):
    path = write(tmp_path / "a.shp", "Polygon", crs=None, driver="ESRI Shapefile")
    assert is_vector(path)
    with open_layer(path, POLYGONS) as layer:
        assert layer.crs is None
