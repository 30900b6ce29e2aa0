"""The road graph of a town: joined where streets meet, apart where they pass over, cut at the image."""

import numpy as np
import pytest
import shapely

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from training.scenes.junctions import build_roundabouts, insert_vertices, node_crossings
from training.scenes.options import SceneOptions
from training.scenes.streets import RoadKind, Street, level_street
from training.scenes.town import Town, build_town
from training.scenes.truth import street_graph


def street(*points: tuple[float, float], z: float = 0.0) -> Street:
    line = level_street(np.array(points, dtype=float), RoadKind.RESIDENTIAL, 7.0)
    return Street(line.points_m, np.full(len(points), z), line.layer, line.kind, line.width_m)


def crossings_without_vertex(graph: RoadGraph[RowCol]) -> list[tuple[int, int]]:
    lines = shapely.linestrings(graph.vertices[graph.edges])
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    pair = (first < second) & (graph.edges[first][:, :, None] != graph.edges[second][:, None]).all(
        axis=(1, 2)
    )
    return list(zip(first[pair], second[pair], strict=True))


def test_streets_that_cross_on_the_ground_share_a_vertex() -> None:
    graph = street_graph(node_crossings([street((0, 10), (33, 10)), street((7, 0), (7, 41))]))
    assert len(graph.vertices) == 5
    assert sorted(graph.degrees) == [1, 1, 1, 1, 4]
    assert [7.0, 10.0] in graph.vertices.tolist()


def test_a_raised_road_shares_nothing_with_what_it_crosses() -> None:
    graph = street_graph(node_crossings([street((0, 10), (33, 10), z=6.0), street((7, 0), (7, 41))]))
    assert graph.degrees.tolist() == [1, 1, 1, 1]


def test_a_crossing_near_a_vertex_moves_it_rather_than_adding_another() -> None:
    line = insert_vertices(street((0, 0), (0, 10), (0, 20)), np.array([[0.0, 11.0]]))
    assert line.points_m.tolist() == [[0, 0], [0, 11], [0, 20]]


def test_a_roundabout_joins_all_its_streets_by_a_ring() -> None:
    arms = [street((0, 0), (200, 0)), street((0, 0), (0, 180)), street((0, 0), (-150, -20))]
    built = build_roundabouts(arms, np.random.default_rng(3), share=1.0)
    assert [s.kind for s in built].count(RoadKind.ROUNDABOUT) == 1
    graph = street_graph(built)
    assert (graph.degrees == 3).sum() == 3
    assert len(np.unique(graph.components())) == 1
    assert np.hypot(*graph.vertices.T).min() > 10.0


@pytest.fixture(scope="module", params=[1, 5, 17])
def overpass_town(request: pytest.FixtureRequest) -> Town:
    return build_town(SceneOptions(seed=request.param, height_px=700, width_px=600, overpasses=True))


def test_only_bridges_cross_without_a_shared_vertex(overpass_town: Town) -> None:
    graph = street_graph(overpass_town.streets)
    crossings = crossings_without_vertex(graph)
    assert crossings
    for one, other in crossings:
        assert {int(graph.layer[one]), int(graph.layer[other])} == {0, 1}
        deck, street_below = (one, other) if graph.layer[one] else (other, one)
        assert graph.z_m[graph.edges[deck]].min() > 5.0
        assert graph.z_m[graph.edges[street_below]].max() == 0.0


def test_ramps_join_the_motorway_to_the_streets(overpass_town: Town) -> None:
    graph = street_graph(overpass_town.streets)
    kinds = {s.kind for s in overpass_town.streets}
    assert {RoadKind.RAMP, RoadKind.MOTORWAY} <= kinds
    labels = graph.components()
    high, low = graph.z_m > 5.0, graph.z_m == 0.0
    assert set(labels[high]) & set(labels[low])
    ramp = next(s for s in overpass_town.streets if s.kind is RoadKind.RAMP)
    slope = np.abs(np.diff(ramp.z_m)) / np.hypot(*np.diff(ramp.points_m, axis=0).T)
    assert slope.max() < 0.12


@pytest.mark.parametrize("seed", range(4))
def test_streets_are_planar_and_finely_sampled(seed: int) -> None:
    town = build_town(SceneOptions(seed=seed, height_px=600, width_px=600, dual_carriageway=seed % 2 == 0))
    graph = street_graph(town.streets)
    assert crossings_without_vertex(graph) == []
    assert graph.edge_lengths.max() <= 10.0
    assert graph.edge_lengths.min() > 1e-3
