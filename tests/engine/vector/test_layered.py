"""Layers of any kind in one GeoPackage."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import fiona
import pytest

from engine.errors import OutputError
from engine.vector.layered import Layer, check_replaceable, read_provenance, write_layers


def points(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        point = {"type": "Point", "coordinates": (number, 2.0 * number)}
        yield {"type": "Feature", "geometry": point, "properties": {"number": number}}


def layer(name: str, *, promised: int = 3, style: str | None = None) -> Layer:
    return Layer(name, "Point", {"number": "int32"}, points(3), promised, style)


@pytest.mark.parametrize("name", ["trees", 'a "quoted" name', "drop table trees; --", "Bäume"])
def test_layers_of_any_name_are_written_and_counted(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.gpkg"
    write_layers(path, [layer(name), layer("other", style="<qgis/>")], crs_wkt=None, provenance={"a": 1})
    with fiona.open(path, layer=name) as found:
        assert [feature.properties["number"] for feature in found] == [0, 1, 2]
    assert read_provenance(path) == {"a": 1}
    with closing(sqlite3.connect(path)) as database:
        styles = database.execute("SELECT f_table_name, styleQML FROM layer_styles").fetchall()
    assert styles == [("other", "<qgis/>")]


def test_without_styles_there_is_no_table_of_styles(tmp_path: Path) -> None:
    write_layers(tmp_path / "a.gpkg", [layer("trees")], crs_wkt=None, provenance={})
    assert fiona.listlayers(tmp_path / "a.gpkg") == ["trees"]


def test_features_that_are_lost_on_the_way_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Only 3 of 4 trees arrived"):
        write_layers(tmp_path / "a.gpkg", [layer("trees", promised=4)], crs_wkt=None, provenance={})
    assert list(tmp_path.iterdir()) == []


def test_only_layers_of_the_same_names_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_layers(path, [layer("trees"), layer("shrubs", style="<qgis/>")], crs_wkt=None, provenance={})
    check_replaceable(path, ["trees", "shrubs"])
    check_replaceable(path, ["trees", "shrubs", "herbs"])
    with pytest.raises(OutputError, match="also holds shrubs, which would be lost"):
        write_layers(path, [layer("trees")], crs_wkt=None, provenance={})
