"""A road graph as one frozen value: vertices, undirected edges and what is known of each.

Coordinates are (row, col) pixels in a ``RoadGraph[RowCol]`` and (x, y) ground units in a
``RoadGraph[XY]``; the type keeps the two apart. Unknown attributes are NaN (``UNKNOWN_LAYER`` for
the integer ``layer``), never zero.
"""

from dataclasses import dataclass, replace
from typing import Any, Generic, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from engine.errors import GraphError
from engine.frames import Frame

UNKNOWN_LAYER = -128
"""Marks an edge whose level among stacked roads is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph(Generic[Frame]):
    """Vertices joined by undirected straight edges.

    Make one with ``RoadGraph.build``, which puts the edges in canonical order.

    Attributes:
        vertices: (V, 2) float64 coordinates in the frame of the type parameter.
        edges: (E, 2) int64 indices into ``vertices``; first < second, rows unique and sorted.
        confidence: (E,) float64 in [0, 1], NaN where unknown.
        width_m: (E,) float64 road width in metres, NaN where unknown.
        layer: (E,) int16 level among stacked roads (0 = ground), ``UNKNOWN_LAYER`` where unknown.
        z_m: (V,) float64 height of the carriageway in metres, NaN where unknown.
    """

    vertices: NDArray[np.float64]
    edges: NDArray[np.int64]
    confidence: NDArray[np.float64]
    width_m: NDArray[np.float64]
    layer: NDArray[np.int16]
    z_m: NDArray[np.float64]

    @classmethod
    def build(
        cls,
        vertices: ArrayLike,
        edges: ArrayLike,
        *,
        confidence: ArrayLike | None = None,
        width_m: ArrayLike | None = None,
        layer: ArrayLike | None = None,
        z_m: ArrayLike | None = None,
    ) -> Self:
        """Make a graph in canonical form.

        Edges are turned so that first < second, sorted and made unique (of equal edges the most
        confident stays); edges from a vertex to itself are dropped. Vertices keep their order.

        Args:
            vertices: (V, 2) coordinates; finite.
            edges: (E, 2) indices into ``vertices``.
            confidence: (E,) in [0, 1]; unknown when absent.
            width_m: (E,) metres; unknown when absent.
            layer: (E,) integer levels; unknown when absent.
            z_m: (V,) metres; unknown when absent.

        Raises:
            GraphError: A coordinate is not finite, or an edge names a vertex that is not there.
        """
        points = np.asarray(vertices, dtype=np.float64).reshape(-1, 2)
        pairs = np.sort(np.asarray(edges, dtype=np.int64).reshape(-1, 2), axis=1)
        if not np.isfinite(points).all():
            raise GraphError("A vertex has a coordinate that is not a finite number: repair the input graph.")
        if len(pairs) and (pairs.min() < 0 or pairs.max() >= len(points)):
            raise GraphError(
                f"An edge names vertex {int(pairs.max())} of only {len(points)}: repair the input graph."
            )
        score = _column(confidence, len(pairs), np.nan, np.float64)
        order = np.lexsort((-np.nan_to_num(score, nan=-1.0), pairs[:, 1], pairs[:, 0]))
        ordered = pairs[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        keep = order[first & (ordered[:, 0] != ordered[:, 1])]
        return cls(
            vertices=points,
            edges=pairs[keep],
            confidence=score[keep],
            width_m=_column(width_m, len(pairs), np.nan, np.float64)[keep],
            layer=_column(layer, len(pairs), UNKNOWN_LAYER, np.int16)[keep],
            z_m=_column(z_m, len(points), np.nan, np.float64),
        )

    @classmethod
    def empty(cls) -> Self:
        """Make a graph without vertices."""
        return cls.build(np.empty((0, 2)), np.empty((0, 2)))

    @property
    def degrees(self) -> NDArray[np.int64]:
        """(V,) number of edges at each vertex."""
        return np.bincount(self.edges.ravel(), minlength=len(self.vertices))

    @property
    def edge_vectors(self) -> NDArray[np.float64]:
        """(E, 2) second minus first vertex, in the graph's own units."""
        return self.vertices[self.edges[:, 1]] - self.vertices[self.edges[:, 0]]

    @property
    def edge_lengths(self) -> NDArray[np.float64]:
        """(E,) lengths in the graph's own units: pixels, or units of the reference system."""
        lengths: NDArray[np.float64] = np.hypot(*self.edge_vectors.T)
        return lengths

    def adjacency(self) -> csr_array:
        """Return the (V, V) symmetric matrix whose entries are edge numbers plus one."""
        first, second = self.edges.T
        numbers = np.arange(1, len(self.edges) + 1)
        size = len(self.vertices)
        return coo_array(
            (
                np.concatenate([numbers, numbers]),
                (np.concatenate([first, second]), np.concatenate([second, first])),
            ),
            shape=(size, size),
        ).tocsr()

    def components(self) -> NDArray[np.int32]:
        """Return the (V,) number of the connected component of each vertex."""
        if not len(self.vertices):
            return np.empty(0, dtype=np.int32)
        labels: NDArray[np.int32] = connected_components(self.adjacency(), directed=False)[1]
        return labels

    def with_edges(self, keep: NDArray[np.bool_]) -> Self:
        """Return the graph with only the edges where ``keep`` (E,) is true; all vertices stay."""
        return replace(
            self,
            edges=self.edges[keep],
            confidence=self.confidence[keep],
            width_m=self.width_m[keep],
            layer=self.layer[keep],
        )

    def without_lone_vertices(self) -> Self:
        """Return the graph without vertices of degree 0; the others keep their order."""
        used = self.degrees > 0
        number = np.cumsum(used) - 1
        return replace(self, vertices=self.vertices[used], z_m=self.z_m[used], edges=number[self.edges])

    def merged(self, labels: NDArray[np.int64]) -> Self:
        """Return the graph with vertices of equal label joined into one at their centroid.

        Args:
            labels: (V,) group of each vertex, numbered 0 .. L - 1; vertex l of the result is group l.
        """
        count = np.bincount(labels)
        centroids = np.stack([np.bincount(labels, axis) / count for axis in self.vertices.T], axis=1)
        return type(self).build(
            centroids,
            labels[self.edges],
            confidence=self.confidence,
            width_m=self.width_m,
            layer=self.layer,
            z_m=np.bincount(labels, self.z_m) / count,
        )


def _column(values: ArrayLike | None, length: int, unknown: float, dtype: Any) -> NDArray[Any]:
    if values is None:
        return np.full(length, unknown, dtype=dtype)
    column = np.asarray(values, dtype=dtype).reshape(-1)
    if len(column) != length:
        raise GraphError(f"An attribute has {len(column)} values, but {length} are needed: give one each.")
    return column
