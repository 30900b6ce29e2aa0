"""Roads as a GeoPackage: two layers, their style, and where they came from, in one file."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fiona

from engine.atomic import atomic_path
from engine.errors import OutputError
from engine.roads.segments import RoadNetwork, Segment

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

_OWN_TABLES = {"roads", "junctions", "layer_styles"}

UNDEFINED_CARTESIAN = -1
"""The GeoPackage's number for a plane in unknown relation to the globe."""

_STYLES = Path(__file__).parent / "styles"

# Tables of the GeoPackage standard's extension gpkg_metadata, and of QGIS for styles.
_TABLES = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
"""

_STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""


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


def _write_layers(path: Path, network: RoadNetwork, crs: str | None) -> None:
    layers = (
        ("roads", "LineString", ROAD_FIELDS, _roads(network)),
        ("junctions", "Point", JUNCTION_FIELDS, _junctions(network)),
    )
    place: dict[str, Any] = {"SRID": UNDEFINED_CARTESIAN} if crs is None else {"crs_wkt": crs}
    for name, geometry, fields, records in layers:
        schema = {"geometry": geometry, "properties": fields}
        try:
            with fiona.open(path, "w", driver="GPKG", layer=name, schema=schema, **place) as layer:
                layer.writerecords(records)
        except RuntimeError as error:
            # What fiona makes of a record that the disk did not take.
            raise OSError(str(error)) from error


def _add_styles(database: sqlite3.Connection, stamp: str) -> None:
    """Store the layers' default styles where QGIS looks for them."""
    database.execute(_STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)",
        (stamp,),
    )
    for name in ("roads", "junctions"):
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
            " VALUES ('', '', ?, 'geom', ?, ?, '', 1, 'Plumbline default', '', NULL, ?)",
            (name, name, (_STYLES / f"{name}.qml").read_text(encoding="utf-8"), stamp),
        )


def _provenance_json(provenance: Mapping[str, Any]) -> str:
    """Write provenance as JSON; bytes of file names that are no text, as escapes."""
    text = json.dumps(provenance, sort_keys=True, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _add_provenance(database: sqlite3.Connection, provenance: Mapping[str, Any], stamp: str) -> None:
    """Store where the file came from, as the extension gpkg_metadata prescribes."""
    database.executescript(_TABLES)
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata',"
        " 'http://www.geopackage.org/spec121/#extension_metadata', 'read-write')",
        [("gpkg_metadata",), ("gpkg_metadata_reference",)],
    )
    text = _provenance_json(provenance)
    database.execute(
        "INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'urn:plumbline:provenance', 'application/json', ?)",
        (text,),
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)", (stamp,)
    )


def _check(database: sqlite3.Connection, network: RoadNetwork) -> None:
    """Make sure that the drivers lost nothing on the way.

    Raises:
        OutputError: The file is damaged or holds another number of features.
    """
    state = database.execute("PRAGMA quick_check").fetchone()[0]
    roads = database.execute("SELECT count(*) FROM roads").fetchone()[0]
    junctions = database.execute("SELECT count(*) FROM junctions").fetchone()[0]
    if state != "ok" or (roads, junctions) != (len(network.segments), len(network.junctions)):
        raise OutputError(
            f"Only {roads} of {len(network.segments)} roads arrived in the GeoPackage ({state}): check the "
            "disk and try again."
        )


def read_provenance(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read where a GeoPackage written by ``write_geopackage`` came from.

    Raises:
        OutputError: The file holds no provenance.
    """
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute(
                "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = 'urn:plumbline:provenance'"
            ).fetchone()
        if row is not None:
            return dict(json.loads(row[0]))
    except (sqlite3.Error, ValueError) as error:
        raise OutputError(f"{path} holds no provenance ({error}): extract the roads again.") from error
    raise OutputError(f"{path} holds no provenance: extract the roads again.")


def check_replaceable(path: str | os.PathLike[str]) -> None:
    """Refuse to replace a GeoPackage that is open elsewhere, or that holds more than roads.

    A program that has it open keeps changes in a second file beside it, by name. SQLite would play those of
    the old file into the new one, which destroys it.

    Args:
        path: Where a GeoPackage shall be written; there need not be one yet.

    Raises:
        OutputError: It must not be replaced.
    """
    final = Path(path).absolute()
    for ending in ("-wal", "-journal"):
        if final.with_name(final.name + ending).exists():
            raise OutputError(
                f"{final} is open in another program, which keeps {final.name}{ending} beside it: close it "
                "there (in QGIS: remove its layers), or choose another name."
            )
    if not final.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{final.as_uri()}?immutable=1", uri=True)) as database:
            found = {str(row[0]) for row in database.execute("SELECT table_name FROM gpkg_contents")}
    except sqlite3.Error:
        return  # no GeoPackage at all
    if others := sorted(found - _OWN_TABLES):
        raise OutputError(
            f"{final} also holds {', '.join(others[:3])}, which would be lost: choose another name, and copy "
            "the roads over afterwards."
        )


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
    moment = (written or datetime.now(UTC)).astimezone(UTC)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    check_replaceable(path)
    with atomic_path(path) as draft:
        with fiona.Env(OGR_CURRENT_DATE=stamp):
            _write_layers(draft, network, crs_wkt)
        with closing(sqlite3.connect(draft)) as database, database:
            if style:
                _add_styles(database, stamp)
            _add_provenance(database, provenance, stamp)
            _check(database, network)
