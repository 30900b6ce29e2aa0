"""Every text of the plugin can be translated, and is, into German."""

import re
import string
from pathlib import Path

import pytest

from qgis_plugin import translation
from qgis_plugin.translation import FOLDER, file_for, read_texts, tr, use_locale
from scripts.translations import (
    PLUGIN,
    Translation,
    as_ts,
    collect,
    merge,
    read_translations,
    texts_of,
    updated,
)

FILES = sorted(FOLDER.glob("*.ts"))
GERMAN = FOLDER / "plumbline_de.ts"


@pytest.mark.parametrize(
    ("locale", "chosen"),
    [
        ("de", "plumbline_de.ts"),
        ("de_AT", "plumbline_de.ts"),
        ("de-CH", "plumbline_de.ts"),
        ("pt_BR", "plumbline_pt_BR.ts"),
        ("pt_PT", None),
        ("C", None),
        ("", None),
    ],
)
def test_the_nearest_language_is_chosen(locale, chosen):
    assert file_for(locale, ["plumbline_de.ts", "plumbline_pt_BR.ts", "README"]) == chosen


def test_the_files_hold_the_texts_of_the_plugin():
    texts = collect(PLUGIN)
    assert len(texts) > 20
    assert {path.name for path in FILES} >= {"plumbline_de.ts", "plumbline_en.ts"}
    for path in FILES:
        assert path.read_text(encoding="utf-8") == updated(path, texts), "run: make translations"


def test_german_is_whole():
    unfinished = [text for text, each in read_translations(GERMAN).items() if each.state == "unfinished"]
    assert not unfinished


def _placeholders(text):
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_translations_keep_what_is_filled_in_and_marked_up(path):
    for text, translated in read_texts(path).items():
        assert _placeholders(translated) == _placeholders(text), text
        for mark in (r"<[^<>]*>", r"%\w", r"^\s+", r"\s+$"):
            assert sorted(re.findall(mark, translated)) == sorted(re.findall(mark, text)), text
        assert text.endswith("…") == translated.endswith("…"), text


@pytest.fixture
def language(tmp_path, monkeypatch):
    """Say that these are the translations there are, and be English again afterwards."""
    monkeypatch.setattr(translation, "FOLDER", tmp_path)

    def use(locale, translations):
        (tmp_path / "plumbline_de.ts").write_text(as_ts("de", {}, translations), encoding="utf-8")
        use_locale(locale)

    yield use
    use_locale("en")


def test_a_text_is_shown_in_the_language_or_as_it_is(language):
    road = 'Road & <b>"rail"</b>\nµ — {name}'
    language("de_DE", {"Roads": Translation("Straßen", ""), road: Translation(f"Ü {road}", "")})
    assert tr("Roads") == "Straßen"
    assert tr(road) == f"Ü {road}"
    assert tr("Not in the file") == "Not in the file"
    use_locale("fr")
    assert tr("Roads") == "Roads"


@pytest.mark.parametrize("state", ["unfinished", "vanished"])
def test_what_is_not_finished_is_not_shown(language, state):
    language("de", {"Roads": Translation("Strasen", state)})
    assert tr("Roads") == "Roads"


def test_texts_are_found_where_they_stand():
    code = 'a = tr("one" " and two")\nif a:\n    b(tr("three {n}").format(n=1), other("four"))\n'
    assert texts_of(code, "x.py") == ["one and two", "three {n}"]


@pytest.mark.parametrize("call", ['tr(f"{n} roads")', "tr(name)", 'tr("%d" % 3)', "tr()"])
def test_a_text_that_nobody_could_translate_is_refused(call):
    with pytest.raises(SystemExit, match=r"x\.py:2: .*format"):
        texts_of(f"\n{call}", "x.py")


def test_translations_stay_go_and_come_back():
    known = {"kept": Translation("behalten", ""), "gone": Translation("fort", ""), "empty": Translation()}
    merged = merge({"kept": 1, "new": 1}, known)
    assert merged == {
        "kept": Translation("behalten", ""),
        "new": Translation("", "unfinished"),
        "gone": Translation("fort", "vanished"),
    }
    assert merge({"gone": 1}, merged)["gone"] == Translation("fort", "")


def test_every_module_of_the_plugin_takes_its_texts_from_one_place():
    for path in PLUGIN.rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"\bself\.tr\(|QCoreApplication\.translate\(|\b_\(\"", code), path
    assert Path(translation.__file__).parent == PLUGIN
