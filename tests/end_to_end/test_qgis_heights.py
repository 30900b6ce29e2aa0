"""What a file of heights is in the program that it is made for: coloured by metres, at first sight."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from engine.heights.ramp import COLOURS, STOPS_M
from engine.heights.run import _write_style
from engine.progress import Silent
from engine.raster.windows import Window
from engine.raster.writer import HEIGHTS, Placement, write_cog

QGIS_PYTHON = os.environ.get("PLUMBLINE_QGIS_PYTHON", "/usr/bin/python3")


@pytest.fixture
def look(tmp_path):
    """Open a raster in QGIS; returns what is seen there."""
    script = Path(__file__).with_name("open_raster_in_qgis.py")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    if subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True).returncode:
        message = f"QGIS is not installed for {QGIS_PYTHON}: scripts/system_packages.sh installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)

    def run(path):
        command = [QGIS_PYTHON, str(script), str(path), str(tmp_path / "map.png")]
        process = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        assert process.returncode == 0, process.stderr
        return json.loads(process.stdout.splitlines()[-1])

    return run


def test_qgis_shows_heights_in_their_colours(tmp_path, look):
    path = tmp_path / "heights.tif"
    heights = np.repeat(np.array([*STOPS_M, np.nan, 250.0], dtype=np.float32)[None], 20, axis=0).repeat(10, 1)
    placement = Placement(*heights.shape, Affine(1, 0, 5e5, 0, -1, 5.4e6), "EPSG:32633")
    with write_cog(path, placement, HEIGHTS) as file:
        file.write(Window(0, 0, *heights.shape), heights)
    _write_style(path, Silent())
    seen = look(path)
    colours = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in COLOURS]
    assert seen["valid"]
    assert seen["crs"] == "EPSG:32633"
    assert seen["renderer"] == "singlebandpseudocolor", "the style beside the file was not applied"
    assert [(value, colour) for value, colour, _ in seen["items"]] == list(zip(STOPS_M, colours, strict=True))
    assert [label for _, _, label in seen["items"]] == [f"{stop:.0f} m" for stop in STOPS_M]
    # What is not known shows the background; what is higher than the scale has its last colour.
    assert seen["seen"][10][5::10] == [*colours, "#ff0000", colours[-1]]
