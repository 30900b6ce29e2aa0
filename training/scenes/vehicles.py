"""Car parks on the ground and on roofs, drives, and the cars on them and in the streets."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.scenes.canvas import Canvas, Metres, stamp
from training.scenes.options import Style
from training.scenes.parcels import Parcels
from training.scenes.rectangles import Rectangles
from training.scenes.streets import RoadKind, Street, resample

_CAR_RGB = np.array(
    [
        (0.85, 0.85, 0.85),
        (0.62, 0.63, 0.64),
        (0.40, 0.41, 0.43),
        (0.13, 0.13, 0.14),
        (0.45, 0.12, 0.11),
        (0.13, 0.20, 0.36),
        (0.52, 0.47, 0.38),
        (0.15, 0.26, 0.20),
    ]
)
_CAR_SHARE = np.array([0.24, 0.22, 0.14, 0.18, 0.08, 0.08, 0.04, 0.02])

_STALL_M, _MODULE_M = 2.7, 16.4
"""Width of a stall; depth of two facing rows and the aisle between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Cars:
    """Cars, N of them.

    Attributes:
        shape: Outlines.
        base_m: (N,) height of what they stand on.
        rgb: (N, 3) colours.
    """

    shape: Rectangles
    base_m: NDArray[np.float64]
    rgb: NDArray[np.float64]


def park_cars(streets: list[Street], parcels: Parcels, draw: np.random.Generator) -> Cars:
    """Put cars on car parks, drives and streets.

    Args:
        streets: All roads.
        parcels: Car parks, drives and roofs for cars.
        draw: Source of randomness.
    """
    roofs = np.flatnonzero(parcels.buildings.parking).tolist()
    lots = parcels.lots
    places = [
        *(
            _stalls(lots, number, draw.uniform(0.15, 0.85), 0.0, draw)
            for number in range(len(lots.angles_rad))
        ),
        *(
            _stalls(
                parcels.buildings.shape,
                number,
                draw.uniform(0.3, 0.8),
                parcels.buildings.eaves_m[number],
                draw,
            )
            for number in roofs
        ),
        _on_drives(parcels.drives, draw),
        *(_in_street(street, draw) for street in streets),
    ]
    points, angles, base = (np.concatenate(column) for column in zip(*places, strict=True))
    count = len(points)
    halves = np.column_stack([draw.uniform(2.0, 2.5, count), draw.uniform(0.85, 1.0, count)])
    rgb = _CAR_RGB[draw.choice(len(_CAR_RGB), count, p=_CAR_SHARE)] * draw.normal(1.0, 0.08, (count, 1))
    return Cars(Rectangles(points, angles, halves), base, rgb)


_Places = tuple[Metres, NDArray[np.float64], NDArray[np.float64]]


def _stalls(lots: Rectangles, number: int, share: float, base_m: float, draw: np.random.Generator) -> _Places:
    """Fill a share of the stalls of one lot; the middle of its length is busiest."""
    half = lots.halves_m[number] - 1.5
    along = np.arange(-half[0] + _STALL_M / 2, half[0], _STALL_M)
    across = np.arange(-half[1], half[1] - 2.4, _MODULE_M / 2)
    # Rows stand 2.5 m from either side of each module's middle line.
    rows = np.sort(np.concatenate([across[::2] + 2.6, across[1::2] + 5.6]))
    u, v = np.meshgrid(along, rows[rows < half[1] - 2.0], indexing="ij")
    taken = draw.random(u.shape) < share * (1.1 - 0.5 * np.abs(u) / max(half[0], 1.0))
    lot = lots.take(np.full(int(taken.sum()), number))
    points = lot.place(u[taken] + draw.normal(0, 0.1, len(lot.angles_rad)), v[taken])
    return points, lot.angles_rad + np.pi / 2, np.full(len(points), base_m)


def _on_drives(drives: Rectangles, draw: np.random.Generator) -> _Places:
    used = drives.take(draw.random(len(drives.angles_rad)) < 0.5)
    along = used.halves_m[:, 0] * draw.uniform(0.1, 0.75, len(used.angles_rad))
    points = used.place(along, np.zeros(len(along)))
    return points, used.angles_rad, np.zeros(len(points))


def _in_street(street: Street, draw: np.random.Generator) -> _Places:
    """Let cars drive on the right, and stand at the kerb of side streets."""
    parked = street.kind is RoadKind.RESIDENTIAL
    gap_m = {RoadKind.RESIDENTIAL: 14.0, RoadKind.MAIN: 45.0}.get(street.kind, 60.0)
    line = resample(street.points_m, gap_m)
    vector = np.diff(line, axis=0)
    along = vector / np.hypot(*vector.T)[:, None]
    share = draw.uniform(0, 1, len(vector))
    side = draw.choice([-1.0, 1.0], len(vector))
    if street.kind in (RoadKind.MOTORWAY, RoadKind.DUAL):
        offset = side * street.width_m * 0.23
    else:
        offset = side * np.where(parked, street.width_m / 2 - 1.1, street.width_m * 0.23)
    spot = line[:-1] + share[:, None] * vector + offset[:, None] * along[:, ::-1] * [-1.0, 1.0]
    along_m = street.stations_m
    height = np.interp((share + np.arange(len(vector))) / len(vector) * along_m[-1], along_m, street.z_m)
    shown = draw.random(len(vector)) < (0.16 if parked else 0.6)
    return spot[shown], np.arctan2(along[:, 1], along[:, 0])[shown], height[shown]


def paint_paving(canvas: Canvas, parcels: Parcels, style: Style, draw: np.random.Generator) -> None:
    """Paint drives and car parks on the ground, before the roads.

    Args:
        canvas: Painted in place.
        parcels: What to pave.
        style: Colour of asphalt.
        draw: Source of randomness.
    """
    yards = parcels.yard_tones * style.grass * 0.97
    _pave(canvas, parcels.yards, yards, draw, stalls=False, opacity=0.62)
    pools = parcels.pools
    _pave(
        canvas,
        Rectangles(pools.centres_m, pools.angles_rad, pools.halves_m + 0.9),
        np.full((len(pools.angles_rad), 3), 0.7),
        draw,
    )
    _pave(canvas, pools, np.tile([0.33, 0.62, 0.72], (len(pools.angles_rad), 1)), draw)
    tones = parcels.drive_tones
    _pave(canvas, parcels.drives, tones[:, None] * style.asphalt, draw)
    count = len(parcels.lots.angles_rad)
    colours = style.asphalt * draw.normal(0.95, 0.12, (count, 1))
    _pave(canvas, parcels.lots, colours, draw, stalls=True)


def paint_roof_parking(canvas: Canvas, parcels: Parcels, draw: np.random.Generator) -> None:
    """Paint stalls on the roofs that are car parks, after the roofs."""
    roofs = np.flatnonzero(parcels.buildings.parking)
    shape = parcels.buildings.shape.take(roofs)
    inner = Rectangles(shape.centres_m, shape.angles_rad, shape.halves_m - 0.8)
    _pave(canvas, inner, np.full((len(roofs), 3), 0.5), draw, stalls=True)


def _pave(
    canvas: Canvas,
    shape: Rectangles,
    colours: NDArray[Any],
    draw: np.random.Generator,
    *,
    stalls: bool = False,
    opacity: float = 1.0,
) -> None:
    for near in stamp(canvas, shape.centres_m, np.hypot(*shape.halves_m.T)):
        along, across = near.along(shape.angles_rad)
        half = shape.halves_m.astype(np.float32)[near.item]
        gap = np.minimum(half[:, 0] - np.abs(along), half[:, 1] - np.abs(across))
        inside = gap > -0.5 * canvas.m_per_px
        paved, along, across, half, gap = (
            near.keep(inside),
            along[inside],
            across[inside],
            half[inside],
            gap[inside],
        )
        light = 1.0 + 0.035 * draw.standard_normal(len(gap), dtype=np.float32)
        colour = (colours.astype(np.float32)[paved.item] * light[:, None]).T
        if stalls:
            lines = _stall_lines(canvas, along + half[:, 0] - 1.5, across + half[:, 1] - 1.5)
            colour += np.where(gap > 1.5, lines, 0.0) * (0.85 - colour)
        canvas.paint(
            paved.cell,
            colour.astype(np.float32),
            opacity * np.clip(gap / canvas.m_per_px + 0.5, 0, 1).astype(np.float32),
        )


def _stall_lines(
    canvas: Canvas, along: NDArray[np.float32], across: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the cover of the lines between stalls, 0.12 m wide."""
    depth = across % _MODULE_M
    in_row = (depth < 5.0) | (depth > _MODULE_M - 5.0)
    place = np.abs((along + _STALL_M / 2) % _STALL_M - _STALL_M / 2)
    pixel = canvas.m_per_px
    cover = np.clip(((0.12 + pixel) / 2 - place) / pixel, 0.0, min(1.0, 0.12 / pixel))
    return np.where(in_row, cover, 0.0).astype(np.float32)


def paint_cars(canvas: Canvas, cars: Cars) -> None:
    """Paint cars: body, darker glass, and their height.

    Args:
        canvas: Painted in place.
        cars: What to paint.
    """
    flat = canvas.height_m.reshape(-1)
    half_px = canvas.m_per_px / 2
    for near in stamp(canvas, cars.shape.centres_m, np.full(len(cars.base_m), 3.0)):
        along, across = near.along(cars.shape.angles_rad)
        half = cars.shape.halves_m.astype(np.float32)[near.item]
        gap = np.minimum(half[:, 0] - np.abs(along), half[:, 1] - np.abs(across))
        cover = np.clip((gap + half_px) / canvas.m_per_px, 0.0, 1.0).astype(np.float32)
        # What stands higher than the car's own ground hides it: a hall on the car park, a deck above.
        seen = (cover > 0.05) & (flat[near.cell] < cars.base_m[near.item] + 0.8)
        body, along, gap, cover = near.keep(seen), along[seen], gap[seen], cover[seen]
        glass = (np.abs(along - 0.5) < 0.45) | (np.abs(along + 1.35) < 0.3)
        tone = np.where(glass & (canvas.m_per_px <= 0.6), 0.35, 1.0)
        colour = (cars.rgb.astype(np.float32)[body.item] * tone[:, None]).T.astype(np.float32)
        canvas.paint(body.cell, colour, cover)
        roof = cover > 0.5
        top = cars.base_m[body.item] + np.where(np.abs(along + 0.4) < 1.2, 1.5, 1.0)
        np.maximum.at(flat, body.cell[roof], top[roof].astype(np.float32))
        canvas.relief.reshape(-1)[body.cell[roof]] = 1.0
