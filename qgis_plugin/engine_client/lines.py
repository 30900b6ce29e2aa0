"""Lines of a pipe, however long somebody makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable, Optional

_CHUNK_BYTES = 65536


def bounded_lines(read: Callable[[int], bytes], most_bytes: int) -> Iterator[Optional[bytes]]:
    """Yield each line without its end, and None for one that is longer than allowed and was not held.

    Args:
        read: Returns the next bytes, at most as many as asked for, and none at the end.
        most_bytes: Of a line.
    """
    held = bytearray()
    too_long = False
    while chunk := read(_CHUNK_BYTES):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            too_long = too_long or len(held) + len(end) > most_bytes
            yield None if too_long else bytes(held + end).rstrip(b"\r")
            held.clear()
            too_long = False
        too_long = too_long or len(held) + len(rest) > most_bytes
        if too_long:
            held.clear()
        else:
            held += rest
    if held or too_long:
        yield None if too_long else bytes(held)
