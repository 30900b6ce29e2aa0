"""What the ground is between the streets: how built up, wooded, farmed or flooded.

Everything is known on a coarse grid in metres, so that a town does not depend on the resolution at
which it is seen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, label

from training.scenes.canvas import Metres
from training.scenes.noise import Noise, fractal_noise
from training.scenes.options import SceneOptions, Style
from training.scenes.streets import BULB_RADIUS_M, Street, resample

CELL_M = 2.0
"""Size of a cell of the coarse grid."""


_BANK_M = 12.0
"""Room for the embankments of raised roads."""


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """Coarse maps of a town; cell [0, 0] begins at (-margin_m, -margin_m).

    Attributes:
        margin_m: How far the maps reach past the image.
        clearance_m: (R, C) distance to the nearest edge of a carriageway, negative upon it.
        shore_m: (R, C) positive in water, about the distance to the shore in metres.
        density: How built up the land is, before clipping.
        woods: Large where land tends to be wooded.
        farm_sites_m: (F, 2) centres of fields; empty where nothing is farmed.
        built_up: 0 to 1, mean density.
    """

    margin_m: float
    clearance_m: NDArray[np.float32]
    shore_m: NDArray[np.float32]
    density: Noise
    woods: Noise
    farm_sites_m: Metres
    built_up: float

    def density_at(self, points_m: Metres) -> NDArray[np.float64]:
        """Return how built up (0 to 1) the land is at (N, 2) points."""
        return density_at(self.density, self.built_up, points_m)

    def clearance_at(self, points_m: Metres) -> NDArray[np.float64]:
        """Return the distance to the nearest carriageway at (..., 2) points, about a metre exact."""
        return self._read(self.clearance_m, points_m)

    def shore_at(self, points_m: Metres) -> NDArray[np.float64]:
        """Return how far inside water (positive) the (..., 2) points are."""
        return self._read(self.shore_m, points_m)

    def wood_at(self, points_m: Metres) -> NDArray[np.float64]:
        """Return how wooded the (N, 2) points are: woods where positive."""
        return wood_level(self.woods.at(points_m), self.density_at(points_m), self.clearance_at(points_m))

    def on_axes(
        self, plane: NDArray[np.float32], rows_m: NDArray[np.float64], cols_m: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Interpolate a coarse map linearly on the grid of given positions."""
        row, down = _linear((rows_m + self.margin_m) / CELL_M - 0.5, plane.shape[0])
        col, across = _linear((cols_m + self.margin_m) / CELL_M - 0.5, plane.shape[1])
        bands = plane[row] * (1 - down)[:, None] + plane[row + 1] * down[:, None]
        smooth = bands[:, col] * (1 - across) + bands[:, col + 1] * across
        return np.asarray(smooth, dtype=np.float32)

    def _read(self, plane: NDArray[np.float32], points_m: Metres) -> NDArray[np.float64]:
        cell = np.floor((points_m + self.margin_m) / CELL_M).astype(np.int64)
        row = np.clip(cell[..., 0], 0, plane.shape[0] - 1)
        col = np.clip(cell[..., 1], 0, plane.shape[1] - 1)
        values: NDArray[np.float64] = plane[row, col].astype(np.float64)
        return values


def density_at(noise: Noise, built_up: float, points_m: Metres) -> NDArray[np.float64]:
    """Return how built up (0 to 1) the land is at (N, 2) points."""
    return np.clip(built_up + 0.24 * noise.at(points_m), 0.0, 1.0)


def wood_level(woods: NDArray[Any], density: NDArray[Any], clearance_m: NDArray[Any]) -> NDArray[Any]:
    """Return positive values in woods: away from roads and where little is built."""
    level: NDArray[Any] = np.minimum(woods + 1.35 - 2.3 * density, (clearance_m - 3.0) / 5.0)
    return level


def survey(
    options: SceneOptions, style: Style, streets: list[Street], density: Noise, draw: np.random.Generator
) -> Land:
    """Map the land around the streets.

    Args:
        options: What to render.
        style: How the scene looks.
        streets: All roads.
        density: Field of the built-up density.
        draw: Source of randomness.
    """
    margin_m = options.street_margin_m
    extent_m = options.extent_m
    shape = tuple(int(np.ceil((side + 2 * margin_m) / CELL_M)) + 1 for side in extent_m)
    clearance_m = _clearance(streets, margin_m, shape)
    rows_m, cols_m = ((np.arange(size, dtype=np.float64) + 0.5) * CELL_M - margin_m for size in shape)
    lakes = fractal_noise(draw, extent_m, wavelengths_m=(260.0, 90.0, 30.0), persistence=0.45)
    woods = fractal_noise(draw, extent_m, wavelengths_m=(190.0, 70.0, 28.0), persistence=0.55)
    level = lakes.on_axes(rows_m, cols_m) - (2.6 - 6.0 * style.water if style.water else 99.0)
    inhabited = density.on_axes(rows_m, cols_m) * 0.24 + style.built_up
    shore_m = np.minimum(40.0 * (level - 3.0 * np.maximum(inhabited - 0.5, 0.0)), clearance_m - 20.0)
    shore_m = _drop_puddles(gaussian_filter(shore_m, 8.0 / CELL_M))
    return Land(
        margin_m,
        clearance_m,
        shore_m.astype(np.float32),
        density,
        woods,
        _farm_sites(draw, style, extent_m),
        style.built_up,
    )


def _drop_puddles(shore_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Dry out water smaller than half a hectare."""
    ponds, count = label(shore_m > 0)
    small = np.bincount(ponds.ravel(), minlength=count + 1) * CELL_M**2 < 5000.0
    dried: NDArray[np.float32] = np.where(small[ponds] & (ponds > 0), -5.0, shore_m)
    return dried


def _farm_sites(draw: np.random.Generator, style: Style, extent_m: tuple[float, float]) -> Metres:
    if style.field == 0:
        return np.empty((0, 2))
    count = int(np.clip(extent_m[0] * extent_m[1] / 150.0**2, 4, 24))
    return draw.uniform(-0.1, 1.1, (count, 2)) * extent_m


def _clearance(streets: list[Street], margin_m: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Distance to the nearest edge of a carriageway on the coarse grid."""
    half = np.full(shape, -1.0, dtype=np.float32)
    for street in streets:
        line = resample(street.points_m, CELL_M / 2)
        cell = np.floor((line + margin_m) / CELL_M).astype(np.int64)
        inside = ((cell >= 0) & (cell < shape)).all(axis=1)
        half[tuple(cell[inside].T)] = street.width_m / 2 + (_BANK_M if street.z_m.any() else 0.0)
        if street.bulb:
            row, col = np.clip(cell[-1], 0, np.array(shape) - 1)
            half[row, col] = BULB_RADIUS_M
    if not (half > 0).any():
        return np.full(shape, 1e3, dtype=np.float32)
    far, nearest = distance_transform_edt(half < 0, return_indices=True)
    clearance: NDArray[np.float32] = (far * CELL_M - half[tuple(nearest)]).astype(np.float32)
    return clearance


def _linear(place: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    first = np.clip(np.floor(place).astype(np.int64), 0, size - 2)
    return first, np.clip(place - first, 0.0, 1.0).astype(np.float32)
