"""Parameters of measures: those that make no sense are refused."""

import math

import pytest

from engine.errors import GraphError
from engine.evaluation.measure import MeasureOptions, with_parameter

SENSELESS = [
    ("protocol.topo.interval_m", 0.0),
    ("protocol.topo.interval_m", 1e-9),
    ("protocol.topo.radius_m", -1.0),
    ("protocol.topo.start_spacing_m", 0.0),
    ("protocol.topo.pairing_cosine", 5.0),
    ("protocol.topo.matching_m", 1e9),
    ("protocol.topo.shared_place_m", -1.0),
    ("protocol.apls.spacing_hops", 0.0),
    ("protocol.apls_small.spacing_hops", -3.0),
    ("protocol.apls.apart_hops", 1e9),
    ("protocol.apls.snap_m", -1.0),
    ("apls_spacenet.spacing_m", 0.0),
    ("apls_spacenet.spacing_m", 1e-6),
    ("apls_spacenet.snap_m", 0.0),
    ("apls_spacenet.shortest_route_m", 0.0),
    ("buffer_m", 1e-9),
    ("buffer_m", 1e9),
    ("junction_m", 0.0),
    ("level_m", math.nan),
]


@pytest.mark.parametrize(("name", "value"), SENSELESS)
def test_numbers_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(GraphError, match=r"is .*, which makes no sense: give a value from"):
        with_parameter(MeasureOptions(), name, value)


def test_a_count_is_never_rounded() -> None:
    with pytest.raises(GraphError, match="whole"):
        with_parameter(MeasureOptions(), "protocol.apls.spacing_hops", 15.7)
