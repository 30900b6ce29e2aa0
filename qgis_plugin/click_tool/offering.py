"""From what the engine found to what is offered: only new roads, joined to what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Callable

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsGeometry, QgsProject, QgsRectangle

from ..translation import tr
from .found import FoundRoad, FoundRoads
from .known import KnownLines, MetricPlane
from .new_roads import NewRoad, Rules, new_parts
from .offers import Offer, Offers, State
from .windows import NoSuchPlace, metres_per_unit, ruler

LayerLines = Callable[[QgsRectangle], Iterable[tuple[int, QgsGeometry]]]
"""Returns number and line of the features of a layer that meet a box."""

_LAYER, _OFFER = "layer", "offer"


def _moved(found: FoundRoads, offers: Offers) -> list[tuple[FoundRoad, QgsGeometry]]:
    """Bring roads into the system of the review; equal coordinates stay equal."""
    transform = QgsCoordinateTransform(found.crs, offers.crs, QgsProject.instance())
    moved = []
    for road in found.roads:
        geometry = QgsGeometry(road.geometry)
        try:
            geometry.transform(transform)
        except QgsCsException:
            raise NoSuchPlace(
                tr("The roads found do not fit into {}, the CRS of the target layer: choose another.").format(
                    offers.crs.authid()
                )
            ) from None
        moved.append((road, geometry))
    return moved


def _box(geometries: Iterable[QgsGeometry]) -> QgsRectangle:
    box = QgsRectangle()
    for geometry in geometries:
        box.combineExtentWith(geometry.boundingBox())
    return box


def _add_known(known: KnownLines, box: QgsRectangle, offers: Offers, lines: LayerLines) -> Iterator[None]:
    for number, line in lines(box):
        known.add((_LAYER, number), line)
        yield
    for offer in offers.within(box):
        state = offers.state(offer.number)
        if state is not State.ACCEPTED:  # those are in the layer
            known.add((_OFFER, offer.number), offer.geometry, joinable=state is State.OPEN)


def _offer(road: FoundRoad, new: NewRoad, offers: Offers) -> Offer:
    length_m = road.length_m if new.unchanged else ruler(offers.crs).measureLength(new.geometry)
    joints = tuple(place.xy for place in new.joints if not place.at_vertex)
    return Offer(0, road, new.geometry, length_m, joints)


def offering(found: FoundRoads, offers: Offers, lines: LayerLines, rules: Rules) -> Iterator[None]:
    """Offer what is new of the roads found, in small steps, so that a window stays alive meanwhile.

    Args:
        found: Of one window.
        offers: Gets the new ones after the last step; until then it is only read.
        lines: Of the layer that accepted roads go into, in the system of the offers.
        rules: What counts as the same road.

    Raises:
        NoSuchPlace: The roads do not fit into the system of the offers.
    """
    roads = _moved(found, offers)
    if not roads:
        return
    box = _box(geometry for _, geometry in roads)
    plane = MetricPlane(box.center(), *metres_per_unit(offers.crs, box.center()))
    known = KnownLines(plane)
    margin = 4 * rules.same_m / min(plane.x_m, plane.y_m)
    yield from _add_known(known, box.buffered(margin), offers, lines)
    new: list[tuple[FoundRoad, NewRoad]] = []
    for road, geometry in roads:
        new.extend((road, part) for part in new_parts(geometry, known, rules))
        yield
    for _, part in new:
        for place in part.joints:
            kind, number = place.key
            if kind == _OFFER and not place.at_vertex:
                offers.add_vertex(number, place.xy)
    offers.add(_offer(road, part, offers) for road, part in new)
