"""Choose the baseline's threshold on validation images."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.progress import Progress, Silent
from training.baseline.extract import load_mask_network, predict_road
from training.baseline.vectorise import VectoriseOptions, vectorise
from training.config import Recipe, TrainingError
from training.roads.exam import load_tiles
from training.roads.tile_scores import compare_lengths, compare_topology

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def best_row(table: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the row with the greatest TOPO F1, of equals the first.

    Raises:
        TrainingError: TOPO is not defined on any image.
    """
    judged = [row for row in table if "topo_f1" in row]
    if not judged:
        raise TrainingError("No validation image has a road long enough for TOPO: name larger images.")
    return max(judged, key=lambda row: row["topo_f1"])


def try_thresholds(
    checkpoint: Path,
    recipe: Recipe,
    data: Path,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    options: VectoriseOptions | None = None,
    progress: Progress | None = None,
) -> list[dict[str, float]]:
    """Vectorise every validation image with roads at each threshold and compare with the truth.

    Args:
        checkpoint: Of the baseline.
        recipe: Names the images.
        data: Folder that the recipe's paths are relative to.
        thresholds: Road probabilities to try.
        options: How to vectorise otherwise.
        progress: Told of loading and of each threshold.

    Returns:
        For each threshold "threshold" and the figures of ``compare_lengths`` and ``compare_topology``.

    Raises:
        TrainingError: The checkpoint or the images cannot be used, or no image shows a road.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    progress = progress or Silent()
    network = load_mask_network(checkpoint)
    tiles = load_tiles(recipe, data, progress=progress)
    probabilities = [predict_road(network, tile.rgb) for tile in tiles]
    table = []
    for number, threshold in enumerate(thresholds):
        settings = replace(options or VectoriseOptions(), threshold=threshold)
        found = [
            vectorise(probability, settings, valid=tile.valid)
            for probability, tile in zip(probabilities, tiles, strict=True)
        ]
        topology = compare_topology(found, tiles, m_per_px=recipe.validation.m_per_px)
        table.append({"threshold": threshold} | compare_lengths(found, tiles) | topology)
        progress.report(number + 1, len(thresholds), "trying thresholds")
    return table
