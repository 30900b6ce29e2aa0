"""The ranges in which parameters of measures make sense: outside, figures mean nothing or memory ends."""

from collections.abc import Mapping
from typing import Any

from engine.errors import GraphError

Limits = Mapping[str, tuple[float, float]]
"""Least and greatest value of each number by its name."""


def check_limits(options: Any, limits: Limits) -> None:
    """Refuse numbers outside their range, and those that are none; absent ones stay absent.

    Args:
        options: A dataclass of parameters.
        limits: Ranges, both ends included, of its fields.

    Raises:
        GraphError: A number is out of its range.
    """
    for name, (least, greatest) in limits.items():
        value = getattr(options, name)
        if value is not None and not least <= value <= greatest:
            raise GraphError(
                f"{name} is {value:g}, which makes no sense: give a value from {least:g} to {greatest:g}."
            )
