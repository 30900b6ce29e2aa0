"""Candidates as networks would give them, made from a known graph."""

import numpy as np

from engine.networks.candidates import Candidates
from engine.roads.chains import find_chains
from engine.roads.graph import RoadGraph


def make_candidates(positions, probability, arms, *, edge_probability=1.0, generator=None):
    """Candidates whose n-th has the offsets ``arms[n]``, in slots shuffled by the generator."""
    edges = np.zeros((len(positions), 6), dtype=np.float32)
    offsets = np.zeros((len(positions), 6, 2), dtype=np.float32)
    for number, arm in enumerate(arms):
        slots = np.arange(6) if generator is None else generator.permutation(6)
        for slot, offset in zip(slots, arm, strict=False):
            edges[number, slot] = edge_probability
            offsets[number, slot] = offset
    return Candidates(
        positions=np.asarray(positions, dtype=np.float64).reshape(-1, 2),
        vertex_probability=np.broadcast_to(np.float32(probability), len(positions)).copy(),
        edge_probability=edges,
        offsets_px=offsets,
        road_probability=np.ones(len(positions), dtype=np.float32),
    )


def ideal(graph, *, probability=1.0, edge_probability=1.0):
    """What a perfect network sees of a graph with short edges."""
    arms = [[] for _ in graph.vertices]
    for (first, second), vector in zip(graph.edges, graph.edge_vectors, strict=True):
        arms[first].append(vector)
        arms[second].append(-vector)
    return make_candidates(graph.vertices, probability, arms, edge_probability=edge_probability)


def ridge(line, generator, *, spacing_px=7.0, lateral_px=0.7, vector_px=1.5, step_px=20.0, probability=0.2):
    """What a trained network sees of a road: vertices of arbitrary phase, each pointing both ways.

    ``line`` is an (N, 2) polyline; a closed one has no ends.
    """
    line = np.asarray(line, dtype=np.float64)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    total, closed = along[-1], np.array_equal(line[0], line[-1])

    def at(station):
        station = station % total if closed else np.clip(station, 0.0, total)
        return np.stack([np.interp(station, along, axis) for axis in line.T], axis=-1)

    steps = generator.uniform(0.6, 1.4, int(total / spacing_px)) * spacing_px
    stations = np.cumsum(steps)
    stations = stations[stations < total - (spacing_px / 2 if closed else 0.0)]
    if not closed:
        stations = np.concatenate([[0.0], stations[stations < total - 3.0], [total]])
    positions = at(stations) + generator.normal(0.0, lateral_px, (len(stations), 2))
    arms = []
    for station, position in zip(stations, positions, strict=True):
        reach = generator.uniform(0.8, 1.15, 2) * step_px
        ends = [station - reach[0], station + reach[1]]
        if not closed:
            ends = [end for end, room in zip(ends, (station, total - station), strict=True) if room > 1.0]
        arms.append([at(end) - position + generator.normal(0.0, vector_px, 2) for end in ends])
    strength = generator.uniform(0.5, 1.5, len(stations)) * probability
    found = make_candidates(positions, probability, arms, edge_probability=0.8, generator=generator)
    if not closed:
        strength[[0, -1]] = generator.uniform(0.6, 0.8, 2)  # where a road ends can be seen
    found.vertex_probability[:] = strength
    return found


def shuffled(candidates, generator):
    return candidates.select(generator.permutation(len(candidates)))


def transformed(candidates, matrix, shift):
    """Turn or mirror the scene: positions and offsets alike."""
    return Candidates(
        positions=candidates.positions @ matrix.T + shift,
        vertex_probability=candidates.vertex_probability,
        edge_probability=candidates.edge_probability,
        offsets_px=(candidates.offsets_px @ matrix.T).astype(np.float32),
        road_probability=candidates.road_probability,
    )


def line_graph(*lines):
    """One graph of polylines; equal points are one vertex."""
    points = np.concatenate([np.asarray(line, dtype=np.float64) for line in lines])
    vertices, number = np.unique(points, axis=0, return_inverse=True)
    number, edges, start = number.reshape(-1), [], 0
    for line in lines:
        run = number[start : start + len(line)]
        edges.append(np.stack([run[:-1], run[1:]], axis=1))
        start += len(line)
    return RoadGraph.build(vertices, np.concatenate(edges))


def same_graph(one, other, *, tolerance=1e-9):
    """Whether two graphs have the same edges by coordinates, however numbered."""

    def rows(graph):
        ends = graph.vertices[graph.edges]
        swap = (ends[:, 0, 0] > ends[:, 1, 0] + tolerance) | (
            (np.abs(ends[:, 0, 0] - ends[:, 1, 0]) <= tolerance) & (ends[:, 0, 1] > ends[:, 1, 1])
        )
        ends[swap] = ends[swap, ::-1]
        flat = ends.reshape(-1, 4)
        key = np.round(flat, 3)
        return flat[np.lexsort(key.T[::-1])]

    if len(one.edges) != len(other.edges):
        return False
    return bool(np.allclose(rows(one), rows(other), atol=tolerance, rtol=0))


def count(graph):
    """Length, junctions, ends and components with edges."""
    degrees = graph.degrees
    components = len(np.unique(graph.components()[graph.edges[:, 0]])) if len(graph.edges) else 0
    return {
        "length": graph.edge_lengths.sum(),
        "junctions": int((degrees >= 3).sum()),
        "ends": int((degrees == 1).sum()),
        "components": components,
        "chains": len(find_chains(graph)),
    }
