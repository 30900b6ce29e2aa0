"""``plumbline evaluate heights`` as users call it, on rendered scenes in the challenge's files."""

import json
import shutil
from math import isclose

import numpy as np
import pytest
from click.testing import CliRunner

from engine.cli import main
from engine.heights.challenge import list_images, read_heights, read_view, write_heights, write_view
from engine.heights.pose import Pose
from engine.heights.submission import write_prediction
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

SCENES = {"ARG_one": (1, 200, 260), "ARG_two": (7, 280, 180), "JAX_one": (2, 180, 240)}
"""Seed, rows and columns by name; none square."""


def evaluate(*arguments):
    return CliRunner().invoke(main, ["evaluate", "heights", *map(str, arguments)])


def document(*arguments):
    result = evaluate(*arguments, "--json", "--jobs", 1)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments):
    """Run the command; check that it fails as promised and return its one line."""
    result = evaluate(*arguments, "--jobs", 1)
    assert result.exit_code == 1, result.output
    message = result.stderr.splitlines()
    assert message[-1].startswith("Error: ")
    return message[-1]


@pytest.fixture(scope="session")
def truth(tmp_path_factory):
    """Scenes in the challenge's files, a corner of each without known height."""
    folder = tmp_path_factory.mktemp("truth")
    for number, (name, (seed, rows, cols)) in enumerate(SCENES.items()):
        scene = render_scene(
            SceneOptions(
                seed=seed,
                height_px=rows,
                width_px=cols,
                m_per_px=0.5,
                off_nadir_deg=25 + number,
                view_azimuth_deg=100.0 * number + 30,
            )
        )
        heights = scene.height_m.copy()
        heights[:9, :12] = np.nan
        write_prediction(folder, name, heights, Pose(scene.angle_rad, scene.scale_px_per_m))
    return folder


@pytest.fixture
def predicted(truth, tmp_path):
    """A copy of the truth to spoil."""
    return shutil.copytree(truth, tmp_path / "predicted")


def true_values(truth, city):
    """All known heights of a city in metres, and both components of their flow."""
    heights, flows = [], []
    for files in list_images(truth, "AGL", "VFLOW").values():
        if files.city == city:
            known = read_heights(files.path("AGL")).astype(float)
            known = known[np.isfinite(known)]
            heights.append(known)
            flows.append(np.outer(read_view(files.path("VFLOW")).flow_px_per_m, known))
    return np.concatenate(heights), np.concatenate(flows, axis=1)


def test_submitting_the_truth_scores_one(truth, predicted):
    found = document(predicted, truth)
    assert [found["overall"][name] for name in ("score", "height_r2", "flow_r2")] == [1.0, 1.0, 1.0]
    assert found["overall"]["height_rmse_m"] == found["overall"]["angle_rms_deg"] == 0.0
    assert list(found["cities"]) == ["ARG", "JAX"]
    assert list(found["images"]) == list(SCENES)
    assert found["missing"] == []


@pytest.mark.parametrize("height_m", [0.0, np.nan])
def test_zeros_and_nothing_at_all_score_what_the_formula_says(truth, predicted, height_m):
    for files in list_images(predicted, "AGL").values():
        write_heights(files.path("AGL"), np.full_like(read_heights(files.path("AGL")), height_m))
    found = document(predicted, truth)
    scores = []
    for city in ("ARG", "JAX"):
        for name, values in zip(("height_r2", "flow_r2"), true_values(truth, city), strict=True):
            expected = 1 - (values**2).sum() / ((values - values.mean()) ** 2).sum()
            assert isclose(found["cities"][city][name], expected, rel_tol=1e-9)
            scores.append(expected)
    assert found["overall"]["score"] == pytest.approx(np.mean(scores))
    assert found["overall"]["score"] < 0
    assert found["overall"]["unpredicted"] == float(np.isnan(height_m))


def test_a_turned_view_costs_flow_and_no_height(truth, predicted):
    for files in list_images(predicted, "VFLOW").values():
        write_view(files.path("VFLOW"), read_view(files.path("VFLOW")).rotated(-np.pi / 2))
    overall = document(predicted, truth)["overall"]
    assert (overall["height_r2"], overall["height_rmse_m"], overall["magnitude_error_px"]) == (1, 0, 0)
    assert overall["angle_error_deg"] == pytest.approx(90)
    assert overall["flow_r2"] < 0
    heights, flow = true_values(truth, "JAX")
    scale = read_view(truth / "JAX_one_VFLOW.json").scale_px_per_m
    expected = 1 - 2 * ((heights * scale) ** 2).sum() / ((flow - flow.mean()) ** 2).sum()
    assert document(predicted, truth)["cities"]["JAX"]["flow_r2"] == pytest.approx(expected)


def test_a_missing_image_is_named_and_costs_its_city(truth, predicted):
    for ending in ("AGL.tif", "VFLOW.json"):
        (predicted / f"ARG_two_{ending}").unlink()
    assert "has no prediction of ARG_two" in refused(predicted, truth)
    found = document(predicted, truth, "--paired-only")
    assert found["missing"] == ["ARG_two"]
    assert [found["cities"]["ARG"][name] for name in ("score", "height_r2", "flow_r2")] == [0, 0, 0]
    assert (found["cities"]["ARG"]["missing"], found["cities"]["ARG"]["images"]) == (1, 1)
    assert (found["cities"]["JAX"]["score"], found["overall"]["score"]) == (1.0, 0.5)
    table = evaluate(predicted, truth, "--paired-only", "--jobs", 1).stdout
    assert "Not predicted: ARG_two" in table


def test_a_whole_city_may_be_missing(truth, predicted):
    for path in predicted.glob("ARG_*"):
        path.unlink()
    assert "ARG_one and 1 more" in refused(predicted, truth)
    found = document(predicted, truth, "--paired-only")
    assert (found["cities"]["ARG"]["score"], found["overall"]["score"]) == (0.0, 0.5)
    assert found["cities"]["ARG"]["height_rmse_m"] is None


def test_a_prediction_without_truth_is_named(truth, predicted):
    write_prediction(predicted, "OMA_new", np.zeros((4, 5)), Pose(0, 1))
    assert "OMA_new" in refused(predicted, truth)
    assert document(predicted, truth, "--paired-only")["overall"]["score"] == 1.0


def test_half_a_prediction_is_refused_even_when_images_may_be_missing(truth, predicted):
    (predicted / "ARG_two_VFLOW.json").unlink()
    assert "lacks ARG_two_VFLOW.json" in refused(predicted, truth, "--paired-only")


def test_a_prediction_of_another_size_is_refused_by_name(truth, predicted):
    path = predicted / "ARG_two_AGL.tif"
    write_heights(path, read_heights(path).T)
    assert "ARG_two_AGL.tif has 180 × 280 px, not 280 × 180" in refused(predicted, truth)


@pytest.mark.parametrize("text", ['{"scale": NaN, "angle": 0}', '{"angle": 0}', "[]", ""])
def test_a_broken_view_is_refused_by_name(truth, predicted, text):
    (predicted / "JAX_one_VFLOW.json").write_text(text)
    assert "JAX_one_VFLOW.json" in refused(predicted, truth)


def test_several_processes_find_the_same(truth, predicted):
    path = predicted / "ARG_one_AGL.tif"
    write_heights(path, read_heights(path) * 0.7)
    alone = document(predicted, truth)
    together = evaluate(predicted, truth, "--json", "--jobs", 2)
    assert json.loads(together.stdout) == alone
    (predicted / "JAX_one_VFLOW.json").write_text("")
    broken = evaluate(predicted, truth, "--jobs", 2)
    assert (broken.exit_code, "JAX_one_VFLOW.json" in broken.stderr) == (1, True)


def test_the_table_has_a_column_for_each_city_and_one_for_all(truth, predicted):
    result = evaluate(predicted, truth, "--jobs", 1)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["ARG", "JAX", "all"]
    assert lines[1].split() == ["Score", "1.000", "1.000", "1.000"]
    assert max(map(len, lines)) <= 80


def test_programs_get_events(truth, predicted):
    result = evaluate(predicted, truth, "--jobs", 1, "--progress", "json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events[-1]["event"] == "found"
    assert events[-1]["overall"]["score"] == 1.0
    assert {event["event"] for event in events[:-1]} == {"progress"}


def test_truth_that_knows_no_height_is_refused(tmp_path):
    write_prediction(tmp_path, "JAX_a", np.full((4, 5), np.nan), Pose(0, 1))
    assert "knows the height of no pixel" in refused(tmp_path, tmp_path)


def test_a_folder_that_is_none_is_refused(truth, tmp_path):
    assert "no folder that can be read" in refused(tmp_path / "absent", truth)
    assert "no file with a name such as" in refused(tmp_path, truth)
