"""Where environments lie on each system, and what is told of a folder by what is in it."""

import json
from pathlib import Path

import pytest

from qgis_plugin.engine_setup.errors import SetUpError
from qgis_plugin.engine_setup.folders import (
    MARKER,
    Environment,
    Facts,
    State,
    current_environment,
    default_folder,
    environment_folder,
    interpreter_in,
    python_of,
    read_environment,
    state_of,
    write_environment,
)
from qgis_plugin.engine_setup.requirements import name_of, our_requirements

OURS = name_of(our_requirements())
OLDER = "0123456789"


@pytest.mark.parametrize(
    ("facts", "folder"),
    [
        (Facts("linux", {}, "/home/mo"), "/home/mo/.local/share/plumbline"),
        (Facts("linux", {"XDG_DATA_HOME": "/srv/mo"}, "/home/mo"), "/srv/mo/plumbline"),
        (Facts("linux", {"XDG_DATA_HOME": "data"}, "/home/mo"), "/home/mo/.local/share/plumbline"),
        (Facts("darwin", {}, "/Users/mo"), "/Users/mo/Library/Application Support/Plumbline"),
        (
            Facts("win32", {"LOCALAPPDATA": "C:\\Users\\Mo Ö\\AppData\\Local"}, "C:\\Users\\Mo Ö"),
            "C:\\Users\\Mo Ö\\AppData\\Local\\Plumbline",
        ),
        (Facts("win32", {}, "C:\\Users\\mo"), "C:\\Users\\mo\\AppData\\Local\\Plumbline"),
        (Facts("linux", {"PLUMBLINE_ENGINE_FOLDER": "/opt/engine"}, "/home/mo"), "/opt/engine"),
        (Facts("linux", {"PLUMBLINE_ENGINE_FOLDER": " "}, "/home/mo"), "/home/mo/.local/share/plumbline"),
    ],
)
def test_the_default_folder_is_the_users_data_folder(facts, folder):
    assert str(default_folder(facts)) == folder


def test_the_interpreter_lies_where_venv_puts_it():
    assert python_of(Path("/e"), "linux") == Path("/e/bin/python")
    assert python_of(Path("/e"), "darwin") == Path("/e/bin/python")
    assert python_of(Path("/e"), "win32") == Path("/e/Scripts/python.exe")


def _make(folder, requirements=OURS, variant="cpu", finished="2026-01-01T00:00:00+00:00"):
    """Make what looks like an environment; without ``finished`` it is not whole."""
    environment = environment_folder(folder, requirements, variant)
    python_of(environment).parent.mkdir(parents=True)
    python_of(environment).write_text("", encoding="utf-8")
    (environment / "pyvenv.cfg").write_text(f"home = {folder}\nversion = 3.12.1\n", encoding="utf-8")
    if finished:
        write_environment(environment, Environment(requirements, variant, {"torch": "2"}, finished=finished))
    return environment


def test_what_is_written_of_an_environment_is_read_again(tmp_path):
    environment = _make(tmp_path)
    facts = Environment(OURS, "cuda", {"torch": "2.13.0"}, "3.12.1", "/usr/bin/python3", "now", "0.1.0")
    write_environment(environment, facts)
    assert read_environment(environment) == facts


def test_a_folder_is_absent_broken_outdated_or_ready(tmp_path):
    assert state_of(tmp_path / "none") is State.ABSENT
    assert state_of(tmp_path) is State.ABSENT
    _make(tmp_path, OLDER)
    assert state_of(tmp_path) is State.OUTDATED
    begun = _make(tmp_path, finished="")
    assert state_of(tmp_path) is State.BROKEN
    write_environment(begun, Environment(OURS, "cpu"))
    assert state_of(tmp_path) is State.READY
    assert interpreter_in(tmp_path) == python_of(begun)


def test_an_environment_that_lost_its_python_is_broken(tmp_path):
    environment = _make(tmp_path)
    python_of(environment).unlink()
    assert state_of(tmp_path) is State.BROKEN


def test_an_environment_whose_base_went_is_broken(tmp_path):
    """As after an update of the QGIS that it was made with, on Windows."""
    environment = _make(tmp_path)
    (environment / "pyvenv.cfg").write_text("home = /nowhere/apps/Python312\n", encoding="utf-8")
    assert state_of(tmp_path) is State.BROKEN


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"requirements": "x"}', "\udcff", "[" * 10**5])
def test_a_marker_that_says_nothing_makes_no_environment_whole(tmp_path, content):
    environment = _make(tmp_path, finished="")
    (environment / MARKER).write_text(content, encoding="utf-8", errors="surrogateescape")
    assert state_of(tmp_path) is State.BROKEN


@pytest.mark.parametrize("wrong", [{"finished": 7}, {"versions": []}, {"requirements": None}])
def test_a_marker_with_values_of_another_kind_makes_no_environment_whole(tmp_path, wrong):
    """Beside a whole one: the times of the two are compared."""
    content = {"requirements": OURS, "variant": "cuda", **wrong}
    damaged = _make(tmp_path, variant="cuda", finished="")
    (damaged / MARKER).write_text(json.dumps(content), encoding="utf-8")
    assert state_of(tmp_path) is State.BROKEN
    whole = _make(tmp_path)
    assert current_environment(tmp_path) == whole


def test_a_folder_in_the_place_of_the_marker_is_broken_and_gives_way(tmp_path):
    environment = _make(tmp_path, finished="")
    (environment / MARKER / "inside").mkdir(parents=True)
    assert state_of(tmp_path) is State.BROKEN
    write_environment(environment, Environment(OURS, "cpu"))
    assert state_of(tmp_path) is State.READY


def test_settings_of_venv_in_another_encoding_are_broken(tmp_path):
    environment = _make(tmp_path)
    (environment / "pyvenv.cfg").write_bytes("home = /Users/Jürgen".encode("utf-16"))
    assert state_of(tmp_path) is State.BROKEN


def test_a_path_that_no_system_has_holds_nothing():
    assert state_of(Path("/data\0/engine")) is State.ABSENT
    with pytest.raises(SetUpError, match="plumbline:setupengine"):
        interpreter_in(Path("/data\0/engine"))


def test_a_marker_of_a_later_version_is_understood(tmp_path):
    environment = _make(tmp_path)
    content = json.loads((environment / MARKER).read_text(encoding="utf-8"))
    (environment / MARKER).write_text(json.dumps({**content, "more": 1}), encoding="utf-8")
    assert state_of(tmp_path) is State.READY


def test_of_two_whole_environments_the_later_one_counts(tmp_path):
    _make(tmp_path, variant="cuda", finished="2026-01-01T00:00:00+00:00")
    later = _make(tmp_path, variant="cpu", finished="2026-01-02T00:00:00+00:00")
    assert current_environment(tmp_path) == later


def test_folders_of_other_names_are_none_of_ours(tmp_path):
    _make(tmp_path).rename(tmp_path / "engine-of-somebody")
    assert state_of(tmp_path) is State.ABSENT


@pytest.mark.parametrize("finished", ["", "2026-01-01T00:00:00+00:00"])
def test_without_a_fitting_environment_the_way_to_one_is_said(tmp_path, finished):
    _make(tmp_path, OLDER, finished=finished)
    with pytest.raises(SetUpError, match="plumbline:setupengine"):
        interpreter_in(tmp_path)
