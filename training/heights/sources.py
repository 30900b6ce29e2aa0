"""Load images with heights: folders of the challenge, folders of rasters, scenes rendered on the fly."""

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import numpy as np

from engine.heights.challenge.files import ImageFiles, list_images, read_heights, read_rgb, read_view
from engine.heights.challenge.metadata import TABLE, find_table, read_ground_resolutions
from engine.heights.pose import Pose
from engine.progress import Progress, Silent
from training.config import TrainingError
from training.heights.augment import HeightImage
from training.heights.config import HeightRecipe, HeightSource
from training.heights.datasets import HeightCrops, HeightGallery
from training.heights.rasters import load_rasters
from training.sampling import Supply, find_chances
from training.scene_pool import EXAM_SCENES, RollingPool, scene_options
from training.scenes.scene import render_scene

HELD_OUT_SCENES = 2_000_000
"""Scenes from this number on neither teach nor choose: what finished weights are judged by."""

_OVERPASSES = 0.12
"""Share of scenes with a motorway: in images of a few hundred metres it leaves little room for a town."""

_TALLEST_M = (42.0, 42.0, 60.0, 80.0)
"""Heights up to which towers rise, of one scene each."""


def render_heights(number: int, source: HeightSource) -> HeightImage:
    """Render one scene with its heights, seen from any side.

    Args:
        number: Of the scene, from 0; with the source it determines everything.
        source: Size, ground resolution and view.
    """
    rng = np.random.default_rng([number, 0x4E16])
    inner, built_up = rng.random() < source.inner_towns, float(rng.uniform(0.7, 0.98))
    options = replace(
        scene_options(number, source.size_px),
        built_up=built_up if inner else None,
        overpasses=bool(rng.random() < _OVERPASSES),
        tallest_m=float(rng.choice(_TALLEST_M)),
        # As many scenes between 0.4 and 0.6 m as between 0.8 and 1.2 m.
        m_per_px=float(np.exp(rng.uniform(*np.log(source.m_per_px)))),
        off_nadir_deg=float(rng.uniform(*source.off_nadir_deg)),
    )
    scene = render_scene(options)
    pose = Pose(scene.angle_rad, scene.scale_px_per_m)
    seen = np.ones(scene.height_m.shape, dtype=bool)
    return HeightImage(scene.rgb, scene.height_m, seen, pose, options.m_per_px)


class _Folder:
    """The images of a folder of the challenge, read when they are asked for."""

    def __init__(self, source: HeightSource, data: Path) -> None:
        folder = data / source.path
        if source.reduce not in (1, 2):
            raise TrainingError(
                f"Images of {folder} cannot be reduced by {source.reduce}: use 1, or 2 for half."
            )
        self._half = source.reduce == 2
        listed = list_images(folder, "RGB", "AGL", "VFLOW")
        self._files = [files for name, files in listed.items() if fnmatchcase(name, source.names)]
        if not self._files:
            raise TrainingError(f"{folder} holds no image {source.names}: use another pattern.")
        table = find_table(folder) or folder / TABLE
        sizes = read_ground_resolutions(table)
        missing = [files.name for files in self._files if files.name not in sizes]
        if missing:
            raise TrainingError(
                f"{table} lacks {len(missing)} images of {folder}, first {missing[0]}: add it."
            )
        self._m_per_px = [sizes[files.name] for files in self._files]

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._files)

    def read(self, number: int) -> HeightImage:
        """Read one image.

        Raises:
            RasterError: A file cannot be read, or holds something else.
            TrainingError: Image and heights differ in size.
        """
        return _read_challenge(self._files[number], self._m_per_px[number], half=self._half)

    def draw(self, number: int) -> HeightImage:
        """Read the image whose turn it is: all of them in random order, then all in another one."""
        tour, place = divmod(number, len(self))
        return self.read(int(np.random.default_rng([tour, 0xC4A]).permutation(len(self))[place]))


def _read_challenge(files: ImageFiles, m_per_px: float, *, half: bool) -> HeightImage:
    """Read one image of the challenge, or its half resolution."""
    rgb, height_m = read_rgb(files.path("RGB"), half=half), read_heights(files.path("AGL"))
    pose = read_view(files.path("VFLOW"))
    if half:
        # One of four pixels: a mean of roof and street would be the height of nothing there.
        height_m, pose, m_per_px = height_m[::2, ::2].copy(), pose.rescaled(0.5), 2.0 * m_per_px
    if rgb.shape[1:] != height_m.shape:
        raise TrainingError(
            f"{files.name} in {files.folder} has an image of {rgb.shape[1]} × {rgb.shape[2]} px and heights "
            f"of {height_m.shape[0]} × {height_m.shape[1]}: get whole copies."
        )
    return HeightImage(rgb, height_m, np.ones(height_m.shape, dtype=bool), pose, m_per_px)


def _refuse_impossible_scenes(source: HeightSource) -> None:
    """Raise for scenes that cannot be rendered, before hours are spent on others."""
    for name, (low, high), least, most in (
        ("m_per_px", source.m_per_px, 0.01, 100.0),
        ("off_nadir_deg", source.off_nadir_deg, 0.0, 60.0),
    ):
        if not least <= low <= high <= most:
            raise TrainingError(
                f"Scenes with {name} from {low:g} to {high:g} cannot be: give two numbers from {least:g} to "
                f"{most:g}, the smaller one first."
            )
    if not 0.0 <= source.inner_towns <= 1.0:
        raise TrainingError(f"A share of {source.inner_towns:g} inner towns cannot be: give 0 to 1.")
    if not 0 <= source.first_scene < EXAM_SCENES:
        raise TrainingError(f"Scene {source.first_scene} is kept for judging: begin below {EXAM_SCENES}.")
    if source.size_px < 1:
        raise TrainingError(f"Scenes of {source.size_px} px show nothing: give a size above 0.")


def _load_supply(source: HeightSource, data: Path, progress: Progress | None) -> Supply[HeightGallery]:
    """Load one source as what crops are drawn from."""
    if min(source.pool, source.refresh_steps) < 1:
        raise TrainingError(
            "A source keeps at least 1 image, for at least 1 step: mend pool or refresh_steps."
        )
    if source.kind == "rasters":
        return HeightGallery.hang(load_rasters(data / source.path, source, progress=progress))
    if source.kind == "challenge":
        # Thousands of images do not fit in memory: some are kept at a time, as of scenes.
        folder = _Folder(source, data)
        return RollingPool(
            folder.draw,
            HeightGallery.hang,
            size=min(source.pool, len(folder)),
            refresh_steps=source.refresh_steps,
        )
    _refuse_impossible_scenes(source)
    return RollingPool(
        partial(_render_from, source.first_scene, source=source),
        HeightGallery.hang,
        size=source.pool,
        refresh_steps=source.refresh_steps,
    )


def load_height_crops(
    recipe: HeightRecipe, data: Path, *, rank: int = 0, progress: Progress | None = None
) -> HeightCrops:
    """Load the sources of a recipe.

    Args:
        recipe: What to load and how to draw from it.
        data: Folder that its paths are relative to.
        rank: Number of this process among several that train together.
        progress: Told of each image.

    Raises:
        TrainingError: A source is not usable.
        RasterError: An image cannot be read.
    """
    supplies = [_load_supply(source, data, progress) for source in recipe.sources]
    chances = find_chances(source.weight for source in recipe.sources)
    return HeightCrops(supplies, chances, recipe, rank)


def load_height_images(
    source: HeightSource, data: Path, *, first_scene: int = EXAM_SCENES, progress: Progress | None = None
) -> list[HeightImage]:
    """Load every image of one source; of scenes, a fixed set that training never shows.

    Args:
        source: Kind and place.
        data: Folder that its path is relative to.
        first_scene: Number of the first scene.
        progress: Told of each image.

    Raises:
        TrainingError: The source is not usable.
        RasterError: An image cannot be read.
    """
    progress = progress or Silent()
    if source.kind == "rasters":
        return load_rasters(data / source.path, source, progress=progress)
    if source.kind == "challenge":
        folder = _Folder(source, data)
        read, count, doing = folder.read, len(folder), f"reading {source.path}"
    else:
        _refuse_impossible_scenes(source)
        read = partial(_render_from, first_scene, source=source)
        count, doing = source.pool, "rendering scenes"
    images = []
    for number in range(count):
        images.append(read(number))
        progress.report(number + 1, count, doing)
    return images


def _render_from(first: int, number: int, source: HeightSource) -> HeightImage:
    return render_heights(first + number, source)


def load_height_exam_images(
    recipe: HeightRecipe, data: Path, *, progress: Progress | None = None
) -> list[HeightImage]:
    """Load the images that networks are judged on: the scenes first, then the sources one by one.

    Args:
        recipe: What its validation asks for.
        data: Folder that its paths are relative to.
        progress: Told of each image.

    Raises:
        TrainingError: A source is not usable.
        RasterError: An image cannot be read.
    """
    options = recipe.validation
    scenes = HeightSource(
        "scenes",
        pool=options.scenes,
        size_px=options.scene_px,
        m_per_px=options.m_per_px,
        off_nadir_deg=options.off_nadir_deg,
    )
    return [
        image
        for source in (scenes, *options.sources)
        for image in load_height_images(source, data, progress=progress)
    ]
