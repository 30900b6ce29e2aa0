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
from engine.heights.challenge import ImageFiles, list_images, write_heights, write_view
from engine.heights.pose import Pose

KINDS = ("AGL", "VFLOW")
"""What is handed in of each image."""


def enlarge(
    height_m: NDArray[np.floating[Any]], pose: Pose, shape: tuple[int, int]
) -> tuple[NDArray[np.floating[Any]], Pose]:
    """Turn a prediction at half resolution into one of the whole image.

    Args:
        height_m: (ceil(H / 2), ceil(W / 2)) heights; each is repeated for four pixels.
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
    return height_m.repeat(2, axis=0).repeat(2, axis=1)[:rows, :cols], pose.rescaled(2.0)


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


def pack_submission(folder: Path, archive: Path, expected: Iterable[str] = ()) -> None:
    """Pack a folder of predictions; the same files give the same archive, to the byte.

    Args:
        folder: With two files an image.
        archive: A ``.tar.gz``; an existing one is replaced when all is written.
        expected: Names of images that must be there.

    Raises:
        RasterError: There is no prediction, or one of its files or an expected image is missing.
        OutputError: The archive cannot be written.
    """
    images = list_images(folder, *KINDS)
    wanted = set(expected)
    missing = sorted(wanted - images.keys())
    if missing:
        raise RasterError(
            f"{folder} has no prediction of {missing[0]} ({len(missing)} of {len(wanted)} are missing): "
            "a city that lacks one scores 0. Predict them first."
        )
    if not archive.name.endswith(".tar.gz"):
        raise OutputError(f"{archive.name} should end in .tar.gz: choose such a name.")
    writable_folder(archive)
    paths = [files.path(kind) for files in images.values() for kind in KINDS]
    keep_inputs(archive, paths)
    # Heights are packed already: more effort gains nothing. Neither name nor time of the archive goes in.
    with (
        atomic_path(archive) as draft,
        draft.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in paths:
            content = path.read_bytes()
            entry = tarfile.TarInfo(path.name)  # of nobody, at no time, readable by all
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
