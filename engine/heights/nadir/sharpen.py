"""Heights whose edges are blurred, as networks predict them, made sharp again where edges hide ground.

Where a roof's edge hides the ground behind it, heights along the flow jump up. Blurred, the jump becomes a
ramp, and its pixels land all over the hidden ground as if they were a slope. Here each pixel of such a ramp
takes the height of the surface on its side: the lower half that below, the upper half that above. Walls,
which fall along the flow, and roofs, whose slopes are wider than a ramp, stay as they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.heights.nadir.splat import Index, Plane
from engine.heights.pose import Pose

_ACROSS_PX = 4
"""Half of the widest ramp: heights blurred by a Gaussian of 2 px rise nearly all their way over 8."""

REACH_PX = 2 * _ACROSS_PX
"""How far around a pixel heights have a say in what becomes of it."""

_STRIP_ROWS = 128
"""Rows worked on at a time, so that they stay in the processor's cache."""

_STEEP_M = 0.5
"""Least rise to a ramp's pixel from one neighbour, and from it to the other."""

_LEAST_M = 2.0
"""Least rise over the width of a ramp."""

_LEVEL_SHARE = 0.8
"""At both ends of a ramp heights rise at most this share of where they rise most; a roof's slope goes on."""

_JUMP_SHARE = 0.6
"""A sharp edge has nearly all of its rise between two pixels; a blurred one at most this share."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Some pixels, each with its way uphill.

    Attributes:
        row: (N,) of each.
        col: (N,)
        down: (N,) rows of a step uphill before rounding; the larger of it and the columns is 1 or −1.
        right: (N,) columns of it.
    """

    row: Index
    col: Index
    down: Plane
    right: Plane

    def select(self, chosen: Index) -> "_Ways":
        """Keep some pixels."""
        row, col = self.row.take(chosen), self.col.take(chosen)
        return _Ways(row, col, self.down.take(chosen), self.right.take(chosen))

    def at(self, steps: int | NDArray[np.float32], width: int) -> Index:
        """Return the flat (N,) indices of the pixels so many steps uphill."""
        row = self.row + np.rint(self.down * steps).astype(np.intp)
        col = self.col + np.rint(self.right * steps).astype(np.intp)
        flat: Index = row * width + col
        return flat

    def lengths(self, most: int) -> Plane:
        """Return (2 · most, N) how far steps go uphill, from ``most`` of them before to as many beyond."""
        steps = np.arange(-most, most + 1, dtype=np.float32)[:, None]
        down, right = (np.diff(np.rint(steps * part), axis=0) * part for part in (self.down, self.right))
        uphill: Plane = down + right
        return uphill


def _rising(height_m: Plane, pose: Pose) -> _Ways:
    """Find the pixels where heights rise, more along the flow than against it."""
    down, right = (np.asarray(part, dtype=np.float32) for part in np.gradient(height_m))
    steepness: Plane = np.maximum(np.abs(down), np.abs(right))
    along = down * np.float32(pose.direction[0]) + right * np.float32(pose.direction[1])
    rising = (steepness > 0.5 * _STEEP_M) & (along >= 0.0)
    # At the border nobody knows how a slope goes on.
    inner = (slice(_ACROSS_PX, -_ACROSS_PX),) * 2
    row, col = (part + _ACROSS_PX for part in np.nonzero(rising[inner]))
    length = steepness[row, col]
    return _Ways(row, col, down[row, col] / length, right[row, col] / length)


def _ramps(height_m: Plane, pose: Pose) -> _Ways:
    """Find the pixels on ramps."""
    flat, width, ways = height_m.reshape(-1), height_m.shape[1], _rising(height_m, pose)
    near = [flat.take(ways.at(step, width)) for step in (-1, 0, 1)]
    before, beyond = near[1] - near[0], near[2] - near[1]
    steep = np.flatnonzero((before > _STEEP_M) & (beyond > _STEEP_M))
    ways = ways.select(steep)
    places = [ways.at(step, width) for step in range(-_ACROSS_PX, _ACROSS_PX + 1)]
    walk = np.stack([flat.take(place) for place in places])
    rise, steps = walk[-1] - walk[0], np.diff(walk, axis=0)
    # A step along one axis is shorter than one along both: on a plane all of these are equal.
    steepness = steps / ways.lengths(_ACROSS_PX)
    ends = np.maximum(steepness[0], steepness[-1])
    ramp = (rise > _LEAST_M) & (ends <= _LEVEL_SHARE * steepness.max(axis=0))
    return ways.select(np.flatnonzero(ramp & (steps.max(axis=0) <= _JUMP_SHARE * rise)))


def _sharpen_strip(height_m: Plane, pose: Pose) -> Plane:
    """Sharpen some rows, as far as all that has a say is among them."""
    sharp = height_m.copy()
    flat, width = height_m.reshape(-1), height_m.shape[1]
    ways = _ramps(height_m, pose)
    ramp = np.zeros(height_m.size, dtype=bool)
    ramp[ways.at(0, width)] = True
    here = flat.take(ways.at(0, width))
    middle = (flat.take(ways.at(-_ACROSS_PX, width)) + flat.take(ways.at(_ACROSS_PX, width))) / 2
    upper = here >= middle
    aside = np.where(upper, np.float32(1), np.float32(-1))
    found, searching = here.copy(), np.ones(len(here), dtype=bool)
    for step in range(1, _ACROSS_PX + 1):
        place = ways.at(aside * np.float32(step), width)
        off = searching & ~ramp.take(place)
        found[off] = flat.take(place[off])
        searching &= ~off
    # Beyond the ramp the ground may turn: a pixel goes to its own side or stays.
    better = np.where(upper, found > here, found < here)
    sharp.reshape(-1)[ways.at(0, width)[better]] = found[better]
    return sharp


def sharpen(height_m: Plane, pose: Pose) -> Plane:
    """Sharpen blurred edges that hide ground.

    Measured on five rendered towns of 384² px at 0.5 m, seen 10° to 30° off nadir, with their heights blurred
    by a Gaussian, then rectified (noise: 0.5 m that changes over some 3 px, and 0.15 m for each pixel).
    Recall is the share of the hidden ground at least 3 px wide that was left open; precision the share of
    what was left open that lies within 1 px of hidden ground; RMSE that of heights against the town from
    nadir, off its edges. Each before → after:

    ==============  ===========  ===========  ===============
    blurred by      recall       precision    RMSE in m
    ==============  ===========  ===========  ===============
    nothing         0.98 → 0.97  0.99 → 0.99  0.03 → 0.03
    1 px            0.53 → 0.79  0.99 → 0.97  0.20 → 0.12
    1 px and noise  0.53 → 0.77  0.98 → 0.96  0.55 → 0.54
    2 px            0.22 → 0.64  0.99 → 0.97  0.37 → 0.28
    2 px and noise  0.24 → 0.63  0.96 → 0.96  0.63 → 0.58
    ==============  ===========  ===========  ===============

    Of exact heights, 0.3 to 0.8 % of the pixels change. Snapping to the local minimum or maximum in all
    directions, or a shock filter, changes walls too: with exact heights they lost a sixth of the recall and
    made the RMSE at edges six times as large. 2048², of which a quarter rises, take 0.25 s of one processor.

    Args:
        height_m: (H, W) heights in the image; NaN where unknown, where nothing changes.
        pose: How the image is seen.

    Returns:
        (H, W) the heights with sharp edges; each depends on those within ``REACH_PX`` only.
    """
    sharp = height_m.copy()
    rows, cols = height_m.shape
    if min(rows, cols) <= 2 * _ACROSS_PX or pose.scale_px_per_m == 0.0:
        return sharp
    for top in range(0, rows, _STRIP_ROWS):
        first, last = max(0, top - REACH_PX), min(rows, top + _STRIP_ROWS + REACH_PX)
        here = slice(top - first, top - first + _STRIP_ROWS)
        sharp[top : top + _STRIP_ROWS] = _sharpen_strip(height_m[first:last], pose)[here]
    return sharp
