"""The graph tensor: what each of its 28 planes means.

Per pixel the tensor says whether a road vertex lies there, for each of six 60° sectors whether an
edge leaves it and to where, and whether the pixel is road at all (Sat2Graph, ECCV 2020). Planes
come in softmax pairs (yes, no); vectors are (row, col) offsets to the neighbour divided by
``VECTOR_NORM_PX``.

    0, 1                     vertex, no vertex
    2 + 4s, 3 + 4s           edge, no edge in sector s = 0 .. 5
    4 + 4s, 5 + 4s           row and column offset of the neighbour in sector s
    26, 27                   road, background

Sector s holds the directions with floor((atan2(d_col, d_row) + pi) / (pi / 3)) mod 6 = s: sectors
are counted from the upward direction, d_row < 0.
"""

SECTORS = 6
"""Sectors around a vertex, hence the largest degree the tensor can hold."""

VECTOR_NORM_PX = 25.0
"""Offsets are stored divided by this, so that a typical edge of 20 px has length 0.8."""

PLANES = 2 + 4 * SECTORS + 2
"""All planes: 28."""

VERTEX = 0
"""Plane of the vertex probability."""

ROAD = 2 + 4 * SECTORS
"""Plane of the road (segmentation) probability: 26."""

EDGES = tuple(2 + 4 * sector for sector in range(SECTORS))
"""Plane of the edge probability of each sector."""

OFFSETS = tuple(4 + 4 * sector for sector in range(SECTORS))
"""Plane of the row offset of each sector; the column offset follows it."""

PAIRS = (VERTEX, *EDGES, ROAD)
"""First planes of the eight softmax pairs."""

STRIDE_PX = 32
"""Heights and widths that the networks accept are multiples of this."""
