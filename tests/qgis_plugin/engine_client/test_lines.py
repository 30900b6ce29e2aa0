import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from qgis_plugin.engine_client.lines import bounded_lines

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"").rstrip(b"\r")))


def in_pieces(text, sizes):
    """Return a function that reads a text in pieces of these sizes, over and over."""
    stream, turn = io.BytesIO(text), iter(sizes * (len(text) + 1))
    return lambda most: stream.read(min(most, next(turn)))


@given(LINES, st.lists(st.integers(1, 9), min_size=1))
def test_lines_are_the_same_however_they_arrive(lines, sizes):
    text = b"".join(line + b"\n" for line in lines)
    found = list(bounded_lines(in_pieces(text, sizes), 8))
    assert found == [line if len(line) <= 8 else None for line in lines]


@given(LINES, st.binary(min_size=1, max_size=12).map(lambda line: line.replace(b"\n", b"x")))
def test_what_follows_the_last_end_is_a_line_too(lines, rest):
    text = b"".join(line + b"\n" for line in lines) + rest
    assert list(bounded_lines(io.BytesIO(text).read, 8))[-1] == (rest if len(rest) <= 8 else None)


def test_windows_ends_are_ends():
    assert list(bounded_lines(io.BytesIO(b"a\r\nb\r\n").read, 8)) == [b"a", b"b"]


def test_a_line_that_is_too_long_is_not_held():
    left = 50_000_000

    def read(most):
        nonlocal left
        left -= most
        return b"x" * most if left > 0 else b""

    tracemalloc.start()
    try:
        assert list(bounded_lines(read, 1_000_000)) == [None]
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
