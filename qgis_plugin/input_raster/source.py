"""What the engine is given, whatever it was made from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from osgeo import gdal

from ..translation import tr
from .errors import InputError


@dataclass(frozen=True)
class InputRaster:
    """What the engine is given.

    Attributes:
        path: Anything GDAL opens.
        bands: One or three band numbers from 1 that the layer shows; None = the file's own choice.
        extent: Part to read, "XMIN,YMIN,XMAX,YMAX[,EPSG:N]"; None = all.
        temporary: Whether the file was made for this request.
        notes: What the user should know of what was rendered, one sentence each.
    """

    path: str
    bands: Optional[tuple[int, ...]] = None
    extent: Optional[str] = None
    temporary: bool = False
    notes: tuple[str, ...] = ()

    def remove(self) -> None:
        """Delete the file if it was made for this request; never one of the user's."""
        if self.temporary:
            with suppress(OSError):
                Path(self.path).unlink()


@contextmanager
def new_file(folder: Path, suffix: str) -> Iterator[Path]:
    """Give a file of a name of its own, which is deleted again if the block fails.

    Raises:
        InputError: The file cannot be made, or not all of it written.
    """
    try:
        number, name = tempfile.mkstemp(suffix=suffix, prefix="plumbline-", dir=str(folder))
    except OSError as error:
        raise _not_written(folder, error) from error
    os.close(number)
    path = Path(name)
    # Older GDAL returns None or a code where newer raises if it is told to, and warns if it is not.
    raising = gdal.ExceptionMgr(useExceptions=True) if hasattr(gdal, "ExceptionMgr") else nullcontext()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        with raising:
            yield path
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, RuntimeError):
            raise _not_written(folder, error) from error
        raise
    finally:
        gdal.PopErrorHandler()


def checked(result: Any) -> Any:
    """Return what GDAL gave.

    Raises:
        RuntimeError: It was nothing, or the code of a failure.
    """
    if result is None or (isinstance(result, int) and result >= gdal.CE_Failure):
        raise RuntimeError(gdal.GetLastErrorMsg())
    return result


def _not_written(folder: Path, error: Exception) -> InputError:
    text = tr(
        "The layer's pixels could not be written to {}: {}. Make room, or set another temporary folder."
    )
    return InputError(text.format(folder, " ".join(str(error).split()).rstrip(".")))
