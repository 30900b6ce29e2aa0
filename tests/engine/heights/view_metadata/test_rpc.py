"""Sensor models are fitted to a pinhole camera whose place in space is known exactly."""

from dataclasses import dataclass
from math import cos, degrees, radians, sin

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.rpc import RPC

from engine.heights.pose import Pose, angle_difference
from engine.heights.view import find_view, search_view
from engine.heights.view_metadata.finding import UnusableError
from engine.heights.view_metadata.rpc import image_geometry, sensor_geometry

RANGE_M = 700e3
FOCAL_PX = 1.4e6  # half-metre pixels
SIZE_PX = 4000


def to_space(lonlath):
    """Longitude, latitude, height to metres from the Earth's centre: the ellipsoid WGS 84."""
    lon, lat = np.radians(lonlath[..., 0]), np.radians(lonlath[..., 1])
    height, squashed = lonlath[..., 2], 1 - (1 - 1 / 298.257223563) ** 2
    across = 6_378_137.0 / np.sqrt(1 - squashed * np.sin(lat) ** 2)
    x, y = (across + height) * np.cos(lat) * np.cos(lon), (across + height) * np.cos(lat) * np.sin(lon)
    return np.stack([x, y, (across * (1 - squashed) + height) * np.sin(lat)], axis=-1)


def axes(lon_deg, lat_deg):
    lon, lat = radians(lon_deg), radians(lat_deg)
    up = np.array([cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)])
    east = np.array([-sin(lon), cos(lon), 0.0])
    return east, np.cross(up, east), up


@dataclass(frozen=True)
class Camera:
    """A pinhole that looks at a target from an azimuth and an angle off nadir at the target."""

    lon_deg: float = -84.4
    lat_deg: float = 33.75
    height_m: float = 250.0
    azimuth_deg: float = 154.2
    off_nadir_deg: float = 27.6
    roll_deg: float = 20.0

    @property
    def target(self):
        return np.array([self.lon_deg, self.lat_deg, self.height_m])

    def near(self, *, lon_deg=0.0, lat_deg=0.0, up_m=0.0):
        """A place this far from the target."""
        return self.target + np.array([lon_deg, lat_deg, up_m])

    def project(self, lonlath):
        """Row, col of ground points; the target is in the middle of the image."""
        azimuth, off_nadir = radians(self.azimuth_deg), radians(self.off_nadir_deg)
        east, north, up = axes(self.lon_deg, self.lat_deg)
        towards = sin(off_nadir) * (sin(azimuth) * east + cos(azimuth) * north) + cos(off_nadir) * up
        roll = radians(self.roll_deg)
        across = np.cross(cos(roll) * north + sin(roll) * east, towards)
        across /= np.linalg.norm(across)
        seen = to_space(np.asarray(lonlath)) - to_space(self.target) - RANGE_M * towards
        depth = -seen @ towards
        right, down = seen @ across / depth, seen @ np.cross(across, towards) / depth
        return SIZE_PX / 2 + FOCAL_PX * np.stack([down, right], axis=-1)


def terms(lonlath):
    """The twenty products of RPC00B, in its order."""
    x, y, z = lonlath.T
    one = np.ones_like(x)
    first = [one, x, y, z, x * y, x * z, y * z, x * x, y * y, z * z, x * y * z]
    third = [x**3, x * y * y, x * z * z, x * x * y, y**3, y * z * z, x * x * z, y * y * z, z**3]
    return np.stack([*first, *third], axis=-1)


def fitted(camera, *, height_off=None):
    """Rational polynomials, with plain denominators, of a camera: exact within a hundredth of a pixel."""
    middle = camera.target if height_off is None else np.array([*camera.target[:2], height_off])
    scale = np.array([0.02 / cos(radians(camera.lat_deg)), 0.02, 500.0])
    steps = np.stack(np.meshgrid(*[np.linspace(-1, 1, 9)] * 3), axis=-1).reshape(-1, 3)
    # GDAL counts pixels of the polynomials from the centre of the first one.
    pixels = camera.project(middle + steps * scale) - 0.5
    half = SIZE_PX / 2
    coefficients, *_ = np.linalg.lstsq(terms(steps), (pixels - half) / half, rcond=None)
    assert np.abs(terms(steps) @ coefficients * half + half - pixels).max() < 0.05
    flat = [1.0, *[0.0] * 19]
    longitude = (middle[0] + 180) % 360 - 180
    return RPC(
        height_off=middle[2], height_scale=scale[2], lat_off=middle[1], lat_scale=scale[1],
        long_off=longitude, long_scale=scale[0], line_off=half, line_scale=half, samp_off=half,
        samp_scale=half, line_num_coeff=coefficients[:, 0].tolist(), line_den_coeff=flat,
        samp_num_coeff=coefficients[:, 1].tolist(), samp_den_coeff=flat,
    )  # fmt: skip


cameras = st.builds(
    Camera,
    lon_deg=st.floats(-180, 180),
    lat_deg=st.floats(-75, 75),
    height_m=st.floats(-100, 3000),
    azimuth_deg=st.floats(0, 359),
    off_nadir_deg=st.floats(0, 45),
    roll_deg=st.floats(-180, 180),
)


def lean(azimuth_deg, off_nadir_deg):
    return np.tan(radians(off_nadir_deg)) * np.exp(1j * radians(azimuth_deg))


@given(cameras)
@settings(max_examples=25)
def test_a_known_camera_gives_its_angles_and_its_pose(camera):
    seen = image_geometry(fitted(camera), SIZE_PX, SIZE_PX)
    # A tenth of a degree, as leans: azimuths have no meaning at nadir.
    truth = lean(camera.azimuth_deg, camera.off_nadir_deg)
    tolerance = radians(0.1) / cos(radians(camera.off_nadir_deg)) ** 2
    assert abs(lean(seen.azimuth_deg, seen.off_nadir_deg) - truth) < tolerance
    flow = (camera.project(camera.target) - camera.project(camera.near(up_m=10.0))) / 10.0
    np.testing.assert_allclose(seen.pose.flow_px_per_m, flow, atol=0.002)
    assert 0.0 <= seen.azimuth_deg < 360.0


def test_the_flow_points_to_the_sensor_on_the_ground():
    camera = Camera(azimuth_deg=90.0, off_nadir_deg=30.0)
    flow = sensor_geometry(fitted(camera), (camera.lon_deg, camera.lat_deg)).pose.flow_px_per_m
    east, north = camera.near(lon_deg=1e-4), camera.near(lat_deg=1e-4)
    to_east, to_north = (camera.project(place) - camera.project(camera.target) for place in (east, north))
    along = np.linalg.solve(np.column_stack([to_east, to_north]), flow)
    assert along[0] > 0.0
    assert abs(along[1]) < 0.01 * along[0]


def test_a_pixel_has_its_size_across_the_line_of_sight_and_is_longer_along_it():
    camera = Camera(off_nadir_deg=40.0)
    seen = image_geometry(fitted(camera), SIZE_PX, SIZE_PX)
    assert seen.m_per_px == pytest.approx(RANGE_M / FOCAL_PX / np.sqrt(cos(radians(40.0))), rel=1e-3)


def test_a_wrong_middle_height_changes_little():
    camera = Camera(height_m=100.0, off_nadir_deg=25.0)
    seen = image_geometry(fitted(camera, height_off=600.0), SIZE_PX, SIZE_PX)
    assert seen.azimuth_deg == pytest.approx(camera.azimuth_deg, abs=0.1)
    assert seen.off_nadir_deg == pytest.approx(camera.off_nadir_deg, abs=0.1)


def test_a_raw_image_gets_the_pose_of_its_pixels(make_raster):
    camera = Camera()
    path = make_raster("raw.tif", rpcs=fitted(camera), size=SIZE_PX)
    view = find_view(str(path))
    assert view.source == "RPC of raw.tif"
    assert (view.azimuth_deg, view.off_nadir_deg) == pytest.approx((154.2, 27.6), abs=0.1)
    expected = Pose.from_flow(camera.project(camera.target) - camera.project(camera.near(up_m=1.0)))
    assert abs(angle_difference(view.pose.angle_rad, expected.angle_rad)) < 0.002
    assert view.pose.scale_px_per_m == pytest.approx(expected.scale_px_per_m, rel=0.002)


def test_a_mapped_raster_gets_the_angles_only(make_mapped):
    view = find_view(str(make_mapped(rpcs=fitted(Camera(lon_deg=-84.35, lat_deg=33.75)))))
    assert (view.azimuth_deg, view.off_nadir_deg) == pytest.approx((154.2, 27.6), abs=0.15)
    assert view.pose is None


def test_a_mapped_raster_is_seen_at_its_own_place(make_raster):
    # 0.02° east of the place below the sensor: the sensor is in the west, by 1.85 km and the Earth's bend.
    camera = Camera(off_nadir_deg=0.0)
    corner = Affine(5e-6, 0, camera.lon_deg + 0.02, 0, -5e-6, camera.lat_deg)
    view = find_view(str(make_raster(rpcs=fitted(camera), crs="EPSG:4326", transform=corner)))
    away_m = radians(0.02) * 6.378e6 * cos(radians(camera.lat_deg))
    assert view.azimuth_deg == pytest.approx(270.0, abs=0.5)
    assert view.off_nadir_deg == pytest.approx(degrees(away_m / RANGE_M + away_m / 6.378e6), abs=0.01)


def test_a_model_in_a_text_file_beside_the_raster_counts(make_raster, tmp_path):
    rpcs = fitted(Camera())
    lines = [f"{name}: {value}" for name, value in rpcs.to_gdal().items() if "COEFF" not in name]
    for name in ("LINE_NUM", "LINE_DEN", "SAMP_NUM", "SAMP_DEN"):
        values = getattr(rpcs, f"{name.lower()}_coeff")
        lines += [f"{name}_COEFF_{number}: {value}" for number, value in enumerate(values, 1)]
    path = make_raster("raw.tif", size=SIZE_PX)
    (tmp_path / "raw_RPC.TXT").write_text("\n".join(lines) + "\n")
    assert find_view(str(path)).azimuth_deg == pytest.approx(154.2, abs=0.1)


def test_a_model_of_another_place_is_refused_with_a_note(make_mapped):
    found = search_view(str(make_mapped(rpcs=fitted(Camera(lat_deg=40.0)))))
    assert found.view is None
    assert len(found.notes) == 1
    assert found.notes[0].startswith("RPC of town.tif does not reach the place -84.35")


@pytest.mark.parametrize("broken", ["flat", "nothing", "numbers", "blind"])
def test_polynomials_of_no_camera_are_refused(broken):
    rpcs = fitted(Camera())
    zero = [0.0] * 20
    if broken == "flat":
        rpcs.samp_num_coeff = rpcs.line_num_coeff
    elif broken == "nothing":
        rpcs.line_den_coeff = zero
    elif broken == "numbers":
        rpcs.line_num_coeff = [float("nan")] * 20
    else:
        rpcs.long_scale = rpcs.lat_scale = 0.0
    with pytest.raises(UnusableError):
        image_geometry(rpcs, SIZE_PX, SIZE_PX)


def test_broken_tags_are_no_reason_to_stop(make_mapped):
    path = make_mapped()
    with rasterio.open(path, "r+") as raster:
        raster.update_tags(ns="RPC", LINE_OFF="many", SAMP_OFF="1")
    assert find_view(str(path)) is None
