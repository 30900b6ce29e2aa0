"""The page and the picture of an evaluation of heights: complete, honest, dependent on nothing."""

import re
from dataclasses import replace
from math import nan

import numpy as np
import pytest

from engine.errors import OutputError
from engine.evaluation.heights import HeightOutputs, evaluate_heights
from engine.evaluation.measures.height_profile import HeightProfile
from engine.evaluation.output.height_charts import (
    OVER,
    UNDER,
    draw_classes,
    draw_errors,
    draw_scatter,
    nice_step,
)
from engine.evaluation.output.height_maps import choose_images, colour_errors, error_reach_m, read_maps
from engine.evaluation.output.height_picture import draw_height_picture
from engine.evaluation.output.height_report import build_height_report, write_height_report
from engine.evaluation.output.height_table import HEIGHT_FIGURES, height_document
from engine.evaluation.output.sheet import Box, Cells, Words
from engine.evaluation.results import HeightEvaluation
from engine.heights.challenge.submission import write_prediction
from engine.heights.pose import Pose
from tests.engine.evaluation.html_page import Page

NAMES = ("ARG_a", "ARG_<b>", "JAX_c", "JAX_d", "OMA_e")


def town(seed):
    """Blocks on flat ground; a corner without known height."""
    random = np.random.default_rng(seed)
    heights = np.kron(random.choice([0, 0, 0, 4, 9, 30], (7, 9)), np.ones((8, 8))).astype(np.float32)
    heights[:5, :6] = nan
    return heights


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heights")
    for number, name in enumerate(NAMES):
        heights = town(number)
        write_prediction(folder / "truth", name, heights, Pose(0.5, 1.0))
        predicted = heights * (0.9 - 0.1 * number)
        predicted[-6:, -9:] = nan
        write_prediction(folder / "predicted", name, predicted, Pose(0.6, 1.1))
    return evaluate_heights(folder / "predicted", folder / "truth", jobs=1)


@pytest.fixture(scope="module")
def text(evaluation):
    return build_height_report(evaluation)


def profile_of(predicted, true):
    return HeightProfile().with_pixels(np.asarray(predicted, float), np.asarray(true, float))


def test_the_page_is_whole_and_needs_nothing_besides_itself(text):
    page = Page(text)  # checks that each element is closed where it should be
    elements = {name for name, _ in page.elements}
    assert not {"script", "link", "iframe", "object", "embed", "base", "form", "a"} & elements
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert not {"href", "xlink:href", "srcset", "background", "action", "style"} & set(attributes)
        assert attributes.get("src", "data:image/webp;base64,").startswith("data:image/webp;base64,")
    assert not re.search(r"https?:|url\(|@import|//", re.sub(r"base64,[^\"]*", "", text))
    assert page.text("title") == ["Height evaluation"]


def test_every_image_is_named_with_its_figures(text, evaluation):
    page = Page(text)
    rows = page.text("th")
    assert set(NAMES) <= set(rows)
    assert {"ARG", "JAX", "OMA"} <= set(rows) & set(page.text("h3")) | set(rows)
    cells = page.text("td")
    for figures in evaluation.images.values():
        assert HEIGHT_FIGURES["height_rmse_m"].text(figures["height_rmse_m"]) in cells
    for name in ("score", "height_slope", "angle_error_deg"):
        assert HEIGHT_FIGURES[name].meaning in cells


def test_every_table_chart_and_map_is_described(text):
    page = Page(text)
    assert all(each.get("scope") in {"col", "row"} for each in page.all("th"))
    assert all(each.get("aria-label") for each in (*page.all("table"), *page.all("svg")))
    assert all(each["alt"] for each in page.all("img"))
    # Three charts of all and of each city; three maps of three images, each with a key.
    assert len(page.all("svg")) == 3 * 4 + 3 * 3
    assert len(page.all("img")) == 3 * 3


def test_the_slope_is_on_the_page(text, evaluation):
    assert f"slope {evaluation.overall['height_slope']:.2f}" in Page(text).text("text")


def test_missing_images_and_notes_are_listed(evaluation):
    page = Page(build_height_report(replace(evaluation, missing=["JAX_gone"], notes={"ARG_a": "<i>odd</i>"})))
    assert "JAX_gone" in page.text("li")
    assert ": <i>odd</i>" in page.text("li")
    assert "1 more is not predicted" in "".join(page.text("p"))


def test_the_document_keeps_what_it_had_and_says_more(evaluation):
    document = height_document(evaluation)
    assert list(document)[:4] == ["overall", "cities", "images", "missing"]
    for figures in (
        document["overall"],
        *document["cities"].values(),
        *document["images"].values(),
    ):
        assert list(figures) == list(HEIGHT_FIGURES)
    classes = document["classes"]["overall"]
    assert sum(each["share"] for each in classes) == pytest.approx(1.0)
    for number, each in enumerate(classes):
        of_cities = [city[number]["pixels"] for city in document["classes"]["cities"].values()]
        assert each["pixels"] == sum(of_cities)


# Charts.


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.5), (0.0, 12.0), (-3.0, 700.0)])
def test_the_scatter_shows_every_cell(low, high):
    true = np.linspace(low, high, 400)
    profile = profile_of(true * 0.8, true)
    sheet = draw_scatter(profile, 0.8)
    (scatter,) = [mark for mark in sheet.marks if isinstance(mark, Cells) and mark.levels.shape[1] > 1]
    assert max(scatter.levels.shape) <= 128
    occupied = np.argwhere(scatter.levels[::-1] >= 0)
    shares = occupied / (np.array(scatter.levels.shape) - 1)
    # Cells lie along the line of slope 0.8, below the diagonal.
    assert np.abs(np.diff(occupied[:, 1])).max() <= 1 or len(occupied) > 50
    assert (shares[:, 0] <= shares[:, 1] + 0.05).all()
    assert any(isinstance(mark, Words) and mark.text == "slope 0.80" for mark in sheet.marks)


def test_one_pixel_makes_charts_too():
    profile = profile_of([3.0], [3.0])
    for sheet in (draw_scatter(profile, 1.0), draw_errors(profile, 0.0), draw_classes(profile)):
        assert sheet.marks
    assert draw_scatter(profile_of([0.0], [0.0]), None).marks


def test_errors_that_are_too_low_are_blue_and_to_the_left():
    true = np.full(1000, 20.0)
    sheet = draw_errors(profile_of(true - 3.0, true), -3.0)
    tall = max((mark for mark in sheet.marks if isinstance(mark, Box)), key=lambda mark: mark.height)
    assert tall.fill == UNDER
    assert tall.x < sheet.width / 2
    assert "mean −3.00 m" in [mark.text for mark in sheet.marks if isinstance(mark, Words)]


def test_bars_of_errors_and_their_tails_are_all_pixels():
    random = np.random.default_rng(1)
    off = random.normal(0, 2, 20_000)
    off[:60] = 90.0
    sheet = draw_errors(profile_of(off + 5.0, np.full(20_000, 5.0)), float(off.mean()))
    said = [mark.text for mark in sheet.marks if isinstance(mark, Words)]
    (beyond,) = [float(each.split()[0]) for each in said if each.endswith("lie beyond")]
    assert 0.3 <= beyond <= 1.1


def test_classes_without_pixels_have_no_bar():
    sheet = draw_classes(profile_of([1.0, 30.0], [1.0, 31.0]))
    bars = [mark for mark in sheet.marks if isinstance(mark, Box)]
    assert len(bars) == 2 + 1  # one in the key
    assert [mark.text for mark in sheet.marks if isinstance(mark, Words)].count("–") == 4


@pytest.mark.parametrize(("length", "step"), [(34, 10), (1, 0.2), (9.9, 2), (700, 200), (0.05, 0.01)])
def test_ticks_stand_at_round_numbers(length, step):
    assert nice_step(length) == pytest.approx(step)


# Maps.


def test_the_worst_images_come_first_then_the_median(evaluation):
    errors = {name: figures["height_rmse_m"] for name, figures in evaluation.images.items()}
    ranked = sorted(errors, key=lambda name: -errors[name])
    assert choose_images(evaluation, 1) == [("Worst", ranked[0]), ("Median", ranked[2])]
    # An image is shown once.
    assert choose_images(evaluation) == [("Worst", ranked[0]), ("Worst", ranked[1]), ("Median", ranked[2])]
    one = HeightEvaluation({"a": {"height_rmse_m": 1.0}}, {}, [], {})
    assert choose_images(one) == [("", "a")]
    none = HeightEvaluation({"a": {"height_rmse_m": None}}, {}, [], {})
    assert choose_images(none) == []


def test_maps_are_means_of_what_is_known(evaluation):
    files = evaluation.files["ARG_a"]
    maps = read_maps(files, long_side_px=18)
    blocks = np.ma.masked_invalid(town(0)).reshape(14, 4, 18, 4)
    expected = blocks.mean(axis=(1, 3)).filled(nan)
    assert maps.truth_m == pytest.approx(expected, abs=0.01, nan_ok=True)
    assert np.isnan(maps.predicted_m[-1, -1])
    # What is not predicted counts as height 0, as in the figures.
    assert maps.error_m[-1, -1] == pytest.approx(-expected[-1, -1], abs=0.01)


def test_errors_are_blue_white_and_red():
    colours = colour_errors(np.array([[-9.0, -2.0, 0.0, 2.0, nan]], dtype=np.float32), 2.0)[:, 0].T.tolist()
    assert colours[0] == colours[1] == list(UNDER)
    assert min(colours[2]) > 240
    assert colours[3] == list(OVER)
    assert len(set(colours[4])) == 1


def test_the_scale_of_errors_is_a_round_number_that_few_go_beyond(evaluation):
    maps = read_maps(evaluation.files["OMA_e"])
    reach = error_reach_m(maps)
    known = np.abs(maps.error_m[np.isfinite(maps.error_m)])
    assert (known > reach).mean() <= 0.02
    assert reach in {1, 2, 5, 10, 15, 20, 25, 30}
    flat = replace(maps, error_m=np.zeros((3, 3), dtype=np.float32))
    assert error_reach_m(flat) == 1.0


def test_an_image_that_cannot_be_shown_is_named(evaluation, tmp_path):
    files = replace(evaluation.files["ARG_a"], image=tmp_path / "gone.tif")
    maps = read_maps(files)
    assert maps.rgb is None
    assert "The image is left out: " in maps.note
    assert "gone.tif" in maps.note


# Picture and files.


def test_the_picture_holds_charts_and_two_images(evaluation):
    rgb = draw_height_picture(evaluation)
    assert rgb.dtype == np.uint8
    assert rgb.shape[2] == 1860
    assert 1200 < rgb.shape[1] < 2200
    assert 0.02 < (rgb < 128).any(axis=0).mean() < 0.6


def test_outputs_that_cannot_be_written_are_refused_before_the_work(evaluation, tmp_path):
    predicted, truth = (
        evaluation.files["ARG_a"].predicted.parent,
        evaluation.files["ARG_a"].truth.parent,
    )
    for outputs, words in (
        (HeightOutputs(report=tmp_path / "r.pdf"), "should end in .html"),
        (HeightOutputs(picture=tmp_path / "r.jpg"), "should end in .png"),
        (HeightOutputs(report=tmp_path / "absent" / "r.html"), "does not exist"),
    ):
        with pytest.raises(OutputError, match=words):
            evaluate_heights(predicted, truth, outputs=outputs, jobs=1)
    with pytest.raises(OutputError, match="does not exist"):
        write_height_report(tmp_path / "absent" / "r.html", evaluation)
    assert list(tmp_path.iterdir()) == []
