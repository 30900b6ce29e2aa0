"""Rendered towns as a source of training images: a small pool that moves on with the steps."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np

from training.scenes.options import SceneOptions

EXAM_SCENES = 1_000_000
"""Scenes from this number on are kept for validation."""


def scene_options(number: int, size_px: int) -> SceneOptions:
    """Choose how scene ``number`` is seen; the town itself follows from the number as its seed.

    Args:
        number: Of the scene, from 0.
        size_px: Side of the image.
    """
    rng = np.random.default_rng([number, 0x5CE])
    return SceneOptions(
        seed=number,
        height_px=size_px,
        width_px=size_px,
        # Resolutions of aerial and satellite images that are resampled to 1 m.
        m_per_px=float(rng.uniform(0.85, 1.2)),
        off_nadir_deg=float(rng.uniform(0.0, 25.0)),
        view_azimuth_deg=float(rng.uniform(0.0, 360.0)),
        haze=float(rng.uniform(0.0, 0.12)),
        noise=float(rng.uniform(0.004, 0.03)),
        overpasses=bool(rng.random() < 0.4),
    )


Rendered = TypeVar("Rendered")
Hung = TypeVar("Hung")


class RollingPool(Generic[Rendered, Hung]):
    """Rendered images to draw from; every few steps the oldest makes room for a new one.

    Which images a step sees depends on its number alone, so a resumed run sees the same. They are
    rendered by the process that draws the crops, between two batches.

    Args:
        render: Makes an image from its number.
        hang: Makes what crops are drawn from, whenever the images change.
        size: Number of images kept at a time.
        refresh_steps: Steps after which the oldest makes room.
    """

    def __init__(
        self,
        render: Callable[[int], Rendered],
        hang: Callable[[Sequence[Rendered]], Hung],
        *,
        size: int,
        refresh_steps: int,
    ) -> None:
        self._render = render
        self._hang = hang
        self._size = size
        self._refresh_steps = refresh_steps
        self._images: dict[int, Rendered] = {}
        self._hung: Hung | None = None

    def at(self, step: int) -> Hung:
        """Return what a step draws from, rendering what is new."""
        first = step // self._refresh_steps
        wanted = range(first, first + self._size)
        if self._hung is None or list(self._images) != list(wanted):
            known = self._images
            self._images = {
                number: known[number] if number in known else self._render(number) for number in wanted
            }
            self._hung = self._hang(list(self._images.values()))
        return self._hung
