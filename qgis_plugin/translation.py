"""Texts in the user's language, read from Qt Linguist's own ``.ts`` files.

QGIS loads compiled translations only, and a plugin's package must not hold compiled files; nor may the rooms
that need no Qt ask Qt for a text. So the language is told once, in ``classFactory``, before any text is used.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # nosec B405 # parses the plugin's own files only
from collections.abc import Collection
from pathlib import Path

FOLDER = Path(__file__).with_name("i18n")

_texts: dict[str, str] = {}


def file_for(locale: str, names: Collection[str]) -> str | None:
    """Choose the file of translations for a locale.

    Args:
        locale: As QGIS says it, such as "de", "de_AT" or "pt-BR".
        names: Of the files there are.

    Returns:
        That of the language and country, else that of the language, else None: the texts stay English.
    """
    exact = locale.replace("-", "_")
    for candidate in (exact, exact.partition("_")[0]):
        if candidate and f"plumbline_{candidate}.ts" in names:
            return f"plumbline_{candidate}.ts"
    return None


def read_texts(path: Path) -> dict[str, str]:
    """Read the finished translations of a file, by their English text."""
    messages = ET.parse(path).iter("message")  # noqa: S314 # nosec B314 # the plugin's own file
    texts: dict[str, str] = {}
    for message in messages:
        translation = message.find("translation")
        if translation is not None and translation.get("type") is None and translation.text:
            texts[message.findtext("source", "")] = translation.text
    return texts


def use_locale(locale: str) -> None:
    """Show all texts from now on in the language of a locale, if it is one of ours."""
    name = file_for(locale, [path.name for path in FOLDER.glob("*.ts")])
    _texts.clear()
    _texts.update(read_texts(FOLDER / name) if name else {})


def tr(text: str) -> str:
    """Return a text in the language of QGIS, or as it is where there is no translation."""
    return _texts.get(text, text)
