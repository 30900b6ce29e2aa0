"""Networks kept ready between jobs: to load one takes longer than a small job with it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from engine.networks.card import WeightsCard
from engine.networks.device import Device, choose_device
from engine.networks.weights import LoadedWeights, find_weights, load_weights

Predictor = TypeVar("Predictor")
Kind = Callable[[LoadedWeights, Device], Predictor]
"""Makes a predictor of weights and a device, as ``RoadPredictor`` and ``HeightPredictor`` do."""


@dataclass(frozen=True, slots=True, eq=False)
class Ready(Generic[Predictor]):
    """A network on its device, and what it is.

    Attributes:
        predictor: Runs it.
        card: Of its weights.
        sha256: Checksum of their file.
        device: Where it runs.
    """

    predictor: Predictor
    card: WeightsCard
    sha256: str
    device: Device


class Networks:
    """Loads networks, and keeps the latest ones.

    Args:
        most: How many are kept; none by default.
    """

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Hashable, Ready[Any]]] = OrderedDict()

    def ready(self, kind: Kind[Predictor], weights: str, device: str) -> Ready[Predictor]:
        """Return a network: a kept one, unless its file has changed since.

        Args:
            kind: What predicts with it.
            weights: As for ``load_weights``.
            device: As for ``choose_device``.

        Raises:
            WeightsError: The weights cannot be used.
            DeviceError: There is no such device here.
        """
        state, chosen = _state(weights), choose_device(device)
        key = (kind, weights, chosen)
        kept_state, kept = self._kept.pop(key, (None, None))
        if kept is None or state != kept_state:
            del kept  # before the new one needs the memory
            loaded = load_weights(weights)
            kept = Ready(kind(loaded, chosen), loaded.card, loaded.sha256, chosen)
        self._kept[key] = (state, kept)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return kept


def _state(weights: str) -> Hashable:
    """Tell one content of a weights file from another, without reading it."""
    path = find_weights(weights)
    if path is None:
        return weights
    found = path.stat()
    return path.resolve(), found.st_size, found.st_mtime_ns
