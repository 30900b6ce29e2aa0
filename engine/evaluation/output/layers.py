"""Matched, missing and false roads as a GeoPackage: a map of a comparison, styled for QGIS."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.errors import OutputError
from engine.evaluation.output.legend import KINDS
from engine.evaluation.results import TileResult
from engine.raster.crs import WGS_84, local_metric_crs, parse_crs, reproject_points
from engine.roads.georeference import coordinate_decimals, move_points
from engine.vector.layered import Layer, check_replaceable, write_layers

LINE_FIELDS = {"tile": "str", "length_m": "float"}
"""Attributes of the layers ``matched``, ``missing`` and ``false``, in order."""

TILE_FIELDS = {"tile": "str", "note": "str", "topo_f1": "float", "apls": "float"}
"""The first attributes of the layer ``tiles``; the other figures follow."""

_NAMES = ("tiles", *KINDS)

_STYLES = Path(__file__).parent / "styles"

_ONE_SYSTEM_KM = 300.0
"""Up to here a system of one place shows others true to a thousandth (transverse Mercator)."""

_GAP = 0.05
"""Between tiles without a place, as a share of the largest."""

_SIDE_POINTS = 8

Place = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Moves (N, 2) (row, col) metres of a tile to (x, y) of the file."""


@dataclass(frozen=True, slots=True)
class _Map:
    """Where all tiles lie in the file.

    Attributes:
        crs: WKT or code; None = a sheet in local metres.
        places: How the metres of each tile get there.
    """

    crs: str | None
    places: Sequence[Place]


def _common_crs(tiles: Sequence[TileResult]) -> str:
    """Choose a system in which all tiles can be shown.

    The one that they share or, where each has its own, the first one's: a map of one region should be in
    metres. Tiles farther apart than that system is good for are put in longitude and latitude.
    """
    first = tiles[0].grid
    systems = {tile.grid.crs for tile in tiles}
    if len(systems) == 1:
        return first.crs or WGS_84
    plane = local_metric_crs(*first.centre, first.crs or WGS_84)
    centres = np.array([reproject_points([_middle(tile)], tile.grid.crs, plane)[0] for tile in tiles])
    near = np.hypot(*centres.T) <= _ONE_SYSTEM_KM * 1000.0
    return first.crs if first.crs is not None and bool(near.all()) else WGS_84


def _middle(tile: TileResult) -> tuple[float, float]:
    """Ground (x, y) of the middle of a tile."""
    height, width = tile.size_m
    x, y = tile.grid.to_ground([(height / 2.0, width / 2.0)])[0].tolist()
    return x, y


def _ground_place(tile: TileResult, crs: str) -> Place:
    grid = tile.grid
    near_x = None
    if parse_crs(crs).is_geographic:
        near_x = float(reproject_points([_middle(tile)], grid.crs, crs)[0, 0])
    return lambda rowcol: move_points(grid.to_ground(rowcol), grid.crs, crs, near_x=near_x)


def _sheet_place(row: int, col: int, step_m: float) -> Place:
    corner = np.array([col * step_m, -row * step_m])
    return lambda rowcol: corner + rowcol[:, ::-1] * (1.0, -1.0)


def _lay_out(tiles: Sequence[TileResult], crs: str | None) -> _Map:
    """Find where each tile lies in the file.

    Raises:
        OutputError: Some tiles have a place on the ground, others have none.
    """
    unplaced = [tile.name for tile in tiles if tile.grid.crs is None]
    if unplaced and len(unplaced) < len(tiles):
        raise OutputError(
            f"{len(unplaced)} of {len(tiles)} tiles have no place on the ground ({unplaced[0]}), so that no "
            "map holds all: name images that place them, or compare them in a run of their own."
        )
    if tiles and not unplaced:
        common = crs or _common_crs(tiles)
        return _Map(common, [_ground_place(tile, common) for tile in tiles])
    if len(tiles) == 1:
        return _Map(None, [tiles[0].grid.to_ground])
    step_m = (1.0 + _GAP) * max((max(tile.size_m) for tile in tiles), default=1.0)
    columns = int(np.ceil(np.sqrt(len(tiles))))
    by_name = sorted(range(len(tiles)), key=lambda number: tiles[number].name)
    order = np.argsort(by_name).tolist()
    return _Map(None, [_sheet_place(number // columns, number % columns, step_m) for number in order])


def _text(name: str) -> str:
    """Write a name as text; bytes of file names that are none, as escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _length_m(piece: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(piece, axis=0).T).sum())


def _whole_pieces(tile: TileResult, kind: str) -> list[NDArray[np.float64]]:
    """List the pieces of a kind; those without length are no lines."""
    return [piece for piece in getattr(tile.differences, kind) if _length_m(piece) > 0.0]


def _line_features(tiles: Sequence[TileResult], map_: _Map, kind: str) -> Iterator[dict[str, Any]]:
    decimals = coordinate_decimals(map_.crs)
    for tile, place in zip(tiles, map_.places, strict=True):
        pieces = _whole_pieces(tile, kind)
        if not pieces:
            continue
        placed = np.round(place(np.concatenate(pieces)), decimals)
        cuts = np.cumsum([0, *(len(piece) for piece in pieces)]).tolist()
        for piece, (start, stop) in zip(pieces, pairwise(cuts), strict=True):
            properties = {"tile": _text(tile.name), "length_m": round(_length_m(piece), 3)}
            line = {"type": "LineString", "coordinates": placed[start:stop].tolist()}
            yield {"type": "Feature", "geometry": line, "properties": properties}


def _tile_features(
    tiles: Sequence[TileResult],
    figures: Sequence[Mapping[str, float | None]],
    map_: _Map,
    names: Sequence[str],
) -> Iterator[dict[str, Any]]:
    decimals = coordinate_decimals(map_.crs)
    for tile, scores, place in zip(tiles, figures, map_.places, strict=True):
        height, width = tile.size_m
        # A side is bent where it comes from another system.
        outline = shapely.segmentize(shapely.box(0.0, 0.0, height, width), max(height, width) / _SIDE_POINTS)
        ring = np.round(place(shapely.get_coordinates(outline)), decimals).tolist()
        properties: dict[str, Any] = {"tile": _text(tile.name), "note": _text(tile.note) or None}
        properties |= {name: scores.get(name) for name in names}
        polygon = {"type": "Polygon", "coordinates": [ring]}
        yield {"type": "Feature", "geometry": polygon, "properties": properties}


def check_differences_replaceable(path: str | os.PathLike[str]) -> None:
    """Refuse to replace a GeoPackage that is open elsewhere, or that holds other layers than a comparison.

    Args:
        path: Where a comparison shall be written; there need not be a file yet.

    Raises:
        OutputError: It must not be replaced.
    """
    check_replaceable(path, _NAMES)


def write_differences(
    path: str | os.PathLike[str],
    tiles: Sequence[TileResult],
    *,
    figures: Sequence[Mapping[str, float | None]] | None = None,
    crs: str | None = None,
    provenance: Mapping[str, Any],
    written: datetime | None = None,
) -> None:
    """Write what is matched, missing and false as a GeoPackage, which appears only when it is complete.

    Its layers are ``tiles``, a rectangle each with the tile's figures, and the lines ``matched``,
    ``missing`` and ``false``, their lengths measured in the tile's own metres. Several tiles without a
    reference system, which would all lie on one place, are laid out side by side in the order of their names.

    Args:
        path: Where to write; an older comparison is replaced.
        tiles: The tiles; all placed on the ground, or none.
        figures: Figures of each tile by name; none when absent.
        crs: WKT or authority code of the file; when absent the tiles' own, that of the first where they
            differ, or longitude and latitude where they lie more than 300 km apart.
        provenance: Inputs, parameters and versions, as JSON values.
        written: The time to note in the file; now when absent.

    Raises:
        OutputError: Some tiles are placed and others are not; or the file cannot be written there.
        GraphError: A tile has no place in ``crs``.
        RasterError: The reference system is unknown.
    """
    map_ = _lay_out(tiles, crs)
    scores = figures if figures is not None else [{} for _ in tiles]
    names = list(dict.fromkeys(["topo_f1", "apls", *(name for each in scores for name in each)]))
    styles = {name: (_STYLES / f"{name}.qml").read_text(encoding="utf-8") for name in _NAMES}
    layers = [
        Layer(
            name="tiles",
            geometry="Polygon",
            fields=TILE_FIELDS | dict.fromkeys(names, "float"),
            records=_tile_features(tiles, scores, map_, names),
            count=len(tiles),
            style_qml=styles["tiles"],
        )
    ]
    layers += [
        Layer(
            name=kind,
            geometry="LineString",
            fields=LINE_FIELDS,
            records=_line_features(tiles, map_, kind),
            count=sum(len(_whole_pieces(tile, kind)) for tile in tiles),
            style_qml=styles[kind],
        )
        for kind in KINDS
    ]
    wkt = None if map_.crs is None else parse_crs(map_.crs).to_wkt()
    write_layers(path, layers, crs_wkt=wkt, provenance=provenance, written=written)
