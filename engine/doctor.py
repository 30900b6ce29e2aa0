"""What runs here: the facts a user is asked for when something does not work."""

import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from engine.errors import EngineError
from engine.networks.device import choose_device
from engine.networks.predict import RoadPredictor
from engine.networks.predict_heights import HeightPredictor
from engine.networks.warm import Networks, Ready
from engine.networks.weights import DEFAULT_HEIGHTS, DEFAULT_ROADS, list_weights, load_weights
from engine.version import VERSION

_PACKAGES = (
    "torch",
    "numpy",
    "scipy",
    "rasterio",
    "fiona",
    "shapely",
    "safetensors",
    "scikit-image",
)

_SIDE_PX = 256
"""Of the image that is predicted to see whether a network runs."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a network runs here.

    Attributes:
        weights: Their name.
        inference_s: How long one small image took, once all was ready; None where it failed.
        finding: The same for people.
    """

    weights: str
    inference_s: float | None
    finding: str


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing: install the engine's requirements again"


def _weights() -> dict[str, str]:
    found = {}
    for name in list_weights():
        try:
            loaded = load_weights(name)
            card = loaded.card
            low, high = card.m_per_px_range or (card.m_per_px, card.m_per_px)
            size = f"{low:g}" if low == high else f"{low:g} to {high:g}"
            found[name] = f"{card.architecture}, {size} m/px, sha256 {loaded.sha256}"
            found |= {f"{name}, caveat {number}": text for number, text in enumerate(card.caveats, start=1)}
        except EngineError as error:
            found[name] = f"unusable: {error}"
    return found


def _try_roads(network: Ready[RoadPredictor], image: Any, valid: Any) -> None:
    network.predictor.predict([image], [valid])


def _try_heights(network: Ready[HeightPredictor], image: Any, valid: Any) -> None:
    network.predictor.predict(image, valid, m_per_px=network.card.m_per_px)


def _try(weights: str, device: str, networks: Networks, kind: Any, predict: Callable[..., None]) -> Trial:
    image = np.random.default_rng(0).integers(0, 256, (3, _SIDE_PX, _SIDE_PX), dtype=np.uint8)
    valid = np.ones((_SIDE_PX, _SIDE_PX), dtype=bool)
    try:
        network = networks.ready(kind, weights, device)
        predict(network, image, valid)  # the first one is slower
        start_s = time.perf_counter()
        predict(network, image, valid)
        took_s = time.perf_counter() - start_s
    except EngineError as error:
        return Trial(weights, None, f"failed: {error}")
    where = network.device.description
    return Trial(weights, took_s, f"{took_s:.3f} s for {_SIDE_PX} × {_SIDE_PX} px on {where}")


def try_networks(device: str = "auto", networks: Networks | None = None) -> list[Trial]:
    """Let the shipped networks predict a small image of noise.

    Args:
        device: As for ``choose_device``.
        networks: Where networks come from; loaded anew when absent.
    """
    networks = networks or Networks()
    return [
        _try(DEFAULT_ROADS, device, networks, RoadPredictor, _try_roads),
        _try(DEFAULT_HEIGHTS, device, networks, HeightPredictor, _try_heights),
    ]


def examine(trials: Sequence[Trial] = ()) -> dict[str, dict[str, str]]:
    """Collect versions, devices, weights and whether networks run.

    Args:
        trials: What ``try_networks`` found.

    Returns:
        Sections of names and values: ``plumbline``, ``devices``, ``packages``, ``weights``, ``inference``.
    """
    devices = {}
    for name in ("auto", "cpu", "cuda"):
        try:
            devices[name] = choose_device(name).description
        except EngineError as error:
            devices[name] = str(error)
    return {
        "plumbline": {
            "version": VERSION,
            "interpreter": f"Python {platform.python_version()} at {sys.executable}",
            "system": platform.platform(),
        },
        "devices": devices,
        "packages": {name: _package_version(name) for name in _PACKAGES},
        "weights": _weights(),
        "inference": {each.weights: each.finding for each in trials},
    }
