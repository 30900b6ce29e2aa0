"""SpaceNet's APLS: the published sample, and what must hold whatever the graph."""

import json
from pathlib import Path

import numpy as np
import pytest
from rasterio.warp import transform

from engine.errors import GraphError
from engine.evaluation.measures.apls_spacenet import SpacenetAplsOptions, apls_spacenet
from engine.frames import XY
from engine.roads.graph import RoadGraph
from tests.engine.evaluation.graph_samples import Pixels, road


def in_utm(path: Path) -> RoadGraph[XY]:
    vertices: list[tuple[float, float]] = []
    edges: list[tuple[int, int]] = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        longitudes, latitudes = zip(*feature["geometry"]["coordinates"], strict=True)
        x, y = transform("EPSG:4326", "EPSG:32611", longitudes, latitudes)
        edges += [(len(vertices) + piece, len(vertices) + piece + 1) for piece in range(len(x) - 1)]
        vertices += zip(x, y, strict=True)
    return RoadGraph[XY].build(vertices, edges)


def test_the_published_sample_has_its_known_score(data_dir: Path) -> None:
    folder = data_dir / "metrics" / "apls_test0"
    score = apls_spacenet(in_utm(folder / "gt.geojson"), in_utm(folder / "prop.geojson"))
    assert score.score == pytest.approx(0.63092, abs=1e-4)
    assert score.truth_to_predicted == pytest.approx(0.46319, abs=1e-4)
    assert score.predicted_to_truth == pytest.approx(0.98910, abs=1e-4)


def test_a_graph_scores_one_against_itself(towns: Pixels) -> None:
    assert apls_spacenet(towns, towns).score == pytest.approx(1.0, abs=1e-9)


def test_the_order_of_vertices_changes_no_digit(towns: Pixels, towns_without_bridge: Pixels) -> None:
    order = np.random.default_rng(3).permutation(len(towns.vertices))
    anew = Pixels.build(towns.vertices[order], np.argsort(order)[towns.edges])
    assert apls_spacenet(anew, towns_without_bridge) == apls_spacenet(towns, towns_without_bridge)


def test_a_missing_bridge_costs_the_routes_over_it(towns: Pixels, towns_without_bridge: Pixels) -> None:
    score = apls_spacenet(towns, towns_without_bridge)
    assert score.truth_to_predicted < 0.6
    assert score.predicted_to_truth == pytest.approx(1.0, abs=1e-9)
    assert score.score == pytest.approx(2 / (1 / score.truth_to_predicted + 1 / score.predicted_to_truth))


def test_control_points_are_projected_between_vertices() -> None:
    truth = road((0, 0), (0, 40), (0, 80), (0, 120))
    score = apls_spacenet(truth, road((3, 0), (3, 120)))
    assert score.truth_to_predicted == pytest.approx(1.0, abs=1e-9)
    assert score.predicted_to_truth == pytest.approx(1.0, abs=1e-9)
    assert apls_spacenet(truth, road((5, 0), (5, 120))).score == 0.0


def test_short_chains_have_no_points_between_their_ends() -> None:
    # Of the only route, 30 m, the prediction has 25 m; a point in the middle would add two more.
    score = apls_spacenet(road((0, 0), (0, 30)), road((0, 3), (0, 28)), SpacenetAplsOptions(snap_m=6))
    assert score.truth_to_predicted == pytest.approx(25 / 30)


def test_units_are_metres_after_scaling(towns: Pixels, towns_without_bridge: Pixels) -> None:
    truth, prediction = (
        Pixels.build(graph.vertices * 4, graph.edges) for graph in (towns, towns_without_bridge)
    )
    scaled = apls_spacenet(truth, prediction, SpacenetAplsOptions(m_per_unit=0.25))
    assert scaled.score == pytest.approx(apls_spacenet(towns, towns_without_bridge).score, abs=1e-6)


def test_an_empty_prediction_scores_zero(towns: Pixels) -> None:
    score = apls_spacenet(towns, Pixels.empty())
    assert (score.score, score.truth_to_predicted, score.predicted_to_truth) == (0.0, 0.0, 0.0)


def test_an_empty_truth_is_refused(towns: Pixels) -> None:
    with pytest.raises(GraphError, match="no road"):
        apls_spacenet(Pixels.empty(), towns)
