"""Images with heights, and the crops of them that a step learns from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from training import augment
from training.augment import View
from training.config import AugmentOptions, TrainingError
from training.heights.augment import HeightImage, draw_stretch, look_at, stretch_heights
from training.heights.config import HeightAugmentOptions, HeightRecipe
from training.heights.losses import HeightBatch
from training.sampling import Supply, draw_centre, draw_supplies

ATTEMPTS = 20
"""Draws until a crop is taken as it is."""

LEAST_KNOWN = 0.5
"""Crops with a smaller share of known heights than this are drawn again, of what the image can fill."""

LEAST_MOVE_PX = 1.0
"""Heights are stretched only where the image would show it: where something moves at least this far."""


@dataclass(frozen=True, slots=True, eq=False)
class HeightGallery:
    """The images of one source with the chances of each.

    Attributes:
        images: The images.
        known: For each image (H, W), where there is an image and its height is known.
        known_px: (N,) pixels of each image whose height is known; an image's share of crops follows it.
    """

    images: Sequence[HeightImage]
    known: Sequence[NDArray[np.bool_]]
    known_px: NDArray[np.float64]

    @classmethod
    def hang(cls, images: Sequence[HeightImage]) -> Self:
        """Collect images.

        Raises:
            TrainingError: None of them has a pixel of known height.
        """
        known = [image.valid & np.isfinite(image.height_m) for image in images]
        known_px = np.array([plane.sum() for plane in known], dtype=np.float64)
        if known_px.sum() == 0:
            raise TrainingError("No image of a source has a single pixel of known height: check the heights.")
        return cls(images, known, known_px)

    @property
    def chances(self) -> NDArray[np.float64]:
        """(N,) share of crops from each image."""
        shares: NDArray[np.float64] = self.known_px / self.known_px.sum()
        return shares

    def at(self, step: int) -> "HeightGallery":  # noqa: ARG002 - others change with the step
        """Return the images to draw from at a step: always the same."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class HeightCrop:
    """What one example of a batch holds.

    Attributes:
        shown: (3, S, S) float32 network input.
        truth: Heights and view of the crop; its colours are those before they were varied.
    """

    shown: NDArray[np.float32]
    truth: HeightImage


def _draw_matrix(rng: np.random.Generator, options: HeightAugmentOptions) -> NDArray[np.float64]:
    """Draw the (2, 2) turning, mirroring and magnifying part of a view; every angle is as likely."""
    every_angle = AugmentOptions(
        rotation_probability=options.rotation_probability,
        tilt_deg=45.0,
        flip_probability=options.flip_probability,
        rescale=options.rescale,
    )
    return augment.draw_matrix(rng, every_angle)


def _draw_view(
    rng: np.random.Generator, gallery: HeightGallery, side_px: int, options: HeightAugmentOptions
) -> tuple[int, View]:
    number = int(rng.choice(len(gallery.images), p=gallery.chances))
    shape = gallery.known[number].shape
    centre = draw_centre(rng, (shape[0], shape[1]), side_px)
    # An image smaller than the crop would else be in its middle each time.
    spare = np.maximum(side_px - np.array(shape), 0) // 2
    view = View(centre + rng.integers(-spare, spare + 1), _draw_matrix(rng, options), side_px)
    return number, view


def _choose_view(
    rng: np.random.Generator, gallery: HeightGallery, side_px: int, options: HeightAugmentOptions
) -> tuple[HeightImage, View]:
    """Draw an image and a view of it, again while it shows little of what the image could fill."""
    number, view = _draw_view(rng, gallery, side_px, options)
    for _ in range(ATTEMPTS):
        known = gallery.known[number]
        # Crop pixels that the image would cover: a view that reduces takes in more of it.
        covered_px = gallery.known_px[number] / abs(float(np.linalg.det(view.matrix)))
        if augment.valid_share(known, view) >= LEAST_KNOWN * min(1.0, covered_px / side_px**2):
            break
        number, view = _draw_view(rng, gallery, side_px, options)
    return gallery.images[number], view


def _look_stretched(image: HeightImage, view: View, factor: float) -> HeightImage:
    """Return what a view shows once all heights are multiplied.

    Things move into the crop from outside, so more is looked at than the crop.
    """
    highest_m = float(np.fmax.reduce(image.height_m, axis=None, initial=np.float32(0.0)))
    zoom = 1.0 / np.sqrt(abs(float(np.linalg.det(view.matrix))))
    move_px = (factor - 1.0) * highest_m * image.pose.scale_px_per_m * float(zoom)
    if move_px < LEAST_MOVE_PX:
        return look_at(image, view)
    margin_px = min(ceil(move_px) + 1, view.side_px // 2)
    wide = look_at(image, replace(view, side_px=view.side_px + 2 * margin_px))
    stretched = stretch_heights(wide, factor)
    part = np.s_[margin_px : margin_px + view.side_px, margin_px : margin_px + view.side_px]
    return replace(
        stretched,
        rgb=stretched.rgb[:, *part],
        height_m=stretched.height_m[part],
        valid=stretched.valid[part],
    )


def draw_height_crop(
    rng: np.random.Generator, gallery: HeightGallery, side_px: int, options: HeightAugmentOptions
) -> HeightCrop:
    """Draw one crop of a source.

    Heights are stretched only where the view is known and things lean enough to show it: else the same
    picture would be taught with two heights.

    Args:
        rng: Source of randomness; decides everything.
        gallery: The source.
        side_px: Side of the crop.
        options: How to vary it.
    """
    image, view = _choose_view(rng, gallery, side_px, options)
    stretched = rng.random() < options.stretch_probability and image.posed
    factor = draw_stretch(rng, image) if stretched else 1.0
    truth = _look_stretched(image, view, factor)
    pixels = truth.rgb.astype(np.float32)
    # No image is shown as black, white or anything between, for files do either.
    pixels[:, ~truth.valid] = rng.choice([0.0, 255.0, rng.uniform(0, 255)])
    return HeightCrop(augment.vary_colours(rng, pixels, options.colours), truth)


def collect_heights(crops: Sequence[HeightCrop]) -> HeightBatch:
    """Make one batch of crops of the same size."""
    truths = [crop.truth for crop in crops]
    heights = np.stack([truth.height_m for truth in truths])[:, None]
    valid = np.stack([truth.valid for truth in truths])[:, None] & np.isfinite(heights)
    return HeightBatch(
        image=torch.from_numpy(np.stack([crop.shown for crop in crops])),
        m_per_px=torch.tensor([truth.m_per_px for truth in truths], dtype=torch.float32),
        height_m=torch.from_numpy(heights),
        valid=torch.from_numpy(valid),
        direction=torch.from_numpy(np.stack([truth.pose.direction for truth in truths]).astype(np.float32)),
        scale_px_per_m=torch.tensor([truth.pose.scale_px_per_m for truth in truths], dtype=torch.float32),
        posed=torch.tensor([truth.posed for truth in truths]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class HeightCrops:
    """Batches of crops of a recipe, each determined by the recipe's seed and its step number alone.

    Attributes:
        supplies: Sources of images.
        chances: (N,) share of crops of each source.
        recipe: How crops are drawn.
        rank: Number of this process among several that train together.
    """

    supplies: Sequence[Supply[HeightGallery]]
    chances: NDArray[np.float64]
    recipe: HeightRecipe
    rank: int = 0

    def __getitem__(self, step: int) -> HeightBatch:
        """Return the batch of a step."""
        run, options = self.recipe.run, self.recipe.augment
        rng, galleries = draw_supplies(self.supplies, self.chances, run, rank=self.rank, step=step)
        return collect_heights([draw_height_crop(rng, each, run.crop_px, options) for each in galleries])
