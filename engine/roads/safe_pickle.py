"""Reading a pickled road graph without the power of pickle.

A pickle is a program for a small stack machine, and Python's own machine will call any function that the
program names. This one knows numbers, strings, tuples, lists, dictionaries with (number, number) keys,
and the three names with which numpy's scalars are spelled. It can call nothing and imports nothing, so
a file from a stranger can at worst be refused.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import numpy as np

from engine.errors import GraphError


class _Known(Enum):
    """What a pickle of numbers may name."""

    DTYPE = "type of a numpy scalar"
    SCALAR = "numpy scalar"
    ENCODE = "bytes written as text"


_NAMES: Final = {
    ("numpy", "dtype"): _Known.DTYPE,
    ("numpy.core.multiarray", "scalar"): _Known.SCALAR,
    ("numpy._core.multiarray", "scalar"): _Known.SCALAR,
    ("_codecs", "encode"): _Known.ENCODE,
}

_SCALAR_CODE: Final = re.compile(r"[iuf][248]|[iu]1")

_MARK: Final = object()


@dataclass(slots=True)
class _ScalarType:
    """A numpy number type in the making: its byte order arrives after its code."""

    code: str
    order: str = "="


@dataclass(slots=True)
class _Machine:
    """State of the stack machine while it reads one pickle."""

    program: bytes
    at: int = 0
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def take(self, count: int) -> bytes:
        """Read the next bytes of the program."""
        taken = self.program[self.at : self.at + count]
        if count < 0 or len(taken) < count:
            raise ValueError("it ends too early")
        self.at += count
        return taken

    def number(self, form: str) -> Any:
        """Read a number of the given ``struct`` format."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        """Read up to the end of the line."""
        end = self.program.index(b"\n", self.at)
        return self.take(end + 1 - self.at)[:-1].decode("latin-1")

    def since_mark(self) -> list[Any]:
        """Take from the stack what was put there since the last mark."""
        low = len(self.stack) - 1
        while self.stack[low] is not _MARK:
            low -= 1
            if low < 0:
                raise ValueError("a mark is missing")
        items = self.stack[low + 1 :]
        del self.stack[low:]
        return items

    def top(self, kind: type) -> Any:
        """Return the top of the stack, which must be of a kind."""
        if not isinstance(self.stack[-1], kind):
            raise TypeError(f"it builds a {type(self.stack[-1]).__name__} like a {kind.__name__}")
        return self.stack[-1]


def _text(value: Any) -> str:
    """Return a string that Python 2 may have written as bytes."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not isinstance(value, str):
        raise TypeError("a name is not a text")
    return value


def _name(module: Any, name: Any) -> _Known:
    known = _NAMES.get((_text(module), _text(name)))
    if known is None:
        asked = f"{_text(module)}.{_text(name)}"[:80]
        raise GraphError(
            f"The pickle asks for {asked!r}, which a road graph never needs: it was refused and nothing of "
            "it was run. Do not trust where it came from."
        )
    return known


def position(value: Any) -> tuple[float, float]:
    """Check that a value is a pair of plain numbers."""
    if type(value) is tuple and len(value) == 2 and all(type(part) in {int, float} for part in value):
        return value
    raise TypeError("it holds something else than (row, col) pairs of numbers")


def _scalar(kind: Any, raw: Any) -> int | float:
    if not isinstance(kind, _ScalarType) or not isinstance(raw, bytes):
        raise TypeError("a numpy scalar is malformed")
    (value,) = np.frombuffer(raw, dtype=kind.order + kind.code).tolist()
    return value  # type: ignore[no-any-return]


def _reduce(machine: _Machine) -> None:
    """Make what a name and its arguments stand for: the only 'call', to one of three functions here."""
    arguments, known = machine.stack.pop(), machine.stack.pop()
    if not isinstance(arguments, tuple):
        raise TypeError("arguments are not a tuple")
    if known is _Known.DTYPE:
        code = _text(arguments[0])
        if not _SCALAR_CODE.fullmatch(code):
            raise TypeError(f"a numpy type '{code[:20]}' is not a number")
        machine.stack.append(_ScalarType(code))
    elif known is _Known.SCALAR:
        machine.stack.append(_scalar(*arguments))
    elif known is _Known.ENCODE:
        machine.stack.append(_text(arguments[0]).encode("latin-1"))
    else:
        raise TypeError("it calls something that is not a name")


def _build(machine: _Machine) -> None:
    """Give a numpy type its byte order."""
    state = machine.stack.pop()
    order = _text(state[1])
    if order not in {"<", ">", "=", "|"}:
        raise ValueError(f"a byte order '{order[:20]}' does not exist")
    machine.top(_ScalarType).order = "=" if order == "|" else order


def _set_items(machine: _Machine, items: list[Any]) -> None:
    table = machine.top(dict)
    # A key is looked at before it is hashed: hashing a tuple nested very deep ends the process.
    table.update({position(key): value for key, value in zip(items[::2], items[1::2], strict=True)})


def _push(read: Callable[[_Machine], Any]) -> Callable[[_Machine], None]:
    return lambda machine: machine.stack.append(read(machine))


def _tuple_of(count: int) -> Callable[[_Machine], None]:
    def run(machine: _Machine) -> None:
        if len(machine.stack) < count:
            raise ValueError("the stack is too short")
        machine.stack[-count:] = [tuple(machine.stack[-count:])]

    return run


def _int_line(machine: _Machine) -> int | bool:
    line = machine.line()
    return line == "01" if line in {"00", "01"} else int(line)


def _quoted(machine: _Machine) -> bytes:
    line = machine.line().strip()
    if len(line) < 2 or line[0] != line[-1] or line[0] not in "'\"":
        raise ValueError("a string lacks its quotes")
    return line[1:-1].encode("latin-1").decode("unicode_escape").encode("latin-1")


def _append_all(machine: _Machine) -> None:
    items = machine.since_mark()
    machine.top(list).extend(items)


def _append(machine: _Machine) -> None:
    item = machine.stack.pop()
    machine.top(list).append(item)


def _set_all(machine: _Machine) -> None:
    _set_items(machine, machine.since_mark())


def _set_one(machine: _Machine) -> None:
    items = machine.stack[-2:]
    del machine.stack[-2:]
    _set_items(machine, items)


def _dict_of_mark(machine: _Machine) -> None:
    items = machine.since_mark()
    machine.stack.append({})
    _set_items(machine, items)


def _remember(read: Callable[[_Machine], int]) -> Callable[[_Machine], None]:
    def run(machine: _Machine) -> None:
        machine.memo[read(machine)] = machine.stack[-1]

    return run


def _stack_name(machine: _Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(_name(module, name))


# Letters as in Python's pickletools, protocols 0 to 5; every other opcode is refused.
_OPCODES: Final[Mapping[int, Callable[[_Machine], None]]] = {
    ord(letter): run
    for letter, run in {
        "\x80": lambda machine: machine.number("B"),
        "\x95": lambda machine: machine.number("<Q"),
        "(": _push(lambda _: _MARK),
        "0": lambda machine: machine.stack.pop(),
        "1": lambda machine: machine.since_mark(),
        "N": _push(lambda _: None),
        "\x88": _push(lambda _: True),
        "\x89": _push(lambda _: False),
        "I": _push(_int_line),
        "L": _push(lambda machine: int(machine.line().rstrip("L"))),
        "F": _push(lambda machine: float(machine.line())),
        "J": _push(lambda machine: machine.number("<i")),
        "K": _push(lambda machine: machine.number("B")),
        "M": _push(lambda machine: machine.number("<H")),
        "G": _push(lambda machine: machine.number(">d")),
        "\x8a": _push(
            lambda machine: int.from_bytes(machine.take(machine.number("B")), "little", signed=True)
        ),
        "S": _push(_quoted),
        "T": _push(lambda machine: machine.take(machine.number("<i"))),
        "U": _push(lambda machine: machine.take(machine.number("B"))),
        "B": _push(lambda machine: machine.take(machine.number("<I"))),
        "C": _push(lambda machine: machine.take(machine.number("B"))),
        "V": _push(lambda machine: machine.line().encode("latin-1").decode("raw_unicode_escape")),
        "X": _push(lambda machine: machine.take(machine.number("<I")).decode()),
        "\x8c": _push(lambda machine: machine.take(machine.number("B")).decode()),
        ")": _push(lambda _: ()),
        "t": _push(lambda machine: tuple(machine.since_mark())),
        "\x85": _tuple_of(1),
        "\x86": _tuple_of(2),
        "\x87": _tuple_of(3),
        "]": _push(lambda _: []),
        "l": _push(lambda machine: machine.since_mark()),
        "a": _append,
        "e": _append_all,
        "}": _push(lambda _: {}),
        "d": _dict_of_mark,
        "s": _set_one,
        "u": _set_all,
        "p": _remember(lambda machine: int(machine.line())),
        "q": _remember(lambda machine: machine.number("B")),
        "r": _remember(lambda machine: machine.number("<I")),
        "\x94": _remember(lambda machine: len(machine.memo)),
        "g": _push(lambda machine: machine.memo[int(machine.line())]),
        "h": _push(lambda machine: machine.memo[machine.number("B")]),
        "j": _push(lambda machine: machine.memo[machine.number("<I")]),
        "c": _push(lambda machine: _name(machine.line(), machine.line())),
        "\x93": _stack_name,
        "R": _reduce,
        "b": _build,
    }.items()
}

_STOP: Final = ord(".")


def _run(machine: _Machine) -> Any:
    while (opcode := machine.take(1)[0]) != _STOP:
        run = _OPCODES.get(opcode)
        if run is None:
            raise ValueError(f"it holds the instruction {bytes([opcode])!r}, which plain numbers do not need")
        run(machine)
    return machine.stack.pop()


def load_numbers(program: bytes) -> Any:
    """Read a pickle made of numbers, strings, tuples, lists, dictionaries and numpy scalars.

    Keys of dictionaries are pairs of numbers. Numpy scalars come back as ``int`` or ``float``, strings
    of Python 2 as ``bytes``.

    Args:
        program: The pickle, of protocol 0 to 5.

    Raises:
        GraphError: The pickle asks for anything else, or is damaged. Nothing of it was run.
    """
    try:
        return _run(_Machine(program))
    except (ArithmeticError, LookupError, TypeError, ValueError, struct.error) as error:
        raise GraphError(
            f"The pickle is not a road graph of numbers and was refused ({error}): give a file as written "
            "by Sat2Graph or Plumbline."
        ) from error
