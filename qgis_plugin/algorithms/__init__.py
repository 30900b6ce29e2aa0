"""The algorithms, one per file."""

from __future__ import annotations

from typing import Any


def algorithms() -> list[Any]:
    """Make one of each algorithm, in the order of the work."""
    # Imported here, as rooms of the plugin that need no QGIS are tested without one.
    from .check_engine import CheckEngineAlgorithm  # noqa: PLC0415
    from .estimate_heights import EstimateHeightsAlgorithm  # noqa: PLC0415
    from .evaluate_heights import EvaluateHeightsAlgorithm  # noqa: PLC0415
    from .evaluate_roads import EvaluateRoadsAlgorithm  # noqa: PLC0415
    from .extract_roads import ExtractRoadsAlgorithm  # noqa: PLC0415
    from .footprints_to_ground import FootprintsToGroundAlgorithm  # noqa: PLC0415
    from .mask_to_graph import MaskToGraphAlgorithm  # noqa: PLC0415
    from .rectify import RectifyAlgorithm  # noqa: PLC0415
    from .set_up_engine import SetUpEngine  # noqa: PLC0415

    return [
        ExtractRoadsAlgorithm(),
        MaskToGraphAlgorithm(),
        EstimateHeightsAlgorithm(),
        RectifyAlgorithm(),
        FootprintsToGroundAlgorithm(),
        EvaluateRoadsAlgorithm(),
        EvaluateHeightsAlgorithm(),
        CheckEngineAlgorithm(),
        SetUpEngine(),
    ]
