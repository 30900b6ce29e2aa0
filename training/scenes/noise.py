"""Smooth random fields in metres: the same field at any ground resolution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_UNIT = 1.0 / 0.4794
"""A cubic B-spline through unit-variance lattice values has a standard deviation of 151/315 in 2-D."""


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """A sum of octaves, each a cubic B-spline over a lattice of random values; about unit variance.

    Attributes:
        origin_m: The lattices begin at (-origin_m, -origin_m).
        wavelengths_m: Lattice spacing of each octave.
        lattices: Random values of each octave, amplitude included.
    """

    origin_m: float
    wavelengths_m: tuple[float, ...]
    lattices: tuple[NDArray[np.float32], ...]

    def on_axes(self, rows_m: NDArray[np.float64], cols_m: NDArray[np.float64]) -> NDArray[np.float32]:
        """Evaluate on the grid of given row and column positions.

        Args:
            rows_m: (R,) positions in metres.
            cols_m: (C,) positions in metres.

        Returns:
            (R, C) values.
        """
        total = np.zeros((len(cols_m), len(rows_m)), dtype=np.float32)
        for wavelength_m, lattice in zip(self.wavelengths_m, self.lattices, strict=True):
            down = _spline_matrix((rows_m + self.origin_m) / wavelength_m, lattice.shape[0])
            across = _spline_matrix((cols_m + self.origin_m) / wavelength_m, lattice.shape[1])
            total += across @ np.ascontiguousarray((down @ lattice).T)
        return np.ascontiguousarray(total.T)

    def at(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate at (N, 2) points in metres."""
        total = np.zeros(len(points_m))
        for wavelength_m, lattice in zip(self.wavelengths_m, self.lattices, strict=True):
            place = (points_m + self.origin_m) / wavelength_m
            row, row_weights = _spline_weights(place[:, 0], lattice.shape[0])
            col, col_weights = _spline_weights(place[:, 1], lattice.shape[1])
            for i in range(4):
                for j in range(4):
                    total += row_weights[i] * col_weights[j] * lattice[row + i, col + j]
        return total


def fractal_noise(
    draw: np.random.Generator,
    extent_m: tuple[float, float],
    *,
    wavelengths_m: tuple[float, ...],
    persistence: float = 0.6,
    margin_m: float = 300.0,
) -> Noise:
    """Draw a field of about unit variance whose octaves have the given wavelengths.

    Args:
        draw: Source of randomness.
        extent_m: Height and width of the area.
        wavelengths_m: From coarse to fine.
        persistence: Amplitude of each octave relative to the one before.
        margin_m: How far outside the area the field can be evaluated.
    """
    amplitudes = persistence ** np.arange(len(wavelengths_m))
    amplitudes *= _UNIT / np.sqrt((amplitudes**2).sum())
    lattices = []
    for wavelength_m, amplitude in zip(wavelengths_m, amplitudes, strict=True):
        shape = [int(np.ceil((side + 2 * margin_m) / wavelength_m)) + 4 for side in extent_m]
        lattices.append((amplitude * draw.standard_normal(shape)).astype(np.float32))
    return Noise(margin_m, wavelengths_m, tuple(lattices))


def _spline_weights(
    place: NDArray[np.float64], size: int
) -> tuple[NDArray[np.int64], tuple[NDArray[np.float64], ...]]:
    first = np.clip(np.floor(place).astype(np.int64), 0, size - 4)
    t = np.clip(place - first, 0.0, 1.0)
    s = 1.0 - t
    return first, (
        s**3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (3 * s**3 - 6 * s**2 + 4) / 6,
        t**3 / 6,
    )


def _spline_matrix(place: NDArray[np.float64], size: int) -> csr_array:
    """Return the (N, size) matrix that interpolates a lattice; sparse, so fine lattices cost no more."""
    first, weights = _spline_weights(place, size)
    values = np.stack(weights, axis=1).astype(np.float32).ravel()
    columns = (first[:, None] + np.arange(4)).ravel()
    return csr_array((values, columns, np.arange(0, len(values) + 1, 4)), shape=(len(place), size))
