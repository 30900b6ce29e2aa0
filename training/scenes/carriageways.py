"""Roads on the canvas: asphalt, verges, pavements for walkers, markings, embankments and decks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.scenes.canvas import Canvas, Metres, stamp
from training.scenes.noise import fractal_noise
from training.scenes.options import SceneOptions, Style
from training.scenes.streets import BULB_RADIUS_M, RoadKind, Street

_VERGE_M = 4.5
"""How far beside the carriageway a road shows: pavement, verge or shoulder."""

_SLOPE = 0.55
"""Height lost per metre down an embankment."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Straight pieces of streets: (P,) each, points (P, 2)."""

    start_m: Metres
    end_m: Metres
    z_m: NDArray[np.float64]  # (P, 2)
    half_m: NDArray[np.float64]
    street: NDArray[np.int64]
    station_m: NDArray[np.float64]
    deck: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """Pixels near roads (M,), each with its nearest piece."""

    cell: NDArray[np.int64]
    street: NDArray[np.int64]
    edge_m: NDArray[np.float32]
    lateral_m: NDArray[np.float32]
    station_m: NDArray[np.float32]
    z_m: NDArray[np.float32]
    deck: NDArray[np.bool_]


def paint_roads(
    canvas: Canvas, streets: list[Street], options: SceneOptions, style: Style, draw: np.random.Generator
) -> None:
    """Paint all roads, those on the ground first.

    Args:
        canvas: Painted in place.
        streets: All roads.
        options: What to render.
        style: How the scene looks.
        draw: Source of randomness.
    """
    if not streets:
        return
    tones = draw.normal(1.0, 0.11, len(streets)).astype(np.float32)
    wear = fractal_noise(draw, options.extent_m, wavelengths_m=(45.0, 12.0, 3.0), persistence=0.8)
    texture = wear.on_axes(canvas.rows_m, canvas.cols_m).ravel()
    grain = draw.standard_normal(canvas.shape, dtype=np.float32).ravel()
    for raised in (False, True):
        pieces = _cut(streets, raised=raised)
        if len(pieces.street):
            near = _nearest(canvas, pieces, 14.0 if raised else _VERGE_M)
            if near is not None:
                _paint_layer(canvas, near, streets, style, tones, (texture, grain))


def _cut(streets: list[Street], *, raised: bool) -> _Pieces:
    columns = []
    for number, street in enumerate(streets):
        z = np.column_stack([street.z_m[:-1], street.z_m[1:]])
        wanted = (z.max(axis=1) > 0.02) == raised
        columns.append(
            (
                street.points_m[:-1][wanted],
                street.points_m[1:][wanted],
                z[wanted],
                np.full(wanted.sum(), street.width_m / 2),
                np.full(wanted.sum(), number),
                street.stations_m[:-1][wanted],
                street.layer[wanted] > 0,
            )
        )
        if street.bulb and not raised:
            end = street.points_m[-1:]
            disc = (
                end,
                end,
                np.zeros((1, 2)),
                np.array([BULB_RADIUS_M]),
                np.array([number]),
                street.stations_m[-1:],
            )
            columns.append((*disc, np.zeros(1, dtype=bool)))
    return _Pieces(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _nearest(canvas: Canvas, pieces: _Pieces, reach_m: float) -> _Near | None:
    """Find the pixels within reach of a road and the piece whose edge is nearest; None without any."""
    vector = pieces.end_m - pieces.start_m
    length = np.hypot(*vector.T)
    angle = np.arctan2(vector[:, 1], vector[:, 0])
    radius = length / 2 + pieces.half_m + reach_m
    best = np.full(canvas.height_m.size, np.inf, dtype=np.float32)
    found = []
    half, halves = pieces.half_m.astype(np.float32), (length / 2).astype(np.float32)
    for stamps in stamp(canvas, (pieces.start_m + pieces.end_m) / 2, radius):
        along, across = stamps.along(angle)
        beyond = np.maximum(np.abs(along) - halves[stamps.item], 0.0)
        edge = np.sqrt(beyond * beyond + across * across) - half[stamps.item]
        close = edge < reach_m
        cell, edge = stamps.cell[close], edge[close]
        np.minimum.at(best, cell, edge)
        found.append((cell, stamps.item[close], edge, across[close], along[close]))
    if not found:
        return None
    cell, item, edge, across, along = (np.concatenate(column) for column in zip(*found, strict=True))
    first = edge == best[cell]
    cell, item, edge, across, along = (column[first] for column in (cell, item, edge, across, along))
    share = np.clip(along / np.maximum(length[item], 1e-6) + 0.5, 0.0, 1.0)
    z = pieces.z_m[item, 0] + share * (pieces.z_m[item, 1] - pieces.z_m[item, 0])
    station = (pieces.station_m[item] + share * length[item]).astype(np.float32)
    return _Near(cell, pieces.street[item], edge, across, station, z.astype(np.float32), pieces.deck[item])


def _paint_layer(
    canvas: Canvas,
    near: _Near,
    streets: list[Street],
    style: Style,
    tones: NDArray[np.float32],
    textures: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    texture, grain = textures[0][near.cell], textures[1][near.cell]
    kinds = np.array([street.kind for street in streets])
    _shape_ground(canvas, near)
    _paint_verge(canvas, near, kinds, style, grain)
    cover = np.clip(0.5 - near.edge_m / canvas.m_per_px, 0.0, 1.0)
    light = tones[near.street] * (1.0 + 0.05 * texture + 0.03 * grain)
    light *= 1.0 - 0.09 * np.clip(1.0 + near.edge_m / 1.2, 0.0, 1.0)  # dirt gathers at the kerb
    light = np.where(near.deck, 1.18 * light, light)
    lines, yellow = _markings(canvas, near, streets)
    colour = style.asphalt[:, None] * light
    paint = np.where(yellow, np.array([[0.80], [0.66], [0.25]]), 0.88).astype(np.float32)
    canvas.paint(near.cell, colour + lines * (paint - colour), cover)


def _shape_ground(canvas: Canvas, near: _Near) -> None:
    """Raise decks, and embankments that slope down beside the carriageway."""
    raised = near.z_m > 0.02
    outside = np.maximum(near.edge_m, 0.0)
    height = np.where(
        near.deck,
        np.where(near.edge_m < 1.0, near.z_m, 0.0),
        near.z_m - _SLOPE * np.maximum(outside - 1.0, 0.0),
    )
    cell, height = near.cell[raised], np.maximum(height[raised], 0.0).astype(np.float32)
    flat = canvas.height_m.reshape(-1)
    np.maximum.at(flat, cell, height)


def _paint_verge(
    canvas: Canvas, near: _Near, kinds: NDArray[np.str_], style: Style, grain: NDArray[np.float32]
) -> None:
    """Pavements along some streets, gravel or dry grass along the others; grass on embankments."""
    fast = np.isin(kinds, [RoadKind.MOTORWAY, RoadKind.RAMP, RoadKind.DUAL])
    paved = ~fast & ((np.arange(len(kinds)) * 7919 % 100) < 100 * np.clip(1.5 * style.built_up - 0.2, 0, 1))
    distance = near.edge_m
    walk = paved[near.street] & (np.abs(distance - 2.2) < 0.8)
    kerb = np.clip(1.0 - distance / 1.1, 0.0, 1.0) * 0.35
    alpha = np.where(walk, 0.85 if style.built_up > 0.4 else 0.5, kerb).astype(np.float32)
    high = (near.z_m > 0.02) & ~near.deck & (near.z_m > _SLOPE * (distance - 1.0))
    alpha = np.where(high, 0.9, alpha)
    alpha = np.where(near.deck & (distance < 1.0), 1.0, np.where(near.deck, 0.0, alpha)).astype(np.float32)
    stone = np.array([0.62, 0.61, 0.58], dtype=np.float32)[:, None]
    dust = (0.5 * style.soil + 0.5 * style.asphalt)[:, None]
    colour = np.where(walk | near.deck, stone, np.where(high, style.grass[:, None], dust)) * (
        1.0 + 0.04 * grain
    )
    canvas.paint(near.cell, colour.astype(np.float32), alpha)


def _markings(
    canvas: Canvas, near: _Near, streets: list[Street]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the cover of painted lines (M,) and whether they are yellow (M,).

    A line is 0.15 m wide (0.3 m for a double one): at 1 m/px only a faint trace of it is left.
    """
    kinds = np.array([street.kind for street in streets])[near.street]
    length = np.array([street.stations_m[-1] for street in streets], dtype=np.float32)[near.street]
    clear = (near.station_m > 12.0) & (near.station_m < length - 12.0)
    half = np.array([street.width_m / 2 for street in streets], dtype=np.float32)[near.street]
    main = kinds == RoadKind.MAIN
    divided = np.isin(kinds, [RoadKind.MOTORWAY, RoadKind.DUAL])
    dash = (near.station_m % 12.0) < 4.0
    offset = np.abs(near.lateral_m)
    centre = _line(canvas, offset, 0.3) * (main & clear)
    lane = _line(canvas, offset, 0.15) * (divided & dash)
    edge = _line(canvas, np.abs(offset - half + 0.4), 0.15) * (
        (main & clear) | divided | (kinds == RoadKind.RAMP)
    )
    return np.maximum(np.maximum(centre, lane), edge), centre > 0


def _line(canvas: Canvas, distance_m: NDArray[np.float32], width_m: float) -> NDArray[np.float32]:
    """Return the share of each pixel that a line of the given width covers."""
    pixel = canvas.m_per_px
    reach = (width_m + pixel) / 2
    cover = np.clip((reach - distance_m) / pixel, 0.0, min(1.0, width_m / pixel))
    return np.asarray(cover, dtype=np.float32)
