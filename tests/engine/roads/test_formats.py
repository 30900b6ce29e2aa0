"""Any graph file in, any graph file out, and conversions between masks and graphs."""

from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pytest
import rasterio
from affine import Affine

from engine.errors import EngineError, GraphError, OutputError, RasterError
from engine.roads.convert import ConvertOptions, convert_file, read_mask, write_mask
from engine.roads.formats import GraphFile, read_graph, write_graph
from engine.roads.graph import UNKNOWN_LAYER, RoadGraph
from engine.roads.research_formats import read_pickle_graph, write_pickle_graph


def write_features(
    path: Path, geometries: list[Any], driver: str = "GeoJSON", **properties: list[Any]
) -> None:
    schema = {"geometry": "Unknown", "properties": dict.fromkeys(properties, "str")}
    with fiona.open(path, "w", driver=driver, schema=schema, crs="EPSG:26986", layer="lines") as layer:
        for number, geometry in enumerate(geometries):
            row = {name: values[number] for name, values in properties.items()}
            layer.write({"type": "Feature", "geometry": geometry, "properties": row})


def line(*points: tuple[float, ...]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


def test_real_open_street_map_lines(data_dir: Path) -> None:
    file = read_graph(data_dir / "roads" / "spacenet_paris" / "osm_roads.geojson")
    assert file.frame == "ground"
    assert len(file.graph.edges) == 25
    assert (file.graph.degrees > 2).sum() >= 3
    assert np.isnan(file.graph.z_m).all()


def test_lines_are_noded_where_they_share_a_coordinate_also_inside(tmp_path: Path) -> None:
    path = tmp_path / "l.gpkg"
    multi = {"type": "MultiLineString", "coordinates": [[(5, 0), (5, 9)], [(9, 9), (8, 8)]]}
    write_features(path, [line((0, 0), (5, 0), (10, 0)), multi, line((2, -5), (2, 5))], "GPKG")
    graph = read_graph(path).graph
    assert len(graph.edges) == 5
    assert sorted(graph.degrees.tolist()) == [1, 1, 1, 1, 1, 1, 1, 3]


def test_shapefiles_and_attributes_as_text_are_read(tmp_path: Path) -> None:
    path = tmp_path / "l.geojson"
    write_features(
        path, [line((0, 0), (5, 0)), line((0, 1), (5, 1))], layer=["1", "many"], width_m=["7.5", None]
    )
    graph = read_graph(path).graph
    assert sorted(graph.layer.tolist()) == [UNKNOWN_LAYER, 1]
    assert np.nansum(graph.width_m) == 7.5
    shape = tmp_path / "l.shp"
    with fiona.open(
        shape, "w", "ESRI Shapefile", {"geometry": "LineString", "properties": {"id": "int"}}, "EPSG:26986"
    ) as f:
        f.write({"type": "Feature", "geometry": line((0, 0), (5, 0)), "properties": {"id": 1}})
    assert len(read_graph(shape).graph.edges) == 1


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_attributes_that_cannot_be_are_unknown(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "l.geojson"
    lines = [line((0, 0, 7), (5, 0, 3)), line((0, 1), (5, 1)), line((0, 2), (5, 2))]
    write_features(path, lines, confidence=["inf", "87", "0.5"], width_m=["-3", "nan", "1e999"])
    path.write_text(path.read_text().replace("7.0 ]", "1e999 ]"))
    graph = read_graph(path).graph
    assert np.nanmin(graph.confidence) == np.nanmax(graph.confidence) == 0.5
    assert np.isnan(graph.width_m).all()
    assert np.nanmin(graph.z_m) == np.nanmax(graph.z_m) == 3
    convert_file(path, tmp_path / f"copy.{ending}")
    assert len(read_graph(tmp_path / f"copy.{ending}").graph.edges) == 3


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (None, "no geometry where a line is needed"),
        ({"type": "Point", "coordinates": (1, 2)}, "Point where a line is needed"),
        ({"type": "LineString", "coordinates": []}, "empty line"),
    ],
)
def test_what_is_no_line_is_refused_with_its_number(tmp_path: Path, geometry: Any, message: str) -> None:
    path = tmp_path / "l.gpkg"
    write_features(path, [line((0, 0), (5, 0)), geometry], "GPKG")
    with pytest.raises(GraphError, match=message):
        read_graph(path)


@pytest.mark.parametrize("name", ["x.gpkg", "x.geojson", "x.shp", "x.json", "x.p", "x.txt"])
@pytest.mark.parametrize("content", ["", "nonsense", '{"type": "FeatureCollection"'])
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(GraphError) as caught:
        read_graph(tmp_path / name)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["r.gpkg", "r.geojson"])
@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_ground_graphs_come_back(tmp_path: Path, name: str, crs: str | None) -> None:
    places = [(2.25, 48.5), (2.26, 48.5), (2.26, 48.51), (2.27, 48.5), (2.28, 48.52)]
    graph = RoadGraph.build(places, [(0, 1), (1, 2), (1, 3), (3, 4)], confidence=[0.25, 0.5, 0.75, 0.75])
    write_graph(tmp_path / name, GraphFile(graph, "ground", crs), provenance={"a": 1})
    again = read_graph(tmp_path / name)
    assert (again.crs is None) == (crs is None)
    order = np.lexsort(again.graph.vertices.T[::-1])
    # Local metres keep three decimals, degrees eight.
    np.testing.assert_array_equal(again.graph.vertices[order], sorted(places))
    assert sorted(again.graph.confidence.tolist()) == [0.25, 0.5, 0.75, 0.75]


def test_frames_are_not_mixed_and_unknown_formats_are_named(tmp_path: Path) -> None:
    graph = RoadGraph.build([(0, 0), (9, 9)], [(0, 1)])
    with pytest.raises(GraphError, match="--like"):
        write_graph(tmp_path / "a.p", GraphFile(graph, "ground"))
    with pytest.raises(GraphError, match="--like"):
        write_graph(tmp_path / "a.gpkg", GraphFile(graph, "pixel"))
    with pytest.raises(OutputError, match="use one of"):
        write_graph(tmp_path / "a.dwg", GraphFile(graph, "ground"))
    assert not list(tmp_path.iterdir())


@pytest.fixture
def placed_mask(tmp_path: Path) -> Path:
    """A cross of roads, 7 px wide, on a georeferenced grid without symmetry."""
    mask = np.zeros((300, 400), dtype=np.uint8)
    mask[97:104, 20:380] = 1
    mask[10:290, 197:204] = 1
    path = tmp_path / "mask.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=300, width=400, count=1, dtype="uint8", crs="EPSG:26986",
        transform=Affine(0.5, 0, 230_000, 0, -0.5, 900_000),
    ) as dataset:  # fmt: skip
        dataset.write(mask, 1)
    return path


@pytest.mark.parametrize("name", ["g.gpkg", "g.geojson", "g.p", "g.json"])
def test_mask_to_graph_to_mask(placed_mask: Path, tmp_path: Path, name: str) -> None:
    graph, again = tmp_path / name, tmp_path / "again.tif"
    like = ConvertOptions(like=str(placed_mask), width_m=3.5)
    assert convert_file(placed_mask, graph).output == graph
    convert_file(graph, again, like)
    (first, _), (second, frame) = read_mask(str(placed_mask)), read_mask(str(again))
    assert (first & second).sum() / (first | second).sum() > 0.85
    with rasterio.open(again) as dataset, rasterio.open(placed_mask) as source:
        assert dataset.crs == source.crs
        assert dataset.transform == source.transform
        assert set(np.unique(dataset.read(1))) == {0, 255}
    assert frame.height == 300


def test_graph_lies_on_the_ground_where_the_mask_says(placed_mask: Path, tmp_path: Path) -> None:
    convert_file(placed_mask, tmp_path / "g.gpkg")
    with fiona.open(tmp_path / "g.gpkg", layer="junctions") as layer:
        crossing = next(f.geometry.coordinates for f in layer if f.properties["degree"] == 4)
        assert layer.crs.to_epsg() == 26986
    assert crossing == pytest.approx((230_000 + 200.5 * 0.5, 900_000 - 100.5 * 0.5), abs=0.5)


def test_rows_from_the_bottom_are_turned_once(placed_mask: Path, tmp_path: Path) -> None:
    bottom = ConvertOptions(like=str(placed_mask), origin="bottom-left")
    write_pickle_graph(tmp_path / "top.p", RoadGraph.build([(10.5, 20.5), (50.5, 20.5)], [(0, 1)]))
    convert_file(tmp_path / "top.p", tmp_path / "turned.p", bottom)
    assert read_pickle_graph(tmp_path / "turned.p").vertices.tolist() == [[250.5, 20.5], [290.5, 20.5]]
    convert_file(placed_mask, tmp_path / "mask.p", ConvertOptions(origin="bottom-left"))
    turned = read_pickle_graph(tmp_path / "mask.p", bottom_left_height=300).vertices
    convert_file(placed_mask, tmp_path / "plain.p")
    np.testing.assert_allclose(
        turned[np.lexsort(turned.T)],
        (plain := read_pickle_graph(tmp_path / "plain.p").vertices)[np.lexsort(plain.T)],
    )


def test_real_mask_without_a_place(data_dir: Path, tmp_path: Path) -> None:
    mask = data_dir / "roads" / "massachusetts" / "val" / "crop_937_mask.png"
    convert_file(mask, tmp_path / "g.p")
    convert_file(tmp_path / "g.p", tmp_path / "m.png", ConvertOptions(like=str(mask), width_px=7))
    first, second = read_mask(str(mask))[0], read_mask(str(tmp_path / "m.png"))[0]
    assert (first & second).sum() / (first | second).sum() > 0.7
    with pytest.raises(GraphError, match="no georeference"):
        convert_file(mask, tmp_path / "g.gpkg")


def test_what_is_missing_is_asked_for(placed_mask: Path, tmp_path: Path) -> None:
    write_pickle_graph(tmp_path / "g.p", RoadGraph.build([(10.5, 20.5), (50.5, 20.5)], [(0, 1)]))
    write_mask(tmp_path / "small.png", np.ones((20, 30), dtype=bool), None)
    before = sorted(tmp_path.iterdir())
    bad: list[tuple[Path, str, ConvertOptions, type[EngineError]]] = [
        (tmp_path / "g.p", "o.gpkg", ConvertOptions(), GraphError),
        (tmp_path / "g.p", "o.tif", ConvertOptions(), GraphError),
        (tmp_path / "g.p", "o.json", ConvertOptions(origin="bottom-left"), GraphError),
        (tmp_path / "g.p", "o.gpkg", ConvertOptions(like=str(tmp_path / "small.png")), GraphError),
        (tmp_path / "g.p", "o.gpkg", ConvertOptions(like="absent.tif"), RasterError),
        (tmp_path / "small.png", "o.p", ConvertOptions(like=str(placed_mask)), GraphError),
        (tmp_path / "g.p", "o.tif", ConvertOptions(like=str(tmp_path / "small.png"), width_m=3), GraphError),
        (tmp_path / "g.p", "o.doc", ConvertOptions(), OutputError),
        (tmp_path / "absent.p", "o.json", ConvertOptions(), GraphError),
        (tmp_path / "absent.tif", "o.json", ConvertOptions(), RasterError),
    ]
    for source, output, options, failure in bad:
        with pytest.raises(failure) as caught:
            convert_file(source, tmp_path / output, options)
        assert len(str(caught.value).splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_read_is_not_replaced(placed_mask: Path, tmp_path: Path) -> None:
    graph = tmp_path / "g.json"
    graph.write_text("[[[1, 2], [30, 40]], [[0, 1]]]")
    before = placed_mask.read_bytes()
    for source in (graph, placed_mask):
        with pytest.raises(OutputError, match="would be replaced"):
            convert_file(source, placed_mask, ConvertOptions(like=str(placed_mask)))
    with pytest.raises(OutputError, match="would be replaced"):
        convert_file(graph, graph)
    assert placed_mask.read_bytes() == before


def test_cut_masks_are_refused(placed_mask: Path, tmp_path: Path, data_dir: Path) -> None:
    whole = (data_dir / "roads" / "massachusetts" / "val" / "23579125_15_mask.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RasterError, match="damaged"):
        read_mask(str(tmp_path / "cut.png"))
