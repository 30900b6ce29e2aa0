"""From nothing to a whole environment, offline; and what becomes of one when something goes wrong."""

import os
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from qgis_plugin.engine_setup import filling
from qgis_plugin.engine_setup.errors import SetUpCancelled, SetUpError
from qgis_plugin.engine_setup.folders import (
    LOG,
    MARKER,
    OURS,
    State,
    current_environment,
    environments_in,
    python_of,
    read_environment,
    state_of,
    this_machine,
)
from qgis_plugin.engine_setup.installation import check, install, remove
from qgis_plugin.engine_setup.locking import LOCK, alone
from qgis_plugin.engine_setup.pip_environment import Proxy
from qgis_plugin.engine_setup.plan import make_plan
from qgis_plugin.engine_setup.progress import Step, Watch
from qgis_plugin.engine_setup.requirements import name_of

NEWER = "torch==2.13.0\nplumb-lead==1.1\nplumb-string==2.0\n"


def _state(order):
    return state_of(order.folder, name_of(order.requirements))


def _files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_a_plan_says_everything_and_writes_nothing(order):
    found = make_plan(order)
    assert found.state is State.ABSENT
    assert found.environment.parent == order.folder
    assert name_of(order.requirements) in found.environment.name
    assert found.interpreter.version == sys.version_info[:3]
    assert found.build.variant == "cpu"
    assert found.free_bytes > 0
    assert not order.folder.exists()
    assert not order.folder.parent.exists()


def test_from_nothing_to_a_whole_environment(first_set_up):
    order, facts, advances, lines = first_set_up
    assert _state(order) is State.READY
    environment = current_environment(order.folder, name_of(order.requirements))
    assert read_environment(environment) == facts
    assert facts.versions["torch"] == "2.13.0+cpu"
    assert facts.versions["plumb-string"] == "2.0"
    assert facts.variant == "cpu"
    assert check(order, Watch()) == ()
    assert (order.folder / LOG).read_text(encoding="utf-8").splitlines() == lines
    assert not (environment / "temporary").exists()
    fractions = [each.fraction for each in advances]
    assert fractions == sorted(fractions)
    assert advances[0].step is Step.PYTHON
    assert advances[-1].step is Step.CHECK


def test_settings_about_cannot_lead_a_set_up_astray_nor_are_they_changed(order, begun, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"):
        monkeypatch.setenv(name, str(tmp_path / "astray"))
    monkeypatch.setenv("PIP_USER", "1")
    before = dict(os.environ), list(sys.path)
    order = replace(order, machine=this_machine())
    plan = make_plan(order)
    begun(plan)
    install(plan, Watch())
    assert not (tmp_path / "astray").exists()
    assert before == (dict(os.environ), list(sys.path))


def test_a_whole_environment_is_only_checked(ready):
    environment = current_environment(ready.folder, name_of(ready.requirements))
    before = {path: (environment / path).stat().st_mtime_ns for path in _files(environment)}
    install(make_plan(ready), Watch())
    after = {path: (environment / path).stat().st_mtime_ns for path in _files(environment)}
    assert {path: time for path, time in after.items() if path.suffix != ".pyc"}.items() <= before.items()


def test_a_damaged_environment_is_found_out_and_made_anew(ready, quick_venv):
    """As when an antivirus took a file away."""
    environment = current_environment(ready.folder, name_of(ready.requirements))
    (path,) = environment.glob("lib/python3*/site-packages/plumb_string.py")
    path.unlink()
    assert any("plumb-string" in fault for fault in check(ready, Watch()))
    install(make_plan(ready), Watch())
    assert check(ready, Watch()) == ()


def test_an_upgrade_is_made_beside_and_the_old_one_goes_when_the_new_one_is_whole(ready, begun, write_wheel):
    old = current_environment(ready.folder, name_of(ready.requirements))
    newer = replace(ready, requirements=NEWER)
    assert _state(newer) is State.OUTDATED
    plan = make_plan(newer)
    begun(plan)
    with pytest.raises(SetUpError, match=r"plumb-lead==1\.1 is not offered"):
        install(plan, Watch())
    assert read_environment(old) is not None
    assert _state(ready) is State.READY
    assert _state(newer) is State.BROKEN
    write_wheel(ready.wheels, "plumb-lead", "1.1")
    install(make_plan(newer), Watch())
    assert _state(newer) is State.READY
    assert environments_in(ready.folder) == (plan.environment,)


def test_an_interrupted_set_up_is_continued(order, begun):
    """Stopped in the middle, what is there already is kept."""
    plan = make_plan(order)
    begun(plan)
    lines = []
    stop = threading.Event()

    def on_line(line):
        lines.append(line)
        if line.startswith("Successfully installed torch"):
            stop.set()

    with pytest.raises(SetUpCancelled):
        install(plan, Watch(is_stopped=stop.is_set, on_line=on_line))
    assert _state(order) is State.BROKEN
    again = []
    install(make_plan(order), Watch(on_line=again.append))
    assert _state(order) is State.READY
    assert any("already satisfied: torch" in line for line in again)


def test_half_a_package_of_a_killed_pip_is_mended(order, begun, quick_venv):
    """It has a name and a version, so pip takes it for installed; then the environment is made anew."""
    plan = make_plan(order)
    begun(plan)
    (packages,) = plan.environment.glob("lib/python3*/site-packages")
    half = packages / "plumb_lead-1.0.dist-info"
    half.mkdir()
    (half / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: plumb-lead\nVersion: 1.0\n", encoding="utf-8"
    )
    (half / "INSTALLER").write_text("pip\n", encoding="utf-8")
    lines = []
    install(plan, Watch(on_line=lines.append))
    assert any("cannot be continued" in line for line in lines)
    assert check(order, Watch()) == ()


def test_an_environment_whose_python_does_not_run_is_made_anew(order, quick_venv):
    plan = make_plan(order)
    python = python_of(plan.environment)
    python.parent.mkdir(parents=True)
    python.write_text("no program", encoding="utf-8")
    (order.folder / OURS).write_text("ours", encoding="utf-8")
    assert _state(order) is State.BROKEN
    install(plan, Watch())
    assert _state(order) is State.READY


def test_an_engine_that_does_not_run_makes_no_environment_whole(order, begun, write_wheel):
    text = "raise ImportError('DLL load failed while importing _C')\n"
    write_wheel(order.wheels, "plumb-string", "2.0", text)
    plan = make_plan(order)
    begun(plan)
    with pytest.raises(SetUpError, match=r"Visual C\+\+"):
        install(plan, Watch())
    assert _state(order) is State.BROKEN


def test_without_a_build_for_cpu_the_default_one_is_taken_and_said(order, begun, write_wheel):
    (wheel,) = order.wheels.glob("torch*")
    wheel.unlink()
    write_wheel(order.wheels, "torch", "2.13.0")
    plan = make_plan(order)
    begun(plan)
    lines = []
    facts = install(plan, Watch(on_line=lines.append))
    assert facts.versions["torch"] == "2.13.0"
    assert any("No CPU build" in line for line in lines)


def test_a_build_for_cpu_is_never_taken_for_one_with_cuda(order, begun):
    plan = make_plan(replace(order, variant="cuda"))
    begun(plan)
    with pytest.raises(SetUpError, match="No CUDA build"):
        install(plan, Watch())


def test_a_disk_without_space_is_found_out_before_anything_is_made(order, monkeypatch):
    plan = make_plan(order)
    monkeypatch.setattr(filling, "free_bytes", lambda folder: 10**8)
    with pytest.raises(SetUpError, match=r"has 0\.1 GB free, the engine needs about 1\.\d GB"):
        install(plan, Watch())
    assert not plan.environment.exists()


def test_two_set_ups_at_once_are_refused(order):
    order.folder.mkdir(parents=True)
    (order.folder / OURS).write_text("ours", encoding="utf-8")
    with alone(order.folder), pytest.raises(SetUpError, match=f"process {os.getpid()}"):
        install(make_plan(order), Watch())


def test_a_folder_with_other_files_is_neither_written_nor_removed(order):
    order.folder.mkdir(parents=True)
    (order.folder / "thesis.odt").write_text("years of work", encoding="utf-8")
    with pytest.raises(SetUpError, match="holds other files"):
        make_plan(order)
    with pytest.raises(SetUpError, match="nothing was removed"):
        remove(order, Watch())
    assert _files(order.folder) == [Path("thesis.odt")]


def test_removal_leaves_nothing(ready):
    remove(ready, Watch())
    assert not ready.folder.exists()
    assert ready.wheels.exists()


def test_removal_keeps_what_somebody_put_there(ready):
    (ready.folder / "notes.txt").write_text("mine", encoding="utf-8")
    remove(ready, Watch())
    assert _files(ready.folder) == [Path("notes.txt")]


def test_removal_does_not_follow_a_link(ready, tmp_path):
    """Somebody moved an environment to another disk and linked it."""
    environment = current_environment(ready.folder, name_of(ready.requirements))
    moved = tmp_path / "elsewhere"
    shutil.move(environment, moved)
    environment.symlink_to(moved)
    before = _files(moved)
    with pytest.raises(SetUpError, match="is a link, so it cannot be deleted"):
        remove(ready, Watch())
    assert _files(moved) == before
    assert _state(ready) is State.READY


def test_an_environment_below_a_linked_folder_is_removed(ready, tmp_path):
    """A link to all of the data folder is the user's own choice of a place."""
    linked = tmp_path / "linked"
    linked.symlink_to(ready.folder)
    remove(replace(ready, folder=linked), Watch())
    assert environments_in(ready.folder) == ()


def test_a_folder_in_the_place_of_the_marker_stops_neither_repair_nor_removal(ready, quick_venv):
    marker = current_environment(ready.folder, name_of(ready.requirements)) / MARKER
    marker.unlink()
    marker.mkdir()
    install(make_plan(ready), Watch(), repair=True)
    assert _state(ready) is State.READY
    marker.unlink()
    marker.mkdir()
    remove(ready, Watch())
    assert not ready.folder.exists()


@pytest.mark.parametrize("name", [LOG, LOCK])
def test_a_folder_in_the_place_of_a_file_is_named(ready, name):
    (ready.folder / name).unlink()
    (ready.folder / name).mkdir()
    for work in (lambda: install(make_plan(ready), Watch()), lambda: remove(ready, Watch())):
        with pytest.raises(SetUpError, match=rf"{name}.*: delete"):
            work()
    assert _state(ready) is State.READY


def test_a_log_is_not_written_through_a_link(ready, tmp_path):
    target = tmp_path / "thesis.odt"
    target.write_text("years of work", encoding="utf-8")
    (ready.folder / LOG).unlink()
    (ready.folder / LOG).symlink_to(target)
    install(make_plan(ready), Watch())
    assert target.read_text(encoding="utf-8") == "years of work"
    assert "works" in (ready.folder / LOG).read_text(encoding="utf-8")


def test_a_folder_whose_sign_is_a_link_is_not_ours(ready, tmp_path):
    target = tmp_path / "thesis.odt"
    target.write_text("years of work", encoding="utf-8")
    (ready.folder / OURS).unlink()
    (ready.folder / OURS).symlink_to(target)
    with pytest.raises(SetUpError, match="holds other files"):
        make_plan(ready)
    with pytest.raises(SetUpError, match="nothing was removed"):
        remove(ready, Watch())
    assert target.read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variant": "rocm"}, "none of auto, cpu, cuda"),
        ({"wheels": Path("/nowhere/wheels")}, "cannot be read"),
        ({"wheels": Path("/wheels\0")}, "cannot be read"),
        ({"folder": Path("relative")}, "not a whole path"),
        ({"folder": Path("/data\0/engine")}, "NUL character"),
        ({"python": "/nowhere/python3"}, "/nowhere/python3 is not there"),
        ({"python": "/bin/false"}, "/bin/false does not run"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused_in_the_plan(order, change, message):
    with pytest.raises(SetUpError, match=message):
        make_plan(replace(order, **change))


def test_a_folder_without_wheels_is_refused(order, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SetUpError, match="holds no wheels"):
        make_plan(replace(order, wheels=tmp_path / "empty"))


def test_no_secret_reaches_the_log(order, begun):
    """Neither the proxy's password nor the token of an index, though pip fails with both in its lines."""
    order = replace(
        order,
        wheels=None,
        index="http://token-1234@127.0.0.1:9/simple",
        proxy=Proxy("127.0.0.1", 9, "mo", "word-5678"),
        machine=replace(
            order.machine, environment={**os.environ, "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
        ),
    )
    plan = make_plan(order)
    begun(plan)
    lines = []
    with pytest.raises(SetUpError):
        install(plan, Watch(on_line=lines.append))
    said = "\n".join([*lines, (order.folder / LOG).read_text(encoding="utf-8")])
    assert "***@127.0.0.1:9" in said
    assert "token-1234" not in said
    assert "word-5678" not in said
