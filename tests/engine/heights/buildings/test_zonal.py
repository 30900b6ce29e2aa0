"""Zones measured in pieces, in groups and by what stands on them agree with looking at every pixel."""

import tracemalloc

import numpy as np
import pytest
import shapely

from engine.heights.buildings import standing, zonal
from engine.heights.buildings.standing import SeenGround
from engine.heights.buildings.zonal import measure_zones
from engine.heights.flow import ground_of_pixels
from engine.heights.pose import Pose
from engine.heights.seen_raster import open_seen
from tests.engine.heights.prism_samples import Town, make_town

ANGLES = (0.0, 0.7, 2.2, -2.9, -1.1)


def rough(seed: int = 1) -> Town:
    """A town with noise on everything and unknown places."""
    draw, one = np.random.default_rng(seed), make_town()
    heights = one.image_m + draw.normal(0.0, 0.5, one.image_m.shape).astype(np.float32)
    heights[draw.random(heights.shape) < 0.05] = np.nan
    return Town(one.grid, one.pose, one.ground, one.height_m, heights, one.ground_m)


def some_zones(count: int = 60) -> np.ndarray:
    draw = np.random.default_rng(2)
    middle, radius = draw.uniform(-20, 310, (count, 2)), draw.uniform(0.2, 60, count)
    zones = shapely.buffer(shapely.points(middle), radius, quad_segs=3)
    zones[::7] = shapely.difference(zones[::7], shapely.buffer(shapely.centroid(zones[::7]), 5.0))
    zones[-1] = shapely.Polygon()
    return zones


def same(one, other):
    for name in one.__slots__:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)


def test_pieces_and_groups_of_any_size_give_the_same(tmp_path, monkeypatch):
    town, zones = rough(), some_zones()
    with open_seen(town.write(tmp_path / "h.tif")) as raster:
        whole = measure_zones(raster.heights, zones, 300, 290)
        for name, value in (("_PIECE_PX", 3000), ("_GROUP_PX", 33), ("_LARGE_PX", 1)):
            monkeypatch.setattr(zonal, name, value)
            same(measure_zones(raster.heights, zones, 300, 290), whole)
    rows, cols = np.mgrid[:300, :290] + 0.5
    for number, zone in enumerate(zones):
        inside = town.image_m[shapely.contains_xy(zone, cols, rows)]
        known = inside[~np.isnan(inside)].astype(float)
        if len(known):
            assert whole.pixels[number] == len(known)
            assert whole.mean_m[number] == pytest.approx(known.mean())
            assert whole.median_m[number] == pytest.approx(np.median(known))
            assert whole.p90_m[number] == pytest.approx(np.quantile(known, 0.9))
            assert whole.max_m[number] == known.max()
    assert whole.pixels[-1] == 0
    assert np.isnan(whole.median_m[-1])


def test_of_many_heights_some_tell_the_median(tmp_path, monkeypatch):
    town = rough()
    zone = np.array([shapely.box(0, 0, 290, 300)])
    with open_seen(town.write(tmp_path / "h.tif")) as raster:
        whole = measure_zones(raster.heights, zone, 300, 290)
        monkeypatch.setattr(zonal, "_MOST_SORTED", 5000)
        monkeypatch.setattr(zonal, "_PIECE_PX", 999)
        some = measure_zones(raster.heights, zone, 300, 290)
    assert (some.pixels, some.max_m) == (whole.pixels, whole.max_m)
    assert some.mean_m == pytest.approx(whole.mean_m)
    assert some.median_m == pytest.approx(whole.median_m, abs=0.1)
    assert some.p90_m == pytest.approx(whole.p90_m, rel=0.1)


@pytest.mark.parametrize("angle_rad", ANGLES)
def test_what_stands_on_a_zone_is_what_comes_down_there(tmp_path, angle_rad):
    town, zones = rough(3), some_zones(40)
    pose = Pose(angle_rad, 0.8)
    rows, cols = ground_of_pixels(town.image_m, pose)
    with open_seen(town.write(tmp_path / "h.tif")) as raster:
        found = SeenGround(raster.heights, 300, 290, pose).standing(zones)
    for number, zone in enumerate(zones):
        inside = shapely.contains_xy(zone, cols, rows)
        top: dict[tuple[int, int], float] = {}
        for row, col, height in zip(rows[inside], cols[inside], town.image_m[inside], strict=True):
            place = (int(np.floor(row)), int(np.floor(col)))
            top[place] = max(top.get(place, -np.inf), float(height))
        if top:
            heights = list(top.values())
            assert found.pixels[number] == len(heights)
            assert found.median_m[number] == pytest.approx(np.median(heights))
            assert found.max_m[number] == max(heights)


def test_small_searches_find_as_much(tmp_path, monkeypatch):
    town, zones = rough(4), some_zones(30)
    pose = Pose(2.0, 1.1)
    with open_seen(town.write(tmp_path / "h.tif")) as raster:
        whole = SeenGround(raster.heights, 300, 290, pose).standing(zones)
        monkeypatch.setattr(standing, "_ROUNDS", 0)  # everything within 1100 m
        same(SeenGround(raster.heights, 300, 290, pose).standing(zones), whole)


def test_memory_is_that_of_a_piece_not_of_the_zone(tmp_path, monkeypatch):
    flat = np.ones((3000, 3000), dtype=np.float32)
    path = make_town().write(tmp_path / "h.tif", flat)
    monkeypatch.setattr(zonal, "_PIECE_PX", 2**16)
    monkeypatch.setattr(zonal, "_MOST_SORTED", 2**16)
    zone = np.array([shapely.Point(1500, 1500).buffer(1400)])
    with open_seen(path) as raster:
        tracemalloc.start()
        found = measure_zones(raster.heights, zone, 3000, 3000)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert found.pixels[0] == pytest.approx(zone[0].area, rel=1e-3)
    assert peak_bytes < 12e6  # the zone's heights alone are 24 MB
