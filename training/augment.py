"""Views of an image in which pixels and road graph move together, and variations of colour.

A view maps crop pixels to image pixels by one affine map; the image is sampled through the map and
the graph's vertices go through its inverse. The graph tensor is encoded from the moved graph, so no
tensor is ever warped.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.frames import RowCol
from engine.networks.card import Normalisation
from engine.roads.graph import RoadGraph
from training.config import AugmentOptions

IMAGE_SCALE = Normalisation().gain
"""Mean gain of the published training, applied at all other times (published)."""

_REACH_PX = 40.0
"""Edges that end this close to a crop are kept, for their near end may leave a mark in it."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A square window on an image, turned, mirrored and magnified.

    Attributes:
        centre: (2,) row and col in the image, in pixels, at the centre of the crop.
        matrix: (2, 2) image pixels per crop pixel: image = centre + matrix @ (crop - side / 2).
        side_px: Side of the crop.
    """

    centre: NDArray[np.float64]
    matrix: NDArray[np.float64]
    side_px: int

    def to_crop(self, rowcol: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map (N, 2) image positions to crop positions."""
        moved: NDArray[np.float64] = (rowcol - self.centre) @ np.linalg.inv(self.matrix).T + self.side_px / 2
        return moved


def draw_matrix(rng: np.random.Generator, options: AugmentOptions) -> NDArray[np.float64]:
    """Draw the (2, 2) turning, mirroring and magnifying part of a view."""
    angle_deg = 0.0
    if rng.random() < options.rotation_probability:
        angle_deg = 90.0 * rng.integers(4) + rng.uniform(-options.tilt_deg, options.tilt_deg)
    flipped = rng.random() < options.flip_probability
    low, high = np.log(options.rescale)
    magnification = float(np.exp(rng.uniform(low, high)))
    cos, sin = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    turn = np.array([[cos, -sin], [sin, cos]])
    mirror = np.diag([1.0, -1.0 if flipped else 1.0])
    matrix: NDArray[np.float64] = turn @ mirror / magnification
    return matrix


def sample_pixels(
    rgb: NDArray[np.uint8], valid: NDArray[np.bool_], view: View
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Sample an image through a view, bilinearly.

    Args:
        rgb: (3, H, W).
        valid: (H, W), where there is an image.
        view: What to look at.

    Returns:
        (3, S, S) values in 0 .. 255 and (S, S), false outside the image and where it is not valid.
    """
    side = view.side_px
    corners = np.array([[0, 0], [0, side], [side, 0], [side, side]]) - side / 2
    reach = view.centre + corners @ view.matrix.T
    limit = np.array(valid.shape)
    low = np.clip(np.floor(reach.min(axis=0)).astype(int) - 2, 0, limit)
    high = np.clip(np.ceil(reach.max(axis=0)).astype(int) + 2, low, limit)
    pixels = np.zeros((3, side, side), dtype=np.float32)
    seen = np.zeros((side, side), dtype=np.float32)
    if (high <= low).any():
        return pixels, seen.astype(bool)
    part = np.s_[low[0] : high[0], low[1] : high[1]]
    # Array index i is the pixel whose centre is at i + 0.5.
    offset = view.centre + view.matrix @ np.full(2, 0.5 - side / 2) - 0.5 - low
    for band, plane in zip(pixels, rgb, strict=True):
        ndimage.affine_transform(plane[part], view.matrix, offset, output=band, order=1, mode="nearest")
    ndimage.affine_transform(
        valid[part].astype(np.float32), view.matrix, offset, output=seen, order=1, mode="constant"
    )
    return pixels, seen > 0.99


def valid_share(valid: NDArray[np.bool_], view: View) -> float:
    """Return the share of a view, on a grid of 16 × 16 points, that is valid; outside the image nothing is.

    Args:
        valid: (H, W), of the image.
        view: What to look at.
    """
    steps = (np.arange(16) + 0.5) / 16 * view.side_px - view.side_px / 2
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    where = np.floor(view.centre + grid @ view.matrix.T).astype(int)
    inside = ((where >= 0) & (where < valid.shape)).all(axis=1)
    return float(valid[tuple(where[inside].T)].sum()) / len(grid)


def move_graph(graph: RoadGraph[RowCol], view: View) -> RoadGraph[RowCol]:
    """Return the part of a graph near a crop, in the crop's frame.

    Args:
        graph: Densified graph in the image's pixel frame.
        view: The crop.
    """
    moved = replace(graph, vertices=view.to_crop(graph.vertices))
    ends = moved.vertices[moved.edges]  # (E, 2 ends, 2)
    near = (ends.max(axis=1) > -_REACH_PX) & (ends.min(axis=1) < view.side_px + _REACH_PX)
    return moved.with_edges(near.all(axis=1)).without_lone_vertices()


def normalise(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring values of 0 .. 255 to what the networks expect when nothing is varied."""
    return ((pixels / np.float32(255) - np.float32(0.5)) * np.float32(IMAGE_SCALE)).astype(np.float32)


def vary_colours(
    rng: np.random.Generator, pixels: NDArray[np.float32], options: AugmentOptions
) -> NDArray[np.float32]:
    """Vary sensor and light of a crop.

    Args:
        rng: Source of randomness.
        pixels: (3, S, S) in 0 .. 255.
        options: Ranges.

    Returns:
        (3, S, S) network input, within ±0.5 before the gain of each band.
    """
    unit = pixels / np.float32(255)
    if options.gamma:
        unit = unit ** np.float32(np.exp(rng.uniform(-options.gamma, options.gamma)))
    if options.contrast:
        mean = unit.mean(axis=(1, 2), keepdims=True)
        unit = mean + (unit - mean) * np.float32(1 + rng.uniform(-options.contrast, options.contrast))
    if options.blur_px and rng.random() < 0.5:
        sigma = rng.uniform(0.2, 1.0) * options.blur_px
        unit = ndimage.gaussian_filter(unit, (0, sigma, sigma), truncate=2.5)
    if options.noise and rng.random() < 0.5:
        spread = np.float32(rng.uniform(0, options.noise))
        unit = unit + spread * rng.standard_normal(unit.shape, dtype=np.float32)
    varied = (unit - np.float32(0.5)) * np.float32(rng.uniform(*options.gain))
    varied = np.clip(varied + np.float32(rng.uniform(-options.shift, options.shift)), -0.5, 0.5)
    bands = rng.uniform(*options.band_gain, size=(3, 1, 1)).astype(np.float32)
    shown: NDArray[np.float32] = (varied * bands).astype(np.float32)
    return shown


def occlude(
    rng: np.random.Generator, pixels: NDArray[np.float32], options: AugmentOptions
) -> NDArray[np.float32]:
    """Hide parts of a crop as trees and clouds do: 1 to 5 disturbed and 1 to 3 lost patches.

    Args:
        rng: Source of randomness.
        pixels: (3, S, S) network input.
        options: Chance and size.
    """
    if rng.random() >= options.occlusion_probability:
        return pixels
    hidden = pixels.copy()
    side = min(options.occlusion_px, pixels.shape[1])
    disturbed, lost = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    for place in range(disturbed + lost):
        row, col = rng.integers(0, pixels.shape[1] - side + 1, size=2)
        patch = hidden[:, row : row + side, col : col + side]
        noise = rng.random(patch.shape, dtype=np.float32)
        if place < disturbed:
            patch *= noise + np.float32(0.5)
        else:
            patch[:] = noise - np.float32(0.5)
    return hidden
