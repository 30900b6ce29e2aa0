"""Road files as they are read: graphs in pixels or on the ground, and road masks traced to graphs."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.errors import EngineError, GraphError
from engine.raster.grid import Grid
from engine.roads.convert import READ_MASK_SUFFIXES, read_frame, read_mask
from engine.roads.formats import GraphFile, read_graph, suffix
from engine.roads.georeference import to_ground
from engine.roads.graph import RoadGraph
from engine.roads.mask import graph_from_mask

_FARTHEST = 1e9
"""No coordinate of a place on the Earth is larger, in any unit in use."""


@dataclass(frozen=True, slots=True)
class RasterFrame:
    """The pixels of a raster.

    Attributes:
        path: The file.
        height: Rows.
        width: Columns.
        grid: Where they lie; None = unknown.
    """

    path: Path
    height: int
    width: int
    grid: Grid | None

    @classmethod
    def read(cls, path: Path) -> "RasterFrame":
        """Read size and place of a raster.

        Raises:
            RasterError: It cannot be opened.
        """
        found = read_frame(str(path))
        return cls(path, found.height, found.width, found.grid)

    def same_size(self, other: "RasterFrame") -> bool:
        """Tell whether two rasters have as many rows and columns."""
        return (self.height, self.width) == (other.height, other.width)


@dataclass(frozen=True, slots=True, eq=False)
class RoadFile:
    """A graph as its file holds it.

    Attributes:
        path: The file.
        file: The graph and its frame; pixels are those of the raster that both files belong to.
        mask: The raster that it was traced from, if it was.
    """

    path: Path
    file: GraphFile
    mask: RasterFrame | None = None

    @property
    def in_crs(self) -> bool:
        """Whether it lies in a reference system."""
        return self.file.frame == "ground" and self.file.crs is not None

    @property
    def in_local_metres(self) -> bool:
        """Whether it lies on a plane in unknown relation to the globe."""
        return self.file.frame == "ground" and self.file.crs is None


def _read(path: Path) -> RoadFile:
    if suffix(path) in READ_MASK_SUFFIXES:
        mask, found = read_mask(str(path))
        raster = RasterFrame(path, found.height, found.width, found.grid)
        return RoadFile(path, GraphFile(graph_from_mask(mask), "pixel"), raster)
    file = read_graph(path)
    largest = float(np.abs(file.graph.vertices).max(initial=0.0))
    if largest > _FARTHEST:
        raise GraphError(f"{path} has coordinates up to {largest:.3g}: no road lies there, repair the file.")
    return RoadFile(path, replace(file, graph=file.graph.without_lone_vertices()))


def read_roads(path: Path) -> RoadFile:
    """Read a graph, or trace a road mask.

    Raises:
        EngineError: The file cannot be read, or holds no roads; the message names it.
    """
    try:
        return _read(path)
    except EngineError as error:
        if path.name in str(error):
            raise
        raise type(error)(f"{path}: {error}") from error


def shares_pixels(raster: RasterFrame, reference: RasterFrame) -> bool:
    """Tell whether a raster has the pixels of another; rasters without a place are taken to have.

    Raises:
        GraphError: A raster without a place has another size.
    """
    if raster.grid is None and not raster.same_size(reference):
        raise GraphError(
            f"{raster.path} has {raster.height} × {raster.width} px and no georeference, but "
            f"{reference.path} has {reference.height} × {reference.width} px: give rasters of one grid, or "
            "georeference both."
        )
    return raster.grid is None or raster.grid == reference.grid


def on_reference(roads: RoadFile, reference: RasterFrame | None) -> RoadFile:
    """Move a traced mask that has a place of its own there; pixels of the common raster stay.

    Raises:
        GraphError: The mask has no place, and another size than the raster.
    """
    if roads.mask is None or reference is None or shares_pixels(roads.mask, reference):
        return roads
    grid = roads.mask.grid
    if grid is None:
        return roads
    return replace(roads, file=GraphFile(to_ground(roads.file.graph, grid, crs=grid.crs), "ground", grid.crs))


def beside(roads: RoadFile, other: RoadFile) -> RoadFile:
    """Return a graph in its own frame; an empty one is as well in the other's, whatever its file says."""
    if len(roads.file.graph.edges):
        return roads
    return replace(roads, file=replace(other.file, graph=RoadGraph.empty()))
