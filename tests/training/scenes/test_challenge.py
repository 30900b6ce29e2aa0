"""Scenes written as the challenge's files are what was rendered, and named as its files are."""

import csv
from math import atan, degrees

import numpy as np
import pytest

from engine.errors import OutputError
from engine.heights.challenge.files import list_images, read_heights, read_rgb, read_view
from engine.heights.challenge.metadata import find_ground_resolutions
from training.heights.config import HeightSource
from training.heights.sources import load_height_images
from training.scenes.challenge import CHALLENGE_SCENES, CITIES, Shot, write_challenge
from training.scenes.scene import render_scene

SIZE_PX = 48
TRAIN, TEST = 17, 6


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("challenge") / "new"
    names = write_challenge(folder, train=TRAIN, test=TEST, size_px=SIZE_PX)
    return folder, names


def table(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_folder_is_laid_out_as_the_challenge_is(made):
    folder, names = made
    train, test = (list_images(folder / part, "RGB") for part in ("train", "test"))
    assert sorted(train) == sorted(names[:TRAIN])
    assert sorted(test) == sorted(names[TRAIN:])
    assert list(list_images(folder / "train", "RGB", "AGL", "VFLOW")) == list(train)
    assert list(list_images(folder / "test_truth", "AGL", "VFLOW")) == list(test)
    assert not list((folder / "test").glob("*_AGL.tif"))
    for place, images in (("train", train), ("test", test)):
        sizes = find_ground_resolutions(folder / place, images)
        for name, size_m in sizes.items():
            (city,) = (city for city in CITIES if city.code == name[:3])
            assert city.m_per_px[0] <= size_m <= city.m_per_px[1]
    learned, judged = table(folder / "geopose_train.csv"), table(folder / "geopose_test.csv")
    assert [list(rows[0]) for rows in (learned, judged)] == [["id", "agl", "json", "rgb"], ["id", "rgb"]]
    for rows, place in ((learned, "train"), (judged, "test")):
        for row in rows:
            for file in list(row.values())[1:]:
                assert (folder / place / file).is_file()
                assert file[4:10] == row["id"]
    assert {row["city"] for row in table(folder / "metadata.csv")} == {"ARG", "ATL", "JAX", "OMA"}


def test_the_files_hold_the_scene(made):
    folder, names = made
    unknown = 0
    for number, name in enumerate(names[:TRAIN]):
        city = CITIES[number % 4]
        options = Shot(CHALLENGE_SCENES + number, city, folder, folder).options(SIZE_PX)
        scene = render_scene(options)
        files = list_images(folder / "train", "RGB")[name]
        heights, pose = read_heights(files.path("AGL")), read_view(files.path("VFLOW"))
        known = np.isfinite(heights)
        unknown += not known.all()
        assert np.array_equal(read_rgb(files.path("RGB")), scene.rgb)
        assert known.mean() > 0.97
        assert np.abs(heights - scene.height_m)[known].max() <= 0.00501
        tilt = degrees(atan(pose.scale_px_per_m * options.m_per_px))
        assert city.off_nadir_deg[0] <= tilt <= city.off_nadir_deg[1]
        assert pose.angle_rad == pytest.approx(scene.angle_rad)
    assert 0 < unknown < TRAIN / 2


def test_networks_can_learn_from_the_folder(made):
    """Its table lies above the images, as in the challenge's own data."""
    folder, _ = made
    images = load_height_images(HeightSource("challenge", "train", reduce=2), folder)
    sizes = find_ground_resolutions(folder / "train", list_images(folder / "train", "RGB"))
    assert [image.m_per_px for image in images] == [2 * size for size in sizes.values()]
    assert {image.rgb.shape for image in images} == {(3, SIZE_PX // 2, SIZE_PX // 2)}


def test_marks_are_six_letters_and_never_the_same():
    marks = {Shot(number, CITIES[0], None, None).mark for number in range(20_000)}
    assert len(marks) == 20_000
    assert all(len(mark) == 6 and mark.isalpha() and mark.isascii() for mark in marks)


def test_the_same_arguments_give_the_same_files_by_however_many_processes(made, tmp_path):
    folder, names = made
    assert write_challenge(tmp_path, train=2, test=1, size_px=SIZE_PX, jobs=2) == names[:3]
    for path in sorted((tmp_path / "train").iterdir()):
        assert path.read_bytes() == (folder / "train" / path.name).read_bytes()


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        write_challenge(tmp_path / "file", train=1, test=0, size_px=32)
