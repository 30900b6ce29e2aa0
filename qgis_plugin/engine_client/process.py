"""One child process: lines to it, lines from it, how it ended, and no trace of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess  # nosec B404
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import IO, Any, Callable, Optional

from .lines import bounded_lines
from .protocol import MOST_LINE_BYTES

_MOST_STDERR_LINES = 40
_MOST_STDERR_LINE_BYTES = 2000

_TOLD_S = 0.5
"""How long a process that was told to end may take for it."""

_LAST_WORDS_S = 1.0
"""How long the pipes of a process that has ended are read: something that it started may hold them open."""

_CREATE_NEW_PROCESS_GROUP = 0x00000200
_CREATE_NO_WINDOW = 0x08000000


def popen_options(platform: str = sys.platform) -> dict[str, Any]:
    """Return what keeps a child apart: no console window, and no Ctrl-C that is meant for its parent."""
    if platform == "win32":
        return {"creationflags": _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


class ChildProcess:
    """A running program; its callbacks come from threads of their own.

    Args:
        command: Absolute path of the program, and its arguments.
        environment: All that it is given.
        on_line: Called with each line of its standard output; None stands for one that was too long.
        on_stderr: Called with each line of its standard error.
        on_end: Called once, after the last line, with the exit code.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        on_line: Callable[[Optional[bytes]], None],
        on_stderr: Callable[[str], None],
        on_end: Callable[[int], None],
    ) -> None:
        if not Path(command[0]).is_absolute():
            raise FileNotFoundError(f"{command[0]} is not an absolute path")
        self._on_line, self._on_stderr, self._on_end = on_line, on_stderr, on_end
        self._stderr_tail: deque[str] = deque(maxlen=_MOST_STDERR_LINES)
        # An absolute path, arguments as a list, no shell. And unbuffered: Python cannot end while a thread
        # waits in a buffered reader.
        self._popen: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 # nosec B603
            list(command),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=gettempdir(),  # Windows cannot remove a folder in which a program runs
            **popen_options(),
        )
        self._readers = [
            self._thread("lines", self._read_lines, _pipe(self._popen.stdout)),
            self._thread("messages", self._read_stderr, _pipe(self._popen.stderr)),
        ]
        self._waiter = self._thread("end", self._wait)

    def send(self, line: bytes) -> bool:
        """Write a line to its standard input, and return whether it went; a dead process takes none."""
        pipe = _pipe(self._popen.stdin)
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[pipe.write(rest) :]
        except (OSError, ValueError):  # broken, or closed by us
            return False
        return True

    def stderr_tail(self) -> list[str]:
        """Return its last words."""
        return list(self._stderr_tail)

    def end(self, last_line: bytes, *, grace_s: float) -> None:
        """End it: by a last line, else by the end of its input, else by force; returns when it has ended.

        Args:
            last_line: Which asks it to end.
            grace_s: How long it may take for that.
        """
        self.send(last_line)
        with suppress(OSError):
            _pipe(self._popen.stdin).close()
        for insist, patience_s in ((self._popen.terminate, grace_s), (self.kill, _TOLD_S)):
            self._waiter.join(patience_s)
            if self._waiter.is_alive():
                insist()
        self._waiter.join(grace_s + 2 * _LAST_WORDS_S)

    def kill(self) -> None:
        """End it at once, with whatever it started; returns before it has ended."""
        if self._popen.returncode is None:  # else its number may be another's by now
            self._kill_group()

    def _kill_group(self) -> None:
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        else:
            self._popen.kill()

    def _thread(self, what: str, run: Callable[..., None], *arguments: Any) -> threading.Thread:
        thread = threading.Thread(target=run, args=arguments, name=f"plumbline engine: {what}", daemon=True)
        thread.start()
        return thread

    def _read_lines(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in bounded_lines(pipe.read, MOST_LINE_BYTES):
                self._on_line(line)

    def _read_stderr(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in bounded_lines(pipe.read, _MOST_STDERR_LINE_BYTES):
                said = "(a very long line)" if line is None else line.decode("utf-8", "replace").rstrip()
                if said:
                    self._stderr_tail.append(said)
                    self._on_stderr(said)

    def _wait(self) -> None:
        code = self._popen.wait()
        # Whatever it started has lost its purpose, and would hold our pipes open.
        self._kill_group()
        for reader in self._readers:
            reader.join(_LAST_WORDS_S)
        with suppress(OSError):
            _pipe(self._popen.stdin).close()
        self._on_end(code)


def _pipe(pipe: Optional[IO[bytes]]) -> IO[bytes]:
    if pipe is None:
        raise ValueError("The process has no such pipe.")
    return pipe
