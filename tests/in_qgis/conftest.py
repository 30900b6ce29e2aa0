"""A real QGIS without a screen, with the plugin of this checkout; run by ``scripts/in_qgis.sh``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProject

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def qgis():
    """The application, with Processing's own algorithms."""
    application = QgsApplication([], True)  # noqa: FBT003 - Qt takes no keywords
    application.initQgis()
    sys.path.append(str(Path(application.pkgDataPath()) / "python" / "plugins"))
    from processing.core.Processing import Processing  # noqa: PLC0415 - found only now

    Processing.initialize()
    yield application
    QgsProject.instance().clear()


@pytest.fixture(autouse=True)
def empty_project(qgis):
    """Each test begins and ends with an empty project."""
    QgsProject.instance().clear()
    yield
    QgsProject.instance().clear()


def render_scene(folder, *options):
    """Render a town with the engine's interpreter: rgb.tif, height.tif, truth.gpkg ..."""
    command = [os.environ["PLUMBLINE_PYTHON"], "-c"]
    command += [f"import sys; sys.path.insert(0, {str(ROOT)!r}); from training.__main__ import main; main()"]
    subprocess.run([*command, "scenes", str(folder), *options], check=True, capture_output=True)


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    """Folder of a town of 256 m, seen obliquely, at half a metre."""
    folder = tmp_path_factory.mktemp("scene")
    render_scene(folder, "--seed", "3", "--size", "512", "--m-per-px", "0.5", "--off-nadir", "25")
    return folder
