import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.networks.candidates import Candidates, find_candidates, find_candidates_in_array
from engine.networks.layout import EDGES, OFFSETS, PAIRS, PLANES, ROAD, VECTOR_NORM_PX, VERTEX

HEIGHT, WIDTH = 40, 56
PHASES = st.floats(0.0, 1.0, width=32)


def blank(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.float32]:
    tensor = np.zeros((PLANES, height, width), dtype=np.float32)
    tensor[[plane + 1 for plane in PAIRS]] = 1.0
    return tensor


def coverage(centre: float, size: int) -> NDArray[np.float64]:
    pixel = np.arange(size)
    return np.clip(np.minimum(pixel + 1, centre + 1.5) - np.maximum(pixel, centre - 1.5), 0.0, 1.0)


def blob(row: float, col: float, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.float32]:
    """A 3×3 px square around a position, each pixel its covered share."""
    return np.outer(coverage(row, height), coverage(col, width)).astype(np.float32)


def scene(*vertices: tuple[float, float]) -> NDArray[np.float32]:
    """Vertices whose six sectors tell them apart, on a road everywhere."""
    tensor = blank()
    tensor[ROAD] = 1.0
    for number, (row, col) in enumerate(vertices):
        share = blob(row, col)
        here = share > 0
        tensor[VERTEX][here] = share[here]
        for sector, (edge, offset) in enumerate(zip(EDGES, OFFSETS, strict=True)):
            tensor[edge][here] = (sector + 1) / 8
            tensor[offset][here] = (10 + number + sector) / VECTOR_NORM_PX
            tensor[offset + 1][here] = -(5 + number + sector) / VECTOR_NORM_PX
    return tensor


@given(row=PHASES, col=PHASES)
@settings(max_examples=60, deadline=None)
def test_an_ideal_vertex_is_found_where_it_is_with_certainty(row: float, col: float) -> None:
    found = find_candidates_in_array(scene((12 + row, 30 + col)), threshold=0.5)
    assert len(found) == 1
    assert np.hypot(*(found.positions[0] - (12 + row, 30 + col))) < 0.03
    assert found.vertex_probability[0] == pytest.approx(1.0, abs=0.01)


@given(row=PHASES, col=PHASES)
@settings(max_examples=30, deadline=None)
def test_the_six_edges_are_read_under_the_vertex(row: float, col: float) -> None:
    found = find_candidates_in_array(scene((12 + row, 30 + col)), threshold=0.5)
    sectors = np.arange(6)
    np.testing.assert_allclose(found.edge_probability[0], (sectors + 1) / 8, rtol=1e-4)
    np.testing.assert_allclose(found.offsets_px[0], np.column_stack([10 + sectors, -5 - sectors]), rtol=1e-3)
    assert found.road_probability[0] == pytest.approx(1.0)


def test_vertices_five_pixels_apart_stay_apart() -> None:
    vertices = [(8.5, 8.5), (8.5, 13.5), (13.5, 8.5), (30.25, 40.75)]
    found = find_candidates_in_array(scene(*vertices), threshold=0.5).positions
    gap = np.hypot(*(found[:, None] - np.array(vertices)).transpose(2, 0, 1))
    assert sorted(gap.argmin(axis=1)) == [0, 1, 2, 3]
    assert gap.min(axis=1).max() < 0.1


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_turning_the_map_turns_the_candidates(quarter_turns: int, *, mirrored: bool) -> None:
    generator = np.random.default_rng(5)
    tensor = blank(33, 33)
    tensor[VERTEX] = generator.random((33, 33)) ** 4
    turned = np.rot90(tensor, quarter_turns, axes=(1, 2))
    turned = np.ascontiguousarray(turned[:, :, ::-1] if mirrored else turned)
    found = find_candidates_in_array(turned, threshold=0.2)
    expected = find_candidates_in_array(tensor, threshold=0.2).positions - 16.5
    for _ in range(quarter_turns):
        expected = np.column_stack([-expected[:, 1], expected[:, 0]])
    if mirrored:
        expected = expected * (1, -1)
    order, truth = np.lexsort(found.positions.T.round(3)), np.lexsort(expected.T.round(3))
    assert len(found) > 10
    np.testing.assert_allclose(found.positions[order] - 16.5, expected[truth], atol=1e-4)


@pytest.mark.parametrize(
    "plateau",
    [
        (slice(10, 30), slice(10, 30)),
        (slice(10, 12), slice(20, 40)),
        (slice(10, 11), slice(20, 22)),
        (slice(0, 40), slice(0, 56)),
    ],
)
def test_a_plateau_gives_one_candidate_in_its_middle(plateau: tuple[slice, slice]) -> None:
    tensor = blank()
    tensor[VERTEX][plateau] = 1.0
    found = find_candidates_in_array(tensor, threshold=0.2)
    rows, cols = plateau
    assert found.positions.tolist() == [[(rows.start + rows.stop) / 2, (cols.start + cols.stop) / 2]]


def test_a_plateau_around_a_hole_gives_one_candidate() -> None:
    tensor = blank()
    tensor[VERTEX] = 1.0
    tensor[VERTEX, 10:30, 20:30] = 0.0
    assert len(find_candidates_in_array(tensor, threshold=0.9)) == 1


def test_noise_of_an_empty_image_is_no_vertex() -> None:
    """The scale is absolute: faint maxima stay faint."""
    tensor = blank()
    tensor[VERTEX] = 0.02 * np.random.default_rng(1).random((HEIGHT, WIDTH))
    assert len(find_candidates_in_array(tensor, threshold=0.05)) == 0
    assert len(find_candidates_in_array(blank(), threshold=0.0)) == 0


@given(faintness=st.floats(0.1, 1.0), row=PHASES, col=PHASES)
@settings(max_examples=40, deadline=None)
def test_the_threshold_is_in_units_of_the_probability(faintness: float, row: float, col: float) -> None:
    tensor = blank()
    tensor[VERTEX] = faintness * blob(20 + row, 20 + col)
    assert len(find_candidates_in_array(tensor, threshold=0.97 * faintness)) == 1
    assert len(find_candidates_in_array(tensor, threshold=1.03 * faintness)) == 0


def test_a_vertex_at_the_border_is_found() -> None:
    found = find_candidates_in_array(scene((0.5, 0.5), (39.5, 55.5)), threshold=0.2)
    np.testing.assert_allclose(sorted(map(tuple, found.positions)), [(0.5, 0.5), (39.5, 55.5)], atol=0.5)


def test_nothing_is_found_where_there_is_no_image() -> None:
    tensor = scene((10.5, 10.5), (10.5, 40.5))
    valid = torch.ones(HEIGHT, WIDTH, dtype=torch.bool)
    valid[:, 20:] = False
    found = find_candidates(torch.from_numpy(tensor), threshold=0.1, valid=valid)
    np.testing.assert_allclose(found.positions, [(10.5, 10.5)], atol=0.01)


def test_memory_layout_does_not_matter() -> None:
    tensor = torch.from_numpy(scene((10.3, 10.6), (20.1, 40.2)))
    interleaved = tensor.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    plain, other = (find_candidates(each, threshold=0.1) for each in (tensor, interleaved))
    for name in Candidates.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(plain, name), getattr(other, name))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (2, 3)])
def test_small_maps_are_no_special_case(shape: tuple[int, int]) -> None:
    assert len(find_candidates_in_array(blank(*shape), threshold=0.5)) == 0


def test_parts_join_and_select_field_by_field() -> None:
    found = find_candidates_in_array(scene((10.3, 10.6), (20.1, 40.2)), threshold=0.1)
    halves = [found.select(np.array([0])), found.select(np.array([False, True]))]
    joined = Candidates.concatenate([Candidates.empty(), *halves])
    for name in Candidates.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(joined, name), getattr(found, name))
        assert getattr(joined, name).dtype == getattr(Candidates.empty(), name).dtype
    assert len(Candidates.concatenate([])) == 0
