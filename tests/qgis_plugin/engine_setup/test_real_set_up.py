"""The engine's own packages: offline from a folder of wheels, interrupted, continued and upgraded."""

import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from qgis_plugin.engine_setup.folders import State, environments_in, state_of
from qgis_plugin.engine_setup.installation import check, install
from qgis_plugin.engine_setup.plan import Order, make_plan
from qgis_plugin.engine_setup.progress import Watch
from qgis_plugin.engine_setup.requirements import REQUIREMENTS, name_of, our_requirements

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 900.0

SET_UP = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from qgis_plugin.engine_setup.installation import install
from qgis_plugin.engine_setup.plan import Order, make_plan
from qgis_plugin.engine_setup.progress import Watch
order = Order(folder=Path(sys.argv[2]), variant="cpu", wheels=Path(sys.argv[3]), python=sys.executable)
install(make_plan(order), Watch(on_line=lambda line: print(line, flush=True)))
"""


@pytest.fixture
def machine():
    """An empty folder that is gone afterwards, for two environments are large."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _download(folder):
    """Gather the wheels, as the documentation tells those without a network at the other computer."""
    pip = [sys.executable, "-I", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-q", "-d"]
    pip.append(str(folder))
    if subprocess.run([*pip, "torch==2.13.0+cpu"], check=False, capture_output=True).returncode:
        pytest.skip("no CPU build of PyTorch is offered here")
    others = [line for line in our_requirements().splitlines() if not line.startswith("torch==")]
    text = folder / REQUIREMENTS.name
    text.write_text("\n".join(others), encoding="utf-8")
    subprocess.run([*pip, "-r", str(text)], check=True)


def _kill_while_installing(folder, wheels):
    """Run a set-up in a process of its own and kill that while pip unpacks the packages."""
    command = [sys.executable, "-c", SET_UP, str(ROOT), str(folder), str(wheels)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("Installing collected packages") and "numpy" in line:
                break
        end = time.monotonic() + PATIENCE_S
        while not list(folder.glob("engine-*/lib/python3*/site-packages/sympy")):
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="tried on Linux only")
def test_the_real_engine_is_set_up_offline_interrupted_continued_and_upgraded(machine, write_wheel):
    wheels, folder = machine / "wheels", machine / "plumbline"
    wheels.mkdir()
    _download(wheels)
    _kill_while_installing(folder, wheels)
    assert state_of(folder) is State.BROKEN
    order = Order(folder=folder, variant="cpu", wheels=wheels, python=sys.executable)
    lines = []
    facts = install(make_plan(order), Watch(on_line=lines.append))
    assert any("Continuing an interrupted set-up" in line for line in lines)
    assert state_of(folder) is State.READY
    assert facts.versions["torch"] == "2.13.0+cpu"
    assert check(order, Watch()) == ()
    write_wheel(wheels, "plumb-lead", "1.0")
    newer = replace(order, requirements=our_requirements() + "plumb-lead==1.0\n")
    assert state_of(folder, name_of(newer.requirements)) is State.OUTDATED
    facts = install(make_plan(newer), Watch())
    assert facts.versions["plumb-lead"] == "1.0"
    assert state_of(folder, name_of(newer.requirements)) is State.READY
    assert [each.name for each in environments_in(folder)] == [f"engine-{name_of(newer.requirements)}-cpu"]
