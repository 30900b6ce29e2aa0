"""Which networks are kept, and until when."""

import gc
import os
import weakref

import pytest

from engine.errors import WeightsError
from engine.networks.predict import RoadPredictor
from engine.networks.predict_heights import HeightPredictor
from engine.networks.warm import Networks
from engine.networks.weights import load_weights, save_weights

A, B, C = (f"random:compact:{seed}" for seed in range(3))


def roads(networks, weights=A):
    return networks.ready(RoadPredictor, weights, "cpu")


def test_a_network_is_loaded_once():
    networks = Networks(1)
    assert roads(networks) is roads(networks)


def test_nothing_is_kept_by_default():
    networks = Networks()
    assert roads(networks) is not roads(networks)


def test_the_latest_are_kept_and_the_others_leave_nothing_behind():
    networks = Networks(2)
    first, second = roads(networks, A), roads(networks, B)
    gone = weakref.ref(second.predictor)
    assert roads(networks, A) is first
    roads(networks, C)
    del second
    gc.collect()
    assert gone() is None
    assert roads(networks, A) is first


def test_weights_are_asked_for_what_they_predict():
    networks = Networks(2)
    roads(networks)
    for _ in range(2):
        with pytest.raises(WeightsError, match="does not predict"):
            networks.ready(HeightPredictor, A, "cpu")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.safetensors"
    _write(path, 0)
    return path


def _write(path, seed):
    loaded = load_weights(f"random:compact:{seed}")
    save_weights(path, loaded.network, loaded.card)


def test_a_changed_file_is_read_again(file):
    networks = Networks(2)
    before = roads(networks, str(file))
    state = file.stat()
    _write(file, 1)  # of the same size
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    after = roads(networks, str(file))
    assert (before.card.name, after.card.name) == ("random:compact:0", "random:compact:1")
    assert before.sha256 != after.sha256
    assert roads(networks, str(file)) is after


def test_a_file_that_has_gone_is_not_predicted_with(file):
    networks = Networks(2)
    roads(networks, str(file))
    file.unlink()
    with pytest.raises(WeightsError, match="no weights file"):
        roads(networks, str(file))
