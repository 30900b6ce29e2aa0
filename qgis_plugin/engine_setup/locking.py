"""One set-up at a time in a folder, whichever QGIS it comes from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import SetUpError

LOCK = "set_up.lock"

if sys.platform == "win32":
    import msvcrt

    def _take(number: int) -> None:
        # Far behind the text, which so stays readable for others.
        os.lseek(number, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(number, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other set-ups out of a folder.

    The system ends the lock with the process that holds it, however that ends, so a file that a killed QGIS
    left behind keeps nobody out.

    Args:
        folder: That is there and can be written.

    Raises:
        SetUpError: Another process is at work in it, or it cannot be locked.
    """
    path = folder / LOCK
    try:
        # What a link leads to is not ours to write.
        number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise _unlockable(folder, error) from None
    try:
        try:
            _take(number)
        except (BlockingIOError, PermissionError):
            raise SetUpError(_busy(folder, os.read(number, 20).decode("ascii", "replace"))) from None
        except OSError as error:
            raise _unlockable(folder, error) from None
        os.ftruncate(number, 0)
        os.write(number, str(os.getpid()).encode("ascii"))
        yield
    finally:
        # The file stays: removing it would let two others lock two files of the same name.
        os.close(number)


def _unlockable(folder: Path, error: OSError) -> SetUpError:
    return SetUpError(
        f"The folder {folder} cannot be locked ({error}): delete {LOCK} in it, or choose another folder."
    )


def _busy(folder: Path, pid: str) -> str:
    process = f" (process {pid})" if pid else ""
    return f"Another QGIS{process} is setting up the engine in {folder}: wait until it is done."
