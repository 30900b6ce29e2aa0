"""Where a raster's sensor stood, as its own metadata and the files beside it say."""

import logging
from pathlib import Path

from engine.errors import RasterError
from engine.heights.view_metadata import digitalglobe
from engine.heights.view_metadata.finding import Finding, View, merge
from engine.heights.view_metadata.side_files import neighbours
from engine.raster.source import open_dataset

__all__ = ["Finding", "View", "find_view", "search_view"]

_LOG = logging.getLogger(__name__)


def search_view(path: str) -> Finding:
    """Look for the view of a raster in all places that may tell it.

    Args:
        path: Anything GDAL opens. Files beside it are looked for only where it is a plain file.

    Returns:
        The view, each part from the most trusted source that has it, and notes on what was not used.

    Raises:
        RasterError: There is no such raster.
    """
    with open_dataset(path) as dataset:
        tags = dataset.tags(ns="IMD")
    raster, beside = Path(path), neighbours(path)
    return merge(
        [
            digitalglobe.read_side_files(raster, beside),
            digitalglobe.read_tags(tags, f"IMD tags of {raster.name}"),
        ]
    )


def find_view(path: str) -> View | None:
    """Find where the sensor of a raster stood; notes go to the log.

    Args:
        path: Anything GDAL opens.

    Returns:
        None where nothing is said, or the raster cannot be opened: that is for the reader to say.
    """
    try:
        finding = search_view(path)
    except RasterError:
        return None
    for note in finding.notes:
        _LOG.warning("%s", note)
    return finding.view
