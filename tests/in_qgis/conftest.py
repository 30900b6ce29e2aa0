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


@pytest.fixture(scope="module")
def provider(qgis):
    """The plugin's algorithms, without its window."""
    from qgis_plugin.provider import PlumblineProvider  # noqa: PLC0415 - needs the application
    from qgis_plugin.shared_engine import close_engine  # noqa: PLC0415

    provider = PlumblineProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)
    close_engine()


@pytest.fixture(scope="module")
def run(provider):
    """Run an algorithm of the plugin as a script does: ``run("extractroads", INPUT=..., OUTPUT=...)``."""
    import processing  # noqa: PLC0415 - found only with the application

    def run(name, context=None, feedback=None, **parameters):
        return processing.run(f"plumbline:{name}", parameters, context=context, feedback=feedback)

    return run


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
