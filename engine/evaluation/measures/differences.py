"""Two graphs cut into matched, missing and false pieces of road: the lengths behind the buffer's figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.measures.buffer import find_covered
from engine.evaluation.measures.sampling import EdgeSamples, ranges
from engine.frames import RowCol
from engine.roads.chains import Chain, find_chains
from engine.roads.graph import RoadGraph

Lines = list[NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Two graphs cut into what they share and what they do not, as lines (N, 2) of (row, col) metres.

    Attributes:
        matched: Predicted road near true road.
        missing: True road without predicted road near it.
        false: Predicted road without true road near it.
    """

    matched: Sequence[NDArray[np.float64]]
    missing: Sequence[NDArray[np.float64]]
    false: Sequence[NDArray[np.float64]]

    def __iter__(self) -> Iterator[tuple[str, Sequence[NDArray[np.float64]]]]:
        yield from (("matched", self.matched), ("missing", self.missing), ("false", self.false))


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """The pieces of road that samples stand for, one chain after the other, each along its chain.

    Attributes:
        chains: (N,) number of the chain.
        edges: (N,) number of the edge, counted along the chains.
        spans: (N, 2, 2) where a piece begins and ends; exact at vertices.
        covered: (N,) state of its sample.
    """

    chains: NDArray[np.int64]
    edges: NDArray[np.int64]
    spans: NDArray[np.float64]
    covered: NDArray[np.bool_]


def _in_place_order(graph: RoadGraph[RowCol]) -> RoadGraph[RowCol]:
    """Number the vertices by their places, so that lines begin and run alike whatever their order was."""
    order = np.lexsort(graph.vertices.T)
    return RoadGraph.build(graph.vertices[order], np.argsort(order)[graph.edges])


def _turn_rings(
    chains: list[Chain], graph: RoadGraph[RowCol], counts: NDArray[np.int64], covered: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the (N,) order of samples along chains in which rings begin where their state changes.

    Args:
        chains: Those of ``graph``.
        graph: The sampled graph.
        counts: (C,) samples of each chain.
        covered: (N,) state of each sample, one chain after the other.
    """
    order = np.arange(len(covered))
    stops = np.cumsum(counts)
    degrees = graph.degrees
    for chain, start, stop in zip(chains, stops - counts, stops, strict=True):
        if chain.closed and degrees[chain.vertices[0]] == 2:
            change = np.flatnonzero(np.diff(covered[start:stop]))
            order[start:stop] = np.roll(order[start:stop], -int(change[0]) - 1 if len(change) else 0)
    return order


def _line_up(graph: RoadGraph[RowCol], samples: EdgeSamples, covered: NDArray[np.bool_]) -> _Pieces:
    """Put the samples of a graph in the order of its chains."""
    chains = find_chains(graph)
    edges = np.concatenate([chain.edges for chain in chains])
    tails = np.concatenate([chain.vertices[:-1] for chain in chains])
    heads = np.concatenate([chain.vertices[1:] for chain in chains])
    of_edge = np.bincount(samples.edges, minlength=len(graph.edges))
    counts = of_edge[edges]
    edge = np.repeat(np.arange(len(edges)), counts)
    nth, count = ranges(counts), counts[edge]
    forwards = (graph.edges[edges, 0] == tails)[edge]
    first = (np.cumsum(of_edge) - of_edge)[edges][edge]
    states = covered[first + np.where(forwards, nth, count - 1 - nth)]
    chain = np.repeat(np.arange(len(chains)), [len(chain.edges) for chain in chains])[edge]
    shares = (np.stack([nth, nth + 1], axis=1) / count[:, None])[..., None]
    spans = graph.vertices[tails[edge], None] * (1.0 - shares) + graph.vertices[heads[edge], None] * shares
    order = _turn_rings(chains, graph, np.bincount(chain, minlength=len(chains)), states)
    return _Pieces(chain[order], edge[order], spans[order], states[order])


def _cut(graph: RoadGraph[RowCol], other: RoadGraph[RowCol], tolerance_m: float) -> tuple[Lines, Lines]:
    """Cut the roads of a graph where they enter or leave the buffer of the other.

    Returns:
        The (N, 2) lines inside, and those outside.
    """
    samples, covered = find_covered(graph, other, tolerance=tolerance_m)
    if not len(covered):
        return [], []
    pieces = _line_up(graph, samples, covered)
    states = pieces.covered.astype(np.int8)
    begins = (np.diff(pieces.chains, prepend=-1) != 0) | (np.diff(states, prepend=-1) != 0)
    # Of the ends of pieces those at vertices stay, and where lines begin and end.
    starts = begins | (np.diff(pieces.edges, prepend=-1) != 0)
    kept = np.stack([starts, np.append(begins[1:], True)], axis=1)
    sizes = np.add.reduceat(kept.sum(axis=1), np.flatnonzero(begins))
    lines = np.split(pieces.spans[kept], np.cumsum(sizes)[:-1])
    inside = pieces.covered[begins]
    return (
        [line for line, state in zip(lines, inside, strict=True) if state],
        [line for line, state in zip(lines, inside, strict=True) if not state],
    )


def find_differences(
    predicted: RoadGraph[RowCol], truth: RoadGraph[RowCol], *, tolerance_m: float
) -> Differences:
    """Cut two graphs into what they share and what they do not.

    The same samples decide as in ``engine.evaluation.measures.buffer.compare``: the lines' lengths are those
    behind its figures. Lines end where a road enters or leaves the other graph's buffer and where its
    chain ends; between, they keep the vertices of the road. Nothing is lost and nothing is twice.

    Args:
        predicted: The graph to judge, in metres; it may be empty.
        truth: The graph to judge it by, in the same frame; it may be empty.
        tolerance_m: Half-width of the buffer; positive.

    Raises:
        GraphError: The tolerance is not positive.
    """
    predicted, truth = _in_place_order(predicted), _in_place_order(truth)
    matched, false = _cut(predicted, truth, tolerance_m)
    _, missing = _cut(truth, predicted, tolerance_m)
    return Differences(matched=matched, missing=missing, false=false)
