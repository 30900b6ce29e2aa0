"""A rectangle on the ground, and its two text forms."""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import RasterError
from engine.raster.crs import parse_crs, reproject_points

_EDGE_POINTS = 33
"""Points along each side that follow its bend into another system; 33 keeps degrees within 0.1 %."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A rectangle on the ground with sides along the axes of its coordinate reference system.

    Attributes:
        x_min: Left, in units of the system.
        y_min: Bottom.
        x_max: Right.
        y_max: Top.
        crs: WKT or authority code; None = the system of the raster it is used with.
    """

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    crs: str | None = None

    def __post_init__(self) -> None:
        corners = (self.x_min, self.y_min, self.x_max, self.y_max)
        if not (np.isfinite(corners).all() and self.x_min < self.x_max and self.y_min < self.y_max):
            raise RasterError(
                f"The extent {self} holds no area: give xmin,ymin,xmax,ymax with xmin < xmax and ymin < ymax."
            )

    def __str__(self) -> str:
        return f"{self.x_min:.10g},{self.y_min:.10g},{self.x_max:.10g},{self.y_max:.10g}"

    @property
    def centre(self) -> tuple[float, float]:
        """Ground (x, y) of the middle."""
        return (self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2

    @classmethod
    def around(cls, xy: NDArray[np.float64], crs: str | None) -> Self:
        """Bound points.

        Args:
            xy: (N, 2) ground x, y; infinite ones are left out.
            crs: Their system.

        Raises:
            RasterError: No finite points, or all on one line along an axis.
        """
        finite = xy[np.isfinite(xy).all(axis=1)]
        if len(finite) == 0:
            raise RasterError(
                "The place cannot be shown in the raster's coordinate reference system: check the extent."
            )
        (x_min, y_min), (x_max, y_max) = finite.min(axis=0).tolist(), finite.max(axis=0).tolist()
        return cls(x_min, y_min, x_max, y_max, crs)

    def outline(self) -> NDArray[np.float64]:
        """List points along the four sides and between them, close enough to follow a bend.

        Returns:
            (N, 2) ground x, y.
        """
        x = np.linspace(self.x_min, self.x_max, _EDGE_POINTS)
        y = np.linspace(self.y_min, self.y_max, _EDGE_POINTS)
        return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)

    def in_crs(self, crs: str | None, *, near_x: float | None = None) -> "Extent":
        """Bound this rectangle in another system; one without a system is taken to be in it already.

        Args:
            crs: WKT or authority code of the other system; None = local metres.
            near_x: Longitude that the result should be near to, in a geographic system.
        """
        if self.crs is None:
            return Extent(self.x_min, self.y_min, self.x_max, self.y_max, crs)
        return Extent.around(reproject_points(self.outline(), self.crs, crs, near_x=near_x), crs)

    def intersect(self, other: "Extent") -> "Extent | None":
        """Cut with a rectangle in the same system; None where they share no area."""
        x_min, x_max = max(self.x_min, other.x_min), min(self.x_max, other.x_max)
        y_min, y_max = max(self.y_min, other.y_min), min(self.y_max, other.y_max)
        return Extent(x_min, y_min, x_max, y_max, self.crs) if x_min < x_max and y_min < y_max else None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an extent from text.

        Two forms: ``xmin,ymin,xmax,ymax`` or ``xmin,ymin,xmax,ymax,EPSG:n``; and the form of QGIS,
        ``xmin,xmax,ymin,ymax [EPSG:n]``, known by its brackets.

        Raises:
            RasterError: The text has neither form.

        >>> Extent.parse("1,2,3,4,EPSG:3857") == Extent.parse("1,3,2,4 [EPSG:3857]")
        True
        """
        parts = re.fullmatch(r"\s*([^\[\]]+?)\s*(?:\[\s*([^\[\]]*?)\s*\])?\s*", text)
        fields = [field.strip() for field in parts.group(1).split(",")] if parts else []
        crs = parts.group(2) if parts else None
        bracketed = crs is not None
        if len(fields) == 5 and not bracketed:
            crs = fields.pop()
        try:
            first, second, third, fourth = (float(field) for field in fields)
        except ValueError as error:
            raise RasterError(
                f"'{text}' is not an extent: give xmin,ymin,xmax,ymax or xmin,ymin,xmax,ymax,EPSG:n."
            ) from error
        if crs:
            parse_crs(crs)
        if bracketed:
            return cls(first, third, second, fourth, crs or None)
        return cls(first, second, third, fourth, crs or None)
