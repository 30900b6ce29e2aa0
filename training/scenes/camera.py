"""From lit surfaces to an 8-bit image: the view's projection, haze, blur and noise of the sensor."""

import numpy as np
from numpy.typing import NDArray

from training.scenes.buildings import Buildings
from training.scenes.canvas import Canvas
from training.scenes.options import SceneOptions, Style
from training.scenes.projection import Hits, cast_shadow
from training.scenes.roofs import facade

_SKY = np.array([0.92, 1.0, 1.1], dtype=np.float32)
"""Colour of the light in shadows, relative to sunlight."""

_HAZE = np.array([0.66, 0.69, 0.72], dtype=np.float32)
"""Colour of the air between ground and sensor."""


def light_canvas(canvas: Canvas, style: Style, draw: np.random.Generator) -> NDArray[np.float32]:
    """Return the (3, H, W) colours of the canvas in sun and shadow."""
    # Twigs let most of the light through: only some of them cast a shadow, in streaks.
    caster = np.where(
        canvas.airy & (draw.random(canvas.shape, dtype=np.float32) < 0.82), 0.0, canvas.height_m
    )
    shadow = cast_shadow(
        caster.astype(np.float32),
        azimuth_rad=np.radians(style.sun_azimuth_deg),
        elevation_rad=np.radians(style.sun_elevation_deg),
        m_per_px=canvas.m_per_px,
    )
    direct = (1.0 - shadow) * (canvas.relief - style.shadow * np.minimum(canvas.relief, 1.0))
    ambient = style.shadow * np.minimum(canvas.relief, 1.0)
    lit = np.empty_like(canvas.rgb)
    for band in range(3):
        np.multiply(canvas.rgb[band], direct + _SKY[band] * ambient, out=lit[band])
    return lit


def take_picture(
    canvas: Canvas,
    hits: Hits,
    buildings: Buildings,
    options: SceneOptions,
    style: Style,
    draw: np.random.Generator,
) -> NDArray[np.uint8]:
    """Return the (3, H, W) image.

    Args:
        canvas: The painted ground.
        hits: What each pixel shows.
        buildings: All buildings, for their walls.
        options: Haze and noise.
        style: Light and colour balance.
        draw: Source of randomness.
    """
    lit = light_canvas(canvas, style, draw).reshape(3, -1)
    image = np.stack([plane[hits.cell] for plane in lit])
    _hang_facades(image, canvas, hits, buildings, style)
    noise = options.noise
    picture = np.empty(image.shape, dtype=np.uint8)
    common = draw.standard_normal(image.shape[1:], dtype=np.float32) * np.float32(0.8 * noise)
    for band in range(3):
        plane = _blur(image[band] * style.gain[band], style.blur)
        plane += np.float32(options.haze) * (_HAZE[band] - plane)
        np.maximum(plane, 0.0, out=plane)
        if style.contrast != 1.0:
            # A parabola through 0, 0.5 and 1 stands for a power: cheap and smooth.
            plane += np.float32(style.contrast - 1.0) * plane * (plane - 1.0)
        plane += common
        plane += draw.standard_normal(plane.shape, dtype=np.float32) * np.float32(0.6 * noise)
        np.clip(plane * 255.0 + 0.5, 0.0, 255.0, out=plane)
        picture[band] = plane.astype(np.uint8)
    return picture


def _hang_facades(
    image: NDArray[np.float32], canvas: Canvas, hits: Hits, buildings: Buildings, style: Style
) -> None:
    """Replace the colour of walls, in place: façades of buildings, the dark side of everything else."""
    wall = np.flatnonzero(hits.wall)
    if not len(wall):
        return
    cell = hits.cell.reshape(-1)[wall]
    owner = canvas.building.reshape(-1)[cell]
    flat = image.reshape(3, -1)
    flat[:, wall[owner == 0]] *= 0.75
    wall, cell, owner = wall[owner > 0], cell[owner > 0], owner[owner > 0]
    foot = np.column_stack([canvas.rows_m[cell // canvas.shape[1]], canvas.cols_m[cell % canvas.shape[1]]])
    flat[:, wall] = facade(
        buildings, owner.astype(np.int64) - 1, foot, hits.height_m.reshape(-1)[wall], style
    )


def _blur(plane: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Blur by the optics, or sharpen as image providers do: a separable 3 × 3 kernel."""
    side = np.float32(share)
    for _ in range(2):
        padded = np.pad(plane, ((1, 1), (0, 0)), mode="edge")
        plane = ((1 - 2 * side) * padded[1:-1] + side * (padded[:-2] + padded[2:])).T
    return plane
