"""The algorithms, one per file."""

from __future__ import annotations

from typing import Any


def algorithms() -> list[Any]:
    """Make one of each algorithm, in the order of the work."""
    from .extract_roads import ExtractRoadsAlgorithm  # noqa: PLC0415 - the rooms without QGIS import this package

    return [ExtractRoadsAlgorithm()]
