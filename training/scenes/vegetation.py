"""Trees: where they grow and how their crowns cover ground, streets and roofs."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from training.scenes.canvas import Canvas, Metres, Stamps, stamp
from training.scenes.land import Land
from training.scenes.options import SceneOptions, Season, Style
from training.scenes.parcels import Parcels
from training.scenes.roofs import sun_vector
from training.scenes.streets import RoadKind, Street, resample

_EVERGREEN_RGB = np.array([0.145, 0.215, 0.115])
_LEAF_RGB = {
    Season.SPRING: np.array([0.52, 0.45, 0.40]),
    Season.SUMMER: np.array([0.23, 0.315, 0.14]),
    Season.AUTUMN: np.array([0.46, 0.355, 0.22]),
}
_OPACITY = {Season.SPRING: 0.36, Season.SUMMER: 1.0, Season.AUTUMN: 0.85}
"""Share of a deciduous crown that hides what is below it."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Trees, N of them.

    Attributes:
        centres_m: (N, 2) positions.
        radius_m: (N,) of the crown.
        height_m: (N,) of the top.
        rgb: (N, 3) colours.
        opacity: (N,) share of the crown that hides what is below it.
        pointed: (N,) whether the crown is a cone.
    """

    centres_m: Metres
    radius_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    rgb: NDArray[np.float64]
    opacity: NDArray[np.float64]
    pointed: NDArray[np.bool_]


def plant(
    options: SceneOptions,
    style: Style,
    land: Land,
    streets: list[Street],
    parcels: Parcels,
    draw: np.random.Generator,
) -> Trees:
    """Plant woods, garden trees and street trees.

    Args:
        options: What to render.
        style: How the scene looks.
        land: Maps of the ground.
        streets: All roads.
        parcels: Where not to plant.
        draw: Source of randomness.
    """
    woods = _wood_positions(options, land, draw)
    gardens = _garden_positions(options, style, land, draw)
    avenue = _avenue_positions(streets, style, draw)
    shrubs = _shrub_positions(parcels, draw)
    points = np.concatenate([woods, gardens, avenue, shrubs])
    group = np.repeat([0, 1, 2, 3], [len(woods), len(gardens), len(avenue), len(shrubs)])
    taken = np.concatenate([parcels.buildings.shape.polygons(), parcels.lots.polygons()])
    hit = shapely.STRtree(taken).query(shapely.points(points[:, ::-1]), predicate="dwithin", distance=1.0)[0]
    free = np.ones(len(points), dtype=bool)
    free[hit] = False
    plots = shapely.STRtree(parcels.yards.polygons())
    inside = plots.query(shapely.points(points[:, ::-1]), predicate="intersects")[0]
    free[inside] &= (group[inside] > 0) | (draw.random(len(inside)) < 0.3)
    if len(land.farm_sites_m):
        free &= (land.density_at(points) > 0.36) | (draw.random(len(points)) < 0.02)
    free &= (land.clearance_at(points) > 0.3) & (land.shore_at(points) < -1.0)
    return _dress(points[free], group[free], land, style, draw)


def _wood_positions(options: SceneOptions, land: Land, draw: np.random.Generator) -> Metres:
    step = 5.6
    margin = options.street_margin_m
    rows, cols = (np.arange(-margin, side + margin, step) for side in options.extent_m)
    grid = np.stack(np.meshgrid(rows, cols, indexing="ij"), axis=-1).reshape(-1, 2)
    points = grid + draw.uniform(-0.5, 0.5, grid.shape) * step
    level = land.wood_at(points)
    return points[draw.random(len(points)) < np.clip(0.5 + 1.5 * level, 0.0, 0.97) * (level > -0.3)]


def _garden_positions(options: SceneOptions, style: Style, land: Land, draw: np.random.Generator) -> Metres:
    margin = options.street_margin_m
    low, high = -margin, np.array(options.extent_m) + margin
    count = int(np.prod(high - low) / 10_000 * draw.uniform(12.0, 48.0) * (1.15 - 0.6 * style.built_up))
    points = draw.uniform(low, high, (count, 2))
    # Garden trees stand in loose groups, where the woods' field is not at its lowest.
    return points[land.woods.at(points) > draw.normal(-0.2, 0.8, count)]


def _avenue_positions(streets: list[Street], style: Style, draw: np.random.Generator) -> Metres:
    lines = []
    for street in streets:
        if street.kind is not RoadKind.RESIDENTIAL or draw.random() > 0.65:
            continue
        line = resample(street.points_m, draw.uniform(11.0, 20.0))
        vector = np.diff(line, axis=0)
        normal = vector[:, ::-1] * [-1.0, 1.0] / np.hypot(*vector.T)[:, None]
        for side in (-1.0, 1.0):
            off = street.width_m / 2 + draw.uniform(0.7, 3.0, (len(vector), 1))
            spot = line[:-1] + draw.uniform(0.2, 0.8, (len(vector), 1)) * vector + side * off * normal
            lines.append(spot[draw.random(len(spot)) < 0.3 + 0.6 * (1 - style.built_up)])
    return np.concatenate([np.empty((0, 2)), *lines])


def _shrub_positions(parcels: Parcels, draw: np.random.Generator) -> Metres:
    """Hedges and bushes along the borders of plots and about the houses."""
    yards = parcels.yards
    count = len(yards.angles_rad)
    lines = []
    for _ in range(4):
        side = draw.choice([-0.97, 0.97], count) * yards.halves_m[:, 1]
        lines.append(
            yards.place(
                draw.uniform(-0.6, 1.0, count) * yards.halves_m[:, 0], side * draw.uniform(0.4, 1.0, count)
            )
        )
    return np.concatenate(lines)


def _dress(
    points: Metres, group: NDArray[np.int64], land: Land, style: Style, draw: np.random.Generator
) -> Trees:
    count = len(points)
    stand = np.clip(0.5 + 0.55 * land.woods.at(points[:, ::-1]), 0.03, 0.97)
    share = np.clip(style.evergreen * 2 * stand, 0.02, 0.9)
    evergreen = draw.random(count) < np.where(group == 2, 0.1, share)
    radius = np.where(group == 0, draw.uniform(2.6, 4.6, count), draw.uniform(1.6, 5.0, count))
    radius = np.where(group == 2, draw.uniform(2.4, 6.2, count), radius)
    radius = np.where(evergreen, 0.8 * radius, radius)
    radius = np.where(group == 3, draw.uniform(0.6, 1.7, count), radius)
    height = np.where(group == 3, 1.2, np.where(evergreen, 3.6, 2.9)) * radius * draw.uniform(0.8, 1.2, count)
    rgb = np.where(evergreen[:, None], _EVERGREEN_RGB, _LEAF_RGB[style.season])
    rgb = rgb * draw.normal(1.0, 0.13, (count, 1)) * draw.normal(1.0, 0.045, (count, 3))
    opacity = np.where(evergreen, 1.0, _OPACITY[style.season] * draw.uniform(0.75, 1.1, count))
    return Trees(
        points, radius, height, rgb, np.clip(opacity, 0.0, 1.0), evergreen & (draw.random(count) < 0.7)
    )


def paint_trees(canvas: Canvas, trees: Trees, style: Style, draw: np.random.Generator) -> None:
    """Paint the crowns; where crowns meet, the higher one is seen.

    Args:
        canvas: Painted in place.
        trees: What to paint.
        style: Where the sun stands.
        draw: Source of randomness.
    """
    sun = sun_vector(style).astype(np.float32)
    flat = canvas.height_m.reshape(-1)
    phases = draw.uniform(0, 2 * np.pi, (len(trees.radius_m), 2)).astype(np.float32)
    for square in stamp(canvas, trees.centres_m, 1.15 * trees.radius_m):
        reach, stamps = _inside_crown(trees, square, phases)
        rise = np.sqrt(1.0 - reach)
        grain = draw.random(len(reach), dtype=np.float32)
        pointed = trees.pointed[stamps.item]
        body = np.where(pointed, 0.15 + 0.85 * (1.0 - np.sqrt(reach)), 0.45 + 0.55 * rise)
        height = trees.height_m.astype(np.float32)[stamps.item] * (body * (0.88 + 0.12 * grain))
        shown = (draw.random(len(reach), dtype=np.float32) < trees.opacity[stamps.item]) & (
            height > flat[stamps.cell]
        )
        crowns, height = stamps.keep(shown), height[shown].astype(np.float32)
        np.maximum.at(flat, crowns.cell, height)
        top = flat[crowns.cell] == height
        _colour(canvas, trees, crowns.keep(top), reach[shown][top], grain[shown][top], sun)


def _inside_crown(
    trees: Trees, stamps: Stamps, phases: NDArray[np.float32]
) -> tuple[NDArray[np.float32], Stamps]:
    """Return the squared distance from the stem as a share of the crown's uneven radius, where below 1."""
    radius = trees.radius_m.astype(np.float32)[stamps.item]
    down, right = stamps.down_m / radius, stamps.right_m / radius
    reach = down * down + right * right
    near = reach < 1.3
    stamps, reach, down, right = stamps.keep(near), reach[near], down[near], right[near]
    # Two plane waves through the crown dent its outline without any angle to compute.
    lean = phases[stamps.item]
    reach *= 1.0 + 0.28 * np.sin(3.0 * down + lean[:, 0]) * np.sin(3.0 * right + lean[:, 1])
    inside = reach < 1.0
    return reach[inside], stamps.keep(inside)


def _colour(
    canvas: Canvas,
    trees: Trees,
    crowns: Stamps,
    reach: NDArray[np.float32],
    grain: NDArray[np.float32],
    sun: NDArray[np.float32],
) -> None:
    """Light the crowns as rough domes."""
    radius = trees.radius_m.astype(np.float32)[crowns.item]
    facing = (crowns.down_m * sun[0] + crowns.right_m * sun[1]) / radius
    light = np.clip(0.66 + 0.45 * facing + 0.35 * np.sqrt(1.0 - reach), 0.35, 1.5)
    light *= 0.72 + 0.56 * grain
    canvas.relief.reshape(-1)[crowns.cell] = light
    canvas.building.reshape(-1)[crowns.cell] = 0
    canvas.airy.reshape(-1)[crowns.cell] = trees.opacity[crowns.item] < 0.6
    rgb = trees.rgb.astype(np.float32)[crowns.item]
    canvas.paint(crowns.cell, rgb.T, np.ones(len(reach), dtype=np.float32))
