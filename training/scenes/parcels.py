"""Where buildings, drives and car parks stand: lots along the streets."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from training.scenes.buildings import SLENDER_M, Buildings, join, raise_halls, raise_houses
from training.scenes.canvas import Metres
from training.scenes.land import Land
from training.scenes.options import Style
from training.scenes.rectangles import Rectangles
from training.scenes.streets import RoadKind, Street, resample


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Everything built beside the streets.

    Attributes:
        buildings: All buildings.
        drives: Drives from streets to houses.
        drive_tones: (D,) brightness of each drive, relative to asphalt.
        lots: Car parks on the ground; stalls run along.
        yards: Plots of the houses.
        yard_tones: (Y, 3) colour of each plot relative to the scene's grass.
        pools: Swimming pools.
    """

    buildings: Buildings
    drives: Rectangles
    drive_tones: NDArray[np.float64]
    lots: Rectangles
    yards: Rectangles
    yard_tones: NDArray[np.float64]
    pools: Rectangles


@dataclass(frozen=True, slots=True, eq=False)
class _Frontage:
    """Places beside streets, one entry for each: the point, the way along and the way off the street."""

    point_m: Metres
    along: Metres
    away: Metres
    half_width_m: NDArray[np.float64]
    main: NDArray[np.bool_]

    def take(self, wanted: NDArray[Any]) -> "_Frontage":
        return _Frontage(*(getattr(self, column.name)[wanted] for column in fields(self)))

    @property
    def angles_rad(self) -> NDArray[np.float64]:
        return np.arctan2(self.along[:, 1], self.along[:, 0])


def _frontage(streets: list[Street], spacing_m: float, draw: np.random.Generator) -> _Frontage:
    """Cut both sides of the streets into lots of about the given width."""
    columns: list[tuple[NDArray[Any], ...]] = []
    for street in streets:
        if street.kind not in (RoadKind.RESIDENTIAL, RoadKind.MAIN):
            continue
        line = resample(street.points_m, spacing_m)
        vector = np.diff(line, axis=0)
        along = vector / np.hypot(*vector.T)[:, None]
        middle = line[:-1] + draw.uniform(0.4, 0.6, (len(vector), 1)) * vector
        for side in (-1.0, 1.0):
            away = side * along[:, ::-1] * [-1.0, 1.0]
            half = np.full(len(along), street.width_m / 2)
            columns.append((middle, along, away, half, np.full(len(along), street.kind is RoadKind.MAIN)))
    if not columns:
        nothing = np.empty((0, 2))
        return _Frontage(nothing, nothing, nothing, np.empty(0), np.empty(0, dtype=bool))
    return _Frontage(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _free(rectangles: Rectangles, land: Land, gap_m: float) -> NDArray[np.bool_]:
    """Whether the rectangles keep a gap from carriageways and water."""
    count = int(np.clip(2.0 * rectangles.halves_m.max(initial=0.0) / 5.0, 4, 20)) + 1
    steps = np.linspace(-1, 1, count)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    u, v = rectangles.axes
    reach = rectangles.halves_m[:, None] * grid  # (N, count², 2)
    points = rectangles.centres_m[:, None] + reach[..., :1] * u[:, None] + reach[..., 1:] * v[:, None]
    free: NDArray[np.bool_] = (land.clearance_at(points).min(axis=1) > gap_m) & (
        land.shore_at(points).max(axis=1) < -3
    )
    return free


def _first_come(polygons: NDArray[np.object_], taken: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each polygon touches neither a taken one nor one that comes before it."""
    free = np.ones(len(polygons), dtype=bool)
    if len(polygons):
        tree = shapely.STRtree(polygons)
        if len(taken):
            free[tree.query(taken, predicate="intersects")[1]] = False
        first, second = tree.query(polygons, predicate="intersects")
        clash = (first < second) & free[first] & free[second]
        free[second[clash]] = False
    return free


def _place(front: _Frontage, setback_m: NDArray[np.float64], halves_m: NDArray[np.float64]) -> Rectangles:
    offset = front.half_width_m + setback_m + halves_m[:, 1]
    return Rectangles(front.point_m + front.away * offset[:, None], front.angles_rad, halves_m)


def _commerce(
    front: _Frontage, land: Land, draw: np.random.Generator, *, beside_main: float
) -> tuple[Rectangles, _Frontage]:
    """Choose lots for shops and works: large and level, mostly on main roads, beside these with a chance."""
    chance = np.where(front.main, 0.75, beside_main) * np.clip(
        2.2 * land.density_at(front.point_m) - 0.5, 0.0, 1.0
    )
    front = front.take(draw.random(len(chance)) < chance)
    halves = draw.uniform((22.0, 18.0), (48.0, 38.0), (len(front.main), 2))
    lots = _place(front, np.full(len(halves), 3.0), halves)
    free = _free(lots, land, 1.5)
    lots, front = lots.take(free), front.take(free)
    alone = _first_come(lots.polygons(), np.empty(0, dtype=object))
    return lots.take(alone), front.take(alone)


def _houses(
    front: _Frontage, land: Land, taken: NDArray[np.object_], draw: np.random.Generator
) -> tuple[Rectangles, _Frontage]:
    density = land.density_at(front.point_m)
    front = front.take(draw.random(len(density)) < np.clip(0.25 + 1.3 * density, 0.0, 0.96))
    density = land.density_at(front.point_m)
    count = len(density)
    halves = np.column_stack([draw.uniform(5.0, 8.0, count), draw.uniform(3.8, 5.6, count)])
    setback = 3.0 + (1.0 - density) ** 1.5 * draw.uniform(8.0, 26.0, count) + draw.uniform(0.0, 4.0, count)
    turned = draw.random(count) < 0.2 + 0.6 * density
    # In inner towns the gable faces the street.
    houses = _place(front, setback, np.where(turned[:, None], halves[:, ::-1], halves))
    houses = Rectangles(houses.centres_m, houses.angles_rad + draw.normal(0, 0.05, count), houses.halves_m)
    free = _free(houses, land, 1.5)
    houses, front = houses.take(free), front.take(free)
    padded = Rectangles(houses.centres_m, houses.angles_rad, houses.halves_m + 1.2)
    alone = _first_come(padded.polygons(), taken)
    return houses.take(alone), front.take(alone)


def _drives(
    houses: Rectangles, front: _Frontage, draw: np.random.Generator
) -> tuple[Rectangles, NDArray[np.float64]]:
    """Lay a drive beside each house, from the middle of the street to the back of the house."""
    depth = ((houses.centres_m - front.point_m) * front.away).sum(axis=1) + draw.uniform(
        -3.0, 5.0, len(front.main)
    )
    beside = draw.choice([-1.0, 1.0], len(depth)) * (houses.halves_m[:, 0] + 2.0)
    centres = front.point_m + front.along * beside[:, None] + front.away * depth[:, None] / 2
    halves = np.column_stack([depth / 2, draw.uniform(1.3, 2.3, len(depth))])
    angles = np.arctan2(front.away[:, 1], front.away[:, 0])
    kept = draw.random(len(depth)) < 0.85
    tones = np.where(
        draw.random(len(depth)) < 0.6, draw.normal(0.8, 0.12, len(depth)), draw.normal(1.25, 0.1, len(depth))
    )
    return Rectangles(centres, angles, halves).take(kept), tones[kept]


def _polygons(*parts: Buildings) -> NDArray[np.object_]:
    return np.concatenate([part.shape.polygons() for part in parts])


def _yards(houses: Rectangles, front: _Frontage, width_m: float, draw: np.random.Generator) -> Rectangles:
    """Lay a plot around each house, from the street to a back fence."""
    depth = ((houses.centres_m - front.point_m) * front.away).sum(axis=1) + draw.uniform(
        14.0, 24.0, len(front.main)
    )
    centres = front.point_m + front.away * depth[:, None] / 2
    halves = np.column_stack([depth / 2, np.full(len(depth), width_m / 2 - 0.3)])
    return Rectangles(centres, np.arctan2(front.away[:, 1], front.away[:, 0]), halves)


def _back_gardens(
    houses: Rectangles, front: _Frontage, land: Land, taken: NDArray[np.object_], draw: np.random.Generator
) -> tuple[Buildings, Rectangles]:
    """Put sheds, garages and a few pools behind the houses."""
    count = len(houses.angles_rad)
    halves = draw.uniform((2.2, 1.8), (3.6, 3.2), (count, 2))
    far = np.max(houses.halves_m, axis=1) + draw.uniform(5.0, 9.0, count)
    centres = houses.centres_m + front.away * far[:, None] + front.along * draw.uniform(-7.0, 7.0, (count, 1))
    small = Rectangles(centres, houses.angles_rad, halves)
    free = _free(small, land, 2.0)
    small = small.take(free)
    alone = _first_come(small.polygons(), taken)
    chosen = draw.random(len(alone))
    sheds, pools = small.take(alone & (chosen < 0.5)), small.take(alone & (chosen > 0.96))
    return raise_houses(sheds, np.zeros(len(sheds.angles_rad)), draw, low=True), Rectangles(
        pools.centres_m, pools.angles_rad, pools.halves_m * 1.3
    )


def build_parcels(
    streets: list[Street], land: Land, style: Style, draw: np.random.Generator, *, tallest_m: float
) -> Parcels:
    """Build along the streets of a town.

    Args:
        streets: All roads.
        land: Maps of the ground.
        style: How the scene looks.
        draw: Source of randomness.
        tallest_m: How high large buildings are at most.
    """
    lots, behind = _commerce(
        _frontage(streets, 70.0, draw), land, draw, beside_main=0.12 if tallest_m <= SLENDER_M else 0.5
    )
    shops = raise_halls(lots, behind.away, land.density_at(lots.centres_m), draw, tallest_m=tallest_m)
    width_m = 34.0 - 17.0 * style.built_up
    houses, front = _houses(_frontage(streets, width_m, draw), land, lots.polygons(), draw)
    homes = raise_houses(houses, land.density_at(houses.centres_m), draw)
    drives, tones = _drives(houses, front, draw)
    sheds, pools = _back_gardens(houses, front, land, _polygons(shops, homes), draw)
    yards = _yards(houses, front, width_m, draw)
    lawn = draw.normal(1.0, 0.11, (len(yards.angles_rad), 1)) * draw.normal(
        1.0, 0.05, (len(yards.angles_rad), 3)
    )
    return Parcels(join(join(shops, homes), sheds), drives, tones, lots, yards, lawn, pools)
