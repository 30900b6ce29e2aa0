import os
import queue
import signal
import sys
import time
from pathlib import Path

import pytest

from qgis_plugin.engine_client.process import ChildProcess, popen_options

PATIENCE_S = 120.0


class Heard:
    """Runs a piece of Python and keeps what it says."""

    def __init__(self, code):
        self.lines, self.errors, self.ends = queue.Queue(), queue.Queue(), queue.Queue()
        self.process = ChildProcess(
            [sys.executable, "-c", code],
            dict(os.environ),
            on_line=self.lines.put,
            on_stderr=self.errors.put,
            on_end=self.ends.put,
        )

    def line(self):
        return self.lines.get(timeout=PATIENCE_S)

    def end(self):
        return self.ends.get(timeout=PATIENCE_S)


def state_of(pid):
    """Return the letter of a process's state; "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_lines_go_both_ways_and_all_of_them_before_the_end():
    child = Heard("import sys; [print(line.strip().upper()) for line in sys.stdin]; sys.exit(4)")
    assert child.process.send(b"one\n")
    assert child.process.send(b"x" * 900_000 + b"\n")
    child.process.end(b"last\n", grace_s=PATIENCE_S)
    assert child.end() == 4
    assert [child.line(), len(child.line()), child.line()] == [b"ONE", 900_000, b"LAST"]


def test_a_dead_process_takes_no_line_and_is_reaped():
    child = Heard("print(__import__('os').getpid())")
    pid = int(child.line())
    assert child.end() == 0
    assert not child.process.send(b"hello\n")
    assert state_of(pid) == ""
    child.process.kill()
    child.process.end(b"", grace_s=1.0)


def test_its_last_words_are_kept_and_not_more():
    child = Heard(
        "import sys; [print(n, file=sys.stderr) for n in range(500)]; print('é' * 9000, file=sys.stderr)"
    )
    child.end()
    words = child.process.stderr_tail()
    assert words[-3:] == ["498", "499", "(a very long line)"]
    assert len(words) < 100
    assert child.errors.qsize() == 501


@pytest.mark.parametrize("deaf", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_who_does_not_end_is_told_to_and_then_killed(deaf):
    child = Heard(f"import signal, time\n{deaf}\nprint('ready', flush=True)\ntime.sleep(1e6)")
    child.line()
    child.process.end(b"please\n", grace_s=0.2)
    assert child.end() == (-signal.SIGKILL if deaf else -signal.SIGTERM)


def test_what_it_started_ends_with_it():
    child = Heard(
        "import subprocess, sys\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1e6)']).pid, flush=True)\n"
        "sys.stdin.read()"
    )
    grandchild = int(child.line())
    child.process.kill()
    assert child.end() == -signal.SIGKILL
    end_s = time.monotonic() + PATIENCE_S
    while state_of(grandchild) not in {"", "Z"}:
        assert time.monotonic() < end_s
        time.sleep(0.005)


def test_what_outlives_it_does_not_hide_its_end():
    child = Heard(
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(1e6)']\n"
        "print(subprocess.Popen(sleep, start_new_session=True).pid, flush=True)"
    )
    stray = int(child.line())
    assert child.end() == 0
    os.kill(stray, signal.SIGKILL)


def test_ctrl_c_of_the_parent_is_not_for_it():
    child = Heard("import os; print(os.getsid(0), os.getpid(), flush=True); input()")
    session, pid = child.line().split()
    assert session == pid
    child.process.end(b"\n", grace_s=PATIENCE_S)


def test_windows_shows_no_console():
    assert popen_options("win32") == {"creationflags": 0x08000000 | 0x00000200}
    assert popen_options("darwin") == popen_options("linux") == {"start_new_session": True}


@pytest.mark.parametrize("program", ["python3", "/nowhere/python3", __file__])
def test_only_an_absolute_program_is_started(program):
    with pytest.raises(OSError, match=Path(program).name):
        ChildProcess([program], {}, on_line=print, on_stderr=print, on_end=print)
