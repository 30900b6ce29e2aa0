"""Tiny wheels and empty environments, with which real pip and real venv take seconds."""

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qgis_plugin.engine_setup import filling
from qgis_plugin.engine_setup.child import run_child
from qgis_plugin.engine_setup.installation import install
from qgis_plugin.engine_setup.plan import Order, make_plan
from qgis_plugin.engine_setup.progress import Watch

REQUIREMENTS = "torch==2.13.0\nplumb-lead==1.0\nplumb-string==2.0\n"
"""Of a pretended engine of three packages."""


def _write_wheel(folder, name, version, text="", requires=()):
    """Write a wheel with one module; returns its path."""
    module = name.replace("-", "_")
    record_of = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
    files = {
        f"{module}.py": text or f"VERSION = {version!r}\n",
        f"{record_of}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{record_of}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content.encode())}\n")
    files[f"{record_of}/RECORD"] = "".join([*lines, f"{record_of}/RECORD,,\n"])
    path = Path(folder) / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name_in, content in files.items():
            wheel.writestr(name_in, content)
    return path


@pytest.fixture(scope="session")
def write_wheel():
    return _write_wheel


def _write_wheels(folder):
    """Write all that the pretended engine needs into a new folder."""
    folder.mkdir()
    _write_wheel(folder, "torch", "2.13.0+cpu")
    _write_wheel(folder, "plumb-lead", "1.0")
    _write_wheel(folder, "plumb-string", "2.0")
    return folder


@pytest.fixture
def wheels(tmp_path):
    return _write_wheels(tmp_path / "wheels of all")


def first_run(interpreter):
    """Load all packages of the pretended engine."""
    return [str(interpreter), "-I", "-c", "import torch, plumb_lead, plumb_string"]


def _order(folder, wheels):
    return Order(
        folder=folder,
        variant="cpu",
        wheels=wheels,
        python=sys.executable,
        requirements=REQUIREMENTS,
        run=first_run,
        version="0.1.0",
    )


@pytest.fixture
def order(tmp_path, wheels):
    return _order(tmp_path / "data" / "plumbline", wheels)


@pytest.fixture(scope="session")
def empty_environment(tmp_path_factory):
    """A virtual environment with pip and nothing else."""
    folder = tmp_path_factory.mktemp("empty") / "environment"
    subprocess.run([sys.executable, "-I", "-m", "venv", str(folder)], check=True)
    return folder


@pytest.fixture
def quick_venv(monkeypatch, empty_environment):
    """Copy an empty environment where venv would make one, for that takes seconds."""

    def run(command, environment, **options):
        if command[-2] == "venv":
            shutil.copytree(empty_environment, command[-1], symlinks=True)
            return 0
        return run_child(command, environment, **options)

    monkeypatch.setattr(filling, "run_child", run)


@pytest.fixture
def begun(empty_environment):
    """Leave what a set-up leaves that was interrupted after its first step."""

    def leave(plan):
        shutil.copytree(empty_environment, plan.environment, symlinks=True)
        (plan.order.folder / "PLUMBLINE.txt").write_text("ours", encoding="utf-8")

    return leave


@pytest.fixture(scope="session")
def first_set_up(tmp_path_factory):
    """The first set-up of a machine: real venv, real pip. What it said, and the order."""
    folder = tmp_path_factory.mktemp("machine")
    order = _order(folder / "data" / "plumbline", _write_wheels(folder / "wheels"))
    advances, lines = [], []
    facts = install(make_plan(order), Watch(on_advance=advances.append, on_line=lines.append))
    return order, facts, advances, lines


@pytest.fixture
def ready(order, first_set_up):
    """An order that was carried out, on a copy of its own."""
    shutil.copytree(first_set_up[0].folder, order.folder, symlinks=True)
    return order
