"""Laws of the ground view through files: the same as in memory, whatever the blocks, grids and bands."""

import tracemalloc
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from math import pi

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize
from scipy import ndimage

from engine.errors import Cancelled, RasterError
from engine.heights.flow import ground_positions
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.ground_view import GROUND_VIEW, rectify_blocks, write_ground_view
from engine.heights.nadir.rectify import rectify
from engine.heights.nadir.sharpen import sharpen
from engine.heights.pose import Pose, view_of
from engine.progress import Silent
from engine.raster.grid import Grid
from engine.raster.source import Source
from engine.raster.writer import NODATA, Placement
from tests.engine.heights.nadir.raster_samples import HALF_METRES, write_raster
from training.scenes.options import SceneOptions
from training.scenes.scene import CRS, render_scene

PLACES = {
    "utm": (CRS, HALF_METRES),
    "rotated": (CRS, Affine.translation(5e5, 5.4e6) @ Affine.rotation(33) @ Affine.scale(0.5, -0.5)),
    "degrees": ("EPSG:4326", Affine(9e-6, 0, 11, 0, -4.5e-6, 60)),
    "not square": (CRS, Affine(0.4, 0, 5e5, 0, -0.9, 5.4e6)),
    "no place": (None, Affine.identity()),
}


def _read(path):
    """The heights of a file, NaN where unknown."""
    with rasterio.open(path) as file:
        return file.read(1, masked=True).filled(np.nan)


def _rough(seed, rows, cols):
    """Noisy ground with towers and unknown places, and colours that name their pixels."""
    draw = np.random.default_rng(seed)
    height = draw.normal(0.0, 0.4, (rows, cols))
    for _ in range(8):
        row, col = draw.integers(0, rows - 8), draw.integers(0, cols - 8)
        height[row : row + 7, col : col + 6] = draw.uniform(2.0, 40.0) + draw.normal(0.0, 0.6, (7, 6))
    height = ndimage.gaussian_filter(height, draw.choice([0.0, 1.0])).astype(np.float32)
    height[draw.random((rows, cols)) < 0.01] = np.nan
    return height, draw.integers(1, 256, (3, rows, cols), dtype=np.uint8)


def _in_memory(height, pose, rgb=None):
    return rectify(sharpen(height, pose), pose, rgb)


def _by_blocks(raster, heights, pose, core_px):
    """What the blocks make, put together, and the number of blocks."""
    with ExitStack() as files:
        image = Source(str(raster), None)
        files.callback(image.close)
        source = files.enter_context(HeightRaster(str(heights), Placement.of_file(image.dataset)))
        whole = source.cover
        height = np.full((whole.height, whole.width), 999.0, dtype=np.float32)
        rgb, count = np.full((3, whole.height, whole.width), 77, dtype=np.uint8), 0
        for window, result in rectify_blocks(image, source, pose, core_px=core_px):
            height[window.slices], rgb[:, *window.slices] = result.height_m, result.rgb
            count += 1
    return height, rgb, count


@given(
    seed=st.integers(0, 10_000),
    angle_rad=st.floats(-pi, pi),
    scale=st.one_of(st.just(0.0), st.floats(0.001, 3.0), st.just(1e-300)),
    core_px=st.integers(20, 200),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_result_does_not_depend_on_the_blocks(tmp_path, monkeypatch, seed, angle_rad, scale, core_px):
    monkeypatch.setattr("engine.heights.nadir.landing.CELL_PX", 16)
    monkeypatch.setattr("engine.heights.nadir.ground_view.CORE_PX", 48)
    height, rgb = _rough(seed, 150, 110)
    pose = Pose(angle_rad, scale)
    raster = write_raster(tmp_path / "rgb.tif", rgb)
    heights = write_raster(tmp_path / "height.tif", height, nodata=np.nan)
    expected = _in_memory(height, pose, rgb)
    found, colours, count = _by_blocks(raster, heights, pose, core_px)
    assert count == -(-150 // core_px) * -(-110 // core_px)
    np.testing.assert_array_equal(found, expected.height_m)
    np.testing.assert_array_equal(colours, expected.rgb)


@cache
def _town(*, overpasses=False):
    """A town from aslant and from nadir."""
    options = SceneOptions(
        seed=3,
        height_px=320,
        width_px=288,
        m_per_px=0.5,
        off_nadir_deg=27.0,
        view_azimuth_deg=20.0,
        built_up=0.7,
        overpasses=overpasses,
    )
    return render_scene(options), render_scene(replace(options, off_nadir_deg=0.0))


def _town_files(folder, place):
    aslant, _ = _town()
    crs, transform = PLACES[place]
    raster = write_raster(folder / "rgb.tif", aslant.rgb, crs, transform, photometric="rgb")
    heights = write_raster(folder / "height.tif", aslant.height_m, crs, transform, nodata=NODATA)
    return raster, heights, Pose(aslant.angle_rad, aslant.scale_px_per_m)


@pytest.mark.parametrize("place", PLACES)
def test_a_rectified_town_is_the_town_from_nadir(tmp_path, monkeypatch, place):
    monkeypatch.setattr("engine.heights.nadir.ground_view.CORE_PX", 128)
    raster, heights, pose = _town_files(tmp_path, place)
    crs, transform = PLACES[place]
    if crs is not None:
        # As a user gives it: by the direction to the sensor, which the grid turns into one in the image.
        grid = Grid.measured(transform, 320, 288, rasterio.CRS.from_string(crs).to_wkt())
        pose = Pose.from_view(*view_of(pose, grid), grid)
    view = write_ground_view(
        str(raster),
        heights,
        pose,
        rectified=tmp_path / "r.tif",
        rectified_rgb=tmp_path / "c.tif",
        tags={"PLUMBLINE_WEIGHTS": "x", "PLUMBLINE_SCALE_PX_PER_M": "3.0"},
    )
    assert view.files == [tmp_path / "r.tif", tmp_path / "c.tif"]
    aslant, nadir = _town()
    found, truth = _read(tmp_path / "r.tif"), nadir.height_m
    assert view.hidden_share == pytest.approx(np.isnan(found).mean(), abs=1e-3)
    edge = ndimage.maximum_filter(truth, 5) - ndimage.minimum_filter(truth, 5) > 1.5
    compared = ~aslant.occlusion & ~edge & ~np.isnan(found)
    assert compared.mean() > 0.3
    assert np.sqrt(np.mean((found - truth)[compared] ** 2)) <= 0.3
    assert np.isnan(found)[~aslant.occlusion & ~edge].mean() <= 0.01
    wide = ndimage.binary_opening(aslant.occlusion, np.ones((3, 3)))
    assert np.isnan(found)[wide].mean() >= 0.9
    with rasterio.open(tmp_path / "r.tif") as one, rasterio.open(tmp_path / "c.tif") as other:
        for file in (one, other):
            with rasterio.open(raster) as image:
                assert (file.crs, file.shape) == (image.crs, image.shape)
                assert file.transform == image.transform
            assert file.tags()["PLUMBLINE_WEIGHTS"] == "x"
            assert float(file.tags()["PLUMBLINE_SCALE_PX_PER_M"]) == 0.0
            assert float(file.tags()["PLUMBLINE_SEEN_SCALE_PX_PER_M"]) == pose.scale_px_per_m
        np.testing.assert_array_equal(other.dataset_mask() > 0, ~np.isnan(found))
        rgb = other.read()
    assert not rgb[:, np.isnan(found)].any()
    # The sensor's noise differs from view to view, the walls' shade too.
    flat = compared & (truth < 0.5)
    assert np.abs(rgb[:, flat].astype(int) - nadir.rgb[:, flat]).mean() <= 12.0


def test_footprints_are_within_a_pixel(tmp_path):
    raster, heights, pose = _town_files(tmp_path, "utm")
    write_ground_view(str(raster), heights, pose, rectified=tmp_path / "r.tif", rectified_rgb=None)
    aslant, nadir = _town()
    found, square = _read(tmp_path / "r.tif"), np.ones((3, 3), dtype=bool)
    buildings = rasterize(aslant.footprints, found.shape) > 0
    around = ndimage.binary_dilation(buildings, iterations=6) & ~np.isnan(found)
    high, truly_high = found > 2.0, nadir.height_m > 2.0
    assert (around & high).sum() > 2000
    assert ndimage.binary_dilation(truly_high, square)[around & high].mean() >= 0.999
    assert ndimage.binary_dilation(~truly_high, square)[around & ~high].mean() >= 0.999


def test_roads_and_overpasses_are_within_a_pixel(tmp_path):
    aslant, _ = _town(overpasses=True)
    crs, transform = PLACES["not square"]
    heights = write_raster(tmp_path / "height.tif", aslant.height_m, crs, transform, nodata=NODATA)
    pose = Pose(aslant.angle_rad, aslant.scale_px_per_m)
    shown = aslant.image_graph.vertices
    with HeightRaster(
        str(heights), Placement(320, 288, transform, rasterio.CRS.from_string(crs).to_wkt())
    ) as file:
        height_m = file.read(file.cover)
    pixel = np.floor(shown).astype(int)
    pixel = np.clip(pixel, 0, np.array(height_m.shape) - 1)
    height = height_m[*pixel.T]
    seen = np.abs(height - aslant.image_graph.z_m) < 0.5  # not behind a tree or a roof
    assert seen.sum() > 20
    assert (seen & (aslant.image_graph.z_m > 4.0)).any()
    moved = ground_positions(shown[seen], height[seen], pose)
    moved = moved[((moved >= 0) & (moved <= height_m.shape)).all(axis=1)]
    roads = shapely.union_all(shapely.linestrings(aslant.graph.vertices[aslant.graph.edges]))
    assert shapely.distance(shapely.points(moved), roads).max() <= 1.0


def test_a_view_from_nadir_stays_as_it_is(tmp_path):
    height, rgb = _rough(1, 60, 50)
    raster = write_raster(tmp_path / "rgb.tif", rgb)
    heights = write_raster(tmp_path / "height.tif", height, nodata=np.nan)
    write_ground_view(
        str(raster),
        heights,
        Pose(1.0, 0.0),
        rectified=tmp_path / "r.tif",
        rectified_rgb=tmp_path / "c.tif",
    )
    np.testing.assert_array_equal(_read(tmp_path / "r.tif"), height)
    with rasterio.open(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.read(), np.where(np.isnan(height), 0, rgb))


def test_nothing_piles_up_at_the_border(tmp_path):
    height = np.full((40, 40), 30.0, dtype=np.float32)
    raster = write_raster(tmp_path / "rgb.tif", np.full((3, 40, 40), 200, dtype=np.uint8))
    heights = write_raster(tmp_path / "height.tif", height)
    write_ground_view(str(raster), heights, Pose(0.0, 1.0), rectified=tmp_path / "r.tif", rectified_rgb=None)
    found = _read(tmp_path / "r.tif")
    assert np.isnan(found[:30]).all()
    assert (found[30:] == 30.0).all()


@pytest.mark.parametrize("kind", ["nodata", "alpha", "mask"])
def test_what_is_no_image_moves_nowhere(tmp_path, kind):
    height, rgb = _rough(3, 60, 50)
    height = np.nan_to_num(height)
    valid = np.ones((60, 50), dtype=bool)
    valid[:, :18] = False
    planes = np.where(valid, rgb, 0).astype(np.uint8)
    profile = {"nodata": 0} if kind == "nodata" else {}
    if kind == "alpha":
        planes = np.concatenate([rgb, np.where(valid, np.uint8(255), np.uint8(0))[None]])
        profile = {"photometric": "rgb", "alpha": "yes"}
    raster = write_raster(tmp_path / "rgb.tif", planes, **profile)
    if kind == "mask":
        with rasterio.open(raster, "r+") as file:
            file.write_mask(valid)
    heights = write_raster(tmp_path / "height.tif", height)
    pose = Pose(0.7, 0.5)
    write_ground_view(
        str(raster), heights, pose, rectified=tmp_path / "r.tif", rectified_rgb=tmp_path / "c.tif"
    )
    expected = rectify(np.where(valid, sharpen(height, pose), np.float32(np.nan)), pose, rgb)
    np.testing.assert_array_equal(_read(tmp_path / "r.tif"), expected.height_m)
    with rasterio.open(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.read(), expected.rgb)


def test_sixteen_bits_come_out_as_the_reader_shows_them(tmp_path):
    height, rgb = _rough(5, 60, 50)
    raster = write_raster(tmp_path / "rgb.tif", rgb.astype(np.uint16) * 8)
    heights = write_raster(tmp_path / "height.tif", height, nodata=np.nan)
    source = Source(str(raster), (3, 1, 2))
    shown = source.read(Grid(PLACES["utm"][1], 60, 50, None, 1.0).whole).rgb
    source.close()
    pose = Pose(0.7, 0.5)
    write_ground_view(
        str(raster), heights, pose, rectified=None, rectified_rgb=tmp_path / "c.tif", bands=(3, 1, 2)
    )
    with rasterio.open(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.read(), _in_memory(height, pose, shown).rgb)


def test_heights_of_a_part_give_a_view_of_that_part(tmp_path):
    height, rgb = _rough(6, 60, 50)
    raster = write_raster(tmp_path / "rgb.tif", rgb)
    moved = PLACES["utm"][1] @ Affine.translation(7, 11)
    heights = write_raster(tmp_path / "height.tif", height[11:41, 7:47], transform=moved, nodata=np.nan)
    pose = Pose(2.0, 0.5)
    write_ground_view(
        str(raster), heights, pose, rectified=tmp_path / "r.tif", rectified_rgb=tmp_path / "c.tif"
    )
    expected = _in_memory(height[11:41, 7:47], pose, rgb[:, 11:41, 7:47])
    np.testing.assert_array_equal(_read(tmp_path / "r.tif"), expected.height_m)
    with rasterio.open(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.read(), expected.rgb)
        assert file.transform == moved


@pytest.mark.parametrize("which", ["raster", "heights"])
def test_nothing_is_rectified_twice(tmp_path, which):
    height, rgb = _rough(7, 30, 30)
    tags = {GROUND_VIEW: "yes"}
    raster = write_raster(tmp_path / "rgb.tif", rgb, tags=tags if which == "raster" else None)
    heights = write_raster(
        tmp_path / "height.tif", np.nan_to_num(height), tags=tags if which == "heights" else None
    )
    with pytest.raises(RasterError, match="rectified already"):
        write_ground_view(
            str(raster), heights, Pose(0.0, 1.0), rectified=tmp_path / "r.tif", rectified_rgb=None
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["height.tif", "rgb.tif"]


class _Stop(Silent):
    def __init__(self, what):
        self.what = what

    def report(self, done, total, what):
        if what == self.what:
            raise Cancelled


@pytest.mark.parametrize("what", ["looking for what is high", "rectifying", "writing"])
def test_cancelling_leaves_nothing(tmp_path, what):
    height, rgb = _rough(8, 30, 30)
    raster = write_raster(tmp_path / "rgb.tif", rgb)
    heights = write_raster(tmp_path / "height.tif", np.nan_to_num(height))
    (tmp_path / "r.tif").write_text("old")
    with pytest.raises(Cancelled):
        write_ground_view(
            str(raster),
            heights,
            Pose(0.0, 1.0),
            rectified=tmp_path / "r.tif",
            rectified_rgb=tmp_path / "c.tif",
            progress=_Stop(what),
        )
    assert (tmp_path / "r.tif").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["height.tif", "r.tif", "rgb.tif"]


def test_memory_is_bounded_by_the_block_not_by_the_raster(tmp_path):
    rows, cols = 2560, 512
    height = np.zeros((rows, cols), dtype=np.float32)
    height[500:540, 200:260] = 50.0
    raster = write_raster(tmp_path / "rgb.tif", np.full((3, rows, cols), 90, dtype=np.uint8), tiled=True)
    heights = write_raster(tmp_path / "height.tif", height, tiled=True)
    peaks = []
    for core_px in (256, rows):
        with ExitStack() as files:
            image = Source(str(raster), None)
            files.callback(image.close)
            source = files.enter_context(HeightRaster(str(heights), Placement.of_file(image.dataset)))
            tracemalloc.start()
            for _ in rectify_blocks(image, source, Pose(0.4, 1.0), core_px=core_px):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[0] < 30e6
    assert peaks[1] > 2 * peaks[0]
