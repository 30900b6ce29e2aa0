"""Predictions as the Overhead Geopose Challenge wants them handed in: a folder, packed as one file."""

import gzip
import tarfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.atomic import atomic_path, keep_inputs, writable_folder
from engine.errors import OutputError, RasterError
from engine.heights.challenge.files import ImageFiles, list_images, write_heights, write_view
from engine.heights.pose import Pose
from engine.progress import Progress, Silent

KINDS = ("AGL", "VFLOW")
"""What is handed in of each image."""

ARCHIVE = ".tar.gz"
"""How names of packed submissions end."""


def _between(rows_m: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Put a row after each: the mean of its neighbours, or the one before where the next is unknown."""
    after = np.concatenate([rows_m[1:], rows_m[-1:]])
    middle = 0.5 * (rows_m + after)
    doubled = np.stack([rows_m, np.where(np.isnan(middle), rows_m, middle)], axis=1)
    return doubled.reshape(2 * len(rows_m), -1)


def enlarge(
    height_m: NDArray[np.floating[Any]], pose: Pose, shape: tuple[int, int]
) -> tuple[NDArray[np.floating[Any]], Pose]:
    """Turn a prediction at half resolution into one of the whole image.

    A pixel of the half resolution that JPEG 2000 holds is centred on an even row and column of the whole
    image, so these have its height, and what lies between two has their mean. Repeating each height for four
    pixels would move all by half a pixel: from true heights at half resolution, it makes about twice the
    squared error, at walls and in trees.

    Args:
        height_m: (ceil(H / 2), ceil(W / 2)) heights; NaN where unknown.
        pose: Of the half resolution.
        shape: H and W.

    Raises:
        RasterError: The shapes do not match.
    """
    rows, cols = shape
    if height_m.shape != ((rows + 1) // 2, (cols + 1) // 2):
        raise RasterError(
            f"Heights of {height_m.shape[0]} × {height_m.shape[1]} px are not half of {rows} × {cols} px."
        )
    return _between(_between(height_m).T).T[:rows, :cols], pose.rescaled(2.0)


def write_prediction(folder: Path, name: str, height_m: NDArray[np.floating[Any]], pose: Pose) -> ImageFiles:
    """Write the two files of one image. Several processes may write into one folder.

    Args:
        folder: Made when absent.
        name: City and mark, as in ``JAX_bVgVHi``.
        height_m: (H, W) metres of the whole image; NaN where unknown, which costs as much as height 0.
        pose: In pixels per metre of the whole image.

    Raises:
        OutputError: A file cannot be written, or a height is more than it can hold.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made ({error.strerror}): choose another."
        ) from error
    files = ImageFiles(name, folder)
    write_heights(files.path("AGL"), height_m)
    write_view(files.path("VFLOW"), pose)
    return files


def check_submission(folder: Path, expected: Iterable[str] = ()) -> list[ImageFiles]:
    """Make sure that a folder holds both files of every image.

    Args:
        folder: With two files an image.
        expected: Names of images that must be there.

    Returns:
        The images, in the order of their names.

    Raises:
        RasterError: There is no prediction, or one of its files or an expected image is missing.
    """
    images = list_images(folder, *KINDS)
    wanted = set(expected)
    missing = sorted(wanted - images.keys())
    if missing:
        raise RasterError(
            f"{folder} has no prediction of {missing[0]} ({len(missing)} of {len(wanted)} are missing): "
            "a city that lacks one scores 0. Predict them first."
        )
    return list(images.values())


def check_archive(archive: Path) -> None:
    """Refuse an archive that cannot be written: worth asking before long work.

    Raises:
        OutputError: Its name does not end in ``.tar.gz``, or its folder allows no writing.
    """
    if not archive.name.endswith(ARCHIVE):
        raise OutputError(f"{archive.name} should end in {ARCHIVE}: choose such a name.")
    writable_folder(archive)


def pack_submission(
    folder: Path, archive: Path, expected: Iterable[str] = (), *, progress: Progress | None = None
) -> None:
    """Pack a folder of predictions; the same files give the same archive, to the byte.

    Args:
        folder: With two files an image.
        archive: A ``.tar.gz``; an existing one is replaced when all is written.
        expected: Names of images that must be there.
        progress: Receives the state after each image.

    Raises:
        RasterError: There is no prediction, or one of its files or an expected image is missing.
        OutputError: The archive cannot be written.
        Cancelled: The progress asked to stop.
    """
    progress = progress or Silent()
    images = check_submission(folder, expected)
    check_archive(archive)
    keep_inputs(archive, [files.path(kind) for files in images for kind in KINDS])
    # Heights are packed already: more effort gains nothing. Neither name nor time of the archive goes in.
    with (
        atomic_path(archive) as draft,
        draft.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for number, files in enumerate(images, 1):
            for path in (files.path(kind) for kind in KINDS):
                content = path.read_bytes()
                entry = tarfile.TarInfo(path.name)  # of nobody, at no time, readable by all
                entry.size = len(content)
                tar.addfile(entry, BytesIO(content))
            progress.report(number, len(images), "packing")
