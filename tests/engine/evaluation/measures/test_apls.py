"""APLS: the published example, and what must hold whatever the graph."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import GraphError
from engine.evaluation.measures.apls import AplsOptions, apls
from engine.evaluation.measures.topo import topo
from tests.engine.evaluation.graph_samples import Pixels, renumbered, road

ANYWHERE = AplsOptions(tile_m=None)


def test_the_published_example_has_its_known_score(example_truth: Pixels, example_prediction: Pixels) -> None:
    score = apls(example_truth, example_prediction)
    assert score.score == pytest.approx(0.8150, abs=0.0015)
    # Three runs of the original lie within 0.8513-0.8524 and 0.7776-0.7787.
    assert score.truth_to_predicted == pytest.approx(0.8518, abs=0.0015)
    assert score.predicted_to_truth == pytest.approx(0.7782, abs=0.0015)


def test_the_order_of_vertices_changes_no_digit(example_truth: Pixels, example_prediction: Pixels) -> None:
    # Only the upper third of the tile, so that the test is quick.
    truth = example_truth.with_edges((example_truth.vertices[example_truth.edges, 0] < 700).all(axis=1))
    score = apls(truth, example_prediction)
    assert 0.0 < score.score < 1.0
    assert apls(renumbered(truth, 1), renumbered(example_prediction, 2)) == score


def test_a_graph_scores_one_against_itself(towns: Pixels) -> None:
    score = apls(towns, towns, ANYWHERE)
    assert (score.score, score.truth_to_predicted, score.predicted_to_truth) == (1.0, 1.0, 1.0)


def test_a_missing_bridge_counts_far_more_than_in_topo(towns: Pixels, towns_without_bridge: Pixels) -> None:
    score = apls(towns, towns_without_bridge, ANYWHERE)
    assert score.truth_to_predicted < 0.6
    # The routes that are left in the prediction are all right.
    assert score.predicted_to_truth == pytest.approx(1.0, abs=0.02)
    assert 1.0 - score.score > 5 * (1.0 - topo(towns, towns_without_bridge).f1)


def test_swapping_the_graphs_swaps_the_directions(towns: Pixels, towns_without_bridge: Pixels) -> None:
    there = apls(towns, towns_without_bridge, ANYWHERE)
    back = apls(towns_without_bridge, towns, ANYWHERE)
    assert (there.truth_to_predicted, there.predicted_to_truth) == (
        back.predicted_to_truth,
        back.truth_to_predicted,
    )
    assert there.score == back.score == (there.truth_to_predicted + there.predicted_to_truth) / 2


def test_a_detour_costs_its_relative_length() -> None:
    truth = road((500, 300), (500, 340), (500, 380), (500, 420))
    # The same places, but the middle is reached by 120 m instead of 40 m.
    detour = road((500, 300), (500, 340), (460, 340), (460, 380), (500, 380), (500, 420))
    score = apls(truth, detour, AplsOptions(tile_m=None, spacing_hops=100))
    assert score.truth_to_predicted == pytest.approx(1 - 80 / 120, abs=0.01)


def test_an_end_that_is_not_found_costs_all_its_routes() -> None:
    truth = road((500, 300), (500, 500))
    shorter = road((500, 300), (500, 480))
    score = apls(truth, shorter, AplsOptions(tile_m=None, spacing_hops=200))
    assert score.truth_to_predicted == 0.0
    assert apls(truth, road((500, 300), (500, 492)), AplsOptions(tile_m=None, spacing_hops=200)).score > 0.9


def test_stacked_roads_must_not_be_joined() -> None:
    crossing = Pixels.build([(500, 300), (500, 700), (300, 500), (700, 500)], [(0, 1), (2, 3)])
    joined = Pixels.build(
        [(500, 300), (500, 700), (300, 500), (700, 500), (500, 500)], [(0, 4), (1, 4), (2, 4), (3, 4)]
    )
    assert apls(crossing, crossing, ANYWHERE).score == 1.0
    # Routes that exist only in the prediction are errors of the prediction.
    assert apls(crossing, joined, ANYWHERE).predicted_to_truth < 0.5


def test_rings_without_junctions_are_found_as_roads_of_the_other_graph() -> None:
    open_ring = road((300, 300), (300, 500), (500, 500), (500, 300))
    ring = Pixels.build(open_ring.vertices, [*open_ring.edges, (0, 3)])
    score = apls(open_ring, ring, ANYWHERE)
    assert 0.5 < score.truth_to_predicted < 0.95
    assert score.predicted_to_truth == 0.0


def test_control_points_keep_off_the_border_of_the_tile(towns: Pixels) -> None:
    # Beyond the margin nothing is looked at: the upper rows of both towns may be missing.
    whole = replace(towns, vertices=np.add(towns.vertices, (45.0, 500.0)))
    cut = whole.with_edges((whole.vertices[whole.edges, 0] > 445).all(axis=1))
    narrow = AplsOptions(tile_m=(10_000.0, 2048.0), margin_m=500.0)
    assert apls(cut, whole, narrow).predicted_to_truth > 0.95
    assert apls(cut, whole, ANYWHERE).predicted_to_truth < 0.9


def test_small_tiles_have_nearer_control_points() -> None:
    truth = road((176, 60), (176, 100))
    with pytest.raises(GraphError, match="100 m"):
        apls(truth, truth)
    assert apls(truth, truth, AplsOptions.small_tile()).score == 1.0


def test_the_ground_size_of_a_pixel_scales_the_graphs(towns: Pixels, towns_without_bridge: Pixels) -> None:
    truth, prediction = (replace(one, vertices=one.vertices * 2) for one in (towns, towns_without_bridge))
    fine = apls(truth, prediction, AplsOptions(tile_m=None, m_per_px=0.5))
    assert fine.score == pytest.approx(apls(towns, towns_without_bridge, ANYWHERE).score, abs=0.01)


@pytest.mark.parametrize("prediction", [Pixels.empty(), Pixels.build([(3, 4)], []), road((900, 0), (900, 9))])
def test_a_prediction_with_nothing_in_common_scores_zero(towns: Pixels, prediction: Pixels) -> None:
    score = apls(towns, prediction)
    assert (score.score, score.truth_to_predicted, score.predicted_to_truth) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("truth", [Pixels.empty(), road((500, 500), (500, 520))])
def test_a_truth_without_routes_is_refused(truth: Pixels) -> None:
    with pytest.raises(GraphError, match="no route"):
        apls(truth, truth)


def test_a_truth_without_long_routes_has_no_score_whatever_is_predicted():
    truth = road((500.0, 500.0), (500.0, 560.0))
    for predicted in (truth, Pixels.empty(), road((700.0, 500.0), (700.0, 560.0))):
        with pytest.raises(GraphError, match="no route"):
            apls(truth, predicted)


def test_the_margin_counts_from_the_centre_of_the_first_pixel():
    """The only route of 100 m ends just inside the margin, or just outside."""
    inside, outside = road((100.7, 500.0), (205.0, 500.0)), road((100.3, 500.0), (205.0, 500.0))
    assert apls(inside, inside).score == 1.0
    with pytest.raises(GraphError, match="no route"):
        apls(outside, outside)
