"""Rectangles on the ground: footprints, plots, drives, cars."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from training.scenes.canvas import Metres


@dataclass(frozen=True, slots=True, eq=False)
class Rectangles:
    """Rectangles on the ground, N of them.

    Attributes:
        centres_m: (N, 2) positions.
        angles_rad: (N,) direction of the long side: (cos, sin) in (row, col).
        halves_m: (N, 2) half lengths along and across.
    """

    centres_m: Metres
    angles_rad: NDArray[np.float64]
    halves_m: NDArray[np.float64]

    @property
    def axes(self) -> tuple[Metres, Metres]:
        """(N, 2) unit vectors along and across."""
        cosine, sine = np.cos(self.angles_rad), np.sin(self.angles_rad)
        return np.column_stack([cosine, sine]), np.column_stack([-sine, cosine])

    def place(self, along: NDArray[np.float64], across: NDArray[np.float64]) -> Metres:
        """Return (N, 2) points at offsets in metres from the centres."""
        u, v = self.axes
        points: Metres = self.centres_m + u * along[:, None] + v * across[:, None]
        return points

    def polygons(self) -> NDArray[np.object_]:
        """Return (N,) shapely polygons in (col, row) metres: x right, y down."""
        signs = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]])
        u, v = self.axes
        offsets = self.halves_m[:, None] * signs  # (N, 4, 2)
        corners = self.centres_m[:, None] + offsets[..., :1] * u[:, None] + offsets[..., 1:] * v[:, None]
        polygons: NDArray[np.object_] = shapely.polygons(corners[..., ::-1])
        return polygons

    def take(self, wanted: NDArray[Any]) -> "Rectangles":
        """Return some of them, by mask or numbers."""
        return Rectangles(self.centres_m[wanted], self.angles_rad[wanted], self.halves_m[wanted])
