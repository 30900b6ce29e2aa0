"""Estimated heights brought to known ones: points that somebody measured, or heights from lidar.

Known heights stand at their place on the ground; the image shows them elsewhere when it leans. Which of the
two is moved depends on what is sure. Where the view is known (from metadata or the user), a known height
tells exactly where the image shows it, whatever the estimate there. Where the network found the view, it saw
how far things lean: then height and scale of the estimate together tell where each pixel stands, whatever the
factor that is looked for. That factor gives the lean of a known metre, and with it the first way is open too:
it is taken afterwards, as moving known heights does not depend on the noise of the estimated ones.
"""

import os
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.heights.buildings.standing import SeenGround
from engine.heights.height_raster import HeightRaster
from engine.heights.known.points import read_known_points
from engine.heights.known.raster import KnownRaster, cell_side_px
from engine.heights.known.slope import Calibration, fit_slope
from engine.heights.pose import Pose
from engine.heights.scene_view import NETWORK
from engine.heights.seen_raster import open_seen
from engine.heights.tags import HeightTags
from engine.raster.writer import Placement
from engine.vector.source import POINTS, is_vector, open_layer

__all__ = ["HEIGHT_FIELD", "Calibration", "calibrate", "calibrate_by_points", "calibrate_by_raster"]

HEIGHT_FIELD = "height_m"
"""Attribute of points that holds their known height, unless another is named."""

_Pairs = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(N,) estimated and (N,) known heights."""


class _Compare(Protocol):
    """Compares heights in a view: ``own`` says whether estimates are moved, or what is known."""

    def __call__(self, pose: Pose, *, own: bool) -> _Pairs: ...


def _fit(tags: HeightTags, compare: _Compare, *, from_network: bool | None) -> Calibration:
    """Find the slope by the known lean, or first by the lean that the network saw."""
    # Where the network gave the direction only, how far things lean is known from elsewhere.
    told = tags.view == NETWORK or tags.view.endswith(f"off-nadir of {NETWORK}")
    if not (told if from_network is None else from_network):
        return fit_slope(*compare(tags.pose, own=False))
    first = fit_slope(*compare(tags.pose, own=True))
    lean = replace(tags.pose, scale_px_per_m=tags.pose.scale_px_per_m / first.slope)
    return fit_slope(*compare(lean, own=False))


def calibrate_by_points(
    heights_path: str | os.PathLike[str],
    points_path: str | os.PathLike[str],
    *,
    field: str = HEIGHT_FIELD,
    layer: str | None = None,
    from_network: bool | None = None,
) -> Calibration:
    """Compare estimated heights with those of points that somebody measured.

    Args:
        heights_path: Heights with their view, as ``plumbline heights`` writes them.
        points_path: Any vector file of points, at the place on the ground of what they measure, such as in
            the middle of a roof.
        field: Attribute that holds the known height in metres; points without are ignored.
        layer: Layer of the points; None = the first one of points.
        from_network: Whether the network saw how far things lean; None = as the file of heights says.

    Raises:
        VectorError: The points cannot be read, or have no such attribute.
        RasterError: The heights cannot be read or say nothing of their view; too few points can be compared.
    """
    with open_seen(heights_path) as raster, open_layer(points_path, POINTS, layer=layer) as known:
        tags, grid = HeightTags.read(raster.name), raster.grid
        points = read_known_points(known, field, raster)

        def compare(pose: Pose, *, own: bool) -> _Pairs:
            seen = SeenGround(raster.heights, grid.height, grid.width, pose)
            return points.estimates(seen, own=own), points.height_m

        return _fit(tags, compare, from_network=from_network)


def calibrate_by_raster(
    heights_path: str | os.PathLike[str],
    reference_path: str | os.PathLike[str],
    *,
    from_network: bool | None = None,
) -> Calibration:
    """Compare estimated heights with a raster of heights above ground, such as from lidar.

    Means of cells on one surface are compared, as large as the pixels of the coarser raster and at least
    three pixels of the heights. Of large rasters, 64 squares of 512² px are compared, evenly chosen.

    Args:
        heights_path: Heights with their view, as ``plumbline heights`` writes them.
        reference_path: One band of metres above ground, on any grid; anything GDAL opens.
        from_network: Whether the network saw how far things lean; None = as the file of heights says.

    Raises:
        RasterError: One of them cannot be read, the heights say nothing of their view, the two do not
            overlap, or too little of them can be compared.
    """
    reference = os.fspath(reference_path)
    with open_seen(heights_path) as raster:
        plane = raster.plane
        with HeightRaster(reference, Placement.of_grid(plane)) as known:
            both = KnownRaster(raster.heights, known, plane, cell_side_px(reference, plane))
            tags = HeightTags.read(raster.name)
            return _fit(tags, both.pairs, from_network=from_network)


def calibrate(
    heights_path: str | os.PathLike[str],
    known_path: str | os.PathLike[str],
    *,
    field: str = HEIGHT_FIELD,
    from_network: bool | None = None,
) -> Calibration:
    """Compare estimated heights with known ones: points of a vector file, or a raster.

    Args:
        heights_path: Heights with their view, as ``plumbline heights`` writes them.
        known_path: Known heights; which of the two kinds it is, the file itself says.
        field: Of points, the attribute that holds the known height in metres.
        from_network: Whether the network saw how far things lean; None = as the file of heights says.

    Raises:
        VectorError: Points cannot be read, or have no such attribute.
        RasterError: A raster cannot be read, or too little can be compared.
    """
    if is_vector(known_path):
        return calibrate_by_points(heights_path, known_path, field=field, from_network=from_network)
    return calibrate_by_raster(heights_path, known_path, from_network=from_network)
