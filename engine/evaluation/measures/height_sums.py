"""Sums from which the errors of heights and of their flow follow; those of several images add up."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-9
"""Scatter, as a share of the mean, up to which values are all the same."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How values scatter about their mean; those of several sets join into those of all.

    Attributes:
        count: Values.
        mean: Their mean; 0 without values.
        squares: Σ (value − mean)².
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: NDArray[np.floating[Any]]) -> Self:
        """Sum up values of any shape."""
        if values.size == 0:
            return cls()
        mean = float(values.mean())
        return cls(values.size, mean, float(np.square(values - mean).sum()))

    def plus(self, other: "Spread") -> "Spread":
        """Return the spread of both sets as one, as exact as that of each (Chan, Golub and LeVeque 1979)."""
        count = self.count + other.count
        if count == 0:
            return self
        apart = other.mean - self.mean
        between = apart * apart * (self.count * other.count / count)
        mean = self.mean + apart * (other.count / count)
        return Spread(count, mean, self.squares + other.squares + between)

    def r2(self, squared_error: float) -> float | None:
        """Return the share of the scatter that is explained; None where nothing scatters."""
        rounding = self.count * (_ROUNDING * self.mean) ** 2
        return 1.0 - squared_error / self.squares if self.squares > rounding else None


@dataclass(frozen=True, slots=True)
class HeightSums:
    """Errors of one image, or of several.

    Attributes:
        heights: True heights in metres.
        flow: Both components of the true flow in pixels.
        unpredicted: Pixels of known true height without a predicted one.
        height_m2: Σ (predicted − true height)².
        height_m: Σ |predicted − true height|.
        bias_m: Σ (predicted − true height).
        product_m2: Σ predicted · true height.
        true_m2: Σ (true height)².
        flow_px2: Σ of the squared length of predicted − true flow.
        endpoint_px: Σ of its length.
        magnitude_px: Σ |length of the predicted flow − length of the true one|.
        images: Images.
        views: Images whose views are known.
        scale_px_per_m: Σ |predicted − true scale|, of images.
        leaning: Images whose true scale is above 0, so that their angle is one.
        angle_deg: Σ |predicted − true angle|, the shortest way round, of leaning images.
        angle_deg2: Σ of its square.
    """

    heights: Spread = field(default_factory=Spread)
    flow: Spread = field(default_factory=Spread)
    unpredicted: int = 0
    height_m2: float = 0.0
    height_m: float = 0.0
    bias_m: float = 0.0
    product_m2: float = 0.0
    true_m2: float = 0.0
    flow_px2: float = 0.0
    endpoint_px: float = 0.0
    magnitude_px: float = 0.0
    images: int = 0
    views: int = 0
    scale_px_per_m: float = 0.0
    leaning: int = 0
    angle_deg: float = 0.0
    angle_deg2: float = 0.0

    @property
    def viewed(self) -> bool:
        """Whether the views of all images are known, so that the flow can be judged."""
        return self.views == self.images

    def plus(self, other: "HeightSums") -> "HeightSums":
        """Return the errors of both."""
        added: dict[str, Any] = {}
        for name in (each.name for each in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            added[name] = mine.plus(theirs) if isinstance(mine, Spread) else mine + theirs
        return HeightSums(**added)


def add_up(each: Iterable[HeightSums]) -> HeightSums:
    """Return the errors of all, added in their order."""
    total = HeightSums()
    for sums in each:
        total = total.plus(sums)
    return total
