"""The colours of heights: in pictures and, in ``styles/heights.qml``, on the map."""

import numpy as np
from numpy.typing import NDArray

STOPS_M = (0.0, 3.0, 6.0, 10.0, 15.0, 25.0, 40.0, 60.0, 100.0)
"""Heights in metres; a storey is about 3 m high."""

COLOURS = (
    (242, 240, 234),
    (207, 227, 192),
    (147, 207, 168),
    (79, 179, 169),
    (47, 143, 176),
    (61, 99, 168),
    (86, 64, 143),
    (91, 31, 102),
    (46, 15, 58),
)
"""Red, green, blue of each; the higher the darker, for every kind of colour vision."""


def colour_heights(height_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the colours of heights, mixed between the stops.

    Args:
        height_m: (H, W); NaN where unknown, which has the colour of the ground.

    Returns:
        (3, H, W) red, green, blue from 0 to 255.
    """
    known = np.nan_to_num(height_m, nan=0.0)
    planes = [np.interp(known, STOPS_M, channel) for channel in zip(*COLOURS, strict=True)]
    return np.stack(planes).astype(np.float32)
