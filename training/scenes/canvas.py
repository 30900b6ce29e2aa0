"""The ground raster of a scene while it is painted, and stamps: small patches around many items.

Positions in a town are (row, col) metres from the image's upper-left corner, rows downwards. The
canvas is the image grown by a margin, so that what stands just outside can still lean or throw its
shadow into it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Metres = NDArray[np.float64]
"""(N, 2) or (2,) row and column positions in metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """Planes over the ground, painted in place by the surfaces, buildings and vegetation.

    Attributes:
        height_px: Rows of the image, margin excluded.
        width_px: Columns of the image, margin excluded.
        m_per_px: Ground resolution.
        margin_px: Pixels added on each side.
        rgb: (3, H, W) float32 colour of the topmost surface in full sun, about 0 to 1.
        height_m: (H, W) float32 height of the topmost surface above ground.
        relief: (H, W) float32 light on the surface relative to level ground.
        building: (H, W) int32 number of the building plus one, 0 where there is none.
        airy: (H, W) whether the surface is the bare crown of a tree, which hardly casts a shadow.
    """

    height_px: int
    width_px: int
    m_per_px: float
    margin_px: int
    rgb: NDArray[np.float32] = field(init=False)
    height_m: NDArray[np.float32] = field(init=False)
    relief: NDArray[np.float32] = field(init=False)
    building: NDArray[np.int32] = field(init=False)
    airy: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rgb", np.zeros((3, *self.shape), dtype=np.float32))
        object.__setattr__(self, "height_m", np.zeros(self.shape, dtype=np.float32))
        object.__setattr__(self, "relief", np.ones(self.shape, dtype=np.float32))
        object.__setattr__(self, "building", np.zeros(self.shape, dtype=np.int32))
        object.__setattr__(self, "airy", np.zeros(self.shape, dtype=np.bool_))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns with the margin."""
        return self.height_px + 2 * self.margin_px, self.width_px + 2 * self.margin_px

    @property
    def rows_m(self) -> NDArray[np.float64]:
        """Positions of the row centres."""
        return self._centres_m(self.shape[0])

    @property
    def cols_m(self) -> NDArray[np.float64]:
        """Positions of the column centres."""
        return self._centres_m(self.shape[1])

    def _centres_m(self, count: int) -> NDArray[np.float64]:
        centres: NDArray[np.float64] = (
            np.arange(count, dtype=np.float64) + 0.5 - self.margin_px
        ) * self.m_per_px
        return centres

    def paint(
        self, cells: NDArray[np.int64], colour: NDArray[np.float32], alpha: NDArray[np.float32]
    ) -> None:
        """Blend colours (3, M) over flat ``cells`` (M,) with opacity ``alpha`` (M,)."""
        for plane, value in zip(self.rgb.reshape(3, -1), colour, strict=True):
            plane[cells] += alpha * (value - plane[cells])


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """Canvas pixels near items, one entry for each pair of an item and a pixel.

    Attributes:
        item: (M,) number of the item.
        cell: (M,) flat index of the pixel in the canvas.
        down_m: (M,) float32 row of the pixel centre minus row of the item.
        right_m: (M,) float32 column of the pixel centre minus column of the item.
    """

    item: NDArray[np.int64]
    cell: NDArray[np.int64]
    down_m: NDArray[np.float32]
    right_m: NDArray[np.float32]

    def keep(self, wanted: NDArray[np.bool_]) -> "Stamps":
        """Return only the wanted entries (M,)."""
        return Stamps(self.item[wanted], self.cell[wanted], self.down_m[wanted], self.right_m[wanted])

    def along(self, angle_rad: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return offsets (M,), (M,) along and across each item's axis.

        Args:
            angle_rad: (N,) per item; the axis is (cos, sin) in (row, col).
        """
        cosine = np.cos(angle_rad).astype(np.float32)[self.item]
        sine = np.sin(angle_rad).astype(np.float32)[self.item]
        return self.down_m * cosine + self.right_m * sine, self.right_m * cosine - self.down_m * sine


_LARGEST_BATCH = 4_000_000
"""Entries made at once: keeps the memory of many stamps small."""


def stamp(canvas: Canvas, centres_m: Metres, radii_m: NDArray[np.float64]) -> Iterator[Stamps]:
    """Yield the pixels within a square around each item, items of like size together.

    Args:
        canvas: Where the items are.
        centres_m: (N, 2) positions.
        radii_m: (N,) half sides of the squares.
    """
    place = centres_m / canvas.m_per_px + canvas.margin_px
    reach = np.maximum(np.ceil(radii_m / canvas.m_per_px + 0.5), 1.0)
    inside = (place > -reach[:, None]).all(axis=1) & (place < np.array(canvas.shape) + reach[:, None]).all(
        axis=1
    )
    # Sizes are rounded up to steps of about a quarter, so that there are few of them.
    steps = np.ceil(4 * np.log2(reach))
    for step in np.unique(steps[inside]):
        items = np.flatnonzero(inside & (steps == step))
        half = int(np.ceil(2 ** (step / 4)))
        batch = max(1, _LARGEST_BATCH // (2 * half + 1) ** 2)
        for start in range(0, len(items), batch):
            yield _patches(canvas, items[start : start + batch], place, half)


def _patches(canvas: Canvas, items: NDArray[np.int64], place: Metres, half: int) -> Stamps:
    centre = np.floor(place[items]).astype(np.int64)  # (n, 2)
    offsets = np.arange(-half, half + 1)
    rows, cols = centre[:, :1] + offsets, centre[:, 1:] + offsets  # (n, k)
    down = ((rows + 0.5 - place[items, :1]) * canvas.m_per_px).astype(np.float32)
    right = ((cols + 0.5 - place[items, 1:]) * canvas.m_per_px).astype(np.float32)
    height, width = canvas.shape
    whole = (len(items), len(offsets), len(offsets))
    stamps = Stamps(
        np.broadcast_to(items[:, None, None], whole).ravel(),
        (rows[:, :, None] * width + cols[:, None, :]).ravel(),
        np.broadcast_to(down[:, :, None], whole).ravel(),
        np.broadcast_to(right[:, None, :], whole).ravel(),
    )
    row_inside, col_inside = (rows >= 0) & (rows < height), (cols >= 0) & (cols < width)
    if row_inside.all() and col_inside.all():
        return stamps
    return stamps.keep((row_inside[:, :, None] & col_inside[:, None, :]).ravel())
