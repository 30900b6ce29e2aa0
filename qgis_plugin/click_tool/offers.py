"""The roads on offer: what was found, is new, and waits for the user's word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Optional

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsPointXY, QgsRectangle, QgsSpatialIndex

from .found import FoundRoad


class State(Enum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Offer:
    """A new road, or a part of one.

    Attributes:
        number: Unique within a review.
        found: What it is of.
        geometry: LineString in the system of the review.
        length_m: On the ground.
        joints: Where its ends lie on lines that have no vertex there yet.
    """

    number: int
    found: FoundRoad
    geometry: QgsGeometry
    length_m: float
    joints: tuple[QgsPointXY, ...] = ()

    @property
    def confidence(self) -> Optional[float]:
        """0-1; None = unknown."""
        return self.found.confidence

    @property
    def attributes(self) -> dict[str, Any]:
        """What is known of the road, by the engine's names."""
        return {**self.found.attributes, "length_m": self.length_m}


class Offers:
    """All offers of a review, in one reference system.

    Args:
        crs: System of their geometries, that of the layer they go into.
    """

    def __init__(self, crs: QgsCoordinateReferenceSystem) -> None:
        self.crs = crs
        self.threshold = 0.0
        self._offers: dict[int, Offer] = {}
        self._states: dict[int, State] = {}
        self._count = 0
        self._index: Optional[QgsSpatialIndex] = None

    def __getitem__(self, number: int) -> Offer:
        return self._offers[number]

    @property
    def count(self) -> int:
        """How many offers there have been."""
        return self._count

    def state(self, number: int) -> State:
        """Return what became of an offer."""
        return self._states[number]

    def shown(self) -> list[Offer]:
        """Return the open offers at or above the threshold; of unknown confidence always."""
        return [offer for offer in self.of(State.OPEN) if self._passes(offer)]

    def of(self, state: State) -> list[Offer]:
        """Return the offers in a state, whatever their confidence."""
        return [offer for number, offer in self._offers.items() if self._states[number] is state]

    def is_shown(self, number: int) -> bool:
        """Whether an offer is open and passes the threshold."""
        return self._states.get(number) is State.OPEN and self._passes(self._offers[number])

    def _passes(self, offer: Offer) -> bool:
        return offer.confidence is None or offer.confidence >= self.threshold

    def set_state(self, numbers: Iterable[int], state: State) -> None:
        """Say what became of offers."""
        for number in numbers:
            self._states[number] = state

    def add(self, offers: Iterable[Offer]) -> list[int]:
        """Add offers under numbers of their own, and return these."""
        numbers = []
        for offer in offers:
            self._count += 1
            self._offers[self._count] = replace(offer, number=self._count)
            self._states[self._count] = State.OPEN
            numbers.append(self._count)
        self._index = None
        return numbers

    def add_vertex(self, number: int, xy: QgsPointXY) -> None:
        """Give an offer a vertex where another one joins it, so that both have the very same."""
        geometry = QgsGeometry(self._offers[number].geometry)
        _, _, after, _ = geometry.closestSegmentWithContext(xy)
        geometry.insertVertex(xy.x(), xy.y(), after)
        self._offers[number] = replace(self._offers[number], geometry=geometry)

    def within(self, box: QgsRectangle) -> list[Offer]:
        """Return all offers whose bounding boxes meet a box, in whatever state."""
        if self._index is None:
            self._index = QgsSpatialIndex()
            for number, offer in self._offers.items():
                self._index.addFeature(number, offer.geometry.boundingBox())
        return [self._offers[number] for number in self._index.intersects(box)]

    def nearest(self, point: QgsPointXY, reach: float) -> Optional[int]:
        """Return the shown offer nearest to a point within reach, both in units of the CRS."""
        box = QgsRectangle(point, point).buffered(reach)
        place = QgsGeometry.fromPointXY(point)
        near = [
            (offer.geometry.distance(place), offer.number)
            for offer in self.within(box)
            if self.is_shown(offer.number)
        ]
        distance, number = min(near, default=(float("inf"), None))
        return number if distance <= reach else None
