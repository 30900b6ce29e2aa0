"""Roads as a GeoPackage: two layers, their style, and where they came from, in one file."""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.roads.segments import RoadNetwork, Segment
from engine.vector import layered
from engine.vector.layered import Layer, read_provenance, write_layers

__all__ = [
    "JUNCTION_FIELDS",
    "ROAD_FIELDS",
    "check_replaceable",
    "read_provenance",
    "road_properties",
    "write_geopackage",
]

ROAD_FIELDS = {
    "source": "int32",
    "target": "int32",
    "component": "int32",
    "length_m": "float",
    "confidence": "float",
    "confidence_min": "float",
    "width_m": "float",
    "layer": "int32",
    "bridge": "bool",
    "tunnel": "bool",
    "z_min": "float",
    "z_max": "float",
}
"""Attributes of the layer ``roads``, in order; every one may be NULL, which means unknown."""

JUNCTION_FIELDS = {"node_id": "int32", "degree": "int32", "kind": "str:8"}
"""Attributes of the layer ``junctions``, in order."""

_LAYERS = ("roads", "junctions")

_STYLES = Path(__file__).parent / "styles"


def road_properties(segment: Segment) -> dict[str, Any]:
    """Return the attributes of a segment by the names of ``ROAD_FIELDS``."""
    return {name: getattr(segment, name) for name in ROAD_FIELDS}


def _roads(network: RoadNetwork) -> Iterator[dict[str, Any]]:
    for segment in network.segments:
        line = {"type": "LineString", "coordinates": segment.geometry.tolist()}
        yield {"type": "Feature", "geometry": line, "properties": road_properties(segment)}


def _junctions(network: RoadNetwork) -> Iterator[dict[str, Any]]:
    for junction in network.junctions:
        point = {"type": "Point", "coordinates": tuple(junction.xy)}
        properties = {name: getattr(junction, name) for name in JUNCTION_FIELDS}
        yield {"type": "Feature", "geometry": point, "properties": properties}


def check_replaceable(path: str | os.PathLike[str]) -> None:
    """Refuse to replace a GeoPackage that is open elsewhere, or that holds more than roads.

    Args:
        path: Where roads shall be written; there need not be a file yet.

    Raises:
        OutputError: It must not be replaced.
    """
    layered.check_replaceable(path, _LAYERS)


def write_geopackage(
    path: str | os.PathLike[str],
    network: RoadNetwork,
    *,
    crs_wkt: str | None,
    provenance: Mapping[str, Any],
    style: bool = True,
    written: datetime | None = None,
) -> None:
    """Write a road network as a GeoPackage with the layers ``roads`` and ``junctions``.

    The file appears only when it is complete. Of an empty network it has empty layers with all fields.

    Args:
        path: Where to write; an existing file is replaced.
        network: What to write.
        crs_wkt: Reference system of the coordinates; None = local metres ("undefined Cartesian").
        provenance: Weights, parameters, versions, source and so on, as JSON values.
        style: Whether to store the default styles for QGIS.
        written: The time to note in the file; now when absent.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full; or an older file must not
            be replaced.
    """
    styles = {name: (_STYLES / f"{name}.qml").read_text(encoding="utf-8") for name in _LAYERS if style}
    layers = (
        Layer(
            name="roads",
            geometry="LineString",
            fields=ROAD_FIELDS,
            records=_roads(network),
            count=len(network.segments),
            style_qml=styles.get("roads"),
        ),
        Layer(
            name="junctions",
            geometry="Point",
            fields=JUNCTION_FIELDS,
            records=_junctions(network),
            count=len(network.junctions),
            style_qml=styles.get("junctions"),
        ),
    )
    write_layers(path, layers, crs_wkt=crs_wkt, provenance=provenance, written=written)
