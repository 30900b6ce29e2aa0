"""An evaluation for people who read a terminal, and for programs."""

from collections.abc import Sequence
from typing import Any

from engine.evaluation.figures import FIGURES, describe_figure
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

_NAME_WIDTH = 40


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


def _lines_of_tiles(evaluation: Evaluation) -> list[str]:
    """One line a tile, below a head of figures' names."""
    labels = [describe_figure(name).label for name in _COLUMNS]
    width = min(max(len(tile.name) for tile in evaluation.tiles), _NAME_WIDTH)
    lines = ["  ".join([" " * width, *labels])]
    for tile, figures in zip(evaluation.tiles, evaluation.figures, strict=True):
        values = [
            describe_figure(name).text(figures[name]).rjust(len(label))
            for name, label in zip(_COLUMNS, labels, strict=True)
        ]
        name = tile.name if len(tile.name) <= width else f"{tile.name[: width - 1]}…"
        lines.append("  ".join([name.ljust(width), *values, tile.note]).rstrip())
    return [*lines, ""]


def _lines_of_figures(names: Sequence[str], evaluation: Evaluation) -> list[str]:
    labels = {name: describe_figure(name).label for name in names}
    width = max(len(label) for label in labels.values())
    return [
        f"{label:<{width}}  {describe_figure(name).text(evaluation.overall[name]):>8}"
        for name, label in labels.items()
    ]


def as_table(evaluation: Evaluation) -> str:
    """Return a table: tiles line by line where there are several, then all figures together."""
    lines = _lines_of_tiles(evaluation) if len(evaluation.tiles) > 1 else []
    known = [name for name in FIGURES if evaluation.overall.get(name) is not None]
    others = [name for name, value in evaluation.overall.items() if name not in FIGURES and value is not None]
    lines += _lines_of_figures(known + others, evaluation)
    notes = [tile.note for tile in evaluation.tiles if tile.note]
    if len(evaluation.tiles) == 1 and notes:
        lines += ["", *notes]
    return "\n".join(lines)
