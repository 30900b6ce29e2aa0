"""What the engine process and its clients say to each other: JSON-RPC 2.0, one object per line.

These same bytes are in ``engine/service`` and in the plugin's ``engine_client``, which runs in another
interpreter and needs nothing but Python 3.9 and its standard library. Lines are ASCII: whatever a file is
called, its name comes through.

Requests and their answers::

    {"jsonrpc": "2.0", "id": 1, "method": "rectify", "params": {"raster": "/a.tif", ...}}
    {"jsonrpc": "2.0", "id": 1, "result": {"files": {"output": "/a.gpkg"}, "figures": {"length_m": 1234.5}}}
    {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "...", "data": {"kind": "raster"}}}

Notifications, without an answer: ``progress`` {id, done, total, what} and ``log`` {id, message} from the
engine, ``cancel`` {id} from the client. Unknown fields are ignored, unknown methods answered with an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, Optional, TypeVar, Union, get_args, get_origin, get_type_hints

from .requests import METHODS, Request, name_of

MOST_LINE_BYTES = 1_000_000
"""No message is as long; a longer line is none, and is not held in memory."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
ENGINE_ERROR = -32000
"""The work failed in a way that the user can mend; ``data.kind`` is the code of the engine's error."""
CANCELLED = -32800
"""The client asked to stop; the same number as in the Language Server Protocol."""


class ProtocolError(Exception):
    """A message that is none, or has not what it needs.

    Attributes:
        code: Which of the numbers above.
        id: Of the request, where it can be known.
    """

    def __init__(self, code: int, message: str, id: Optional[int] = None) -> None:  # noqa: A002 - the field's name
        super().__init__(message)
        self.code = code
        self.id = id


@dataclass(frozen=True)
class Result:
    """What came of a request.

    Attributes:
        files: Written files by the name of the parameter that asked for them.
        figures: Numbers by name; None where a figure is not defined.
        facts: Words by name, such as the weights that were used.
    """

    files: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Optional[float]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request under its number."""

    id: int
    request: Request


@dataclass(frozen=True)
class Cancel:
    """The client no longer wants the answer of a request."""

    id: int


@dataclass(frozen=True)
class Answer:
    """The end of a request that went well."""

    id: int
    result: Result


@dataclass(frozen=True)
class Failure:
    """The end of a request that did not.

    Attributes:
        id: None where the message could not be understood so far.
        code: Which of the numbers above.
        message: What was found, what is needed, what to do.
        kind: Code of the engine's error, where it is one.
    """

    id: Optional[int]
    code: int
    message: str
    kind: Optional[str] = None


@dataclass(frozen=True)
class Progress:
    """How far a request is: ``done`` of ``total`` steps of ``what``."""

    id: int
    done: int
    total: int
    what: str


@dataclass(frozen=True)
class Log:
    """A fact worth showing; ``id`` is None when it belongs to no request."""

    id: Optional[int]
    message: str


ToEngine = Union[Call, Cancel]
FromEngine = Union[Answer, Failure, Progress, Log]

_Values = TypeVar("_Values")


def encode(message: Union[ToEngine, FromEngine]) -> bytes:
    """Write a message as one line.

    Raises:
        ValueError: A number in it is not finite.
    """
    return json.dumps({"jsonrpc": "2.0", **_content(message)}, allow_nan=False).encode("ascii") + b"\n"


def _content(message: Union[ToEngine, FromEngine]) -> dict[str, Any]:
    if isinstance(message, Call):
        return {"id": message.id, "method": name_of(message.request), "params": asdict(message.request)}
    if isinstance(message, Answer):
        return {"id": message.id, "result": asdict(message.result)}
    if isinstance(message, Failure):
        data = {"data": {"kind": message.kind}} if message.kind else {}
        return {"id": message.id, "error": {"code": message.code, "message": message.message, **data}}
    return {"method": type(message).__name__.lower(), "params": asdict(message)}


def decode_to_engine(line: bytes) -> ToEngine:
    """Read what a client says.

    Raises:
        ProtocolError: It is no message, or not one for the engine.
    """
    content = _parse(line)
    number = _id(content.get("id"))
    method = content.get("method")
    params = content.get("params", {})
    if not isinstance(method, str) or not isinstance(params, dict):
        raise ProtocolError(INVALID_REQUEST, "A request needs a method and an object of params.", number)
    if method == "cancel":
        return _read(Cancel, params, None)
    if number is None:
        raise ProtocolError(INVALID_REQUEST, f"The request {method[:60]!r} needs a whole number as its id.")
    if method not in METHODS:
        raise ProtocolError(
            METHOD_NOT_FOUND, f"There is no method {method[:60]!r}: update the engine.", number
        )
    return Call(number, _read(METHODS[method], params, number))


def decode_from_engine(line: bytes) -> FromEngine:
    """Read what an engine says.

    Raises:
        ProtocolError: It is no message, or not one for a client.
    """
    content = _parse(line)
    number = _id(content.get("id"))
    if isinstance(content.get("result"), dict) and number is not None:
        return Answer(number, _read(Result, content["result"], number))
    error = content.get("error")
    if isinstance(error, dict):
        data = error.get("data")
        values = {**(data if isinstance(data, dict) else {}), **error, "id": number}
        return _read(Failure, values, number)
    params = content.get("params")
    kinds: dict[str, type[Any]] = {"progress": Progress, "log": Log}
    kind = kinds.get(str(content.get("method")))
    if kind is None or not isinstance(params, dict):
        raise ProtocolError(INVALID_REQUEST, "The message is no answer, progress or log.", number)
    said: FromEngine = _read(kind, params, number)
    return said


def _parse(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise ProtocolError(PARSE_ERROR, f"The line is no JSON: {line[:60]!r}.") from None
    if not isinstance(content, dict):
        raise ProtocolError(INVALID_REQUEST, f"The line is no JSON object: {line[:60]!r}.")
    return content


def _id(value: Any) -> Optional[int]:
    return value if type(value) is int else None


def _read(kind: type[_Values], values: Mapping[str, Any], number: Optional[int]) -> _Values:
    """Fill a dataclass; fields it does not know are ignored."""
    hints = get_type_hints(kind)
    read: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        if each.name in values:
            read[each.name] = _as(hints[each.name], values[each.name], each.name, number)
        elif each.default is MISSING and each.default_factory is MISSING:
            raise ProtocolError(INVALID_PARAMS, f"The parameter {each.name!r} is missing.", number)
    return kind(**read)


def _as(hint: Any, value: Any, name: str, number: Optional[int]) -> Any:
    """Return a JSON value as its type, if it is of that type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Union:
        return None if value is None else _as(inner[0], value, name, number)
    if origin is tuple and isinstance(value, list):
        return tuple(_as(inner[0], each, name, number) for each in value)
    if origin is dict and isinstance(value, dict):
        return {key: _as(inner[1], each, name, number) for key, each in value.items()}
    if hint is float and type(value) in (int, float) and abs(value) <= sys.float_info.max:
        return float(value)
    if hint in (int, str, bool) and type(value) is hint:
        return value
    raise ProtocolError(INVALID_PARAMS, f"{name} cannot be {str(value)[:60]!r}.", number)
