"""TOPO: the published example, and what must hold whatever the graph."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import GraphError
from engine.evaluation.measures.topo import TopoOptions, topo
from tests.engine.evaluation.graph_samples import Pixels, renumbered, road


def test_the_published_example_has_its_known_score(example_truth: Pixels, example_prediction: Pixels) -> None:
    score = topo(example_truth, example_prediction)
    assert score.precision == pytest.approx(0.8734, abs=0.0015)
    assert score.recall == pytest.approx(0.8581, abs=0.0015)
    # The original has 1229, 1170 and 1138; rounding decides a few.
    assert score.starts == pytest.approx(1229, abs=4)
    assert score.paired == pytest.approx(1170, abs=4)
    assert score.kept == pytest.approx(1138, abs=4)


def test_the_order_of_vertices_changes_no_digit(example_truth: Pixels, example_prediction: Pixels) -> None:
    # Only the upper third of the tile, so that the test is quick.
    truth = example_truth.with_edges((example_truth.vertices[example_truth.edges, 0] < 700).all(axis=1))
    score = topo(truth, example_prediction)
    assert 0.5 < score.f1 < 1.0
    assert topo(renumbered(truth, 1), renumbered(example_prediction, 2)) == score


def test_a_graph_scores_one_against_itself(towns: Pixels) -> None:
    score = topo(towns, towns)
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)
    assert score.starts == score.paired == score.kept


def test_a_missing_bridge_barely_counts(towns: Pixels, towns_without_bridge: Pixels) -> None:
    score = topo(towns, towns_without_bridge)
    assert 0.95 < score.f1 < 1.0


def test_what_is_missing_costs_recall_and_what_is_false_costs_precision(towns: Pixels) -> None:
    part = towns.with_edges(np.arange(len(towns.edges)) % 5 != 0)
    missing, false = topo(towns, part), topo(part, towns)
    assert missing.recall < 0.9 < missing.precision
    assert false.precision < 0.9


def test_a_false_road_that_no_walk_reaches_is_free(towns: Pixels) -> None:
    far = Pixels.build(
        np.concatenate([towns.vertices, [(1100, 200), (1100, 900)]]),
        np.concatenate([towns.edges, [(50, 51)]]),
    )
    assert topo(towns, far).f1 == 1.0


def test_a_road_off_by_less_than_the_matching_distance_is_right() -> None:
    truth = road((500, 300), (500, 900))
    assert topo(truth, road((508, 300), (508, 900))).f1 > 0.97
    assert topo(truth, road((512, 300), (512, 900))).f1 == 0.0


def test_a_road_at_an_angle_is_not_paired() -> None:
    truth = road((500, 300), (500, 420))
    steep = road((478, 300), (522, 420))  # 20° where 16° are allowed
    assert topo(truth, steep).paired == 0
    assert topo(truth, steep, TopoOptions(pairing_cosine=0.9)).paired > 0


def test_small_tiles_have_short_walks() -> None:
    # A gap of 20 m in the middle: the farther a walk goes, the more of its holes lie beyond.
    truth = road(*((100, column) for column in range(100, 720, 20)))
    broken = truth.with_edges(np.arange(len(truth.edges)) != 15)
    small = topo(truth, broken)
    assert small == topo(truth, broken, TopoOptions(radius_m=TopoOptions().small_radius_m))
    assert small.recall > topo(truth, broken, TopoOptions(radius_m=TopoOptions().large_radius_m)).recall


def test_the_ground_size_of_a_pixel_scales_the_graphs(towns: Pixels) -> None:
    part = towns.with_edges(np.arange(len(towns.edges)) % 5 != 0)
    truth, prediction = (replace(graph, vertices=graph.vertices * 2) for graph in (towns, part))
    score, fine = topo(towns, part), topo(truth, prediction, TopoOptions(m_per_px=0.5))
    assert fine.precision == pytest.approx(score.precision, abs=1e-3)
    assert fine.recall == pytest.approx(score.recall, abs=1e-3)


def test_rings_without_junctions_are_walked_but_not_started_from() -> None:
    ring = road((300, 300), (300, 500), (500, 500), (500, 300))
    closed = Pixels.build(ring.vertices, [*ring.edges, (0, 3)])
    with pytest.raises(GraphError, match="start from"):
        topo(closed, ring)
    assert topo(ring, closed).recall > 0.95


@pytest.mark.parametrize("prediction", [Pixels.empty(), Pixels.build([(3, 4)], []), road((900, 0), (900, 9))])
def test_a_prediction_with_nothing_in_common_scores_zero(towns: Pixels, prediction: Pixels) -> None:
    score = topo(towns, prediction)
    assert (score.precision, score.recall, score.f1, score.kept) == (0.0, 0.0, 0.0, 0)
    assert score.starts > 0


@pytest.mark.parametrize("truth", [Pixels.empty(), road((500, 500), (500, 520))])
def test_a_truth_without_start_points_is_refused(towns: Pixels, truth: Pixels) -> None:
    with pytest.raises(GraphError, match="start from"):
        topo(truth, towns)
