"""Routes by way of junctions or along a chain, and what they cost."""

import numpy as np
import pytest

from engine.evaluation.measures.routes import RoadPoints, RouteTally, route_lengths, shortest_roads


def test_a_route_is_kept_up_to_five_percent_and_costs_at_most_one():
    ours = np.array([100.0, 100.0, 100.0, 100.0])
    tally = RouteTally(routes=1, cost=1.0).plus(ours, np.array([105.0, 106.0, 95.0, np.inf]))
    assert (tally.routes, tally.kept) == (5, 2)
    assert tally.cost == pytest.approx(1.0 + 0.05 + 0.06 + 0.05 + 1.0)
    assert tally.similarity == pytest.approx(1.0 - 2.16 / 5)


def test_the_shortest_way_may_leave_a_chain_and_come_back():
    """Two junctions joined by a chain of 100 m and by another of 30 m."""
    roads = shortest_roads(np.array([(0, 1), (0, 1)]), np.array([100.0, 30.0]), 2)
    along = np.array([(10.0, 90.0), (40.0, 60.0), (95.0, 5.0)])
    points = RoadPoints(np.zeros(3, dtype=np.int64), np.array([(0, 1)] * 3), along)
    lengths = route_lengths(roads, points, points)
    assert np.array_equal(lengths, lengths.T)
    assert lengths[0].tolist() == [0.0, 30.0, 45.0]
    assert lengths[1].tolist() == [30.0, 0.0, 55.0]
