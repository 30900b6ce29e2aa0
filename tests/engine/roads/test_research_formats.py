"""Research formats: real files, round trips, and pickles that want to do harm."""

import itertools
import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.frames import RowCol
from engine.roads import research_formats
from engine.roads.graph import RoadGraph
from engine.roads.research_formats import (
    read_json_graph,
    read_pickle_graph,
    write_json_graph,
    write_pickle_graph,
)

REAL = [
    ("sat2graph_example/gt.p", 3696, 3975),
    ("sat2graph_example/prop.p", 4518, 4845),
    ("sat2graph_predictions/region_8_output_graph.p", 4791, 5120),
]


def edge_set(graph: RoadGraph[RowCol]) -> set[frozenset[tuple[float, ...]]]:
    return {frozenset(map(tuple, graph.vertices[edge].tolist())) for edge in graph.edges}


@st.composite
def pixel_graphs(draw: st.DrawFn) -> RoadGraph[RowCol]:
    coordinate = st.one_of(
        st.integers(0, 4000).map(lambda px: px + 0.5), st.integers(0, 64000).map(lambda n: n / 16)
    )
    places = draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=12, unique=True))
    end = st.integers(0, len(places) - 1)
    return RoadGraph.build(places, draw(st.lists(st.tuples(end, end), max_size=20)))


@pytest.mark.parametrize(("name", "vertices", "edges"), REAL)
def test_real_files_are_read_whole(
    data_dir: Path, tmp_path: Path, name: str, vertices: int, edges: int
) -> None:
    graph = read_pickle_graph(data_dir / "metrics" / name)
    assert (len(graph.vertices), len(graph.edges)) == (vertices, edges)
    write_pickle_graph(tmp_path / "again.p", graph)
    assert edge_set(read_pickle_graph(tmp_path / "again.p")) == edge_set(graph)


@settings(max_examples=30, deadline=None)
@given(pixel_graphs(), st.sampled_from([None, 400, 4096]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, graph: RoadGraph[RowCol], height
) -> None:
    folder = tmp_path_factory.mktemp("round")
    write_pickle_graph(folder / "g.p", graph, bottom_left_height=height)
    write_json_graph(folder / "g.json", graph, bottom_left_height=height)
    for again in (
        read_pickle_graph(folder / "g.p", bottom_left_height=height),
        read_json_graph(folder / "g.json", bottom_left_height=height),
    ):
        assert edge_set(again) == edge_set(graph)
        assert sorted(map(tuple, again.vertices)) == sorted(map(tuple, graph.vertices))


def test_written_pickle_is_the_plain_dictionary_with_both_directions(tmp_path: Path) -> None:
    graph: RoadGraph[RowCol] = RoadGraph.build([(10.5, 20.5), (30.5, 40.5), (0.5, 0.5)], [(0, 1), (1, 2)])
    write_pickle_graph(tmp_path / "g.p", graph)
    table = pickle.loads((tmp_path / "g.p").read_bytes())  # noqa: S301 - written two lines above
    assert table == {(10, 20): [(30, 40)], (30, 40): [(0, 0), (10, 20)], (0, 0): [(30, 40)]}
    assert {type(part) for key in table for part in key} == {int}
    write_pickle_graph(tmp_path / "e.p", RoadGraph.empty())
    assert pickle.loads((tmp_path / "e.p").read_bytes()) == {}  # noqa: S301 - as above


def test_integers_name_pixel_centres_and_rows_may_count_from_the_bottom(tmp_path: Path) -> None:
    (tmp_path / "g.p").write_bytes(pickle.dumps({(400, 0): [(399, 7)], (399, 7): [(400, 0)]}))
    assert read_pickle_graph(tmp_path / "g.p").vertices.tolist() == [[400.5, 0.5], [399.5, 7.5]]
    turned = read_pickle_graph(tmp_path / "g.p", bottom_left_height=400)
    assert turned.vertices.tolist() == [[0.5, 0.5], [1.5, 7.5]]


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_and_numpy_scalar_is_understood(tmp_path: Path, protocol: int) -> None:
    table = {
        (np.int64(1), np.float32(2.5)): [(np.float64(3), np.uint8(200)), (2**40, -7)],
        (3.0, 200): [(1, 2.5)],
        (2**40, -7): ((1, 2.5),),
    }
    (tmp_path / "g.p").write_bytes(pickle.dumps(table, protocol=protocol))
    graph = read_pickle_graph(tmp_path / "g.p")
    assert graph.vertices.tolist() == [[1.5, 3.0], [3.5, 200.5], [2**40 + 0.5, -6.5]]
    assert graph.edges.tolist() == [[0, 1], [0, 2]]


class Calls:
    """Pickles as a call of any function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


def hostile(proof: Path) -> dict[str, bytes]:
    """Pickles that would create ``proof``, or exhaust the machine, if they were run."""
    code = f"open({str(proof)!r}, 'w').close()"
    calls = {
        "system": Calls(os.system, f"touch {proof}"),
        "eval": Calls(eval, code),
        "exec": Calls(exec, code),
        "numpy load": Calls(np.load, str(proof.with_name("x.npy"))),
        "getattr": Calls(getattr, "os", "system"),
        "object array": Calls(np.dtype, "O"),
        "structured type": Calls(np.dtype, "i4,i4"),
    }
    samples = {
        f"{name} {where}": pickle.dumps(value)
        for name, call in calls.items()
        for where, value in (
            ("top", call),
            ("key", {(1, 2): [call]}),
            ("pair", {(1, 2): [(call, 3)]}),
        )
    }
    number = struct.pack("<I", 2**31)
    return samples | {
        "array": pickle.dumps({(1, 2): np.zeros((3, 2))}),
        "old names": b"cposix\nsystem\n(S'touch " + os.fsencode(proof) + b"'\ntR.",
        "instance": b"(ios\nsystem\n.",
        "new object": b"cbuiltins\neval\n)\x81.",
        "extension": b"\x82\x01.",
        "persistent": b"Pname\n.",
        "deep key": b"}" + b")" + b"\x85" * 400_000 + b"]s.",
        "deep list": b"](" * 200_000 + b"e" * 200_000 + b".",
        "huge memo": b"}r" + number + b"q\x01" * 10 + b"0.",
        "huge string": b"X" + number + b"abc.",
        "huge bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b".",
        "shared lists": shared_lists(),
        "not finite": pickle.dumps({(float("nan"), 1): [(2, 3)]}),
        "beyond numbers": pickle.dumps({(10**400, 1): [(2, 3)]}),
        "long digits": b"}(L" + b"9" * 10_000 + b"L\nK\x01\x86]u.",
        "flat values": pickle.dumps({(1, 2): (3, 4)}),
        "text": pickle.dumps({(1, 2): ["ab"]}),
        "booleans": pickle.dumps({(True, False): []}),
        "list": pickle.dumps([1, 2]),
        "empty": b"",
        "cut": pickle.dumps({(1, 2): [(3, 4)]})[:-5],
        "no pickle": b"GIF89a and so on",
        "marks": b"(" * 100 + b"t" * 200,
    }


def shared_lists() -> bytes:
    """Few bytes that unfold to millions of edges."""
    many = [(n, 0) for n in range(3000)]
    return pickle.dumps(dict.fromkeys(many, many))


NAMES = list(hostile(Path("proof")))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_pickles_are_refused_and_nothing_runs(tmp_path: Path, name: str) -> None:
    proof = tmp_path / "proof"
    (tmp_path / "g.p").write_bytes(hostile(proof)[name])
    with pytest.raises(GraphError) as caught:
        read_pickle_graph(tmp_path / "g.p")
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400
    assert not proof.exists()


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 255))
def test_any_bytes_end_in_a_graph_or_a_graph_error(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int, value: int
) -> None:
    path = tmp_path_factory.mktemp("junk") / "g.p"
    sound = pickle.dumps({(np.int64(1), 2.5): [(3, 4)]}, protocol=2)
    damaged = bytearray(sound)
    damaged[place % len(damaged)] = value
    for content in (junk, bytes(damaged)):
        path.write_bytes(content)
        try:
            read_pickle_graph(path)
        except GraphError:
            continue


def test_files_beyond_the_limit_and_absent_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "g.p").write_bytes(pickle.dumps({(1, 2): [(3, 4)]}))
    monkeypatch.setattr(research_formats, "MAX_BYTES", 10)
    with pytest.raises(GraphError, match="divide it"):
        read_pickle_graph(tmp_path / "g.p")
    with pytest.raises(GraphError, match="cannot be read"):
        read_pickle_graph(tmp_path / "absent.p")


def test_all_shapes_of_json_give_the_same_graph(tmp_path: Path) -> None:
    nodes, edges = [[0, 0], [5, 0.25], [9, 9]], [[0, 1], [1, 2]]
    lines = [[nodes[first], nodes[second]] for first, second in edges]
    shapes = [[nodes, edges], {"graph": [lines, nodes], "success": True}, lines, [*lines, lines[0]]]
    found = []
    for shape in shapes:
        (tmp_path / "g.json").write_text(json.dumps(shape))
        found.append(edge_set(read_json_graph(tmp_path / "g.json")))
    assert all(one == found[0] for one in found)
    assert frozenset({(0.5, 0.5), (5.5, 0.75)}) in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "7",
        "null",
        '"x"',
        "[[[0, 0]], [[0, 1]]]",
        '{"graph": 3}',
        "[[1, 2, 3]]",
        "[" * 100_000,
        "[[[0, NaN], [1, 1]]]",
        "[[[1, 2, 3], [3, 4, 5]], [[0, 1]]]",
    ],
)
def test_json_that_is_no_graph_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "g.json").write_text(text)
    with pytest.raises(GraphError) as caught:
        read_json_graph(tmp_path / "g.json")
    assert len(str(caught.value)) < 400


def test_vertices_at_one_place_become_one(tmp_path: Path) -> None:
    places = [(0.5, 0.5), (9.5, 9.5), (9.5, 9.5), (20.5, 0.5)]
    write_pickle_graph(tmp_path / "g.p", RoadGraph.build(places, list(itertools.pairwise(range(4)))))
    assert len(read_pickle_graph(tmp_path / "g.p").vertices) == 3
