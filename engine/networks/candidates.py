"""Where the graph tensor shows vertices, and what it says about their edges there.

All dense work stays on the device that holds the tensor. Only the candidates, a few thousand in a
tile, cross to numpy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor
from torch.nn import functional

from engine.networks.layout import EDGES, OFFSETS, ROAD, SECTORS, VECTOR_NORM_PX, VERTEX

_SIGMA_PX = 1.0
_REACH_PX = 3
_TAPS = [math.exp(-0.5 * (step / _SIGMA_PX) ** 2) for step in range(_REACH_PX + 1)]
_BLOB_RESPONSE = _TAPS[0] + 2.0 * _TAPS[1]
"""What the taps make of three ones in a row; dividing by it sets the scale."""

_PHASE_LOSS_PER_PX = (_TAPS[1] - _TAPS[2]) / _BLOB_RESPONSE
"""Share of the peak lost, per axis, for each pixel between the blob's centre and the pixel's centre.

A blob moved by d covers 1 - d of the pixel it leaves (tap 1) and d of the one it enters (tap 2).
"""

_LEAST_PHASE = (1.0 - 0.5 * _PHASE_LOSS_PER_PX) ** 2


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places that may be road vertices: N of them, in no particular order.

    Attributes:
        positions: (N, 2) float64 row and column, to a fraction of a pixel, in the pixel frame.
        vertex_probability: (N,) float32. An ideal 3×3 px blob of ones gives 1, wherever it lies.
        edge_probability: (N, 6) float32 that an edge leaves in each sector, given the vertex.
        offsets_px: (N, 6, 2) float32 row and column offsets to the neighbours.
        road_probability: (N,) float32 that the place is road.
    """

    positions: NDArray[np.float64]
    vertex_probability: NDArray[np.float32]
    edge_probability: NDArray[np.float32]
    offsets_px: NDArray[np.float32]
    road_probability: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.positions)

    @classmethod
    def empty(cls) -> Self:
        """Make no candidates."""
        return cls(
            positions=np.zeros((0, 2), dtype=np.float64),
            vertex_probability=np.zeros(0, dtype=np.float32),
            edge_probability=np.zeros((0, SECTORS), dtype=np.float32),
            offsets_px=np.zeros((0, SECTORS, 2), dtype=np.float32),
            road_probability=np.zeros(0, dtype=np.float32),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Join candidates of the same frame, in the order given."""
        parts = [cls.empty(), *parts]
        return cls(
            **{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)}
        )

    def select(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        """Keep the candidates of a mask, or of indices in their order."""
        return type(self)(**{one.name: getattr(self, one.name)[kept] for one in fields(self)})


def _smoothed(probability: Tensor) -> Tensor:
    """Smooth an (H, W) map by a Gaussian, outside zero, so that a 3×3 blob of ones peaks at 1.

    Taps at the same distance are added first: mirror images give mirrored results to the last bit.
    """
    for axis in (0, 1):
        size = probability.shape[axis]
        margins = (0, 0, _REACH_PX, _REACH_PX) if axis == 0 else (_REACH_PX, _REACH_PX, 0, 0)
        padded = functional.pad(probability, margins)
        probability = padded.narrow(axis, _REACH_PX, size) * (_TAPS[0] / _BLOB_RESPONSE)
        for step in range(1, _REACH_PX + 1):
            both = padded.narrow(axis, _REACH_PX - step, size) + padded.narrow(axis, _REACH_PX + step, size)
            probability.add_(both, alpha=_TAPS[step] / _BLOB_RESPONSE)
    return probability


def _peaks(padded: Tensor, least: float) -> NDArray[np.int64]:
    """Find the pixels that no neighbour exceeds.

    Args:
        padded: (H + 2, W + 2) map with a frame of zeros.
        least: Smallest value of a peak.

    Returns:
        (N, 2) rows and columns in the map without its frame, in raster order.
    """
    height = padded.shape[0] - 2
    centre = padded[1:-1, 1:-1]
    across = torch.maximum(padded[:, :-2], padded[:, 2:]).maximum(padded[:, 1:-1])  # (H + 2, W)
    highest = torch.maximum(across[:height], across[2:]).maximum(across[1:-1])  # (H, W)
    peaks = torch.nonzero((centre >= highest) & (centre >= max(least, torch.finfo(padded.dtype).tiny)))
    found: NDArray[np.int64] = peaks.cpu().numpy()
    return found


def _plateaus(
    pixels: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Join peaks that touch; such peaks are equal.

    Args:
        pixels: (N, 2) in raster order.

    Returns:
        (M, 2) first pixel of each plateau, (M, 2) mean of its pixels, (M, 2) whether it is but one
        pixel high and wide.
    """
    if not len(pixels):
        return pixels, np.zeros((0, 2)), np.zeros((0, 2), dtype=np.bool_)
    stride = int(pixels[:, 1].max()) + 2
    flat = pixels[:, 0] * stride + pixels[:, 1]
    wanted = flat[:, None] + np.array([1, stride - 1, stride, stride + 1])  # (N, 4)
    at = np.minimum(np.searchsorted(flat, wanted), len(flat) - 1)
    source, step = np.nonzero(flat[at] == wanted)
    links = coo_array((np.ones(len(source)), (source, at[source, step])), shape=(len(flat), len(flat)))
    _, label = connected_components(links, directed=False)
    _, first, size = np.unique(label, return_index=True, return_counts=True)
    mean = np.column_stack([np.bincount(label, weights=axis) for axis in pixels.T]) / size[:, None]
    away = np.column_stack([np.bincount(label, weights=axis) for axis in np.abs(pixels - mean[label]).T])
    return pixels[first], mean, away == 0


def _subpixel(padded: Tensor, pixels: Tensor) -> Tensor:
    """Find where between pixels the peaks lie.

    A smoothed blob is nearly a Gaussian, whose logarithm is a parabola: three values give its top.

    Args:
        padded: (H + 2, W + 2) map with a frame of zeros.
        pixels: (N, 2) rows and columns in the map without its frame.

    Returns:
        (N, 2) float64 offsets from the pixels' centres, at most half a pixel.
    """
    rows, cols = pixels[:, 0] + 1, pixels[:, 1] + 1
    centre = padded[rows, cols].double()
    # Against a logarithm of zero: a neighbour a million times lower is as good as none.
    floor = centre * 1e-6

    def logarithm(row_step: int, col_step: int) -> Tensor:
        return torch.maximum(padded[rows + row_step, cols + col_step].double(), floor).log()

    top = centre.log()
    offsets = []
    for before, after in (
        (logarithm(-1, 0), logarithm(1, 0)),
        (logarithm(0, -1), logarithm(0, 1)),
    ):
        bend = 2.0 * top - before - after
        offset = 0.5 * (after - before) / bend.clamp_min(1e-9)
        offsets.append(offset.clamp(-0.5, 0.5))
    return torch.stack(offsets, dim=1)


def _probability(values: Tensor, first: int, *, logits: bool) -> Tensor:
    """Return the "yes" of the softmax pair that starts at a plane, as float32."""
    if not logits:
        return values[first].float()
    return torch.sigmoid(values[first].float() - values[first + 1].float())


def _sampled(tensor: Tensor, positions: Tensor, *, logits: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Read edges and road between the four pixel centres around each position.

    All four lie under the blob of the vertex, so they speak of the same vertex; their mean is less
    noisy than one, and moves smoothly with the position. Offsets count by the edges' probability.

    Args:
        tensor: (28, H, W).
        positions: (N, 2) float64 in the pixel frame.
        logits: Whether the pairs are logits still.

    Returns:
        (N, 6) edge probability, (N, 6, 2) offsets in pixels, (N,) road probability; float32.
    """
    height, width = tensor.shape[1:]
    base = torch.floor(positions - 0.5)
    share = positions - 0.5 - base  # (N, 2) towards the next pixel
    edge = torch.zeros(len(positions), SECTORS, device=tensor.device)
    road = torch.zeros(len(positions), device=tensor.device)
    offset = torch.zeros(len(positions), SECTORS, 2, device=tensor.device)
    for row_step, col_step in ((0, 0), (0, 1), (1, 0), (1, 1)):
        row = (base[:, 0].long() + row_step).clamp(0, height - 1)
        col = (base[:, 1].long() + col_step).clamp(0, width - 1)
        along_row = share[:, 0] if row_step else 1.0 - share[:, 0]
        along_col = share[:, 1] if col_step else 1.0 - share[:, 1]
        weight = (along_row * along_col).float()  # (N,)
        values = tensor[:, row, col].float()  # (28, N)
        here = torch.stack([_probability(values, plane, logits=logits) for plane in EDGES], dim=1)
        certain = here * weight[:, None]  # (N, 6)
        vectors = torch.stack([values[list(OFFSETS)].T, values[[plane + 1 for plane in OFFSETS]].T], dim=2)
        edge += certain
        road += _probability(values, ROAD, logits=logits) * weight
        # The small term keeps the vectors of sectors that are certainly without an edge defined.
        offset += vectors * (certain + 1e-6 * weight[:, None])[:, :, None]
    return edge, offset * (VECTOR_NORM_PX / (edge + 1e-6))[:, :, None], road


@torch.inference_mode()
def find_candidates(
    tensor: Tensor, *, threshold: float, valid: Tensor | None = None, logits: bool = False
) -> Candidates:
    """Find the vertices that a graph tensor shows.

    The vertex plane is smoothed by a Gaussian of 1 px on an absolute scale (the published decoder
    divides by the image's maximum, which turns the noise of an empty image into roads); its local
    maxima are the candidates, a plateau being one.

    Args:
        tensor: (28, H, W) in probability form, see ``engine.networks.layout``; on any device and in
            any memory layout. It is not copied.
        threshold: Least vertex probability of a candidate.
        valid: (H, W) bool; elsewhere there is no image and no candidate.
        logits: Whether the pairs are logits still, as the networks give them. Only what is read is
            then turned into probabilities, not 28 whole planes.
    """
    if not tensor[VERTEX].numel():
        return Candidates.empty()
    probability = _probability(tensor, VERTEX, logits=logits)
    if valid is not None:
        probability = probability * valid
    padded = functional.pad(_smoothed(probability), (1, 1, 1, 1))
    first, mean, thin = _plateaus(_peaks(padded, threshold * _LEAST_PHASE))
    peaks = torch.from_numpy(first).to(tensor.device)
    centres = torch.from_numpy(mean).to(tensor.device) + 0.5
    inexact = torch.from_numpy(thin).to(tensor.device)
    positions = centres + _subpixel(padded, peaks) * inexact
    phase = (1.0 - _PHASE_LOSS_PER_PX * (positions - positions.floor() - 0.5).abs()).prod(dim=1)
    vertex = (padded[peaks[:, 0] + 1, peaks[:, 1] + 1] / phase).clamp_max(1.0)
    kept = vertex >= threshold
    if valid is not None:
        kept &= valid[peaks[:, 0], peaks[:, 1]]
    positions = positions[kept]
    edge, offsets_px, road = _sampled(tensor, positions, logits=logits)
    return Candidates(
        positions=positions.cpu().numpy(),
        vertex_probability=vertex[kept].float().cpu().numpy(),
        edge_probability=edge.cpu().numpy(),
        offsets_px=offsets_px.cpu().numpy(),
        road_probability=road.cpu().numpy(),
    )


def find_candidates_in_array(tensor: NDArray[np.float32], *, threshold: float) -> Candidates:
    """Find the vertices that a graph tensor in numpy shows: see ``find_candidates``.

    Args:
        tensor: (28, H, W) float32 in probability form.
        threshold: Least vertex probability of a candidate.
    """
    return find_candidates(torch.from_numpy(tensor), threshold=threshold)
