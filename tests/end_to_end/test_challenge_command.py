"""``plumbline challenge`` as users call it, with a tiny untrained network."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from engine.cli import main
from engine.heights.challenge.files import list_images, read_heights, read_rgb, read_view
from engine.heights.challenge.folder import ChallengeImage
from engine.heights.challenge.predict import predict_challenge, predict_image
from engine.heights.challenge.submission import enlarge
from engine.heights.pose import ScaleSums
from engine.heights.scene_windows import WindowSizes
from engine.networks.card import WeightsCard
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.device import choose_device
from engine.networks.predict_heights import HeightPredictor
from engine.networks.weights import load_weights, save_weights
from training.scenes.challenge import write_challenge

ROOT = Path(__file__).resolve().parents[2]
SIZE_PX = 160


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """An untrained network whose heights differ from pixel to pixel and from 0."""
    torch.manual_seed(5)
    network = CompactGeopose(CompactGeoposeConfig(4, (4, 8, 8, 8), (1, 1, 1), (1, 2), (8, 8, 4, 4), 8))
    with torch.no_grad():
        network.surface.weight.normal_(std=0.3)
        network.surface.bias.fill_(0.5)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, network, WeightsCard("tiny", "compact-geopose", m_per_px=0.7))
    return path


@pytest.fixture(scope="module")
def predictor(weights):
    return HeightPredictor(load_weights(weights), choose_device("cpu"))


@pytest.fixture(scope="module")
def challenge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("challenge")
    write_challenge(folder, train=0, test=4, size_px=SIZE_PX)
    return folder


@pytest.fixture
def call(weights):
    def run(*arguments):
        options = ["--weights", str(weights), "--device", "cpu"]
        return CliRunner().invoke(main, ["challenge", *map(str, arguments), *options])

    return run


def whole_image(challenge, *, half):
    files = next(iter(list_images(challenge / "test", "RGB").values()))
    rgb = read_rgb(files.path("RGB"), half=half)
    return ChallengeImage(files.name, rgb, 0.8 if half else 0.4, (SIZE_PX, SIZE_PX))


def test_the_files_hold_what_the_network_says(challenge, predictor, call, tmp_path):
    result = call(challenge / "test", tmp_path / "out", "--archive", tmp_path / "out.tar.gz", "--gsd", 0.4)
    assert result.exit_code == 0, result.stderr
    image = whole_image(challenge, half=True)
    found = predictor.predict(image.rgb, np.ones(image.rgb.shape[1:], bool), m_per_px=0.8)
    files = list_images(tmp_path / "out", "AGL", "VFLOW")[image.name]
    scale = ScaleSums(*found.sums.tolist()).slope()
    assert np.ptp(found.height_m) > 1.0
    assert read_view(files.path("VFLOW")).scale_px_per_m == pytest.approx(2 * max(scale, 0.0))
    heights, _ = enlarge(found.height_m, read_view(files.path("VFLOW")), image.shape)
    assert np.abs(read_heights(files.path("AGL")) - heights).max() <= 0.00501
    with tarfile.open(tmp_path / "out.tar.gz") as tar:
        assert len(tar.getnames()) == 8


def test_the_command_ends_in_a_submission_that_can_be_scored(challenge, call, tmp_path):
    result = call(challenge / "test", tmp_path / "out", "--full-resolution", "--progress", "json")
    assert result.exit_code == 0, result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    steps = [event["done"] for event in events if event["event"] == "progress"]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, 4)
    assert events[-1] == {"event": "done", "output": str(tmp_path / "out")}
    truth = challenge / "test_truth"
    scored = CliRunner().invoke(
        main, ["evaluate", "heights", str(tmp_path / "out"), str(truth), "--json", "--jobs", "1"]
    )
    assert scored.exit_code == 0, scored.stderr


def test_windows_of_a_large_image_join_into_the_whole(challenge, predictor):
    """Every window beyond the first is seen from another corner, so heights differ a little, views less."""
    image = whole_image(challenge, half=False)
    whole, pose = predict_image(image, predictor)
    joined, joint = predict_image(image, predictor, sizes=WindowSizes(core_px=96, margin_px=32, ramp_px=16))
    assert joined.shape == whole.shape == (SIZE_PX, SIZE_PX)
    assert np.isfinite(joined).all()
    assert np.abs(joined - whole).mean() < 0.2 * whole.std()
    assert joint.scale_px_per_m == pytest.approx(pose.scale_px_per_m, rel=0.1)


def test_progress_stops_between_the_windows_of_one_image(challenge, weights, tmp_path):
    class Stop(Exception):  # noqa: N818
        pass

    class Impatient:
        def __init__(self):
            self.told = []

        def report(self, done, total, what):
            self.told.append((done, total))
            if len(self.told) == 3:
                raise Stop

        def log(self, message):
            pass

    progress = Impatient()
    with pytest.raises(Stop):
        predict_challenge(challenge / "test", tmp_path / "out", weights=str(weights), progress=progress)
    assert progress.told == [(0, 4)] * 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "test" / "ARG_KZKlTe_RGB.j2k").write_bytes(b"none"), "ARG_KZKlTe_RGB.j2k"),
        (lambda folder: (folder / "metadata.csv").unlink(), "--gsd"),
        (lambda folder: shutil.rmtree(folder / "test"), "no folder that can be read"),
    ],
)
def test_bad_input_ends_in_one_line_and_no_output(challenge, call, tmp_path, spoil, message):
    folder = shutil.copytree(challenge, tmp_path / "challenge")
    spoil(folder)
    result = call(folder / "test", tmp_path / "out.tar.gz")
    assert result.exit_code == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert message in last
    assert [path.name for path in tmp_path.iterdir()] == ["challenge"]


@pytest.mark.parametrize(
    "arguments",
    [["out.zip", "--archive", "out.zip"], ["out", "--archive", "absent/out.tar.gz"], ["absent/out"]],
)
def test_an_output_that_cannot_be_is_refused(challenge, call, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    result = call(challenge / "test", *arguments)
    assert result.exit_code == 1
    assert "choose" in result.stderr or "does not exist" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(challenge, weights, tmp_path, blow):
    """Sent when the first image is predicted, with hundreds to come."""
    images = tmp_path / "images"
    images.mkdir()
    files = next(iter(list_images(challenge / "test", "RGB").values()))
    for number in range(400):
        (images / f"JAX_{number}_RGB.j2k").symlink_to(files.path("RGB"))
    command = [sys.executable, "-m", "engine", "challenge", images, tmp_path / "out", "--gsd", "0.4"]
    process = subprocess.Popen(
        [*map(str, command), "--weights", str(weights), "--progress", "json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    for line in process.stdout:
        if json.loads(line).get("done", 0) >= 1:
            break
    process.send_signal(blow)
    process.communicate()
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["images"]
