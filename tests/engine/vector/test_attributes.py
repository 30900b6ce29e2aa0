"""Attributes of any type and name go through a GeoPackage unchanged, beside those that are added."""

from datetime import date, datetime
from itertools import permutations

import fiona
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vector.attributes import CarriedFields
from engine.vector.layered import Layer, write_layers

VALUES = {
    "int16": 5,
    "int32": 2**30,
    "int64": 2**40,
    "float": 1.5,
    "str": "x",
    "str:20": "xy",
    "bool": True,
    "date": "2020-02-29",
    "datetime": "2020-02-29T10:00:00",
    "bytes": b"abc",
    "json": '{"ä": [1, null]}',
    "time": "10:11:12",
    "List[str]": ["a", "b"],
}
READ = {**VALUES, "List[str]": '["a", "b"]'}


def through_a_file(path, carried, rows):
    records = [
        {"type": "Feature", "geometry": None, "properties": carried.properties(row, {"added": 0.5})}
        for row in rows
    ]
    layer = Layer("layer", "Point", carried.types, records, len(records))
    write_layers(path, [layer], crs_wkt=None, provenance={})
    with fiona.open(path, layer="layer") as found:
        return [dict(feature.properties) for feature in found]


@pytest.mark.parametrize("first", VALUES)
def test_no_type_is_written_as_another_whatever_comes_first(tmp_path, first):
    pairs = [(first, other) for other in VALUES if other != first]
    fields = {f"{a}-{b}-{n}": kind for n, (a, b) in enumerate(pairs) for kind in (a,)}
    fields |= {f"{a}+{b}-{n}": b for n, (a, b) in enumerate(pairs)}
    carried = CarriedFields.beside(fields, {"added": "float"})
    nothing = dict.fromkeys(fields)
    full = {name: VALUES[kind] for name, kind in fields.items()}
    half = {name: VALUES[kind] if kind == first else None for name, kind in fields.items()}
    for number, rows in enumerate(permutations([nothing, half, full])):
        found = through_a_file(tmp_path / f"{number}.gpkg", carried, rows)
        for row, read in zip(rows, found, strict=True):
            wanted = {name: None if row[name] is None else READ[kind] for name, kind in fields.items()}
            assert read == {**wanted, "added": 0.5}


def test_dates_with_a_zone_and_their_types(tmp_path):
    carried = CarriedFields.beside({"at": "datetime", "on": "date"}, {})
    kept = carried.properties({"at": "2021-03-04T05:06:07+00:00", "on": "2021-03-04"}, {})
    assert kept == {"at": datetime.fromisoformat("2021-03-04T05:06:07+00:00"), "on": date(2021, 3, 4)}


@given(
    names=st.lists(st.sampled_from(["a", "A", "fid", "FID", "geom", "b", "b_old", "B_OLD", "c"]), unique=True)
)
def test_every_name_is_used_once_and_the_added_ones_keep_theirs(names):
    carried = CarriedFields.beside(dict.fromkeys(names, "int32"), {"b": "float", "c": "float"})
    folded = [name.lower() for name in carried.types]
    assert len(set(folded)) == len(folded)
    assert not {"fid", "geom"} & set(folded)
    assert list(carried.types)[-2:] == ["b", "c"]
    assert list(carried.names) == names
    for name, new in carried.names.items():
        assert new == name or new.startswith(f"{name}_old")
