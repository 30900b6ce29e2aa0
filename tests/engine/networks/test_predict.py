from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from engine.errors import DeviceError, WeightsError
from engine.networks.candidates import Candidates
from engine.networks.card import Normalisation, WeightsCard
from engine.networks.compact import Compact, CompactConfig
from engine.networks.device import Device, choose_device
from engine.networks.layout import PAIRS, PLANES, ROAD, VERTEX
from engine.networks.predict import RoadPredictor
from engine.networks.weights import LoadedWeights

FLOAT32 = Device(torch.device("cpu"), torch.float32, "CPU, 1 thread, float32")
TINY = CompactConfig(stem=4, widths=(4, 8, 8), blocks=(1, 1), dilations=(1, 2), decoder=4, head=8)


class SpotDetector(nn.Module):
    """Sees a vertex wherever the image is bright: the network of which the truth is known."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(1.0))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Turn brightness 0.45 (white) into certainty, -0.45 (black) into its opposite."""
        if image.shape[2] % 32 or image.shape[3] % 32:
            raise ValueError("not a multiple of 32")
        planes = torch.zeros(len(image), PLANES, *image.shape[2:], dtype=image.dtype)
        planes[:, list(PAIRS)] = -10.0
        planes[:, VERTEX] = 20.0 * self.gain * image.mean(dim=1)
        planes[:, ROAD] = 20.0 * self.gain * image[:, 0]
        return planes


def loaded(network: nn.Module) -> LoadedWeights:
    return LoadedWeights(network, WeightsCard("test", "compact"), "0" * 64)


def spots(height: int, width: int, *places: tuple[int, int]) -> NDArray[np.uint8]:
    """White 3×3 px squares on black."""
    image = np.zeros((3, height, width), dtype=np.uint8)
    for row, col in places:
        image[:, row - 1 : row + 2, col - 1 : col + 2] = 255
    return image


def noise(number: int, height: int = 96, width: int = 64) -> list[NDArray[np.uint8]]:
    generator = np.random.default_rng(7)
    return [generator.integers(0, 256, (3, height, width), dtype=np.uint8) for _ in range(number)]


def everywhere(images: list[NDArray[np.uint8]]) -> list[NDArray[np.bool_]]:
    return [np.ones(image.shape[1:], dtype=np.bool_) for image in images]


def assert_same(first: Candidates, second: Candidates) -> None:
    for name in Candidates.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@pytest.fixture
def lively() -> LoadedWeights:
    """A random network that sees many vertices."""
    torch.manual_seed(4)
    network = Compact(TINY).eval()
    nn.init.normal_(network.planes.weight, std=1.0)
    nn.init.zeros_(network.planes.bias)
    return loaded(network)


@pytest.mark.parametrize("size", [(64, 64), (33, 70), (20, 9), (1, 200)])
def test_a_spot_is_found_in_an_image_of_any_size(size: tuple[int, int]) -> None:
    height, width = size
    images = [spots(height, width, (height // 2, width // 2))]
    (found,) = RoadPredictor(loaded(SpotDetector()), FLOAT32, threshold=0.3).predict(
        images, everywhere(images)
    )
    assert found.positions.tolist() == [[height // 2 + 0.5, width // 2 + 0.5]]
    assert found.vertex_probability[0] > 0.3
    assert found.road_probability[0] > 0.99
    assert found.edge_probability.max() < 1e-3


def test_nothing_is_found_outside_the_image_or_where_it_is_invalid() -> None:
    image = spots(50, 50, (20, 10), (20, 40))
    valid = np.ones((50, 50), dtype=np.bool_)
    valid[:, 25:] = False
    (found,) = RoadPredictor(loaded(SpotDetector()), FLOAT32).predict([image], [valid])
    assert found.positions.tolist() == [[20.5, 10.5]]


def test_an_image_s_result_does_not_depend_on_its_neighbours(lively: LoadedWeights) -> None:
    images = noise(5)
    predictor = RoadPredictor(lively, choose_device("cpu"))
    together = predictor.predict(images, everywhere(images))
    assert len(together) == 5
    assert all(len(one) > 20 for one in together)
    for image, found in zip(images, together, strict=True):
        assert_same(found, predictor.predict([image], everywhere([image]))[0])


def test_a_phase_places_the_image_in_the_network_s_stride(lively: LoadedWeights) -> None:
    (image,) = noise(1, 91, 85)
    full = np.pad(image, ((0, 0), (5, 0), (11, 0)), mode="symmetric")
    predictor = RoadPredictor(lively, FLOAT32, threshold=0.6)
    (expected,) = predictor.predict([full], everywhere([full]))
    (found,) = predictor.predict([image], everywhere([image]), phase_px=(5, 32 + 11))
    # Near the border the smoothing sees pixels of the one and the outside of the other.
    inner = (expected.positions > np.array([5, 11]) + 5).all(axis=1)
    expected, found = expected.select(inner), found.select((found.positions > 5).all(axis=1))
    assert len(found) > 10
    assert np.allclose(found.positions + np.array([5, 11]), expected.positions)
    assert np.allclose(found.edge_probability, expected.edge_probability, atol=1e-6)


def test_no_images_give_no_results(lively: LoadedWeights) -> None:
    assert RoadPredictor(lively, FLOAT32).predict([], []) == []


def test_the_card_s_normalisation_is_used() -> None:
    image = spots(32, 32, (16, 16))
    dark = replace(WeightsCard("test", "compact"), normalisation=Normalisation(255.0, 1.5, 0.9))
    predictor = RoadPredictor(LoadedWeights(SpotDetector(), dark, ""), FLOAT32)
    assert len(predictor.predict([image], everywhere([image]))[0]) == 0


def test_half_the_bits_give_nearly_the_same_vertices(lively: LoadedWeights) -> None:
    images = noise(1)
    bits = replace(FLOAT32, dtype=torch.bfloat16)
    full, half = (
        RoadPredictor(lively, device, threshold=0.6).predict(images, everywhere(images))[0]
        for device in (FLOAT32, bits)
    )
    gap = np.linalg.norm(full.positions[:, None] - half.positions, axis=2).min(axis=1)
    assert len(full) > 20
    assert np.median(gap) < 0.1
    assert (gap < 1.5).mean() > 0.9


def test_only_candidates_leave_the_device(lively: LoadedWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen where tensors are moved, so that it is tested without a GPU, too."""
    crossed: list[int] = []
    move = torch.Tensor.cpu

    def noted(tensor: torch.Tensor) -> torch.Tensor:
        crossed.append(tensor.numel())
        return move(tensor)

    monkeypatch.setattr(torch.Tensor, "cpu", noted)
    images = noise(1)
    (found,) = RoadPredictor(lively, FLOAT32, threshold=0.6).predict(images, everywhere(images))
    plane = images[0][0].size
    assert len(found) > 20
    assert crossed
    assert max(crossed) < plane
    assert sum(crossed) < 28 * plane / 10


def test_the_given_network_stays_as_it_was(lively: LoadedWeights) -> None:
    before = {name: tensor.clone() for name, tensor in lively.network.state_dict().items()}
    images = noise(1)
    RoadPredictor(lively, replace(FLOAT32, dtype=torch.bfloat16)).predict(images, everywhere(images))
    after = lively.network.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


OUT_OF_MEMORY: list[Callable[[], Exception]] = [
    lambda: torch.OutOfMemoryError("CUDA out of memory."),
    lambda: RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ..."),
    MemoryError,
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_batches_shrink_until_they_fit(
    error: Callable[[], Exception], lively: LoadedWeights, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = RoadPredictor(lively, FLOAT32)
    images = noise(7)
    expected = predictor.predict(images, everywhere(images))
    runner, sizes = predictor._runner, []
    runner.batch, network = 8, runner.network

    def cramped(batch: torch.Tensor) -> torch.Tensor:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise error()
        return network(batch)

    monkeypatch.setattr(runner, "network", cramped)
    found = predictor.predict(images, everywhere(images))
    assert sizes == [7, 4, 2, 2, 2, 1]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.positions, other.positions, atol=0.02)


def test_a_window_too_large_for_the_memory_is_said_so(
    lively: LoadedWeights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError

    predictor = RoadPredictor(lively, FLOAT32)
    monkeypatch.setattr(predictor._runner, "network", full)
    with pytest.raises(DeviceError, match="96 × 64 px does not fit"):
        predictor.predict(noise(1), everywhere(noise(1)))


def test_other_failures_are_not_taken_for_a_lack_of_memory(
    lively: LoadedWeights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("shapes disagree")

    predictor = RoadPredictor(lively, FLOAT32)
    monkeypatch.setattr(predictor._runner, "network", broken)
    with pytest.raises(RuntimeError, match="shapes disagree"):
        predictor.predict(noise(1), everywhere(noise(1)))


def test_weights_for_heights_are_refused() -> None:
    heights = LoadedWeights(SpotDetector(), WeightsCard("towers", "geopose"), "")
    with pytest.raises(WeightsError, match=r"towers are weights of a geopose .* compact or sat2graph"):
        RoadPredictor(heights, FLOAT32)
