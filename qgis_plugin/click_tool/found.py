"""What the engine found: the lines of its GeoPackage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from qgis.core import NULL, QgsCoordinateReferenceSystem, QgsGeometry, QgsVectorLayer

from ..translation import tr

RUN_FIELDS = frozenset({"fid", "source", "target", "component"})
"""Numbers that mean something within one result only."""


@dataclass(frozen=True, eq=False)
class FoundRoad:
    """A road from junction to junction; each is equal to itself only.

    Attributes:
        geometry: LineString in the system of the raster.
        length_m: On the ground.
        confidence: Mean over the length, 0-1; None = unknown.
        attributes: What else is known, by the engine's names, without what is unknown.
    """

    geometry: QgsGeometry
    length_m: float
    confidence: Optional[float]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundRoads:
    """All roads of one window.

    Attributes:
        roads: In coordinates of their reference system.
        system: That system, by its name or as "WKT:...". As QGIS's object it would not outlive the thread
            that has read it: on 3.40 its definition becomes empty then.
    """

    roads: tuple[FoundRoad, ...]
    system: str

    @property
    def crs(self) -> QgsCoordinateReferenceSystem:
        """The reference system, for the thread that asks."""
        return QgsCoordinateReferenceSystem(self.system)

    def without(self, roads: Collection[FoundRoad]) -> FoundRoads:
        """Return the others."""
        return replace(self, roads=tuple(road for road in self.roads if road not in roads))


class UnreadableRoads(Exception):  # noqa: N818 - reads better so where it is caught
    """The engine's file is not what it should be."""


def read_roads(path: str) -> FoundRoads:
    """Read the roads of a GeoPackage that the engine wrote. In any thread.

    Args:
        path: With a layer ``roads``.

    Raises:
        UnreadableRoads: It has no such layer.
    """
    layer = QgsVectorLayer(f"{path}|layername=roads", "roads", "ogr")
    if not layer.isValid():
        raise UnreadableRoads(tr("The engine's result {} holds no layer of roads.").format(path))
    names = [name for name in layer.fields().names() if name not in RUN_FIELDS]
    roads = []
    for feature in layer.getFeatures():
        known = {name: feature[name] for name in names if feature[name] not in (None, NULL)}
        roads.append(
            FoundRoad(
                geometry=QgsGeometry(feature.geometry()),
                length_m=float(known.get("length_m", 0.0)),
                confidence=known.get("confidence"),
                attributes=known,
            )
        )
    crs = layer.crs()
    return FoundRoads(tuple(roads), crs.authid() or "WKT:" + crs.toWkt())
