"""One run at a time for one output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import OutputError

if sys.platform == "win32":
    import msvcrt

    def _take(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _open(path: Path, output: Path) -> int:
    """Open and lock a file; the lock ends with the process at the latest, however that ends.

    Raises:
        OutputError: Another process holds it.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        with suppress(OSError):  # on a disk without locks two runs are the user's care
            try:
                _take(number)
            except (BlockingIOError, PermissionError) as error:
                raise OutputError(
                    f"Another run is at work on {output}: wait until it is done, or choose another name."
                ) from error
    except OutputError:
        os.close(number)
        raise
    return number


@contextmanager
def exclusive(output: Path) -> Iterator[None]:
    """Keep other processes from working on the same output.

    Args:
        output: File that will be written; its folder must be writable.

    Raises:
        OutputError: Another process is at work on it.
    """
    path = output.with_name(output.name + ".lock")
    try:
        number = _open(path, output)
    except OSError as error:
        raise OutputError(f"Cannot write in {output.parent}: {error.strerror or error}.") from error
    try:
        yield
    finally:
        # Windows removes no open file, others should not see an unlocked one.
        if sys.platform == "win32":
            os.close(number)
            path.unlink(missing_ok=True)
        else:
            path.unlink(missing_ok=True)
            os.close(number)
