"""The loss of heights and view: four terms, taken only where the truth is known.

The defaults are the published loss (Christie et al., CVPRW 2021): squared errors of height in metres, of the
flow's length in pixels, of the direction's two components and of the scale in px/m, weighted 1 : 2 : 10 : 10.
A term is the mean over all that is known in the whole batch, so that an image counts by its known pixels; a
term of which nothing is known is 0 and has no gradient.
"""

from dataclasses import dataclass, fields
from math import inf
from typing import Literal, NamedTuple, Self, get_args

import torch
from torch import Tensor
from torch.nn import functional

from engine.networks.geopose import (
    BENCHMARK_RIDGE_M2,
    GeoposeOutput,
    least_squares_scale,
    pool_over_parts,
    scale_sums,
)
from training.config import TrainingError

HEIGHT_TERMS = ("total", "height", "magnitude", "direction", "scale")
"""Names of the fields of ``HeightLosses``."""

CLEAR_LEAN_PX = 4.0
"""Things that lean further than this show no more of the direction."""

WALL_WEIGHT = 40.0
"""How much more a wall says of the direction than a pixel of a roof that leans by a pixel: roofs show it only
by what is beside them. In trials, without it nothing was learned in 450 steps of oblique scenes, with it
something in 100 (with fewer other augmentations as well)."""

ErrorShape = Literal["squared", "robust", "r2"]
"""How errors of heights and lengths count."""


@dataclass(frozen=True, slots=True)
class HeightLossOptions:
    """Weights and shapes of the four terms; the defaults are the published ones.

    Attributes:
        height: Weight of the error of heights.
        magnitude: Weight of the error of the flow's length.
        direction: Weight of the squared error of the direction, mean over row and column. A network that
            gives it for the parts of an image learns it in each part, by how far things there lean.
        scale: Weight of the squared error of the scale, in px²/m².
        errors: How those of height and length count. "squared": as published. "robust": squared up to a
            limit and linearly beyond it (Huber), so that wrong truth, such as a tower that was built after
            the lidar flight, does not rule a batch. "r2": the share of the truth's variance that is not
            explained, so that both fields count alike and a batch of towers no more than one of houses.
        height_limit_m: Error of heights from which "robust" counts linearly; the second place of the
            Overhead Geopose Challenge used 5 m.
        magnitude_limit_px: The same for lengths; 10 px there, at full resolution.
        least_variance: Added to the truth's variance in "r2", in m² and px²: flat batches vary less than
            their truth is wrong, and would count without limit.
        ridge_m2: Added to Σh² in the scale, which keeps its gradient finite where all is flat.
    """

    height: float = 1.0
    magnitude: float = 2.0
    direction: float = 10.0
    scale: float = 10.0
    errors: ErrorShape = "squared"
    height_limit_m: float = 5.0
    magnitude_limit_px: float = 10.0
    least_variance: float = 1.0
    ridge_m2: float = BENCHMARK_RIDGE_M2

    def __post_init__(self) -> None:
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name == "errors":
                fits, needed = value in get_args(ErrorShape), f"one of {', '.join(get_args(ErrorShape))}"
            elif option.name in ("height", "magnitude", "direction", "scale"):
                fits, needed = 0.0 <= value < inf, "a number of at least 0"
            else:
                fits, needed = 0.0 < value < inf, "a number above 0"
            if not fits:
                raise TrainingError(f"The loss of heights has {option.name} = {value!r}: give {needed}.")


class HeightBatch(NamedTuple):
    """Images and the truth about them.

    Attributes:
        image: (B, 3, S, S) float32 network input.
        m_per_px: (B,) float32 ground size of the pixels.
        height_m: (B, 1, S, S) float32 heights above ground.
        valid: (B, 1, S, S) bool, where there is an image and its height is known.
        direction: (B, 2) float32 row, col of the flow's direction: ``Pose.direction``.
        scale_px_per_m: (B,) float32 flow of one metre of height; 0 in a view from nadir, whose direction is
            not learned as it has no effect.
        posed: (B,) bool, where the view is known; elsewhere only heights are learned.
    """

    image: Tensor
    m_per_px: Tensor
    height_m: Tensor
    valid: Tensor
    direction: Tensor
    scale_px_per_m: Tensor
    posed: Tensor

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the network is called with."""
        return (self.image, self.m_per_px)

    def on(self, device: torch.device) -> Self:
        """Return the batch on a device, the image with its channels last."""
        moved = type(self)(*(part.to(device, non_blocking=True) for part in self))
        return moved._replace(image=moved.image.to(memory_format=torch.channels_last))


@dataclass(frozen=True, slots=True, eq=False)
class HeightLosses:
    """The terms of one batch, unweighted scalars, and their weighted sum.

    Attributes:
        total: What is minimised.
        height: Error of heights: m² where squared or robust, a share where r2.
        magnitude: Error of the flow's length: px² where squared or robust, a share where r2.
        direction: Mean squared error of the direction's components.
        scale: Mean squared error of the scale, px²/m².
    """

    total: Tensor
    height: Tensor
    magnitude: Tensor
    direction: Tensor
    scale: Tensor


def _mean_where(values: Tensor, known: Tensor) -> Tensor:
    """Return the mean over what is known, in double precision; 0 where nothing is."""
    # Chosen rather than multiplied: 0 times a value that is no number is no number.
    return values.where(known, 0.0).sum(dtype=torch.float64) / known.sum().clamp_min(1)


def _field_error(
    predicted: Tensor, truth: Tensor, known: Tensor, options: HeightLossOptions, limit: float
) -> Tensor:
    """Compare two fields where they are known."""
    # Unknown truth may be NaN, and a gradient through NaN is NaN even where it is thrown away.
    truth, predicted = truth.where(known, 0.0), predicted.where(known, 0.0)
    if options.errors == "robust":
        # Twice Huber's loss: small errors count as in the squared one, and the weights keep their meaning.
        return 2.0 * _mean_where(
            functional.huber_loss(predicted, truth, reduction="none", delta=limit), known
        )
    squared = _mean_where((predicted - truth).square(), known)
    if options.errors == "squared":
        return squared
    mean = _mean_where(truth, known).to(truth.dtype)
    return squared / (_mean_where((truth - mean).square(), known) + options.least_variance)


def _find_walls(length_px: Tensor, direction: Tensor) -> Tensor:
    """Find where walls are seen: there the flow grows by one pixel for each pixel against its direction."""
    down = functional.pad(length_px[:, :, 2:] - length_px[:, :, :-2], (0, 0, 1, 1)) / 2
    right = functional.pad(length_px[:, :, :, 2:] - length_px[:, :, :, :-2], (1, 1)) / 2
    row, col = direction[:, 0, None, None, None], direction[:, 1, None, None, None]
    return (down + row).square() + (right + col).square() < 0.25


def _direction_error(
    output: GeoposeOutput, batch: HeightBatch, leaning: Tensor, length_px: Tensor, known: Tensor
) -> Tensor:
    """Compare directions where something leans.

    Args:
        output: Of the network.
        batch: The truth.
        leaning: (B,) bool, the images whose direction is known and has an effect.
        length_px: (B, 1, H, W) true lengths of the flow.
        known: (B, 1, H, W) bool, where they are known.
    """
    truth = batch.direction.where(leaning[:, None], 0.0)
    if output.parts is None:
        turned = (output.direction - truth).square()
        return _mean_where(turned, leaning[:, None].expand_as(turned))
    seen = known & leaning[:, None, None, None]
    lean_px = length_px.where(seen, 0.0)
    visible = lean_px.clamp(0.0, CLEAR_LEAN_PX) + WALL_WEIGHT * (seen & _find_walls(lean_px, truth))
    weights = pool_over_parts(visible, output.parts).double()
    turned = (output.parts - truth[:, :, None, None]).square().mean(dim=1, keepdim=True)
    return (turned * weights).sum() / weights.sum().clamp_min(torch.finfo(torch.float32).tiny)


def height_loss(output: GeoposeOutput, batch: HeightBatch, options: HeightLossOptions) -> HeightLosses:
    """Compare predicted heights and views with the truth.

    The scale is taken from the predicted heights and lengths themselves, so that its error teaches both. It
    is taken where the truth is known; the published code takes it from all pixels, also those outside the
    image, of which it knows nothing.

    Args:
        output: Of the network, in training mode.
        batch: The truth.
        options: Weights, and how errors count.
    """
    known = batch.valid & torch.isfinite(batch.height_m)
    seen = known.flatten(1).any(dim=1)  # (B,)
    scale = batch.scale_px_per_m.where(batch.posed, 0.0)
    known_length = known & batch.posed[:, None, None, None]

    height = _field_error(output.height_m, batch.height_m, known, options, options.height_limit_m)
    length = batch.height_m * scale[:, None, None, None]
    magnitude = _field_error(output.magnitude_px, length, known_length, options, options.magnitude_limit_px)
    direction = _direction_error(output, batch, scale > 0.0, length, known_length)
    slope = least_squares_scale(scale_sums(output.height_m, output.magnitude_px, known), options.ridge_m2)
    lean = _mean_where((slope - scale).square(), batch.posed & seen)

    terms = (height.float(), magnitude.float(), direction.float(), lean.float())
    weights = (options.height, options.magnitude, options.direction, options.scale)
    total = sum(
        (factor * term for factor, term in zip(weights, terms, strict=True)), start=torch.zeros_like(terms[0])
    )
    return HeightLosses(total, *terms)
