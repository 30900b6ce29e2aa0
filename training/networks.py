"""Networks at the start of a run, with fresh weights or known ones."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from engine.networks.weights import build_network, load_weights
from training.config import TrainingError


def make_network(name: str, options: Mapping[str, Any], *, start: str | None = None) -> nn.Module:
    """Make the network of a recipe.

    Args:
        name: Its architecture.
        options: Fields of its configuration that differ from its defaults.
        start: Weights, by name or file, to start from instead of random ones.

    Raises:
        TrainingError: The known weights are those of another network.
        WeightsError: There is no such network, or no such weights.
    """
    network = build_network(name, options)
    if start is None:
        return network
    known, fresh = load_weights(start).network.state_dict(), network.state_dict()
    if {key: value.shape for key, value in known.items()} != {
        key: value.shape for key, value in fresh.items()
    }:
        raise TrainingError(f"The weights {start} are not of the recipe's network: mend [network].")
    network.load_state_dict(known)
    return network
