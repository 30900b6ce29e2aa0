"""What networks are judged on: images that they do not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.progress import Progress
from training.config import AugmentOptions, Recipe, SamplingOptions, Source, TrainingError
from training.images import LARGEST_TILE_PX
from training.roads.datasets import Crop, Gallery, RoadImage, draw_crop
from training.roads.sources import load_images

_ANYWHERE = SamplingOptions(uniform=1.0, junctions=0.0, parallels=0.0, overpasses=0.0, min_valid=0.5)
_AS_IT_IS = replace(AugmentOptions(), rotation_probability=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """What a network is judged on; the same each time.

    Attributes:
        crops: Crops on which the loss is taken.
        tiles: Whole images, decoded and compared with the truth.
    """

    crops: Sequence[Crop]
    tiles: Sequence[RoadImage]


def judged_part(image: RoadImage) -> RoadImage:
    """Return the part of an image that is judged; the graph stays whole."""
    part = np.s_[:LARGEST_TILE_PX, :LARGEST_TILE_PX]
    return replace(image, rgb=image.rgb[:, *part], valid=image.valid[part])


def shows_roads(image: RoadImage) -> bool:
    """Whether a road vertex lies on the part of an image that is judged."""
    limit = np.minimum(image.valid.shape, LARGEST_TILE_PX)
    places = np.floor(image.graph.vertices).astype(int)
    places = places[((places >= 0) & (places < limit)).all(axis=1)]
    return bool(image.valid[tuple(places.T)].any())


def load_exam_images(recipe: Recipe, data: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load the validation images of a recipe: errors as ``load_images``."""
    options = recipe.validation
    source = Source(
        options.kind,
        options.path,
        lines=options.lines,
        m_per_px=options.m_per_px,
        where=options.where,
        part="val",
    )
    return load_images(source, data, progress=progress)


def load_tiles(recipe: Recipe, data: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load every validation image that shows a road.

    Raises:
        TrainingError: There is none, or the images are not usable.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    images = load_exam_images(recipe, data, progress=progress)
    tiles = [judged_part(image) for image in images if shows_roads(image)]
    if not tiles:
        raise TrainingError("No validation image shows a road: name images with roads in [validation].")
    return tiles


def set_exam(images: Sequence[RoadImage], recipe: Recipe) -> Exam:
    """Choose crops, spread over the valid area, and the tiles with the largest valid area.

    Args:
        images: Validation images.
        recipe: Numbers of crops and tiles, side of a crop, seed.
    """
    rng = np.random.default_rng([recipe.run.seed, 0xE8A])
    gallery = Gallery.hang(images)
    crops = [
        draw_crop(rng, gallery, recipe.run.crop_px, sampling=_ANYWHERE, options=_AS_IT_IS, vary=False)
        for _ in range(recipe.validation.crops)
    ]
    largest = sorted(filter(shows_roads, images), key=lambda image: -int(image.valid.sum()))
    return Exam(crops, [judged_part(image) for image in largest[: recipe.validation.tiles]])


def load_exam(recipe: Recipe, data: Path, *, progress: Progress | None = None) -> Exam | None:
    """Load what the recipe wants networks to be judged on; None where it asks for nothing.

    Raises:
        TrainingError: The images are not usable.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    if not recipe.validation.path:
        return None
    exam = set_exam(load_exam_images(recipe, data, progress=progress), recipe)
    return exam if exam.crops or exam.tiles else None
