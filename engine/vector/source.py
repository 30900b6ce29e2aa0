"""An open layer of a vector file: its features, their attributes, and the system that they are in."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiona
from fiona.errors import FionaError

from engine.errors import RasterError, VectorError
from engine.raster.crs import WGS_84, check_local, is_placed, parse_crs

POLYGONS = ("Polygon", "MultiPolygon")
POINTS = ("Point", "MultiPoint")

_NO_CRS = re.compile(rb'"crs"\s*:\s*null')
_CRS_NAME = re.compile(rb'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{[^{}]*"name"\s*:\s*"([^"]+)"')
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """An open layer. Made by ``open_layer``.

    Attributes:
        path: File as the user named it, for messages.
        name: Of the layer.
        crs: WKT of its reference system; None = a plane in unknown relation to the globe.
        geometry: Kind of geometry as the file declares it, such as ``3D Polygon`` or ``Unknown``.
        fields: Attributes and their types, in order.
        features: The open collection.
    """

    path: str
    name: str
    crs: str | None
    geometry: str
    fields: Mapping[str, str]
    features: Any

    def read(self) -> Iterator[Any]:
        """Yield the features one after another.

        Raises:
            VectorError: The file is damaged.
        """
        try:
            yield from self.features
        except (FionaError, OSError, ValueError) as error:
            raise VectorError(f"{self.path} cannot be read ({_words(error)}): get a whole copy.") from error


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")


def crs_of(features: Any, path: str) -> str | None:
    """Find the reference system of an open layer; None for planes in unknown relation to the globe.

    Args:
        features: Open collection.
        path: Its file.

    Raises:
        RasterError: The file names a system that does not exist, or that is no plane in metres.
    """
    crs = features.crs_wkt or None
    if crs is None:
        return None
    if not is_placed(parse_crs(crs)):
        check_local(parse_crs(crs))
        return None
    if features.driver == "GeoJSON" and Path(path).is_file():
        # GDAL takes GeoJSON without a system for WGS 84, even where the file says that it has none, or
        # names one that nobody knows.
        with Path(path).open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if _NO_CRS.search(head):
            return None
        named = _CRS_NAME.search(head)
        if named and b"CRS84" not in named[1] and parse_crs(crs) == parse_crs(WGS_84):
            parse_crs(named[1].decode(errors="replace"))
    return str(crs)


def _choose(path: str, kinds: Collection[str], wanted: str | None) -> str:
    """Choose the wanted layer, or the first one that may hold a kind of geometry."""
    names = [str(name) for name in fiona.listlayers(path)]
    if wanted is not None:
        if wanted in names:
            return wanted
        raise VectorError(f"{path} has no layer '{wanted}', but {', '.join(names)}: choose one of these.")
    found = []
    for name in names:
        with fiona.open(path, layer=name) as layer:
            declared = str(layer.schema["geometry"])
        if declared.removeprefix("3D ") in {*kinds, "Unknown", "GeometryCollection"}:
            return name
        found.append(f"{name} ({declared})")
    has = ", ".join(found[:3]) or "none at all"
    raise VectorError(f"{path} has no layer of {_plural(kinds)}, but {has}: give a file that has one.")


def _plural(kinds: Collection[str]) -> str:
    return f"{next(iter(kinds)).lower()}s"


def is_vector(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file holds a layer of features, as far as GDAL can tell."""
    try:
        return bool(fiona.listlayers(os.fspath(path)))
    except (FionaError, OSError, ValueError):
        return False


@contextmanager
def open_layer(
    path: str | os.PathLike[str], kinds: Collection[str], *, layer: str | None = None
) -> Iterator[VectorLayer]:
    """Open a layer of a vector file.

    Args:
        path: Anything fiona opens: GeoPackage, GeoJSON, Shapefile, FlatGeobuf ...
        kinds: ``POLYGONS`` or ``POINTS``: what the layer should hold.
        layer: Its name; by default the first one that may hold these.

    Yields:
        The layer, open until the block ends.

    Raises:
        VectorError: The file cannot be read, or has no such layer.
    """
    name = os.fspath(path)
    try:
        chosen = _choose(name, kinds, layer)
        features = fiona.open(name, layer=chosen)
        if features.driver == "GeoJSON":
            # fiona knows no lists of numbers; read as JSON they are kept.
            features.close()
            features = fiona.open(name, layer=chosen, ARRAY_AS_STRING="YES")
    except (FionaError, OSError, ValueError) as error:
        raise VectorError(
            f"{name} cannot be read as a layer of {_plural(kinds)}: {_words(error)}."
        ) from error
    with features:
        try:
            crs = crs_of(features, name)
        except RasterError as error:
            raise VectorError(f"{name} cannot be placed on the ground: {error}") from error
        schema = features.schema
        yield VectorLayer(name, chosen, crs, str(schema["geometry"]), dict(schema["properties"]), features)
