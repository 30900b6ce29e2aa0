"""What the GeoPackage is in the program that it is made for."""

import json
import os
import subprocess
from pathlib import Path

import fiona
import pytest
from click.testing import CliRunner

from engine.cli import main

QGIS_PYTHON = os.environ.get("PLUMBLINE_QGIS_PYTHON", "/usr/bin/python3")


def test_qgis_opens_the_layers_with_their_style(scene, tmp_path):
    output = tmp_path / "roads.gpkg"
    result = CliRunner().invoke(main, ["convert", str(scene / "truth.gpkg"), str(output)])
    assert result.exit_code == 0, result.output
    script = Path(__file__).with_name("open_in_qgis.py")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    if subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True).returncode:
        message = f"QGIS is not installed for {QGIS_PYTHON}: scripts/system_packages.sh installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    run = subprocess.run(
        [QGIS_PYTHON, str(script), str(output), str(tmp_path / "map.png")],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout.splitlines()[-1])
    for name in ("roads", "junctions"):
        with fiona.open(output, layer=name) as layer:
            assert seen[name]["features"] == len(layer) > 0
            assert set(layer.schema["properties"]) < set(seen[name]["fields"])
        assert seen[name]["valid"]
        assert seen[name]["geometry"]
        assert seen[name]["crs"] == "EPSG:32633"
        assert seen[name]["renderer"] != "singleSymbol", "the embedded style was not applied"
    assert seen["inked"] > 100
