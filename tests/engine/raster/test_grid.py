"""Grids and coordinate systems: pixels to the ground and back, and true sizes on the ground."""

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import RasterError
from engine.raster.crs import WGS_84, ground_size_m, local_metric_crs, parse_crs, reproject_points
from engine.raster.extent import Extent
from engine.raster.grid import Grid
from engine.raster.windows import Window

LAW = settings(deadline=None, max_examples=60)
ANGLE_DEG = st.floats(-180, 180)
SIZE_M = st.floats(0.05, 30)
ORIGIN_M = st.floats(-5e6, 5e6)
PIXEL = st.floats(-50, 5000)


@st.composite
def grids(draw):
    """Rotated, sheared grids whose pixels are not square."""
    transform = (
        Affine.translation(draw(ORIGIN_M), draw(ORIGIN_M))
        @ Affine.rotation(draw(ANGLE_DEG))
        @ Affine.shear(draw(st.floats(-30, 30)), 0)
        @ Affine.scale(draw(SIZE_M), -draw(SIZE_M))
    )
    return Grid(transform, 400, 300, None, 1.0)


@LAW
@given(grids(), st.lists(st.tuples(PIXEL, PIXEL), min_size=1, max_size=5))
def test_ground_to_pixels_undoes_pixels_to_ground(grid, places):
    assert np.allclose(grid.to_pixels(grid.to_ground(places)), places, rtol=0, atol=1e-6)


@LAW
@given(grids(), st.integers(0, 300), st.integers(0, 200), st.tuples(PIXEL, PIXEL))
def test_a_part_of_a_grid_keeps_places_on_the_ground(grid, row, col, place):
    part = grid.window(Window(row, col, 50, 60))
    moved = (place[0] - row, place[1] - col)
    assert np.allclose(part.to_ground([moved]), grid.to_ground([place]), rtol=0, atol=1e-7)


def test_integers_are_corners_rows_run_down_and_ground_is_x_then_y():
    grid = Grid(Affine(2, 0, 100, 0, -3, 1000), 10, 20, None, 2.4)
    assert grid.to_ground([(0, 0), (1, 0), (0, 1), (0.5, 0.5)]).tolist() == [
        [100, 1000],
        [100, 997],
        [102, 1000],
        [101, 998.5],
    ]
    assert grid.pixel_size == (3, 2)
    assert grid.bounds == Extent(100, 970, 140, 1000)
    assert grid.centre == (120, 985)


def test_a_grid_without_area_is_refused():
    with pytest.raises(RasterError, match="onto a line"):
        Grid(Affine(1, 1, 0, 1, 1, 0), 10, 10, None, 1.0)
    with pytest.raises(RasterError, match="sizes must be positive"):
        Grid(Affine.identity(), 0, 10, None, 1.0)


def test_equal_systems_return_points_bit_by_bit():
    xy = np.random.default_rng(5).normal(size=(50, 2)) * 1e6
    wkt = parse_crs("EPSG:32631").to_wkt()
    for target in (wkt, "EPSG:32631"):
        assert np.array_equal(reproject_points(xy, wkt, target), xy)
    assert np.array_equal(reproject_points(xy, None, None), xy)


@LAW
@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-2e4, 2e4), st.floats(-2e4, 2e4))
def test_local_metres_have_true_lengths_anywhere(longitude_deg, latitude_deg, x, y):
    crs = local_metric_crs(longitude_deg, latitude_deg, WGS_84)
    # Independent of projections: chord between the two places in space.
    far, centre = (_in_space(reproject_points([point], crs, WGS_84)[0]) for point in ((x, y), (0.0, 0.0)))
    assert np.linalg.norm(far - centre) == pytest.approx(np.hypot(x, y), rel=1e-5, abs=1e-3)


def _in_space(longitude_latitude_deg):
    longitude, latitude = np.radians(longitude_latitude_deg)
    flattening = 1 / 298.257223563
    eccentricity2 = flattening * (2 - flattening)
    normal_m = 6378137 / np.sqrt(1 - eccentricity2 * np.sin(latitude) ** 2)
    level = normal_m * np.cos(latitude)
    height = normal_m * (1 - eccentricity2) * np.sin(latitude)
    return np.array([level * np.cos(longitude), level * np.sin(longitude), height])


def test_web_mercator_pixels_shrink_with_the_cosine_of_latitude():
    x, y = reproject_points([(10.0, 60.0)], WGS_84, "EPSG:3857")[0]
    height_m, width_m = ground_size_m(Affine(1, 0, x, 0, -1, y), "EPSG:3857", 0, 0)
    # The projection is spherical: the ellipsoid's radii add up to 0.7 %.
    assert height_m == pytest.approx(0.5, rel=0.007)
    assert width_m == pytest.approx(0.5, rel=0.007)


def test_degrees_and_feet_are_measured_in_metres():
    height_m, width_m = ground_size_m(Affine(1e-5, 0, 10, 0, -1e-5, 60), WGS_84, 0, 0)
    assert (height_m, width_m) == pytest.approx((1.1141, 0.5580), rel=1e-3)
    feet = ground_size_m(Affine(1, 0, 984_250, 0, -1, 196_850), "EPSG:2263", 0, 0)
    assert feet == pytest.approx((0.3048, 0.3048), rel=1e-4)
    assert ground_size_m(Affine.rotation(25) @ Affine.scale(2, 3), None, 5, 5) == pytest.approx((3, 2))


def test_longitudes_stay_near_the_raster_across_the_antimeridian():
    crs = local_metric_crs(180.0, -17.0, WGS_84)
    points = [(-1000.0, 0.0), (1000.0, 0.0)]
    longitudes = reproject_points(points, crs, WGS_84, near_x=180.0)[:, 0]
    assert longitudes == pytest.approx([179.9906, 180.0094], abs=1e-4)


@pytest.mark.parametrize(
    ("source", "target", "outside"),
    [
        ("EPSG:4326", "EPSG:32633", (15.0, 95.0)),
        ("EPSG:4326", "EPSG:32633", (720.0, 9.0)),
        ("EPSG:4326", "EPSG:32633", (105.0, 0.0)),
        ("EPSG:32633", "EPSG:4326", (5e9, 9e9)),
    ],
)
def test_a_point_outside_a_projection_costs_no_other_point(source, target, outside, capfd):
    inside = (15.0, 49.0) if source == "EPSG:4326" else (5e5, 5.4e6)
    moved = reproject_points([inside, outside, inside], source, target)
    alone = reproject_points([inside], source, target)[0]
    assert not np.isfinite(moved[1]).any()
    np.testing.assert_allclose(moved[[0, 2]], [alone, alone], rtol=1e-12)
    assert capfd.readouterr().err == ""


def test_the_moon_has_no_relation_to_the_earth():
    moon = (
        'GEOGCS["Moon 2000",DATUM["D_Moon_2000",SPHEROID["Moon_2000_IAU_IAG",1737400,0]],'
        'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]'
    )
    with pytest.raises(RasterError, match="no known relation") as refusal:
        Grid.measured(Affine(1e-5, 0, 0, 0, -1e-5, 10), 64, 64, moon)
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("transform", "crs"),
    [
        (Affine(1e-5, 0, 0, 0, -1e-5, 95), "EPSG:4326"),
        (Affine(1, 0, 5e9, 0, -1, 9e9), "EPSG:32633"),
        (Affine(1e300, 0, 5e5, 0, -1e300, 5.5e6), "EPSG:32633"),
        (Affine(1, 0, 1e308, 0, -1, 1e308), "EPSG:32633"),
    ],
)
def test_a_raster_off_the_globe_is_refused(transform, crs):
    with pytest.raises(RasterError, match="georeference"):
        Grid.measured(transform, 64, 64, crs)


def test_unknown_systems_and_local_metres_are_refused():
    with pytest.raises(RasterError, match="not a coordinate reference system"):
        reproject_points([(0, 0)], "EPSG:4326", "EPSG:999999")
    with pytest.raises(RasterError, match="no relation"):
        reproject_points([(0, 0)], None, "EPSG:4326")


def test_both_text_forms_of_an_extent_are_read():
    plain = Extent(1, 2, 3, 4)
    assert Extent.parse("1,2,3,4") == plain
    assert Extent.parse(" 1.0, 2 ,3,4 ") == plain
    assert Extent.parse("1,2,3,4,EPSG:3857") == Extent(1, 2, 3, 4, "EPSG:3857")
    assert Extent.parse("1,3,2,4 [EPSG:3857]") == Extent(1, 2, 3, 4, "EPSG:3857")
    assert Extent.parse("-1.5e3,3,2,4 []") == Extent(-1500, 2, 3, 4)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "1,2,3,4,nowhere", "3,3,1,1", "1,2,nan,4", "[EPSG:3857]"]
)
def test_text_that_is_no_extent_is_refused_on_one_line(text, capfd):
    with pytest.raises(RasterError) as failure:
        Extent.parse(text)
    assert "\n" not in str(failure.value)
    assert "give" in str(failure.value)
    assert capfd.readouterr().err == ""
