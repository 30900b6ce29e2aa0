"""Which parameters a tile is measured with."""

import pytest

from engine.errors import GraphError
from engine.evaluation.measure import MeasureOptions, with_parameter
from engine.evaluation.measures.apls import AplsOptions
from engine.evaluation.measures.protocol import Protocol
from engine.evaluation.measures.topo import TopoOptions


def test_a_published_tile_is_measured_as_published():
    topo, apls = Protocol().for_tile(2048.0, 2048.0)
    assert apls == AplsOptions()
    assert topo.radius_m == TopoOptions().large_radius_m


def test_a_small_tile_keeps_its_own_size():
    topo, apls = Protocol().for_tile(400.0, 380.0)
    assert topo.radius_m == TopoOptions().small_radius_m
    assert (apls.tile_m, apls.margin_m, apls.shortest_route_m) == ((400.0, 380.0), 30.0, 30.0)


@pytest.mark.parametrize(
    ("height_m", "width_m", "margin_m", "walk"),
    [
        (512.0, 512.0, 30.0, "small"),
        (400.0, 600.0, 100.0, "small"),
        (600.0, 400.0, 100.0, "small"),
        (1000.0, 1500.0, 100.0, "small"),
        (1500.0, 1000.0, 100.0, "large"),
    ],
)
def test_the_longer_side_decides_on_routes_and_the_height_on_walks(height_m, width_m, margin_m, walk):
    topo, apls = Protocol().for_tile(height_m, width_m)
    assert apls.margin_m == margin_m
    assert topo.radius_m == getattr(TopoOptions(), f"{walk}_radius_m")


def test_nobody_needs_to_say_the_size_of_a_published_tile():
    assert Protocol().for_pixels(2040.0)[1] == AplsOptions()
    assert Protocol().for_pixels(395.0)[1] == AplsOptions.small_tile()
    assert Protocol().for_pixels(3000.0)[1].tile_m is None


def test_the_user_may_choose_against_the_size():
    assert Protocol("spacenet").for_tile(2048.0, 2048.0)[1].margin_m == 30.0
    assert Protocol("sat2graph").for_tile(400.0, 400.0)[1].margin_m == 100.0


def test_walks_are_short_wherever_the_user_says_that_tiles_are_small():
    small = Protocol("spacenet")
    for topo, _ in (small.for_tile(2048.0, 2048.0), small.for_pixels(2040.0), small.for_map()):
        assert topo.radius_m == TopoOptions().small_radius_m
    assert Protocol("sat2graph").for_map()[0] == TopoOptions()


def test_a_map_has_no_border():
    assert Protocol().for_map()[1].tile_m is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("buffer_m", 3.0), ("protocol.topo.radius_m", 90.0), ("protocol.apls.spacing_hops", 10)],
)
def test_every_number_can_be_set(name, value):
    options = with_parameter(MeasureOptions(), name, value)
    for part in name.split("."):
        options = getattr(options, part)
    assert options == value
    assert type(options) is type(value)


def test_a_radius_that_was_set_stays():
    protocol = with_parameter(MeasureOptions(), "protocol.topo.radius_m", 90.0).protocol
    for topo, _ in (protocol.for_tile(2048.0, 2048.0), protocol.for_pixels(400.0), protocol.for_map()):
        assert topo.radius_m == 90.0


def test_the_size_of_pixels_is_no_parameter_of_a_measure():
    for name in ("protocol.topo.m_per_px", "protocol.apls.m_per_px", "apls_spacenet.m_per_unit"):
        with pytest.raises(GraphError, match="no parameter"):
            with_parameter(MeasureOptions(), name, 2.0)
