"""The pinned requirements are pyproject.toml's dependencies and what those need: no more, no less."""

import itertools
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from qgis_plugin.engine_setup.requirements import (
    Pin,
    name_of,
    our_requirements,
    pins_for,
    pins_of,
    plain_name,
)

ROOT = Path(__file__).resolve().parents[3]
PINS = {pin.name: pin for pin in pins_of(our_requirements())}
MACHINES = [
    {"python_version": version, "sys_platform": system, "platform_system": name, "extra": ""}
    for version, (system, name) in itertools.product(
        ("3.11", "3.12", "3.13"), (("linux", "Linux"), ("win32", "Windows"), ("darwin", "Darwin"))
    )
]


def _dependencies():
    with (ROOT / "pyproject.toml").open("rb") as file:
        return [Requirement(each) for each in tomllib.load(file)["project"]["dependencies"]]


def _needed_by(name, machine):
    """Return what an installed package needs on a machine; of packages that are not installed, nothing."""
    try:
        needed = [Requirement(each) for each in requires(name) or ()]
    except PackageNotFoundError:
        return []
    return [each for each in needed if each.marker is None or each.marker.evaluate(machine)]


def _closure(machine):
    """Return all that the engine needs on a machine, with the requirements that name it."""
    found, waiting = {}, _dependencies()
    while waiting:
        requirement = waiting.pop()
        name = plain_name(requirement.name)
        if name not in found:
            waiting += _needed_by(name, machine)
        found.setdefault(name, []).append(requirement)
    return found


def test_every_dependency_of_pyproject_is_pinned_to_its_version():
    for requirement in _dependencies():
        assert str(requirement.specifier) == f"=={PINS[plain_name(requirement.name)].version}"


@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda each: f"{each['sys_platform']}-{each['python_version']}"
)
def test_the_pins_of_a_system_are_what_is_needed_there(machine):
    needed = _closure(machine)
    pins = pins_for(machine["sys_platform"], our_requirements())
    assert {pin.name for pin in pins} == set(needed)
    for pin in pins:
        assert all(each.specifier.contains(pin.version) for each in needed[pin.name]), pin


def test_no_pin_names_a_build_of_one_system():
    assert not [name for name in PINS if name.startswith(("nvidia", "triton", "cuda"))]


def test_a_name_follows_the_pins_and_nothing_else():
    text = "alpha==1.0\nbeta==2.0\n"
    assert name_of(text) == name_of("# why\nbeta==2.0  # because\n\nAlpha==1.0\n")
    assert name_of(text) != name_of("alpha==1.0\nbeta==2.1\n")
    assert name_of(text) != name_of('alpha==1.0\nbeta==2.0; sys_platform == "win32"\n')


def test_a_pin_may_be_of_one_system():
    text = 'alpha==1.0\ncolour==0.4; sys_platform == "win32"\n'
    assert pins_for("linux", text) == (Pin("alpha", "1.0"),)
    assert pins_for("win32", text) == (Pin("alpha", "1.0"), Pin("colour", "0.4", "win32"))


@pytest.mark.parametrize("line", ["alpha>=1.0", "alpha", "-r other.txt", "alpha==1.0 --hash=sha256:00"])
def test_what_is_no_pin_is_refused(line):
    with pytest.raises(ValueError, match="no pin"):
        pins_of(line)
