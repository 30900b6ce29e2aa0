"""What the parameters of requests may be, by their names: asked before the work."""

import math
from dataclasses import dataclass, fields
from typing import Any

from engine.errors import EngineError
from engine.service.requests import Request


@dataclass(frozen=True, slots=True)
class Limits:
    """Least and greatest value of a number.

    Attributes:
        least: Smallest value.
        most: Largest value.
        open: Which of the two is not itself allowed: "", "least" or "most".
    """

    least: float
    most: float = math.inf
    open: str = ""

    def allow(self, value: float) -> bool:
        """Tell whether a number is within."""
        excluded = {"least": self.least, "most": self.most}.get(self.open)
        return self.least <= value <= self.most and value != excluded

    def __str__(self) -> str:
        low = "above" if self.open == "least" else "at least"
        high = "below" if self.open == "most" else "at most"
        return f"{low} {self.least:g}" + ("" if self.most == math.inf else f" and {high} {self.most:g}")


LIMITS = {
    "min_confidence": Limits(0, 1),
    "simplify_m": Limits(0),
    "spur_m": Limits(0),
    "min_component_m": Limits(0),
    "gsd_m": Limits(0, 1e5, open="least"),
    "working_m": Limits(0, 1e5, open="least"),
    "azimuth_deg": Limits(-360, 360),
    "off_nadir_deg": Limits(0, 90, open="most"),
    "buffer_m": Limits(0.1, 1000),
}
"""Of numbers."""

CHOICES = {
    "device": ("auto", "cpu", "cuda"),
    "heights_at": ("image", "ground"),
    "to": ("ground", "roof", "none"),
    "protocol": ("auto", "sat2graph", "spacenet"),
    "unit": ("m", "cm"),
}
"""Of words."""


def check(request: Request) -> None:
    """Refuse parameters that mean nothing; those that are absent are left to their defaults.

    Raises:
        EngineError: One is beyond its limits, or a word that is not known.
    """
    for each in fields(request):
        value: Any = getattr(request, each.name)
        if isinstance(value, float) and each.name in LIMITS and not LIMITS[each.name].allow(value):
            raise EngineError(f"{each.name} is {value:g}: give a number {LIMITS[each.name]}.")
        if isinstance(value, str) and each.name in CHOICES and value not in CHOICES[each.name]:
            raise EngineError(f"{each.name} is {value[:40]!r}: use {', '.join(CHOICES[each.name])}.")
