"""Road graphs as research code exchanges them: ``.p`` pickles and ``.json`` lists.

Both hold pixel positions whose integers name pixel *centres*, so the corner frame used here is half a
pixel more: a stored (0, 0) is (0.5, 0.5). They know no reference system and no attributes; vertices
at equal positions are one.

A ``.p`` file is a pickled dictionary {(row, col): [(row, col), ...]} with each edge in both directions.
A ``.json`` file is [nodes, edges], nodes as [row, col] and edges as index pairs; a list of edges
[[row, col], [row, col]], also inside {"graph": [edges, points]}, is read too.
"""

import json
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.atomic import atomic_path
from engine.errors import GraphError
from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from engine.roads.safe_pickle import load_numbers, position

CENTRE_PX = 0.5
"""What research formats leave out: the way from a pixel's corner to its centre."""

MAX_BYTES = 128 * 2**20
"""Larger files are refused; the graph of a 2048 × 2048 tile takes about 1 MB."""

_NEEDED = "give a graph as written by Sat2Graph, SAM-Road or Plumbline."


def _bytes_of(path: str | os.PathLike[str]) -> bytes:
    source = Path(path)
    try:
        size = source.stat().st_size
        if size > MAX_BYTES:
            raise GraphError(
                f"{source.name} has {size / 2**20:.0f} MiB, but a graph of at most {MAX_BYTES // 2**20} MiB "
                "is read: divide it."
            )
        return source.read_bytes()
    except OSError as error:
        raise GraphError(f"{source} cannot be read ({error.strerror}): check the path.") from error


def _framed(stored: NDArray[np.float64], height: int | None) -> NDArray[np.float64]:
    """Move stored positions to the corner frame, turning rows round if they count from the bottom."""
    if height is not None:
        stored = np.column_stack([height - stored[:, 0], stored[:, 1]])
    return stored + CENTRE_PX


def _stored(graph: RoadGraph[RowCol], height: int | None) -> NDArray[np.float64]:
    """Move vertices from the corner frame to stored positions: the inverse of ``_framed``."""
    stored = graph.vertices - CENTRE_PX
    if height is not None:
        stored[:, 0] = height - stored[:, 0]
    return stored + 0.0


def _graph(positions: Any, edges: Any, height: int | None) -> RoadGraph[RowCol]:
    stored = np.asarray(positions, dtype=np.float64)
    if stored.size and stored.shape[1:] != (2,):
        raise ValueError("positions are not pairs of row and column")
    stored = stored.reshape(-1, 2)
    return RoadGraph.build(_framed(stored, height), np.asarray(edges, dtype=np.int64).reshape(-1, 2))


def _neighbours(value: Any) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list | tuple):
        raise GraphError(f"The pickle has a {type(value).__name__} where neighbours belong: {_NEEDED}")
    for item in value:
        try:
            yield position(item)
        except TypeError as error:
            raise GraphError(f"The pickle has a neighbour that is no (row, col) pair: {_NEEDED}") from error


def read_pickle_graph(
    path: str | os.PathLike[str], *, bottom_left_height: int | None = None
) -> RoadGraph[RowCol]:
    """Read a ``.p`` file.

    Nothing in the file is ever run: only numbers, strings, tuples, lists, dictionaries and numpy scalars
    are understood.

    Args:
        path: The file.
        bottom_left_height: Height of the image where rows count from the bottom (SpaceNet files hold
            height − row); None = rows count from the top.

    Raises:
        GraphError: The file cannot be read, is damaged, or asks for anything that a graph never needs.
    """
    program = _bytes_of(path)
    table = load_numbers(program)
    if not isinstance(table, dict):
        raise GraphError(
            f"The pickle holds a {type(table).__name__}, not a dictionary of vertices: {_NEEDED}"
        )
    # Lists may be shared inside a pickle: a small file could otherwise unfold to any size.
    if sum(len(value) for value in table.values() if isinstance(value, list | tuple)) > len(program):
        raise GraphError(f"The pickle has more edges than bytes and was refused: {_NEEDED}")
    number: dict[tuple[float, float], int] = {}
    for vertex in table:
        number.setdefault(vertex, len(number))
    edges = [
        (number[vertex], number.setdefault(neighbour, len(number)))
        for vertex, value in table.items()
        for neighbour in _neighbours(value)
    ]
    try:
        return _graph(list(number), edges, bottom_left_height)
    except OverflowError as error:
        raise GraphError(f"The pickle has a position beyond all numbers: {_NEEDED}") from error


def _packed(position: tuple[float, float], *, whole: bool) -> bytes:
    """Spell a (row, col) tuple in pickle's protocol 2."""
    if whole:
        return struct.pack("<cici", b"J", int(position[0]), b"J", int(position[1])) + b"\x86"
    return struct.pack(">cdcd", b"G", position[0], b"G", position[1]) + b"\x86"


def _pickled(positions: NDArray[np.float64], neighbours: Iterable[Iterable[int]]) -> bytes:
    """Spell the dictionary in pickle's protocol 2; whole positions as integers, as the originals do."""
    whole = bool((positions == np.round(positions)).all() and (np.abs(positions) < 2**31).all())
    codes = [_packed(position, whole=whole) for position in map(tuple, positions.tolist())]
    entries = (
        codes[vertex] + b"](" + b"".join(codes[other] for other in others) + b"e"
        for vertex, others in enumerate(neighbours)
    )
    return b"\x80\x02}(" + b"".join(entries) + b"u."


def write_pickle_graph(
    path: str | os.PathLike[str], graph: RoadGraph[RowCol], *, bottom_left_height: int | None = None
) -> None:
    """Write a ``.p`` file: a pickle of protocol 2 that holds builtin numbers only.

    Args:
        path: Where to write; an existing file is replaced.
        graph: Pixel graph, corner frame.
        bottom_left_height: Height of the image, to let rows count from the bottom; None = from the top.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full.
    """
    places, place = np.unique(_stored(graph, bottom_left_height), axis=0, return_inverse=True)
    joined: RoadGraph[RowCol] = RoadGraph.build(places, place[graph.edges])
    matrix = joined.adjacency().sorted_indices()
    neighbours = np.split(matrix.indices, matrix.indptr[1:-1])
    with atomic_path(path) as draft:
        draft.write_bytes(_pickled(joined.vertices, neighbours if len(places) else []))


def _is_indexed(document: list[Any]) -> bool:
    """Tell [nodes, edges] from a list of two edges: only the former's second part holds indices."""
    if len(document) != 2 or not all(isinstance(part, list) for part in document):
        return False
    nodes, edges = document
    return all(
        isinstance(edge, list)
        and len(edge) == 2
        and all(type(end) is int and 0 <= end < len(nodes) for end in edge)
        for edge in edges
    )


def _edge_list(lines: Any, height: int | None) -> RoadGraph[RowCol]:
    ends = np.asarray(lines, dtype=np.float64)
    if ends.size and ends.shape[1:] != (2, 2):
        raise ValueError("edges are not pairs of positions")
    positions, number = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    return _graph(positions, number, height)


def read_json_graph(
    path: str | os.PathLike[str], *, bottom_left_height: int | None = None
) -> RoadGraph[RowCol]:
    """Read a ``.json`` graph in any of the shapes named above.

    Args:
        path: The file.
        bottom_left_height: As in ``read_pickle_graph``.

    Raises:
        GraphError: The file cannot be read or holds no graph.
    """
    try:
        document = json.loads(_bytes_of(path))
        if isinstance(document, dict):
            document = document["graph"][0]
            return _edge_list(document, bottom_left_height)
        if _is_indexed(document):
            return _graph(document[0], document[1], bottom_left_height)
        return _edge_list(document, bottom_left_height)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise GraphError(f"{Path(path).name} holds no road graph ({error}): {_NEEDED}") from error


def write_json_graph(
    path: str | os.PathLike[str], graph: RoadGraph[RowCol], *, bottom_left_height: int | None = None
) -> None:
    """Write a ``.json`` file of the form [nodes, edges].

    Args:
        path: Where to write; an existing file is replaced.
        graph: Pixel graph, corner frame.
        bottom_left_height: As in ``write_pickle_graph``.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full.
    """
    document = [_stored(graph, bottom_left_height).tolist(), graph.edges.tolist()]
    with atomic_path(path) as draft:
        draft.write_text(json.dumps(document), encoding="utf-8")
