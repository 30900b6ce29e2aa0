"""A folder of the challenge's images in, its predictions out: whoever predicts, and as fast as that.

Reading and writing are spread over threads, as GDAL packs and unpacks without Python's lock; the network
runs in the calling one, and hardly ever waits. Images in memory are those that are read ahead, predicted, or
waiting to be written: at most twice the number of jobs, and one.
"""

import os
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from math import tau
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from engine.atomic import atomic_folder
from engine.errors import OutputError
from engine.heights.challenge.files import HIGHEST_M, ImageFiles, image_shape, list_images, read_rgb
from engine.heights.challenge.metadata import find_ground_resolutions
from engine.heights.challenge.submission import (
    ARCHIVE,
    check_archive,
    check_submission,
    enlarge,
    pack_submission,
    write_prediction,
)
from engine.heights.pose import Pose
from engine.progress import Progress, Silent

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_JOBS = 32
"""More threads than that only wait for the network."""

_DOING = "predicting heights"


@dataclass(frozen=True, slots=True, eq=False)
class ChallengeImage:
    """One image as the network sees it.

    Attributes:
        name: City and mark, as in ``JAX_bVgVHi``.
        rgb: (3, H, W) uint8, all of it valid.
        m_per_px: Ground size of these pixels.
        shape: Rows and columns of the whole image; those of ``rgb``, or twice as many.
    """

    name: str
    rgb: NDArray[np.uint8]
    m_per_px: float
    shape: tuple[int, int]


Predict = Callable[[ChallengeImage], tuple[NDArray[np.float32], Pose]]
"""Gives (H, W) heights in metres, NaN where unknown, and the pose of an image, both of its ``rgb``."""


@dataclass(frozen=True, slots=True)
class ChallengeOptions:
    """How to predict a folder.

    Attributes:
        half: Predict at half resolution, as the benchmark does: about four times as fast.
        m_per_px: Ground size of the whole images' pixels; from a table where absent.
        table: A ``metadata.csv``; where absent, that of the folder or of the one above.
        jobs: Threads that read and write; one for each processor when absent.
    """

    half: bool = True
    m_per_px: float | None = None
    table: Path | None = None
    jobs: int | None = None


def _read(files: ImageFiles, *, sizes: Mapping[str, float], half: bool) -> ChallengeImage:
    """Read one image."""
    path = files.path("RGB")
    m_per_px = sizes[files.name] * (2.0 if half else 1.0)
    return ChallengeImage(files.name, read_rgb(path, half=half), m_per_px, image_shape(path))


def _write(image: ChallengeImage, height_m: NDArray[np.float32], pose: Pose, *, folder: Path) -> int:
    """Write the prediction of one image in its full resolution; return how many heights were too large."""
    whole: NDArray[np.floating[Any]] = height_m
    if image.shape != image.rgb.shape[1:]:
        whole, pose = enlarge(height_m, pose, image.shape)
    # A remainder of a tiny negative angle is the whole turn itself.
    pose = Pose(pose.angle_rad % tau % tau, pose.scale_px_per_m)
    too_high = int(np.count_nonzero(whole > HIGHEST_M))
    write_prediction(folder, image.name, np.minimum(whole, np.float32(HIGHEST_M)), pose)
    return too_high


def _ahead(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item], count: int
) -> Generator[Result, None, None]:
    """Yield the results of ``work`` in the order of its items, with ``count`` more on their way."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _predict_images(
    images: Sequence[ImageFiles],
    folder: Path,
    predict: Predict,
    read: Callable[[ImageFiles], ChallengeImage],
    *,
    jobs: int,
    progress: Progress,
) -> None:
    """Predict images into a folder; what is there after an error is not whole."""
    write = partial(_write, folder=folder)
    writing: deque[Future[int]] = deque()
    too_high = 0
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="challenge")
    try:
        progress.report(0, len(images), _DOING)
        with closing(_ahead(pool, read, images, jobs)) as found:
            for number, image in enumerate(found, 1):
                writing.append(pool.submit(write, image, *predict(image)))
                # An error of a finished one is told at once.
                while len(writing) > jobs or (writing and writing[0].done()):
                    too_high += writing.popleft().result()
                progress.report(number, len(images), _DOING)
        too_high += sum(each.result() for each in writing)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if too_high:
        progress.log(f"Heights of {too_high} px were cut to {HIGHEST_M} m, the most that the files hold.")


def _count_jobs(wanted: int | None, images: int) -> int:
    return max(1, min(wanted or os.cpu_count() or 1, images, MOST_JOBS))


@contextmanager
def _place(output: Path, archive: Path | None) -> Iterator[Path]:
    """Give the folder to fill: it becomes the output, or is gone at the end where that is an archive."""
    if archive is not None:
        check_archive(archive)
    if archive == output:
        with TemporaryDirectory(prefix=f".{output.name}.", dir=output.absolute().parent) as folder:
            yield Path(folder)
    else:
        with atomic_folder(output) as draft:
            yield draft


def predict_folder(
    folder: Path,
    output: Path,
    predict: Predict,
    *,
    options: ChallengeOptions | None = None,
    archive: Path | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Predict all images of a folder; the output appears when every image has its prediction, or not at all.

    Args:
        folder: With images, ``CITY_ID_RGB.j2k``.
        output: A folder, absent or empty; or, its name ending in ``.tar.gz``, the packed submission.
        predict: Gives heights and pose of an image; called in this thread, for one after the other.
        options: How to read and write.
        archive: Pack the output folder here, too.
        progress: Receives the state after each image.

    Returns:
        The folder and the archive, as far as they were asked for.

    Raises:
        RasterError: An image cannot be read, or its ground size is not known.
        OutputError: The output cannot be written, or there is something in its place.
        Cancelled: The progress asked to stop.
    """
    options, progress = options or ChallengeOptions(), progress or Silent()
    if output.name.endswith(ARCHIVE):
        if archive is not None:
            raise OutputError(f"{output} and {archive} are both archives: name one of them.")
        archive = output
    elif archive is not None and archive.absolute().parent == output.absolute():
        raise OutputError(f"{archive} lies in the folder that it shall hold: put it elsewhere.")
    images = list(list_images(folder, "RGB").values())
    names = [files.name for files in images]
    sizes = dict.fromkeys(names, options.m_per_px) if options.m_per_px else None
    found = sizes or find_ground_resolutions(folder, names, table=options.table)
    read = partial(_read, sizes=found, half=options.half)
    # Here for all threads at once: catching warnings is not theirs alone.
    with _place(output, archive) as draft, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        for each in images:  # a thousand take a second; the last one's fault would show after an hour
            image_shape(each.path("RGB"))
        jobs = _count_jobs(options.jobs, len(images))
        _predict_images(images, draft, predict, read, jobs=jobs, progress=progress)
        check_submission(draft, names)
        if archive is not None:
            pack_submission(draft, archive, names, progress=progress)
    return [path for path in dict.fromkeys((output, archive)) if path is not None]
