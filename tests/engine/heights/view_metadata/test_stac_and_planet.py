import json

import pytest

from engine.heights.view import find_view, search_view
from engine.heights.view_metadata.finding import View


def item(properties, *, href="./town.tif", **asset):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": ["https://stac-extensions.github.io/view/v1.0.0/schema.json"],
        "id": "town",
        "geometry": None,
        "properties": {"datetime": "2021-06-05T10:42:19Z"} | properties,
        "links": [],
        "assets": {"thumbnail": {"href": "t.png"}, "visual": {"href": href} | asset},
    }


@pytest.fixture
def found_with(make_mapped, tmp_path):
    """Search the view of a raster that has this JSON beside it."""

    def search(content, name="town.json", raster="town.tif"):
        (tmp_path / name).write_text(json.dumps(content))
        return search_view(str(make_mapped(raster)))

    return search


def test_the_incidence_angle_is_at_the_target(found_with):
    found = found_with(item({"view:incidence_angle": 27.6, "view:off_nadir": 25.0}))
    assert found.view == View(None, 27.6, "STAC item town.json")
    assert found.notes == ()


def test_the_angle_at_the_satellite_is_turned_into_that_at_the_target(found_with):
    found = found_with(item({"view:off_nadir": 25.0, "platform": "worldview-03"}))
    assert found.view.off_nadir_deg == pytest.approx(27.6, abs=0.05)
    assert "617 km" in found.notes[0]


def test_the_azimuth_is_left_to_the_user_with_both_readings(found_with):
    found = found_with(item({"view:azimuth": 334.2}))
    assert found.view is None
    (note,) = found.notes
    assert "--azimuth-deg 334.2 if it points from the scene" in note
    assert "154.2 if from below the satellite" in note


def test_a_grazing_angle_in_place_of_the_incidence_angle_is_noticed(found_with):
    # The example item of version 1.0 itself has 0° off nadir and an incidence angle of 90°.
    found = found_with(item({"view:incidence_angle": 90, "view:off_nadir": 0}))
    assert found.view == View(None, 0.0, "STAC item town.json")
    assert "contradicts view:off_nadir" in found.notes[0]
    assert found_with(item({"view:incidence_angle": 62.4, "view:off_nadir": 25.0})).view.off_nadir_deg < 30.0


def test_what_the_asset_says_overrules_the_item(found_with):
    content = item({"view:incidence_angle": 10.0}, **{"view:incidence_angle": 11.0})
    assert found_with(content).view.off_nadir_deg == 11.0


@pytest.mark.parametrize(
    "href",
    ["town.tif", "../images/TOWN.TIF", "https://example.org/a/town.tif?token=1#x", "s3://bucket/town.tif"],
)
def test_an_asset_is_known_by_its_file_name(found_with, href):
    assert found_with(item({"view:incidence_angle": 10.0}, href=href)).view is not None


@pytest.mark.parametrize("href", ["other.tif", "town.tif/other.tif", "", 7, "https://[broken/town.tif"])
def test_an_item_of_another_raster_says_nothing(found_with, href):
    found = found_with(item({"view:incidence_angle": 10.0}, href=href))
    assert (found.view, found.notes) == (None, ())


@pytest.mark.parametrize(
    "name", ["town.stac.json", "town_stac.json", "town.tif.json", "item.json", "TOWN.JSON"]
)
def test_usual_names_of_items(found_with, name):
    assert found_with(item({"view:incidence_angle": 10.0}), name=name).view is not None


@pytest.mark.parametrize("name", ["other.json", "town2.json"])
def test_other_names_are_not_opened(found_with, name):
    assert found_with(item({"view:incidence_angle": 10.0}), name=name).view is None


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"type": "FeatureCollection", "features": []},
        item({}) | {"assets": []},
        item({}) | {"assets": {"a": "town.tif"}},
        item({}) | {"properties": None},
        item({"view:incidence_angle": "steep", "view:off_nadir": None, "view:azimuth": True}),
        item({"view:incidence_angle": [10.0]}),
    ],
)
def test_json_of_another_form_says_nothing(found_with, content):
    assert found_with(content).view is None


@pytest.mark.parametrize("angle", [-5.0, 89.0, 1e308])
def test_absurd_angles_are_left_out_with_a_note(found_with, angle):
    found = found_with(item({"view:incidence_angle": angle}))
    assert found.view is None
    assert "not used" in found.notes[0]


def planet(name="20190408_015325_76_105a", **properties):
    return {"type": "Feature", "id": name, "properties": {"item_type": "PSScene"} | properties}


def test_planets_angles_are_told_and_left_to_the_user(found_with):
    found = found_with(
        planet(view_angle=5.1, satellite_azimuth=277.7),
        name="20190408_015325_76_105a_metadata.json",
        raster="20190408_015325_76_105a_3B_Visual.tif",
    )
    assert found.view is None
    (note,) = found.notes
    assert "view_angle 5.1°" in note
    assert "satellite_azimuth 277.7°" in note


def test_metadata_of_another_scene_is_not_told(found_with):
    found = found_with(planet(view_angle=5.1), name="20190408_metadata.json", raster="20190408_x.tif")
    assert found.notes == ()


def test_one_part_of_a_view_is_completed_by_another_source(found_with, tmp_path):
    (tmp_path / "town.IMD").write_text("BEGIN_GROUP = IMAGE_1\n\tmeanSatAz = 154.2;\nEND_GROUP = IMAGE_1\n")
    found = found_with(item({"view:incidence_angle": 27.6}))
    assert found.view == View(154.2, 27.6, "IMD file town.IMD; off-nadir of STAC item town.json")
    assert find_view(str(tmp_path / "town.tif")) == found.view
