"""Turn a checkpoint into a weights file that the engine loads."""

from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from engine.networks.card import Score, TrainingData, WeightsCard
from engine.networks.weights import build_network, save_weights
from engine.roads.decode import DecodeOptions
from training.checkpoint import read_checkpoint
from training.config import TrainingError
from training.heights.config import HeightNetworkOptions

HEIGHT_NETWORKS = get_args(get_type_hints(HeightNetworkOptions)["name"])
"""Architectures that predict heights; the others predict roads."""


def parse_training_data(text: str) -> TrainingData:
    """Read "NAME | LICENCE".

    >>> parse_training_data("Own roads | CC0-1.0").licence
    'CC0-1.0'

    Raises:
        TrainingError: The licence is missing.
    """
    name, _, licence = (part.strip() for part in text.rpartition("|"))
    if not name or not licence:
        raise TrainingError(f"{text!r} names no licence: write NAME | LICENCE.")
    return TrainingData(name, licence)


def parse_scores(text: str) -> Score:
    """Read "COMMAND | NAME=VALUE NAME=VALUE".

    >>> parse_scores("python -m training validate a | f1=0.8").values["f1"]
    0.8

    Raises:
        TrainingError: There is no figure, or a figure is no number.
    """
    command, _, figures = (part.strip() for part in text.rpartition("|"))
    try:
        values = {name: float(value) for name, value in (pair.split("=") for pair in figures.split())}
    except ValueError as error:
        raise TrainingError(f"{text!r} holds no figures: write COMMAND | NAME=VALUE NAME=VALUE.") from error
    if not command or not values:
        raise TrainingError(f"{text!r} holds no figures: write COMMAND | NAME=VALUE NAME=VALUE.")
    return Score(command, values)


def _best_thresholds(scores: dict[str, float]) -> dict[str, float]:
    name = "vertex_threshold"
    return {name: scores[name]} if name in scores else {}


def export_weights(checkpoint: Path, out: Path, *, name: str, **facts: Any) -> WeightsCard:
    """Write the averaged weights of a checkpoint, or its own where it has none, in half precision.

    Args:
        checkpoint: Of a training run.
        out: A .safetensors file.
        name: Name for people and for provenance.
        facts: Further fields of ``WeightsCard``. Of ``scores`` those of the run come first; among
            ``thresholds`` is the vertex threshold found by validation, unless another is given.

    Raises:
        TrainingError: The checkpoint cannot be read, or the decoder has no such option, or there is none.
        WeightsError: A weight is no finite number.
        OutputError: The file cannot be written.
    """
    thresholds = dict(facts.pop("thresholds", {}))
    unknown = set(thresholds) - {each.name for each in fields(DecodeOptions)}
    if unknown:
        raise TrainingError(f"The decoder has no option {', '.join(sorted(unknown))}: see DecodeOptions.")
    state = read_checkpoint(checkpoint)
    options = state.recipe["network"]
    purpose = "heights" if options["name"] in HEIGHT_NETWORKS else "roads"
    if thresholds and purpose == "heights":
        raise TrainingError("Networks for heights have no decoder: leave the thresholds out.")
    network = build_network(options["name"], options["options"])
    network.load_state_dict(state.average or state.network)
    own = Score(f"python -m training {purpose} (step {state.step})", state.scores)
    card = WeightsCard(
        name=name,
        architecture=options["name"],
        scores=(*([own] if state.scores else []), *facts.pop("scores", ())),
        thresholds=_best_thresholds(state.scores) | thresholds,
        **facts,
    )
    save_weights(out, network, card)  # type: ignore[arg-type]
    return card
