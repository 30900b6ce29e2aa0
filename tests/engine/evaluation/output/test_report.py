"""The page of a comparison: complete, harmless whatever the files are called, and dependent on nothing."""

import os
import re
from base64 import b64decode
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from rasterio.io import MemoryFile

from engine.errors import OutputError
from engine.evaluation.output.chart import draw_distribution
from engine.evaluation.output.figures import ABSENT, FIGURES, KINDS, PARTS, describe_figure
from engine.evaluation.output.report import PICTURE_PX, build_report, find_worst, write_report
from engine.evaluation.results import Evaluation, TileResult
from tests.engine.evaluation.html_page import Page
from tests.engine.evaluation.result_samples import tile

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' onmouseover='x",
    "&lt;b&gt; &amp; Zürich 東京\u202e",
    "two\nlines\ttab",
    "]]></style></title><svg/onload=x>",
]


def compared(
    scores: Sequence[tuple[float | None, float | None]], *, names: Sequence[str] | None = None
) -> Evaluation:
    """Tiles with (TOPO F1, APLS)."""
    chosen = names or [f"tile_{number:03}" for number in range(len(scores))]
    figures = [{"topo_f1": f1, "apls": apls, "truth_km": 1.2345} for f1, apls in scores]
    overall = {"topo_f1": 0.8657, "apls": None, "truth_km": 12.345, "crossings": 0.0, "new_figure": 0.25}
    overall |= {
        "end_precision": None,
        "end_recall": 0.0,
        "end_f1": 0.0,
        "end_true": 7.0,
        "end_predicted": 0.0,
    }
    return Evaluation(
        [tile(name) for name in chosen],
        figures,
        overall,
        settings={"measure": {"buffer_m": 5.0, "topo": {"radius_m": None}}},
        provenance={"version": "9.9", "predicted": "ours", "truth": "theirs"},
    )


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(build_report(compared([(0.9, 0.8), (0.5, 0.4), (None, None), (0.5, 0.3)])))


def test_the_page_needs_nothing_besides_itself(page: Page) -> None:
    text = build_report(compared([(0.9, 0.8), (0.5, 0.4)]))
    assert not {"script", "link", "iframe", "object", "embed", "base", "form", "a"} & {
        e for e, _ in page.elements
    }
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert not {"href", "xlink:href", "srcset", "background", "action", "style"} & set(attributes)
        assert attributes.get("src", "data:image/webp;base64,").startswith("data:image/webp;base64,")
    assert not re.search(r"https?:|url\(|@import|//", re.sub(r"base64,[^\"]*", "", text))
    (policy,) = [each["content"] for each in page.all("meta") if "http-equiv" in each]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert page.elements.index(("meta", {"charset": "utf-8"})) < 4


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_and_nothing_else(name: str) -> None:
    evaluation = compared([(0.5, 0.5), (0.6, 0.6)], names=[name, "other"])
    harmless = Page(build_report(compared([(0.5, 0.5), (0.6, 0.6)], names=["a", "other"])))
    evaluation = Evaluation(
        [tile(name, note=name), evaluation.tiles[1]],
        evaluation.figures,
        evaluation.overall | {name: 0.5},
        settings={name: name},
        provenance={"predicted": name, name: {name: name}},
    )
    page = Page(build_report(evaluation))
    assert {e for e, _ in page.elements} - {e for e, _ in harmless.elements} <= {"ul", "li", "b"}
    assert any(name in text for text in page.text("p"))
    assert f"Matched, missing and false roads of {name}" in [each["alt"] for each in page.all("img")]
    assert any(text.startswith(name) for text in page.text("title"))


def test_names_that_are_no_text_are_shown_as_escapes(tmp_path: Path) -> None:
    name = os.fsdecode(b"stra\xdfe")
    write_report(tmp_path / "r.html", compared([(0.5, 0.5)], names=[name]))
    assert "stra\\udcdfe" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.html"]


def test_figures_stand_beside_what_they_mean(page: Page) -> None:
    cells = page.text("td")
    assert cells[cells.index(FIGURES["truth_km"].meaning) - 1] == "12.35"
    assert not {FIGURES["apls"].meaning, FIGURES["crossings"].meaning} & set(cells)
    assert "new figure" in page.text("th")
    assert page.text("h2") == [
        *("All tiles together", "Tile by tile", "The worst tiles", "Every tile", "How it was compared"),
    ]
    rows = page.text("th")
    assert [text for text in rows if text.startswith("tile_")] == [f"tile_00{number}" for number in range(4)]
    assert rows[-4:] == ["predicted", "truth", "measure.buffer_m", "measure.topo.radius_m"]


def test_what_is_found_again_has_one_row_a_kind(page: Page) -> None:
    tables = [each["class"] for each in page.all("table")]
    assert tables == ["kinds", "overall", "tiles", "settings"]
    heads, cells = page.text("th"), page.text("td")
    assert heads[:9] == [
        *(
            "Found again",
            "precision",
            "recall",
            "F1",
            "true",
            "predicted",
            "What it measures",
            "TOPO",
            "Ends",
        ),
    ]
    assert cells[:2] == ["0.866", KINDS["topo"].meaning]
    assert cells[2:8] == [ABSENT, "0.000", "0.000", "7", "0", KINDS["end"].meaning]


def test_wide_tables_scroll_by_themselves() -> None:
    text = build_report(compared([(0.9, 0.8), (0.5, 0.4)]))
    assert text.count('<div class="wide" tabindex="0"><table') == text.count("<table") == 4
    assert ".wide { overflow-x: auto;" in text


def test_every_table_and_picture_is_described(page: Page) -> None:
    assert all(each.get("scope") in {"col", "row"} for each in page.all("th"))
    assert all(each.get("aria-label") for each in page.all("table"))
    assert all(each.get("alt") and int(each["width"]) and int(each["height"]) for each in page.all("img"))
    assert all(each.get("aria-label") or each.get("aria-hidden") for each in page.all("svg"))
    assert page.all("html") == [{"lang": "en"}]
    assert any(each.get("name") == "viewport" for each in page.all("meta"))


def test_the_worst_tiles_come_first_and_are_few(page: Page) -> None:
    scores: list[tuple[float | None, float | None]] = [(0.9, 0.1), (0.5, 0.4), (None, None), (0.5, 0.3)]
    assert find_worst(compared(scores)) == [3, 1, 0]
    assert [each["alt"][-8:] for each in page.all("img")] == ["tile_003", "tile_001", "tile_000"]
    many = compared([(number / 40, 0.5) for number in range(40)])
    assert find_worst(many) == [0, 1, 2, 3, 4, 5]
    assert find_worst(compared([(None, 0.2), (0.0, None)])) == [1, 0]


def test_pictures_inside_the_page_are_small(page: Page) -> None:
    for image in page.all("img"):
        packed = b64decode(image["src"].partition(",")[2])
        assert len(packed) < 60_000
        with MemoryFile(packed) as memory, memory.open() as picture:
            assert picture.shape == (int(image["height"]), int(image["width"]))
            assert max(picture.shape) == PICTURE_PX


def test_a_page_of_many_tiles_stays_small() -> None:
    text = build_report(compared([(number / 499, 1 - number / 499) for number in range(500)]))
    assert len(text) < 1_000_000
    assert len(Page(text).all("circle")) == 1000


def test_one_pair_has_a_map_and_no_spread() -> None:
    page = Page(build_report(compared([(None, None)])))
    assert page.text("h2")[:2] == ["Figures", "Map"]
    assert len(page.all("img")) == 1
    assert not page.all("circle")


def test_nothing_scored_shows_no_worst() -> None:
    assert "The worst tiles" not in Page(build_report(compared([(None, None), (None, None)]))).text("h2")


def test_an_image_that_cannot_be_shown_is_named(tmp_path: Path) -> None:
    tiles: list[TileResult] = [tile("gone", image=tmp_path / "<gone>.tif")]
    evaluation = compared([(0.5, 0.5)])
    page = Page(build_report(Evaluation(tiles, evaluation.figures, evaluation.overall)))
    assert len(page.all("img")) == 1
    assert any("image is left out" in text and "<gone>.tif" in text for text in page.text("figcaption"))


def test_notes_are_listed() -> None:
    evaluation = compared([(0.5, 0.5), (None, None)])
    tiles = [evaluation.tiles[0], tile("bare", note="The truth has no road here.")]
    page = Page(build_report(Evaluation(tiles, evaluation.figures, evaluation.overall)))
    assert "Notes" in page.text("h2")
    assert ": The truth has no road here." in page.text("li")


def test_dots_stand_at_their_values_and_never_on_each_other() -> None:
    values = np.random.default_rng(3).random(300) ** 0.5
    svg = draw_distribution("apls", [(f"<{number}>", float(value)) for number, value in enumerate(values)])
    page = Page(svg)
    dots = [(float(dot["cx"]), float(dot["cy"]), float(dot["r"])) for dot in page.all("circle")]
    centres = {(x, y) for x, y, _ in dots}
    assert len(centres) == len(dots) == 300
    assert np.allclose([x for x, _, _ in dots], 20 + 600 * np.sort(values), atol=6.01)
    by_place = sorted(centres)
    gaps = [b[1] - a[1] for a, b in pairwise(by_place) if a[0] == b[0]]
    assert min(gaps) > 1.9 * dots[0][2]
    _, _, width, height = map(float, page.all("svg")[0]["viewbox"].split())
    assert all(r < x < width - r and r < y < height - r for x, y, r in dots)
    assert sorted(page.text("title"))[0].startswith("<0>: ")


def test_the_line_stands_at_the_mean_not_the_median() -> None:
    drawn = draw_distribution("apls", [("a", 0.1), ("b", 0.1), ("c", 1.0)])
    assert "mean 0.400" in drawn
    assert "median 0.100" in drawn


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_ends_of_the_axis_belong_to_it(value: float) -> None:
    (dot,) = Page(draw_distribution("apls", [("a", value)])).all("circle")
    assert float(dot["cx"]) == pytest.approx(20 + 600 * value, abs=6.01)


def test_a_figure_that_nobody_knows_goes_by_its_name() -> None:
    assert describe_figure("degree_7_f1").label == "degree 7 f1"
    assert describe_figure("topo_f1").text(None) == ABSENT
    described = [(each.label, each.meaning) for known in (FIGURES, KINDS, PARTS) for each in known.values()]
    assert all(label and meaning.endswith(".") for label, meaning in described)


def test_figures_of_a_kind_are_called_after_it_and_their_part() -> None:
    assert describe_figure("topo_f1").label == "TOPO F1"
    assert describe_figure("degree_5_recall").label == "Junctions of 5 roads or more recall"
    assert describe_figure("end_true").text(7.0) == "7"
    assert describe_figure("topo_f1_of_means").label == "TOPO F1 of means"
    assert not {f"{kind}_{part}" for kind in KINDS for part in PARTS} & set(FIGURES)


def test_unwritable_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        write_report(tmp_path / "absent" / "r.html", compared([(0.5, 0.5)]))
