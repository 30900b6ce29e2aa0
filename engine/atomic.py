"""Results that appear under their final name only when they are complete."""

import errno
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import disk_usage, rmtree

from fiona._err import CPLE_BaseError as FionaDriverError
from fiona.errors import FionaError
from rasterio._err import CPLE_BaseError as RasterDriverError
from rasterio.errors import DriverRegistrationError, RasterioError

from engine.errors import OutputError

_LEAST_FREE_BYTES = 65536
"""A failed write on a disk with less than this free is put down to the disk."""

_FAILURES = (
    *(OSError, sqlite3.Error, FionaError, FionaDriverError),
    *(RasterioError, RasterDriverError, DriverRegistrationError),
)
"""What writing can raise; fiona and rasterio let some of GDAL's errors through unwrapped."""

_MOST_WORDS = 160
"""Letters of a driver's message that are passed on."""

_RASTER_SIDE_FILES = (".aux.xml", ".msk", ".ovr")
_SIDE_FILES = ("", "-wal", "-shm", "-journal", *_RASTER_SIDE_FILES)


def _remove(path: Path) -> None:
    """Remove an unfinished file and what database and raster drivers leave beside it."""
    for ending in _SIDE_FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _forget(replaced: Path) -> None:
    """Remove what programs kept beside an older raster: statistics, masks and overviews of other pixels."""
    for ending in _RASTER_SIDE_FILES:
        with suppress(OSError):  # the result is whole all the same
            replaced.with_name(replaced.name + ending).unlink(missing_ok=True)


def _free_bytes(folder: Path) -> float:
    try:
        return disk_usage(folder).free
    except OSError:  # the folder itself has gone
        return math.inf


def _explained(error: Exception, folder: Path) -> OutputError:
    """Say in one line why a file could not be written."""
    # GDAL numbers its errors too, in its own way.
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return OutputError(f"The folder {folder} does not allow writing: choose another folder.")
    if number == errno.ENAMETOOLONG:
        return OutputError("The name of the output is too long for this disk: choose a shorter one.")
    # Databases and drivers lose the number: ask the disk itself.
    if number in {errno.ENOSPC, errno.EDQUOT} or _free_bytes(folder) < _LEAST_FREE_BYTES:
        return OutputError(
            f"The disk of the folder {folder} is full: free some space or choose another folder."
        )
    what = " ".join(str(getattr(error, "strerror", None) or error).split())[:_MOST_WORDS]
    return OutputError(f"Writing into the folder {folder} failed ({what}): choose another folder.")


def _draft_of(final: Path) -> Path:
    """Choose a new name for an unfinished file, in the same folder and with the same suffix."""
    return final.absolute().parent / f".{final.stem}.{token_hex(4)}{final.suffix}"


def writable_folder(final: Path) -> Path:
    """Find the folder of a result and make sure that a file can be made there: worth asking before long work.

    Raises:
        OutputError: There is no such folder, it allows no writing, its disk is full, the name is a
            folder's, too long, or no text.
    """
    folder = final.absolute().parent
    try:
        str(final).encode()
    except UnicodeEncodeError as error:
        raise OutputError(f"The name {str(final)!a} is no UTF-8 text: choose another one.") from error
    # As long as the longest side file of a database or raster.
    probe = _draft_of(final).with_suffix(final.suffix + ".writable")
    try:
        if not folder.is_dir():
            raise OutputError(f"The folder {folder} does not exist: make it or choose another one.")
        if final.is_dir():
            raise OutputError(f"{final} is a folder: give the name of a file.")
        # A page of bytes, for an empty file can be made on a full disk.
        probe.write_bytes(bytes(4096))
    except OSError as error:
        raise _explained(error, folder) from error
    finally:
        if os.path.lexists(probe):
            probe.unlink()
    return folder


def keep_inputs(final: str | os.PathLike[str], inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Refuse to replace a file that the result is made from.

    Args:
        final: Where the result shall appear.
        inputs: Files that are read; names of what is no file do no harm.

    Raises:
        OutputError: The result would take the place of an input.
    """
    for path in inputs:
        with suppress(OSError):  # where one of the two is no file
            if Path(final).samefile(path):
                raise OutputError(f"{final} is an input and would be replaced: choose another name.")


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Turn failures to write inside the block into one line that says what to do.

    Args:
        folder: Where is written.

    Raises:
        OutputError: What is inside failed to write.
    """
    try:
        yield
    except _FAILURES as error:
        raise _explained(error, folder) from error


@contextmanager
def atomic_path(final: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; rename it to ``final`` when the block ends well.

    The temporary file lies in the same folder and has the same suffix. If the block fails in any way it
    is removed together with its side files, and an older file under the final name stays as it was.

    Args:
        final: Where the result shall appear; an existing file is replaced, and what GDAL kept beside it goes.

    Yields:
        Path of the file to write.

    Read the inputs before the block: errors of files and drivers inside it count as failures to write.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full.
    """
    target = Path(final)
    folder = writable_folder(target)
    draft = _draft_of(target)
    try:
        with writing_into(folder):
            yield draft
            draft.replace(target)
        _forget(target)
    finally:
        _remove(draft)


@contextmanager
def atomic_folder(final: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary folder to fill; rename it to ``final`` when the block ends well.

    It lies beside the final one. If the block fails in any way it is removed with all that is in it.

    Args:
        final: Where the folder shall appear. One that is there must be empty: what somebody keeps in it
            is never removed.

    Yields:
        The folder to fill.

    Raises:
        OutputError: There is something in the folder already, or it cannot be made.
    """
    target = Path(final).absolute()
    draft = _draft_of(target)
    parent = writable_folder(draft)
    try:
        if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
            raise OutputError(
                f"{target} is there already and not an empty folder: empty it or choose another name."
            )
        draft.mkdir()
    except OSError as error:
        raise _explained(error, parent) from error
    try:
        yield draft
        try:
            if target.is_dir():  # empty, which not every system lets a folder replace
                target.rmdir()
            draft.rename(target)
        except OSError as error:
            raise _explained(error, parent) from error
    finally:
        rmtree(draft, ignore_errors=True)
