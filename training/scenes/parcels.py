"""Where buildings, drives and car parks stand: lots along the streets."""

from dataclasses import dataclass, fields

import numpy as np
import shapely
from numpy.typing import NDArray

from training.scenes.canvas import Metres
from training.scenes.land import Land
from training.scenes.options import Style
from training.scenes.streets import RoadKind, Street, resample

FLAT, GABLE, HIP = 0, 1, 2
"""Kinds of roof."""


@dataclass(frozen=True, slots=True, eq=False)
class Rectangles:
    """Rectangles on the ground, N of them.

    Attributes:
        centres_m: (N, 2) positions.
        angles_rad: (N,) direction of the long side: (cos, sin) in (row, col).
        halves_m: (N, 2) half lengths along and across.
    """

    centres_m: Metres
    angles_rad: NDArray[np.float64]
    halves_m: NDArray[np.float64]

    @property
    def axes(self) -> tuple[Metres, Metres]:
        """(N, 2) unit vectors along and across."""
        cosine, sine = np.cos(self.angles_rad), np.sin(self.angles_rad)
        return np.column_stack([cosine, sine]), np.column_stack([-sine, cosine])

    def place(self, along: NDArray[np.float64], across: NDArray[np.float64]) -> Metres:
        """Return (N, 2) points at offsets in metres from the centres."""
        u, v = self.axes
        points: Metres = self.centres_m + u * along[:, None] + v * across[:, None]
        return points

    def polygons(self) -> NDArray[np.object_]:
        """Return (N,) shapely polygons in (col, row) metres: x right, y down."""
        signs = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]])
        u, v = self.axes
        offsets = self.halves_m[:, None] * signs  # (N, 4, 2)
        corners = self.centres_m[:, None] + offsets[..., :1] * u[:, None] + offsets[..., 1:] * v[:, None]
        polygons: NDArray[np.object_] = shapely.polygons(corners[..., ::-1])
        return polygons

    def take(self, wanted: NDArray) -> "Rectangles":
        """Return some of them, by mask or numbers."""
        return Rectangles(self.centres_m[wanted], self.angles_rad[wanted], self.halves_m[wanted])


@dataclass(frozen=True, slots=True, eq=False)
class Buildings:
    """Rectangular buildings, or wings of buildings, N of them.

    Attributes:
        shape: Footprints; a ridge runs along.
        eaves_m: (N,) height of the walls.
        rise_m: (N,) height of the ridge above the walls, 0 on flat roofs.
        roof: (N,) FLAT, GABLE or HIP.
        roof_rgb: (N, 3) colours.
        wall_rgb: (N, 3) colours.
        parking: (N,) whether cars stand on the roof.
    """

    shape: Rectangles
    eaves_m: NDArray[np.float64]
    rise_m: NDArray[np.float64]
    roof: NDArray[np.int64]
    roof_rgb: NDArray[np.float64]
    wall_rgb: NDArray[np.float64]
    parking: NDArray[np.bool_]


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

    def take(self, wanted: NDArray) -> "_Frontage":
        return _Frontage(*(getattr(self, column.name)[wanted] for column in fields(self)))

    @property
    def angles_rad(self) -> NDArray[np.float64]:
        return np.arctan2(self.along[:, 1], self.along[:, 0])


_ROOF_RGB = np.array(
    [
        (0.33, 0.33, 0.34),
        (0.43, 0.42, 0.42),
        (0.55, 0.54, 0.53),
        (0.40, 0.33, 0.28),
        (0.30, 0.25, 0.23),
        (0.48, 0.41, 0.35),
        (0.47, 0.29, 0.23),
        (0.35, 0.38, 0.42),
        (0.34, 0.39, 0.34),
        (0.68, 0.67, 0.66),
    ]
)
_ROOF_SHARE = np.array([0.2, 0.2, 0.14, 0.12, 0.09, 0.08, 0.05, 0.05, 0.03, 0.04])
_FLAT_RGB = np.array(
    [(0.86, 0.86, 0.85), (0.72, 0.71, 0.68), (0.55, 0.54, 0.53), (0.33, 0.33, 0.34), (0.62, 0.56, 0.48)]
)
_WALL_RGB = np.array(
    [(0.80, 0.79, 0.75), (0.66, 0.62, 0.54), (0.55, 0.35, 0.28), (0.52, 0.55, 0.58), (0.42, 0.38, 0.34)]
)


def _frontage(streets: list[Street], spacing_m: float, draw: np.random.Generator) -> _Frontage:
    """Cut both sides of the streets into lots of about the given width."""
    columns: list[tuple[NDArray, ...]] = []
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
    steps = np.linspace(-1, 1, 5)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    u, v = rectangles.axes
    reach = rectangles.halves_m[:, None] * grid  # (N, 25, 2)
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


def _commerce(front: _Frontage, land: Land, draw: np.random.Generator) -> tuple[Rectangles, _Frontage]:
    """Choose lots for shops and works: large and level, mostly on main roads."""
    chance = np.where(front.main, 0.75, 0.12) * np.clip(2.2 * land.density_at(front.point_m) - 0.5, 0.0, 1.0)
    front = front.take(draw.random(len(chance)) < chance)
    halves = draw.uniform((22.0, 18.0), (48.0, 38.0), (len(front.main), 2))
    lots = _place(front, np.full(len(halves), 3.0), halves)
    free = _free(lots, land, 1.5)
    lots, front = lots.take(free), front.take(free)
    alone = _first_come(lots.polygons(), np.empty(0, dtype=object))
    return lots.take(alone), front.take(alone)


def _shops(
    lots: Rectangles, front: _Frontage, density: NDArray[np.float64], draw: np.random.Generator
) -> Buildings:
    """Put a large flat building on the back part of each lot."""
    count = len(lots.angles_rad)
    depth = lots.halves_m[:, 1] * draw.uniform(0.35, 0.6, count)
    halves = np.column_stack([lots.halves_m[:, 0] * draw.uniform(0.6, 0.94, count), depth])
    shift = (lots.halves_m[:, 1] - depth - 1.0)[:, None] * front.away
    shape = Rectangles(lots.centres_m + shift, lots.angles_rad, halves)
    tone = draw.normal(1.0, 0.06, (count, 1))
    return Buildings(
        shape,
        np.where(
            draw.random(count) < 2.2 * (density - 0.7),
            draw.uniform(13.0, 42.0, count),
            draw.uniform(4.5, 13.0, count),
        ),
        np.zeros(count),
        np.full(count, FLAT),
        _FLAT_RGB[draw.choice(len(_FLAT_RGB), count, p=[0.3, 0.22, 0.22, 0.16, 0.1])] * tone,
        _WALL_RGB[draw.integers(len(_WALL_RGB), size=count)],
        draw.random(count) < 0.12,
    )


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


def _pitched(
    houses: Rectangles, density: NDArray[np.float64], draw: np.random.Generator, *, low: bool = False
) -> Buildings:
    """Give houses roofs, and some a wing."""
    count = len(houses.angles_rad)
    long = houses.halves_m[:, 0] >= houses.halves_m[:, 1]
    shape = Rectangles(
        houses.centres_m,
        houses.angles_rad + np.where(long, 0.0, np.pi / 2),
        np.sort(houses.halves_m, axis=1)[:, ::-1],
    )
    roof = draw.choice([FLAT, GABLE, HIP], count, p=[0.06, 0.68, 0.26])
    roof = np.where(draw.random(count) < density - 0.75, FLAT, roof)
    eaves = draw.choice([3.0, 5.6, 8.4], count, p=[0.3, 0.6, 0.1]) + draw.uniform(-0.2, 0.4, count)
    rise = np.where(roof == FLAT, 0.0, shape.halves_m[:, 1] * draw.uniform(0.4, 0.75, count))
    rgb = _ROOF_RGB[draw.choice(len(_ROOF_RGB), count, p=_ROOF_SHARE)] * draw.normal(1.3, 0.2, (count, 1))
    wall = _WALL_RGB[draw.choice(len(_WALL_RGB), count, p=[0.45, 0.25, 0.1, 0.1, 0.1])]
    eaves = np.where(low, 2.4, eaves)
    winged = np.flatnonzero(draw.random(count) < (0.0 if low else 0.45))
    ends = draw.choice([-1.0, 1.0], (2, len(winged)))
    base = shape.take(winged)
    size = base.halves_m[:, 1] * draw.uniform(0.5, 0.75, len(winged))
    wings = Rectangles(
        base.place(ends[0] * (base.halves_m[:, 0] - size), ends[1] * base.halves_m[:, 1]),
        base.angles_rad + np.pi / 2,
        np.column_stack([size * 1.5, size]),
    )
    both = [
        np.concatenate([a, b])
        for a, b in (
            (shape.centres_m, wings.centres_m),
            (shape.angles_rad, wings.angles_rad),
            (shape.halves_m, wings.halves_m),
        )
    ]
    return Buildings(
        Rectangles(*both),
        np.concatenate([eaves, eaves[winged] - 0.3]),
        np.concatenate([rise, np.where(roof[winged] == FLAT, 0.0, rise[winged] * 0.7)]),
        np.concatenate([roof, roof[winged]]),
        np.concatenate([rgb, rgb[winged]]),
        np.concatenate([wall, wall[winged]]),
        np.zeros(count + len(winged), dtype=bool),
    )


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


def _join(first: Buildings, second: Buildings) -> Buildings:
    shape = Rectangles(
        *(
            np.concatenate([getattr(part.shape, column.name) for part in (first, second)])
            for column in fields(Rectangles)
        )
    )
    rest = [
        np.concatenate([getattr(first, column.name), getattr(second, column.name)])
        for column in fields(Buildings)[1:]
    ]
    return Buildings(shape, *rest)


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
    return _pitched(sheds, np.zeros(len(sheds.angles_rad)), draw, low=True), Rectangles(
        pools.centres_m, pools.angles_rad, pools.halves_m * 1.3
    )


def build_parcels(streets: list[Street], land: Land, style: Style, draw: np.random.Generator) -> Parcels:
    """Build along the streets of a town.

    Args:
        streets: All roads.
        land: Maps of the ground.
        style: How the scene looks.
        draw: Source of randomness.
    """
    lots, behind = _commerce(_frontage(streets, 70.0, draw), land, draw)
    shops = _shops(lots, behind, land.density_at(lots.centres_m), draw)
    width_m = 34.0 - 17.0 * style.built_up
    houses, front = _houses(_frontage(streets, width_m, draw), land, lots.polygons(), draw)
    homes = _pitched(houses, land.density_at(houses.centres_m), draw)
    drives, tones = _drives(houses, front, draw)
    sheds, pools = _back_gardens(houses, front, land, _polygons(shops, homes), draw)
    yards = _yards(houses, front, width_m, draw)
    lawn = draw.normal(1.0, 0.11, (len(yards.angles_rad), 1)) * draw.normal(
        1.0, 0.05, (len(yards.angles_rad), 3)
    )
    return Parcels(_join(_join(shops, homes), sheds), drives, tones, lots, yards, lawn, pools)
