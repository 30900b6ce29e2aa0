"""Runs that are stopped, killed, and continued."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fiona
import numpy as np
import pytest
import rasterio
from affine import Affine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wide(image, tmp_path_factory):
    """The town repeated side by side: several blocks of windows."""
    with rasterio.open(image) as raster:
        pixels = np.tile(raster.read(), (1, 3, 9))
        profile = {**raster.profile, "height": pixels.shape[1], "width": pixels.shape[2]}
    path = tmp_path_factory.mktemp("wide") / "wide.tif"
    with rasterio.open(path, "w", **{**profile, "transform": Affine(1, 0, 5e5, 0, -1, 5.5e6)}) as raster:
        raster.write(pixels)
    return path


def start(*arguments):
    command = [sys.executable, "-m", "engine", "roads", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def features(path):
    with fiona.open(path, layer="roads") as layer:
        return [(dict(each.properties), list(each.geometry.coordinates)) for each in layer]


@pytest.fixture(scope="module")
def undisturbed(wide, tmp_path_factory):
    output = tmp_path_factory.mktemp("straight") / "roads.gpkg"
    process = start(wide, output)
    assert process.wait() == 0
    process.communicate()
    assert not output.with_name("roads.gpkg.partial").exists()
    return features(output)


@pytest.mark.parametrize(
    ("blow", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)]
)
def test_a_stopped_run_continues_to_the_same_graph(wide, undisturbed, tmp_path, blow, code):
    output = tmp_path / "roads.gpkg"
    kept = tmp_path / "roads.gpkg.partial"
    process = start(wide, output)
    while not (kept / "block_000000.npz").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)
    process.send_signal(blow)
    _, errors = process.communicate()
    assert process.returncode == code, errors
    assert not output.exists()
    blocks = len(list(kept.glob("block_*.npz")))
    assert blocks >= 1
    if code == 130:
        assert "--resume" in errors.splitlines()[-1]
    again = start(wide, output, "--resume")
    _, errors = again.communicate()
    assert again.returncode == 0, errors
    assert features(output) == undisturbed
    assert len(undisturbed) > 20
    assert not kept.exists()


def test_resuming_another_job_is_refused(wide, tmp_path):
    output = tmp_path / "roads.gpkg"
    kept = tmp_path / "roads.gpkg.partial"
    kept.mkdir()
    (kept / "job.json").write_text("{}")
    process = start(wide, output, "--resume")
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "another job" in errors.splitlines()[-1]
    assert not output.exists()
