"""The open ground: lawns, soil, woodland floor, fields and water."""

import numpy as np
from numpy.typing import NDArray

from training.scenes.canvas import Canvas
from training.scenes.land import Land, wood_level
from training.scenes.noise import fractal_noise
from training.scenes.options import SceneOptions, Season, Style

Plane = NDArray[np.float32]

_FLOOR = {
    Season.SPRING: (0.36, 0.30, 0.24),
    Season.SUMMER: (0.16, 0.22, 0.10),
    Season.AUTUMN: (0.40, 0.29, 0.18),
}
_CROPS = np.array(
    [(0.36, 0.45, 0.22), (0.55, 0.49, 0.32), (0.44, 0.36, 0.27), (0.28, 0.40, 0.18), (0.60, 0.56, 0.40)]
)


def paint_ground(
    canvas: Canvas, land: Land, options: SceneOptions, style: Style, draw: np.random.Generator
) -> None:
    """Paint everything that is neither built nor planted.

    Args:
        canvas: Painted in place.
        land: Maps of the ground.
        options: What to render.
        style: How the scene looks.
        draw: Source of randomness.
    """
    axes = canvas.rows_m, canvas.cols_m
    broad = fractal_noise(draw, options.extent_m, wavelengths_m=(60.0, 21.0, 8.0), persistence=0.7).on_axes(
        *axes
    )
    fine = fractal_noise(draw, options.extent_m, wavelengths_m=(11.0, 4.0), persistence=0.8).on_axes(*axes)
    grain = draw.standard_normal(canvas.shape, dtype=np.float32)
    density = np.clip(style.built_up + 0.24 * land.density.on_axes(*axes), 0.0, 1.0)
    clearance = land.on_axes(land.clearance_m, *axes)
    wood = np.clip(3.0 * wood_level(land.woods.on_axes(*axes), density, clearance) + 0.5, 0.0, 1.0)
    bare = np.clip(0.35 + 0.22 * broad + 0.18 * fine, 0.0, 1.0)
    bare *= 0.9
    light = 1.0 + 0.05 * broad + 0.08 * fine + 0.06 * grain
    rough = 1.0 + 0.10 * broad + 0.14 * fine + 0.15 * grain
    farm, crop = _fields(canvas, land, density, draw)
    wood *= 1.0 - farm
    for band in range(3):
        plane = style.grass[band] + bare * (style.soil[band] - style.grass[band])
        plane *= light
        if farm.any():
            plane += farm * (crop[band] * light - plane)
        plane += wood * (_FLOOR[style.season][band] * rough - plane)
        canvas.rgb[band] = plane
    if style.water:
        _water(canvas, land.on_axes(land.shore_m, *axes), broad, draw)


def _water(canvas: Canvas, shore_m: Plane, broad: Plane, draw: np.random.Generator) -> None:
    """Dark water, lighter and greener near the shore, with a strip of bare bank."""
    deep = np.array([0.05, 0.08, 0.09]) + draw.uniform(0.0, 0.06) * np.array([0.8, 1.0, 0.9])
    shallow = np.array([0.22, 0.24, 0.17])
    bank = np.clip(1.0 - np.abs(shore_m + 1.0) / 3.0, 0.0, 1.0) * 0.6
    wet = np.clip(shore_m / canvas.m_per_px + 0.5, 0.0, 1.0)
    depth = np.clip(shore_m / 14.0, 0.0, 1.0) ** 0.5
    for band in range(3):
        plane = canvas.rgb[band]
        plane += bank * ((0.50, 0.45, 0.36)[band] - plane)
        plane += wet * (shallow[band] + depth * (deep[band] - shallow[band]) + 0.006 * broad - plane)


def _fields(canvas: Canvas, land: Land, density: Plane, draw: np.random.Generator) -> tuple[Plane, Plane]:
    """Return where the land is farmed (H, W) and with what colour (3, H, W): cells around sites, in rows."""
    count = len(land.farm_sites_m)
    if not count:
        return np.zeros(canvas.shape, dtype=np.float32), np.zeros((3, 1, 1), dtype=np.float32)
    rows, cols = canvas.rows_m.astype(np.float32)[:, None], canvas.cols_m.astype(np.float32)[None]
    best = np.full(canvas.shape, np.inf, dtype=np.float32)
    second = best.copy()
    cell = np.zeros(canvas.shape, dtype=np.int8)
    for number, (row, col) in enumerate(land.farm_sites_m):
        # Squared distance less the common r² + c²: linear, so the borders between fields are straight.
        power = np.float32(row**2 + col**2) - np.float32(2 * row) * rows - np.float32(2 * col) * cols
        nearer = power < best
        second = np.where(nearer, best, np.minimum(second, power))
        np.copyto(best, power, where=nearer)
        np.copyto(cell, number, where=nearer)
    turns, pitches = draw.uniform(0, np.pi, count), draw.uniform(2.5, 7.0, count)
    crops = _CROPS[draw.integers(len(_CROPS), size=count)] * draw.normal(1, 0.08, (count, 1))
    tilled = draw.uniform(0.0, 0.12, count).astype(np.float32)
    down = (2 * np.pi * np.cos(turns) / pitches).astype(np.float32)
    right = (2 * np.pi * np.sin(turns) / pitches).astype(np.float32)
    furrow = 1.0 + tilled[cell] * np.sin(rows * down[cell] + cols * right[cell])
    crop = crops.T.astype(np.float32)[:, cell] * furrow
    edge = np.clip((second - best) / 900.0, 0.0, 1.0)
    return np.clip((0.42 - density) * 12.0, 0.0, 1.0) * edge, crop
