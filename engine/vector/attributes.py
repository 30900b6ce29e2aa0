"""Attributes carried over from a layer into a GeoPackage that adds its own."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

_RESERVED = ("fid", "geom")
"""Columns that every layer of a GeoPackage has."""

_STORED_AS = {"time": "str", "List[str]": "str", "json": "str"}
"""What a GeoPackage has no type for, or fiona 1.10 cannot write: texts, of lists and objects as JSON."""


class _SmallInteger(int):
    """An integer of at most 32 bits.

    fiona 1.10 writes a value as it wrote the first one of its Python type, whatever the field's type: a large
    integer as a small one, a text as a date. So values of different fields need different Python types.
    """


_PYTHON_TYPES: dict[str, Callable[[Any], Any]] = {
    "int16": _SmallInteger,
    "int32": _SmallInteger,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def _free_name(name: str, taken: Collection[str]) -> str:
    """Find a name that no other column has; databases do not tell capitals from small letters."""
    candidate, number = f"{name}_old", 2
    while candidate.lower() in taken:
        candidate, number = f"{name}_old{number}", number + 1
    return candidate


@dataclass(frozen=True, slots=True)
class CarriedFields:
    """How the attributes of a layer are named and stored in a GeoPackage with others beside them.

    Attributes:
        names: New name of each attribute, in order.
        types: Type of each new attribute, the added ones last.
    """

    names: Mapping[str, str]
    types: Mapping[str, str]

    @classmethod
    def beside(cls, fields: Mapping[str, str], added: Mapping[str, str]) -> Self:
        """Carry attributes over.

        An attribute whose name is taken, by an added one or by a column that every layer has, becomes
        ``NAME_old``: who reads the result finds the added ones under their names.

        Args:
            fields: Attributes of the layer and their types.
            added: Attributes that are added, and their types.
        """
        taken = {name.lower() for name in (*added, *_RESERVED)}
        # The names that stay go first, so that no new name takes theirs.
        names = {}
        for name in fields:
            if name.lower() not in taken:
                names[name] = name
                taken.add(name.lower())
        for name in fields:
            if name not in names:
                names[name] = _free_name(name, taken)
                taken.add(names[name].lower())
        names = {name: names[name] for name in fields}
        types = {names[name]: _STORED_AS.get(kind, kind) for name, kind in fields.items()}
        return cls(names, {**types, **added})

    def properties(self, old: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes of one feature under their new names.

        Args:
            old: Attributes of the feature as it was read.
            added: Values of the added ones.
        """
        kept = dict(old)
        values = {new: kept.get(name) for name, new in self.names.items()} | dict(added)
        return {name: self._stored(name, value) for name, value in values.items()}

    def _stored(self, name: str, value: Any) -> Any:
        """Return a value as the writer needs it."""
        if isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False)
        convert = _PYTHON_TYPES.get(self.types[name].partition(":")[0])
        return value if convert is None or value is None else convert(value)
