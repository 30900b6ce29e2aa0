"""Road graphs in files, whatever the format: the suffix decides."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.errors import GraphError, OutputError
from engine.raster.crs import WGS_84, parse_crs
from engine.roads.geojson import write_geojson
from engine.roads.geopackage import check_replaceable, write_geopackage
from engine.roads.georeference import reproject
from engine.roads.graph import RoadGraph
from engine.roads.lines import read_lines
from engine.roads.research_formats import (
    MAX_BYTES,
    read_json_graph,
    read_pickle_graph,
    write_json_graph,
    write_pickle_graph,
)
from engine.roads.segments import RoadNetwork, build_network

PIXEL_SUFFIXES = (".p", ".pickle", ".json")
"""Research formats: pixel positions without a place on the ground."""

GROUND_SUFFIXES = (".gpkg", ".geojson")
"""Formats that are written in a reference system; any other vector file can be read."""


@dataclass(frozen=True, slots=True, eq=False)
class GraphFile:
    """A road graph with the frame of its coordinates.

    Attributes:
        graph: ``RoadGraph[RowCol]`` in the pixel frame, ``RoadGraph[XY]`` in the ground frame.
        frame: "pixel" or "ground".
        crs: WKT or authority code of ground coordinates; None = local metres, or pixels.
    """

    graph: RoadGraph[Any]
    frame: Literal["pixel", "ground"]
    crs: str | None = None


def suffix(path: str | os.PathLike[str]) -> str:
    """Return a file name's ending in lower case, with its dot."""
    return Path(path).suffix.lower()


def check_writable_format(path: str | os.PathLike[str]) -> None:
    """Make sure that graphs can be written under this name: worth asking before long work.

    Raises:
        OutputError: The suffix is none of the formats, or a GeoPackage there must not be replaced.
    """
    known = (*GROUND_SUFFIXES, *PIXEL_SUFFIXES)
    if suffix(path) not in known:
        raise OutputError(
            f"Graphs are not written as '{suffix(path) or Path(path).name}': use one of {', '.join(known)}."
        )
    if suffix(path) == ".gpkg":
        check_replaceable(path)


def _is_geojson(path: str | os.PathLike[str]) -> bool:
    """Tell GeoJSON that is called .json from a research graph."""
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            return True
        document = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "type" in document


def read_graph(
    path: str | os.PathLike[str], *, bottom_left_height: int | None = None, layer: str | None = None
) -> GraphFile:
    """Read a road graph: .p and .json research files, or the lines of any vector file.

    Args:
        path: The file.
        bottom_left_height: For research files whose rows count from the bottom: height of the image.
        layer: For vector files: name of the layer.

    Raises:
        GraphError: The file cannot be read or holds no road graph.
    """
    if not Path(path).exists() and not os.fspath(path).startswith("/vsi"):
        raise GraphError(f"{os.fspath(path)} does not exist: check the path.")
    ending = suffix(path)
    if ending in {".p", ".pickle"}:
        return GraphFile(read_pickle_graph(path, bottom_left_height=bottom_left_height), "pixel")
    if ending == ".json" and not _is_geojson(path):
        return GraphFile(read_json_graph(path, bottom_left_height=bottom_left_height), "pixel")
    graph, crs = read_lines(path, layer=layer)
    return GraphFile(graph, "ground", crs)


def _write_pixels(path: str | os.PathLike[str], file: GraphFile, bottom_left_height: int | None) -> None:
    if file.frame != "pixel":
        raise GraphError(
            f"{suffix(path)} files hold pixels: name the raster that the graph belongs to (--like)."
        )
    write = write_json_graph if suffix(path) == ".json" else write_pickle_graph
    write(path, file.graph, bottom_left_height=bottom_left_height)


def _write_ground(
    path: str | os.PathLike[str], file: GraphFile, provenance: Mapping[str, Any]
) -> RoadNetwork:
    if file.frame != "ground":
        raise GraphError(
            f"{suffix(path)} files hold ground coordinates: name the raster that the graph belongs to "
            "(--like)."
        )
    if suffix(path) == ".gpkg":
        wkt = None if file.crs is None else parse_crs(file.crs).to_wkt()
        network = build_network(file.graph, crs=file.crs)
        write_geopackage(path, network, crs_wkt=wkt, provenance=provenance)
        return network
    target = None if file.crs is None else WGS_84
    network = build_network(reproject(file.graph, file.crs, target), crs=target)
    write_geojson(path, network, local=target is None, provenance=provenance)
    return network


def write_graph(
    path: str | os.PathLike[str],
    file: GraphFile,
    *,
    provenance: Mapping[str, Any] | None = None,
    bottom_left_height: int | None = None,
) -> RoadNetwork | None:
    """Write a road graph in the format of the suffix; it appears only when it is complete.

    Args:
        path: Where to write: .gpkg or .geojson from the ground frame, .p or .json from the pixel frame.
        file: The graph.
        provenance: Where the graph came from, as JSON values; research formats have no room for it.
        bottom_left_height: For research files: height of the image, to let rows count from the bottom.

    Returns:
        The segments and junctions in the file; None for research formats, which have none.

    Raises:
        OutputError: The format is unknown, or the file cannot be written there.
        GraphError: The graph is in the other frame.
        RasterError: The reference system is unknown.
    """
    check_writable_format(path)
    if suffix(path) in PIXEL_SUFFIXES:
        _write_pixels(path, file, bottom_left_height)
        return None
    return _write_ground(path, file, provenance or {})
