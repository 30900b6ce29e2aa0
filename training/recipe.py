"""Read a training recipe from a TOML file that may hold nothing else."""

import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from training.config import Recipe, RunOptions, TrainingError

Section = TypeVar("Section")


def _fit(value: Any, kind: Any, where: str) -> Any:
    """Return a TOML value as the type of a field, or say why it cannot be."""
    origin, choices = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return build(kind, value, where)  # type: ignore[arg-type]
    if origin in (UnionType, Union):
        # TOML has no null: an option that may be None is simply left out.
        return _fit_any(value, [choice for choice in choices if choice is not NoneType], where)
    if origin is Literal:
        if value in choices:
            return value
        raise TrainingError(f"{where} is {value!r}: use one of {', '.join(map(str, choices))}.")
    if origin is tuple and isinstance(value, list):
        if choices[-1] is not ... and len(value) != len(choices):
            raise TrainingError(f"{where} has {len(value)} values: give {len(choices)}.")
        return tuple(_fit(item, choices[0], f"{where}[{place}]") for place, item in enumerate(value))
    plain = origin or kind
    if plain is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, plain) and not (isinstance(value, bool) and plain is not bool):
        return value
    raise TrainingError(f"{where} is {value!r}: give a value of type {getattr(plain, '__name__', plain)}.")


def _fit_any(value: Any, kinds: list[Any], where: str) -> Any:
    for kind in kinds[:-1]:
        try:
            return _fit(value, kind, where)
        except TrainingError:
            continue
    return _fit(value, kinds[-1], where)


def build(section: type[Section], table: Any, where: str) -> Section:
    """Make one section of a recipe from a TOML table.

    Args:
        section: Dataclass of the section.
        table: What the file says.
        where: Name of the section for messages.

    Raises:
        TrainingError: A key is unknown, missing, or has a value of another type.
    """
    if not isinstance(table, dict):
        raise TrainingError(f"{where} is {table!r}: it must be a table of options.")
    known = {entry.name: entry for entry in fields(section)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise TrainingError(
            f"{where} has no option {', '.join(unknown)}: remove it, or use one of {', '.join(known)}."
        )
    for name, entry in known.items():
        if name not in table and entry.default is MISSING and entry.default_factory is MISSING:
            raise TrainingError(f"{where} lacks {name}: add it.")
    hints = get_type_hints(section)
    return section(**{name: _fit(value, hints[name], f"{where}.{name}") for name, value in table.items()})


class _Weighted(Protocol):
    @property
    def weight(self) -> float: ...


class _Drawn(Protocol):
    """A recipe whose crops are drawn from sources."""

    @property
    def run(self) -> RunOptions: ...

    @property
    def sources(self) -> Sequence[_Weighted]: ...


Drawn = TypeVar("Drawn", bound=_Drawn)


def read_toml_recipe(path: Path, kind: type[Drawn]) -> Drawn:
    """Read a recipe of any task.

    Args:
        path: TOML file with the sections of the recipe.
        kind: Dataclass of the recipe.

    Raises:
        TrainingError: The file cannot be read, is no TOML, or says something unknown or impossible.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"The recipe {path} cannot be read ({error}): name a TOML file.") from error
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"The recipe {path} is not valid TOML ({error}): mend it.") from error
    recipe = build(kind, table, path.name)
    if recipe.run.crop_px % 32 or recipe.run.crop_px <= 0:
        raise TrainingError(f"Crops of {recipe.run.crop_px} px do not fit the network: use a multiple of 32.")
    if not recipe.sources or sum(source.weight for source in recipe.sources) <= 0:
        raise TrainingError(f"{path.name} names no source with a weight above 0: add a [[sources]] table.")
    return recipe


def read_recipe(path: Path) -> Recipe:
    """Read a recipe for roads: errors as ``read_toml_recipe``."""
    return read_toml_recipe(path, Recipe)
