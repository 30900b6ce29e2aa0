"""Rendered towns with their roads."""

from functools import partial

from training.config import Source
from training.roads.datasets import Gallery, RoadImage
from training.scene_pool import RollingPool, scene_options
from training.scenes.scene import render_scene


def render_image(number: int, source: Source) -> RoadImage:
    """Render one scene with the roads where the image shows them.

    Args:
        number: Of the scene, from 0.
        source: Size of the image.
    """
    scene = render_scene(scene_options(number, source.size_px))
    return RoadImage.prepare(f"scene {number}", scene.rgb, scene.image_graph)


class ScenePool(RollingPool[RoadImage, Gallery]):
    """Scenes to draw crops with roads from.

    Args:
        source: Size of the scenes and of the pool.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(
            partial(render_image, source=source),
            Gallery.hang,
            size=source.pool,
            refresh_steps=source.refresh_steps,
        )
