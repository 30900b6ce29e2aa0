"""Hard places are found, and crops are taken at them in the asked shares."""

import numpy as np
import pytest

from engine.frames import RowCol
from engine.roads.densify import densify
from engine.roads.graph import RoadGraph
from training.augment import View, move_graph
from training.config import AugmentOptions, SamplingOptions, TrainingError
from training.roads.datasets import Gallery, RoadImage, draw_crop
from training.sampling import draw_centre, draw_kind, find_chances, find_places, road_px


def build(vertices: list[list[float]], edges: list[list[int]]) -> RoadGraph[RowCol]:
    return densify(RoadGraph.build(vertices, edges))


def test_star_of_five_is_a_hard_junction_and_of_four_is_not() -> None:
    arms = [[100 + 60 * np.cos(angle), 100 + 60 * np.sin(angle)] for angle in np.linspace(0, 5, 5)]
    five = build([[100, 100], *arms], [[0, number + 1] for number in range(5)])
    four = build([[100, 100], *arms[:4]], [[0, number + 1] for number in range(4)])
    assert np.array_equal(find_places(five).junctions, [[100, 100]])
    assert not len(find_places(four).junctions)


def test_dual_carriageway_is_parallel_and_straight_road_is_not() -> None:
    dual = build([[20, 10], [20, 290], [32, 10], [32, 290]], [[0, 1], [2, 3]])
    apart = build([[20, 10], [20, 290], [45, 10], [45, 290]], [[0, 1], [2, 3]])
    oblique = build([[20, 10], [20, 290], [32, 10], [112, 290]], [[0, 1], [2, 3]])
    assert len(find_places(dual).parallels) == len(dual.edges)
    assert not len(find_places(apart).parallels)
    assert not len(find_places(oblique).parallels)


def test_crossing_without_vertex_is_an_overpass() -> None:
    crossing = build([[100, 10], [100, 190], [10, 97], [190, 97]], [[0, 1], [2, 3]])
    assert np.allclose(find_places(crossing).overpasses, [[100, 97]])


def test_places_of_an_empty_graph_are_empty() -> None:
    places = find_places(RoadGraph.empty())
    assert not len(places.junctions)
    assert not len(places.parallels)
    assert not len(places.overpasses)


def test_kinds_come_in_the_published_shares() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_kind(rng, SamplingOptions()) for _ in range(4000)]
    shares = [drawn.count(kind) / len(drawn) for kind in (None, "junctions", "parallels", "overpasses")]
    assert np.allclose(shares, [0.2, 0.2, 0.2, 0.4], atol=0.03)


@pytest.mark.parametrize("shape", [(400, 500), (64, 300), (50, 50)])
def test_crops_stay_inside_as_far_as_they_fit(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for place in (None, np.array([1.0, 299.0])):
        for _ in range(50):
            centre = draw_centre(rng, shape, 64, place)
            assert np.array_equal(centre, np.round(centre))
            for middle, size in zip(centre, shape, strict=True):
                assert min(32, size // 2) <= middle <= size - min(32, size // 2)


def test_road_pixels_count_what_the_crop_shows() -> None:
    graph = build([[50, 0], [50, 400]], [[0, 1]])
    view = View(np.array([50.0, 200.0]), np.eye(2), 100)
    assert road_px(move_graph(graph, view), 100) == pytest.approx(200, rel=0.3)


def test_crops_without_road_or_image_are_drawn_again() -> None:
    graph: RoadGraph[RowCol] = RoadGraph.build([[300, 20], [300, 380]], [[0, 1]])
    valid = np.ones((1200, 400), dtype=bool)
    valid[1000:] = False
    image = RoadImage.prepare("one road", np.full((3, 1200, 400), 90, np.uint8), graph, valid=valid)
    gallery = Gallery.hang([image])
    sampling = SamplingOptions(
        uniform=1, junctions=0, parallels=0, overpasses=0, min_road_px=400, attempts=60
    )
    with_road = [
        draw_crop(np.random.default_rng(seed), gallery, 128, sampling=sampling, options=AugmentOptions())
        for seed in range(10)
    ]
    assert all(crop.target[26].any() and crop.valid.mean() > 0.25 for crop in with_road)


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -0.5], [float("nan")], [float("inf"), 1.0]])
def test_weights_that_give_no_chances_are_refused(weights: list[float]) -> None:
    with pytest.raises(TrainingError, match="weights"):
        find_chances(weights)


def test_chances_keep_the_shares_of_weights() -> None:
    np.testing.assert_allclose(find_chances([3.0, 0.0, 1.0]), [0.75, 0.0, 0.25])
