"""Where a raster's sensor stood, as its own metadata and the files beside it say.

Sources by trust: the sensor's model (RPC); the support files of Maxar products, and the same as GDAL's tags;
the metadata of Airbus products; a STAC item. Each part of the view, azimuth and angle off nadir, comes from
the first source that has it.
"""

import logging
from dataclasses import replace
from pathlib import Path

from engine.errors import RasterError
from engine.heights.view_metadata import digitalglobe, dimap, planet, rpc, stac
from engine.heights.view_metadata.finding import Finding, View, merge
from engine.heights.view_metadata.side_files import neighbours
from engine.raster.source import open_dataset

__all__ = ["Finding", "View", "find_view", "search_view"]

_LOG = logging.getLogger(__name__)


def _without_north(finding: Finding) -> Finding:
    """Leave out an azimuth that cannot be turned into a direction in the image."""
    view = finding.view
    if view is None or view.azimuth_deg is None or view.pose is not None:
        return finding
    note = (
        f"{view.source} gives an azimuth of {view.azimuth_deg:.1f}°, but the raster has no georeference that "
        "says where north is: it is not used."
    )
    left = None if view.off_nadir_deg is None else replace(view, azimuth_deg=None)
    return Finding(left, (*finding.notes, note))


def search_view(path: str) -> Finding:
    """Look for the view of a raster in all places that may tell it.

    Args:
        path: Anything GDAL opens. Files beside it are looked for only where it is a plain file; what GDAL
            itself finds counts everywhere.

    Returns:
        The view, each part from the most trusted source that has it, and notes on what was not used.

    Raises:
        RasterError: There is no such raster.
    """
    raster, beside = Path(path), neighbours(path)
    with open_dataset(path) as dataset:
        own = [rpc.read_rpc(dataset, raster.name)]
        tags = digitalglobe.read_tags(dataset.tags(ns="IMD"), f"IMD tags of {raster.name}")
        north_is_known = rpc.is_georeferenced(dataset)
    support = digitalglobe.read_side_files(raster, beside)
    # GDAL's tags are the same file's, read by GDAL: they count only where no file was found here.
    own.append(support if support.view is not None else merge([support, tags]))
    own.extend(read(raster, beside) for read in (dimap.read_side_files, stac.read_side_files))
    finding = merge([*own, planet.read_side_files(raster, beside)])
    return finding if north_is_known else _without_north(finding)


def find_view(path: str) -> View | None:
    """Find where the sensor of a raster stood; notes on what was not used go to the log.

    Args:
        path: Anything GDAL opens.

    Returns:
        None where nothing is said, or the raster cannot be opened: that is for its reader to say.
    """
    try:
        finding = search_view(path)
    except RasterError:
        return None
    for note in finding.notes:
        _LOG.info("%s", note)
    return finding.view
