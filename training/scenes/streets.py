"""Streets as curves: a plan's straight chains are rounded, sampled and bent."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.chains import find_chains
from engine.roads.graph import RoadGraph
from training.scenes.canvas import Metres
from training.scenes.layout import Plan
from training.scenes.options import Pattern

SAMPLE_M = 7.5
"""Curves are sampled at most this far apart, so that a chord leaves its curve by centimetres."""

BULB_RADIUS_M = 9.5
"""Turning circle at a dead end."""


class RoadKind(StrEnum):
    """Class of a road; decides its width, markings and surface."""

    RESIDENTIAL = "residential"
    MAIN = "main"
    ROUNDABOUT = "roundabout"
    DUAL = "dual"
    MOTORWAY = "motorway"
    RAMP = "ramp"


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """One run of road between junctions, or past the edge of the town.

    Streets that meet share the exact coordinates of an end (or of a vertex, on roundabouts).

    Attributes:
        points_m: (N, 2) row and column metres along the centre line; equal ends close a ring.
        z_m: (N,) height of the carriageway above ground.
        layer: (N - 1,) level of each piece among stacked roads.
        kind: Class of the road.
        width_m: Width of the carriageway.
        bulb: Whether the last point is the middle of a turning circle.
    """

    points_m: Metres
    z_m: NDArray[np.float64]
    layer: NDArray[np.int16]
    kind: RoadKind
    width_m: float
    bulb: bool = False

    @property
    def stations_m(self) -> NDArray[np.float64]:
        """(N,) distance of each point from the first, along the street."""
        return stations(self.points_m)


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """A smooth bending of the plane: sines whose slopes are too small for lines to cross anew.

    Attributes:
        amplitudes_m: (K, 2) displacement in row and column.
        waves_rad_per_m: (K, 2) wave vectors.
        phases_rad: (K,) phases.
    """

    amplitudes_m: NDArray[np.float64]
    waves_rad_per_m: NDArray[np.float64]
    phases_rad: NDArray[np.float64]

    def __call__(self, points_m: Metres) -> Metres:
        """Return (N, 2) bent points."""
        bent: Metres = (
            points_m + np.sin(points_m @ self.waves_rad_per_m.T + self.phases_rad) @ self.amplitudes_m
        )
        return bent


_WARP_SLOPE = {Pattern.GRID: 0.07, Pattern.ORGANIC: 0.3, Pattern.CURVED: 0.55}
"""Sum of the slopes of a town's bending: below 1 keeps the plan planar."""


def choose_warp(draw: np.random.Generator, pattern: Pattern) -> Warp:
    """Draw the bending of a town with a given layout."""
    count = 4
    wavelengths_m = draw.uniform(230.0, 700.0, count)
    turns = draw.uniform(0, 2 * np.pi, (2, count))
    waves = 2 * np.pi / wavelengths_m * np.array([np.cos(turns[0]), np.sin(turns[0])])
    slope = _WARP_SLOPE[pattern] * draw.uniform(0.6, 1.0) / count
    sizes = slope * wavelengths_m / (2 * np.pi)
    amplitudes = sizes * np.array([np.cos(turns[1]), np.sin(turns[1])])
    return Warp(amplitudes.T, waves.T, draw.uniform(0, 2 * np.pi, count))


def stations(points_m: Metres) -> NDArray[np.float64]:
    """Return the (N,) distances along a line of (N, 2) points."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points_m, axis=0).T))])


def resample(points_m: Metres, step_m: float = SAMPLE_M) -> Metres:
    """Return the line with even steps no longer than ``step_m``; the ends stay exact."""
    along = stations(points_m)
    count = max(2, int(np.ceil(along[-1] / step_m)) + 1)
    targets = np.linspace(0.0, along[-1], count)
    line = np.column_stack([np.interp(targets, along, points_m[:, axis]) for axis in (0, 1)])
    line[0], line[-1] = points_m[0], points_m[-1]
    return line


def round_corners(points_m: Metres, reach_m: float = 45.0) -> Metres:
    """Replace inner corners by parabolic arcs that begin up to ``reach_m`` before the corner."""
    if len(points_m) < 3:
        return points_m
    corner = points_m[1:-1]
    back, ahead = points_m[:-2] - corner, points_m[2:] - corner
    sizes = np.hypot(*back.T), np.hypot(*ahead.T)
    reach = np.minimum(reach_m, 0.47 * np.minimum(*sizes))
    first = corner + back * (reach / sizes[0])[:, None]
    last = corner + ahead * (reach / sizes[1])[:, None]
    t = np.linspace(0, 1, 9)[:, None]
    arcs = (1 - t) ** 2 * first[:, None] + 2 * t * (1 - t) * corner[:, None] + t**2 * last[:, None]
    return np.concatenate([points_m[:1], arcs.reshape(-1, 2), points_m[-1:]])


def level_street(points_m: Metres, kind: RoadKind, width_m: float, *, bulb: bool = False) -> Street:
    """Make a street on the ground."""
    count = len(points_m)
    return Street(points_m, np.zeros(count), np.zeros(count - 1, dtype=np.int16), kind, width_m, bulb)


def bend(plan: Plan, warp: Warp, draw: np.random.Generator) -> list[Street]:
    """Turn a plan into streets; chains of its edges become curves.

    Args:
        plan: The straight plan.
        warp: How the plane is bent.
        draw: Source of randomness for widths.
    """
    graph: RoadGraph[RowCol] = RoadGraph.build(plan.nodes_m, plan.edges)
    main = {tuple(sorted(pair)): flag for pair, flag in zip(plan.edges.tolist(), plan.main, strict=True)}
    junctions = warp(plan.nodes_m)
    usual = {RoadKind.RESIDENTIAL: draw.uniform(6.2, 8.6), RoadKind.MAIN: draw.uniform(9.0, 13.0)}
    streets = []
    for chain in find_chains(graph):
        first, last = int(chain.vertices[0]), int(chain.vertices[-1])
        path = chain.vertices if not plan.bulb[first] else chain.vertices[::-1]
        flags = [main[pair] for pair in map(tuple, graph.edges[chain.edges].tolist())]
        kind = RoadKind.MAIN if sum(flags) * 2 > len(flags) else RoadKind.RESIDENTIAL
        line = resample(warp(resample(round_corners(plan.nodes_m[path]))))
        line[0], line[-1] = junctions[path[0]], junctions[path[-1]]
        bulb = bool(plan.bulb[first] | plan.bulb[last])
        streets.append(level_street(line, kind, usual[kind] * draw.uniform(0.92, 1.08), bulb=bulb))
    return streets
