"""A folder in the challenge's format goes from images to a scored submission."""

import csv
import json
import shutil
import tarfile
from math import pi, tau

import numpy as np
import pytest
import rasterio

from engine.errors import Cancelled, OutputError, RasterError
from engine.evaluation.heights import evaluate_heights
from engine.heights.challenge.files import (
    HIGHEST_M,
    list_images,
    read_heights,
    read_rgb,
    read_view,
    write_heights,
    write_view,
)
from engine.heights.challenge.folder import ChallengeOptions, predict_folder
from engine.heights.pose import Pose
from training.scenes.challenge import write_challenge

COUNT, SIZE_PX = 20, 160
FULL = ChallengeOptions(half=False, jobs=2)
HALF = ChallengeOptions(jobs=2)


VAST = (
    '<VRTDataset rasterXSize="60000" rasterYSize="60000">'
    + "".join(f'<VRTRasterBand dataType="Byte" band="{band}"/>' for band in (1, 2, 3))
    + "</VRTDataset>"
)


@pytest.fixture(scope="session")
def challenge(tmp_path_factory):
    """Twenty images of four cities, with their truth beside them."""
    folder = tmp_path_factory.mktemp("challenge")
    write_challenge(folder, train=0, test=COUNT, size_px=SIZE_PX)
    return folder


@pytest.fixture(scope="session")
def truth(challenge):
    return challenge / "test_truth"


@pytest.fixture
def images(challenge, tmp_path):
    """A copy of the images and their table to spoil."""
    shutil.copy(challenge / "metadata.csv", tmp_path)
    return shutil.copytree(challenge / "test", tmp_path / "test")


def oracle(truth):
    """Predict what is true, at the resolution that is asked for."""
    files = list_images(truth, "AGL", "VFLOW")

    def predict(image):
        true = files[image.name]
        heights, pose = read_heights(true.path("AGL")), read_view(true.path("VFLOW"))
        if image.rgb.shape[1:] == heights.shape:
            return heights, pose
        return heights[::2, ::2], pose.rescaled(0.5)

    return predict


def flat(image):
    return np.zeros(image.rgb.shape[1:], np.float32), Pose(1.0, 0.5)


def score(predicted, truth):
    return evaluate_heights(predicted, truth, jobs=1)


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_submitting_the_truth_scores_one(truth):
    found = score(truth, truth)
    assert set(found.cities) == {"ARG", "ATL", "JAX", "OMA"}
    assert len(found.images) == COUNT
    assert found.overall["score"] == 1.0


def test_an_oracle_at_full_resolution_loses_nothing(challenge, truth, tmp_path):
    predict_folder(challenge / "test", tmp_path / "out", oracle(truth), options=FULL)
    found = score(tmp_path / "out", truth)
    assert found.overall["score"] >= 0.999
    assert found.overall["angle_error_deg"] == pytest.approx(0.0, abs=1e-6)
    for name, files in list_images(tmp_path / "out", "AGL", "VFLOW").items():
        again = read_heights(files.path("AGL"))
        assert np.array_equal(again, read_heights(truth / f"{name}_AGL.tif"), equal_nan=True)


def test_an_oracle_at_half_resolution_pays_for_its_edges_only(challenge, truth, tmp_path):
    """It scores 0.970; each height repeated for four pixels would score 0.935."""
    predict_folder(challenge / "test", tmp_path / "out", oracle(truth), options=HALF)
    found = score(tmp_path / "out", truth)
    assert 0.96 < found.overall["score"] < 0.999
    # The view has no resolution: it comes back whole.
    assert found.overall["scale_error_px_per_m"] == pytest.approx(0.0, abs=1e-9)
    assert found.overall["angle_error_deg"] == pytest.approx(0.0, abs=1e-6)
    repeated = tmp_path / "repeated"
    repeated.mkdir()
    for name, files in list_images(truth, "AGL", "VFLOW").items():
        heights = read_heights(files.path("AGL"))
        write_heights(repeated / f"{name}_AGL.tif", heights[::2, ::2].repeat(2, axis=0).repeat(2, axis=1))
        write_view(repeated / f"{name}_VFLOW.json", read_view(files.path("VFLOW")))
    assert score(repeated, truth).overall["score"] < found.overall["score"] - 0.02


def test_zeros_score_what_the_formula_says(challenge, truth, tmp_path):
    """1 − Σ h² / Σ (h − mean)², a little below 0; and so for both parts of the flow at once."""
    predict_folder(challenge / "test", tmp_path / "out", flat, options=FULL)
    found = score(tmp_path / "out", truth)
    scores = []
    for city in ("ARG", "ATL", "JAX", "OMA"):
        heights, flows = [], []
        for files in list_images(truth, "AGL", "VFLOW").values():
            if files.city == city:
                known = read_heights(files.path("AGL")).astype(float)
                known = known[np.isfinite(known)]
                heights.append(known)
                flows.append(np.outer(read_view(files.path("VFLOW")).flow_px_per_m, known))
        parts = np.concatenate(heights), np.concatenate(flows, axis=1)
        r2 = [1 - np.square(part).sum() / np.square(part - part.mean()).sum() for part in parts]
        assert (found.cities[city]["height_r2"], found.cities[city]["flow_r2"]) == pytest.approx(tuple(r2))
        scores.append(np.mean(r2))
    assert found.overall["score"] == pytest.approx(np.mean(scores))
    assert found.overall["score"] < 0


def test_a_submission_without_any_height_scores_as_zeros_do(challenge, truth, tmp_path):
    def unknown(image):
        return np.full(image.rgb.shape[1:], np.nan, np.float32), Pose(1.0, 0.5)

    predict_folder(challenge / "test", tmp_path / "unknown", unknown, options=FULL)
    predict_folder(challenge / "test", tmp_path / "flat", flat, options=FULL)
    with rasterio.open(next((tmp_path / "unknown").glob("*_AGL.tif"))) as raster:
        assert (raster.read() == 65535).all()
    found, zeros = score(tmp_path / "unknown", truth), score(tmp_path / "flat", truth)
    assert found.overall["score"] == pytest.approx(zeros.overall["score"])
    assert found.overall["score"] < 0.01
    assert found.overall["unpredicted"] == 1.0


def test_an_image_that_was_not_predicted_is_named(images, truth, tmp_path):
    lost = images / f"{next(iter(list_images(images, 'RGB')))}_RGB.j2k"
    lost.unlink()
    predict_folder(images, tmp_path / "out", oracle(truth), options=FULL)
    with pytest.raises(RasterError, match=lost.name.removesuffix("_RGB.j2k")):
        score(tmp_path / "out", truth)


def test_the_network_sees_half_the_pixels_each_twice_as_large(challenge, truth, tmp_path):
    seen, predict = {}, oracle(truth)

    def look(image):
        seen[image.name, image.rgb.shape[1]] = image
        return predict(image)

    for options in (FULL, HALF):
        predict_folder(challenge / "test", tmp_path / str(options.half), look, options=options)
    with (challenge / "metadata.csv").open() as file:
        gsd = {f"{row['city']}_{row['id']}": float(row["gsd"]) for row in csv.DictReader(file)}
    for name, files in list_images(challenge / "test", "RGB").items():
        whole, half = seen[name, SIZE_PX], seen[name, SIZE_PX // 2]
        assert (whole.m_per_px, half.m_per_px) == (gsd[name], 2 * gsd[name])
        assert np.array_equal(whole.rgb, read_rgb(files.path("RGB")))
        assert np.array_equal(half.rgb, read_rgb(files.path("RGB"), half=True))
        assert whole.shape == half.shape == (SIZE_PX, SIZE_PX)


@pytest.mark.parametrize("angle_rad", [-1e-20, -0.5, -pi, 0.0, 3 * pi, tau])
def test_a_view_at_half_resolution_is_written_as_the_files_have_it(images, tmp_path, angle_rad):
    def predict(image):
        return np.ones(image.rgb.shape[1:], np.float32), Pose(angle_rad, 0.6)

    predict_folder(images, tmp_path / "out", predict, options=HALF)
    view = json.loads(next((tmp_path / "out").glob("*_VFLOW.json")).read_text())
    assert 0.0 <= view["angle"] < tau
    assert np.exp(1j * view["angle"]) == pytest.approx(np.exp(1j * angle_rad))
    assert view["scale"] == pytest.approx(2 * 0.6 / 100)


def test_the_archive_holds_what_the_folder_does(challenge, truth, tmp_path):
    options = ChallengeOptions(jobs=3)
    predict = oracle(truth)
    folder, beside, alone = tmp_path / "out", tmp_path / "beside.tar.gz", tmp_path / "alone.tar.gz"
    both = predict_folder(challenge / "test", folder, predict, options=options, archive=beside)
    assert both == [folder, beside]
    assert predict_folder(challenge / "test", alone, predict, options=options) == [alone]
    assert left(tmp_path) == ["alone.tar.gz", "beside.tar.gz", "out"]
    assert alone.read_bytes() == beside.read_bytes()
    with tarfile.open(alone) as tar:
        assert tar.getnames() == left(folder)
        assert len(tar.getnames()) == 2 * COUNT


def test_heights_beyond_the_format_are_cut_and_told(images, tmp_path):
    told = []

    class Listener:
        def report(self, done, total, what):
            pass

        def log(self, message):
            told.append(message)

    def tower(image):
        heights = np.ones(image.rgb.shape[1:], np.float32)
        heights[3, 4] = 1e6
        return heights, Pose(1.0, 0.5)

    predict_folder(images, tmp_path / "out", tower, options=FULL, progress=Listener())
    assert told == [f"Heights of {COUNT} px were cut to 655.34 m, the most that the files hold."]
    heights = read_heights(next((tmp_path / "out").glob("*_AGL.tif")))
    assert (heights[3, 4], heights[0, 0]) == (pytest.approx(HIGHEST_M), 1.0)


@pytest.mark.parametrize("archived", [False, True])
def test_a_broken_image_is_named_and_nothing_is_left(images, truth, tmp_path, archived):
    broken = sorted(images.iterdir())[7]
    broken.write_bytes(broken.read_bytes()[:2000])
    before = left(tmp_path)
    with pytest.raises(RasterError, match=broken.name):
        predict_folder(images, tmp_path / ("out.tar.gz" if archived else "out"), oracle(truth), options=HALF)
    assert left(tmp_path) == before


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("stop_at", [0, 3, COUNT])
def test_a_stop_leaves_nothing(images, truth, tmp_path, archived, stop_at):
    class Impatient:
        def report(self, done, total, what):
            if done >= stop_at:
                raise Cancelled

        def log(self, message):
            pass

    before = left(tmp_path)
    output = tmp_path / ("out.tar.gz" if archived else "out")
    with pytest.raises(Cancelled):
        predict_folder(images, output, oracle(truth), options=HALF, progress=Impatient())
    assert left(tmp_path) == before


def test_no_more_images_are_read_ahead_than_said(images, truth, tmp_path, monkeypatch):
    """The network is slow: reading waits for it."""
    import engine.heights.challenge.folder as run  # noqa: PLC0415

    begun, ahead = [], []
    real = run.read_rgb
    monkeypatch.setattr(run, "read_rgb", lambda path, *, half: begun.append(path) or real(path, half=half))

    def slow(image):
        ahead.append(len(begun) - len(ahead))
        return flat(image)

    predict_folder(images, tmp_path / "out", slow, options=ChallengeOptions(jobs=2))
    assert len(begun) == COUNT
    assert max(ahead) <= 2 + 1


def test_what_is_in_the_way_is_kept(images, truth, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not an empty folder"):
        predict_folder(images, full, oracle(truth))
    assert left(full) == ["thesis.txt"]
    with pytest.raises(OutputError, match="lies in the folder"):
        predict_folder(images, tmp_path / "new", oracle(truth), archive=tmp_path / "new" / "s.tar.gz")
    with pytest.raises(OutputError, match="both archives"):
        predict_folder(images, tmp_path / "a.tar.gz", oracle(truth), archive=tmp_path / "b.tar.gz")
    (tmp_path / "empty").mkdir()
    predict_folder(images, tmp_path / "empty", flat)
    assert len(left(tmp_path / "empty")) == 2 * COUNT


def test_an_image_without_a_ground_size_is_named(images, truth, tmp_path):
    table = tmp_path / "metadata.csv"
    lines = table.read_text().splitlines()
    mark, city, _ = lines[5].split(",")
    table.write_text("\n".join(lines[:5] + lines[6:]) + "\n")
    with pytest.raises(RasterError, match=f"{city}_{mark}.*--gsd"):
        predict_folder(images, tmp_path / "out", oracle(truth))
    table.unlink()
    with pytest.raises(RasterError, match=r"no metadata\.csv, nor has the folder above"):
        predict_folder(images, tmp_path / "out", oracle(truth))
    assert left(tmp_path) == ["test"]
    predict_folder(images, tmp_path / "out", flat, options=ChallengeOptions(m_per_px=0.4))
    assert len(left(tmp_path / "out")) == 2 * COUNT


@pytest.mark.parametrize("text", ["no image", VAST])
def test_an_image_that_cannot_be_is_named_before_any_is_predicted(images, tmp_path, text):
    """The last of a thousand would else be found after an hour, or fill the memory."""
    (images / "ZZZ_last_RGB.j2k").write_text(text)
    asked = []
    with pytest.raises(RasterError, match="ZZZ_last_RGB"):
        predict_folder(images, tmp_path / "out", asked.append, options=ChallengeOptions(m_per_px=0.5))
    assert asked == []
    assert not (tmp_path / "out").exists()
