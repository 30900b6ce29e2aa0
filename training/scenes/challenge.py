"""Scenes as a folder of the Overhead Geopose Challenge, laid out and named as its own data are.

``train`` holds images with heights and views, ``test`` images alone, and ``test_truth`` what those really
show; beside them lie ``metadata.csv``, ``geopose_train.csv`` and ``geopose_test.csv``.
"""

import csv
import warnings
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from engine.atomic import atomic_path, writable_folder
from engine.errors import OutputError
from engine.evaluation.workers import map_in_processes
from engine.heights.challenge.files import ImageFiles, write_heights, write_view
from engine.heights.pose import Pose
from engine.progress import Progress, Silent
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

CHALLENGE_SCENES = 2_000_000
"""Scenes from this number on: none that training on the fly or its validation shows."""

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARK_LETTERS = 6
_STEP = 7_919_000_003
"""Prime to the number of marks, so that different scenes have different ones."""

_UNSURVEYED = 0.25
"""Share of images of which a corner has no known height, as where a survey by lidar ends."""


@dataclass(frozen=True, slots=True)
class City:
    """How the challenge's images of one city were taken.

    Attributes:
        code: First part of their names.
        m_per_px: Least and greatest ground size of a pixel.
        off_nadir_deg: Least and greatest angle between the vertical and the line to the sensor.
    """

    code: str
    m_per_px: tuple[float, float]
    off_nadir_deg: tuple[float, float]


CITIES = (
    City("ARG", (0.31, 0.41), (6.0, 36.0)),
    City("ATL", (0.47, 0.59), (9.0, 34.0)),
    City("JAX", (0.31, 0.39), (6.0, 33.0)),
    City("OMA", (0.31, 0.36), (4.0, 27.0)),
)
"""San Fernando, Atlanta, Jacksonville and Omaha (Christie et al. 2021, supplement)."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One image to make.

    Attributes:
        number: Decides everything about it.
        city: Whose code and views it has.
        folder: Where the image goes.
        truth: Where its heights and view go.
    """

    number: int
    city: City
    folder: Path
    truth: Path

    @property
    def mark(self) -> str:
        """Six letters, of no other number below 52⁶."""
        rest, letters = self.number * _STEP % len(_LETTERS) ** _MARK_LETTERS, ""
        for _ in range(_MARK_LETTERS):
            rest, letter = divmod(rest, len(_LETTERS))
            letters += _LETTERS[letter]
        return letters

    @property
    def name(self) -> str:
        """City and mark."""
        return f"{self.city.code}_{self.mark}"

    def options(self, size_px: int) -> SceneOptions:
        """Choose how the scene is seen."""
        rng = np.random.default_rng([self.number, 0x6E0])
        return SceneOptions(
            seed=self.number,
            height_px=size_px,
            width_px=size_px,
            m_per_px=round(float(rng.uniform(*self.city.m_per_px)), 3),
            off_nadir_deg=float(rng.uniform(*self.city.off_nadir_deg)),
            view_azimuth_deg=float(rng.uniform(0.0, 360.0)),
            haze=float(rng.uniform(0.0, 0.12)),
            noise=float(rng.uniform(0.004, 0.03)),
        )


def write_image(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write JPEG 2000 without loss.

    Args:
        path: Where; an existing file is replaced when all is written.
        rgb: (3, H, W).

    Raises:
        OutputError: The file cannot be written.
    """
    count, height, width = rgb.shape
    size = {"count": count, "height": height, "width": width, "dtype": "uint8"}
    with atomic_path(path) as draft, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            draft, "w", driver="JP2OpenJPEG", **size, quality="100", reversible="YES"
        ) as dataset:
            dataset.write(rgb)


def _hide_corner(height_m: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Mark a corner as unknown, cut off at any slant, up to a fifth of each side long."""
    rows, cols = np.ogrid[: height_m.shape[0], : height_m.shape[1]]
    down, right = rng.uniform(0.05, 0.2, size=2) * height_m.shape
    hidden = rows / down + cols / right < 1.0
    turned = np.rot90(hidden, int(rng.integers(4))) if hidden.shape[0] == hidden.shape[1] else hidden
    return np.where(turned, np.float32(np.nan), height_m)


def _make(shot: Shot, *, size_px: int) -> str:
    """Render one image and write its files."""
    options = shot.options(size_px)
    scene = render_scene(options)
    rng = np.random.default_rng([shot.number, 0x6E1])
    height_m = _hide_corner(scene.height_m, rng) if rng.random() < _UNSURVEYED else scene.height_m
    truth = ImageFiles(shot.name, shot.truth)
    write_image(ImageFiles(shot.name, shot.folder).path("RGB"), scene.rgb)
    write_heights(truth.path("AGL"), height_m)
    write_view(truth.path("VFLOW"), Pose(scene.angle_rad, scene.scale_px_per_m))
    return shot.name


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with atomic_path(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def _write_tables(folder: Path, train: Sequence[Shot], test: Sequence[Shot], size_px: int) -> None:
    """Write what is known of the images, and which of them have a truth."""
    sizes = [(one.mark, one.city.code, one.options(size_px).m_per_px) for one in (*train, *test)]
    _write_table(folder / "metadata.csv", ("id", "city", "gsd"), sizes)
    names = ("AGL", "VFLOW", "RGB")
    learned = [
        (shot.mark, *(ImageFiles(shot.name, shot.folder).path(kind).name for kind in names)) for shot in train
    ]
    _write_table(folder / "geopose_train.csv", ("id", "agl", "json", "rgb"), learned)
    judged = [(shot.mark, ImageFiles(shot.name, shot.folder).path("RGB").name) for shot in test]
    _write_table(folder / "geopose_test.csv", ("id", "rgb"), judged)


def write_challenge(
    folder: Path,
    *,
    train: int,
    test: int,
    size_px: int = 2048,
    seed: int = 0,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[str]:
    """Render scenes into a folder laid out as the challenge's; the same arguments give the same files.

    The cities take turns. About 0.6 GB are needed for each image of 2048² px at work.

    Args:
        folder: Made when absent; files of the same names are replaced.
        train: Images for training.
        test: Images for testing, of other towns.
        size_px: Rows and columns; the challenge's images have 2048.
        seed: Number of the first scene; sets of other seeds have other towns if these are further
            apart than their number of images.
        jobs: Processes that render at the same time.
        progress: Receives the state after each image.

    Returns:
        The images' names, those for training first.

    Raises:
        OutputError: The folder or a file in it cannot be written.
        Cancelled: The progress asked to stop.
    """
    progress = progress or Silent()
    parts = [folder / "train"] * train + [folder / "test"] * test
    truths = [folder / "train"] * train + [folder / "test_truth"] * test
    shots = [
        Shot(CHALLENGE_SCENES + seed + number, CITIES[number % len(CITIES)], part, truth)
        for number, (part, truth) in enumerate(zip(parts, truths, strict=True))
    ]
    try:
        for place in {*parts, *truths}:
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made ({error.strerror}): choose another folder.") from error
    writable_folder(folder / "metadata.csv")
    make = partial(_make, size_px=size_px)
    made = map_in_processes(make, shots, jobs) if jobs > 1 else (make(shot) for shot in shots)
    names: list[str] = []
    with closing(made):
        for name in made:
            names.append(name)
            progress.report(len(names), len(shots), "rendering scenes")
    _write_tables(folder, shots[:train], shots[train:], size_px)
    return names
