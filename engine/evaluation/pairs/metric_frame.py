"""The frame in which two graphs are compared: (row, col) in metres, whatever they came in.

Graphs that know no place stay in their pixels, scaled to metres, so that figures of published tiles
come out as published. Graphs in a reference system come to the pixels of their image, too, if these
are squares of true size; so the same roads in another format score the same. Else both move to a
transverse Mercator plane of true metres around the truth, with rows and columns along the image's, if
there is one: degrees and stretched pixels are never measured in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from engine.errors import EngineError, GraphError
from engine.evaluation.pairs.places import check_near, in_degrees, near_longitude
from engine.evaluation.pairs.road_files import RasterFrame, RoadFile
from engine.frames import RowCol
from engine.raster.crs import WGS_84, ground_size_m, local_metric_crs, parse_crs, reproject_points
from engine.raster.grid import Grid
from engine.raster.placement import find_source_grid
from engine.raster.source import open_dataset
from engine.roads.georeference import move_points
from engine.roads.graph import RoadGraph

_UP = Affine(1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
"""Rows and columns in metres to local metres: x right, y up."""

_CENTRE_DECIMALS = 2
"""The centre is rounded to 0.01° (1 km), so that rounded coordinates do not move the frame."""

_PIXEL_DECIMALS = 2
"""Graphs on the ground come to hundredths of an image's pixels, where there is an image."""

_TRUE = 1e-3
"""Pixels of an image this near to squares of one size are a plane of true metres."""


def _on_grid(
    grid: Grid, xy: NDArray[np.float64], crs: str, *, near_x: float | None = None
) -> NDArray[np.float64]:
    """Move (N, 2) ground points to pixels of a grid.

    Args:
        grid: The grid.
        xy: Ground points.
        crs: Their system.
        near_x: In degrees, longitudes come near this one; the grid's centre when absent.

    Raises:
        GraphError: A point has no place in the grid's system.
        RasterError: The systems have no relation.
    """
    moved = reproject_points(xy, crs, grid.crs)
    lost = int((~np.isfinite(moved)).any(axis=1).sum())
    if lost:
        raise GraphError(
            f"{lost} of {len(moved)} positions have no place where the graphs are compared: check that they "
            "are in the reference system that is named for them."
        )
    if grid.crs is not None and parse_crs(grid.crs).is_geographic:
        moved[:, 0] = near_longitude(moved[:, 0], grid.centre[0] if near_x is None else near_x)
    return grid.to_pixels(moved)


@dataclass(frozen=True, slots=True)
class MetricFrame:
    """What brings positions into (row, col) metres.

    Attributes:
        grid: Pixels of 1 m, to the ground; their number says nothing.
        raster: Pixels of graphs without a place of their own, where these lie; None = unknown.
        m_per_px: Where the frame is those pixels, scaled: their size. None = the frame lies elsewhere.
        local: The same for local metres; None = they have no place in the frame.
    """

    grid: Grid
    raster: Grid | None
    m_per_px: float | None
    local: Grid | None

    def from_pixels(self, rowcol: NDArray[np.float64], raster: Grid | None = None) -> NDArray[np.float64]:
        """Move (N, 2) pixels into the frame.

        Args:
            rowcol: Pixels, corner frame.
            raster: Whose they are, if not the common raster's.

        Raises:
            GraphError: They have no place in it.
            RasterError: Likewise.
        """
        if raster is None and self.m_per_px is not None:
            return rowcol * self.m_per_px
        raster = raster or self.raster
        if raster is None:
            raise GraphError(
                "A raster or graph is in pixels and the other in a reference system: name the georeferenced "
                "image that the pixels belong to (--image)."
            )
        return self.from_ground(raster.to_ground(rowcol), raster.crs)

    def from_ground(self, xy: NDArray[np.float64], crs: str | None) -> NDArray[np.float64]:
        """Move (N, 2) ground points into the frame.

        Args:
            xy: Ground points.
            crs: Their system; None = local metres.

        Raises:
            GraphError: They have no place in it.
            RasterError: Likewise.
        """
        if crs is None:
            if self.local is None:
                raise GraphError(
                    "Local metres have no relation to the reference system of the other file: give both in "
                    "a reference system, or both in local metres or pixels."
                )
            return self.local.to_pixels(xy)
        return _on_grid(self.grid, xy, crs, near_x=(self.raster or self.grid).centre[0])

    def place(self, roads: RoadFile) -> RoadGraph[RowCol]:
        """Move a graph into the frame.

        Raises:
            EngineError: It has no place there; the message names the file.
        """
        graph, crs = roads.file.graph, roads.file.crs
        try:
            if roads.file.frame == "pixel":
                vertices = self.from_pixels(graph.vertices)
            elif self.raster is not None and crs is not None:
                vertices = self._through_pixels(_on_grid(self.raster, graph.vertices, crs))
            elif self.m_per_px is not None and crs is None:
                vertices = self._through_pixels(self.from_ground(graph.vertices, crs) / self.m_per_px)
            else:
                vertices = self.from_ground(graph.vertices, crs)
        except EngineError as error:
            raise type(error)(f"{roads.path}: {error}") from error
        return replace(graph, vertices=vertices)

    def _through_pixels(self, rowcol: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move pixels into the frame, to whole ones what lies on them within what files round off.

        Measures are sensitive to what lies on whole pixels, as in graphs that were drawn there.
        """
        return self.from_pixels(np.round(rowcol, _PIXEL_DECIMALS))


def _pixel_frame(reference: RasterFrame | None, m_per_px: float | None) -> MetricFrame:
    """Scale the pixels of the common raster, or of none."""
    placed = reference.grid if reference is not None else None
    size_m = m_per_px or (placed.m_per_px if placed is not None else 1.0)
    local = Grid(_UP, 1, 1, None, 1.0)
    grid = local
    if placed is not None:
        grid = Grid(placed.transform @ Affine.scale(1.0 / size_m), 1, 1, placed.crs, 1.0)
    elif reference is not None:
        # A world file without a reference system anchors local metres.
        with open_dataset(str(reference.path)) as dataset:
            anchored = find_source_grid(dataset, str(reference.path), size_m)
        grid = local = Grid(anchored.transform @ Affine.scale(1.0 / size_m), 1, 1, None, 1.0)
    return MetricFrame(grid, placed, size_m, local)


def _along(raster: Grid, plane: str) -> Affine:
    """Lay rows and columns of 1 m in a plane along those of a raster; their corners agree at its centre.

    Args:
        raster: Where the raster lies.
        plane: WKT of the plane.

    Raises:
        GraphError: The raster has no place in the plane.
    """
    rows, cols = raster.height, raster.width
    ends = raster.to_ground([(rows / 2, 0), (rows / 2, cols), (rows / 2, cols / 2)])
    left, right, middle = move_points(ends, raster.crs, plane)
    angle_deg = float(np.degrees(np.arctan2(*(right - left)[::-1])))
    height_m, width_m = ground_size_m(raster.transform, raster.crs, rows / 2, cols / 2)
    mirrored = raster.transform.determinant > 0
    return (
        Affine.translation(*middle.tolist())
        @ Affine.rotation(angle_deg)
        @ Affine.scale(1.0, 1.0 if mirrored else -1.0)
        @ Affine.translation(-cols * width_m / 2, -rows * height_m / 2)
    )


def _ground_frame(
    both: Sequence[RoadFile], degrees: Sequence[NDArray[np.float64]], raster: Grid | None
) -> MetricFrame:
    """Lay a plane of true metres around the first graph that is not empty.

    Args:
        both: Truth and prediction.
        degrees: (V, 2) longitudes and latitudes of each one's vertices.
        raster: Where the common raster lies; None = unknown.
    """
    centres = [
        places[roads.file.graph.edges].reshape(-1, 2).mean(axis=0)
        for roads, places in zip(both, degrees, strict=True)
        if len(roads.file.graph.edges)
    ]
    if not centres and raster is not None:
        centres = list(reproject_points([raster.centre], raster.crs, WGS_84))
    x, y = np.round(centres[0] if centres else np.zeros(2), _CENTRE_DECIMALS).tolist()
    plane = local_metric_crs(x, y, WGS_84)
    transform = _UP if raster is None else _along(raster, plane)
    return MetricFrame(Grid(transform, 1, 1, plane, 1.0), raster, None, None)


def _unrelated(local: RoadFile, placed: RoadFile) -> str:
    """Say that local metres and a reference system do not meet."""
    name = parse_crs(placed.file.crs or WGS_84).to_string()[:40]
    return (
        f"{local.path} is in local metres, {placed.path} in {name}: nobody knows how they relate. "
        "Georeference the former, or give both in pixels."
    )


def _distortion(grid: Grid) -> float:
    """Return by what share pixels differ from squares of the grid's size, at its centre and corners."""
    here, rows, cols = grid.transform, grid.height, grid.width
    skew = abs(here.a * here.b + here.d * here.e) / abs(here.determinant)
    places = [(rows / 2, cols / 2), (0, 0), (0, cols), (rows, 0), (rows, cols)]
    sizes_m = np.array([ground_size_m(here, grid.crs, row, col) for row, col in places])
    return max(skew, float(np.abs(sizes_m / grid.m_per_px - 1.0).max()))


def choose_frame(
    truth: RoadFile, predicted: RoadFile, reference: RasterFrame | None, m_per_px: float | None
) -> MetricFrame:
    """Choose the frame that two graphs are compared in.

    Args:
        truth: The graph to judge by.
        predicted: The graph to judge.
        reference: The raster that pixels belong to.
        m_per_px: Size of its pixels; None = its own, else 1.

    Raises:
        EngineError: The two cannot be brought together, or lie in different places.
    """
    both = (truth, predicted)
    placed = reference.grid if reference is not None else None
    in_local_metres = any(roads.in_local_metres for roads in both)
    if not any(roads.in_crs for roads in both):
        if placed is None or in_local_metres or m_per_px is not None:
            return _pixel_frame(reference, m_per_px)
    elif in_local_metres:
        raise GraphError(_unrelated(*sorted(both, key=lambda roads: roads.in_crs)))
    degrees = [in_degrees(roads, placed) for roads in both]
    check_near(*degrees)
    if placed is not None and _distortion(placed) <= _TRUE:
        return _pixel_frame(reference, None)
    return _ground_frame(both, degrees, placed)
