"""A rendered town as a file, and the command as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from training.scenes.export import write_scene
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory) -> Path:
    """Folder of a rendered town with its truth."""
    folder = tmp_path_factory.mktemp("scene")
    write_scene(render_scene(SceneOptions(seed=3, height_px=512, width_px=640)), folder)
    return folder


@pytest.fixture(scope="session")
def image(scene) -> Path:
    return scene / "rgb.tif"


@pytest.fixture
def plumbline():
    """Run ``plumbline ...`` in a process of its own; returns the finished process."""

    def run(*arguments, **options):
        command = [sys.executable, "-m", "engine", *map(str, arguments)]
        root = Path(__file__).resolve().parents[2]
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root)},
            **options,
        )

    return run
