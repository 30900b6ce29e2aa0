"""Buildings as solids: walls, roofs and colours for given footprints."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from training.scenes.canvas import Metres
from training.scenes.rectangles import Rectangles

FLAT, GABLE, HIP = 0, 1, 2
"""Kinds of roof."""


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
        wing_of: (N,) number of the building that this one is a wing of, -1 for none.
    """

    shape: Rectangles
    eaves_m: NDArray[np.float64]
    rise_m: NDArray[np.float64]
    roof: NDArray[np.int64]
    roof_rgb: NDArray[np.float64]
    wall_rgb: NDArray[np.float64]
    parking: NDArray[np.bool_]
    wing_of: NDArray[np.int64]


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


SLENDER_M = 42.0
"""Large buildings higher than this cover less ground. A town of such towers has more tall buildings."""


def raise_halls(
    lots: Rectangles,
    away: Metres,
    density: NDArray[np.float64],
    draw: np.random.Generator,
    *,
    tallest_m: float = SLENDER_M,
) -> Buildings:
    """Put a large flat building on the back part of each lot; in inner towns some are tall.

    Args:
        lots: (N) plots whose long side lies along the street.
        away: (N, 2) unit vectors off the street.
        density: (N,) how built up the place is.
        draw: Source of randomness.
        tallest_m: How high the tall ones are at most.
    """
    count = len(lots.angles_rad)
    depth = lots.halves_m[:, 1] * draw.uniform(0.35, 0.6, count)
    halves = np.column_stack([lots.halves_m[:, 0] * draw.uniform(0.6, 0.94, count), depth])
    shift = (lots.halves_m[:, 1] - depth - 1.0)[:, None] * away
    tall = draw.random(count) < 2.2 * (density - (0.7 if tallest_m <= SLENDER_M else 0.45))
    tone = draw.normal(1.0, 0.06, (count, 1))
    eaves = np.where(tall, draw.uniform(13.0, tallest_m, count), draw.uniform(4.5, 13.0, count))
    halves = np.where(eaves[:, None] > SLENDER_M, 0.5 * halves, halves)
    return Buildings(
        Rectangles(lots.centres_m + shift, lots.angles_rad, halves),
        eaves,
        np.zeros(count),
        np.full(count, FLAT),
        _FLAT_RGB[draw.choice(len(_FLAT_RGB), count, p=[0.3, 0.22, 0.22, 0.16, 0.1])] * tone,
        _WALL_RGB[draw.integers(len(_WALL_RGB), size=count)],
        draw.random(count) < 0.12,
        np.full(count, -1),
    )


def raise_houses(
    houses: Rectangles, density: NDArray[np.float64], draw: np.random.Generator, *, low: bool = False
) -> Buildings:
    """Give houses walls and roofs, and some a wing.

    Args:
        houses: (N) footprints.
        density: (N,) how built up the place is.
        draw: Source of randomness.
        low: Whether these are sheds and garages.
    """
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
    rgb = _ROOF_RGB[draw.choice(len(_ROOF_RGB), count, p=_ROOF_SHARE)]
    rgb = (0.8 * rgb + 0.2 * rgb.mean(axis=1, keepdims=True)) * draw.normal(1.3, 0.2, (count, 1))
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
        np.concatenate([np.full(count, -1), winged]),
    )


def join(first: Buildings, second: Buildings) -> Buildings:
    """Return the buildings of both."""
    shape = Rectangles(
        *(
            np.concatenate([getattr(part.shape, column.name) for part in (first, second)])
            for column in fields(Rectangles)
        )
    )
    columns = {
        column.name: np.concatenate([getattr(first, column.name), getattr(second, column.name)])
        for column in fields(Buildings)[1:]
    }
    shift = np.repeat([0, len(first.eaves_m)], [len(first.eaves_m), len(second.eaves_m)])
    columns["wing_of"] = np.where(columns["wing_of"] >= 0, columns["wing_of"] + shift, -1)
    return Buildings(shape=shape, **columns)
