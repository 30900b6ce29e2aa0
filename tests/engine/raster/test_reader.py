"""The reader: right place, right size, and the same pixel through whatever window it is read."""

import zipfile

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.io import MemoryFile

from engine.errors import RasterError
from engine.raster.crs import WGS_84, ground_size_m, parse_crs, reproject_points
from engine.raster.placement import SIZE_TOLERANCE
from engine.raster.reader import Extent, RasterOptions, open_raster
from engine.raster.windows import Window, tile

UTM = {"crs": "EPSG:32631", "transform": Affine(1, 0, 450_000, 0, -1, 5_400_000)}


def _centroid(light, around, reach=7):
    """Find the centre of light in the corner frame near a place."""
    row, col = (int(part) for part in around)
    patch = light[row - reach : row + reach + 1, col - reach : col + reach + 1].astype(float) - 20.0
    patch = np.clip(patch, 0, None)
    rows, cols = np.mgrid[row - reach : row + reach + 1, col - reach : col + reach + 1] + 0.5
    return np.array([(rows * patch).sum(), (cols * patch).sum()]) / patch.sum()


@pytest.mark.parametrize("m_per_px", [0.6, 1.0])
def test_a_ground_point_appears_where_the_grid_says(site, m_per_px, write, paint_dots):
    image, longitudes_latitudes = paint_dots(site, [(-13.0, 4.0), (17.3, -8.6)])
    path = write(image, crs=site.crs, transform=site.transform)
    with open_raster(path, m_per_px=m_per_px) as reader:
        grid, pixels = reader.grid, reader.read(reader.grid.whole)
        expected = grid.to_pixels(reproject_points(longitudes_latitudes, WGS_84, grid.crs))
        back = reader.source_grid.to_pixels(
            reproject_points(
                grid.to_ground(expected), grid.crs, reader.source_grid.crs, near_x=site.longitude_deg
            )
        )
    found = np.array([_centroid(pixels.rgb[1], place) for place in expected])
    assert np.abs(found - expected).max() < 0.1
    # 13 + 17.3 m east and 4 + 8.6 m south of each other, whatever the file's own units were.
    apart_m = np.linalg.norm(found[1] - found[0]) * grid.m_per_px
    assert apart_m == pytest.approx(np.hypot(30.3, 12.6), abs=0.1)
    # And the way back: the source's own brightest pixel lies there.
    assert [image[1][int(row), int(col)] > 180 for row, col in back] == [True, True]


@pytest.mark.parametrize("m_per_px", [0.6, 1.7])
def test_pieces_in_any_order_equal_the_whole(site, m_per_px, write, texture):
    path = write(texture(site.height, site.width), crs=site.crs, transform=site.transform)
    with open_raster(path, m_per_px=m_per_px) as reader:
        whole = reader.read(reader.grid.whole)
    assert whole.valid.any()
    with open_raster(path, m_per_px=m_per_px) as reader:
        tiles = tile(reader.grid.height, reader.grid.width, core_px=83, margin_px=5)
        for index in np.random.default_rng(1).permutation(len(tiles)):
            window = tiles[index].window
            piece = reader.read(window)
            assert np.array_equal(piece.rgb, whole.rgb[:, *window.slices])
            assert np.array_equal(piece.valid, whole.valid[window.slices])


def test_pieces_equal_the_whole_next_to_nodata_and_where_the_source_is_much_finer(
    write, texture, monkeypatch
):
    image = texture(900, 700)
    image[:, 300:420, 100:333] = 0
    placed = Affine.translation(450_000, 5_400_000) @ Affine.rotation(10) @ Affine.scale(0.09, -0.13)
    path = write(image, crs="EPSG:32631", transform=placed, nodata=0)
    with open_raster(path, m_per_px=1.0) as reader:
        whole = reader.read(reader.grid.whole)
    assert 0.3 < whole.valid.mean() < 0.9
    monkeypatch.setattr("engine.raster.resample._READ_PX", 40_000)
    with open_raster(path, m_per_px=1.0) as reader:
        again = reader.read(reader.grid.whole)
        part = reader.read(Window(3, 5, 31, 22))
    assert np.array_equal(again.rgb, whole.rgb)
    assert np.array_equal(again.valid, whole.valid)
    assert np.array_equal(part.rgb, whole.rgb[:, 3:34, 5:27])


def test_the_metric_grid_covers_the_raster_north_up_at_the_wanted_size(site, write, texture):
    path = write(texture(site.height, site.width), crs=site.crs, transform=site.transform)
    with open_raster(path, m_per_px=1.5) as reader:
        grid, source = reader.grid, reader.source_grid
        pixels = reader.read(grid.whole)
    assert grid.transform.b == grid.transform.d == 0
    assert (grid.transform.a, grid.transform.e) == (1.5, -1.5)
    for place in [(0, 0), (grid.height, grid.width)]:
        # In the raster's own system a unit is a metre within 2 %; a local system is made for the place.
        share = SIZE_TOLERANCE if grid.crs == source.crs else 1e-6
        assert ground_size_m(grid.transform, grid.crs, *place) == pytest.approx((1.5, 1.5), rel=share)
    corners = [(0, 0), (0, source.width), (source.height, 0), (source.height, source.width)]
    inside = grid.to_pixels(reproject_points(source.to_ground(corners), source.crs, grid.crs))
    assert (inside > -1e-3).all()
    assert (inside < np.array([grid.height, grid.width]) + 1e-3).all()
    # As much ground is valid as the source has: no rim lost, none made up.
    source_m2 = source.height * source.width * _pixel_m2(source)
    assert pixels.valid.sum() * 1.5**2 == pytest.approx(source_m2, rel=0.02)


def _pixel_m2(source):
    """Measure the area of the middle pixel through a fine local system."""
    row, col = source.height / 2, source.width / 2
    height_m, width_m = ground_size_m(source.transform, source.crs, row, col)
    # Sheared pixels: the sine between their sides, which the one sheared site of the catalogue needs.
    here = source.transform
    sides = np.hypot(here.a, here.d) * np.hypot(here.b, here.e)
    return height_m * width_m * abs(here.determinant) / sides


def test_a_fitting_raster_is_read_without_resampling(write, texture):
    image = texture(120, 90)
    with open_raster(write(image, **UTM), m_per_px=1.0) as reader:
        assert reader.grid == reader.source_grid
        assert np.array_equal(reader.read(reader.grid.whole).rgb, image)
        assert np.array_equal(reader.read(Window(11, 7, 30, 40)).rgb, image[:, 11:41, 7:47])
    with open_raster(write(image, **UTM), m_per_px=1.015) as reader:
        assert reader.grid == reader.source_grid
    with open_raster(write(image, **UTM), m_per_px=1.03) as reader:
        assert reader.grid.transform.a == 1.03


def test_rasters_of_one_metric_system_share_the_network_s_pixels(write, texture):
    coarse = texture(120, 90)
    fine = coarse.repeat(2, axis=1).repeat(2, axis=2)
    halves = {"crs": UTM["crs"], "transform": Affine(0.5, 0, 450_007, 0, -0.5, 5_399_995)}
    with (
        open_raster(write(coarse, **UTM), m_per_px=1.0) as one,
        open_raster(write(fine, "fine.tif", **halves), m_per_px=1.0) as other,
    ):
        assert other.grid.crs == one.grid.crs
        assert np.subtract(other.grid.origin_px, one.grid.origin_px).tolist() == [5, 7]
        assert np.array_equal(other.read(other.grid.whole).rgb, coarse)


def test_web_mercator_counts_true_metres_not_its_own(write, texture):
    x, y = reproject_points([(25.0, 60.0)], WGS_84, "EPSG:3857")[0]
    image = texture(60, 80)
    with open_raster(
        write(image, crs="EPSG:3857", transform=Affine(1, 0, x, 0, -1, y)), m_per_px=1.0
    ) as reader:
        assert reader.source_grid.m_per_px == pytest.approx(0.5, rel=0.01)
        assert reader.grid.height == pytest.approx(30, abs=1)
    with open_raster(
        write(image, crs="EPSG:3857", transform=Affine(2, 0, x, 0, -2, y)), m_per_px=1.0
    ) as reader:
        assert reader.grid == reader.source_grid


def test_averaging_keeps_the_mean_and_stops_moire(write):
    stripes = np.tile(np.array([20, 220], dtype=np.uint8), (3, 600, 300))
    with open_raster(write(stripes, **UTM), m_per_px=5.3) as reader:
        pixels = reader.read(reader.grid.whole)
    inner = pixels.rgb[:, 10:-10, 10:-10].astype(float)
    assert inner.mean() == pytest.approx(120, abs=2)
    assert inner.std() < 25  # the stripes have 100


def test_an_extent_reads_its_part_only(write, texture):
    image = texture(120, 90)
    path = write(image, **UTM)
    # 10.4–50.2 columns and 20.6–60 rows are covered by whole pixels; the right side is cut at the raster.
    extent = Extent(450_010.4, 5_399_940.0, 450_050.2, 5_399_979.4)
    with open_raster(path, m_per_px=1.0, options=RasterOptions(extent=extent)) as reader:
        assert np.array_equal(reader.read(reader.grid.whole).rgb, image[:, 20:60, 10:51])
        assert reader.grid.to_ground([(0, 0)]).tolist() == [[450_010, 5_399_980]]
    beyond = Extent(450_080, 5_399_000, 460_000, 5_399_890)
    with open_raster(path, m_per_px=1.0, options=RasterOptions(extent=beyond)) as reader:
        assert (reader.grid.height, reader.grid.width) == (10, 10)
    with open_raster(path, m_per_px=0.5, options=RasterOptions(extent=extent)) as reader:
        assert reader.grid.height * 0.5 == pytest.approx(39.4, abs=1.5)
        assert reader.grid.width * 0.5 == pytest.approx(39.8, abs=1.5)
        assert reader.read(reader.grid.whole).valid.all()


def test_an_extent_in_another_system_reads_the_same_place(site, write, texture):
    path = write(texture(site.height, site.width), crs=site.crs, transform=site.transform)
    x, y = site.longitude_deg, site.latitude_deg
    half_x, half_y = 1.2e-4 / np.cos(np.radians(y)), 1.2e-4
    # The way QGIS writes it, with a longitude that wraps where the raster's does not.
    x = x - 360 if x == 180 else x
    text = f"{x - half_x},{x + half_x},{y - half_y},{y + half_y} [EPSG:4326]"
    with open_raster(path, m_per_px=1.0, options=RasterOptions(extent=Extent.parse(text))) as reader:
        middle = reproject_points([(x, y)], WGS_84, reader.grid.crs)
        row, col = reader.grid.to_pixels(middle)[0]
        assert (row, col) == pytest.approx((reader.grid.height / 2, reader.grid.width / 2), abs=1.5)
        assert 24 <= reader.grid.height <= 45
        assert reader.read(reader.grid.whole).valid.mean() > 0.9


def test_an_extent_outside_names_both(write, texture):
    path = write(texture(50, 60), **UTM)
    with pytest.raises(RasterError) as failure:
        open_raster(path, m_per_px=1.0, options=RasterOptions(extent=Extent(0, 0, 10, 10)))
    assert "0,0,10,10" in str(failure.value)
    assert "450000,5399950,450060,5400000" in str(failure.value)


def test_a_raster_without_a_place_becomes_local_metres_when_its_size_is_given(write, texture):
    image = texture(60, 80)
    options = RasterOptions(source_m_per_px=0.5)
    for name, profile in {"bare.tif": {}, "system-only.tif": {"crs": "EPSG:32631"}}.items():
        path = write(image, name, **profile)
        with open_raster(path, m_per_px=0.5, options=options) as reader:
            assert reader.grid.crs is None
            assert reader.grid.to_ground([(0, 0), (60, 80)]).tolist() == [[0, 0], [40, -30]]
            assert np.array_equal(reader.read(reader.grid.whole).rgb, image)
        with open_raster(path, m_per_px=1.0, options=options) as reader:
            assert (reader.grid.height, reader.grid.width, reader.grid.crs) == (30, 40, None)
            assert reader.read(reader.grid.whole).valid.all()


def test_a_world_file_without_a_system_keeps_its_coordinates_where_it_agrees(write, texture):
    path = write(texture(60, 80), transform=Affine(0.5, 0, 7000, 0, -0.5, 9000))
    with open_raster(path, m_per_px=0.5, options=RasterOptions(source_m_per_px=0.5)) as reader:
        assert reader.grid.to_ground([(0, 0)]).tolist() == [[7000, 9000]]
    with open_raster(path, m_per_px=0.5, options=RasterOptions(source_m_per_px=0.25)) as reader:
        assert reader.source_grid.to_ground([(0, 0)]).tolist() == [[0, 0]]


def test_virtual_paths_are_read(write, texture, tmp_path):
    image = texture(40, 50)
    path = write(image, **UTM)
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.write(path, "folder/image.tif")
    with open_raster(f"/vsizip/{tmp_path}/images.zip/folder/image.tif", m_per_px=1.0) as reader:
        assert np.array_equal(reader.read(reader.grid.whole).rgb, image)
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", height=40, width=50, count=3, dtype="uint8", **UTM) as out:
            out.write(image)
        with open_raster(memory.name, m_per_px=1.0) as reader:
            assert np.array_equal(reader.read(reader.grid.whole).rgb, image)


def test_a_local_name_that_looks_like_an_address_is_a_file(write, texture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(texture(20, 30), "zip:a#b?.tif", **UTM)
    with open_raster("zip:a#b?.tif", m_per_px=1.0) as reader:
        assert reader.read(reader.grid.whole).valid.all()


def test_the_real_aerial_image_keeps_its_pixels_and_bands(data_dir):
    path = data_dir / "rasters/NAIP_Elkton_VA_1m_rgbn_epsg26917.tif"
    with rasterio.open(path) as dataset:
        stored = dataset.read()
    with open_raster(path, m_per_px=1.0) as reader:
        assert reader.grid == reader.source_grid
        assert np.array_equal(reader.read(reader.grid.whole).rgb, stored[:3])
    # Its near infrared is declared alpha; asked for, it is a colour.
    with open_raster(path, m_per_px=1.0, options=RasterOptions(bands=(4, 1, 2))) as reader:
        assert np.array_equal(reader.read(reader.grid.whole).rgb, stored[[3, 0, 1]])


def test_the_real_image_in_degrees_covers_its_ground(data_dir):
    with open_raster(data_dir / "roads/spacenet_paris/rgb.tif", m_per_px=1.0) as reader:
        pixels = reader.read(reader.grid.whole)
        # 650 px of 2.7e-6° at 48.98° N: 195.2 m by 128.4 m.
        assert (reader.grid.height, reader.grid.width) == pytest.approx((195.2, 128.4), abs=2)
        assert parse_crs(reader.grid.crs).is_projected
    assert pixels.valid.mean() > 0.97
    assert (pixels.rgb[:, ~pixels.valid] == 0).all()


def test_windows_outside_the_grid_are_refused(write, texture):
    with (
        open_raster(write(texture(20, 30), **UTM), m_per_px=1.0) as reader,
        pytest.raises(RasterError, match="not inside"),
    ):
        reader.read(Window(0, 0, 21, 30))
