"""Figures of a comparison as outputs: their names are the engine's in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from qgis.core import QgsProcessingFeedback

from ..engine_client.protocol import Result


def figure_outputs(
    labels: Mapping[str, str], result: Result, feedback: QgsProcessingFeedback
) -> dict[str, Optional[float]]:
    """Return the values of outputs, and list them for the user.

    Args:
        labels: What each output says, by its name.
        result: Of the engine; figures that are not defined stay None.
        feedback: Receives the list.
    """
    found = {name: result.figures.get(name.lower()) for name in labels}
    for name, value in found.items():
        feedback.pushInfo(f"{labels[name]}: {'–' if value is None else format(value, '.4g')}")
    return found
