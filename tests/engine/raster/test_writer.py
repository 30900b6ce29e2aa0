"""A Cloud-Optimised GeoTIFF holds what was written, in the right order, or is not there."""

import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Cancelled, OutputError, RasterError
from engine.raster.grid import Grid
from engine.raster.windows import Window, tile
from engine.raster.writer import COLOURS, FLOW, HEIGHTS, NODATA, Placement, write_cog

HEIGHT, WIDTH = 1100, 1230
SIZES = {3: "<H", 4: "<I", 16: "<Q"}
"""Formats of the TIFF field types that offsets come in: short, long, long8."""


def heights(height=HEIGHT, width=WIDTH):
    """Heights with an unknown part, without symmetry."""
    row, col = np.mgrid[:height, :width].astype(np.float32)
    values = 20 + 9 * np.sin(row / 31) + 0.01 * col
    values[height // 5 : height // 3, width // 7 : width // 2] = np.nan
    return values


def write_all(path, placement, product, planes, *, core_px=300, valid=None, order=1, **tags):
    with write_cog(path, placement, product, tags=tags) as writer:
        for each in tile(placement.height, placement.width, core_px=core_px, margin_px=0)[::order]:
            rows, cols = each.core.slices
            part = None if valid is None else valid[rows, cols]
            writer.write(each.core, planes[..., rows, cols], part)


def read_directories(path):
    """The directories of a little-endian TIFF or BigTIFF in file order: offset, and values of each tag."""
    raw = Path(path).read_bytes()
    assert raw[:2] == b"II"
    big = struct.unpack_from("<H", raw, 2)[0] == 43
    long, count, entry = ("<Q", "<Q", 20) if big else ("<I", "<H", 12)
    width = struct.calcsize(long)
    at = struct.unpack_from(long, raw, 8 if big else 4)[0]
    found = []
    while at:
        number = struct.unpack_from(count, raw, at)[0]
        begin = at + struct.calcsize(count)
        tags = {}
        for field in range(begin, begin + number * entry, entry):
            tag, kind = struct.unpack_from("<HH", raw, field)
            items = struct.unpack_from(long, raw, field + 4)[0]
            if kind in SIZES:
                size = struct.calcsize(SIZES[kind])
                place = field + 4 + width
                if items * size > width:
                    place = struct.unpack_from(long, raw, place)[0]
                tags[tag] = [struct.unpack_from(SIZES[kind], raw, place + i * size)[0] for i in range(items)]
        found.append((at, tags))
        at = struct.unpack_from(long, raw, begin + number * entry)[0]
    return raw, found


def check_layout(path, sides):
    """All directories come first, the full size leading, then pixels from the smallest overview on."""
    raw, directories = read_directories(path)
    assert raw[8:38] == b"GDAL_STRUCTURAL_METADATA_SIZE=" or raw[16:46] == b"GDAL_STRUCTURAL_METADATA_SIZE="
    assert b"LAYOUT=IFDS_BEFORE_DATA" in raw[:300]
    offsets = [at for at, _ in directories]
    assert offsets == sorted(offsets)
    images = [tags for _, tags in directories if not tags.get(254, [0])[0] & 4]  # those that are no masks
    assert [(tags[257][0], tags[256][0]) for tags in images] == sides
    tiles = [[at for at in tags[324] if at] for tags in images]
    assert max(offsets) < min(min(each) for each in tiles if each)
    for larger, smaller in pairwise(tiles):
        assert max(smaller) < min(larger)
    with rasterio.open(path) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


PLACEMENTS = {
    "metric": Placement(
        HEIGHT, WIDTH, Affine(0.5, 0, 5e5, 0, -0.5, 5.4e6), rasterio.CRS.from_epsg(32633).to_wkt()
    ),
    "rotated": Placement(
        HEIGHT,
        WIDTH,
        Affine.translation(5e5, 5.4e6) @ Affine.rotation(33) @ Affine.scale(0.7, -0.4),
        rasterio.CRS.from_epsg(32633).to_wkt(),
    ),
    "degrees": Placement(
        HEIGHT, WIDTH, Affine(9e-6, 0, 11, 0, -4e-6, 60), rasterio.CRS.from_epsg(4326).to_wkt()
    ),
    "south up": Placement(
        HEIGHT, WIDTH, Affine(1, 0, 3e5, 0, 1, 2e6), rasterio.CRS.from_epsg(26917).to_wkt()
    ),
    "no system": Placement(HEIGHT, WIDTH, Affine(2, 0, 7, 0, -2, 9), None),
    "no place": Placement(HEIGHT, WIDTH),
}


@pytest.mark.parametrize("placement", PLACEMENTS.values(), ids=PLACEMENTS)
def test_heights_come_back_with_place_and_tags(tmp_path, placement):
    path, truth = tmp_path / "heights.tif", heights()
    write_all(path, placement, HEIGHTS, truth, PLUMBLINE_ANGLE_RAD="1.25", PLUMBLINE_WEIGHTS="straße")
    with rasterio.open(path) as file:
        assert Placement.of_file(file) == placement
        assert (file.nodata, file.dtypes, file.units) == (NODATA, ("float32",), ("m",))
        assert file.descriptions == ("height above ground",)
        assert file.tags()["PLUMBLINE_ANGLE_RAD"] == "1.25"
        assert file.tags()["PLUMBLINE_WEIGHTS"] == "straße"
        assert np.array_equal(file.read(1), np.where(np.isnan(truth), np.float32(NODATA), truth))
    check_layout(path, [(1100, 1230), (550, 615), (275, 307)])
    assert list(tmp_path.iterdir()) == [path]


def test_overviews_are_means_of_what_is_known(tmp_path):
    path, truth = tmp_path / "heights.tif", heights()
    truth[::3, ::5] = np.inf
    truth[40:42, 60:62] = np.nan
    write_all(path, PLACEMENTS["metric"], HEIGHTS, truth)
    with rasterio.open(path, OVERVIEW_LEVEL=0) as file:
        shown = file.read(1)
    blocks = truth.reshape(550, 2, 615, 2)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    mean = np.where(known, blocks, 0.0).sum(axis=(1, 3), dtype=np.float64) / np.maximum(count, 1)
    assert (shown[20, 30], count[20, 30]) == (NODATA, 0)
    assert shown == pytest.approx(np.where(count > 0, mean, NODATA), abs=1e-4)


def test_colours_keep_their_mask_and_unknown_ones_are_black(tmp_path, texture):
    path, rgb = tmp_path / "colours.tif", np.maximum(texture(HEIGHT, WIDTH), 40)
    valid = np.isfinite(heights())
    write_all(path, PLACEMENTS["rotated"], COLOURS, rgb, valid=valid)
    with rasterio.open(path) as file:
        assert np.array_equal(file.read(), np.where(valid, rgb, 0))
        assert np.array_equal(file.dataset_mask() > 0, valid)
        assert [kind.name for kind in file.colorinterp] == ["red", "green", "blue"]
    with rasterio.open(path, OVERVIEW_LEVEL=0) as file:
        inside = valid.reshape(550, 2, 615, 2).any(axis=(1, 3))
        assert np.array_equal(file.dataset_mask() > 0, inside)
        assert file.read()[:, inside].min() >= 40  # the black outside the mask took no part
    check_layout(path, [(1100, 1230), (550, 615), (275, 307)])
    assert list(tmp_path.iterdir()) == [path]


def test_a_flow_has_two_bands_and_one_window_may_hold_all(tmp_path):
    path = tmp_path / "flow.tif"
    flow = np.stack([heights(300, 200), -heights(300, 200)]).astype(np.float64)
    with write_cog(path, Placement(300, 200), FLOW) as writer:
        writer.write(Window(0, 0, 300, 200), flow)
    with rasterio.open(path) as file:
        assert (file.units, file.overviews(1)) == (("px", "px"), [])
        assert np.array_equal(file.read(masked=True).filled(np.nan), flow.astype(np.float32), equal_nan=True)
    check_layout(path, [(300, 200)])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 700), st.integers(1, 700), st.integers(60, 800), st.sampled_from([1, -1]))
def test_the_file_does_not_depend_on_its_windows(tmp_path, height, width, core_px, order):
    placement, truth = Placement(height, width, Affine.scale(2, -2)), heights(height, width)
    write_all(tmp_path / "a.tif", placement, HEIGHTS, truth, core_px=1000)
    write_all(tmp_path / "b.tif", placement, HEIGHTS, truth, core_px=core_px, order=order)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_what_is_never_written_is_unknown(tmp_path):
    for product, planes in ((HEIGHTS, np.ones((1, 9, 8))), (COLOURS, np.ones((3, 9, 8), dtype=np.uint8))):
        path = tmp_path / "part.tif"
        with write_cog(path, Placement(HEIGHT, WIDTH), product) as writer:
            writer.write(Window(600, 700, 9, 8), planes)
        with rasterio.open(path) as file:
            known = file.dataset_mask() > 0
            assert known.sum() == 72
            assert known[600:609, 700:708].all()


def test_a_grid_gives_its_place():
    grid = Grid(Affine(2, 0, 1, 0, -2, 3), 5, 7, None, 2.0)
    assert Placement.of_grid(grid) == Placement(5, 7, grid.transform, None)


@pytest.mark.parametrize(
    ("window", "planes", "valid"),
    [
        (Window(0, 0, 20, 8), np.zeros((1, 20, 8)), None),
        (Window(0, 0, 4, 4), np.zeros((1, 5, 4)), None),
        (Window(0, 0, 4, 4), np.zeros((2, 4, 4)), None),
        (Window(0, 0, 4, 4), np.zeros((4, 4), dtype=np.uint16), None),
        (Window(0, 0, 4, 4), np.zeros((4, 4)), np.ones((4, 1), dtype=bool)),
    ],
    ids=["outside", "other size", "other bands", "whole numbers", "other mask"],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(tmp_path, window, planes, valid):
    def write():
        with write_cog(tmp_path / "x.tif", Placement(10, 10), HEIGHTS) as writer:
            writer.write(window, planes, valid)

    with pytest.raises(RasterError):
        write()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("failure", [ValueError, Cancelled, KeyboardInterrupt])
def test_failure_keeps_the_old_file_and_nothing_else(tmp_path, failure):
    path = tmp_path / "heights.tif"
    path.write_text("old")

    def write():
        with write_cog(path, Placement(600, 600), HEIGHTS) as writer:
            writer.write(Window(0, 0, 300, 600), heights(300, 600))
            raise failure

    with pytest.raises(failure):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_absent_folder_is_told_before_the_work(tmp_path):
    with (
        pytest.raises(OutputError, match="does not exist: make it"),
        write_cog(tmp_path / "no" / "x.tif", Placement(9, 9), HEIGHTS),
    ):
        pytest.fail("the block was entered")


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from engine.errors import OutputError
from engine.raster.windows import tile
from engine.raster.writer import COLOURS, HEIGHTS, Placement, write_cog

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
random = np.random.default_rng(0)
for product, planes in (
    (HEIGHTS, random.normal(size=(1, 1100, 1230)).astype(np.float32)),
    (COLOURS, random.integers(0, 255, (3, 1100, 1230), dtype=np.uint8)),
):
    for limit in (100_000, 1_500_000, 3_000_000, 4_300_000, 5_000_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        path = Path(sys.argv[1]) / "x.tif"
        try:
            with write_cog(path, Placement(1100, 1230), product) as writer:
                for each in tile(1100, 1230, core_px=400, margin_px=0):
                    rows, cols = each.core.slices
                    writer.write(each.core, planes[:, rows, cols])
            sys.exit(f"{product} was written within {limit} bytes")
        except OutputError as error:
            if len(str(error).splitlines()) != 1:
                sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a thing of POSIX")
def test_nothing_is_left_when_the_disk_takes_no_more(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert run.returncode == 0, run.stderr
    assert not list(tmp_path.iterdir())
