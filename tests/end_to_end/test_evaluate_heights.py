"""``plumbline evaluate heights`` as users call it, on rendered scenes."""

import json
import shutil
from math import isclose

import numpy as np
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner

from engine.cli import main
from engine.heights.challenge.files import list_images, read_heights, read_view, write_heights, write_view
from engine.heights.challenge.submission import write_prediction
from engine.heights.pose import Pose
from training.scenes.options import SceneOptions
from training.scenes.scene import CRS, render_scene

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


def test_a_report_and_a_picture_are_written(truth, predicted, tmp_path):
    for files in list_images(predicted, "AGL").values():
        write_heights(files.path("AGL"), read_heights(files.path("AGL")) * np.float32(0.8))
    report, picture = tmp_path / "r.html", tmp_path / "r.png"
    result = evaluate(predicted, truth, "--jobs", 1, "--report", report, "--picture", picture)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines()[-2:] == [f"Wrote {picture}", f"Wrote {report}"]
    page = report.read_text(encoding="utf-8")
    assert all(name in page for name in SCENES)
    assert "slope 0.80" in page
    with rasterio.open(picture) as drawn:
        assert (drawn.driver, drawn.count) == ("PNG", 3)
    found = document(predicted, truth)
    assert found["images"]["ARG_one"]["height_slope"] == pytest.approx(0.8, abs=0.002)
    assert found["images"]["ARG_one"]["height_bias_m"] < 0


def test_an_input_is_never_replaced(truth, predicted, tmp_path):
    page = tmp_path / "r.html"
    page.symlink_to(truth / "JAX_one_VFLOW.json")
    before = (truth / "JAX_one_VFLOW.json").read_bytes()
    assert "is an input" in refused(predicted, truth, "--report", page)
    assert (truth / "JAX_one_VFLOW.json").read_bytes() == before


@pytest.fixture(scope="session")
def rasters(tmp_path_factory):
    """Predicted and true heights of a town as GeoTIFFs in folders of their own, and its image."""
    folder = tmp_path_factory.mktemp("rasters")
    scene = render_scene(SceneOptions(seed=3, height_px=160, width_px=200, m_per_px=0.5))
    coarse = scene.height_m.reshape(80, 2, 100, 2).mean(axis=(1, 3)).astype(np.float32)
    place = scene.transform
    bands = {
        "pred/town.tif": (np.float32(0.8) * scene.height_m[None], place),
        "truth/town_ndsm.tif": (coarse[None], place @ Affine.scale(2)),
        "truth/town_rgb.tif": (scene.rgb, place),
    }
    for name, (planes, transform) in bands.items():
        (folder / name).parent.mkdir(exist_ok=True)
        count, rows, cols = planes.shape
        profile = {"driver": "GTiff", "count": count, "height": rows, "width": cols, "dtype": planes.dtype}
        with rasterio.open(folder / name, "w", crs=CRS, transform=transform, **profile) as raster:
            raster.write(planes)
    return folder / "pred", folder / "truth"


def test_two_rasters_and_two_folders_of_rasters_are_the_same(rasters, tmp_path):
    predicted, true = rasters
    alone = document(predicted / "town.tif", true / "town_ndsm.tif")
    together = document(predicted, true)
    assert alone["overall"] == together["overall"]
    assert alone["overall"]["height_slope"] == pytest.approx(0.8)
    assert alone["overall"]["score"] == alone["overall"]["height_r2"]
    assert alone["overall"]["flow_r2"] is None
    assert (list(together["cities"]), list(together["images"])) == (["all"], ["town"])
    assert "on the truth's grid of 1 m" in together["notes"]["town"]
    table = evaluate(predicted, true).stdout
    assert table.splitlines()[0].split() == ["all"]
    assert "town: Compared on the truth's grid" in table
    result = evaluate(predicted, true, "--report", tmp_path / "r.html")
    assert result.exit_code == 0, result.stderr
    assert 'alt="Image of town"' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_rasters_that_do_not_fit_are_refused_in_one_line(rasters, truth, tmp_path):
    predicted, true = rasters
    assert "3 band(s) of uint8" in refused(predicted / "town.tif", true / "town_rgb.tif")
    assert "is a file, but" in refused(predicted / "town.tif", true)
    assert "is no folder that can be read, and no file" in refused(predicted / "gone.tif", true)
    assert "CITY_ID_AGL.tif" in refused(predicted, truth)
    (tmp_path / "broken.tif").write_bytes((predicted / "town.tif").read_bytes()[:3000])
    assert "broken.tif" in refused(tmp_path / "broken.tif", true / "town_ndsm.tif")


def test_whole_numbers_need_a_unit(rasters, tmp_path):
    predicted, _ = rasters
    with rasterio.open(predicted / "town.tif") as raster:
        stored = np.rint(raster.read() * 100).astype(np.uint16)
        profile = raster.profile | {"dtype": "uint16"}
    with rasterio.open(tmp_path / "cm.tif", "w", **profile) as raster:
        raster.write(stored)
    assert "--unit m or --unit cm" in refused(predicted / "town.tif", tmp_path / "cm.tif")
    found = document(predicted / "town.tif", tmp_path / "cm.tif", "--unit", "cm")
    assert found["overall"]["height_rmse_m"] < 0.005
