"""What the GeoPackages are in the program that they are made for."""

import json
import os
import subprocess
from pathlib import Path

import fiona
import pytest
from click.testing import CliRunner

from engine.cli import main
from engine.evaluation.output.layers import write_differences
from engine.evaluation.output.legend import COLOURS, KINDS
from tests.engine.evaluation.result_samples import place, tile

QGIS_PYTHON = os.environ.get("PLUMBLINE_QGIS_PYTHON", "/usr/bin/python3")


@pytest.fixture
def look(tmp_path):
    """Open layers of a file in QGIS; returns what is seen there."""
    script = Path(__file__).with_name("open_in_qgis.py")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    if subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True).returncode:
        message = f"QGIS is not installed for {QGIS_PYTHON}: scripts/system_packages.sh installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)

    def run(path, *layers):
        command = [QGIS_PYTHON, str(script), str(path), str(tmp_path / "map.png"), *layers]
        process = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        assert process.returncode == 0, process.stderr
        seen = json.loads(process.stdout.splitlines()[-1])
        for name in layers:
            with fiona.open(path, layer=name) as layer:
                assert seen["layers"][name]["features"] == len(layer) > 0
                assert set(layer.schema["properties"]) < set(seen["layers"][name]["fields"])
            assert seen["layers"][name]["valid"]
            assert seen["layers"][name]["crs"] == "EPSG:32633"
        return seen

    return run


def test_qgis_opens_the_layers_with_their_style(scene, tmp_path, look):
    output = tmp_path / "roads.gpkg"
    result = CliRunner().invoke(main, ["convert", str(scene / "truth.gpkg"), str(output)])
    assert result.exit_code == 0, result.output
    seen = look(output, "junctions", "roads")
    for name, geometry in (("roads", "Line"), ("junctions", "Point")):
        assert seen["layers"][name]["geometry"] == geometry
        assert seen["layers"][name]["renderer"] != "singleSymbol", "the embedded style was not applied"
    assert sum(seen["inked"].values()) > 400


def test_qgis_shows_a_comparison_in_its_colours(tmp_path, look):
    output = tmp_path / "differences.gpkg"
    grid = place(500_000, 5_300_000, "EPSG:32633")
    write_differences(output, [tile(grid=grid)], figures=[{"topo_f1": 0.5}], provenance={})
    seen = look(output, *KINDS, "tiles")
    assert seen["layers"]["tiles"]["geometry"] == "Polygon"
    assert seen["layers"]["tiles"]["labels"]
    for kind in KINDS:
        colour = "#{:02x}{:02x}{:02x}".format(*COLOURS[kind])
        assert seen["layers"][kind]["geometry"] == "Line"
        assert seen["layers"][kind]["colours"] == [["#1b1b1b", colour]]
        assert seen["inked"][colour] > 10
    inked = sum(seen["inked"].values())
    assert inked < 0.25 * 200 * 200, "the tile hides what lies below it"
