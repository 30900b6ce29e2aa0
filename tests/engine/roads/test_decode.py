import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.measures.apls import apls
from engine.evaluation.measures.topo import topo
from engine.networks.candidates import Candidates
from engine.roads.decode import DecodeOptions, decode, decode_tensor
from engine.roads.densify import densify
from engine.roads.graph import RoadGraph
from engine.roads.research_formats import read_pickle_graph
from engine.roads.tensor import encode
from tests.engine.roads.candidate_samples import (
    count,
    ideal,
    line_graph,
    make_candidates,
    ridge,
    same_graph,
    shuffled,
    transformed,
)

EXACT = DecodeOptions.exact()
RAW = DecodeOptions(simplify_px=0.0)
SQUARE = [
    (-1, 0, 0, 1),
    (1, 0, 0, -1),
    (0, 1, 1, 0),
    (0, -1, 1, 0),
    (-1, 0, 0, -1),
    (0, 1, -1, 0),
    (0, -1, -1, 0),
]


def town():
    """Streets without symmetry: a grid, a ring of its own, a cul-de-sac, a sharp fork, an overpass."""
    return densify(
        line_graph(
            [(20, 20), (22, 110), (18, 260)],
            [(120, 15), (110, 110), (130, 250)],
            [(20, 20), (120, 15), (210, 25)],
            [(22, 110), (110, 110), (205, 140)],
            [(210, 25), (205, 140), (130, 250)],
            [(110, 110), (150, 75)],
            [(130, 250), (18, 260)],
            [(280, 60), (300, 120), (260, 150), (240, 90), (280, 60)],
            [(60, 5), (64, 140), (70, 280)],
        )
    )


def curve(radius_px, sweep_rad, centre=(300.0, 300.0)):
    angle = np.arange(0.0, sweep_rad, 2.0 / radius_px)
    return np.asarray(centre) + radius_px * np.stack([np.sin(angle), np.cos(angle)], axis=1)


def test_ideal_candidates_give_the_graph_back():
    graph = town()
    assert same_graph(decode(ideal(graph), EXACT), graph)


def test_cleaning_keeps_an_ideal_graph():
    graph = town()
    assert same_graph(decode(ideal(graph), RAW), graph)


def test_what_is_encoded_is_decoded():
    graph = town()
    decoded = decode_tensor(encode(graph, 320, 300), EXACT)
    assert count(decoded) == {**count(graph), "length": pytest.approx(count(graph)["length"], rel=2e-3)}
    assert len(decoded.edges) == len(graph.edges)
    assert decoded.confidence.min() > 0.9


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_the_order_of_candidates_does_not_matter(seed):
    generator = np.random.default_rng(seed)
    candidates = ridge(curve(80, 3), generator, lateral_px=1.5)
    one, other = decode(candidates, DecodeOptions()), decode(shuffled(candidates, generator), DecodeOptions())
    assert np.array_equal(one.vertices, other.vertices)
    assert np.array_equal(one.edges, other.edges)
    assert np.array_equal(one.confidence, other.confidence)


@pytest.mark.parametrize("matrix", SQUARE)
@pytest.mark.parametrize("options", [EXACT, RAW, DecodeOptions()], ids=["exact", "raw", "default"])
def test_turning_the_scene_turns_the_graph(matrix, options):
    matrix = np.array(matrix, dtype=float).reshape(2, 2)
    generator = np.random.default_rng(4)
    roads = [
        [(20, 20), (150, 60), (180, 250)],
        [(150, 60), (240, 30)],
        [(60, 240), (150, 60)],
        curve(50, 2 * np.pi),
    ]
    candidates = Candidates.concatenate([ridge(road, generator, lateral_px=1.0) for road in roads])
    shift = np.array([400.0, 500.0])
    graph = decode(candidates, options)
    turned = decode(transformed(candidates, matrix, shift), options)
    moved = RoadGraph.build(graph.vertices @ matrix.T + shift, graph.edges)
    assert len(graph.edges) > 10
    assert same_graph(turned, moved, tolerance=1e-4)


@pytest.mark.parametrize(
    "road",
    [[(50, 20), (50, 620)], [(20, 20), (330, 610)], curve(150, np.pi), curve(60, 4.5), curve(35, 3.0)],
    ids=["along the row", "slanting", "wide bend", "bend", "tight bend"],
)
@pytest.mark.parametrize("seed", range(8))
def test_a_ridge_becomes_one_road(road, seed):
    graph = decode(ridge(road, np.random.default_rng(seed)), RAW)
    true_length = np.hypot(*np.diff(np.asarray(road, dtype=float), axis=0).T).sum()
    counted = count(graph)
    assert (counted["junctions"], counted["ends"], counted["chains"]) == (0, 2, 1)
    assert counted["length"] == pytest.approx(true_length, abs=0.02 * true_length + 1.0)


@pytest.mark.parametrize("seed", range(8))
def test_a_ridge_that_closes_becomes_a_ring(seed):
    road = np.concatenate([curve(70, 2 * np.pi), curve(70, 0.01)])
    graph = decode(ridge(road, np.random.default_rng(seed)), DecodeOptions())
    counted = count(graph)
    assert (counted["junctions"], counted["ends"], counted["chains"]) == (0, 0, 1)
    assert counted["length"] == pytest.approx(2 * np.pi * 70, rel=0.03)


def test_noise_below_the_thresholds_gives_no_roads():
    generator = np.random.default_rng(0)
    places = generator.uniform(0, 500, (3000, 2))
    arms = [[offset] for offset in generator.normal(0, 15, (3000, 2))]
    faint = make_candidates(places, 0.04, arms)
    assert len(decode(faint, DecodeOptions()).edges) == 0
    assert len(decode_tensor(np.full((28, 64, 64), 0.04, np.float32), DecodeOptions()).edges) == 0


def test_little_confidence_can_be_left_out():
    graph = town()
    doubtful = ideal(graph, edge_probability=0.3)
    assert len(decode(doubtful, DecodeOptions(min_confidence=0.29)).edges)
    assert not len(decode(doubtful, DecodeOptions(min_confidence=0.31)).edges)


def test_roads_cut_by_the_border_are_kept_when_the_raster_is_known():
    street = [(60, 5), (60, 50), (60, 120), (60, 200)]
    graph = densify(line_graph(street, [(60, 120), (98, 120)], [(60, 50), (35, 50)]))
    options = DecodeOptions(spur_px=50.0)
    known = decode_tensor(encode(graph, 100, 205), options)
    assert count(known)["length"] == pytest.approx(195 + 38, abs=2)
    assert count(decode(ideal(graph), options))["length"] == pytest.approx(195, abs=2)


@pytest.mark.parametrize("prepare", [lambda graph: graph, densify], ids=["as it is", "densified"])
def test_real_streets_survive_the_round_trip(data_dir, prepare):
    graph = prepare(read_pickle_graph(data_dir / "metrics" / "sat2graph_example" / "gt.p"))
    decoded = decode_tensor(encode(graph, 2048, 2048), EXACT)
    for name, value in count(graph).items():
        assert count(decoded)[name] == pytest.approx(value, rel=0.01), name
    assert topo(decoded, graph).f1 > 0.99
    assert apls(decoded, graph).score > 0.99
