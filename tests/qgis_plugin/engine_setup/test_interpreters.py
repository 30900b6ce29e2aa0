"""Which Python is asked to make the environment, on systems this does not run on too."""

import subprocess
import sys

import pytest

from qgis_plugin.engine_setup.folders import Facts
from qgis_plugin.engine_setup.interpreters import (
    PROBE,
    Interpreter,
    candidates,
    fault_of,
    read_probe,
    what_to_install,
)

WINDOWS = Facts(
    "win32",
    {"OSGEO4W_ROOT": "C:\\PROGRA~1\\QGIS34~1.6"},
    "C:\\Users\\mo",
    "C:\\PROGRA~1\\QGIS34~1.6\\apps\\Python312",
    "C:\\PROGRA~1\\QGIS34~1.6\\bin\\qgis-ltr-bin.exe",
)
MACOS = Facts(
    "darwin",
    {},
    "/Users/mo",
    "/Applications/QGIS-LTR.app/Contents/MacOS",
    "/Applications/QGIS-LTR.app/Contents/MacOS/QGIS",
)
LINUX = Facts("linux", {}, "/home/mo", "/usr", "/home/mo/.pyenv/shims/python3")
GOOD = Interpreter("/usr/bin/python3.12", (3, 12, 3), 64, "/usr", ("venv", "ensurepip"))


def test_windows_has_its_own_python_and_the_launcher_but_never_qgis_itself():
    found = candidates(WINDOWS, {"py": "C:\\Windows\\py.exe"}.get)
    assert found == (
        ("C:\\PROGRA~1\\QGIS34~1.6\\apps\\Python312\\python.exe",),
        ("C:\\PROGRA~1\\QGIS34~1.6\\apps\\Python312\\python3.exe",),
        ("C:\\Windows\\py.exe", "-3.13"),
        ("C:\\Windows\\py.exe", "-3.12"),
        ("C:\\Windows\\py.exe", "-3.11"),
    )
    assert len(candidates(WINDOWS, {}.get)) == 2


def test_macos_never_asks_apples_python():
    """It would open a window that offers Xcode."""
    every = {name: f"/usr/bin/{name}" for name in ("python3", "python3.12", "py")}
    found = [command[0] for command in candidates(MACOS, every.get)]
    assert found[0] == "/Applications/QGIS-LTR.app/Contents/MacOS/bin/python3"
    assert "/Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12" in found
    assert "/opt/homebrew/bin/python3.12" in found
    assert not [each for each in found if each.startswith("/usr/bin/") or each.endswith("/QGIS")]


def test_linux_prefers_later_pythons_and_falls_back_on_the_systems():
    there = {"python3.12": "/usr/bin/python3.12", "python3.11": "/usr/bin/python3.11"}
    assert candidates(LINUX, there.get) == (
        ("/usr/bin/python3.12",),
        ("/usr/bin/python3.11",),
        ("/usr/bin/python3",),
        ("/home/mo/.pyenv/shims/python3",),
    )


def test_this_python_says_what_it_is():
    said = subprocess.run(
        [sys.executable, "-I", "-c", PROBE], check=True, capture_output=True, text=True
    ).stdout
    found = read_probe("a warning of the site\n" + said)
    assert found.version == sys.version_info[:3]
    assert found.modules == ("venv", "ensurepip")
    assert not fault_of(found, "linux")


@pytest.mark.parametrize("said", ["", "pyenv: python3.12: command not found", "{", '{"version": [3]}', "{}"])
def test_what_is_no_python_says_nothing(said):
    assert read_probe(said) is None


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (GOOD, ""),
        (Interpreter("/p", (3, 9, 5), 64, "/usr", GOOD.modules), "is Python 3.9.5"),
        (Interpreter("/p", (3, 14, 0), 64, "/usr", GOOD.modules), "is Python 3.14.0"),
        (Interpreter("/p", (3, 12, 0), 32, "/usr", GOOD.modules), "32-bit"),
        (Interpreter("/p", (3, 12, 0), 64, "/usr", ("venv",)), "lacks ensurepip"),
    ],
)
def test_a_python_that_does_not_serve_is_refused_with_the_reason(found, fault):
    said = fault_of(found, "linux")
    assert fault in said
    assert bool(said) == bool(fault)


def test_windows_refuses_the_python_of_its_store():
    base = "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0"
    stored = Interpreter(f"{base}\\python.exe", (3, 12, 3), 64, base, GOOD.modules)
    assert "Microsoft Store" in fault_of(stored, "win32")


@pytest.mark.parametrize(
    ("system", "word"), [("linux", "python3-venv"), ("win32", '"py"'), ("darwin", "macOS")]
)
def test_without_a_python_the_user_hears_what_to_install(system, word):
    said = what_to_install(system, ["/usr/bin/python3 is Python 3.9.2; needed is 3.11 to 3.13"])
    assert word in said
    assert "3.9.2" in said
    assert "PYTHON" in said
