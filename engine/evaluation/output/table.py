"""An evaluation for people who read a terminal, and for programs."""

from collections.abc import Mapping
from typing import Any

from engine.evaluation.output.figures import KINDS, PARTS, describe_figure, kind_cells, single_figures
from engine.evaluation.results import Evaluation

_COLUMNS = (
    "topo_precision",
    "topo_recall",
    "topo_f1",
    "proposal_precision",
    "apls",
    "apls_spacenet",
    "quality",
)
"""Figures of each tile in the table; all others are in the JSON and in the report."""

_WIDTHS = (11, 8, 7, 8, 11)
"""Columns taken by each of ``PARTS``."""

_ONLY_OF_MANY = {"topo_f1_of_means", "topo_f1_of_means_matched", "tiles", "tiles_scored"}


def as_document(evaluation: Evaluation) -> dict[str, Any]:
    """Return all figures as JSON values: ``overall``, and ``tiles`` with ``name``, ``note`` and figures."""
    return {
        "overall": dict(evaluation.overall),
        "tiles": [
            {"name": tile.name, "note": tile.note, "figures": dict(figures)}
            for tile, figures in zip(evaluation.tiles, evaluation.figures, strict=True)
        ],
        "settings": dict(evaluation.settings),
        "provenance": dict(evaluation.provenance),
    }


def on_terminal(name: str) -> str:
    """Replace what would break a line or command the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _lines_of_tiles(evaluation: Evaluation) -> list[str]:
    """One line a tile below a head of two lines; then what there is to know about single tiles.

    Names stand last, so that none is cut, however long, and figures fit on 80 columns.
    """
    heads = [describe_figure(name).label.rpartition(" ") for name in _COLUMNS]
    widths = [max(len(above), len(below), len("0.000")) for above, _, below in heads]
    rows = [[above for above, _, _ in heads], [below for _, _, below in heads]]
    rows += [[describe_figure(name).text(each[name]) for name in _COLUMNS] for each in evaluation.figures]
    ends = ["", "Tile", *(on_terminal(tile.name) for tile in evaluation.tiles)]
    lines = [
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=True)), end]).rstrip()
        for row, end in zip(rows, ends, strict=True)
    ]
    notes = [f"{on_terminal(tile.name)}: {tile.note}" for tile in evaluation.tiles if tile.note]
    return [*lines, "", *notes, *([""] if notes else [])]


def _lines_of_kinds(figures: Mapping[str, float | None]) -> list[str]:
    """One line for each kind that has a precision, a recall and an F1."""
    rows = [("", [part.label for part in PARTS.values()])]
    rows += [(KINDS[kind].label, cells) for kind, cells in kind_cells(figures).items()]
    longest = max(len(label) for label, _ in rows)
    lines = [
        label.ljust(longest) + "".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
        for label, cells in rows
    ]
    return [*(line.rstrip() for line in lines), ""]


def _lines_of_figures(figures: Mapping[str, float | None], *, one: bool) -> list[str]:
    """One line for each other figure that there is, in the order of ``FIGURES``."""
    names = [name for name in single_figures(figures) if not (one and name in _ONLY_OF_MANY)]
    labels = {name: describe_figure(name) for name in names}
    width = max((len(figure.label) for figure in labels.values()), default=0)
    return [f"{figure.label:<{width}}{figure.text(figures[name]):>10}" for name, figure in labels.items()]


def as_table(evaluation: Evaluation) -> str:
    """Return a table: tiles line by line where there are several, then all figures together."""
    one = len(evaluation.tiles) == 1
    lines = [] if one else _lines_of_tiles(evaluation)
    lines += _lines_of_kinds(evaluation.overall)
    lines += _lines_of_figures(evaluation.overall, one=one)
    if one and evaluation.tiles[0].note:
        lines += ["", evaluation.tiles[0].note]
    return "\n".join(lines)
