"""An evaluation as one HTML page that needs nothing besides itself: no script, no font, no connection."""

import os
from collections.abc import Mapping
from dataclasses import replace
from html import escape

from engine.errors import EngineError
from engine.evaluation.output.chart import draw_distribution
from engine.evaluation.output.figures import ABSENT, KINDS, PARTS, describe_figure, kind_cells, single_figures
from engine.evaluation.output.legend import CASING, COLOURS, DASH_TO_GAP, MEANINGS
from engine.evaluation.output.page import (
    build_page,
    cell,
    embed_picture,
    figures_table,
    heads,
    notes_section,
    numbers_table,
    section,
    settings_section,
    table,
    title_block,
    write_page,
)
from engine.evaluation.output.picture import draw_differences
from engine.evaluation.results import Evaluation, TileResult

PICTURE_PX = 800
"""Height or width of a tile's picture, whichever is larger."""

_LINE_PX = 4.0
"""Width of a road's line there: seen on a phone, where the picture is half as large."""

WORST_TILES = 6
"""Tiles that are shown with a picture."""

_SPREAD = ("topo_f1", "apls")
_CAPTION = ("topo_f1", "topo_precision", "topo_recall", "apls", "quality")
_COLUMNS = (
    *("topo_precision", "topo_recall", "topo_f1", "proposal_precision", "apls", "apls_spacenet"),
    *("completeness", "correctness", "quality", "junction_f1", "truth_km", "predicted_km"),
)

Figures = Mapping[str, float | None]


def _opening(evaluation: Evaluation) -> str:
    tiles = evaluation.tiles
    scored = sum(tile.scores is not None for tile in tiles)
    count = "One pair of road graphs" if len(tiles) == 1 else f"{len(tiles)} pairs of road graphs"
    less = "" if scored == len(tiles) else f"; {scored} of them have true roads to judge by"
    return title_block("Road evaluation", [f"{count}{less}."], evaluation.provenance)


def _kinds(figures: Figures) -> str:
    """Show what is found again, a row for each kind."""
    labels = [part.label for part in PARTS.values()]
    head = [*heads(["Found again"]), *heads(labels, numbers=True), *heads(["What it measures"])]
    rows = [
        cell(KINDS[kind].label, kind="th", scope="row")
        + "".join(cell(text, number=True) for text in cells)
        + cell(KINDS[kind].meaning)
        for kind, cells in kind_cells(figures).items()
    ]
    return table("kinds", head, rows, "What is found again") if rows else ""


def _overall(evaluation: Evaluation) -> str:
    title, text = "Figures", "Scores and shares lie between 0 and 1; 1 is best."
    if len(evaluation.tiles) > 1:
        title = "All tiles together"
        text += (
            " TOPO and APLS are means over the tiles; lengths, junctions and crossings are counted over all "
            "tiles together."
        )
    names = single_figures(evaluation.overall)
    singles = figures_table(((describe_figure(name), evaluation.overall[name]) for name in names), title)
    return section(title, f"<p>{text}</p>", _kinds(evaluation.overall), singles)


def _spread(evaluation: Evaluation) -> str:
    """Show how the figures are spread over the tiles."""
    parts = []
    for name in _SPREAD:
        pairs = zip(evaluation.tiles, evaluation.figures, strict=True)
        values = [(tile.name, value) for tile, each in pairs if (value := each.get(name)) is not None]
        if len(values) > 1:
            parts.append(f"<h3>{escape(describe_figure(name).label)}</h3>{draw_distribution(name, values)}")
    if not parts:
        return ""
    return section("Tile by tile", "<p>Each dot is a tile; a pointer held over it shows which.</p>", *parts)


def _legend() -> str:
    casing = "#{:02x}{:02x}{:02x}".format(*CASING)
    items = []
    for kind in MEANINGS:
        colour = "#{:02x}{:02x}{:02x}".format(*COLOURS[kind])
        dashes = f' stroke-dasharray="{4.25 * DASH_TO_GAP:g} 4.25"' if kind == "missing" else ""
        items.append(
            '<li><svg viewBox="0 0 42 10" aria-hidden="true">'
            f'<path d="M4 5H38" stroke="{casing}" stroke-width="7" stroke-linecap="round"/>'
            f'<path d="M4 5H38" stroke="{colour}" stroke-width="4"{dashes}/></svg>'
            f"<b>{kind}</b>: {escape(MEANINGS[kind])}</li>"
        )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _card(tile: TileResult, figures: Figures) -> str:
    """Show a tile; without its image where that cannot be shown, and say why."""
    note = ""
    try:
        rgb = draw_differences(tile, long_side_px=PICTURE_PX, width_px=_LINE_PX)
    except EngineError as error:
        note = f"<br>The image is left out: {escape(str(error))}"
        rgb = draw_differences(replace(tile, image=None), long_side_px=PICTURE_PX, width_px=_LINE_PX)
    scores = ", ".join(
        f"<span>{escape(describe_figure(name).label)} {describe_figure(name).text(figures[name])}</span>"
        for name in _CAPTION
        if name in figures
    )
    words = f"Matched, missing and false roads of {tile.name}"
    return (
        f"<figure>{embed_picture(rgb, words)}"
        f"<figcaption><b>{escape(tile.name)}</b><br>{scores or 'No scores'}{note}</figcaption></figure>"
    )


def find_worst(evaluation: Evaluation, count: int = WORST_TILES) -> list[int]:
    """Return the numbers of the tiles with the lowest TOPO F1, of equal ones with the lowest APLS.

    Args:
        evaluation: Tiles without either figure are left out.
        count: How many tiles at most.
    """

    def rank(number: int) -> tuple[float, ...]:
        figures = evaluation.figures[number]
        return tuple(2.0 if (value := figures.get(name)) is None else value for name in _SPREAD)

    scored = [number for number in range(len(evaluation.tiles)) if min(rank(number)) <= 1.0]
    return sorted(scored, key=rank)[:count]


def _worst(evaluation: Evaluation) -> str:
    single = len(evaluation.tiles) == 1
    chosen = [0] if single else find_worst(evaluation)
    if not chosen:
        return ""
    cards = [_card(evaluation.tiles[number], evaluation.figures[number]) for number in chosen]
    title = "Map" if single else "The worst tiles"
    words = "" if single else "<p>The lowest TOPO F1 first, of equal ones the lowest APLS.</p>"
    kind = "cards single" if single else "cards"
    return section(title, words, _legend(), f'<div class="{kind}">{"".join(cards)}</div>')


def _all_tiles(evaluation: Evaluation) -> str:
    names = [name for name in _COLUMNS if any(name in each for each in evaluation.figures)]
    labels = [describe_figure(name).label for name in names]
    rows = (
        (tile.name, [describe_figure(name).text(each.get(name)) for name in names])
        for tile, each in zip(evaluation.tiles, evaluation.figures, strict=True)
    )
    text = f"<p>{ABSENT} stands for a figure that is not defined on a tile.</p>"
    shown = numbers_table("tiles", "Figures of every tile", kind="Tile", labels=labels, rows=rows)
    return section("Every tile", text, shown)


def build_report(evaluation: Evaluation) -> str:
    """Return the page as HTML. Pictures lie inside it; whatever comes from files is shown as plain text."""
    sections = [
        _opening(evaluation),
        _overall(evaluation),
        _spread(evaluation),
        _worst(evaluation),
        _all_tiles(evaluation),
        notes_section((tile.name, tile.note) for tile in evaluation.tiles),
        settings_section(evaluation.provenance, evaluation.settings),
    ]
    return build_page("Road evaluation", sections)


def write_report(path: str | os.PathLike[str], evaluation: Evaluation) -> None:
    """Write an evaluation as one HTML page; it appears only when it is complete.

    The page shows the figures with what they mean, their spread over the tiles, the worst tiles with
    pictures, every tile, notes and settings. An image that cannot be shown is left out, with the reason.

    Args:
        path: Where to write; an existing file is replaced.
        evaluation: What to show.

    Raises:
        OutputError: The file cannot be written there.
    """
    write_page(path, build_report(evaluation))
