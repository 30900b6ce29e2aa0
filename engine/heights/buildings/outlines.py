"""Polygons of any layer as zones of a raster: brought into its pixels, repaired, measured and moved."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.heights.buildings.zonal import Zones
from engine.raster.crs import WGS_84, reproject_points
from engine.raster.grid import Grid

_EQUAL_AREA = "+proj=laea +lat_0={y:.6f} +lon_0={x:.6f} +datum=WGS84 +units=m +no_defs"


@dataclass(frozen=True, slots=True)
class Outlines:
    """How polygons in one reference system lie in the pixels of a grid.

    Attributes:
        grid: The pixels; without a system, one unit of its plane may be any length.
        crs: WKT of the polygons' system; None = that of the grid, which has none either.
    """

    grid: Grid
    crs: str | None

    def zones(self, polygons: NDArray[np.object_]) -> Zones:
        """Bring polygons into pixels, x = column and y = row, and repair there what crosses itself.

        Args:
            polygons: (N,) in the system; None where there is none.

        Returns:
            (N,) valid polygons; empty where there is none, or where it has no place in the raster's system.
        """
        flat = shapely.force_2d(polygons)
        points, owner = shapely.get_coordinates(flat, return_index=True)
        ground = reproject_points(points, self.crs, self.grid.crs, near_x=self.grid.centre[0])
        pixels = self.grid.to_pixels(ground)[:, ::-1]
        lost = shapely.is_missing(flat)
        lost[owner[~np.isfinite(pixels).all(axis=1)]] = True
        zones: Zones = shapely.set_coordinates(flat, np.where(np.isfinite(pixels), pixels, 0.0))
        zones[lost] = shapely.Polygon()
        bad = ~shapely.is_valid(zones)
        zones[bad] = shapely.make_valid(zones[bad], method="structure", keep_collapsed=False)
        return zones

    def areas_m2(self, zones: Zones) -> NDArray[np.float64]:
        """Measure zones on the ground, whatever the unit of their system.

        Args:
            zones: (N,) polygons in pixels.

        Returns:
            (N,) square metres; NaN where a zone has no place on the globe.
        """
        if self.grid.crs is None:
            planar: NDArray[np.float64] = shapely.area(zones) * self.grid.m_per_px**2
            return planar
        x, y = reproject_points([self.grid.centre], self.grid.crs, WGS_84)[0].tolist()
        crs = _EQUAL_AREA.format(x=x, y=y)

        def on_ground(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return reproject_points(self.grid.to_ground(points[:, ::-1]), self.grid.crs, crs)

        areas: NDArray[np.float64] = shapely.area(shapely.transform(zones, on_ground))
        return np.where(np.isfinite(areas), areas, np.nan)

    def moved(
        self, polygons: NDArray[np.object_], zones: Zones, shift_px: NDArray[np.float64]
    ) -> NDArray[np.object_]:
        """Move each polygon by a vector of its own, so that it keeps its shape; third coordinates stay.

        Args:
            polygons: (N,) in the system.
            zones: (N,) the same in pixels.
            shift_px: (N, 2) row, col; NaN or 0 = the polygon stays as it is, bit by bit.

        Returns:
            (N,) polygons.
        """
        here = shapely.bounds(zones)[:, [1, 0, 3, 2]].reshape(-1, 2, 2).mean(axis=1)
        known = np.isfinite(here).all(axis=1) & np.isfinite(shift_px).all(axis=1) & shift_px.any(axis=1)
        by = np.zeros((len(polygons), 2))
        by[known] = self._place(here[known] + shift_px[known]) - self._place(here[known])
        by[~np.isfinite(by).all(axis=1)] = 0.0
        result = polygons.copy()
        solid = shapely.has_z(polygons)
        for chosen, size in ((known & ~solid, 2), (known & solid, 3)):
            points, owner = shapely.get_coordinates(result[chosen], include_z=size == 3, return_index=True)
            points[:, :2] += by[chosen][owner]
            result[chosen] = shapely.set_coordinates(result[chosen], points)
        return result

    def _place(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring pixel positions into the polygons' system."""
        ground = self.grid.to_ground(pixels)
        middle = reproject_points([self.grid.centre], self.grid.crs, self.crs)
        return reproject_points(ground, self.grid.crs, self.crs, near_x=float(middle[0, 0]))
