"""The matching of two sets of marbles, one to one within each walk."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from engine.evaluation.measures.marbles import Marbles
from engine.evaluation.measures.sampling import ranges


@dataclass(frozen=True, slots=True, eq=False)
class MarblePairs:
    """Two sets of marbles, and which of them are beside each other.

    Attributes:
        ours: Marbles, grouped by walk.
        theirs: Other marbles, from walks with the same numbers; grouped by walk.
        our_numbers: (P,) marble of each pair in ``ours``; ascending.
        their_numbers: (P,) marble of each pair in ``theirs``.
    """

    ours: Marbles
    theirs: Marbles
    our_numbers: NDArray[np.int64]
    their_numbers: NDArray[np.int64]


def _strip_keys(ours: Marbles, theirs: Marbles, height: float) -> tuple[list[NDArray[np.float64]], float]:
    """Lay the strips of rows of all walks end to end: (N,) places of the marbles there, length of a strip."""
    rows, columns = zip(ours.positions.T, theirs.positions.T, strict=True)
    top, left = min(row.min() for row in rows) - height, min(column.min() for column in columns)
    strips = int((max(row.max() for row in rows) - top) / height) + 2
    length = float(max(column.max() for column in columns) - left) + 2.0 * height
    keys = []
    for marbles, row, column in zip((ours, theirs), rows, columns, strict=True):
        strip = marbles.walks * strips + ((row - top) / height).astype(np.int64)
        keys.append(strip * length + (column - left))
    return keys, length


def pair_marbles(ours: Marbles, theirs: Marbles, distance: float) -> MarblePairs:
    """List pairs of marbles of the same walk: all nearer than ``distance``, and some more.

    Both sets come back sorted by walk, strip and column: so a search runs through memory in order,
    and a matching, which takes what comes first, is nearly right from the start.

    Args:
        ours: Marbles of one graph.
        theirs: Marbles of another, from walks with the same numbers.
        distance: Height of the strips; pairs are in touching strips, and no farther apart in columns.
    """
    (our_keys, their_keys), length = _strip_keys(ours, theirs, distance)
    our_order, their_order = np.argsort(our_keys), np.argsort(their_keys)
    our_keys, their_keys = our_keys[our_order], their_keys[their_order]
    strips = [our_keys + strip * length for strip in (-1, 0, 1)]
    begin = np.stack([np.searchsorted(their_keys, keys - distance) for keys in strips], axis=1)
    end = np.stack([np.searchsorted(their_keys, keys + distance) for keys in strips], axis=1)
    counts = end - begin  # (N, 3 strips)
    return MarblePairs(
        ours.where(our_order),
        theirs.where(their_order),
        np.repeat(np.arange(len(our_keys)), counts.sum(axis=1)),
        np.repeat(begin.reshape(-1), counts.reshape(-1)) + ranges(counts.reshape(-1)),
    )


def count_matches(
    pointers: NDArray[np.int64],
    columns: NDArray[np.int64],
    our_walks: NDArray[np.int64],
    their_walks: NDArray[np.int64],
    walks: int,
) -> NDArray[np.int64]:
    """Match marbles one to one as often as possible, walk by walk.

    Args:
        pointers: (N + 1,) where the partners of each of our marbles begin in ``columns``.
        columns: (P,) numbers of the marbles of theirs that ours may be matched to.
        our_walks: (N,) walk of each of our marbles, ascending.
        their_walks: (M,) walk of each of their marbles, ascending.
        walks: Number of walks.

    Returns:
        (walks,) number of matches.
    """
    top = np.searchsorted(our_walks, np.arange(walks + 1))
    left = np.searchsorted(their_walks, np.arange(walks + 1)).astype(np.int32)
    starts, columns = pointers.astype(np.int32), columns.astype(np.int32)
    data = np.ones(len(columns), dtype=np.int8)
    matches = np.zeros(walks, dtype=np.int64)
    # One call for all walks would be right too, but needs as many rounds as the worst of them.
    for walk in range(walks):
        rows = starts[top[walk] : top[walk + 1] + 1]
        piece = slice(rows[0], rows[-1])
        shape = (len(rows) - 1, int(left[walk + 1] - left[walk]))
        graph = csr_array((data[piece], columns[piece] - left[walk], rows - rows[0]), shape=shape)
        matches[walk] = np.count_nonzero(maximum_bipartite_matching(graph, perm_type="column") >= 0)
    return matches
