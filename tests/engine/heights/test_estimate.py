"""The corridor, seen through a predictor that tells the truth."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from affine import Affine

from engine.errors import RasterError
from engine.heights import estimate as corridor
from engine.heights.estimate import HeightOptions, estimate
from engine.heights.flow import flow_px
from engine.heights.pose import view_of
from engine.heights.scene_windows import WindowSizes
from engine.networks import warm
from engine.networks.weights import load_weights
from engine.raster import blend
from engine.raster.crs import parse_crs
from engine.raster.extent import Extent
from engine.raster.reader import RasterOptions
from engine.raster.writer import Placement
from tests.engine.heights.height_samples import OTHERS, OWN, Oracle, Place, heights_of, utm, write_image


def on_file(place):
    """The grid of a place, its system spelt as files spell it."""
    return replace(place.grid, crs=parse_crs(place.crs).to_wkt())


LOAD = cache(load_weights)
SMALL = WindowSizes(core_px=64, margin_px=48, ramp_px=24)


class Listener:
    """Progress that keeps what it is told."""

    def __init__(self):
        self.facts = []

    def report(self, done, total, what):
        pass

    def log(self, message):
        self.facts.append(message)


@pytest.fixture
def truthful(monkeypatch):
    """The network of the samples: it wants 1 m per pixel."""
    monkeypatch.setattr(corridor, "HeightPredictor", Oracle)
    monkeypatch.setattr(warm, "load_weights", LOAD)
    return monkeypatch


@pytest.fixture
def run(tmp_path):
    """Estimate a raster; returns its heights and what is known besides."""

    def run(path, *, listener=None, **options):
        options = HeightOptions(**{"weights": "random:compact-geopose", "device": "cpu", **options})
        with estimate(str(path), options, folder=tmp_path, progress=listener) as result:
            heights = np.full((result.grid.height, result.grid.width), np.nan, dtype=np.float32)
            for window, part in result.blocks():
                assert np.isnan(heights[window.slices]).all(), "no pixel twice"
                heights[window.slices] = part
        return heights, result

    return run


@pytest.fixture
def image(tmp_path):
    return lambda place=OWN, **keywords: write_image(tmp_path / "image.tif", place, **keywords)


def test_on_the_network_s_own_grid_heights_are_the_truth_itself(truthful, image, run):
    heights, result = run(image())
    assert (heights == heights_of(OWN)).all()
    assert Placement.of_grid(result.grid) == Placement.of_grid(on_file(OWN))
    assert result.tags.m_per_px == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("place", OTHERS.values(), ids=OTHERS.keys())
def test_on_any_grid_heights_are_the_truth_up_to_the_last_edge(truthful, image, run, place):
    heights, result = run(image(place))
    assert Placement.of_grid(result.grid) == Placement.of_grid(on_file(place))
    assert np.isfinite(heights).all()
    # 8 bits are a quarter of a metre, blurred twice by about a pixel of the coarser grid.
    assert np.abs(heights - heights_of(place)).max() < 1.3
    assert np.sqrt(np.mean((heights - heights_of(place)) ** 2)) < 0.2


@pytest.mark.parametrize("place", [OWN, OTHERS["finer"], OTHERS["rotated"]], ids=["own", "finer", "rotated"])
@pytest.mark.parametrize("core_px", [32, 75, 100])
def test_heights_do_not_depend_on_the_windows(truthful, image, run, place, core_px):
    truthful.setattr(Oracle, "blur_px", 3.0)
    truthful.setattr(Oracle, "wrong_px", 9)
    path = image(place)
    whole, one = run(path, windows=WindowSizes(core_px=1024, margin_px=96, ramp_px=0))
    assert Oracle.windows == 1
    cut, many = run(path, windows=WindowSizes(core_px=core_px, margin_px=48, ramp_px=24))
    assert Oracle.windows >= 4
    # Where there is no other window, the border of the image is wrong in both.
    assert np.abs(cut - whole).max() < 1e-3
    assert many.view.pose.scale_px_per_m == pytest.approx(one.view.pose.scale_px_per_m, rel=1e-9)


def test_heights_do_not_depend_on_how_they_are_handed_on(image, run, monkeypatch):
    path = image(OTHERS["rotated"])
    whole, one = run(path, windows=SMALL)
    monkeypatch.setattr(blend, "_STRIP_ROWS", 7)
    monkeypatch.setattr(corridor, "_BLOCK_ROWS", 33)
    monkeypatch.setattr(corridor, "_BLOCK_COLS", 61)
    cut, many = run(path, windows=SMALL)
    assert np.ptp(whole) > 0
    assert (cut == whole).all()
    assert one.tags == many.tags


def holes(place):
    """A collar, a hole of many pixels and one of one pixel."""
    invalid = np.zeros((place.height, place.width), dtype=bool)
    invalid[:13] = invalid[:, -21:] = True
    invalid[60:99, 80:111] = invalid[150, 70] = True
    return invalid


@pytest.mark.parametrize("place", [OWN, *OTHERS.values()], ids=["own", *OTHERS.keys()])
def test_where_there_is_no_image_there_is_no_height_and_everywhere_else_there_is(truthful, image, run, place):
    heights, _ = run(image(place, invalid=holes(place)))
    assert np.isnan(heights[holes(place)]).all()
    assert np.isfinite(heights[~holes(place)]).mean() > 0.9999
    assert np.nanmax(np.abs(heights - heights_of(place))) < 1.3


def test_a_raster_without_a_valid_pixel_has_unknown_heights(truthful, image, run):
    listener = Listener()
    heights, result = run(image(invalid=np.ones((OWN.height, OWN.width), dtype=bool)), listener=listener)
    assert np.isnan(heights).all()
    assert result.view.pose.scale_px_per_m == 0.0
    assert result.tags.agreement is None
    assert any("no valid pixel" in fact for fact in listener.facts)


def test_sixteen_bits_give_what_eight_give(truthful, image, run):
    eight, _ = run(image())
    sixteen, _ = run(image(dtype="uint16"))
    assert (eight == sixteen).all()


@pytest.mark.parametrize("place", [OWN, *OTHERS.values()], ids=["own", *OTHERS.keys()])
def test_an_extent_gives_that_part_of_the_raster_s_own_pixels(truthful, image, run, place):
    path = image(place)
    whole, _ = run(path)
    corners = place.grid.to_ground([(50.3, 60.2), (120.7, 60.2), (50.3, 200.9), (120.7, 200.9)])
    wanted = Extent.around(corners, place.crs)
    heights, result = run(path, raster=RasterOptions(extent=wanted))
    row, col = np.rint(place.grid.to_pixels(result.grid.to_ground([(0, 0)]))[0]).astype(int).tolist()
    assert place.grid.to_ground([(row, col)]) == pytest.approx(result.grid.to_ground([(0, 0)]), rel=1e-12)
    assert 0 <= row <= 50
    assert 0 <= col <= 60
    assert row + result.grid.height >= 121
    assert col + result.grid.width >= 201
    known = np.isfinite(heights)
    assert known[50 - row : 121 - row, 60 - col : 201 - col].all()
    part = whole[row : row + heights.shape[0], col : col + heights.shape[1]]
    assert np.abs(heights - part)[known].max() < 0.5


def test_every_pixel_of_a_scene_speaks_once_for_its_scale(truthful, image, run):
    _, result = run(image(), windows=SMALL)
    height = heights_of(OWN).ravel()
    rows, cols = np.arange(OWN.height)[:, None], np.arange(OWN.width)
    pattern = (90 + 60 * np.sin(cols / 3.0 + rows / 5.0)).round().ravel()
    magnitude = Oracle(None, None).magnitude(height, pattern, result.tags.m_per_px)
    expected = (height @ magnitude) / (height @ height)
    assert Oracle.windows == 0
    assert result.view.pose.scale_px_per_m == pytest.approx(expected, rel=1e-3)
    assert result.tags.agreement == pytest.approx(0.8)


@pytest.mark.parametrize("place", [OWN, *OTHERS.values()], ids=["own", *OTHERS.keys()])
@pytest.mark.parametrize("azimuth_deg", [20.0, 111.0, 200.0, 305.0])
def test_the_view_is_found_from_any_side_on_any_grid(truthful, image, run, place, azimuth_deg):
    truthful.setattr(Oracle, "azimuth_deg", azimuth_deg)
    truthful.setattr(
        Oracle, "magnitude", lambda self, height, _, m_per_px: self.pose(m_per_px).scale_px_per_m * height
    )
    _, result = run(image(place))
    tags = result.tags
    assert view_of(tags.pose, place.grid) == pytest.approx((tags.azimuth_deg, tags.off_nadir_deg), abs=1e-9)
    assert (tags.azimuth_deg, tags.off_nadir_deg) == pytest.approx((azimuth_deg, 30.0), abs=0.03)
    assert tags.view == "network"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"azimuth_deg": 77.0, "off_nadir_deg": 12.0}, (77.0, 12.0, "options")),
        ({"azimuth_deg": -10.0}, (350.0, 30.0, "options; off-nadir of network")),
        ({"off_nadir_deg": 0.0}, (111.0, 0.0, "options; azimuth of network")),
    ],
)
@pytest.mark.parametrize("place", [OWN, OTHERS["degrees rotated"]], ids=["own", "degrees rotated"])
def test_what_the_user_knows_overrules_the_network_part_by_part(truthful, image, run, place, given, expected):
    truthful.setattr(Oracle, "azimuth_deg", 111.0)
    truthful.setattr(
        Oracle, "magnitude", lambda self, height, _, m_per_px: self.pose(m_per_px).scale_px_per_m * height
    )
    _, result = run(image(place), **given)
    tags = result.tags
    assert (tags.azimuth_deg, tags.off_nadir_deg) == pytest.approx(expected[:2], abs=0.03)
    assert view_of(tags.pose, place.grid) == pytest.approx((tags.azimuth_deg, tags.off_nadir_deg), abs=1e-9)
    assert tags.view == expected[2]


def test_metadata_overrule_the_network_and_the_user_overrules_metadata(truthful, image, run, tmp_path):
    path = image()
    (tmp_path / "image.IMD").write_text(
        "BEGIN_GROUP = IMAGE_1\n\tmeanSatAz = 250.0;\n\tmeanSatEl = 70.0;\nEND_GROUP = IMAGE_1\nEND;\n"
    )
    _, result = run(path)
    assert (result.tags.azimuth_deg, result.tags.off_nadir_deg) == pytest.approx((250.0, 20.0))
    assert "IMD" in result.tags.view
    _, result = run(path, azimuth_deg=10.0)
    assert (result.tags.azimuth_deg, result.tags.off_nadir_deg) == pytest.approx((10.0, 20.0))
    assert result.tags.view.startswith("options; off-nadir of IMD")


def test_calibrated_heights_lean_as_far_as_before(truthful, image, run, tmp_path):
    options = HeightOptions(weights="random:compact-geopose")
    with estimate(image(), options, folder=tmp_path) as result:
        better = result.calibrated(1.25)
        before, after = result.read(result.grid.whole), better.read(better.grid.whole)
    assert np.allclose(after, before * 1.25)
    assert np.allclose(flow_px(after, better.view.pose), flow_px(before, result.view.pose), rtol=1e-6)
    assert better.tags.calibration == 1.25
    assert view_of(better.tags.pose, OWN.grid) == pytest.approx(
        (better.tags.azimuth_deg, better.tags.off_nadir_deg)
    )


def test_a_view_that_is_known_stays_when_heights_are_calibrated(truthful, image, run, tmp_path):
    with estimate(
        image(), HeightOptions(weights="random:compact-geopose", off_nadir_deg=20.0), folder=tmp_path
    ) as result:
        better = result.calibrated(1.25)
    assert better.view == result.view
    assert better.tags.calibration == 1.25


def test_half_the_resolution_is_asked_for_by_the_size_of_pixels(truthful, image, run):
    _, result = run(image(), working_m=2.0)
    assert result.tags.m_per_px == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(("own_m", "working_m"), [(5.0, None), (1.0, 0.2)])
def test_pixels_that_hold_nothing_at_the_network_s_size_are_refused(image, run, own_m, working_m):
    path = image(Place(None, Affine.identity()), heights=heights_of(OWN))
    with pytest.raises(RasterError, match=r"too coarse to be seen at .* at most 4 times as coarse"):
        run(path, raster=RasterOptions(source_m_per_px=own_m), working_m=working_m)


def test_local_metres_have_no_azimuth_unless_the_user_gives_one(truthful, image, run):
    place = Place(None, Affine.identity())
    path = image(place, heights=heights_of(OWN))
    with pytest.raises(RasterError, match="--gsd"):
        run(path)
    raster = RasterOptions(source_m_per_px=0.5)
    heights, result = run(path, raster=raster)
    assert np.abs(heights - heights_of(OWN)).max() < 1.3
    assert result.tags.azimuth_deg is None
    _, result = run(path, raster=raster, azimuth_deg=40.0)
    assert result.tags.azimuth_deg == 40.0


@pytest.mark.parametrize("given", [{"off_nadir_deg": 90.0}, {"off_nadir_deg": -1.0}, {"azimuth_deg": np.nan}])
def test_impossible_views_are_refused_before_the_raster_is_read(run, given):
    with pytest.raises(RasterError, match="cannot be"):
        run("absent.tif", **given)


def test_the_disk_is_left_as_it_was(truthful, image, run, tmp_path):
    path = image(utm(Affine.scale(0.5, -0.5), height=40, width=50))
    with estimate(path, HeightOptions(weights="random:compact-geopose"), folder=tmp_path) as result:
        result.read(result.grid.whole)
        assert [each.name for each in tmp_path.iterdir()] == ["image.tif"]
