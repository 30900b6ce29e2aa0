"""What of a road is new, and how it joins what is there: laws of plane geometry, in metres."""

import math

import numpy as np
import pytest
from qgis.core import QgsGeometry, QgsPointXY

from qgis_plugin.click_tool.known import KnownLines, MetricPlane
from qgis_plugin.click_tool.new_roads import Rules, new_parts

METRES = MetricPlane(QgsPointXY(0, 0), 1.0, 1.0)
RULES = Rules()


def line(*points):
    return QgsGeometry.fromPolylineXY([QgsPointXY(x, y) for x, y in points])


def known(*lines, plane=METRES, joinable=True):
    there = KnownLines(plane)
    for number, each in enumerate(lines):
        there.add(("layer", number), each, joinable=joinable)
    return there


def new(found, *there, rules=RULES, **options):
    return list(new_parts(found, known(*there, **options), rules))


def xy(part):
    return [(point.x(), point.y()) for point in part.geometry.asPolyline()]


MAIN = line((0, 0), (150, 0), (300, 0))


def test_where_nothing_is_known_all_is_new_and_as_it_was(qgis):
    (part,) = new(line((0, 0), (31.4, 2.7), (90, 3)))
    assert part.unchanged
    assert xy(part) == [(0, 0), (31.4, 2.7), (90, 3)]
    assert part.joints == ()


@pytest.mark.parametrize("shift", [0, 3, -6])
def test_a_known_road_is_not_offered_again(qgis, shift):
    assert new(line((1, shift), (140, shift + 1), (299, shift)), MAIN) == []


def test_parallel_carriageways_are_two_roads(qgis):
    (part,) = new(line((0, 11), (300, 11)), MAIN)
    assert part.unchanged


def test_what_goes_on_begins_at_the_very_end_of_the_known_road(qgis):
    main = line((0.1, 0.2), (149.7, 0.3), (300.123456789, 0.987654321))
    (part,) = new(line((200, 3), (400, 3), (500, 50)), main)
    assert xy(part)[0] == (300.123456789, 0.987654321)
    assert xy(part)[-2:] == [(400, 3), (500, 50)]
    assert not part.unchanged


def test_known_ends_in_the_middle_leave_two_new_parts(qgis):
    first, second = new(line((0, 1), (1000, 1)), line((400, 0), (600, 0)))
    assert (xy(first)[0], xy(first)[-1]) == ((0, 1), (400, 0))
    assert (xy(second)[0], xy(second)[-1]) == ((600, 0), (1000, 1))


def test_a_fork_leaves_at_an_acute_angle(qgis):
    found = line((20, 1), (120, 1), (260, 120))
    (part,) = new(found, MAIN)
    start, next_one = xy(part)[:2]
    assert start[1] == 0
    assert 0 < start[0] < next_one[0]
    angle = math.degrees(math.atan2(next_one[1] - start[1], next_one[0] - start[0]))
    assert 5 < angle < 60
    assert xy(part)[-1] == (260, 120)


def test_a_side_road_ends_on_the_known_one(qgis):
    (part,) = new(line((100, 5), (100, 80)), MAIN)
    assert xy(part) == [(100, 0), (100, 80)]
    (place,) = part.joints
    assert not place.at_vertex


def test_a_vertex_nearby_is_taken_with_its_very_coordinates(qgis):
    main = line((0, 0), (150.000000001, 0.000000002), (300, 0))
    (part,) = new(line((148, 4), (150, 80)), main)
    assert xy(part)[0] == (150.000000001, 0.000000002)
    assert part.joints[0].at_vertex


def test_a_crossing_is_no_junction(qgis):
    # The engine ends roads where they meet: one that passes is an overpass, or was not found there.
    (part,) = new(line((100, -60), (110, 60)), MAIN)
    assert part.unchanged


def test_a_known_dead_end_on_a_new_road_becomes_its_vertex(qgis):
    stub = line((77.7, 5.5), (77.7, 90))
    (part,) = new(line((0, 0), (200, 0)), stub)
    assert (77.7, 5.5) in xy(part)


def test_a_short_way_to_the_next_junction_stays(qgis):
    (part,) = new(line((100, 0), (100, 14)), MAIN)
    assert part.unchanged


def test_roads_that_only_cover_are_not_joined(qgis):
    (part,) = new(line((200, 3), (400, 3)), MAIN, joinable=False)
    assert part.joints == ()
    assert xy(part)[0][1] == 3


def test_without_joining_lines_are_cut_only(qgis):
    (part,) = new(line((200, 3), (400, 3)), MAIN, rules=Rules(join=False))
    assert [y for _, y in xy(part)] == [3, 3]
    assert part.joints == ()


def test_a_ring_is_cut_where_it_is_known(qgis):
    circle = [(100 * math.cos(a / 8 * math.pi), 100 * math.sin(a / 8 * math.pi)) for a in range(17)]
    circle[-1] = circle[0]
    parts = new(line(*circle), line(*circle[3:7]))
    assert sum(part.geometry.length() for part in parts) == pytest.approx(
        2 * math.pi * 100 * 13 / 16, rel=0.1
    )
    assert new(line(*circle), line(*circle)) == []


def test_lines_of_many_parts_and_curves_are_known_too(qgis):
    many = QgsGeometry.fromWkt("MultiLineString((0 0, 100 0),(150 0, 300 0))")
    (part,) = new(line((0, 1), (300, 1)), many)
    assert (xy(part)[0], xy(part)[-1]) == ((100, 0), (150, 0))
    arc = QgsGeometry.fromWkt("CompoundCurve(CircularString(-100 0, 0 100, 100 0))")
    bent = [(-100 * math.cos(a), 100 * math.sin(a)) for a in (0.2, 0.6, 1, 1.5, 2, 2.5, 2.9)]
    assert new(line(*bent), arc) == []


def test_metres_are_metres_in_degrees_at_60_north(qgis):
    plane = MetricPlane(QgsPointXY(24.0, 60.0), 55_800.0, 111_400.0)
    main = line((24.0, 60.0), (24.01, 60.0))
    east_west = 6 / 111_400
    assert new(line((24.0, 60.0 + east_west), (24.01, 60.0 + east_west)), main, plane=plane) == []
    assert new(line((24.0, 60.0 + 2 * east_west), (24.01, 60.0 + 2 * east_west)), main, plane=plane)
    north = line((24.0, 60.0), (24.0, 60.01))
    sideways = 6 / 55_800
    assert new(line((24.0 + sideways, 60.0), (24.0 + sideways, 60.01)), north, plane=plane) == []
    assert new(line((24.0 + 2 * sideways, 60.0), (24.0 + 2 * sideways, 60.01)), north, plane=plane)


def _wander(generator):
    x, y = generator.uniform(0, 400), generator.uniform(0, 400)
    heading = generator.uniform(0, 2 * math.pi)
    points = [(x, y)]
    for _ in range(generator.integers(1, 9)):
        heading += generator.uniform(-0.6, 0.6)
        step = generator.uniform(15, 80)
        x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        points.append((x, y))
    return line(*points)


@pytest.mark.parametrize("seed", range(200))
def test_what_was_accepted_is_not_offered_again(qgis, seed):
    generator = np.random.default_rng(seed)
    there = [_wander(generator) for _ in range(4)]
    found = _wander(generator)
    accepted = [part.geometry for part in new(found, *there)]
    again = new(found, *there, *accepted)
    assert [part.geometry.asWkt(1) for part in again] == []


@pytest.mark.parametrize("seed", range(100))
def test_new_roads_keep_off_known_ones(qgis, seed):
    """Apart from where they meet, what is offered is nowhere near what is there for long."""
    generator = np.random.default_rng(seed)
    there = [_wander(generator) for _ in range(4)]
    area = known(*there).around(line((-500, -500), (900, 900)), RULES.same_m - 0.5)
    for part in new(_wander(generator), *there):
        for inside in part.geometry.intersection(area).asGeometryCollection():
            assert inside.length() <= 6 * RULES.same_m
