"""Children of the set-up end when they are told to, and when their QGIS ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qgis_plugin.engine_setup.child import WATCHED, answer_of, run_child
from qgis_plugin.engine_setup.errors import SetUpCancelled

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120.0


def _wait_for(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_lines_and_the_exit_code_arrive():
    lines = []
    program = "import sys; print('one ß'); print('two', file=sys.stderr); sys.exit(3)"
    command = [sys.executable, "-I", "-X", "utf8", "-c", program]
    code = run_child(command, dict(os.environ), is_stopped=lambda: False, on_line=lines.append)
    assert code == 3
    assert sorted(lines) == ["one ß", "two"]


def test_a_stop_ends_the_child_and_what_it_started(tmp_path):
    note = tmp_path / "pids"
    program = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-I', '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(note)!r} + '.part', 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        f"os.replace({str(note)!r} + '.part', {str(note)!r})\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(SetUpCancelled):
        run_child([sys.executable, "-I", "-c", program], dict(os.environ), is_stopped=note.exists)
    for pid in note.read_text(encoding="ascii").split():
        _wait_for(lambda pid=pid: not _runs(pid))


def test_a_child_that_will_not_end_is_killed(tmp_path):
    note = tmp_path / "ready"
    program = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(note)!r}, 'w').close()\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(SetUpCancelled):
        run_child([sys.executable, "-I", "-c", program], dict(os.environ), is_stopped=note.exists)


def test_a_watched_child_ends_with_the_process_that_started_it(tmp_path):
    """Kill that process as the system would, and look for the child."""
    note = tmp_path / "pid"
    (tmp_path / "forever.py").write_text(
        f"import os, time\nopen({str(note)!r} + '.part', 'w').write(str(os.getpid()))\n"
        f"os.replace({str(note)!r} + '.part', {str(note)!r})\ntime.sleep(600)\n",
        encoding="utf-8",
    )
    parent = (
        "import os, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from qgis_plugin.engine_setup.child import run_child\n"
        f"command = [sys.executable, {str(WATCHED)!r}, 'forever']\n"
        f"environment = {{**os.environ, 'PYTHONPATH': {str(tmp_path)!r}}}\n"
        "run_child(command, environment, is_stopped=lambda: False, watched=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent])
    try:
        _wait_for(note.exists)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    _wait_for(lambda: not _runs(int(note.read_text(encoding="ascii"))))


def test_a_watched_module_has_its_arguments_and_its_exit_code(tmp_path):
    (tmp_path / "said.py").write_text("import sys; print(*sys.argv[1:]); sys.exit(5)\n", encoding="utf-8")
    lines = []
    code = run_child(
        [sys.executable, str(WATCHED), "said", "a b", "c"],
        {**os.environ, "PYTHONPATH": str(tmp_path)},
        is_stopped=lambda: False,
        on_line=lines.append,
        watched=True,
    )
    assert (code, lines) == (5, ["a b c"])


def test_a_program_that_is_missing_or_slow_has_failed():
    assert answer_of(["/nowhere/python"], {})[0] != 0
    slow = [sys.executable, "-I", "-c", "import time; time.sleep(600)"]
    code, said = answer_of(slow, dict(os.environ), limit_s=0.3)
    assert code != 0
    assert "0.3 s" in said
