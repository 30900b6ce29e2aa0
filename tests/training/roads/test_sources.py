"""Images and roads come together from every kind of source, and bad ones say so in one line."""

import json
from pathlib import Path

import fiona
import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.evaluation.measures.buffer import compare
from engine.frames import RowCol
from engine.raster.crs import reproject_points
from engine.roads.graph import RoadGraph
from engine.roads.research_formats import write_pickle_graph
from training.config import Recipe, RunOptions, Source, TrainingError, ValidationOptions
from training.roads.datasets import RoadImage
from training.roads.exam import load_exam_images
from training.roads.rendered import ScenePool
from training.roads.sources import load_crops, load_images, part_of

TRANSFORM = Affine(1.0, 0.0, 500_000.0, 0.0, -1.0, 5_400_000.0)


def write(path: Path, planes: NDArray[np.uint8], **profile: object) -> None:
    bands, height, width = planes.shape
    driver = {".tif": "GTiff", ".png": "PNG"}[path.suffix]
    with rasterio.open(
        path, "w", driver=driver, count=bands, height=height, width=width, dtype="uint8", **profile
    ) as file:
        file.write(planes)


def write_lines(path: Path, lines: list[list[tuple[float, float]]], crs: str) -> None:
    """Lines in pixels (row, col) of TRANSFORM, written in another system."""
    schema = {"geometry": "LineString", "properties": {"highway": "str"}}
    with fiona.open(path, "w", driver="GPKG", schema=schema, crs=crs) as layer:
        for number, line in enumerate(lines):
            ground = [TRANSFORM @ (col, row) for row, col in line]
            points = reproject_points(ground, "EPSG:32633", crs)
            kind = "residential" if number < len(lines) - 1 else "footway"
            geometry = {"type": "LineString", "coordinates": points.tolist()}
            layer.write({"geometry": geometry, "properties": {"highway": kind}})


def test_roads_of_masks_are_their_centre_lines(town_folder: Path, town: tuple) -> None:
    _, truth = town
    first, second = load_images(Source("masks", "."), town_folder)
    assert (first.name, second.name) == ("town0", "town1")
    assert compare(first.graph, truth, tolerance=2.5).completeness > 0.95
    assert compare(first.graph, truth, tolerance=2.5).correctness > 0.95
    turned: RoadGraph[RowCol] = RoadGraph.build(
        np.column_stack([160 - truth.vertices[:, 1], truth.vertices[:, 0]]), truth.edges
    )
    assert compare(second.graph, turned, tolerance=2.5).completeness > 0.95


@pytest.fixture
def surveyed(tmp_path: Path) -> Path:
    """A raster in UTM, and lines in degrees: a T of two lines, a bridge over it, and a footpath."""
    rng = np.random.default_rng(0)
    write(
        tmp_path / "image.tif",
        rng.integers(1, 255, size=(3, 200, 300), dtype=np.uint8),
        crs="EPSG:32633",
        transform=TRANSFORM,
    )
    lines = [
        [(100.0, 10.0), (100.0, 150.0), (100.0, 290.0)],
        [(20.0, 150.0), (100.0, 150.0)],
        [(10.0, 60.0), (190.0, 60.0)],
        [(10.0, 220.0), (190.0, 220.0)],
    ]
    write_lines(tmp_path / "roads.gpkg", lines, "EPSG:4326")
    return tmp_path


def test_vector_lines_become_a_graph_on_the_raster(surveyed: Path) -> None:
    source = Source("lines", "image.tif", lines="roads.gpkg", where="highway <> 'footway'")
    (image,) = load_images(source, surveyed)
    truth: RoadGraph[RowCol] = RoadGraph.build(
        [[100, 10], [100, 150], [100, 290], [20, 150], [10, 60], [190, 60]],
        [[0, 1], [1, 2], [1, 3], [4, 5]],
    )
    score = compare(image.graph, truth, tolerance=0.5)
    assert score.completeness == score.correctness == 1.0
    assert image.rgb.shape == (3, 200, 300)
    checked = ValidationOptions("image.tif", "lines", lines="roads.gpkg", where=source.where, m_per_px=2.0)
    (coarse,) = load_exam_images(Recipe(validation=checked), surveyed)
    assert np.allclose(coarse.rgb.shape[1:], (100, 150), atol=3)
    assert 2 * coarse.graph.edge_lengths.sum() == pytest.approx(image.graph.edge_lengths.sum(), rel=0.01)
    # One junction where coordinates are shared, none where the bridge crosses.
    junctions = image.graph.vertices[image.graph.degrees == 3]
    assert np.allclose(junctions, [[100, 150]], atol=0.5)
    assert np.allclose(image.places.overpasses, [[100, 60]], atol=0.5)


def test_features_that_are_no_lines_are_passed_over(surveyed: Path) -> None:
    ends = [TRANSFORM @ (10, 100), TRANSFORM @ (290, 100)]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": coordinates}}
        for kind, coordinates in (("Point", ends[0]), ("LineString", ends))
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    mixed = {"type": "FeatureCollection", "crs": crs, "features": features}
    (surveyed / "mixed.geojson").write_text(json.dumps(mixed), encoding="utf-8")
    (image,) = load_images(Source("lines", "image.tif", lines="mixed.geojson"), surveyed)
    assert image.graph.edge_lengths.sum() == pytest.approx(280, abs=0.1)


def test_sixteen_bits_and_nodata_are_read_as_extraction_reads_them(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "count": 4, "height": 60, "width": 80, "dtype": "uint16", "nodata": 0}
    pixels = np.random.default_rng(0).integers(300, 60_000, size=(4, 60, 80)).astype(np.uint16)
    pixels[:, :, 70:] = 0
    with rasterio.open(tmp_path / "a.tif", "w", **profile) as file:
        file.write(pixels)
    write(tmp_path / "a_mask.png", np.ones((1, 60, 80), np.uint8))
    (image,) = load_images(Source("masks", "."), tmp_path)
    assert image.rgb.dtype == np.uint8
    assert image.valid[:, :70].all()
    assert not image.valid[:, 70:].any()
    assert 100 < image.rgb[:, :, :70].mean() < 150


def test_lines_elsewhere_are_refused(surveyed: Path) -> None:
    write_lines(surveyed / "far.gpkg", [[(5000.0, 5000.0), (5100.0, 5000.0)]], "EPSG:32633")
    with pytest.raises(TrainingError, match="No line"):
        load_images(Source("lines", "image.tif", lines="far.gpkg"), surveyed)
    with pytest.raises(TrainingError, match="holds no lines"):
        load_images(Source("lines", "image.tif", lines="roads.gpkg", where="highway = 'canal'"), surveyed)


def test_cities_follow_the_published_split(tmp_path: Path) -> None:
    parts = [part_of(tile) for tile in range(180)]
    assert [parts.count(part) for part in ("train", "val", "test")] == [144, 9, 27]
    test = [8, 9, 19, 28, 29, 39, 48, 49, 59, 68, 69, 79, 88, 89, 99, 108, 109, 119, 128, 129, 139]
    test += [148, 149, 159, 168, 169, 179]
    assert [tile for tile in range(180) if parts[tile] == "test"] == test
    graph: RoadGraph[RowCol] = RoadGraph.build([[10, 10], [10, 30], [10, 50]], [[0, 1], [1, 2]])
    for tile in (0, 8, 18, 21):
        write(tmp_path / f"region_{tile}_sat.png", np.full((3, 64, 64), 90, np.uint8))
        write_pickle_graph(tmp_path / f"region_{tile}_refine_gt_graph.p", graph)
    loaded = load_images(Source("cities", "."), tmp_path)
    assert [image.name for image in loaded] == ["region_0_sat", "region_21_sat"]
    # Their graphs are densified and cleaned already: taken as they are.
    assert np.array_equal(loaded[0].graph.vertices, graph.vertices)
    assert [image.name for image in load_images(Source("cities", ".", part="val"), tmp_path)] == [
        "region_18_sat"
    ]


def test_scene_pool_depends_on_the_step_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[int] = []

    def render(number: int, source: Source) -> RoadImage:
        rendered.append(number)
        return RoadImage.prepare(
            f"{number}", np.zeros((3, source.size_px, source.size_px), np.uint8), RoadGraph.empty()
        )

    monkeypatch.setattr("training.roads.rendered.render_image", render)
    source = Source("scenes", pool=3, size_px=32, refresh_steps=10)
    pool = ScenePool(source)
    names = [[image.name for image in pool.at(step).images] for step in (0, 9, 10, 45)]
    assert names == [["0", "1", "2"], ["0", "1", "2"], ["1", "2", "3"], ["4", "5", "6"]]
    assert rendered == [0, 1, 2, 3, 4, 5, 6]
    assert [image.name for image in ScenePool(source).at(45).images] == names[-1]


def test_sources_are_mixed_by_weight(town_folder: Path, tmp_path: Path) -> None:
    sources = (Source("masks", ".", weight=3.0), Source("masks", str(tmp_path), weight=1.0))
    for path in town_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    recipe = Recipe(run=RunOptions(crop_px=64, batch=4), sources=sources)
    crops = load_crops(recipe, town_folder)
    assert crops.chances.tolist() == [0.75, 0.25]
    batch, again = crops[5], crops[5]
    assert batch.image.shape == (4, 3, 64, 64)
    assert all((one == other).all() for one, other in zip(batch, again, strict=True))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: None, "no images"),
        (lambda folder: folder.rmdir(), "no folder"),
        (lambda folder: write(folder / "a.png", np.zeros((3, 8, 8), np.uint8)), "lacks 1 masks"),
        (lambda folder: (folder / "a.png").write_text("text"), "lacks 1 masks"),
        (
            lambda folder: [
                write(folder / "a.png", np.zeros((3, 8, 8), np.uint8)),
                write(folder / "a_mask.png", np.zeros((1, 8, 9), np.uint8)),
            ],
            "make them alike",
        ),
        (
            lambda folder: [
                (folder / "a.png").write_text("text"),
                write(folder / "a_mask.png", np.zeros((1, 8, 9), np.uint8)),
            ],
            "cannot be opened as a raster",
        ),
        (
            lambda folder: [
                write(folder / "a.png", np.zeros((3, 8, 8), np.uint8)),
                (folder / "a_mask.png").write_text("text"),
            ],
            "cannot be opened as a raster",
        ),
    ],
)
def test_bad_folders_are_refused_in_one_line(tmp_path: Path, spoil: object, message: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(EngineError, match=message) as caught:
        load_images(Source("masks", "folder"), tmp_path)
    assert "\n" not in str(caught.value)
