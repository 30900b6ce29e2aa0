"""``plumbline heights`` as a user runs it: rasters of every kind, what goes wrong, and what stays behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from click.testing import CliRunner
from rasterio.windows import Window

from engine.cli import main
from engine.heights.tags import HeightTags
from engine.networks.card import WeightsCard
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.weights import save_weights
from training.scenes.export import write_scene
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

ROOT = Path(__file__).resolve().parents[2]
PLACE = {"crs": "EPSG:32633", "transform": Affine(1, 0, 5e5, 0, -1, 5.5e6)}
SIDE_PX = 12_000
LIMIT_BYTES = 14 * 10**8
"""A process without a raster needs 0.4; image and heights of the large one would be 1.0 more, besides 0.5
for windows and caches."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A network of the shipped kind, a hundredth of its size, that takes any pixel size from 0.3 to 1.2 m."""
    torch.manual_seed(4)
    narrow = CompactGeoposeConfig(
        stem=4, widths=(4, 8, 8, 8), blocks=(1, 1, 1), dilations=(1,), decoder=(8, 8, 4, 4), head=8
    )
    network = CompactGeopose(narrow).eval()
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    card = WeightsCard("tiny", "compact-geopose", m_per_px=0.7, m_per_px_range=(0.3, 1.2))
    save_weights(path, network, card)
    return path


@pytest.fixture(scope="module")
def oblique(tmp_path_factory):
    """A town of 0.5 m pixels, seen from the south-east."""
    path = tmp_path_factory.mktemp("town")
    scene = render_scene(
        SceneOptions(
            seed=3, height_px=200, width_px=260, m_per_px=0.5, off_nadir_deg=25, view_azimuth_deg=150
        )
    )
    write_scene(scene, path)
    return path / "rgb.tif"


@pytest.fixture
def output(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    return folder / "heights.tif"


def write(path, bands=3, side=64, *, value=90, **profile):
    settings = {"driver": "GTiff", "dtype": "uint8", "count": bands, "height": side, "width": side, **profile}
    with rasterio.open(path, "w", **settings) as raster:
        raster.write(np.full((bands, side, side), value, dtype=np.uint8))
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["heights", *map(str, arguments)])


def refused(*arguments, output, code=1):
    """Check that the command fails as promised; returns its one line."""
    result = run(*arguments)
    assert result.exit_code == code, result.output
    message = [line for line in result.stderr.splitlines() if not line.startswith(("Weights ", "Seen "))]
    assert len(message) == 1, result.stderr
    assert message[0].startswith("Error: ")
    assert not output.exists()
    assert not [each for each in output.parent.iterdir() if each.name.startswith((".", output.stem))]
    return message[0]


def test_heights_and_everything_beside_them(oblique, weights, output):
    folder = output.parent
    names = {
        "--flow": "flow.tif",
        "--rectified": "nadir.tif",
        "--rectified-rgb": "rgb.tif",
        "--preview": "p.png",
    }
    more = [part for option, name in names.items() for part in (option, folder / name)]
    result = run(oblique, output, "--weights", weights, *more)
    assert result.exit_code == 0, result.output
    assert [line for line in result.stderr.splitlines() if line.startswith("Wrote")] == [
        f"Wrote {each}" for each in (output, *(folder / name for name in names.values()))
    ]
    with rasterio.open(output) as file, rasterio.open(oblique) as source:
        assert (file.crs, file.transform, file.shape) == (source.crs, source.transform, source.shape)
        assert (file.read(1) != -9999).all()
    tags = HeightTags.read(output)
    assert (tags.weights, tags.view, tags.m_per_px) == ("tiny", "network", pytest.approx(0.5, rel=1e-3))


def test_what_the_user_knows_of_the_view_is_in_the_file(oblique, weights, output):
    result = run(oblique, output, "--weights", weights, "--azimuth-deg", 150, "--off-nadir-deg", 25)
    assert result.exit_code == 0, result.output
    tags = HeightTags.read(output)
    assert (tags.azimuth_deg, tags.off_nadir_deg, tags.view) == (150.0, 25.0, "options")
    # A scene's own truth: angle and scale of its pixels.
    truth = json.loads(oblique.with_name("view.json").read_text())
    assert tags.pose.scale_px_per_m == pytest.approx(truth["scale_px_per_m"], rel=1e-3)
    assert tags.pose.angle_rad == pytest.approx(truth["angle_rad"], abs=1e-3)


@pytest.mark.parametrize(
    ("given", "working_m"), [((), 0.5), (("--working-m", 1), 1.0), (("--working-m", 0.8), 0.8)]
)
def test_the_network_sees_the_pixels_that_were_asked_for(oblique, weights, output, given, working_m):
    result = run(oblique, output, "--weights", weights, *given)
    assert result.exit_code == 0, result.output
    assert HeightTags.read(output).m_per_px == pytest.approx(working_m, rel=1e-3)


@pytest.mark.parametrize(("size_m", "working_m"), [(0.1, 0.3), (0.6, 0.6), (3.0, 1.2)])
def test_pixels_of_a_size_that_the_network_does_not_know_are_resampled(
    weights, output, tmp_path, size_m, working_m
):
    place = {**PLACE, "transform": Affine(size_m, 0, 5e5, 0, -size_m, 5.5e6)}
    result = run(write(tmp_path / "even.tif", **place), output, "--weights", weights)
    assert result.exit_code == 0, result.output
    assert HeightTags.read(output).m_per_px == pytest.approx(working_m, rel=1e-3)


def test_progress_for_programs(oblique, weights, output):
    result = run(oblique, output, "--weights", weights, "--progress", "json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert {each["event"] for each in events} == {"log", "progress", "done"}
    assert events[-1] == {"event": "done", "output": str(output)}


def test_a_truncated_raster(oblique, weights, tmp_path, output):
    cut = tmp_path / "cut.tif"
    cut.write_bytes(oblique.read_bytes()[:60_000])
    assert "cut.tif" in refused(cut, output, "--weights", weights, output=output)


def test_a_missing_raster(weights, tmp_path, output):
    assert "absent.tif" in refused(tmp_path / "absent.tif", output, "--weights", weights, output=output)


def test_no_reference_system(weights, tmp_path, output):
    bare = write(tmp_path / "bare.tif")
    assert "--gsd" in refused(bare, output, "--weights", weights, output=output)
    assert run(bare, output, "--weights", weights, "--gsd", "0.5").exit_code == 0
    with rasterio.open(output) as file:
        assert file.crs is None
        assert (file.read(1) >= 0).all()
    assert HeightTags.read(output).azimuth_deg is None


def test_an_extent_outside(oblique, weights, output):
    message = refused(oblique, output, "--weights", weights, "--extent", "0,0,100,100", output=output)
    assert "extent" in message.lower()


def test_an_empty_extent(oblique, weights, output):
    result = run(oblique, output, "--weights", weights, "--extent", "5,5,5,9")
    assert result.exit_code == 2
    assert "no area" in result.stderr
    assert not output.exists()


def test_weights_for_roads(oblique, output):
    message = refused(oblique, output, "--weights", "roads-compact", output=output)
    assert "does not predict heights" in message
    assert "compact-geopose" in message


def test_weights_for_heights_are_none_for_roads(oblique, weights, tmp_path):
    result = CliRunner().invoke(
        main, ["roads", str(oblique), str(tmp_path / "roads.gpkg"), "--weights", str(weights)]
    )
    assert result.exit_code == 1
    assert "does not predict roads" in result.stderr


def test_the_image_itself_as_output(oblique, weights):
    before = oblique.read_bytes()
    result = run(oblique, oblique, "--weights", weights)
    assert result.exit_code == 1
    assert "would be replaced" in result.stderr
    assert oblique.read_bytes() == before


@pytest.mark.parametrize(
    "given",
    [("--off-nadir-deg", 90), ("--off-nadir-deg", -1), ("--azimuth-deg", "nan"), ("--working-m", 0)],
)
def test_impossible_options(oblique, weights, output, given):
    result = run(oblique, output, "--weights", weights, *given)
    assert result.exit_code == 2
    assert not output.exists()


def test_pixels_so_small_that_nothing_is_seen(oblique, weights, output):
    message = refused(oblique, output, "--weights", weights, "--working-m", "1e-6", output=output)
    assert "a larger --working-m" in message


def test_a_raster_without_a_valid_pixel_gives_unknown_heights(weights, tmp_path, output):
    blank = write(tmp_path / "blank.tif", value=0, nodata=0, **PLACE)
    result = run(blank, output, "--weights", weights, "--rectified", output.with_name("nadir.tif"))
    assert result.exit_code == 0, result.output
    assert "no valid pixel" in result.stderr
    for path in (output, output.with_name("nadir.tif")):
        with rasterio.open(path) as file:
            assert (file.read(1) == -9999).all()


def in_a_process(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


LITTLE_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from engine.cli import main
main()
"""


@pytest.mark.parametrize("allowed_bytes", [30_000, 230_000])
def test_a_full_disk(oblique, weights, output, allowed_bytes):
    """A limit on the size of files fails writes where a full disk does: of the draft, then of the result."""
    process = in_a_process(LITTLE_DISK, allowed_bytes, "heights", oblique, output, "--weights", weights)
    _, errors = process.communicate()
    assert process.returncode == 1, errors
    assert errors.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in errors
    assert not list(output.parent.iterdir())


SLOW = """
import time
from engine.heights.scene_windows import SceneWindows
predict = SceneWindows._predict
def slowly(self, place):
    heights = predict(self, place)
    print("predicted", flush=True)
    time.sleep(60)
    return heights
SceneWindows._predict = slowly
from engine.cli import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_a_killed_run_leaves_no_result(oblique, weights, output, number, code):
    process = in_a_process(SLOW, "heights", oblique, output, "--weights", weights)
    assert process.stdout.readline() == "predicted\n"
    time.sleep(0.1)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == code
    assert "Traceback" not in errors
    # A lock that nobody holds hinders nobody.
    assert [each.name for each in output.parent.iterdir()] in ([], ["heights.tif.lock"])
    assert run(oblique, output, "--weights", weights).exit_code == 0
    assert {each.name for each in output.parent.iterdir()} == {"heights.tif", "heights.qml"}


MEASURED = """
import resource, sys
from click.testing import CliRunner
from engine.cli import main
result = CliRunner().invoke(main, sys.argv[1:])
sys.stderr.write(result.output)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
sys.exit(result.exit_code)
"""


@pytest.mark.slow
def test_a_raster_of_144_megapixels_is_never_held_whole(oblique, weights, tmp_path, output):
    sparse = tmp_path / "sparse.tif"
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": SIDE_PX, "width": SIDE_PX}
    profile |= {"tiled": True, "blockxsize": 256, "blockysize": 256, "SPARSE_OK": True, "nodata": 0}
    with rasterio.open(oblique) as town, rasterio.open(sparse, "w", **profile, **PLACE) as raster:
        pixels = np.maximum(town.read(), 1)
        for row, col in ((0, 0), (5_900, 6_100), (SIDE_PX - 600, 700)):
            raster.write(pixels, window=Window(col, row, pixels.shape[2], pixels.shape[1]))
    process = in_a_process(MEASURED, "heights", sparse, output, "--weights", weights)
    printed, errors = process.communicate()
    assert process.returncode == 0, errors
    assert int(printed.splitlines()[-1]) < LIMIT_BYTES
    with rasterio.open(output) as file:
        assert file.shape == (SIDE_PX, SIDE_PX)
        known = file.read(1, window=Window(6_000, 5_800, 500, 500)) != -9999
        assert known.sum() == pixels.shape[1] * pixels.shape[2]
