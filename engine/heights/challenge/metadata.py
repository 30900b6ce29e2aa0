"""The table of the Overhead Geopose Challenge's images, ``metadata.csv``."""

import csv
from collections.abc import Iterable
from pathlib import Path

from engine.errors import RasterError

TABLE = "metadata.csv"
"""Its name."""


def _metres(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0.01 <= number <= 100.0 else None


def read_ground_resolutions(path: Path) -> dict[str, float]:
    """Read the ground resolution of images.

    Args:
        path: The challenge's ``metadata.csv``: columns ``id``, ``city`` and ``gsd``, in any order.

    Returns:
        Metres per pixel by the images' names.

    Raises:
        RasterError: The file cannot be read, a column is missing, or a line is not usable.
    """
    found: dict[str, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            missing = {"id", "city", "gsd"} - set(table.fieldnames or ())
            if missing:
                raise RasterError(
                    f"{path} lacks the column {', '.join(sorted(missing))}: id, city, gsd are needed."
                )
            for row in table:
                name = f"{row['city']}_{row['id']}"
                m_per_px = _metres(row["gsd"])
                if name in found or m_per_px is None:
                    what = "is there twice" if name in found else "needs a gsd from 0.01 to 100 m"
                    raise RasterError(f"{path}, line {table.line_num}: {name} {what}. Correct the line.")
                found[name] = m_per_px
    except (OSError, ValueError, csv.Error) as error:
        raise RasterError(f"{path} cannot be read as a table ({error}): get a whole copy.") from error
    return found


def find_table(folder: Path) -> Path | None:
    """Find the table that images belong to: in their folder, or in the one above.

    Args:
        folder: Where the images are.
    """
    places = (folder / TABLE, folder.absolute().parent / TABLE)
    return next((path for path in places if path.is_file()), None)


def find_ground_resolutions(
    folder: Path, names: Iterable[str], *, table: Path | None = None
) -> dict[str, float]:
    """Find the ground resolution of every image of a folder.

    Args:
        folder: Where the images are.
        names: Of the images.
        table: Which table to read; else the one that ``find_table`` finds.

    Returns:
        Metres per pixel by these names.

    Raises:
        RasterError: There is no table, it cannot be read, or an image is missing in it.
    """
    found = table or find_table(folder)
    if found is None:
        raise RasterError(
            f"{folder} has no {TABLE}, nor has the folder above it: name one (--metadata), or give the "
            "ground size of all the images' pixels (--gsd)."
        )
    sizes = read_ground_resolutions(found)
    missing = [name for name in names if name not in sizes]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise RasterError(
            f"{found} has no line for {missing[0]}{more}: add what is missing, or give the ground size of "
            "all the images' pixels (--gsd)."
        )
    return {name: sizes[name] for name in names}
