"""Calibration by files: points and lidar at their place on the ground, however the image leans."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.warp import reproject

from engine.errors import RasterError, VectorError
from engine.heights.known.calibration import calibrate, calibrate_by_points, calibrate_by_raster
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
from tests.engine.heights.prism_samples import PLACES, Town, make_town, write_features
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

SLOPE = 1.35


@cache
def town(place: str = "utm") -> Town:
    return make_town(place, off_nadir_deg=30.0)


def too_low(folder, one, view, *, noise_m=0.0):
    """Write the town with heights that are too low, as a network would that sees the lean as it is."""
    draw = np.random.default_rng(3)
    heights = one.image_m / SLOPE + draw.normal(0.0, noise_m, one.image_m.shape)
    pose = (
        one.pose if view == "options" else replace(one.pose, scale_px_per_m=one.pose.scale_px_per_m * SLOPE)
    )
    return one.write(folder / "e.tif", heights, **HeightTags(pose, view=view).as_tags())


def points(folder, one, *, crs="own", heights=None, field="height_m", kind="float"):
    crs = one.grid.crs if crs == "own" else crs
    centres = shapely.centroid(one.placed(one.ground, crs))
    known = one.height_m if heights is None else heights
    values = [{field: None if value is None else value} for value in known]
    path = folder / "p.gpkg"
    return write_features(path, centres, crs=crs, kind="Point", fields={field: kind}, values=values)


@pytest.mark.parametrize("view", ["options", "network"])
@pytest.mark.parametrize("place", PLACES)
def test_points_on_the_ground_find_the_slope_of_leaning_heights(tmp_path, place, view):
    one = town(place)
    result = calibrate(too_low(tmp_path, one, view), points(tmp_path, one))
    assert result.slope == pytest.approx(SLOPE, rel=1e-5)
    assert (result.count, result.kept, result.ignored) == (9, 9, 0)
    assert result.rmse_after_m < 1e-4 < result.rmse_before_m


def test_points_in_another_system_with_mistakes_and_strays(tmp_path):
    one = town()
    known = [float(value) for value in one.height_m]
    known[2], known[7] = 45.0, None
    layer = points(tmp_path, one, crs="EPSG:4326", heights=known, field="hoehe")
    result = calibrate(too_low(tmp_path, one, "network"), layer, field="hoehe")
    assert result.slope == pytest.approx(SLOPE, rel=1e-4)
    assert (result.count, result.kept, result.ignored) == (8, 7, 1)


def test_heights_written_as_text_and_points_outside(tmp_path):
    one = town()
    centres = shapely.centroid(one.placed(one.ground))
    geometries = [*centres, shapely.Point(0, 0), None, shapely.MultiPoint(list(centres[:2]))]
    texts = [*[f"{value:.1f}" for value in one.height_m], "12", "12", "high"]
    values = [{"height_m": text} for text in texts]
    fields = {"height_m": "str"}
    layer = write_features(tmp_path / "p.gpkg", geometries, kind="Unknown", fields=fields, values=values)
    result = calibrate_by_points(too_low(tmp_path, one, "options"), layer)
    assert result.slope == pytest.approx(SLOPE, rel=1e-4)
    assert (result.count, result.ignored) == (9, 3)


@pytest.mark.parametrize("view", ["options", "network"])
@pytest.mark.parametrize("place", PLACES)
def test_lidar_on_the_same_grid(tmp_path, place, view):
    one = town(place)
    lidar = one.write(tmp_path / "lidar.tif", one.ground_m)
    result = calibrate(too_low(tmp_path, one, view, noise_m=0.4), lidar)
    assert result.slope == pytest.approx(SLOPE, rel=0.006)
    assert result.kept > 0.9 * result.count


@pytest.mark.parametrize("m_per_px", [0.25, 0.8, 2.0])
@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:32632"])
def test_a_patch_of_lidar_on_another_grid(tmp_path, m_per_px, crs):
    one = town()
    left, bottom, right, top = rasterio.warp.transform_bounds(
        one.grid.crs, crs, 5e5 + 20, 5.4e6 - 130, 5e5 + 110, 5.4e6 - 20
    )
    transform = Affine(m_per_px, 0, left, 0, -m_per_px, top)
    patch = np.full((int((top - bottom) / m_per_px), int((right - left) / m_per_px)), -9999.0, np.float32)
    reproject(
        one.ground_m,
        patch,
        src_transform=one.grid.transform,
        src_crs=one.grid.crs,
        dst_transform=transform,
        dst_crs=crs,
        dst_nodata=-9999.0,
        init_dest_nodata=True,
        resampling=rasterio.enums.Resampling.average,
    )
    place = {"crs": crs, "transform": transform, "height": len(patch), "width": patch.shape[1]}
    with rasterio.open(
        tmp_path / "l.tif", "w", driver="GTiff", dtype="float32", count=1, nodata=-9999.0, **place
    ) as file:
        file.write(patch, 1)
    result = calibrate_by_raster(too_low(tmp_path, one, "options", noise_m=0.3), tmp_path / "l.tif")
    assert result.slope == pytest.approx(SLOPE, rel=0.02)


@pytest.mark.parametrize("view", ["options", "network"])
def test_a_town_with_trees_and_sloping_roofs(tmp_path, view):
    options = SceneOptions(seed=4, height_px=400, width_px=400, m_per_px=0.5, off_nadir_deg=28, built_up=0.6)
    scene, nadir = render_scene(options), render_scene(replace(options, off_nadir_deg=0.0))
    grid = town().grid.measured(scene.transform, 400, 400, "EPSG:32633")
    pose = Pose(scene.angle_rad, scene.scale_px_per_m)
    nothing = np.empty(0)
    one = Town(grid, pose, nothing, nothing, scene.height_m, nadir.height_m)
    lidar = one.write(tmp_path / "lidar.tif", one.ground_m)
    result = calibrate(too_low(tmp_path, one, view, noise_m=0.8), lidar)
    assert result.slope == pytest.approx(SLOPE, rel=0.01)
    assert result.rmse_after_m < 0.6 < result.rmse_before_m


@pytest.mark.parametrize(
    ("view", "seen"),
    [
        ("network", True),
        ("options; off-nadir of network", True),
        ("options; azimuth of network", False),
        ("IMD file network.IMD", False),
    ],
)
def test_who_saw_the_lean_stands_in_the_file(tmp_path, view, seen):
    one = town()
    lidar = one.write(tmp_path / "lidar.tif", one.ground_m)
    heights = too_low(tmp_path, one, view)
    assert calibrate(heights, lidar) == calibrate(heights, lidar, from_network=seen)
    assert calibrate(heights, lidar) != calibrate(heights, lidar, from_network=not seen)


def test_the_caller_may_know_better_who_saw_the_lean(tmp_path):
    one = town()
    heights = too_low(tmp_path, one, "network")
    lidar = one.write(tmp_path / "lidar.tif", one.ground_m)
    right = calibrate(heights, lidar)
    assert calibrate(heights, lidar, from_network=True) == right
    assert calibrate(heights, lidar, from_network=False) != right


def test_what_cannot_be_compared_is_refused(tmp_path):
    one = town()
    heights = too_low(tmp_path, one, "options")
    layer = points(tmp_path, one)
    with pytest.raises(VectorError, match="no attribute 'z', but height_m"):
        calibrate(heights, layer, field="z")
    with pytest.raises(RasterError, match="2 of 9 known heights can be compared"):
        calibrate(heights, points(tmp_path, one, heights=[5.0, 6.0, *[1.0] * 7]))
    roofs = write_features(tmp_path / "roofs.gpkg", one.placed(one.roofs))
    with pytest.raises(VectorError, match="no layer of points"):
        calibrate(heights, roofs)
    centres, values = shapely.centroid(one.placed(one.ground)), [{"height_m": 5.0}] * 9
    write_features(
        tmp_path / "n.gpkg", centres, crs=None, kind="Point", fields={"height_m": "float"}, values=values
    )
    with pytest.raises(VectorError, match=r"n\.gpkg has no coordinate reference system"):
        calibrate(heights, tmp_path / "n.gpkg")
    with pytest.raises(RasterError, match="cannot be opened"):
        calibrate(heights, tmp_path / "absent.tif")
    bare = one.write(tmp_path / "bare.tif", PLUMBLINE_ANGLE_RAD="")
    with pytest.raises(RasterError, match="PLUMBLINE_ANGLE_RAD"):
        calibrate(bare, bare)
    far = replace(one, grid=replace(one.grid, transform=Affine(0.5, 0, 6e5, 0, -0.5, 5.4e6)))
    with pytest.raises(RasterError, match="do not overlap"):
        calibrate(heights, far.write(tmp_path / "far.tif"))
    with pytest.raises(RasterError, match="known heights can be compared"):
        calibrate(heights, one.write(tmp_path / "flat.tif", np.zeros_like(one.ground_m)))
