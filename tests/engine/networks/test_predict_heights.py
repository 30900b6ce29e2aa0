from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from engine.errors import DeviceError, WeightsError
from engine.networks.card import WeightsCard
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.device import Device
from engine.networks.geopose import GeoposeOutput
from engine.networks.predict_heights import HeightPredictor
from engine.networks.weights import LoadedWeights

FLOAT32 = Device(torch.device("cpu"), torch.float32, "CPU, 1 thread, float32")


class Reader(nn.Module):
    """Reads heights off the red band, and lengths of the flow off the green one: the truth is known."""

    def __init__(self, direction=(0.6, -0.8)):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(direction))
        self.seen = []

    def forward(self, image, m_per_px):
        if image.shape[2] % 32 or image.shape[3] % 32:
            raise ValueError("not a multiple of 32")
        self.seen.append(m_per_px.tolist())
        levels = (image.float() / 0.9 + 0.5) * 255
        return GeoposeOutput(levels[:, :1] / 4, levels[:, 1:2] / 10, self.weight.repeat(len(image), 1))


def predictor(network):
    return HeightPredictor(LoadedWeights(network, WeightsCard("test", "compact-geopose"), "0" * 64), FLOAT32)


def noise(height=50, width=71):
    return np.random.default_rng(3).integers(0, 256, (3, height, width), dtype=np.uint8)


EVERYWHERE = np.ones((50, 71), dtype=bool)


@pytest.mark.parametrize("phase_px", [(0, 0), (5, 40), (31, 31)])
def test_heights_lie_where_the_image_does_whatever_its_size_and_phase(phase_px):
    image = noise()
    found = predictor(Reader()).predict(image, EVERYWHERE, m_per_px=0.5, phase_px=phase_px)
    assert found.height_m.dtype == np.float32
    assert np.allclose(found.height_m, image[0] / 4, atol=1e-3)
    height, magnitude = image[0] / 4, image[1] / 10
    assert found.sums == pytest.approx([(height * magnitude).sum(), (height**2).sum()], rel=1e-5)
    assert found.weight_m == pytest.approx(height.sum(), rel=1e-5)
    assert found.vote == pytest.approx(np.array([0.6, -0.8]) * height.sum(), rel=1e-5)


def test_where_there_is_no_image_there_is_no_height_and_nobody_speaks():
    valid = np.random.default_rng(5).random((50, 71)) < 0.6
    image = noise()
    found = predictor(Reader()).predict(image, valid, m_per_px=0.5)
    assert (np.isnan(found.height_m) == ~valid).all()
    assert found.sums[1] == pytest.approx(((image[0] / 4)[valid] ** 2).sum(), rel=1e-5)


def test_parts_of_a_scene_add_up_to_the_scene():
    counted = np.random.default_rng(5).random((50, 71)) < 0.3
    image, network = noise(), predictor(Reader())
    one, other, both = (
        network.predict(image, EVERYWHERE, counted=part, m_per_px=0.5)
        for part in (counted, ~counted, EVERYWHERE)
    )
    assert one.sums + other.sums == pytest.approx(both.sums, rel=1e-9)
    assert one.vote + other.vote == pytest.approx(both.vote, rel=1e-9)
    assert one.weight_m + other.weight_m == pytest.approx(both.weight_m, rel=1e-9)
    assert (one.height_m == both.height_m).all()


def test_an_unsure_network_has_a_shorter_vote():
    sure, unsure = (
        predictor(Reader(direction)).predict(noise(), EVERYWHERE, m_per_px=0.5)
        for direction in ((0.6, -0.8), (0.3, -0.4))
    )
    assert np.hypot(*sure.vote) == pytest.approx(sure.weight_m, rel=1e-6)
    assert unsure.vote == pytest.approx(sure.vote / 2, rel=1e-6)
    assert unsure.weight_m == sure.weight_m


def test_the_network_is_told_the_ground_size():
    network = Reader()
    runner = predictor(network)
    runner.predict(noise(), EVERYWHERE, m_per_px=0.37)
    assert runner._runner.network.seen == [[pytest.approx(0.37)]]


def test_a_real_network_keeps_its_phase():
    """A scene in the lower right of a larger one is seen as it is there."""
    torch.manual_seed(2)
    narrow = CompactGeoposeConfig(
        stem=4, widths=(4, 8, 8, 8), blocks=(1, 1, 1), dilations=(1,), decoder=(8, 8, 4, 4), head=8
    )
    runner = predictor(CompactGeopose(narrow))
    image = noise()
    full = np.pad(image, ((0, 0), (7, 0), (9, 0)), mode="symmetric")
    whole = runner.predict(full, np.ones(full.shape[1:], dtype=bool), m_per_px=0.7)
    part = runner.predict(image, EVERYWHERE, m_per_px=0.7, phase_px=(7, 32 + 9))
    assert np.ptp(part.height_m) > 0
    assert np.allclose(part.height_m, whole.height_m[7:, 9:], atol=1e-5)


def test_half_the_bits_give_nearly_the_same_heights():
    torch.manual_seed(2)
    network = LoadedWeights(CompactGeopose().eval(), WeightsCard("test", "compact-geopose"), "")
    full, half = (
        HeightPredictor(network, device).predict(noise(), EVERYWHERE, m_per_px=0.7).height_m
        for device in (FLOAT32, replace(FLOAT32, dtype=torch.bfloat16))
    )
    assert half.dtype == np.float32
    assert np.abs(full - half).max() < 0.05 * max(1.0, np.ptp(full))


def test_a_window_too_large_for_the_memory_is_said_so(monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError

    runner = predictor(Reader())
    monkeypatch.setattr(runner._runner, "network", full)
    with pytest.raises(DeviceError, match="50 × 71 px does not fit"):
        runner.predict(noise(), EVERYWHERE, m_per_px=0.5)


def test_weights_for_roads_are_refused():
    roads = LoadedWeights(Reader(), WeightsCard("streets", "compact"), "")
    with pytest.raises(WeightsError, match=r"streets are weights of a compact .* compact-geopose or geopose"):
        HeightPredictor(roads, FLOAT32)


@pytest.mark.parametrize(
    ("limits", "native", "working"),
    [(None, 0.3, 0.7), ((0.35, 1.1), 0.1, 0.35), ((0.35, 1.1), 0.5, 0.5), ((0.35, 1.1), 9.0, 1.1)],
)
def test_an_image_is_shown_at_its_own_size_where_the_network_knows_that(limits, native, working):
    card = WeightsCard("test", "compact-geopose", m_per_px=0.7, m_per_px_range=limits)
    assert card.working_m_per_px(native) == working
    assert WeightsCard.from_json(card.to_json()) == card


@pytest.mark.parametrize(("width", "col"), [(1, 0), (31, 0), (32, 0), (20, 12), (33, 0), (60, 5)])
def test_narrow_images_never_leave_a_feature_map_one_column_wide(width, col):
    """There, convolutions of step 2 in bfloat16 give memory garbage on some processors."""
    seen = []

    class Wide(Reader):
        def forward(self, image, m_per_px):
            seen.append(image.shape[3])
            return super().forward(image, m_per_px)

    image = noise(70, width)
    found = predictor(Wide()).predict(image, np.ones((70, width), bool), m_per_px=0.5, phase_px=(0, col))
    assert np.allclose(found.height_m, image[0] / 4, atol=1e-3)
    assert seen[0] >= 64


def test_a_strip_of_one_column_has_the_heights_of_single_precision():
    """Reading memory that nobody wrote gave heights of 1e36 m here."""
    torch.manual_seed(4)
    narrow = CompactGeoposeConfig(
        stem=4, widths=(4, 8, 8, 8), blocks=(1, 1, 1), dilations=(1,), decoder=(8, 8, 4, 4), head=8
    )
    loaded = LoadedWeights(CompactGeopose(narrow), WeightsCard("t", "compact-geopose"), "0" * 64)
    image = noise(1120, 1)
    half = Device(torch.device("cpu"), torch.bfloat16, "CPU, 1 thread, bfloat16")
    heights = [
        HeightPredictor(loaded, device).predict(image, np.ones((1120, 1), bool), m_per_px=0.5).height_m
        for device in (FLOAT32, half)
    ]
    assert np.allclose(*heights, atol=0.1)
