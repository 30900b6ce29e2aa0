"""Laws of cutting a stream into lines."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from engine.service.streams import split_lines

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")))


@given(LINES, st.binary(max_size=5).map(lambda rest: rest.replace(b"\n", b"")), st.data())
def test_lines_do_not_depend_on_how_they_arrive(lines, rest, data):
    stream = b"".join(line + b"\n" for line in lines) + rest
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    chunks = [stream[low:high] for low, high in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    expected = [line if len(line) <= 6 else None for line in lines]
    assert list(split_lines(chunks, most_bytes=6)) == expected


def test_a_long_line_is_not_held():
    def chunks():
        for _ in range(800):
            yield b"x" * 65536
        yield b"\nnext\n"

    tracemalloc.start()
    assert list(split_lines(chunks())) == [None, b"next"]
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()
