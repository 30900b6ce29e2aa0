"""The lines that are there already, and which of them is near a place: measured in metres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from qgis.core import QgsGeometry, QgsPointXY, QgsRectangle, QgsSpatialIndex
from qgis.PyQt.QtGui import QTransform

Key = tuple[str, int]
"""What a line is found by: its kind, and its number among these."""


@dataclass(frozen=True)
class MetricPlane:
    """A flat neighbourhood in metres, good to a few per mille over some tens of kilometres.

    Attributes:
        origin: In units of a layer's system.
        x_m: True length of a unit of x there.
        y_m: True length of a unit of y there.
    """

    origin: QgsPointXY
    x_m: float
    y_m: float

    def geometry(self, geometry: QgsGeometry) -> QgsGeometry:
        """Return a geometry of the layer's system in metres."""
        flat = QgsGeometry(geometry)
        flat.transform(
            QTransform(self.x_m, 0.0, 0.0, self.y_m, -self.origin.x() * self.x_m, -self.origin.y() * self.y_m)
        )
        return flat

    def point(self, point: QgsPointXY) -> QgsPointXY:
        """Return a point of the layer's system in metres."""
        return QgsPointXY((point.x() - self.origin.x()) * self.x_m, (point.y() - self.origin.y()) * self.y_m)


@dataclass(frozen=True)
class Place:
    """A place on a known line where a road can join it.

    Attributes:
        xy: In the layer's system; the very coordinates of the line's vertex where ``at_vertex``.
        key: Of the known line.
        at_vertex: Whether the line has a vertex there.
        at_end: Whether that is its first or last one.
    """

    xy: QgsPointXY
    key: Key
    at_vertex: bool
    at_end: bool


@dataclass(frozen=True)
class _Known:
    key: Key
    vertices: list[QgsPointXY]
    flat: QgsGeometry
    joinable: bool


class KnownLines:
    """Lines of a layer and of earlier offers, under a spatial index.

    Args:
        plane: Where they are measured.
    """

    def __init__(self, plane: MetricPlane) -> None:
        self.plane = plane
        self._lines: list[_Known] = []
        self._index = QgsSpatialIndex()

    def add(self, key: Key, geometry: QgsGeometry, *, joinable: bool = True) -> None:
        """Add a line, of one part or many, straight or curved.

        Args:
            key: What it is found by.
            geometry: In the layer's system.
            joinable: Whether roads may end on it; else it only covers them.
        """
        straight = QgsGeometry(geometry)
        straight.convertToStraightSegment()
        for part in straight.asMultiPolyline() if straight.isMultipart() else [straight.asPolyline()]:
            if len(part) < 2:
                continue
            flat = self.plane.geometry(QgsGeometry.fromPolylineXY(part))
            self._index.addFeature(len(self._lines), flat.boundingBox())
            self._lines.append(_Known(key, part, flat, joinable))

    def _near(self, box: QgsRectangle) -> Iterator[_Known]:
        return (self._lines[number] for number in self._index.intersects(box))

    def around(self, line: QgsGeometry, reach_m: float) -> QgsGeometry:
        """Return all places within reach of the known lines near a line of the plane."""
        # Long lines are cut to what matters, and a little more so that no cut lies within reach.
        box = line.boundingBox().buffered(reach_m)
        wide = box.buffered(2 * reach_m)
        near = [known.flat.clipped(wide).buffer(reach_m, 6) for known in self._near(box)]
        return QgsGeometry.unaryUnion([area for area in near if not area.isEmpty()])

    def ends_near(self, line: QgsGeometry, reach_m: float) -> Iterator[Place]:
        """Find the ends of joinable lines within reach of a line of the plane."""
        for known in self._near(line.boundingBox().buffered(reach_m)):
            for end in (0, len(known.vertices) - 1):
                if known.joinable and line.distance(QgsGeometry(known.flat.vertexAt(end))) <= reach_m:
                    yield Place(known.vertices[end], known.key, at_vertex=True, at_end=True)

    def nearest(self, point: QgsPointXY, reach_m: float, *, vertex_m: float) -> Optional[Place]:
        """Find the nearest place to join; a vertex of the line is preferred to a new one beside it.

        Args:
            point: In the plane.
            reach_m: Nothing farther away is found.
            vertex_m: A vertex as near to the nearest place is taken instead.
        """
        best: Optional[tuple[float, _Known, QgsPointXY, int]] = None
        box = QgsRectangle(point, point).buffered(reach_m)
        for known in self._near(box):
            if known.joinable:
                square_m, foot, after, _ = known.flat.closestSegmentWithContext(point)
                if 0 <= square_m <= reach_m**2 and (best is None or square_m < best[0]):
                    best = (square_m, known, foot, after)
        return None if best is None else _place(*best[1:], vertex_m)


def _place(known: _Known, foot: QgsPointXY, after: int, vertex_m: float) -> Place:
    """Return where to join a line at ``foot``, which lies before its vertex ``after``, in the plane."""
    before_flat, after_flat = (QgsPointXY(known.flat.vertexAt(number)) for number in (after - 1, after))
    to_before, to_after = foot.distance(before_flat), foot.distance(after_flat)
    number = after - 1 if to_before <= to_after else after
    if min(to_before, to_after) <= vertex_m:
        at_end = number in (0, len(known.vertices) - 1)
        return Place(known.vertices[number], known.key, at_vertex=True, at_end=at_end)
    first, second = known.vertices[after - 1], known.vertices[after]
    share = to_before / (to_before + to_after)
    xy = QgsPointXY(
        first.x() + share * (second.x() - first.x()), first.y() + share * (second.y() - first.y())
    )
    return Place(xy, known.key, at_vertex=False, at_end=False)
