"""The one bridge between pixels and the ground.

Pixels are (row, col), row downwards. Integers name pixel *corners*: the pixel in the upper-left corner
of a grid covers rows 0 to 1 and columns 0 to 1, and its centre is (0.5, 0.5). Ground points are (x, y)
in the units of the grid's coordinate reference system.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray

from engine.errors import RasterError
from engine.raster.crs import ground_size_m
from engine.raster.extent import Extent
from engine.raster.windows import Window


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the pixels of a raster lie on the ground.

    Attributes:
        transform: (col, row) to (x, y).
        height: Number of rows.
        width: Number of columns.
        crs: WKT of the coordinate reference system; None = local metres, x right, y up.
        m_per_px: Ground size of a pixel at the grid's centre, in metres.
    """

    transform: Affine
    height: int
    width: int
    crs: str | None
    m_per_px: float

    def __post_init__(self) -> None:
        if min(self.height, self.width) < 1 or not self.m_per_px > 0.0:
            raise RasterError(
                f"A grid of {self.height} × {self.width} px at {self.m_per_px} m holds nothing: "
                "sizes must be positive."
            )
        terms = (self.transform.a, self.transform.b, self.transform.d, self.transform.e)
        if not np.isfinite(terms).all() or self.transform.determinant == 0.0:
            raise RasterError(
                f"The raster's geotransform {tuple(self.transform)[:6]} maps pixels onto a line: "
                "georeference it anew."
            )

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Height and width of a pixel in units of the coordinate reference system."""
        here = self.transform
        return float(np.hypot(here.b, here.e)), float(np.hypot(here.a, here.d))

    @property
    def bounds(self) -> Extent:
        """The smallest rectangle along the system's axes that holds all pixels."""
        corners = [(0, 0), (0, self.width), (self.height, 0), (self.height, self.width)]
        return Extent.around(self.to_ground(corners), self.crs)

    @property
    def origin_px(self) -> tuple[int, int]:
        """Whole rows and columns from the system's origin to the upper-left corner, rounded.

        For north-up grids. A place on the ground has the same pixel number, within rounding, in every
        grid of one system and pixel size.
        """
        return round(self.transform.f / self.transform.e), round(self.transform.c / self.transform.a)

    @property
    def centre(self) -> tuple[float, float]:
        """Ground (x, y) of the middle of the grid."""
        x, y = self.to_ground([(self.height / 2, self.width / 2)])[0].tolist()
        return x, y

    @property
    def whole(self) -> Window:
        """The window that holds all pixels."""
        return Window(0, 0, self.height, self.width)

    def to_ground(self, rowcol: ArrayLike) -> NDArray[np.float64]:
        """Move pixel positions to the ground.

        Args:
            rowcol: (N, 2) row, col in the corner frame.

        Returns:
            (N, 2) float64 x, y.
        """
        here = self.transform
        rows, cols = np.asarray(rowcol, dtype=np.float64).reshape(-1, 2).T
        return np.column_stack(
            [here.a * cols + here.b * rows + here.c, here.d * cols + here.e * rows + here.f]
        )

    def to_pixels(self, xy: ArrayLike) -> NDArray[np.float64]:
        """Move ground points to pixels: the inverse of ``to_ground``.

        Args:
            xy: (N, 2) ground x, y.

        Returns:
            (N, 2) float64 row, col in the corner frame.
        """
        here = self.transform
        x, y = np.asarray(xy, dtype=np.float64).reshape(-1, 2).T
        # The origin goes first: ground coordinates are millions, pixel steps may be millionths.
        x, y = x - here.c, y - here.f
        with np.errstate(over="ignore", invalid="ignore"):  # what has no place stays without
            return np.column_stack([here.a * y - here.d * x, here.e * x - here.b * y]) / here.determinant

    def window(self, window: Window) -> "Grid":
        """Give the grid of a part of this one; its pixels keep their places on the ground.

        Raises:
            RasterError: The window is empty or reaches outside.
        """
        if not window.within(self.height, self.width):
            raise RasterError(f"{window} is not inside a grid of {self.height} × {self.width} px.")
        moved = self.transform @ Affine.translation(window.col, window.row)
        return Grid(moved, window.height, window.width, self.crs, self.m_per_px)

    @classmethod
    def measured(cls, transform: Affine, height: int, width: int, crs: str | None) -> Self:
        """Make a grid and measure its pixels on the ground.

        Args:
            transform: (col, row) to (x, y).
            height: Rows.
            width: Columns.
            crs: WKT; None = local metres.

        Raises:
            RasterError: The transform is degenerate, or the place is not on the globe.
        """
        draft = cls(transform, height, width, crs, 1.0)
        size_m = ground_size_m(transform, crs, height / 2, width / 2)
        return cls(draft.transform, height, width, crs, float(np.sqrt(size_m[0] * size_m[1])))
