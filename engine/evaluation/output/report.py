"""An evaluation as one HTML page that needs nothing besides itself: no script, no font, no connection."""

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from engine.atomic import atomic_path
from engine.errors import EngineError
from engine.evaluation.output.chart import draw_distribution
from engine.evaluation.output.figures import ABSENT, KINDS, PARTS, describe_figure, kind_cells, single_figures
from engine.evaluation.output.legend import CASING, COLOURS, DASH_TO_GAP, MEANINGS
from engine.evaluation.output.picture import draw_differences, encode_picture
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

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

Figures = Mapping[str, float | None]


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def _cell(value: str, *, kind: str = "td", number: bool = False, scope: str | None = None) -> str:
    marks = ' class="number"' if number else ""
    marks += f' scope="{scope}"' if scope else ""
    return f"<{kind}{marks}>{escape(value)}</{kind}>"


def _table(name: str, head: Iterable[str], rows: Iterable[str], caption: str) -> str:
    return (
        f'<div class="wide" tabindex="0"><table class="{name}" aria-label="{escape(caption)}">'
        f"<thead><tr>{''.join(head)}</tr></thead><tbody>"
        f"{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table></div>"
    )


def _opening(evaluation: Evaluation) -> str:
    tiles = evaluation.tiles
    scored = sum(tile.scores is not None for tile in tiles)
    places = [
        f"{label} {evaluation.provenance[key]}"
        for key, label in (("predicted", "Prediction:"), ("truth", "Truth:"), ("image", "Images:"))
        if evaluation.provenance.get(key)
    ]
    count = "One pair of road graphs" if len(tiles) == 1 else f"{len(tiles)} pairs of road graphs"
    less = "" if scored == len(tiles) else f"; {scored} of them have true roads to judge by"
    lines = [f"<p>{escape(count + less)}.</p>"]
    lines += [f'<p class="quiet">{"<br>".join(escape(place) for place in places)}</p>'] if places else []
    return f"<header><h1>Road evaluation</h1>{''.join(lines)}</header>"


def _kinds(figures: Figures) -> str:
    """Show what is found again, a row for each kind."""
    heads = [_cell(part.label, kind="th", number=True, scope="col") for part in PARTS.values()]
    head = [
        _cell("Found again", kind="th", scope="col"),
        *heads,
        _cell("What it measures", kind="th", scope="col"),
    ]
    rows = [
        _cell(KINDS[kind].label, kind="th", scope="row")
        + "".join(_cell(cell, number=True) for cell in cells)
        + _cell(KINDS[kind].meaning)
        for kind, cells in kind_cells(figures).items()
    ]
    return _table("kinds", head, rows, "What is found again") if rows else ""


def _overall(evaluation: Evaluation) -> str:
    head = [
        _cell("Figure", kind="th", scope="col"),
        _cell("Value", kind="th", number=True, scope="col"),
        _cell("What it measures", kind="th", scope="col"),
    ]
    rows = []
    for name in single_figures(evaluation.overall):
        figure = describe_figure(name)
        label = _cell(figure.label, kind="th", scope="row")
        value = _cell(figure.text(evaluation.overall[name]), number=True)
        rows.append(label + value + _cell(figure.meaning))
    title, text = "Figures", "Scores and shares lie between 0 and 1; 1 is best."
    if len(evaluation.tiles) > 1:
        title = "All tiles together"
        text += (
            " TOPO and APLS are means over the tiles; lengths, junctions and crossings are counted over all "
            "tiles together."
        )
    singles = _table("overall", head, rows, title) if rows else ""
    return _section(title, f"<p>{text}</p>", _kinds(evaluation.overall), singles)


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
    return _section("Tile by tile", "<p>Each dot is a tile; a pointer held over it shows which.</p>", *parts)


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
    height, width = rgb.shape[1:]
    source = f"data:image/webp;base64,{b64encode(encode_picture(rgb)).decode('ascii')}"
    words = f"Matched, missing and false roads of {tile.name}"
    return (
        f'<figure><img src="{source}" width="{width}" height="{height}" alt="{escape(words)}">'
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
    return _section(title, words, _legend(), f'<div class="{kind}">{"".join(cards)}</div>')


def _all_tiles(evaluation: Evaluation) -> str:
    names = [name for name in _COLUMNS if any(name in each for each in evaluation.figures)]
    head = [_cell("Tile", kind="th", scope="col")]
    head += [_cell(describe_figure(name).label, kind="th", number=True, scope="col") for name in names]
    rows = [
        _cell(tile.name, kind="th", scope="row")
        + "".join(_cell(describe_figure(name).text(each.get(name)), number=True) for name in names)
        for tile, each in zip(evaluation.tiles, evaluation.figures, strict=True)
    ]
    text = f"<p>{ABSENT} stands for a figure that is not defined on a tile.</p>"
    return _section("Every tile", text, _table("tiles", head, rows, "Figures of every tile"))


def _notes(evaluation: Evaluation) -> str:
    items = [
        f"<li><b>{escape(tile.name)}</b>: {escape(tile.note)}</li>" for tile in evaluation.tiles if tile.note
    ]
    return _section("Notes", f"<ul>{''.join(items)}</ul>") if items else ""


def _flat(values: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    """List nested settings as names with dots, and values as text."""
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        else:
            # Ten digits: all of a coordinate, and none of what binary fractions add.
            text = f"{value:.10g}" if isinstance(value, float) else str(value)
            yield name, ABSENT if value is None else text


def _settings(evaluation: Evaluation) -> str:
    values = [*_flat(evaluation.provenance), *_flat(evaluation.settings)]
    if not values:
        return ""
    head = [_cell(word, kind="th", scope="col") for word in ("Setting", "Value")]
    rows: Sequence[str] = [_cell(name, kind="th", scope="row") + _cell(value) for name, value in values]
    return _section("How it was compared", _table("settings", head, rows, "Inputs, versions and parameters"))


def build_report(evaluation: Evaluation) -> str:
    """Return the page as HTML. Pictures lie inside it; whatever comes from files is shown as plain text."""
    style = (Path(__file__).parent / "styles" / "report.css").read_text(encoding="utf-8")
    sections = [
        _opening(evaluation),
        _overall(evaluation),
        _spread(evaluation),
        _worst(evaluation),
        _all_tiles(evaluation),
        _notes(evaluation),
        _settings(evaluation),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Road evaluation</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"{chr(10).join(filter(None, sections))}\n</main>\n</body>\n</html>\n"
    )


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
    # Bytes of file names that are no text are shown as escapes.
    page = build_report(evaluation).encode("utf-8", "backslashreplace")
    with atomic_path(path) as draft:
        draft.write_bytes(page)
