"""Collect the plugin's texts into Qt Linguist's ``.ts`` files, which hold their translations.

usage: python -m scripts.translations [LANGUAGE ...], which begins files for these languages too, as "fr".
Translations stay; texts that are no longer used are kept as vanished, in case they come back.
"""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[1] / "qgis_plugin"
CONTEXT = "Plumbline"
_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'


@dataclass(frozen=True)
class Translation:
    """What stands for a text in another language.

    Attributes:
        text: The translation; "" where there is none yet.
        state: "" = finished, "unfinished" or "vanished", as Qt Linguist says it.
    """

    text: str = ""
    state: str = "unfinished"


def texts_of(code: str, name: str) -> list[str]:
    """List the texts that a module gives to ``tr``, in their order.

    Args:
        code: The module's text.
        name: What it is called in errors.

    Raises:
        SystemExit: A text is put together at run time, so nobody could translate it.
    """
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and _calls_tr(node)]
    texts = []
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        text = call.args[0] if call.args else None
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            raise SystemExit(
                f"{name}:{call.lineno}: tr() needs the text itself, so that it can be translated: write "
                'tr("... {name} ...").format(name=...).'
            )
        texts.append(text.value)
    return texts


def _calls_tr(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "tr"


def collect(plugin: Path) -> dict[str, list[str]]:
    """Collect the texts of all modules, each with the files it stands in."""
    found: dict[str, list[str]] = {}
    for path in sorted(plugin.rglob("*.py")):
        name = path.relative_to(plugin).as_posix()
        for text in texts_of(path.read_text(encoding="utf-8"), name):
            places = found.setdefault(text, [])
            if name not in places:
                places.append(name)
    return found


def read_translations(path: Path) -> dict[str, Translation]:
    """Read a file of translations, by their English text."""
    read = {}
    for message in ET.parse(path).iter("message"):  # noqa: S314 - our own file
        translation = message.find("translation")
        if translation is not None:
            read[message.findtext("source", "")] = Translation(
                translation.text or "", translation.get("type", "")
            )
    return read


def merge(texts: Mapping[str, object], known: Mapping[str, Translation]) -> dict[str, Translation]:
    """Return the translation of every text, and after them those of texts that are gone."""
    merged = {}
    for text in texts:
        old = known.get(text, Translation())
        merged[text] = Translation(old.text, "" if old.state == "vanished" else old.state)
    gone = {text: Translation(old.text, "vanished") for text, old in known.items() if old.text}
    return {**merged, **{text: old for text, old in gone.items() if text not in merged}}


def as_ts(language: str, texts: Mapping[str, list[str]], translations: Mapping[str, Translation]) -> str:
    """Write translations as Qt Linguist reads them."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for text, translation in translations.items():
        message = ET.SubElement(context, "message")
        for place in texts.get(text, []):
            ET.SubElement(message, "location", filename=f"../{place}")
        ET.SubElement(message, "source").text = text
        state = {"type": translation.state} if translation.state else {}
        ET.SubElement(message, "translation", state).text = translation.text or None
    ET.indent(root, "    ")
    return _HEADER + ET.tostring(root, encoding="unicode") + "\n"


def language_of(path: Path) -> str:
    """Return the language of a file, which its name holds: "de" of plumbline_de.ts."""
    return path.stem.partition("_")[2]


def updated(path: Path, texts: Mapping[str, list[str]]) -> str:
    """Return what a file of translations has to hold for these texts."""
    known = read_translations(path) if path.exists() else {}
    return as_ts(language_of(path), texts, merge(texts, known))


def main() -> None:
    """Bring all files up to date, and say what is left to translate."""
    folder, texts = PLUGIN / "i18n", collect(PLUGIN)
    folder.mkdir(exist_ok=True)
    named = {folder / f"plumbline_{language}.ts" for language in sys.argv[1:]}
    for path in sorted({*folder.glob("*.ts"), *named}):
        path.write_text(updated(path, texts), encoding="utf-8")
        states = [each.state for each in read_translations(path).values()]
        sys.stdout.write(f"{path.name}: {len(texts)} texts, {states.count('unfinished')} to translate\n")


if __name__ == "__main__":
    main()
