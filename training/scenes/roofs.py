"""Buildings on the canvas: roofs with their heights and light; façades as the view meets them."""

import numpy as np
from numpy.typing import NDArray

from training.scenes.buildings import FLAT, GABLE, Buildings
from training.scenes.canvas import Canvas, Stamps, stamp
from training.scenes.options import Style
from training.scenes.rectangles import Rectangles


def sun_vector(style: Style) -> NDArray[np.float64]:
    """Return the direction to the sun as (row, col, up), of unit length."""
    azimuth, elevation = np.radians([style.sun_azimuth_deg, style.sun_elevation_deg])
    return np.array(
        [-np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)]
    )


def paint_buildings(canvas: Canvas, buildings: Buildings, style: Style, draw: np.random.Generator) -> None:
    """Paint all roofs.

    Args:
        canvas: Painted in place.
        buildings: What to paint.
        style: Where the sun stands.
        draw: Source of randomness.
    """
    sun = sun_vector(style)
    radii = np.hypot(*buildings.shape.halves_m.T)
    flat_height = canvas.height_m.reshape(-1)
    for stamps in stamp(canvas, buildings.shape.centres_m, radii):
        along, across = stamps.along(buildings.shape.angles_rad)
        half = buildings.shape.halves_m.astype(np.float32)[stamps.item]
        inside = (np.abs(along) <= half[:, 0]) & (np.abs(across) <= half[:, 1])
        roofs = stamps.keep(inside)
        along, across, half = along[inside], across[inside], half[inside]
        height, light = _roof(buildings, roofs, along, across, sun)
        np.maximum.at(flat_height, roofs.cell, height)
        top = flat_height[roofs.cell] == height
        roofs, along, across, half, light = roofs.keep(top), along[top], across[top], half[top], light[top]
        canvas.relief.reshape(-1)[roofs.cell] = light
        canvas.building.reshape(-1)[roofs.cell] = roofs.item + 1
        colour = _cover(buildings, roofs, along, across, half, draw)
        canvas.paint(roofs.cell, colour, np.ones(len(along), dtype=np.float32))


def _roof(
    buildings: Buildings,
    roofs: Stamps,
    along: NDArray[np.float32],
    across: NDArray[np.float32],
    sun: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the height (M,) and the light relative to level ground (M,) of roof pixels."""
    item = roofs.item
    half = buildings.shape.halves_m[item]
    kind = buildings.roof[item]
    inset = half[:, 1] - np.abs(across)
    end = half[:, 0] - np.abs(along)
    hipped = (kind != FLAT) & (kind != GABLE) & (end < inset)
    climb = np.where(hipped, end, inset) / half[:, 1]
    height = buildings.eaves_m[item] + np.where(kind == FLAT, 0.0, buildings.rise_m[item] * climb)
    slope = np.where(kind == FLAT, 0.0, buildings.rise_m[item] / half[:, 1])
    u, v = buildings.shape.axes
    outward = np.where(hipped[:, None], u[item] * np.sign(along)[:, None], v[item] * np.sign(across)[:, None])
    facing = slope * (outward @ sun[:2]) + sun[2]
    light = 0.35 + 0.65 * np.clip(facing / (sun[2] * np.hypot(1.0, slope)), 0.0, 1.9)
    return height.astype(np.float32), light.astype(np.float32)


def _cover(
    buildings: Buildings,
    roofs: Stamps,
    along: NDArray[np.float32],
    across: NDArray[np.float32],
    half: NDArray[np.float32],
    draw: np.random.Generator,
) -> NDArray[np.float32]:
    """Return colours (3, M): shingles or tiles in courses, flat roofs with a parapet, stains and plant."""
    item = roofs.item
    flat = buildings.roof[item] == FLAT
    light = 1.0 + 0.04 * draw.standard_normal(len(item), dtype=np.float32)
    light += np.where(flat, 0.0, 0.03 * np.sin(across * 12.0)).astype(np.float32)
    border = np.minimum(half[:, 0] - np.abs(along), half[:, 1] - np.abs(across))
    light = np.where(flat & (border < 0.7), 1.12 * light, light)
    seam = (np.floor(along / 9.0 + item % 7) + np.floor(across / 14.0 + item % 5)) % 3
    light = np.where(flat, light * (0.96 + 0.04 * seam), light)
    plant = flat & (half[:, 1] > 7) & (np.abs(along % 17.0 - 6.0) < 1.4) & (np.abs(across % 13.0 - 5.0) < 1.2)
    light = np.where(plant, 1.25 * light, light)
    colour: NDArray[np.float32] = (buildings.roof_rgb.astype(np.float32)[item] * light[:, None]).T
    return colour


def facade(
    buildings: Buildings,
    item: NDArray[np.int64],
    foot_m: NDArray[np.float64],
    height_m: NDArray[np.float32],
    style: Style,
) -> NDArray[np.float32]:
    """Return the colours (3, M) of points on walls, in the light that falls on them.

    Args:
        buildings: All buildings.
        item: (M,) number of the building.
        foot_m: (M, 2) position of the wall.
        height_m: (M,) height on the wall.
        style: Where the sun stands.
    """
    shape: Rectangles = buildings.shape
    u, v = shape.axes
    offset = foot_m - shape.centres_m[item]
    along, across = (offset * u[item]).sum(axis=1), (offset * v[item]).sum(axis=1)
    gaps = shape.halves_m[item] - np.abs(np.column_stack([along, across]))
    gable = gaps[:, 0] < gaps[:, 1]
    outward = np.where(gable[:, None], u[item] * np.sign(along)[:, None], v[item] * np.sign(across)[:, None])
    sun = sun_vector(style)
    light = 0.42 + 0.75 * np.clip(outward @ sun[:2], 0.0, 1.0)
    position = np.where(gable, across, along)
    window = (np.abs(height_m % 3.0 - 1.7) < 0.75) & (np.abs(position % 3.2 - 1.6) < 0.7)
    window &= height_m < buildings.eaves_m[item]
    tone = np.where(window, 0.35, 1.0) * light
    colour: NDArray[np.float32] = (buildings.wall_rgb[item] * tone[:, None]).T.astype(np.float32)
    return colour
