"""The plan of a town's streets before they are bent: a planar graph of straight edges.

Grids come from two families of lines, organic towns from relaxed Voronoi cells. Edges then go
missing where the land is not built up, main roads are the shortest ways across, and dead ends grow
into the blocks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Voronoi, cKDTree

from training.scenes.canvas import Metres
from training.scenes.options import Pattern

DensityAt = Callable[[Metres], NDArray[np.float64]]
"""How built up the land is, 0 to 1, at (N, 2) points."""

_SHORTEST_M = 32.0
"""Nodes nearer than this become one: real junctions are rarely closer."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A planar graph of streets.

    Attributes:
        nodes_m: (V, 2) positions.
        edges: (E, 2) node numbers.
        main: (E,) whether the edge belongs to a main road.
        bulb: (V,) whether the node is a dead end with a turning circle.
    """

    nodes_m: Metres
    edges: NDArray[np.int64]
    main: NDArray[np.bool_]
    bulb: NDArray[np.bool_]

    def keep(self, wanted: NDArray[np.bool_]) -> "Plan":
        """Return the plan with the wanted edges only."""
        return Plan(self.nodes_m, self.edges[wanted], self.main[wanted], self.bulb)


def _grid(draw: np.random.Generator, extent_m: NDArray[np.float64], spacing_m: float) -> Plan:
    """Two families of parallel lines, turned as a whole; some edges missing."""
    reach = np.hypot(*extent_m) / 2 + 2 * spacing_m
    lines = []
    for stretch in (draw.uniform(0.62, 0.85), draw.uniform(1.1, 1.9)):
        step = spacing_m * stretch
        count = int(2 * reach / step) + 2
        lines.append(-reach + np.cumsum(step * draw.uniform(0.75, 1.25, count)))
    first, second = np.meshgrid(*lines, indexing="ij")
    turn = draw.uniform(0, np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    nodes = np.column_stack([first.ravel(), second.ravel()]) @ rotation + extent_m / 2
    number = np.arange(first.size).reshape(first.shape)
    edges = np.concatenate(
        [
            np.column_stack([number[1:].ravel(), number[:-1].ravel()]),
            np.column_stack([number[:, 1:].ravel(), number[:, :-1].ravel()]),
        ]
    )
    return Plan(nodes, edges, np.zeros(len(edges), bool), np.zeros(len(nodes), bool))


def _cells(draw: np.random.Generator, extent_m: NDArray[np.float64], spacing_m: float) -> Plan:
    """Edges of Voronoi cells, relaxed once so that blocks have like sizes; near nodes merged."""
    pad = 2 * spacing_m
    rows, cols = (np.arange(-pad, side + pad, spacing_m) for side in extent_m)
    sites = np.stack(np.meshgrid(rows, cols, indexing="ij"), axis=-1)
    sites[::2, :, 1] += spacing_m / 2
    sites = sites.reshape(-1, 2) + draw.uniform(-0.42, 0.42, (sites.size // 2, 2)) * spacing_m
    diagram = Voronoi(sites)
    ridges = np.array([pair for pair in diagram.ridge_vertices if min(pair) >= 0], dtype=np.int64)
    middle = extent_m / 2
    near = (np.abs(diagram.vertices - middle) < middle + 1.5 * pad).all(axis=1)
    ridges = ridges[near[ridges].all(axis=1)]
    return _merge_near(diagram.vertices, ridges)


def _merge_near(nodes: Metres, edges: NDArray[np.int64]) -> Plan:
    lengths = np.hypot(*(nodes[edges[:, 1]] - nodes[edges[:, 0]]).T)
    short = edges[lengths < _SHORTEST_M]
    size = len(nodes)
    links = coo_array((np.ones(len(short)), short.T), shape=(size, size))
    count, group = connected_components(links, directed=False)
    members = np.bincount(group, minlength=count)
    merged = np.column_stack([np.bincount(group, nodes[:, axis], count) / members for axis in (0, 1)])
    pairs = np.unique(np.sort(group[edges], axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]].astype(np.int64)
    return Plan(merged, pairs, np.zeros(len(pairs), bool), np.zeros(count, bool))


def _mark_main(plan: Plan, draw: np.random.Generator, extent_m: NDArray[np.float64], count: int) -> Plan:
    """Mark shortest ways between far sides of the town as main roads."""
    size = len(plan.nodes_m)
    lengths = np.hypot(*(plan.nodes_m[plan.edges[:, 1]] - plan.nodes_m[plan.edges[:, 0]]).T)
    weights = coo_array(
        (lengths * draw.uniform(0.7, 1.3, len(lengths)), plan.edges.T), shape=(size, size)
    ).tocsr()
    tree = cKDTree(plan.nodes_m)
    numbers = {tuple(sorted(pair)): edge for edge, pair in enumerate(plan.edges.tolist())}
    main = plan.main.copy()
    for _ in range(count):
        turn, shift = draw.uniform(0, np.pi), draw.uniform(-0.3, 0.3, 2) * extent_m
        ray = np.array([np.cos(turn), np.sin(turn)]) * np.hypot(*extent_m) * 0.6
        start, end = tree.query(extent_m / 2 + shift + np.array([[-1.0], [1.0]]) * ray)[1]
        before = dijkstra(weights, directed=False, indices=start, return_predecessors=True)[1]
        while before[end] >= 0:
            main[numbers[tuple(sorted((int(end), int(before[end]))))]] = True
            end = before[end]
    return Plan(plan.nodes_m, plan.edges, main, plan.bulb)


def _thin(plan: Plan, draw: np.random.Generator, density: NDArray[np.float64], missing: float) -> Plan:
    """Drop side streets at random and where the land is not built up, then pieces cut off from the rest."""
    lost = draw.random(len(plan.edges)) < np.clip(missing + 1.1 * (0.45 - density), 0.03, 0.97)
    plan = plan.keep(~lost | plan.main)
    size = len(plan.nodes_m)
    links = coo_array((np.ones(len(plan.edges)), plan.edges.T), shape=(size, size))
    group = connected_components(links, directed=False)[1]
    return plan.keep(np.bincount(group[plan.edges[:, 0]], minlength=size)[group[plan.edges[:, 0]]] >= 4)


def _grow_dead_ends(plan: Plan, draw: np.random.Generator, share: float, room_m: float) -> Plan:
    """Let dead ends leave the middle of some edges at a right angle, as far as the block allows."""
    nodes, edges = plan.nodes_m, plan.edges
    start, vector = nodes[edges[:, 0]], nodes[edges[:, 1]] - nodes[edges[:, 0]]
    length = np.hypot(*vector.T)
    grown = np.flatnonzero((draw.random(len(edges)) < share) & (length > 90) & ~plan.main)
    foot = start[grown] + draw.uniform(0.38, 0.62, (len(grown), 1)) * vector[grown]
    side = draw.choice([-1.0, 1.0], (len(grown), 1))
    normal = side * vector[grown][:, ::-1] * [1.0, -1.0] / length[grown, None]
    samples = start[:, None] + vector[:, None] * np.linspace(0, 1, 12)[:, None]
    tree = cKDTree(samples.reshape(-1, 2))
    steps = np.arange(20.0, 200.0, 10.0)
    clear = tree.query(foot[:, None] + normal[:, None] * steps[:, None])[0] > np.minimum(room_m, 0.75 * steps)
    reach = steps[np.maximum(np.cumprod(clear, axis=1).sum(axis=1) - 1, 0)]
    reach *= draw.uniform(0.7, 1.0, len(grown))
    good = reach > 45
    grown, foot, tip = grown[good], foot[good], (foot + normal * reach[:, None])[good]
    tip, keep = _apart(tip, room_m)
    grown, foot = grown[keep], foot[keep]
    base = len(nodes) + np.arange(len(grown))
    rest = np.ones(len(edges), dtype=bool)
    rest[grown] = False
    halves = [np.column_stack([edges[grown, end], base]) for end in (0, 1)]
    pairs = np.concatenate([edges[rest], *halves, np.column_stack([base, base + len(grown)])])
    main = np.concatenate([plan.main[rest], np.zeros(3 * len(grown), dtype=bool)])
    bulb = np.concatenate([plan.bulb, np.zeros(len(grown), dtype=bool), draw.random(len(grown)) < 0.7])
    return Plan(np.concatenate([nodes, foot, tip]), pairs, main, bulb)


def _apart(tips: Metres, distance_m: float) -> tuple[Metres, NDArray[np.bool_]]:
    keep = np.ones(len(tips), dtype=bool)
    if len(tips):
        pairs = cKDTree(tips).query_pairs(2 * distance_m, output_type="ndarray")
        keep[pairs.max(axis=1)] = False
    return tips[keep], keep


def plan_streets(
    draw: np.random.Generator,
    pattern: Pattern,
    extent_m: tuple[float, float],
    *,
    built_up: float,
    density_at: DensityAt,
) -> Plan:
    """Draw the plan of a town.

    Args:
        draw: Source of randomness.
        pattern: Layout of the streets.
        extent_m: Height and width of the imaged area; the plan reaches past it.
        built_up: 0 to 1, closer streets where larger.
        density_at: Gives how built up (0 to 1) the land is at (N, 2) points.
    """
    extent = np.array(extent_m)
    spacing_m = draw.uniform(0.85, 1.15) * (170.0 - 70.0 * built_up)
    if pattern is Pattern.ORGANIC:
        plan = _cells(draw, extent, 1.1 * spacing_m)
    else:
        plan = _grid(draw, extent, spacing_m * (1.25 if pattern is Pattern.CURVED else 0.95))
    middle = extent / 2
    near: NDArray[np.bool_] = np.all(np.abs(plan.nodes_m - middle) < middle + 2.2 * spacing_m, axis=1)
    plan = plan.keep(np.all(near[plan.edges], axis=1))
    plan = _mark_main(plan, draw, extent, count=2 + int(draw.integers(3)))
    middles = plan.nodes_m[plan.edges].mean(axis=1)
    missing = {Pattern.GRID: 0.02, Pattern.ORGANIC: 0.04, Pattern.CURVED: 0.14}[pattern]
    plan = _thin(plan, draw, density_at(middles), missing)
    share = {Pattern.GRID: 0.06, Pattern.ORGANIC: 0.3, Pattern.CURVED: 0.35}[pattern]
    return _grow_dead_ends(plan, draw, share, room_m=32.0)
