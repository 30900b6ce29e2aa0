"""Runs programs of the set-up: line by line, stoppable, and never longer than this process."""

from __future__ import annotations

import math
import os
import queue
import signal
import subprocess  # nosec B404
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Callable, Optional

from .errors import SetUpCancelled

WATCHED = Path(__file__).with_name("watched.py")

_NOT_STARTED = 127
"""What shells return for a program that is not there."""

_TICK_S = 0.1
_GRACE_S = 1.0
"""A child that is told to end has so long before it is killed."""


def _start(command: Sequence[str], environment: Mapping[str, str], *, watched: bool) -> subprocess.Popen[str]:
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NO_WINDOW}
    # No shell, a list of arguments, and a program that the set-up found or the user named.
    return subprocess.Popen(  # noqa: S603 # nosec B603
        list(command),
        stdin=subprocess.PIPE if watched else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        encoding="utf-8",
        errors="replace",
        **options,
    )


def _end(child: subprocess.Popen[str]) -> None:
    """End a child and, where the system can, what it started."""
    if child.poll() is not None:
        return
    for number in ("SIGTERM", "SIGKILL"):
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                child.kill()
            else:
                os.killpg(child.pid, getattr(signal, number))
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE_S)
            return


def _read(stream: IO[str], lines: queue.Queue[Optional[str]]) -> None:
    for line in stream:
        lines.put(line.rstrip())
    lines.put(None)


def run_child(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    is_stopped: Callable[[], bool],
    on_line: Callable[[str], None] = lambda _: None,
    on_tick: Callable[[], None] = lambda: None,
    watched: bool = False,
) -> int:
    """Run a program to its end and return its exit code.

    Args:
        command: An absolute path and arguments.
        environment: All of its environment.
        is_stopped: Asked about ten times a second, on this thread.
        on_line: Given each line that it writes, on this thread.
        on_tick: Called as often as ``is_stopped``.
        watched: Give it a standard input that ends with this process, for ``watched.py``.

    Raises:
        SetUpCancelled: It was stopped; the program has ended.
        OSError: It could not be started.
    """
    child = _start(command, environment, watched=watched)
    lines: queue.Queue[Optional[str]] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child.stdout, lines), daemon=True)
    reader.start()
    try:
        while True:
            if is_stopped():
                raise SetUpCancelled("The set-up was cancelled.")
            on_tick()
            try:
                line = lines.get(timeout=_TICK_S)
            except queue.Empty:
                continue
            if line is None:
                return child.wait()
            on_line(line)
    finally:
        _end(child)
        reader.join(_GRACE_S)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def answer_of(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    limit_s: float = math.inf,
) -> tuple[int, str]:
    """Run a program and return its exit code and all that it wrote; one that is missing or slow failed.

    Args:
        command: As of ``run_child``.
        environment: Likewise.
        is_stopped: Likewise.
        limit_s: It is ended after so long.

    Raises:
        SetUpCancelled: It was stopped.
    """
    lines: list[str] = []
    end = time.monotonic() + limit_s
    try:
        code = run_child(
            command,
            environment,
            is_stopped=lambda: is_stopped() or time.monotonic() > end,
            on_line=lines.append,
        )
    except OSError as error:
        return _NOT_STARTED, str(error)
    except SetUpCancelled:
        if is_stopped():
            raise
        return _NOT_STARTED, f"no answer within {limit_s:g} s"
    return code, "\n".join(lines)
