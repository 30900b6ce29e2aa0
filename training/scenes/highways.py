"""Roads with a median: at grade, or as a motorway carried over the streets, with ramps."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from training.scenes.canvas import Metres
from training.scenes.junctions import cut_line, insert_vertices, line_of
from training.scenes.options import SceneOptions
from training.scenes.streets import SAMPLE_M, RoadKind, Street, level_street, resample, stations

_FLAT_M = 30.0
_CLIMB_M = 150.0
"""Distance along the motorway that stays high about a crossing, and that it takes to come down."""

_ABUTMENT_M = 13.0
"""A bridge reaches this far past the edge of the street below: the foot of its embankment."""

_RAMP_M = 165.0
"""Distance along the motorway from a crossing to the start of its ramps."""

_TERMINAL_M = 58.0
"""Distance from the motorway's axis to where its ramps meet the street."""


@dataclass(frozen=True, slots=True, eq=False)
class _Corridor:
    """The axis of a road with a median, and what lies across it."""

    axis_m: Metres
    middle_m: float
    offset_m: float
    width_m: float
    kind: RoadKind

    def polygon(self, extra_m: float) -> shapely.Polygon:
        return shapely.buffer(shapely.linestrings(self.axis_m), self.offset_m + self.width_m / 2 + extra_m)


def add_highway(streets: list[Street], options: SceneOptions, draw: np.random.Generator) -> list[Street]:
    """Lay a road with a median across a town; streets in its way are taken out.

    Args:
        streets: Streets on the ground.
        options: Whether it passes over the streets; extent of the town.
        draw: Source of randomness.

    Returns:
        All roads; at-grade crossings are not yet noded.
    """
    corridor = _choose_corridor(options, draw)
    if not options.overpasses:
        return _clear(streets, corridor, 4.0) + [_carriageway(corridor, side) for side in (-1.0, 1.0)]
    crossing = _cross_street(corridor, draw)
    ramps = _ramp_lines(corridor, crossing)
    zone = shapely.union_all([shapely.buffer(shapely.linestrings(line), 16.0) for line in ramps])
    zone = shapely.union(zone, shapely.buffer(line_of(crossing), 12.0))
    streets = [s for s in _clear(streets, corridor, 14.0) if not shapely.intersects(zone, line_of(s))]
    crossing, streets = _connect(crossing, corridor, streets)
    for line in ramps:
        crossing = insert_vertices(crossing, line[-1:])
    below = [*streets, crossing]
    decks = [_raise(_carriageway(corridor, side), below, draw) for side in (-1.0, 1.0)]
    rising = []
    for number, line in enumerate(ramps):
        side = number // 2
        decks[side] = insert_vertices(decks[side], line[:1])
        rising.append(_ramp(line, decks[side]))
    return [*below, *decks, *rising]


def _choose_corridor(options: SceneOptions, draw: np.random.Generator) -> _Corridor:
    """Draw a gently bent axis through the middle part of the image."""
    extent = np.array(options.extent_m)
    turn = draw.uniform(0, np.pi)
    along, off = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    reach = np.hypot(*extent) / 2 + options.street_margin_m + 250.0
    t = np.arange(-reach, reach, SAMPLE_M)
    wave, phase = draw.uniform(900.0, 1800.0), draw.uniform(0, 2 * np.pi)
    bend = (
        draw.uniform(0.1, 0.28) * wave / (2 * np.pi) * (np.sin(2 * np.pi * t / wave + phase) - np.sin(phase))
    )
    centre = extent / 2 + draw.uniform(-0.15, 0.15, 2) * extent
    axis = centre + t[:, None] * along + bend[:, None] * off
    if options.overpasses:
        return _Corridor(
            axis, float(stations(axis)[-1] / 2), draw.uniform(9.5, 14.0), 11.0, RoadKind.MOTORWAY
        )
    return _Corridor(axis, float(stations(axis)[-1] / 2), draw.uniform(5.5, 8.0), 7.6, RoadKind.DUAL)


def _shift(points_m: Metres, offset_m: float) -> Metres:
    tangent = np.gradient(points_m, axis=0)
    tangent /= np.hypot(*tangent.T)[:, None]
    shifted: Metres = points_m + offset_m * tangent[:, ::-1] * [-1.0, 1.0]
    return shifted


def _carriageway(corridor: _Corridor, side: float) -> Street:
    return level_street(_shift(corridor.axis_m, side * corridor.offset_m), corridor.kind, corridor.width_m)


def _clear(streets: list[Street], corridor: _Corridor, extra_m: float) -> list[Street]:
    """Take out streets that end in the corridor or run along it; those that cross it stay."""
    band = corridor.polygon(extra_m)
    shapely.prepare(band)
    widest = 3.0 * (corridor.offset_m + corridor.width_m / 2 + extra_m)
    kept = []
    for street in streets:
        ends = shapely.points(street.points_m[[0, -1]])
        inside = shapely.length(shapely.intersection(line_of(street), band))
        if not shapely.intersects(band, ends).any() and inside < widest:
            kept.append(street)
    return kept


def _cross_street(corridor: _Corridor, draw: np.random.Generator) -> Street:
    """Lay a street square under the middle of the motorway; it serves the ramps."""
    along = stations(corridor.axis_m)
    middle, ahead = (
        np.array([np.interp(at, along, corridor.axis_m[:, axis]) for axis in (0, 1)])
        for at in (corridor.middle_m, corridor.middle_m + 1.0)
    )
    off = (ahead - middle)[::-1] * [-1.0, 1.0]
    line = resample(np.array([middle - 110.0 * off, middle + 110.0 * off]))
    return level_street(line, RoadKind.MAIN, draw.uniform(9.0, 12.0))


def _connect(crossing: Street, corridor: _Corridor, streets: list[Street]) -> tuple[Street, list[Street]]:
    """Lengthen the cross street at both ends to the first street ahead, if one comes before the motorway."""
    line = crossing.points_m
    band = corridor.polygon(14.0)
    for _ in range(2):
        start, way = line[-1], line[-1] - line[-2]
        ray = shapely.linestrings([start, start + 600.0 / np.hypot(*way) * way])
        lines = np.array([line_of(street) for street in streets], dtype=object)
        met = shapely.intersection(ray, lines)
        far_m = np.nan_to_num(shapely.distance(shapely.points(start), met), nan=np.inf)
        far_m[far_m < 5.0] = np.inf
        end_m = np.nan_to_num(
            shapely.distance(shapely.points(start), shapely.intersection(ray, band)), nan=np.inf
        )
        first = int(np.argmin(far_m)) if len(streets) else -1
        if first >= 0 and far_m[first] < min(end_m, 600.0):
            points = shapely.get_coordinates(met[first])
            point = points[int(np.argmin(np.hypot(*(points - start).T)))]
            streets = [*streets[:first], insert_vertices(streets[first], point), *streets[first + 1 :]]
            line = np.concatenate([line[:-1], resample(np.array([start, point]))])
        line = line[::-1]
    return level_street(line, crossing.kind, crossing.width_m), streets


def _ramp_lines(corridor: _Corridor, crossing: Street) -> list[Metres]:
    """Return four curves from the carriageways to the cross street, the first two on the first side."""
    lines = []
    foot = line_of(crossing)
    middle = float(shapely.length(foot)) / 2
    for side in (-1.0, 1.0):
        way = _shift(corridor.axis_m, side * corridor.offset_m)
        along = stations(way)
        at = float(
            shapely.line_locate_point(
                shapely.linestrings(way), shapely.intersection(foot, shapely.linestrings(way))
            )
        )
        end = shapely.get_coordinates(shapely.line_interpolate_point(foot, middle + side * _TERMINAL_M))[0]
        for direction in (-1.0, 1.0):
            start, after = (
                np.array([np.interp(at + direction * far, along, way[:, axis]) for axis in (0, 1)])
                for far in (_RAMP_M, _RAMP_M - 1.0)
            )
            tangent = after - start
            lines.append(resample(_bezier(start, start + 75.0 * tangent, end - 55.0 * tangent, end)))
    return lines


def _bezier(*controls: Metres) -> Metres:
    t = np.linspace(0, 1, 40)[:, None]
    a, b, c, d = controls
    curve: Metres = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
    return curve


def _raise(road: Street, below: list[Street], draw: np.random.Generator) -> Street:
    """Carry a road over the streets that it crosses: embankments up to bridges on layer 1."""
    line = line_of(road)
    spans = []
    for street in below:
        crossed = shapely.intersection(line, line_of(street))
        for point in shapely.get_coordinates(crossed):
            at = float(shapely.line_locate_point(line, shapely.points(point)))
            spans.append((at, _half_span(road, street, at, point)))
    if not spans:
        return road
    middles, halves = np.array(spans).T
    points = cut_line(road.points_m, np.sort(np.concatenate([middles - halves, middles + halves])))
    along = stations(points)
    top_m = draw.uniform(5.8, 7.0)
    nearest = np.abs(along[:, None] - middles).min(axis=1)
    fall = np.clip((nearest - _FLAT_M) / _CLIMB_M, 0.0, 1.0)
    centres = (along[:-1] + along[1:]) / 2
    bridged = (np.abs(centres[:, None] - middles) < halves).any(axis=1)
    return replace(
        road,
        points_m=points,
        z_m=top_m * 0.5 * (1.0 + np.cos(np.pi * fall)),
        layer=bridged.astype(np.int16),
    )


def _half_span(road: Street, street: Street, at_m: float, point: Metres) -> float:
    """Half the length of a bridge: longer where the street passes at a slant."""
    along = stations(road.points_m)
    piece = int(np.clip(np.searchsorted(along, at_m) - 1, 0, len(along) - 2))
    ahead = road.points_m[piece + 1] - road.points_m[piece]
    nearest = int(np.argmin(np.hypot(*(street.points_m[:-1] - point).T)))
    beside = street.points_m[nearest + 1] - street.points_m[nearest]
    sine = abs(ahead[0] * beside[1] - ahead[1] * beside[0]) / (np.hypot(*ahead) * np.hypot(*beside))
    return float(min((street.width_m / 2 + _ABUTMENT_M) / max(sine, 0.4), _FLAT_M))


def _ramp(line: Metres, deck: Street) -> Street:
    """Let a ramp come down from its carriageway to the street."""
    start: NDArray[np.float64] = np.hypot(*(deck.points_m - line[0]).T)
    top_m = float(deck.z_m[int(np.argmin(start))])
    share = stations(line) / stations(line)[-1]
    z = top_m * 0.5 * (1.0 + np.cos(np.pi * np.clip(share / 0.85, 0.0, 1.0)))
    ramp = level_street(line, RoadKind.RAMP, 5.5)
    return replace(ramp, z_m=np.where(share > 0.84, 0.0, z))
