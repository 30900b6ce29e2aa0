"""Road graphs of whole tiles against the truth: lengths, TOPO and APLS."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from engine.errors import GraphError
from engine.evaluation.measures.apls import apls
from engine.evaluation.measures.buffer import compare
from engine.evaluation.measures.protocol import Protocol
from engine.evaluation.measures.topo import topo
from engine.evaluation.pairs.area import ValidPixels
from engine.frames import RowCol
from engine.roads.clip import clip_to_polygon
from engine.roads.graph import RoadGraph
from training.roads.datasets import RoadImage

TOLERANCE_PX = 5.0
"""A road counts as found within this distance: the truth itself is up to 3 m off."""


def compare_lengths(found: Sequence[RoadGraph[RowCol]], tiles: Sequence[RoadImage]) -> dict[str, float]:
    """Compare the lengths of roads within 5 px, where the tiles are valid.

    Args:
        found: Predicted roads of each tile, in its pixels.
        tiles: Images with true roads.

    Returns:
        Completeness, correctness and their harmonic mean ("f1") over all tiles together.

    Raises:
        GraphError: A tile has no true road on its valid pixels.
    """
    true = complete = predicted = right = 0.0
    for graph, tile in zip(found, tiles, strict=True):
        score = compare(graph, tile.graph, tolerance=TOLERANCE_PX, valid=tile.valid)
        true += score.truth_length
        complete += score.completeness * score.truth_length
        predicted += score.predicted_length
        right += score.correctness * score.predicted_length
    completeness = complete / true if true else 0.0
    correctness = right / predicted if predicted else 0.0
    both = completeness + correctness
    f1 = 2.0 * completeness * correctness / both if both else 0.0
    return {"completeness": completeness, "correctness": correctness, "f1": f1}


def _measure(graph: RoadGraph[RowCol], tile: RoadImage, m_per_px: float) -> dict[str, float]:
    """Measure one tile; what its true roads are too short for is left out."""
    height, width = tile.valid.shape
    image = ValidPixels(tile.valid, height, width).polygons()
    truth, predicted = clip_to_polygon(tile.graph, image), clip_to_polygon(graph, image)
    walks, routes = Protocol().for_tile(height * m_per_px, width * m_per_px)
    figures: dict[str, float] = {}
    with suppress(GraphError):
        score = topo(truth, predicted, replace(walks, m_per_px=m_per_px))
        figures |= {
            "topo_precision": score.precision,
            "topo_recall": score.recall,
            "topo_f1": score.f1,
        }
    with suppress(GraphError):
        figures["apls"] = apls(truth, predicted, replace(routes, m_per_px=m_per_px)).score
    return figures


def compare_topology(
    found: Sequence[RoadGraph[RowCol]], tiles: Sequence[RoadImage], *, m_per_px: float = 1.0
) -> dict[str, float]:
    """Compare roads by TOPO and APLS, where the tiles are valid.

    Args:
        found: Predicted roads of each tile, in its pixels.
        tiles: Images with true roads.
        m_per_px: Ground size of a pixel.

    Returns:
        Means of "topo_precision", "topo_recall", "topo_f1" and "apls" over the tiles on which they are
        defined; a measure that is defined on none is left out.
    """
    measured = [_measure(graph, tile, m_per_px) for graph, tile in zip(found, tiles, strict=True)]
    names = ("topo_precision", "topo_recall", "topo_f1", "apls")
    values = {name: [one[name] for one in measured if name in one] for name in names}
    return {name: float(np.mean(each)) for name, each in values.items() if each}
