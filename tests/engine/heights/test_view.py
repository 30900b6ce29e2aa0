import logging
import zipfile

import numpy as np
import pytest
import rasterio
from affine import Affine

from engine.errors import RasterError
from engine.heights.view import Finding, View, find_view, search_view

IMD = "BEGIN_GROUP = IMAGE_1\n\tmeanSatAz = 154.2;\n\tmeanSatEl = 62.4;\nEND_GROUP = IMAGE_1\nEND;\n"
ATLANTA = {"crs": "EPSG:32616", "transform": Affine(0.5, 0, 745_000, 0, -0.5, 3_737_000)}
BOMB = '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'


@pytest.fixture
def town(tmp_path):
    """Write a raster on the map, or one without a place."""

    def make(place=ATLANTA):
        path = tmp_path / "town.tif"
        profile = {"driver": "GTiff", "height": 8, "width": 8, "count": 1, "dtype": "uint8"}
        with rasterio.open(path, "w", **profile, **place) as out:
            out.write(np.zeros((1, 8, 8), dtype=np.uint8))
        return path

    return make


def test_a_raster_alone_says_nothing(town):
    assert search_view(str(town())) == Finding()
    assert find_view(str(town())) is None


def test_what_cannot_be_opened_is_for_the_reader_to_say(tmp_path):
    absent = str(tmp_path / "absent.tif")
    assert find_view(absent) is None
    with pytest.raises(RasterError):
        search_view(absent)


def test_an_azimuth_needs_a_north(town, tmp_path):
    for place, azimuth in ((ATLANTA, 154.2), ({}, None)):
        path = str(town(place))
        (tmp_path / "town.IMD").write_text(IMD)
        found = search_view(path)
        assert found.view == View(azimuth, pytest.approx(27.6), "IMD file town.IMD")
    assert "where north is" in found.notes[0]


def test_hostile_neighbours_are_noted_and_do_no_harm(town, tmp_path):
    path = str(town())
    (tmp_path / "town.xml").write_text(BOMB)
    (tmp_path / "town.json").write_text("[" * 500_000)
    (tmp_path / "item.json").write_bytes(b"\0" * 100)
    with (tmp_path / "stac.json").open("wb") as file:
        file.truncate(50 * 2**20)
    (tmp_path / "town.stac.json").mkdir()
    found = search_view(path)
    assert found.view is None
    assert len(found.notes) == 4
    assert all(note.endswith("it is not used.") for note in found.notes)


def test_hostile_neighbours_do_not_hide_a_good_one(town, tmp_path):
    path = str(town())
    (tmp_path / "town.json").write_text("{")
    (tmp_path / "town.IMD").write_text(IMD)
    assert find_view(path) == View(154.2, pytest.approx(27.6), "IMD file town.IMD")


def test_notes_go_to_the_log(town, tmp_path, caplog):
    (tmp_path / "town.json").write_text("{")
    with caplog.at_level(logging.INFO, logger="engine.heights.view"):
        find_view(str(town()))
    assert "town.json is no whole JSON" in caplog.text


def test_within_an_archive_only_what_gdal_finds_counts(town, tmp_path):
    path = town()
    with zipfile.ZipFile(tmp_path / "town.zip", "w") as archive:
        archive.write(path, "town.tif")
        archive.writestr("town.json", "{")
    assert search_view(f"/vsizip/{tmp_path}/town.zip/town.tif") == Finding()
