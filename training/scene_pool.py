"""Rendered towns as a source of training images: a small pool that moves on with the steps."""

import numpy as np

from training.config import Source
from training.datasets import Gallery, RoadImage
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene


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


def render_image(number: int, source: Source) -> RoadImage:
    """Render one scene with the roads where the image shows them.

    Args:
        number: Of the scene, from 0.
        source: Size of the image.
    """
    scene = render_scene(scene_options(number, source.size_px))
    return RoadImage.prepare(f"scene {number}", scene.rgb, scene.image_graph)


class ScenePool:
    """Scenes to draw crops from; every ``refresh_steps`` steps the oldest makes room for a new one.

    Which scenes a step sees depends on its number alone, so a resumed run sees the same. Scenes are
    rendered by the process that draws the crops, between two batches.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._images: dict[int, RoadImage] = {}
        self._gallery: Gallery | None = None

    def at(self, step: int) -> Gallery:
        """Return the scenes of a step, rendering those that are new."""
        first = step // self._source.refresh_steps
        wanted = range(first, first + self._source.pool)
        if self._gallery is None or list(self._images) != list(wanted):
            self._images = {
                number: self._images.get(number) or render_image(number, self._source) for number in wanted
            }
            self._gallery = Gallery.hang(list(self._images.values()))
        return self._gallery
