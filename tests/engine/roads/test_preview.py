"""The picture shows the roads where they are, and leaves the rest alone."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from engine.errors import OutputError
from engine.frames import RowCol
from engine.roads.formats import read_graph
from engine.roads.georeference import to_pixels
from engine.roads.graph import RoadGraph
from engine.roads.preview import draw_roads, preview_raster, read_overview, write_preview

GREY = np.full((3, 90, 120), 128, dtype=np.uint8)


def road(confidence: float = 0.9) -> RoadGraph[RowCol]:
    return RoadGraph.build([(30, 10), (30, 100)], [(0, 1)], confidence=[confidence])


def test_only_pixels_near_the_road_change() -> None:
    drawn = draw_roads(GREY, road(), width_px=4)
    rows, cols = np.nonzero((drawn != GREY).any(axis=0))
    assert rows.min() >= 25
    assert rows.max() < 35
    assert cols.min() >= 5
    assert cols.max() < 105
    assert (GREY == 128).all()


def test_colour_tells_the_confidence() -> None:
    colours = [
        tuple(draw_roads(GREY, road(score), width_px=4)[:, 30, 55].tolist())
        for score in (0.9, 0.6, 0.2, np.nan)
    ]
    assert colours == [(255, 214, 10), (255, 140, 26), (229, 56, 59), (76, 201, 240)]


def test_edges_are_smooth() -> None:
    slanted: RoadGraph[RowCol] = RoadGraph.build([(10, 10), (80, 103)], [(0, 1)], confidence=[0.9])
    drawn = draw_roads(GREY, slanted, width_px=4)
    assert len(np.unique(drawn[0])) > 12


def test_junctions_are_white_and_ends_dark() -> None:
    graph: RoadGraph[RowCol] = RoadGraph.build(
        [(45, 60), (45, 10), (5, 60), (85, 110)], [(0, 1), (0, 2), (0, 3)]
    )
    drawn = draw_roads(GREY, graph, width_px=4)
    assert (drawn[:, 45, 60] > 240).all()
    assert (drawn[:, 45, 10] < 40).all()


def test_no_roads_leave_the_picture_as_it_is() -> None:
    assert (draw_roads(GREY, RoadGraph.empty()) == GREY).all()


def test_real_raster_in_degrees(data_dir: Path, tmp_path: Path) -> None:
    raster = data_dir / "roads" / "spacenet_paris" / "rgb.tif"
    lines = read_graph(data_dir / "roads" / "spacenet_paris" / "osm_roads.geojson")
    picture, grid = read_overview(raster, long_side_px=300)
    assert max(picture.shape) <= 301
    assert picture.std() > 20
    graph = to_pixels(lines.graph, grid, crs=lines.crs)
    preview_raster(tmp_path / "p.png", raster, graph, grid)
    with rasterio.open(tmp_path / "p.png") as png:
        assert png.driver == "PNG"
        drawn = png.read()
    plain, _ = read_overview(raster)
    assert drawn.shape == plain.shape
    changed = (drawn != plain).any(axis=0).mean()
    assert 0.005 < changed < 0.2
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.png"]


def test_unwritable_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        write_preview(tmp_path / "absent" / "p.png", GREY, road())
