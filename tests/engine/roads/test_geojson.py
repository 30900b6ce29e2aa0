"""GeoJSON as RFC 7946 wants it."""

import json
from pathlib import Path

import fiona
import pytest

from engine.roads.formats import GraphFile, read_graph, write_graph
from engine.roads.geojson import LOCAL_NOTE
from engine.roads.graph import RoadGraph

PLACES = [
    (450_000.0, 5_400_000.0),
    (450_100.0, 5_400_000.0),
    (450_100.0, 5_400_200.0),
    (450_300.0, 5_400_000.0),
]
GRAPH: RoadGraph = RoadGraph.build(
    PLACES, [(0, 1), (1, 2), (1, 3)], confidence=[0.5, 0.6, float("nan")], layer=[0, 1, -1]
)


def test_coordinates_are_longitude_and_latitude(tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    write_graph(path, GraphFile(GRAPH, "ground", "EPSG:32631"), provenance={"weights": "x"})
    document = json.loads(path.read_text())
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    assert document["provenance"] == {"weights": "x"}
    x, y = document["features"][0]["geometry"]["coordinates"][0]
    assert (x, y) == pytest.approx((2.318, 48.752), abs=2e-3)
    ends = {tuple(f["geometry"]["coordinates"][end]) for f in document["features"] for end in (0, -1)}
    assert len(ends) == 4
    assert document["features"][-1]["properties"]["confidence"] is None


def test_fiona_reads_attributes_and_system(tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    write_graph(path, GraphFile(GRAPH, "ground", "EPSG:32631"))
    with fiona.open(path) as layer:
        assert layer.crs.to_epsg() == 4326
        properties = [dict(feature.properties) for feature in layer]
    assert sorted(p["length_m"] for p in properties) == pytest.approx([100, 200, 200], rel=1e-3)
    assert {p["bridge"] for p in properties} == {True, False}


def test_graph_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    write_graph(path, GraphFile(GRAPH, "ground", "EPSG:32631"))
    again = read_graph(path)
    assert (len(again.graph.vertices), len(again.graph.edges)) == (4, 3)
    assert sorted(again.graph.layer.tolist()) == [-1, 0, 1]


def test_local_metres_stay_as_they_are_and_say_so(tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    write_graph(path, GraphFile(GRAPH, "ground", None))
    document = json.loads(path.read_text())
    assert document["crs"] is None
    assert document["note"] == LOCAL_NOTE
    again = read_graph(path)
    assert again.crs is None
    assert sorted(map(tuple, again.graph.vertices)) == sorted(PLACES)


def test_no_roads_make_an_empty_collection(tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    write_graph(path, GraphFile(RoadGraph.empty(), "ground", "EPSG:4326"))
    assert json.loads(path.read_text())["features"] == []
    assert len(read_graph(path).graph.edges) == 0
