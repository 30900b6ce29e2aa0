"""The table of an evaluation: whole on a narrow terminal, whatever the tiles are called."""

from collections.abc import Sequence
from itertools import pairwise

from engine.evaluation.output.figures import ABSENT, FIGURES
from engine.evaluation.output.table import as_table
from engine.evaluation.results import Evaluation
from tests.engine.evaluation.result_samples import tile

NARROW = 80


def table(names: Sequence[str], *, value: float | None = 0.8765, note: str = "") -> str:
    """All figures with one value, for the tiles of these names."""
    figures = dict.fromkeys(FIGURES, value)
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
    assert set(labels) < {figure.label for figure in FIGURES.values()}


def test_notes_follow_below_the_tiles_they_are_about() -> None:
    lines = table(["a", "b"], value=None, note="The prediction is empty.").splitlines()
    assert lines[2].split() == [ABSENT] * 7 + ["a"]
    assert lines[4:7] == ["", "a: The prediction is empty.", "b: The prediction is empty."]
    assert table(["a"], note="The prediction is empty.").endswith("\n\nThe prediction is empty.")
