"""The card of a weights file: what the network is, what it expects, and what it was made of."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from engine.errors import WeightsError

_M_PER_PX = 0.01, 100.0
"""Ground sizes at which roads can be seen in an image, and heights."""

_MOST_PX = 200.0
"""Longest length of the decoder: pairs of vertices within it are listed, and there are many."""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """How pixel values become network input: (value / white - centre) * gain.

    Attributes:
        white: Value of full brightness.
        centre: What becomes zero.
        gain: Scale of the input; 0.9 is the mean of the published training's random gains.
    """

    white: float = 255.0
    centre: float = 0.5
    gain: float = 0.9


@dataclass(frozen=True, slots=True)
class TrainingData:
    """A data set that the network has learnt from.

    Attributes:
        name: The data set and its part.
        licence: Terms under which it is given, as an SPDX identifier where there is one.
    """

    name: str
    licence: str


@dataclass(frozen=True, slots=True)
class Score:
    """Figures that were measured, and how to measure them again.

    Attributes:
        command: The command that printed the figures.
        values: Figures by name.
    """

    command: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WeightsCard:
    """What has to be known of weights to use them, and to trust them.

    Attributes:
        name: Name for people and for provenance.
        architecture: "compact" or "sat2graph" for roads, "compact-geopose" or "geopose" for heights.
        configuration: Fields of the architecture's configuration that differ from its defaults.
        m_per_px: Ground size of the pixels that it was trained on; the typical one where there were several.
        m_per_px_range: Smallest and largest ground size that it was trained on, for a network that is told
            the size; None where it knows one size only.
        normalisation: From pixel values to input.
        training_data: What it has learnt from.
        scores: What was measured with it.
        thresholds: Fields of the decoder's options for which these weights have better values.
        caveats: Where they are weak, in sentences for those who use them.
    """

    name: str
    architecture: str
    configuration: Mapping[str, Any] = field(default_factory=dict)
    m_per_px: float = 1.0
    m_per_px_range: tuple[float, float] | None = None
    normalisation: Normalisation = Normalisation()
    training_data: tuple[TrainingData, ...] = ()
    scores: tuple[Score, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()

    def working_m_per_px(self, native_m_per_px: float) -> float:
        """Choose the ground size at which an image is shown to the network.

        Args:
            native_m_per_px: That of the image's own pixels.

        Returns:
            The image's own where the network was trained on it, else the nearest that it was trained on.
        """
        low, high = self.m_per_px_range or (self.m_per_px, self.m_per_px)
        return min(max(native_m_per_px, low), high)

    def to_json(self) -> str:
        """Write the card as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a card; fields that this version does not know are passed over.

        Raises:
            WeightsError: The text is no card, or a value is of the wrong kind.
        """
        try:
            values = json.loads(text)
            card = cls(
                name=_text(values["name"]),
                architecture=_text(values["architecture"]),
                configuration=dict(values.get("configuration", {})),
                m_per_px=_number(values["m_per_px"]),
                m_per_px_range=_range(values.get("m_per_px_range")),
                normalisation=Normalisation(
                    **{key: _number(values["normalisation"][key]) for key in ("white", "centre", "gain")}
                ),
                training_data=tuple(
                    TrainingData(_text(source["name"]), _text(source["licence"]))
                    for source in values.get("training_data", ())
                ),
                scores=tuple(
                    Score(_text(score["command"]), _numbers(score["values"]))
                    for score in values.get("scores", ())
                ),
                thresholds=_numbers(values.get("thresholds") or {}),
                caveats=tuple(_text(caveat) for caveat in values.get("caveats", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise WeightsError(
                f"The weights' card cannot be read ({type(error).__name__}: {error}): export them again."
            ) from error
        if card.m_per_px <= 0.0 or card.normalisation.white <= 0.0:
            raise WeightsError("The card of the weights has a size or a brightness that is not above zero.")
        _check_limits(card)
        return card


def _check_limits(card: WeightsCard) -> None:
    """Refuse numbers with which no network works; a damaged card must not ask for endless work.

    Raises:
        WeightsError: A number lies outside its limits.
    """
    low, high = card.m_per_px_range or (card.m_per_px, card.m_per_px)
    limits = {
        "m_per_px": (card.m_per_px, *_M_PER_PX),
        "least m_per_px": (low, _M_PER_PX[0], card.m_per_px),
        "most m_per_px": (high, card.m_per_px, _M_PER_PX[1]),
        "white": (card.normalisation.white, 1e-3, 1e6),
        "centre": (card.normalisation.centre, -1e3, 1e3),
        "gain": (card.normalisation.gain, -1e3, 1e3),
    }
    for name, value in card.thresholds.items():
        limits[name] = value, 0.0, _MOST_PX if name.endswith("_px") else 1.0
    for name, (value, low, high) in limits.items():
        if not low <= value <= high:
            raise WeightsError(
                f"The card of {card.name} has {name} = {value:g}, which should lie between {low:g} and "
                f"{high:g}: export the weights again."
            )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _range(ends: Any) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = ends
    return _number(low), _number(high)


def _numbers(values: Mapping[str, object]) -> dict[str, float]:
    return {_text(name): _number(value) for name, value in values.items()}
