"""The table of an evaluation: whole on a narrow terminal, whatever the tiles are called."""

from collections.abc import Sequence
from itertools import pairwise

from engine.evaluation.output.figures import ABSENT, FIGURES, KINDS, PARTS, describe_figure
from engine.evaluation.output.table import as_table
from engine.evaluation.results import Evaluation
from tests.engine.evaluation.result_samples import tile

NARROW = 80


def table(names: Sequence[str], *, value: float | None = 0.8765, note: str = "") -> str:
    """All figures with one value, for the tiles of these names."""
    shares = [f"{kind}_{part}" for kind in KINDS for part in ("precision", "recall", "f1")]
    figures = dict.fromkeys([*FIGURES, *shares], value)
    figures |= {
        f"{kind}_{part}": 123456.0 for kind in KINDS if kind != "topo" for part in ("true", "predicted")
    }
    tiles = [tile(name, note=note) for name in names]
    return as_table(Evaluation(tiles, [figures] * len(tiles), figures))


def test_names_as_long_as_usual_fit_on_a_narrow_terminal() -> None:
    for names in (["truth"], ["22678915_15", "region_180_ref"]):
        assert max(map(len, table(names).splitlines())) <= NARROW


def test_no_name_is_cut() -> None:
    names = [f"{'a long road ' * 9}{number}" for number in range(3)]
    assert [line for line in table(names).splitlines() if line.endswith(tuple(names))][2].endswith(names[2])


def test_figures_end_where_their_heads_end() -> None:
    above, below, first, second = table(["a", "b"], value=0.5).splitlines()[:4]
    ends = [at + 5 for at in range(len(first)) if first.startswith("0.500", at)]
    assert len(ends) == 7
    assert first[: ends[-1]] == second[: ends[-1]]
    starts = [0, *ends]
    labels = [
        f"{above[start:end].strip()} {below[start:end].strip()}".strip() for start, end in pairwise(starts)
    ]
    names = [*FIGURES, *(f"topo_{part}" for part in PARTS)]
    assert set(labels) < {describe_figure(name).label for name in names}


def test_notes_follow_below_the_tiles_they_are_about() -> None:
    lines = table(["a", "b"], value=None, note="The prediction is empty.").splitlines()
    assert lines[2].split() == [ABSENT] * 7 + ["a"]
    assert lines[4:7] == ["", "a: The prediction is empty.", "b: The prediction is empty."]
    assert table(["a"], note="The prediction is empty.").endswith("\n\nThe prediction is empty.")


def together(figures: dict[str, float | None]) -> list[list[str]]:
    """The words of each line about all tiles together."""
    lines = as_table(Evaluation([tile("a")], [figures], figures)).splitlines()
    return [line.split() for line in lines]


def test_shares_stand_beside_the_numbers_that_they_are_of() -> None:
    figures: dict[str, float | None] = {"topo_precision": 0.5, "topo_recall": 0.25, "topo_f1": 1 / 3}
    figures |= {
        "end_precision": None,
        "end_recall": 0.0,
        "end_f1": 0.0,
        "end_true": 7.0,
        "end_predicted": 0.0,
    }
    figures |= {"degree_5_precision": None, "degree_5_recall": None, "degree_5_f1": None}
    figures |= {"degree_5_true": 0.0, "degree_5_predicted": 0.0}
    assert together(figures) == [
        ["precision", "recall", "F1", "true", "predicted"],
        ["TOPO", "0.500", "0.250", "0.333"],
        ["Ends", ABSENT, "0.000", "0.000", "7", "0"],
    ]


def test_what_says_nothing_is_left_out() -> None:
    assert together({"quality": 0.0, "crossings": 0.0, "apls": None})[2:] == [["Quality", "0.000"]]
    assert together({"crossings": 2.0, "own": 0.5})[2:] == [
        ["Crossings", "on", "levels", "2"],
        ["own", "0.500"],
    ]
