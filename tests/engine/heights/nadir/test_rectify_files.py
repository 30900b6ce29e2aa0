"""`plumbline rectify`: where the view comes from, and that nothing partial or precious is written over."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner

from engine.cli.rectify import command
from engine.errors import OutputError, RasterError
from engine.heights.nadir.files import RectifiedFiles, rectify_to_files
from engine.heights.nadir.rectify import rectify
from engine.heights.pose import Pose, view_of
from engine.heights.tags import HeightTags
from engine.heights.view import View
from engine.progress import Silent
from engine.raster.grid import Grid
from engine.raster.writer import HEIGHTS, Placement, write_cog

UTM = rasterio.CRS.from_epsg(32633).to_wkt()
PLACE = Placement(90, 70, Affine(0.5, 0, 5e5, 0, -0.5, 5.4e6), UTM)
NOTHING = View(None, None, "options")
TAGGED = HeightTags(Pose(0.3, 0.8), 120.0, 20.0, "network", "heights-compact", "ab12", source="rgb.tif")


def _tower():
    heights = np.zeros((90, 70), dtype=np.float32)
    heights[30:50, 20:40] = 12.0
    return heights


def _write(folder, *, tags=None, place=PLACE, heights=None):
    """An image and its heights; returns their paths."""
    heights = _tower() if heights is None else heights
    whole = np.s_[: heights.shape[0], : heights.shape[1]]
    rgb = np.random.default_rng(0).integers(1, 256, (3, 90, 70), dtype=np.uint8)
    with rasterio.open(
        folder / "rgb.tif",
        "w",
        driver="GTiff",
        count=3,
        height=90,
        width=70,
        dtype="uint8",
        crs=place.crs,
        transform=place.transform,
    ) as file:
        file.write(rgb)
    with write_cog(folder / "height.tif", place, HEIGHTS, tags=tags) as writer:
        writer.write(Grid(place.transform, 90, 70, None, 1.0).whole, heights[whole])
    return str(folder / "rgb.tif"), folder / "height.tif"


def _rectified(folder, view=NOTHING, **given):
    raster, heights = _write(folder, **given)
    files = RectifiedFiles(folder / "out.tif", folder / "ground.tif")
    scene = rectify_to_files(raster, heights, files, view=view, progress=Silent())
    assert scene.ground.files == [files.heights, files.rgb]
    with rasterio.open(files.heights) as file:
        return file.read(1, masked=True).filled(np.nan), file.tags()


def test_the_tags_of_the_heights_tell_the_view(tmp_path):
    found, tags = _rectified(tmp_path, tags=TAGGED.as_tags())
    np.testing.assert_array_equal(found, rectify(_tower(), TAGGED.pose).height_m)
    assert tags["PLUMBLINE_WEIGHTS"] == "heights-compact"
    assert tags["PLUMBLINE_SEEN_ANGLE_RAD"] == "0.3"
    assert tags["PLUMBLINE_SCALE_PX_PER_M"] == "0.0"
    assert HeightTags.read(tmp_path / "ground.tif").pose.scale_px_per_m == 0.0


def test_options_overrule_the_tags_each_for_itself(tmp_path):
    grid = Grid.measured(PLACE.transform, 90, 70, UTM)
    for given, meant in (((200.0, None), (200.0, 20.0)), ((None, 33.0), (120.0, 33.0)), ((5.0, 9.0),) * 2):
        found, tags = _rectified(tmp_path, View(*given, "options"), tags=TAGGED.as_tags())
        pose = Pose.from_view(*meant, grid)
        np.testing.assert_array_equal(found, rectify(_tower(), pose).height_m)
        assert float(tags["PLUMBLINE_SEEN_SCALE_PX_PER_M"]) == pose.scale_px_per_m
        assert tags["PLUMBLINE_VIEW_FROM"].startswith("options")


def test_heights_from_elsewhere_need_both_options(tmp_path):
    found, tags = _rectified(tmp_path, View(90.0, 30.0, "options"))
    pose = Pose.from_view(90.0, 30.0, Grid.measured(PLACE.transform, 90, 70, UTM))
    np.testing.assert_array_equal(found, rectify(_tower(), pose).height_m)
    assert tags["PLUMBLINE_SOURCE"] == "rgb.tif"
    for view in (NOTHING, View(90.0, None, "options"), View(None, 30.0, "options")):
        with pytest.raises(RasterError, match=r"--(azimuth|off-nadir)-deg"):
            _rectified(tmp_path, view)


def test_from_nadir_no_azimuth_is_needed(tmp_path):
    found, _ = _rectified(tmp_path, View(None, 0.0, "options"))
    np.testing.assert_array_equal(found, _tower())


def test_metadata_beside_the_image_tell_the_view_of_heights_from_elsewhere(tmp_path):
    (tmp_path / "rgb.IMD").write_text(
        'BEGIN_GROUP = IMAGE_1\n\tsatId = "WV03";\n\tmeanSatAz = 211.5;\n\tmeanSatEl = 62.3;\n'
        "END_GROUP = IMAGE_1\nEND;\n"
    )
    _, tags = _rectified(tmp_path)
    pose = Pose(float(tags["PLUMBLINE_SEEN_ANGLE_RAD"]), float(tags["PLUMBLINE_SEEN_SCALE_PX_PER_M"]))
    grid = Grid.measured(PLACE.transform, 90, 70, UTM)
    assert view_of(pose, grid) == pytest.approx((211.5, 27.7), abs=0.01)


def test_an_image_without_place_needs_tags(tmp_path):
    nowhere = Placement(90, 70)
    found, _ = _rectified(tmp_path, tags=TAGGED.as_tags(), place=nowhere)
    np.testing.assert_array_equal(found, rectify(_tower(), TAGGED.pose).height_m)
    with pytest.raises(RasterError, match="does not know its place"):
        _rectified(tmp_path, View(90.0, 30.0, "options"), place=nowhere)


@pytest.mark.parametrize(
    "tags",
    [
        {"PLUMBLINE_ANGLE_RAD": "0.3"},
        {"PLUMBLINE_ANGLE_RAD": "0.3", "PLUMBLINE_SCALE_PX_PER_M": "wide"},
        {"PLUMBLINE_ANGLE_RAD": "0.3", "PLUMBLINE_SCALE_PX_PER_M": "-1"},
        {"PLUMBLINE_ANGLE_RAD": "0.3", "PLUMBLINE_SCALE_PX_PER_M": "900"},
        {"PLUMBLINE_ANGLE_RAD": "0.3", "PLUMBLINE_SCALE_PX_PER_M": "1e308"},
    ],
)
def test_wrong_tags_are_refused(tmp_path, tags):
    with pytest.raises(RasterError):
        _rectified(tmp_path, tags=tags)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["height.tif", "rgb.tif"]


@pytest.mark.parametrize(
    ("rgb", "heights", "found"),
    [
        ("rgb.tif", None, "is an input"),
        ("height.tif", None, "is an input"),
        ("out.tif", "rgb.tif", "is an input"),
        ("out.tif", "out.tif", "name of its own"),
        ("out.tif", "folder/../out.tif", "name of its own"),
        ("out.tif", "folder/link/out.tif", "name of its own"),
        ("out.jpg", None, r"end in \.tif"),
        ("no/out.tif", None, "does not exist"),
    ],
)
def test_outputs_are_checked_first(tmp_path, rgb, heights, found):
    raster, source = _write(tmp_path, tags=TAGGED.as_tags())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    files = RectifiedFiles(tmp_path / rgb, heights and tmp_path / heights)
    with pytest.raises(OutputError, match=found):
        rectify_to_files(raster, source, files, view=NOTHING, progress=Silent())
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_view_along_the_ground_is_refused_with_what_to_do(tmp_path):
    """Everything would move farther than memory reaches."""
    with pytest.raises(RasterError, match=r"would move by up to .* px.*correct the view \(--off-nadir-deg\)"):
        _rectified(tmp_path, View(90.0, 89.9999999, "options"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["height.tif", "rgb.tif"]


def test_a_damaged_raster_leaves_nothing(tmp_path):
    raster, source = _write(tmp_path, tags=TAGGED.as_tags())
    Path(raster).write_bytes(Path(raster).read_bytes()[:3000])
    files = RectifiedFiles(tmp_path / "out.tif", tmp_path / "ground.tif")
    with pytest.raises(RasterError):
        rectify_to_files(raster, source, files, view=NOTHING, progress=Silent())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["height.tif", "rgb.tif"]


def test_the_command_tells_what_it_wrote_and_what_is_wrong(tmp_path):
    raster, heights = _write(tmp_path, tags=TAGGED.as_tags())
    arguments = [raster, str(heights), str(tmp_path / "out.tif"), "--progress", "json"]
    result = CliRunner().invoke(command, [*arguments, "--rectified-heights", str(tmp_path / "g.tif")])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert str(tmp_path / "g.tif") in str(lines[-2:])
    again = CliRunner().invoke(command, [raster, str(tmp_path / "g.tif"), str(tmp_path / "o.tif")])
    assert again.exit_code == 1
    assert "rectified already" in again.output
    assert not (tmp_path / "o.tif").exists()


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
import rasterio
from engine.errors import OutputError
from engine.heights.nadir.ground_view import write_ground_view
from engine.heights.pose import Pose

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
draw = np.random.default_rng(0)
common = {"driver": "GTiff", "height": 1100, "width": 1230}
with rasterio.open(folder / "rgb.tif", "w", count=3, dtype="uint8", **common) as file:
    file.write(draw.integers(0, 255, (3, 1100, 1230), dtype=np.uint8))
with rasterio.open(folder / "h.tif", "w", count=1, dtype="float32", **common) as file:
    file.write(draw.normal(size=(1, 1100, 1230)).astype(np.float32))
for limit in (100_000, 3_000_000, 4_000_000, 4_300_000, 5_000_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    try:
        write_ground_view(
            str(folder / "rgb.tif"), folder / "h.tif", Pose(0.3, 0.5),
            rectified=folder / "r.tif", rectified_rgb=folder / "c.tif",
        )
        sys.exit(f"written within {limit} bytes")
    except OutputError as error:
        if len(str(error).splitlines()) != 1:
            sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a thing of POSIX")
def test_neither_file_is_left_when_the_disk_takes_no_more(tmp_path):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
    )
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["h.tif", "rgb.tif"]
