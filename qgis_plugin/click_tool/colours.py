"""What confidence looks like, on the map and in the panel: as in the style of roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..translation import tr


@dataclass(frozen=True)
class ConfidenceClass:
    """A range of confidence and its colour.

    Attributes:
        least: Confidence from which the class begins, 0-1; None = unknown confidence.
        colour: As Qt names it.
    """

    least: Optional[float]
    colour: str

    @property
    def text(self) -> str:
        """What a legend says."""
        if self.least is None:
            return tr("unknown")
        return tr("from {} %").format(round(100 * self.least)) if self.least > 0 else tr("below")


CLASSES = (
    ConfidenceClass(0.75, "#ffd60a"),
    ConfidenceClass(0.5, "#ff8c1a"),
    ConfidenceClass(0.0, "#e5383b"),
    ConfidenceClass(None, "#4cc9f0"),
)
"""From certain to doubtful, then unknown."""

CASING = "#1b1b1b"
"""Round every road, so that it is seen on any image."""

MARKED = "#ffffff"
"""Round roads that are selected or under the mouse, and round windows under work."""


def class_of(confidence: Optional[float]) -> ConfidenceClass:
    """Return the class of a confidence."""
    if confidence is None:
        return CLASSES[-1]
    return next(each for each in CLASSES if each.least is not None and confidence >= each.least)
