"""Results that appear under their final name only when they are complete."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from shutil import disk_usage

from fiona._err import CPLE_BaseError as FionaDriverError
from fiona.errors import FionaError
from rasterio._err import CPLE_BaseError as RasterDriverError
from rasterio.errors import RasterioError

from engine.errors import OutputError

_LEAST_FREE_BYTES = 65536
"""A failed write on a disk with less than this free is put down to the disk."""

_FAILURES = (OSError, sqlite3.Error, FionaError, RasterioError, FionaDriverError, RasterDriverError)
"""What writing can raise; fiona and rasterio let some of GDAL's errors through unwrapped."""

_MOST_WORDS = 160
"""Letters of a driver's message that are passed on."""

_SIDE_FILES = ("", "-wal", "-shm", "-journal", ".aux.xml", ".msk", ".ovr")


def _remove(path: Path) -> None:
    """Remove an unfinished file and what database and raster drivers leave beside it."""
    for ending in _SIDE_FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _explained(error: Exception, folder: Path) -> OutputError:
    """Say in one line why a file could not be written."""
    # GDAL numbers its errors too, in its own way.
    number = error.errno if isinstance(error, OSError) else None
    # Databases and drivers lose the number: ask the disk itself.
    if number in {errno.ENOSPC, errno.EDQUOT} or disk_usage(folder).free < _LEAST_FREE_BYTES:
        return OutputError(
            f"The disk of the folder {folder} is full: free some space or choose another folder."
        )
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return OutputError(f"The folder {folder} does not allow writing: choose another folder.")
    what = " ".join(str(getattr(error, "strerror", None) or error).split())[:_MOST_WORDS]
    return OutputError(f"Writing into the folder {folder} failed ({what}): choose another folder.")


def writable_folder(final: Path) -> Path:
    """Find the folder of a result and make sure that a file can be made there: worth asking before long work.

    Raises:
        OutputError: There is no such folder, it allows no writing, its disk is full, or the name is a
            folder's.
    """
    folder = final.absolute().parent
    if not folder.is_dir():
        raise OutputError(f"The folder {folder} does not exist: make it or choose another one.")
    if final.is_dir():
        raise OutputError(f"{final} is a folder: give the name of a file.")
    probe = folder / f".{final.stem}.{token_hex(4)}.probe"
    try:
        # A page of bytes, for an empty file can be made on a full disk.
        probe.write_bytes(bytes(4096))
    except OSError as error:
        raise _explained(error, folder) from error
    finally:
        probe.unlink(missing_ok=True)
    return folder


@contextmanager
def atomic_path(final: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; rename it to ``final`` when the block ends well.

    The temporary file lies in the same folder and has the same suffix. If the block fails in any way it
    is removed together with its side files, and an older file under the final name stays as it was.

    Args:
        final: Where the result shall appear; an existing file is replaced.

    Yields:
        Path of the file to write.

    Read the inputs before the block: errors of files and drivers inside it count as failures to write.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full.
    """
    target = Path(final)
    folder = writable_folder(target)
    draft = folder / f".{target.stem}.{token_hex(4)}{target.suffix}"
    try:
        yield draft
        draft.replace(target)
    except _FAILURES as error:
        raise _explained(error, folder) from error
    finally:
        _remove(draft)
