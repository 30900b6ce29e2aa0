"""Graphs end exactly where the compared area ends, and rasters tell where that is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import RasterError
from engine.evaluation.pairs import area as area_module
from engine.evaluation.pairs.area import Area, ValidPixels, read_image_area, read_mask_area
from engine.frames import RowCol
from engine.roads.clip import clip_graph
from engine.roads.graph import RoadGraph

Metres = RoadGraph[RowCol]
RING = Area(shapely.Point(50, 60).buffer(40) - shapely.Point(50, 60).buffer(15))
CENTIMETRES = st.integers(-3000, 15000).map(lambda number: number / 100)
POINTS = st.lists(st.tuples(CENTIMETRES, CENTIMETRES), min_size=2, max_size=8, unique=True)


def path(*points: tuple[float, float]) -> Metres:
    numbers = np.arange(len(points))
    return Metres.build(points, np.stack([numbers[:-1], numbers[1:]], axis=1))


def write(file: Path, planes: NDArray[Any], **profile: Any) -> Path:
    bands, height, width = planes.shape
    with rasterio.open(
        file, "w", driver="GTiff", count=bands, height=height, width=width, dtype=planes.dtype, **profile
    ) as raster:
        raster.write(planes)
    return file


@given(POINTS)
def test_what_is_inside_stays_and_what_is_outside_goes(points: list[tuple[float, float]]) -> None:
    road = path(*points)
    cut = RING.clip(road)
    lines = shapely.linestrings(road.vertices[road.edges])
    expected = shapely.length(shapely.intersection(lines, RING.geometry)).sum()
    assert cut.edge_lengths.sum() == pytest.approx(expected, abs=1e-5)
    assert np.all(shapely.distance(RING.geometry, shapely.points(cut.vertices)) < 1e-9)
    again = RING.clip(cut)
    assert again.edge_lengths.sum() == pytest.approx(cut.edge_lengths.sum(), abs=1e-5)


@given(POINTS)
def test_a_rectangle_cuts_as_the_raster_border_does(points: list[tuple[float, float]]) -> None:
    road = path(*points)
    cut = Area(shapely.box(0, 0, 70, 90)).clip(road)
    same = clip_graph(road, 70, 90)
    assert cut.edge_lengths.sum() == pytest.approx(same.edge_lengths.sum(), abs=1e-5)


def test_edges_wholly_inside_keep_every_bit() -> None:
    road = path((50.1, 31.7), (50.3 / 3, 40.0), (88.8, 60.0))
    whole = Area(shapely.box(0, 0, 100, 100)).clip(road)
    assert np.array_equal(whole.vertices, road.vertices)
    assert np.array_equal(whole.edges, road.edges)


def test_pieces_keep_attributes_and_heights_are_interpolated() -> None:
    road = Metres.build([(50, 0), (50, 120)], [(0, 1)], confidence=[0.7], layer=[1], width_m=[5], z_m=[0, 12])
    cut = RING.clip(road)
    assert len(cut.edges) == 2
    assert (cut.confidence.tolist(), cut.layer.tolist(), cut.width_m.tolist()) == (
        [0.7] * 2,
        [1] * 2,
        [5] * 2,
    )
    columns = cut.vertices[:, 1]
    assert np.sort(columns) == pytest.approx([20, 45, 75, 100], abs=0.1)
    assert cut.z_m == pytest.approx(columns / 10)


def test_a_road_along_the_border_stays_and_a_touching_one_goes() -> None:
    square = Area(shapely.box(0, 0, 10, 10))
    assert square.clip(path((0, 2), (0, 8))).edge_lengths.sum() == 6
    assert len(square.clip(path((-5, 5), (5, -5))).edges) == 0
    assert len(square.clip(path((-5, 0), (0, 0))).edges) == 0


def test_a_road_through_a_corner_of_a_hole_stays_in_one_piece() -> None:
    hole = shapely.box(0, 0, 30, 30) - shapely.Polygon([(10, 10), (10, 20), (20, 20)])
    cut = Area(hole).clip(path((10, -5), (10, 9.9), (10, 10), (5, 15), (10, 20), (35, 25)))
    assert (cut.degrees == 1).sum() == 2
    cut = Area(hole).clip(path((0, 0), (20, 0), (20, 30)))
    assert len(cut.edges) == 2


def test_nothing_is_left_in_an_empty_area() -> None:
    empty = Area(shapely.MultiPolygon())
    assert len(empty.clip(path((0, 0), (9, 9))).vertices) == 0
    assert empty.border_distance([(1, 2)]).tolist() == [np.inf]
    assert len(RING.clip(Metres.empty()).vertices) == 0


def test_the_border_is_as_far_from_inside_as_from_outside() -> None:
    points = [(50, 60), (50, 80), (50, 110), (10, 60)]
    assert RING.border_distance(points) == pytest.approx([15, 5, 10, 0], abs=0.1)
    assert RING.border_distance(np.empty((0, 2))).shape == (0,)
    two = Area(shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]))
    assert two.border_distance([(15, 5), (5, 5), (29, 5)]).tolist() == [5, 5, 1]


def test_polygons_cover_the_valid_pixels_and_no_other() -> None:
    valid = np.random.default_rng(5).random((23, 31)) < 0.6
    drawn = ValidPixels(valid, 23, 31).polygons()
    rows, cols = np.mgrid[:23, :31] + 0.5
    shapely.prepare(drawn)
    assert np.array_equal(shapely.contains_xy(drawn, rows.ravel(), cols.ravel()), valid.ravel())
    assert drawn.area == valid.sum()
    assert drawn.is_valid


def test_reduced_pixels_end_at_the_border_of_the_raster() -> None:
    drawn = ValidPixels(np.array([[True, False], [True, True]]), 13, 17, reduction=10).polygons()
    assert drawn.bounds == (0, 0, 13, 17)
    assert drawn.area == 13 * 17 - 10 * 7


def test_a_mask_counts_where_it_is_valid_and_not_0(tmp_path: Path) -> None:
    band = np.array([[[0, 1, 255, 7]]], dtype=np.uint8)
    found = read_mask_area(write(tmp_path / "mask.tif", band, nodata=255))
    assert found.valid is not None
    assert found.valid.tolist() == [[False, True, False, True]]


def test_images_without_a_way_to_be_invalid_are_not_read(tmp_path: Path) -> None:
    file = write(tmp_path / "image.tif", np.full((3, 40, 50), 255, dtype=np.uint8))
    assert read_image_area(file, blank_white=False).valid is None
    assert read_image_area(file, blank_white=False).outline.bounds == (0, 0, 40, 50)


def test_nodata_and_alpha_bound_an_image_but_dark_specks_do_not(tmp_path: Path) -> None:
    rgb = np.full((3, 200, 300), 90, dtype=np.uint8)
    rgb[:, :, 220:] = 0
    rgb[:, 50:60, 50:60] = 0
    inside = np.zeros((200, 300), dtype=bool)
    inside[:, :220] = True
    found = read_image_area(write(tmp_path / "nodata.tif", rgb, nodata=0), blank_white=False)
    assert np.array_equal(found.valid, inside)
    alpha = np.concatenate([rgb, np.where(inside, 255, 0)[None].astype(np.uint8)])
    file = write(tmp_path / "alpha.tif", alpha, photometric="RGB", alpha="yes")
    assert np.array_equal(read_image_area(file, blank_white=False).valid, inside)


def test_white_paper_is_left_out_on_demand(tmp_path: Path) -> None:
    rgb = np.full((3, 200, 300), 90, dtype=np.uint8)
    rgb[:, 100:] = 255
    file = write(tmp_path / "paper.tif", rgb)
    found = read_image_area(file, blank_white=True).polygons()
    assert found.bounds == (0, 0, 96, 300)
    assert read_image_area(file, blank_white=False).polygons().bounds == (0, 0, 200, 300)


def test_large_rasters_are_looked_at_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rgb = np.full((3, 201, 302), 90, dtype=np.uint8)
    rgb[:, :, 220:] = 0
    file = write(tmp_path / "large.tif", rgb, nodata=0)
    monkeypatch.setattr(area_module, "LONGEST_SIDE_PX", 101)
    for found in (read_image_area(file, blank_white=False), read_mask_area(file)):
        assert found.reduction == 3
        assert found.valid is not None
        assert found.valid.shape == (67, 101)
        assert found.polygons().bounds == pytest.approx((0, 0, 201, 220), abs=3)


def test_a_number_that_is_none_counts_for_nothing_in_a_mask(tmp_path: Path) -> None:
    band = np.array([[[np.nan, 0.0], [0.2, 1.0]]], dtype=np.float32)
    found = read_mask_area(write(tmp_path / "mask.tif", band))
    assert found.valid is not None
    assert found.valid.tolist() == [[False, False], [True, True]]


def test_a_cut_mask_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(1, 255, (1, 400, 400), dtype=np.uint8)
    file = write(tmp_path / "cut.tif", noise, compress="deflate")
    file.write_bytes(file.read_bytes()[:60_000])
    with pytest.raises(RasterError, match="cannot be"):
        read_mask_area(file)
