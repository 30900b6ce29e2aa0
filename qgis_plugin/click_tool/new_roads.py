"""Of a road that was found, what is not there yet, joined to what is.

Where a road runs within a few metres of a known line, it is that line and is cut away. Where it only crosses
or meets one, it stays whole; its ends near known lines move onto them, and where it was cut, it leaves the
known line at an acute angle, as a fork does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Optional

from qgis.core import QgsGeometry, QgsPointXY

from .known import KnownLines, Place

Interval = tuple[float, float]
"""From and to along a road, metres from its beginning."""

_LEAST_WAY_M = 4.0
"""So much of a road that meets known ones has to be outside their reach."""


@dataclass(frozen=True)
class Rules:
    """What counts as the same road.

    Attributes:
        same_m: Two lines as near run on the same road. Two surveys of a road differ by some metres, the
            carriageways of one by more.
        least_m: Shorter remains of a known road are no new one.
        join: Whether ends near known lines move onto them.
    """

    same_m: float = 8.0
    least_m: float = 12.0
    join: bool = True


@dataclass(frozen=True)
class NewRoad:
    """A part of a found road that was not there.

    Attributes:
        geometry: LineString in the layer's system.
        unchanged: Whether it is the found road as it was.
        joints: Where it joins known lines.
    """

    geometry: QgsGeometry
    unchanged: bool
    joints: tuple[Place, ...] = ()


@dataclass
class _Road:
    """A found road with its vertices in the layer's system, and in metres."""

    vertices: list[QgsPointXY]
    flat: QgsGeometry
    at_m: list[float] = field(init=False)

    def __post_init__(self) -> None:
        flat = self.flat.asPolyline()
        steps = (first.distance(second) for first, second in zip(flat, flat[1:]))
        self.at_m = [0.0, *accumulate(steps)]

    @property
    def length_m(self) -> float:
        return self.at_m[-1]

    def place(self, at_m: float) -> QgsPointXY:
        """Return the place so far along, in the layer's system."""
        after = min(max(bisect_left(self.at_m, at_m), 1), len(self.at_m) - 1)
        first, second = self.vertices[after - 1], self.vertices[after]
        step = self.at_m[after] - self.at_m[after - 1]
        share = (at_m - self.at_m[after - 1]) / step if step > 0 else 0.0
        return QgsPointXY(
            first.x() + share * (second.x() - first.x()), first.y() + share * (second.y() - first.y())
        )

    def part(self, part: Interval) -> list[QgsPointXY]:
        """Return the vertices of a part; inner ones and own ends are the very coordinates."""
        begin, end = part
        inner = self.vertices[bisect_right(self.at_m, begin) : bisect_left(self.at_m, end)]
        first = self.vertices[0] if begin <= 0 else self.place(begin)
        last = self.vertices[-1] if end >= self.length_m else self.place(end)
        return [first, *inner, last]


def _covered(road: _Road, known: KnownLines, same_m: float) -> list[Interval]:
    """Find where a road runs within ``same_m`` of known lines, in order."""
    area = known.around(road.flat, same_m)
    if area.isEmpty():
        return []
    intervals = []
    for part in road.flat.intersection(area).asGeometryCollection():
        half_m = part.length() / 2
        if half_m > 0:
            middle_m = road.flat.lineLocatePoint(part.interpolate(half_m))
            intervals.append((middle_m - half_m, middle_m + half_m))
    return _merged(intervals, 1e-3)


def _merged(intervals: Sequence[Interval], gap_m: float) -> list[Interval]:
    merged: list[Interval] = []
    for begin, end in sorted(intervals):
        if merged and begin <= merged[-1][1] + gap_m:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _overlap_m(intervals: Sequence[Interval], part: Interval) -> float:
    return sum(max(0.0, min(end, part[1]) - max(begin, part[0])) for begin, end in intervals)


def _along(covered: Sequence[Interval], length_m: float, rules: Rules) -> list[Interval]:
    """Return where a road runs along known lines for so long that it is them, rather than meets them.

    At 30° and more, a road is near another for up to twice ``same_m`` where it ends on it, and for four
    times where it crosses it.
    """
    along = []
    for begin, end in covered:
        touches_end = begin <= 1e-3 or end >= length_m - 1e-3
        if end - begin > (2 if touches_end else 4) * rules.same_m:
            along.append((begin, end))
    return along


def _new_parts(covered: Sequence[Interval], length_m: float, rules: Rules) -> list[Interval]:
    """Return the parts of a road that are new, in order."""
    if not covered:
        return [(0.0, length_m)]
    along = _along(covered, length_m, rules)
    if not along:
        # Nothing is cut, and a short way from the next junction to a known road is one.
        return [(0.0, length_m)] if length_m - _overlap_m(covered, (0.0, length_m)) >= _LEAST_WAY_M else []
    edges = [0.0, *(edge for interval in along for edge in interval), length_m]
    parts = zip(edges[::2], edges[1::2])
    return [part for part in parts if part[1] - part[0] - _overlap_m(covered, part) >= rules.least_m]


class _Joiner:
    """Finds where the ends of one road's parts join known lines."""

    def __init__(self, road: _Road, known: KnownLines, rules: Rules) -> None:
        self._road, self._known, self._rules = road, known, rules

    def _nearest(self, at_m: float, reach_m: float) -> Optional[Place]:
        point = self._road.flat.interpolate(at_m).asPoint()
        return self._known.nearest(point, reach_m, vertex_m=self._rules.same_m / 2)

    def own_end(self, at_m: float) -> Optional[Place]:
        """Return where an end of the road itself moves to."""
        return self._nearest(at_m, 1.25 * self._rules.same_m)

    def cut_end(self, at_m: float, backwards: int) -> Optional[Place]:
        """Return where a part that was cut off leaves the known line.

        Straight ahead where the known line ends there, else some metres before the cut, as a fork.
        """
        ahead = self._nearest(at_m, 1.1 * self._rules.same_m)
        if ahead is not None and ahead.at_end:
            return ahead
        return self._nearest(at_m + backwards * 2 * self._rules.same_m, 1.5 * self._rules.same_m) or ahead

    def on_the_way(self, part: Interval) -> Iterator[tuple[float, Place]]:
        """Find known ends that a part passes, so that they end on it: where along it, and where they are."""
        reach_m = self._rules.same_m
        for place in self._known.ends_near(self._road.flat, reach_m):
            at_m = self._road.flat.lineLocatePoint(QgsGeometry.fromPointXY(self._known.plane.point(place.xy)))
            if part[0] + reach_m < at_m < part[1] - reach_m:
                yield at_m, place


def _without_repeats(vertices: Sequence[QgsPointXY]) -> list[QgsPointXY]:
    return [vertex for number, vertex in enumerate(vertices) if number == 0 or vertex != vertices[number - 1]]


def _joined(road: _Road, part: Interval, joiner: _Joiner) -> tuple[list[QgsPointXY], list[Place]]:
    """Return the vertices of a part with its ends on known lines, and where these are."""
    begin, end = part
    passed = sorted(joiner.on_the_way(part), key=lambda each: each[0])
    stops = [begin, *(at_m for at_m, _ in passed), end]
    stretches = [road.part(stretch) for stretch in zip(stops, stops[1:])]
    vertices = stretches[0]
    for (_, place), stretch in zip(passed, stretches[1:]):
        vertices = [*vertices[:-1], place.xy, *stretch[1:]]
    first = joiner.own_end(begin) if begin <= 0 else joiner.cut_end(begin, -1)
    last = joiner.own_end(end) if end >= road.length_m else joiner.cut_end(end, +1)
    if first is not None:
        vertices = [first.xy, *vertices[begin <= 0 :]]
    if last is not None:
        vertices = [*vertices[: len(vertices) - (end >= road.length_m)], last.xy]
    return vertices, [place for place in (first, *(place for _, place in passed), last) if place is not None]


def new_parts(geometry: QgsGeometry, known: KnownLines, rules: Rules) -> Iterator[NewRoad]:
    """Find what of a road is new, in the layer's system.

    Args:
        geometry: LineString of a road that was found.
        known: What is there already.
        rules: What counts as the same.
    """
    vertices = geometry.asPolyline()
    if len(vertices) < 2:
        return
    road = _Road(vertices, known.plane.geometry(geometry))
    covered = _covered(road, known, rules.same_m)
    joiner = _Joiner(road, known, rules)
    for part in _new_parts(covered, road.length_m, rules):
        line, joints = _joined(road, part, joiner) if rules.join else (road.part(part), [])
        line = _without_repeats(line)
        if len(line) > 1:
            whole = part == (0.0, road.length_m)
            yield NewRoad(QgsGeometry.fromPolylineXY(line), whole and line == vertices, tuple(joints))
