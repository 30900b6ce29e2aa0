"""Networks at the start of a run, with fresh weights or known ones."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from engine.networks.weights import build_network, load_weights
from training.config import TrainingError

LEAST_LENT = 0.25
"""Share of tensors below which weights of another architecture are taken for a mistake."""


def make_network(name: str, options: Mapping[str, Any], *, start: str | None = None) -> nn.Module:
    """Make the network of a recipe.

    Args:
        name: Its architecture.
        options: Fields of its configuration that differ from its defaults.
        start: Weights, by name or file, to start from instead of random ones. Those of another architecture
            lend the layers that are called alike and have the same shape: an encoder that knows roofs and
            trees from one task need not learn them again for another.

    Raises:
        TrainingError: The known weights are of the same architecture but of other widths, or have too little
            in common with the network.
        WeightsError: There is no such network, or no such weights.
    """
    network = build_network(name, options)
    if start is None:
        return network
    known, fresh = load_weights(start), network.state_dict()
    lent = {
        key: value
        for key, value in known.network.state_dict().items()
        if key in fresh and value.shape == fresh[key].shape
    }
    needed = len(fresh) if known.card.architecture == name else LEAST_LENT * len(fresh)
    if len(lent) < needed:
        raise TrainingError(
            f"Of {len(fresh)} tensors of the recipe's network the weights {start} have {len(lent)}: mend "
            "[network], or start from others."
        )
    network.load_state_dict(lent, strict=False)
    return network
