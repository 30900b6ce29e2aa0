"""Heights moved into displacements, and positions moved along them, both ways.

The one rule of ``engine.heights.pose``: ground = feature + height · scale · (cos θ, sin θ), in (row, col).
A height that is not known (NaN) gives a displacement and a position that are not known.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.heights.pose import Pose

Heights = NDArray[np.floating[Any]]
"""Heights above ground in metres, or lengths of the flow in pixels; NaN where unknown."""


def flow_px(height_m: Heights, pose: Pose) -> Heights:
    """Return by how much each pixel lies away from its ground position.

    Args:
        height_m: (H, W) heights of the surface that each pixel shows; NaN where unknown.
        pose: How the image is seen.

    Returns:
        (2, H, W) displacement in rows and in columns, from the feature to its ground position, in the
        precision of the heights.
    """
    flow: Heights = height_m * pose.flow_px_per_m.astype(_precision(height_m))[:, None, None]
    return flow


def ground_of_pixels(height_m: Heights, pose: Pose) -> NDArray[np.float64]:
    """Return where on the ground the surface lies that each pixel shows at its centre.

    Args:
        height_m: (H, W) heights; NaN where unknown.
        pose: How the image is seen.

    Returns:
        (2, H, W) rows and columns in the corner frame: at height 0, a half more than the pixel's indices.
    """
    rows, cols = height_m.shape
    places = np.asarray(flow_px(height_m.astype(np.float64), pose), dtype=np.float64)
    places[0] += np.arange(rows)[:, None] + 0.5
    places[1] += np.arange(cols) + 0.5
    return places


def ground_positions(features: ArrayLike, height_m: ArrayLike, pose: Pose) -> NDArray[np.float64]:
    """Move points from where the image shows them to their ground positions, such as roofs to footprints.

    Args:
        features: (N, 2) row, col in the image.
        height_m: (N,) height of each, or one for all; NaN where unknown.
        pose: How the image is seen.

    Returns:
        (N, 2) row, col on the ground.
    """
    return np.asarray(features, dtype=np.float64).reshape(-1, 2) + _moves(height_m, pose)


def feature_positions(ground: ArrayLike, height_m: ArrayLike, pose: Pose) -> NDArray[np.float64]:
    """Move points from the ground to where the image shows them at a height: undoes ``ground_positions``.

    Args:
        ground: (N, 2) row, col on the ground.
        height_m: (N,) height of each, or one for all; NaN where unknown.
        pose: How the image is seen.

    Returns:
        (N, 2) row, col in the image.
    """
    return np.asarray(ground, dtype=np.float64).reshape(-1, 2) - _moves(height_m, pose)


def height_from_magnitude(magnitude_px: Heights, pose: Pose) -> Heights:
    """Return the heights that explain lengths of the flow.

    Args:
        magnitude_px: Lengths of any shape; NaN where unknown.
        pose: How the image is seen.

    Returns:
        Heights in metres, same shape and precision; NaN everywhere in a view from nadir, where nothing
        leans whatever its height.
    """
    precision = _precision(magnitude_px)
    if pose.scale_px_per_m == 0.0:
        return np.full(magnitude_px.shape, np.nan, dtype=precision)
    heights: Heights = magnitude_px / precision.type(pose.scale_px_per_m)
    return heights


def _precision(values: Heights) -> np.dtype[Any]:
    """Return the precision of the values, at least single: a flow in whole pixels would be no flow."""
    return np.result_type(values.dtype, np.float32)


def _moves(height_m: ArrayLike, pose: Pose) -> NDArray[np.float64]:
    """Return the displacements of (N,) heights, or of one: (N, 2) or (1, 2)."""
    moves: NDArray[np.float64] = np.asarray(height_m, dtype=np.float64).reshape(-1, 1) * pose.flow_px_per_m
    return moves
