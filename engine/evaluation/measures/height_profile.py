"""How predicted heights lie beside the true ones: counts that add up over images, whatever their range.

Means say how large errors are, not where they come from. Counts of pixels by predicted and true height show
whether tall things are drawn too low; errors by class of true height say for which things to trust a
prediction; counts of errors show whether few large ones or many small ones make the mean.

The range of heights is not known before the last image is read. So cells begin narrow and double their width
where a value does not fit: the counts of two sets, brought to the wider cells of both, add up exactly.
"""

from dataclasses import dataclass, field
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASS_EDGES_M = (2.0, 5.0, 10.0, 20.0, 50.0)
"""Limits between classes of true height: ground and cars, low sheds and hedges, houses, blocks, towers; a
class holds its lower limit."""

CLASSES_M = tuple(zip((-inf, *CLASS_EDGES_M), (*CLASS_EDGES_M, inf), strict=True))
"""Lower and upper limit of each class."""

_NARROWEST_M = 0.125
_HIGHEST_M = 1000.0
"""Heights and errors beyond this, above or below, are counted as this."""

_SIDE = 256
_BELOW = 32
"""Cells of each axis of the joint counts, and how many of them lie below 0: at 1 m, −32 to 224 m."""

_ERROR_CELLS = 512


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Numbers of values in cells of one width, along one axis or along several alike.

    Attributes:
        counts: (N,) or (N, N) int64; cell i holds values from (i − below) · width on, N and below even.
        below: Cells below 0.
        width_m: Of a cell: an eighth of a metre, doubled some times.
    """

    counts: NDArray[np.int64]
    below: int
    width_m: float = _NARROWEST_M

    @classmethod
    def empty(cls, shape: tuple[int, ...], below: int) -> "Counts":
        """Make cells without values."""
        return cls(np.zeros(shape, dtype=np.int64), below)

    @property
    def edges_m(self) -> NDArray[np.float64]:
        """(N + 1,) limits of the cells along an axis."""
        return np.arange(-self.below, len(self.counts) - self.below + 1).astype(np.float64) * self.width_m

    def with_values(self, *axes: NDArray[np.floating[Any]]) -> "Counts":
        """Return the counts with more values.

        Args:
            axes: (M,) finite values, for each axis of the counts.
        """
        if not len(axes[0]):
            return self
        kept = [np.clip(values, -_HIGHEST_M, _HIGHEST_M) for values in axes]
        wide = self
        low, high = min(float(each.min()) for each in kept), max(float(each.max()) for each in kept)
        while not wide.edges_m[0] <= low <= high < wide.edges_m[-1]:
            wide = wide.widened()
        flat = np.zeros(len(kept[0]), dtype=np.intp)
        for each in kept:
            flat *= len(wide.counts)
            # Shifted by the cells below 0 there is no negative number to round towards 0.
            places = (each * (1.0 / wide.width_m) + self.below).astype(np.intp)
            flat += np.minimum(places, len(wide.counts) - 1)
        more = np.bincount(flat, minlength=wide.counts.size).reshape(wide.counts.shape)
        return Counts(wide.counts + more, self.below, wide.width_m)

    def widened(self) -> "Counts":
        """Return the same counts in cells of twice the width."""
        counts = self.counts
        for axis in range(counts.ndim):
            halved = np.add.reduceat(counts, np.arange(0, counts.shape[axis], 2), axis=axis)
            before = self.below // 2
            after = counts.shape[axis] - halved.shape[axis] - before
            margins = [(before, after) if each == axis else (0, 0) for each in range(counts.ndim)]
            counts = np.pad(halved, margins)
        return Counts(counts, self.below, 2.0 * self.width_m)

    def plus(self, other: "Counts") -> "Counts":
        """Return the counts of both."""
        mine, theirs = self, other
        while mine.width_m < theirs.width_m:
            mine = mine.widened()
        while theirs.width_m < mine.width_m:
            theirs = theirs.widened()
        return Counts(mine.counts + theirs.counts, self.below, mine.width_m)


@dataclass(frozen=True, slots=True, eq=False)
class HeightProfile:
    """Pixels of known true height, counted by height, by error, and by class of true height.

    Attributes:
        joint: By predicted height (rows) and true height (columns).
        errors: By predicted − true height.
        pixels: (6,) in each of ``CLASSES_M``.
        error_m: (6,) Σ (predicted − true height).
        error_m2: (6,) Σ of its square.
    """

    joint: Counts = field(default_factory=lambda: Counts.empty((_SIDE, _SIDE), _BELOW))
    errors: Counts = field(default_factory=lambda: Counts.empty((_ERROR_CELLS,), _ERROR_CELLS // 2))
    pixels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(CLASSES_M), dtype=np.int64))
    error_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(CLASSES_M)))
    error_m2: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(CLASSES_M)))

    def with_pixels(
        self, predicted_m: NDArray[np.floating[Any]], true_m: NDArray[np.floating[Any]]
    ) -> "HeightProfile":
        """Return the counts with more pixels.

        Args:
            predicted_m: (M,) heights, all known.
            true_m: (M,) true ones, all known.
        """
        found, true = predicted_m.astype(np.float64), true_m.astype(np.float64)
        off = found - true
        kinds = np.zeros(len(true), dtype=np.intp)
        for edge_m in CLASS_EDGES_M:
            kinds += true >= edge_m  # three times as fast as a search for few edges
        size = len(CLASSES_M)
        return HeightProfile(
            self.joint.with_values(found, true),
            self.errors.with_values(off),
            self.pixels + np.bincount(kinds, minlength=size),
            self.error_m + np.bincount(kinds, weights=off, minlength=size),
            self.error_m2 + np.bincount(kinds, weights=np.square(off), minlength=size),
        )

    def plus(self, other: "HeightProfile") -> "HeightProfile":
        """Return the counts of both."""
        return HeightProfile(
            self.joint.plus(other.joint),
            self.errors.plus(other.errors),
            self.pixels + other.pixels,
            self.error_m + other.error_m,
            self.error_m2 + other.error_m2,
        )


@dataclass(frozen=True, slots=True)
class ClassErrors:
    """Errors over the pixels whose true height is of one class.

    Attributes:
        from_m: Its lower limit; None for the lowest class.
        to_m: Its upper limit, which belongs to the next class; None for the highest class.
        pixels: How many there are.
        share: Of all pixels; None without any.
        bias_m: Mean of predicted − true height; None without pixels.
        rmse_m: Root of the mean squared error; None without pixels.
    """

    from_m: float | None
    to_m: float | None
    pixels: int
    share: float | None
    bias_m: float | None
    rmse_m: float | None


def class_errors(profile: HeightProfile) -> list[ClassErrors]:
    """Return the errors by class of true height, the lowest class first."""
    total = int(profile.pixels.sum())
    found = []
    for number, (low, high) in enumerate(CLASSES_M):
        count = int(profile.pixels[number])
        found.append(
            ClassErrors(
                from_m=None if low == -inf else low,
                to_m=None if high == inf else high,
                pixels=count,
                share=count / total if total else None,
                bias_m=float(profile.error_m[number]) / count if count else None,
                rmse_m=sqrt(float(profile.error_m2[number]) / count) if count else None,
            )
        )
    return found
