"""Heights read in an image's pixels: the same everywhere, sharp at walls, and refused where they are none."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio import warp

from engine.errors import RasterError
from engine.heights.height_raster import HeightRaster
from engine.heights.pose import Pose, view_of
from engine.raster.grid import Grid
from engine.raster.windows import Window
from engine.raster.writer import Placement

UTM = rasterio.CRS.from_epsg(32633).to_wkt()
IMAGE = Placement(80, 100, Affine(0.5, 0, 5e5, 0, -0.5, 5.4e6), UTM)


def _write(path, heights, placement=IMAGE, *, band=None, **profile):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=1 if heights.ndim == 2 else len(heights),
        height=heights.shape[-2],
        width=heights.shape[-1],
        dtype=heights.dtype,
        crs=placement.crs,
        transform=placement.transform,
        **profile,
    ) as file:
        file.write(heights if heights.ndim == 3 else heights[None])
        for name, value in (band or {}).items():
            setattr(file, name, (value,))
    return str(path)


def _read(path, image=IMAGE, window=None):
    with HeightRaster(path, image) as file:
        return file.read(window or Window(0, 0, image.height, image.width))


def _rough(rows=80, cols=100):
    draw = np.random.default_rng(3)
    heights = draw.normal(0, 1, (rows, cols)).astype(np.float32)
    heights[20:40, 30:60] += 12.0
    return heights


def _blocks(place, rows, cols):
    """A flat roof of 12 m on ground of 0 m, and the distance from its edge in metres, at any places."""
    x, y = place @ (cols + 0.5, rows + 0.5)
    inside = np.minimum.reduce([x - 500_012, 500_032 - x, y - 5_399_970, 5_399_990 - y])
    return np.where(inside > 0, np.float32(12), np.float32(0)), np.abs(inside)


def test_the_same_grid_gives_the_same_heights_and_unknown_beyond(tmp_path):
    heights = _rough()
    heights[5, 6] = -9999
    path = _write(tmp_path / "h.tif", heights, nodata=-9999)
    heights[5, 6] = np.nan
    np.testing.assert_array_equal(_read(path), heights)
    around = _read(path, window=Window(-3, 90, 10, 20))
    np.testing.assert_array_equal(around[3:, :10], heights[:7, 90:])
    assert np.isnan(around[:3]).all()
    assert np.isnan(around[:, 10:]).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float64"])
def test_any_number_is_read_with_scale_and_offset(tmp_path, dtype):
    stored = np.arange(80 * 100).reshape(80, 100) % 200
    path = _write(
        tmp_path / "h.tif", stored.astype(dtype), band={"scales": 0.25, "offsets": -3.0, "units": "metre"}
    )
    np.testing.assert_array_equal(_read(path), (stored * 0.25 - 3.0).astype(np.float32))


@pytest.mark.parametrize(("unit", "metres"), [("cm", 0.01), ("ft", 0.3048)])
def test_heights_in_other_units_become_metres(tmp_path, unit, metres):
    path = _write(tmp_path / "h.tif", np.full((80, 100), 100, np.float32), band={"units": unit})
    np.testing.assert_allclose(_read(path), 100 * metres, rtol=1e-6)


def test_heights_of_the_challenge_are_centimetres(tmp_path):
    stored = np.full((80, 100), 1234, np.uint16)
    stored[3, 4] = 65535
    found = _read(_write(tmp_path / "JAX_a_AGL.tif", stored))
    assert np.isnan(found[3, 4])
    np.testing.assert_allclose(found[stored == 1234], 12.34, rtol=1e-6)


def test_infinite_heights_are_unknown(tmp_path):
    heights = _rough()
    heights[70, 90], heights[71, 90] = np.inf, -np.inf
    found = _read(_write(tmp_path / "h.tif", heights))
    np.testing.assert_array_equal(np.isnan(found), np.isinf(heights))


OTHER_GRIDS = {
    "finer": Affine(0.2, 0, 499_998, 0, -0.2, 5_400_003),
    "coarser": Affine(1.0, 0, 499_990, 0, -1.0, 5_400_003.3),
    "rotated": Affine.translation(499_970, 5_399_990) @ Affine.rotation(25) @ Affine.scale(0.6, -0.4),
    "south up": Affine(0.5, 0, 499_990.2, 0, 0.5, 5_399_950.1),
}


@pytest.mark.parametrize("transform", OTHER_GRIDS.values(), ids=OTHER_GRIDS)
def test_other_grids_keep_places_and_walls(tmp_path, transform):
    rows, cols = np.mgrid[:700, :700]
    heights, _ = _blocks(transform, rows, cols)
    path = _write(tmp_path / "h.tif", heights, Placement(700, 700, transform, UTM))
    truth, distance_m = _blocks(IMAGE.transform, *np.mgrid[:80, :100])
    found = _read(path)
    size_m = max(np.hypot(transform.a, transform.d), np.hypot(transform.b, transform.e))
    known = ~np.isnan(found)
    assert known.mean() > 0.6
    off_edge = known & (distance_m > 0.75 * size_m)
    np.testing.assert_array_equal(found[off_edge], truth[off_edge])
    # Nothing in between: a wall that becomes a slope goes across what it hides.
    assert set(np.unique(found[known]).tolist()) <= {0.0, 12.0}


def test_within_a_surface_heights_go_over_evenly(tmp_path):
    coarse = Affine(2.0, 0, 499_990, 0, -2.0, 5_400_010)
    rows, cols = np.mgrid[:80, :80]
    slope = (0.3 * rows + 0.2 * cols).astype(np.float32)
    path = _write(tmp_path / "h.tif", slope, Placement(80, 80, coarse, UTM))
    x, y = IMAGE.transform @ (np.arange(100)[None] + 0.5, np.arange(80)[:, None] + 0.5)
    expected = 0.3 * ((5_400_010 - y) / 2 - 0.5) + 0.2 * ((x - 499_990) / 2 - 0.5)
    np.testing.assert_allclose(_read(path), expected, atol=1e-4)


@given(
    st.integers(0, 79),
    st.integers(0, 99),
    st.integers(1, 80),
    st.integers(1, 100),
    st.sampled_from(sorted(OTHER_GRIDS)),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_height_is_the_same_through_any_window(tmp_path, monkeypatch, row, col, height, width, grid):
    transform = OTHER_GRIDS[grid]
    path = tmp_path / f"{grid}.tif"
    if not path.exists():
        _write(path, _rough(400, 400), Placement(400, 400, transform, UTM))
    whole = _read(str(path))
    monkeypatch.setattr("engine.heights.height_raster._READ_PX", 500)
    part = Window(row, col, min(height, 80 - row), min(width, 100 - col))
    np.testing.assert_array_equal(_read(str(path), window=part), whole[part.slices])


def test_degrees_and_metres_meet(tmp_path):
    image = Placement(80, 100, Affine(5e-6, 0, 15.0, 0, -4e-6, 48.75), "EPSG:4326")
    wkt = rasterio.CRS.from_epsg(4326).to_wkt()
    rows, cols = np.mgrid[:200, :200]
    metres = Affine(0.3, 0, 499_990, 0, -0.3, 5_399_600)
    grid, own = Grid.measured(image.transform, 80, 100, wkt), Grid.measured(metres, 200, 200, UTM)
    # Centred on the same place.
    x, y = warp.transform(wkt, UTM, *([part] for part in grid.centre))
    metres = Affine.translation(x[0] - own.centre[0], y[0] - own.centre[1]) @ metres
    heights = ((rows - 100) * 0.1 + (cols - 100) * 0.05).astype(np.float32)
    path = _write(tmp_path / "h.tif", heights, Placement(200, 200, metres, UTM))
    with HeightRaster(path, Placement(80, 100, image.transform, wkt)) as file:
        found = file.read(Window(0, 0, 80, 100))
        pose = file.pose_in_image(Pose.from_view(70.0, 25.0, Grid.measured(metres, 200, 200, UTM)))
    assert found[40, 50] == pytest.approx(0.0, abs=0.3)
    assert view_of(pose, grid) == pytest.approx((70.0, 25.0), abs=0.05)


@pytest.mark.parametrize("transform", OTHER_GRIDS.values(), ids=OTHER_GRIDS)
def test_a_view_of_the_heights_becomes_one_of_the_image(tmp_path, transform):
    path = _write(tmp_path / "h.tif", _rough(700, 700), Placement(700, 700, transform, UTM))
    own = Grid.measured(transform, 700, 700, UTM)
    with HeightRaster(path, IMAGE) as file:
        pose = file.pose_in_image(Pose.from_view(110.0, 30.0, own))
    image = Grid.measured(IMAGE.transform, IMAGE.height, IMAGE.width, UTM)
    assert view_of(pose, image) == pytest.approx((110.0, 30.0), abs=0.05)


NOWHERE = Placement(80, 100)


@pytest.mark.parametrize(
    ("own", "image"),
    [
        (NOWHERE, NOWHERE),
        (Placement(80, 100, Affine.scale(0.5, -0.5)), NOWHERE),
        (NOWHERE, Placement(80, 100, Affine.scale(2.0, -2.0))),
    ],
    ids=["both", "heights by a given size", "image only"],
)
def test_files_of_one_size_without_place_lie_on_each_other(tmp_path, own, image):
    heights = _rough()
    np.testing.assert_array_equal(_read(_write(tmp_path / "h.tif", heights, own), image), heights)


def test_a_part_in_local_metres_is_found_in_the_image(tmp_path):
    part = Placement(30, 40, Affine(0.5, 0, 10, 0, -0.5, -5))
    heights = _rough()[:30, :40]
    path = _write(tmp_path / "h.tif", heights, part)
    with HeightRaster(path, NOWHERE) as file:
        assert file.cover == Window(10, 20, 30, 40)
        np.testing.assert_array_equal(file.read(file.cover), heights)


@pytest.mark.parametrize(
    ("own", "image", "found"),
    [
        (Placement(80, 100, Affine(0.5, 0, 6e5, 0, -0.5, 5.4e6), UTM), IMAGE, "do not overlap"),
        (Placement(80, 100, IMAGE.transform, None), IMAGE, "no coordinate reference system"),
        (IMAGE, NOWHERE, "no coordinate reference system"),
        (NOWHERE, Placement(81, 100), "80 × 100 px and the image 81 × 100 px"),
        (
            Placement(80, 100, Affine(9e-6, 0, 100, 0, -9e-6, -80), rasterio.CRS.from_epsg(4326).to_wkt()),
            IMAGE,
            "do not overlap",
        ),
    ],
)
def test_what_lies_elsewhere_is_refused(tmp_path, own, image, found):
    path = _write(tmp_path / "h.tif", _rough(), own)
    with pytest.raises(RasterError, match=found):
        HeightRaster(path, image)


@pytest.mark.parametrize(
    ("planes", "band", "found"),
    [
        (np.zeros((3, 80, 100), np.float32), None, r"3 band\(s\)"),
        (np.zeros((80, 100), np.complex64), None, "complex"),
        (np.zeros((80, 100), np.float32), {"units": "inch"}, "'inch'"),
    ],
)
def test_what_is_no_heights_in_metres_is_refused(tmp_path, planes, band, found):
    path = _write(tmp_path / "h.tif", planes, band=band)
    with pytest.raises(RasterError, match=found):
        HeightRaster(path, IMAGE)


@pytest.mark.parametrize("value", [3.4e38, -9999.0, 1234.0])
def test_what_is_not_above_ground_is_refused(tmp_path, value):
    heights = _rough()
    heights[70, 90] = value
    path = _write(tmp_path / "h.tif", heights)
    with pytest.raises(RasterError, match=r"heights above ground lie between.*-a_nodata"):
        _read(path)


def test_a_cut_file_is_refused(tmp_path):
    path = _write(tmp_path / "h.tif", _rough(), compress="deflate")
    whole = (tmp_path / "h.tif").read_bytes()
    (tmp_path / "h.tif").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RasterError):
        _read(path)
