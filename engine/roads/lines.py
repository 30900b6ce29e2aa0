"""Road graphs read from the lines of any vector file."""

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import fiona
import numpy as np
from fiona.errors import FionaError

from engine.errors import GraphError, RasterError
from engine.frames import XY
from engine.roads.graph import UNKNOWN_LAYER, RoadGraph
from engine.roads.segments import join_coincident
from engine.vector.source import crs_of

_LEVELS = range(-100, 101)
"""Layers beyond this are taken for some other number."""


_KINDS = ("LineString", "MultiLineString")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a feature with what is known of it; NaN and ``UNKNOWN_LAYER`` mean unknown."""

    points: list[tuple[float, ...]]
    confidence: float
    width_m: float
    layer: int


def _number(value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """Read an attribute that may be a number, a text or absent; unknown outside its range (percent, say)."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) and low <= number <= high else math.nan


def _parts(geometry: Any, number: str) -> Iterable[list[tuple[float, ...]]]:
    """Take the lines out of a geometry.

    Raises:
        GraphError: There is none, or it is no line.
    """
    kind = geometry.type if geometry is not None else "no geometry"
    if kind not in _KINDS:
        raise GraphError(f"Feature {number} has {kind} where a line is needed: give a layer of lines only.")
    parts = [geometry.coordinates] if kind == "LineString" else list(geometry.coordinates)
    if not parts or any(len(part) < 2 for part in parts):
        raise GraphError(f"Feature {number} has an empty line: repair the layer (Fix geometries).")
    if not all(math.isfinite(value) for part in parts for point in part for value in point[:2]):
        raise GraphError(
            f"Feature {number} has a coordinate that is not a finite number: repair the layer (Fix "
            "geometries)."
        )
    return parts


def _lines(features: Iterable[Any], *, skip_others: bool) -> Iterator[_Line]:
    for feature in features:
        if skip_others and (feature.geometry is None or feature.geometry.type not in _KINDS):
            continue
        known = feature.properties
        layer = _number(known.get("layer"))
        for points in _parts(feature.geometry, feature.id):
            yield _Line(
                points=points,
                confidence=_number(known.get("confidence"), 0.0, 1.0),
                width_m=_number(known.get("width_m"), 0.0),
                layer=int(layer) if layer in _LEVELS else UNKNOWN_LAYER,
            )


def _heights(lines: list[_Line]) -> list[float]:
    """Collect the third coordinates; all zero means that they were only filled in."""
    heights = [_number(point[2]) if len(point) > 2 else math.nan for line in lines for point in line.points]
    return heights if any(heights) and np.nansum(np.abs(heights)) > 0 else [math.nan] * len(heights)


def _node(lines: list[_Line]) -> RoadGraph[XY]:
    """Join lines where they share a coordinate."""
    if not lines:
        return RoadGraph.empty()
    counts = np.array([len(line.points) for line in lines])
    points = np.array([point[:2] for line in lines for point in line.points], dtype=np.float64)
    last = np.cumsum(counts) - 1
    levels = np.repeat([line.layer for line in lines], counts)
    levels[last] = levels[last - counts + 1] = UNKNOWN_LAYER
    first, group = join_coincident(points, levels)
    inner = np.setdiff1d(np.arange(len(points)), last)
    owner = np.repeat(np.arange(len(lines)), counts)[inner]
    return RoadGraph.build(
        points[first],
        np.stack([group[inner], group[inner + 1]], axis=1),
        confidence=np.array([line.confidence for line in lines])[owner],
        width_m=np.array([line.width_m for line in lines])[owner],
        layer=np.array([line.layer for line in lines])[owner],
        z_m=np.array(_heights(lines))[first],
    )


def _choose_layer(path: str, wanted: str | None) -> str:
    """Choose the layer to read: the wanted one, ``roads``, or the first of lines.

    Raises:
        GraphError: There is no such layer.
    """
    names = list(fiona.listlayers(path))
    if wanted is not None or "roads" in names:
        chosen = wanted or "roads"
        if chosen in names:
            return chosen
        raise GraphError(f"{path} has no layer '{wanted}', but {', '.join(names)}: choose one of these.")
    for name in names:
        with fiona.open(path, layer=name) as layer:
            if any(kind in str(layer.schema["geometry"]) for kind in ("LineString", "Unknown")):
                return str(name)
    raise GraphError(f"{path} has no layer of lines: give a layer that holds roads.")


def read_lines(
    path: str | os.PathLike[str], *, layer: str | None = None, where: str = "", skip_others: bool = False
) -> tuple[RoadGraph[XY], str | None]:
    """Read the lines of a vector file as one graph.

    Lines are joined where they share a coordinate exactly, also inside a line; lines of different known
    layers that pass over each other are not. Attributes ``confidence``, ``width_m`` and ``layer`` are
    used where there are any.

    Args:
        path: Anything fiona opens: GeoPackage, GeoJSON, Shapefile, FlatGeobuf ...
        layer: Name of the layer; by default ``roads``, else the first one of lines.
        where: Filter in SQL on the attributes, such as ``highway <> 'footway'``; all features when empty.
        skip_others: Whether features that are no lines are passed over, not refused.

    Returns:
        The graph and the WKT of its reference system; None where it is unknown (local metres).

    Raises:
        GraphError: The file cannot be read, or holds something else than lines.
    """
    source = os.fspath(path)
    try:
        with fiona.open(source, layer=_choose_layer(source, layer)) as features:
            wanted = features.filter(where=where) if where else features
            return _node(list(_lines(wanted, skip_others=skip_others))), crs_of(features, source)
    except (FionaError, OSError, ValueError, RasterError) as error:
        what = " ".join(str(error).split()).rstrip(".")
        raise GraphError(f"{source} cannot be read as lines: {what}.") from error
