"""Bytes in and out: the real standard streams, kept where no library can garble them."""

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.service.protocol import MOST_LINE_BYTES, FromEngine, encode

_CHUNK_BYTES = 65536


def split_lines(chunks: Iterable[bytes], most_bytes: int = MOST_LINE_BYTES) -> Iterator[bytes | None]:
    """Cut a stream into lines, of which none is held that is too long.

    Args:
        chunks: The stream, cut anywhere.
        most_bytes: Longest line, without its end.

    Yields:
        Each line without its end; None for one that is too long. A last one without an end is dropped:
        whoever wrote it did not finish.
    """
    held = bytearray()
    skips = False
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            long = skips or len(held) + len(part) > most_bytes
            yield None if long else bytes(held + part)
            held.clear()
            skips = False
        skips = skips or len(held) + len(rest) > most_bytes
        if skips:
            held.clear()
        else:
            held += rest


class Sender:
    """Writes whole messages, from any thread.

    Args:
        number: File descriptor to write to.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._lock = threading.Lock()

    def send(self, message: FromEngine) -> None:
        """Write a message. Where nobody reads any more it is dropped: the end of the input ends the process.

        Raises:
            ValueError: A number in it is not finite.
        """
        line = memoryview(encode(message))
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._number, line) :]
            except OSError:
                return


@dataclass(frozen=True, slots=True)
class Streams:
    """The two ends of the line to a client.

    Attributes:
        source: File descriptor to read from.
        sender: Writes.
    """

    source: int
    sender: Sender

    def lines(self) -> Iterator[bytes | None]:
        """Read until the input ends; see ``split_lines``."""
        return split_lines(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        # Not a buffered file: its lock would be held for as long as nothing comes, also when Python ends.
        while chunk := _read(self.source):
            yield chunk


def _read(number: int) -> bytes:
    try:
        return os.read(number, _CHUNK_BYTES)
    except OSError:  # as on Windows, where the client has ended
        return b""


def _as_bytes(number: int) -> int:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only there

        msvcrt.setmode(number, os.O_BINARY)
    return number


def claim_streams() -> Streams:
    """Take the process's standard input and output for messages only.

    What anything else prints, also a library in C, goes to standard error; whoever reads standard input, also
    a process started from here, finds it empty.

    Raises:
        OSError: The process has no standard input or output.
    """
    source, sink = os.dup(0), os.dup(1)  # not inherited: the line ends with this process
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # no standard error either
        os.dup2(nothing, 1)
    os.close(nothing)
    return Streams(_as_bytes(source), Sender(_as_bytes(sink)))
