"""Roads as GeoJSON (RFC 7946): longitude and latitude on WGS 84, one line per segment."""

import json
import os
from collections.abc import Mapping
from typing import Any

from engine.atomic import atomic_path
from engine.roads.geopackage import road_properties
from engine.roads.segments import RoadNetwork, Segment

LOCAL_NOTE = "Local metres, x right and y up, in unknown relation to the globe: not longitude and latitude."


def _feature(segment: Segment, number: int) -> str:
    line = {"type": "LineString", "coordinates": segment.geometry.tolist()}
    return json.dumps(
        {"type": "Feature", "id": number, "properties": road_properties(segment), "geometry": line},
        allow_nan=False,
    )


def write_geojson(
    path: str | os.PathLike[str],
    network: RoadNetwork,
    *,
    local: bool = False,
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write the segments of a road network as GeoJSON; junctions are where lines meet.

    The standard knows WGS 84 only. A network in local metres is written as it is, with ``"crs": null`` and
    a note. Plumbline understands that; GDAL and QGIS take such a file for WGS 84 all the same, so a
    GeoPackage is the better choice.

    Args:
        path: Where to write; an existing file is replaced.
        network: In longitude and latitude (EPSG:4326), or in local metres.
        local: Whether the coordinates are local metres.
        provenance: Where the roads came from, kept as the member ``provenance``.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full.
    """
    head: dict[str, Any] = {"type": "FeatureCollection", "name": "roads"}
    if local:
        head |= {"crs": None, "note": LOCAL_NOTE}
    if provenance is not None:
        head["provenance"] = dict(provenance)
    features = ",\n".join(_feature(segment, number) for number, segment in enumerate(network.segments, 1))
    text = json.dumps(head, ensure_ascii=False)[:-1] + f', "features": [\n{features}\n]}}\n'
    with atomic_path(path) as draft:
        # Bytes of file names that are no text become escapes.
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")
