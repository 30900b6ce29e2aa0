"""Where streets meet: shared vertices at crossings on one level, and roundabouts."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from training.scenes.canvas import Metres
from training.scenes.streets import RoadKind, Street, level_street, stations

_SAME_M = 2.0
"""A crossing this near an inner vertex moves that vertex instead of adding one."""

RAISED_M = 0.02
"""Pieces of road with an end above this are not on the ground."""


def insert_vertices(street: Street, points_m: Metres) -> Street:
    """Return the street with points on it made vertices; near inner vertices move there.

    Args:
        street: Any street.
        points_m: (K, 2) points on its line.
    """
    for point in np.atleast_2d(points_m):
        start, vector = street.points_m[:-1], np.diff(street.points_m, axis=0)
        share = ((point - start) * vector).sum(axis=1) / np.maximum((vector**2).sum(axis=1), 1e-12)
        share = np.clip(share, 0.0, 1.0)
        piece = int(np.argmin(np.hypot(*(start + share[:, None] * vector - point).T)))
        street = _with_vertex(street, piece, float(share[piece]), point)
    return street


def _with_vertex(street: Street, piece: int, share: float, point: Metres) -> Street:
    line, z = street.points_m, street.z_m
    length = float(np.hypot(*(line[piece + 1] - line[piece])))
    near = piece if share * length < _SAME_M else piece + 1 if (1 - share) * length < _SAME_M else -1
    if near in (0, len(line) - 1) and np.hypot(*(line[near] - point)) < 1e-6:
        return street
    if 0 < near < len(line) - 1:
        line = line.copy()
        line[near] = point
        return replace(street, points_m=line)
    return replace(
        street,
        points_m=np.insert(line, piece + 1, point, axis=0),
        z_m=np.insert(z, piece + 1, z[piece] + share * (z[piece + 1] - z[piece])),
        layer=np.insert(street.layer, piece + 1, street.layer[piece]),
    )


def node_crossings(streets: list[Street]) -> list[Street]:
    """Give streets that cross on the ground a shared vertex there; raised pieces stay apart.

    Args:
        streets: All roads.
    """
    if not streets:
        return []
    ends = np.concatenate([np.stack([s.points_m[:-1], s.points_m[1:]], axis=1) for s in streets])
    owner = np.repeat(np.arange(len(streets)), [len(s.points_m) - 1 for s in streets])
    raised = np.concatenate([np.maximum(s.z_m[:-1], s.z_m[1:]) > RAISED_M for s in streets])
    ends, owner = ends[~raised], owner[~raised]
    lines = shapely.linestrings(ends)
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    pair = first < second
    first, second = first[pair], second[pair]
    apart = (ends[first][:, :, None] != ends[second][:, None]).any(axis=-1).all(axis=(1, 2))
    wanted: dict[int, list[Metres]] = defaultdict(list)
    for one, other in zip(first[apart], second[apart], strict=True):
        crossing = np.array(shapely.get_coordinates(shapely.intersection(lines[one], lines[other]))).reshape(
            -1, 2
        )
        wanted[int(owner[one])].extend(crossing)
        wanted[int(owner[other])].extend(crossing)
    return [
        insert_vertices(street, np.array(wanted[number])) if number in wanted else street
        for number, street in enumerate(streets)
    ]


def build_roundabouts(streets: list[Street], draw: np.random.Generator, share: float) -> list[Street]:
    """Turn some junctions into roundabouts.

    Args:
        streets: Streets on the ground that share their ends.
        draw: Source of randomness.
        share: Of the suitable junctions, how many become roundabouts.
    """
    meeting: dict[tuple[float, float], list[tuple[int, int]]] = defaultdict(list)
    for number, street in enumerate(streets):
        for end in (0, -1):
            row, col = np.round(street.points_m[end], 3)
            meeting[float(row), float(col)].append((number, end))
    streets = list(streets)
    rings = []
    changed: set[int] = set()
    for members in meeting.values():
        numbers = {number for number, _ in members}
        suitable = 3 <= len(members) <= 5 and len(numbers) == len(members) and not numbers & changed
        radius_m = draw.uniform(11.0, 18.0)
        if not suitable or draw.random() > share or min(_length(streets[n]) for n in numbers) < 4 * radius_m:
            continue
        centre = streets[members[0][0]].points_m[members[0][1]]
        gates = []
        for number, end in members:
            streets[number], gate = _trim(streets[number], end, centre, radius_m)
            gates.append(gate)
        changed |= numbers
        rings.append(_ring(centre, radius_m, np.array(gates), streets[members[0][0]].width_m))
    return streets + rings


def _length(street: Street) -> float:
    return float(street.stations_m[-1])


def _trim(street: Street, end: int, centre: Metres, radius_m: float) -> tuple[Street, Metres]:
    """Cut a street where it reaches the ring; return it and its new end."""
    line = street.points_m if end == 0 else street.points_m[::-1]
    outside = int(np.argmax(np.hypot(*(line - centre).T) > radius_m))
    inner, vector = line[outside - 1] - centre, line[outside] - line[outside - 1]
    a, b, c = vector @ vector, inner @ vector, inner @ inner - radius_m**2
    gate: Metres = centre + inner + vector * (-b + np.sqrt(b * b - a * c)) / a
    rest = line[outside:]
    if np.hypot(*(rest[0] - gate)) < _SAME_M and len(rest) > 1:
        rest = rest[1:]
    line = np.concatenate([gate[None], rest])
    trimmed = level_street(line if end == 0 else line[::-1], street.kind, street.width_m, bulb=street.bulb)
    return trimmed, gate


def _ring(centre: Metres, radius_m: float, gates: Metres, width_m: float) -> Street:
    """Lay a closed ring through the gates, sampled about every 20 degrees."""
    angles = np.sort(np.arctan2(*(gates - centre).T[::-1]))
    order = np.argsort(np.arctan2(*(gates - centre).T[::-1]))
    points: list[NDArray[np.float64]] = []
    for gate, angle, following in zip(
        gates[order], angles, np.append(angles[1:], angles[0] + 2 * np.pi), strict=True
    ):
        count = max(1, int(np.ceil((following - angle) / np.radians(20))))
        turn = angle + (following - angle) * np.arange(1, count)[:, None] / count
        points += [gate[None], centre + radius_m * np.column_stack([np.cos(turn), np.sin(turn)])]
    line = np.concatenate([*points, points[0]])
    return level_street(line, RoadKind.ROUNDABOUT, min(max(width_m, 6.0), 8.0))


def line_of(street: Street) -> shapely.LineString:
    """Return the street as a shapely line in (row, col) metres."""
    return shapely.linestrings(street.points_m)


def cut_line(points_m: Metres, at_m: NDArray[np.float64]) -> Metres:
    """Return the line with vertices at the given distances along it.

    Args:
        points_m: (N, 2) vertices.
        at_m: (K,) distances from the first vertex.
    """
    along = stations(points_m)
    at = at_m[(at_m > 0) & (at_m < along[-1])]
    # Old vertices close to a new one would leave pieces of centimetres.
    far = np.abs(along[:, None] - at).min(axis=1, initial=np.inf) > _SAME_M
    far[[0, -1]] = True
    every = np.sort(np.concatenate([along[far], at]))
    return np.column_stack([np.interp(every, along, points_m[:, axis]) for axis in (0, 1)])
