"""Images with roads, and the crops of them that a step learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.densify import densify, separate_crossings
from engine.roads.graph import RoadGraph
from engine.roads.tensor import encode
from training import augment
from training.augment import View
from training.config import AugmentOptions, Recipe, SamplingOptions, TrainingError
from training.roads.losses import Batch, make_batch
from training.sampling import (
    KINDS,
    Kind,
    Places,
    Supply,
    draw_centre,
    draw_kind,
    draw_supplies,
    find_places,
    road_px,
)


@dataclass(frozen=True, slots=True, eq=False)
class RoadImage:
    """One image with its roads, kept in memory.

    Attributes:
        name: Where it comes from.
        rgb: (3, H, W) pixels.
        valid: (H, W), false where there is no image.
        graph: Densified roads in the image's pixel frame.
        places: Hard places.
    """

    name: str
    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    graph: RoadGraph[RowCol]
    places: Places

    @classmethod
    def prepare(
        cls,
        name: str,
        rgb: NDArray[np.uint8],
        graph: RoadGraph[RowCol],
        *,
        valid: NDArray[np.bool_] | None = None,
        dense: bool = False,
    ) -> Self:
        """Bring an image and its roads into the form that crops are taken from.

        Args:
            name: Where it comes from.
            rgb: (3, H, W).
            graph: Roads in the image's pixel frame.
            valid: (H, W), where there is an image; everywhere when absent.
            dense: Whether the graph's edges are those to learn already.
        """
        if valid is None:
            valid = np.ones(rgb.shape[1:], dtype=bool)
        if not dense:
            graph = separate_crossings(densify(graph))
        return cls(name, np.ascontiguousarray(rgb), valid, graph, find_places(graph))


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """What one example of a batch holds.

    Attributes:
        image: (3, S, S) float32 network input.
        target: (28, S, S) float32 graph tensor in probability form.
        valid: (S, S), false where nothing can be learned.
    """

    image: NDArray[np.float32]
    target: NDArray[np.float32]
    valid: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """The images of one source with the chances of each.

    Attributes:
        images: The images.
        chances: (N,) share of uniform crops from each image, by its valid area.
        spots: For each kind of hard place, (M, 3) image number, row and col.
    """

    images: Sequence[RoadImage]
    chances: NDArray[np.float64]
    spots: dict[Kind, NDArray[np.float64]]

    @classmethod
    def hang(cls, images: Sequence[RoadImage]) -> Self:
        """Collect images.

        Raises:
            TrainingError: None of them has a valid pixel.
        """
        areas = np.array([image.valid.sum() for image in images], dtype=np.float64)
        if areas.sum() == 0:
            raise TrainingError("No image of a source has a single valid pixel: check the images.")
        spots: dict[Kind, NDArray[np.float64]] = {}
        for kind in KINDS:
            found = [
                np.column_stack([np.full(len(points), number), points])
                for number, image in enumerate(images)
                for points in [getattr(image.places, kind)]
            ]
            spots[kind] = np.concatenate(found)
        return cls(images, areas / areas.sum(), spots)

    def at(self, step: int) -> "Gallery":  # noqa: ARG002 - others change with the step
        """Return the images to draw from at a step: always the same."""
        return self


def _draw_view(
    rng: np.random.Generator,
    gallery: Gallery,
    side_px: int,
    sampling: SamplingOptions,
    options: AugmentOptions,
) -> tuple[RoadImage, View]:
    kind = draw_kind(rng, sampling)
    if kind is not None and len(gallery.spots[kind]):
        number, *place = gallery.spots[kind][rng.integers(len(gallery.spots[kind]))]
        image = gallery.images[int(number)]
        centre = draw_centre(rng, image.valid.shape, side_px, np.array(place))
    else:
        image = gallery.images[int(rng.choice(len(gallery.images), p=gallery.chances))]
        centre = draw_centre(rng, image.valid.shape, side_px)
    return image, View(centre, augment.draw_matrix(rng, options), side_px)


def draw_crop(
    rng: np.random.Generator,
    gallery: Gallery,
    side_px: int,
    *,
    sampling: SamplingOptions,
    options: AugmentOptions,
    vary: bool = True,
) -> Crop:
    """Draw one crop of a source.

    Args:
        rng: Source of randomness; decides everything.
        gallery: The source.
        side_px: Side of the crop.
        sampling: Where to take it.
        options: How to vary it.
        vary: Whether to vary colours and hide parts; geometry is up to ``options``.
    """
    least_road_px = sampling.min_road_px * (side_px / 352) ** 2
    image, view = _draw_view(rng, gallery, side_px, sampling, options)
    graph = augment.move_graph(image.graph, view)
    for _ in range(sampling.attempts):
        if (
            augment.valid_share(image.valid, view) >= sampling.min_valid
            and road_px(graph, side_px) >= least_road_px
        ):
            break
        image, view = _draw_view(rng, gallery, side_px, sampling, options)
        graph = augment.move_graph(image.graph, view)
    pixels, valid = augment.sample_pixels(image.rgb, image.valid, view)
    # No image is shown as black, white or anything between, for files do either.
    pixels[:, ~valid] = rng.choice([0.0, 255.0, rng.uniform(0, 255)]) if vary else 0.0
    if vary:
        shown = augment.occlude(rng, augment.vary_colours(rng, pixels, options), options)
    else:
        shown = augment.normalise(pixels)
    return Crop(shown, encode(graph, side_px, side_px), valid)


def collect(crops: Sequence[Crop]) -> Batch:
    """Make one batch of crops of the same size."""
    return make_batch(
        np.stack([crop.image for crop in crops]),
        [crop.target for crop in crops],
        np.stack([crop.valid for crop in crops]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Batches of crops of a recipe, each determined by its step number alone.

    Attributes:
        supplies: Sources of images.
        chances: (N,) share of crops of each source.
        recipe: How crops are drawn.
        rank: Number of this process among several that train together.
    """

    supplies: Sequence[Supply[Gallery]]
    chances: NDArray[np.float64]
    recipe: Recipe
    rank: int = 0

    def __getitem__(self, step: int) -> Batch:
        """Return the batch of a step."""
        run = self.recipe.run
        rng, galleries = draw_supplies(self.supplies, self.chances, run, rank=self.rank, step=step)
        return collect(
            [
                draw_crop(
                    rng,
                    gallery,
                    run.crop_px,
                    sampling=self.recipe.sampling,
                    options=self.recipe.augment,
                )
                for gallery in galleries
            ]
        )
