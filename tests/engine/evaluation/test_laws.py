"""What must hold of every measure, whatever the graph."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.errors import GraphError
from engine.evaluation.measures.apls import AplsOptions, AplsScore, apls
from engine.evaluation.measures.apls_spacenet import apls_spacenet
from engine.evaluation.measures.topo import proposal_precision, topo
from tests.engine.evaluation.graph_samples import Pixels, road

ANYWHERE = AplsOptions(tile_m=None)
Measure = Callable[[Pixels, Pixels], tuple[float, ...]]


def figures(score: AplsScore) -> tuple[float, ...]:
    return (
        score.score,
        score.truth_to_predicted,
        score.predicted_to_truth,
        score.routes_within_5_percent,
    )


def topo_figures(truth: Pixels, predicted: Pixels) -> tuple[float, ...]:
    score = topo(truth, predicted)
    return score.precision, score.recall, score.f1


MEASURES: dict[str, Measure] = {
    "topo": topo_figures,
    "proposal_precision": lambda truth, predicted: (proposal_precision(truth, predicted),),
    "apls": lambda truth, predicted: figures(apls(truth, predicted, ANYWHERE)),
    "apls_spacenet": lambda truth, predicted: figures(apls_spacenet(truth, predicted)),
}
every_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES.keys())


def shuffled(graph: Pixels, seed: int) -> Pixels:
    """The same roads: vertices and edges in another order, edges turned round, some given twice."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(graph.vertices))
    edges = rng.permutation(np.argsort(order)[graph.edges])
    edges = np.where(rng.random(len(edges))[:, None] < 0.5, edges[:, ::-1], edges)
    return Pixels.build(graph.vertices[order], np.concatenate([edges, edges[:9]]))


def imperfect(graph: Pixels, seed: int = 5) -> Pixels:
    """Roads a prediction might find: a tenth missing, the others a metre or two off."""
    rng = np.random.default_rng(seed)
    found = graph.with_edges(rng.random(len(graph.edges)) < 0.9)
    return Pixels.build(graph.vertices + rng.normal(0.0, 1.5, graph.vertices.shape), found.edges)


def turned(graph: Pixels, matrix: list[list[int]]) -> Pixels:
    """The graph mirrored or turned by right angles about the middle of its tile of 1200 px."""
    return Pixels.build((graph.vertices - 600.0) @ np.array(matrix) + 600.0, graph.edges)


def with_false_component(graph: Pixels) -> Pixels:
    """The graph and a street of 600 m, far from any other road."""
    false = road(*((60, column) for column in range(200, 801, 50)))
    first = len(graph.vertices)
    return Pixels.build(
        np.concatenate([graph.vertices, false.vertices]), np.concatenate([graph.edges, false.edges + first])
    )


@every_measure
def test_identical_graphs_score_one(measure: Measure, towns: Pixels) -> None:
    assert measure(towns, towns) == pytest.approx((1.0,) * len(measure(towns, towns)), abs=1e-9)


def test_the_published_graphs_score_one_against_themselves(
    example_truth: Pixels, example_prediction: Pixels
) -> None:
    for graph in (example_truth, example_prediction):
        score = apls(graph, graph)
        assert (score.score, score.routes_within_5_percent) == (1.0, 1.0)
        assert apls_spacenet(graph, graph).score == pytest.approx(1.0, abs=1e-9)
    upper_left = np.all(example_truth.vertices < 900.0, axis=1)
    part = example_truth.with_edges(np.all(upper_left[example_truth.edges], axis=1))
    assert topo_figures(part, part) == (1.0, 1.0, 1.0)
    assert proposal_precision(part, part) == 1.0


def test_a_removed_bridge_costs_routes_but_hardly_walks(towns: Pixels, towns_without_bridge: Pixels) -> None:
    assert topo(towns, towns_without_bridge).f1 > 0.95
    assert proposal_precision(towns, towns_without_bridge) > 0.95
    for score in (apls(towns, towns_without_bridge, ANYWHERE), apls_spacenet(towns, towns_without_bridge)):
        assert score.score < 0.8
        assert score.routes_within_5_percent < 0.6


def test_a_removed_bridge_of_the_published_truth_does_the_same(example_truth: Pixels) -> None:
    # A quarter's only link to the rest of the town, 22 m of 79 km; one route in fifty goes over it.
    middles = example_truth.vertices[example_truth.edges].mean(axis=1)
    bridge = int(np.hypot(*(middles - (1784.5, 840.5)).T).argmin())
    without = example_truth.with_edges(np.arange(len(example_truth.edges)) != bridge)
    assert without.components().max() == example_truth.components().max() + 1
    walks, routes = topo(example_truth, without), apls(example_truth, without)
    assert 1.0 - walks.f1 < 0.002
    assert 1.0 - routes.score > 0.009
    assert 1.0 - routes.routes_within_5_percent > 0.018


@every_measure
def test_the_order_of_vertices_and_edges_changes_no_bit(measure: Measure, towns: Pixels) -> None:
    prediction = imperfect(towns)
    figures = measure(towns, prediction)
    assert 0.0 < min(figures) < max(figures) <= 1.0 or len(figures) == 1
    assert measure(shuffled(towns, 1), shuffled(prediction, 2)) == figures


@every_measure
@pytest.mark.parametrize(
    "matrix", [[[1, 0], [0, -1]], [[-1, 0], [0, 1]], [[0, 1], [-1, 0]], [[0, 1], [1, 0]]]
)
def test_mirrored_and_turned_graphs_score_nearly_the_same(
    measure: Measure, matrix: list[list[int]], towns: Pixels
) -> None:
    prediction = imperfect(towns)
    expected = pytest.approx(measure(towns, prediction), abs=0.02)
    assert measure(turned(towns, matrix), turned(prediction, matrix)) == expected


@every_measure
@pytest.mark.parametrize("prediction", [Pixels.empty(), Pixels.build([(3, 4)], []), road((3, 4), (3, 4))])
def test_an_empty_prediction_scores_zero(measure: Measure, prediction: Pixels, towns: Pixels) -> None:
    assert set(measure(towns, prediction)) == {0.0}


@every_measure
@pytest.mark.parametrize("truth", [Pixels.empty(), Pixels.build([(3, 4)], []), road((3, 4), (3, 4))])
def test_an_empty_truth_is_refused(measure: Measure, truth: Pixels, towns: Pixels) -> None:
    for prediction in (towns, Pixels.empty()):
        with pytest.raises(GraphError, match=r"true graph has no ro(ad|ute)"):
            measure(truth, prediction)


def test_an_isolated_false_component_lowers_the_precision_of_the_proposal_alone(towns: Pixels) -> None:
    prediction = imperfect(towns)
    false = with_false_component(prediction)
    assert topo(towns, false) == topo(towns, prediction)
    # Of 8 km of predicted road 0.6 km are false.
    fall = proposal_precision(towns, prediction) - proposal_precision(towns, false)
    assert 0.03 < fall < 0.15


def test_routes_within_5_percent_are_counted_with_those_that_are_lost() -> None:
    truth = road((500, 300), (500, 400), (500, 500))
    # Of four control points along it the last is not found: three of the six routes are left.
    options = AplsOptions(tile_m=None, shortest_route_m=50.0, spacing_hops=50)
    score = apls(truth, road((500, 300), (500, 400), (500, 470)), options)
    assert score.routes_within_5_percent == 0.5
    # A detour of 10 % is found, but not kept.
    detour = road((500, 300), (500, 350), (521, 350), (500, 350 + 1), (500, 500))
    longer = apls(truth, detour, AplsOptions(tile_m=None, spacing_hops=1000))
    assert longer.routes_within_5_percent == 0.0
    assert 0.5 < longer.truth_to_predicted < 0.95


RING = Pixels.build([(300, 300), (300, 500), (500, 500), (500, 300)], [(0, 1), (1, 2), (2, 3), (0, 3)])
DEGENERATE = {
    "one edge": road((500, 300), (500, 500)),
    "ring": RING,
    "ring with a tail": Pixels.build([*RING.vertices, (300, 100)], [*RING.edges, (0, 4)]),
    "duplicate vertices": road((500, 300), (500, 400), (500, 400), (500, 500)),
    "edges without length": Pixels.build(
        [(500, 300), (500, 300), (500, 500), (500, 500)], [(0, 1), (0, 2), (2, 3)]
    ),
    "edge traced twice": Pixels.build([(500, 300), (500, 500), (500, 300), (500, 500)], [(0, 1), (2, 3)]),
    "a metre": road((500, 300), (500, 301)),
    "negative coordinates": road((-200, -400), (-200, -100)),
}


@every_measure
@pytest.mark.parametrize("graph", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_degenerate_graphs_are_measured_or_refused(measure: Measure, graph: Pixels, towns: Pixels) -> None:
    assert all(0.0 <= figure <= 1.0 for figure in measure(towns, graph))
    for prediction in (graph, towns):
        try:
            found = measure(graph, prediction)
        except GraphError as refusal:
            assert "true graph has no" in str(refusal)  # noqa: PT017 - a refusal is one of two right answers
        else:
            assert all(0.0 <= figure <= 1.0 for figure in found)


@pytest.mark.parametrize("name", ["one edge", "ring with a tail", "duplicate vertices", "edge traced twice"])
@every_measure
def test_small_graphs_score_one_against_themselves(measure: Measure, name: str) -> None:
    found = measure(DEGENERATE[name], DEGENERATE[name])
    assert found == pytest.approx((1.0,) * len(found), abs=1e-9)


def test_a_false_ring_costs_proposal_precision(towns: Pixels) -> None:
    far = RING.vertices + np.array([900.0, 0.0])
    both = Pixels.build(
        np.concatenate([towns.vertices, far]), np.concatenate([towns.edges, RING.edges + len(towns.vertices)])
    )
    assert proposal_precision(towns, both) < proposal_precision(towns, towns) - 0.05
    assert topo(towns, both) == topo(towns, towns)
