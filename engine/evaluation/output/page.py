"""Parts of an HTML page that needs nothing besides itself: no script, no font, no connection."""

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.atomic import atomic_path
from engine.evaluation.output.figures import ABSENT, Figure
from engine.evaluation.output.picture import encode_picture

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def section(title: str, *parts: str) -> str:
    """Put parts under a heading; nothing but the heading is escaped."""
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def cell(value: str, *, kind: str = "td", number: bool = False, scope: str | None = None) -> str:
    """Make a cell of a table.

    Args:
        value: Its text.
        kind: "td" or "th".
        number: Whether it stands to the right.
        scope: "col" or "row", of a head.
    """
    marks = ' class="number"' if number else ""
    marks += f' scope="{scope}"' if scope else ""
    return f"<{kind}{marks}>{escape(value)}</{kind}>"


def heads(words: Iterable[str], *, numbers: bool = False) -> list[str]:
    """Make the heads of columns."""
    return [cell(word, kind="th", number=numbers, scope="col") for word in words]


def table(name: str, head: Iterable[str], rows: Iterable[str], caption: str) -> str:
    """Make a table that scrolls by itself where the page is narrow.

    Args:
        name: Its class.
        head: Cells of the first line.
        rows: Cells of each other line, joined.
        caption: What it shows, for those who do not see it.
    """
    return (
        f'<div class="wide" tabindex="0"><table class="{name}" aria-label="{escape(caption)}">'
        f"<thead><tr>{''.join(head)}</tr></thead><tbody>"
        f"{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table></div>"
    )


def numbers_table(
    name: str,
    caption: str,
    *,
    kind: str,
    labels: Sequence[str],
    rows: Iterable[tuple[str, Iterable[str]]],
) -> str:
    """Return a table of numbers, a row for each of several things.

    Args:
        name: Class of the table.
        caption: What it shows.
        kind: What the things are, above the first column.
        labels: What the numbers are.
        rows: Names of the things, with their numbers as text.
    """
    lines = [
        cell(title, kind="th", scope="row") + "".join(cell(text, number=True) for text in texts)
        for title, texts in rows
    ]
    return table(name, [*heads([kind]), *heads(labels, numbers=True)], lines, caption)


def figures_table(figures: Iterable[tuple[Figure, float | None]], caption: str) -> str:
    """Show figures with what they mean, a line for each; nothing where there are none."""
    head = [*heads(["Figure"]), *heads(["Value"], numbers=True), *heads(["What it measures"])]
    rows = [
        cell(figure.label, kind="th", scope="row")
        + cell(figure.text(value), number=True)
        + cell(figure.meaning)
        for figure, value in figures
    ]
    return table("overall", head, rows, caption) if rows else ""


def title_block(title: str, lines: Sequence[str], provenance: Mapping[str, object]) -> str:
    """Make the top of a page: what it is, and where it comes from.

    Args:
        title: Of the page.
        lines: What was compared.
        provenance: Inputs by name.
    """
    names = (("predicted", "Prediction:"), ("truth", "Truth:"), ("image", "Images:"))
    places = [f"{label} {provenance[name]}" for name, label in names if provenance.get(name)]
    parts = [f"<p>{escape(line)}</p>" for line in lines]
    parts += [f'<p class="quiet">{"<br>".join(escape(place) for place in places)}</p>'] if places else []
    return f"<header><h1>{escape(title)}</h1>{''.join(parts)}</header>"


def notes_section(notes: Iterable[tuple[str, str]]) -> str:
    """List what there is to know about single images; nothing where there is nothing."""
    items = [f"<li><b>{escape(name)}</b>: {escape(note)}</li>" for name, note in notes if note]
    return section("Notes", f"<ul>{''.join(items)}</ul>") if items else ""


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


def settings_section(*settings: Mapping[str, object]) -> str:
    """Show inputs, versions and parameters; nothing where there are none."""
    values = [pair for each in settings for pair in _flat(each)]
    if not values:
        return ""
    rows = [cell(name, kind="th", scope="row") + cell(value) for name, value in values]
    head = heads(["Setting", "Value"])
    return section("How it was compared", table("settings", head, rows, "Inputs, versions and parameters"))


def embed_picture(rgb: NDArray[np.uint8], words: str) -> str:
    """Put a picture into the page itself.

    Args:
        rgb: (3, H, W) picture.
        words: What it shows, for those who do not see it.
    """
    height, width = rgb.shape[1:]
    source = f"data:image/webp;base64,{b64encode(encode_picture(rgb)).decode('ascii')}"
    return f'<img src="{source}" width="{width}" height="{height}" alt="{escape(words)}">'


def build_page(title: str, sections: Iterable[str]) -> str:
    """Join sections to a page; empty ones are left out."""
    style = (Path(__file__).parent / "styles" / "report.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"{chr(10).join(filter(None, sections))}\n</main>\n</body>\n</html>\n"
    )


def write_page(path: str | os.PathLike[str], page: str) -> None:
    """Write a page; it appears only when it is complete.

    Args:
        path: Where to write; an existing file is replaced.
        page: HTML. Bytes of file names that are no text are shown as escapes.

    Raises:
        OutputError: The file cannot be written there.
    """
    content = page.encode("utf-8", "backslashreplace")
    with atomic_path(path) as draft:
        draft.write_bytes(content)
