"""A GeoPackage of several layers: their styles for QGIS, and where they came from, in one file."""

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import fiona

from engine.atomic import atomic_path
from engine.errors import OutputError

UNDEFINED_CARTESIAN = -1
"""The GeoPackage's number for a plane in unknown relation to the globe."""

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


# The name of a table cannot be a parameter of SQL; in quotes it is nothing but a name.
_COUNT = Template('SELECT count(*) FROM "$table"')


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a GeoPackage.

    Attributes:
        name: Of the table.
        geometry: Kind of geometry, such as ``LineString``.
        fields: Attributes and their types, in order.
        records: The features, as GeoJSON objects; may be made one by one while they are written.
        count: How many ``records`` there are.
        style_qml: Style for QGIS; None = QGIS chooses one.
    """

    name: str
    geometry: str
    fields: Mapping[str, str]
    records: Iterable[Mapping[str, Any]]
    count: int
    style_qml: str | None = None


def _write_features(path: Path, layers: Sequence[Layer], crs_wkt: str | None) -> None:
    place: dict[str, Any] = {"SRID": UNDEFINED_CARTESIAN} if crs_wkt is None else {"crs_wkt": crs_wkt}
    for layer in layers:
        schema = {"geometry": layer.geometry, "properties": dict(layer.fields)}
        try:
            with fiona.open(path, "w", driver="GPKG", layer=layer.name, schema=schema, **place) as table:
                table.writerecords(layer.records)
        except RuntimeError as error:
            # What fiona makes of a record that the disk did not take.
            raise OSError(str(error)) from error


def _add_styles(database: sqlite3.Connection, styles: Mapping[str, str], stamp: str) -> None:
    """Store the layers' default styles where QGIS looks for them."""
    database.execute(_STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)",
        (stamp,),
    )
    for name, qml in styles.items():
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
            " VALUES ('', '', ?, 'geom', ?, ?, '', 1, 'Plumbline default', '', NULL, ?)",
            (name, name, qml, stamp),
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


def _check(database: sqlite3.Connection, layers: Sequence[Layer]) -> None:
    """Make sure that the drivers lost nothing on the way.

    Raises:
        OutputError: The file is damaged or holds another number of features.
    """
    state = database.execute("PRAGMA quick_check").fetchone()[0]
    for layer in layers:
        arrived = database.execute(_COUNT.substitute(table=layer.name.replace('"', '""'))).fetchone()[0]
        if state != "ok" or arrived != layer.count:
            raise OutputError(
                f"Only {arrived} of {layer.count} {layer.name} arrived in the GeoPackage ({state}): check "
                "the disk and try again."
            )


def read_provenance(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read where a GeoPackage written by ``write_layers`` came from.

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
        raise OutputError(f"{path} holds no provenance ({error}): make it again with Plumbline.") from error
    raise OutputError(f"{path} holds no provenance: make it again with Plumbline.")


def check_replaceable(path: str | os.PathLike[str], layers: Collection[str]) -> None:
    """Refuse to replace a GeoPackage that is open elsewhere, or that holds other layers than the new one.

    A program that has it open keeps changes in a second file beside it, by name. SQLite would play those of
    the old file into the new one, which destroys it.

    Args:
        path: Where a GeoPackage shall be written; there need not be one yet.
        layers: Names of the layers that it shall have; older ones of these names may be replaced.

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
    if others := sorted(found - {*layers, "layer_styles"}):
        raise OutputError(
            f"{final} also holds {', '.join(others[:3])}, which would be lost: choose another name, and copy "
            "the new layers over afterwards."
        )


def write_layers(
    path: str | os.PathLike[str],
    layers: Sequence[Layer],
    *,
    crs_wkt: str | None,
    provenance: Mapping[str, Any],
    written: datetime | None = None,
) -> None:
    """Write layers as a GeoPackage, which appears only when it is complete.

    Args:
        path: Where to write; an existing file of the same layers is replaced.
        layers: What to write.
        crs_wkt: Reference system of the coordinates; None = local metres ("undefined Cartesian").
        provenance: Inputs, parameters, versions and so on, as JSON values.
        written: The time to note in the file; now when absent.

    Raises:
        OutputError: The folder is absent, allows no writing, or its disk is full; or an older file must not
            be replaced.
    """
    moment = (written or datetime.now(UTC)).astimezone(UTC)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    check_replaceable(path, [layer.name for layer in layers])
    styles = {layer.name: layer.style_qml for layer in layers if layer.style_qml is not None}
    with atomic_path(path) as draft:
        # The draft is of no use before it is whole: the last commit below waits for the disk, once for all.
        with fiona.Env(OGR_CURRENT_DATE=stamp, OGR_SQLITE_SYNCHRONOUS="OFF"):
            _write_features(draft, layers, crs_wkt)
        with closing(sqlite3.connect(draft)) as database, database:
            if styles:
                _add_styles(database, styles, stamp)
            _add_provenance(database, provenance, stamp)
            _check(database, layers)
