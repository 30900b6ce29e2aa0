from math import atan, degrees, hypot, radians, tan

import pytest

from engine.heights.view import find_view, search_view
from engine.heights.view_metadata.finding import View

NAME = "PHR1B_P_202106051042194_SEN_7000001-001"


def dimap(*, profile="PHR_SENSOR", image=f"IMG_{NAME}_R1C1.JP2", angles=None, places=("TopCenter", "Center")):
    """Write product metadata: angles at the centre, others elsewhere."""
    blocks = []
    for place in places:
        values = angles if place == "Center" else dict.fromkeys(angles, 1.0)
        inner = "".join(f'<{name} unit="deg">{value}</{name}>' for name, value in values.items())
        blocks.append(
            f"<Located_Geometric_Values><LOCATION_TYPE>{place}</LOCATION_TYPE><TIME>10:42:19Z</TIME>"
            f"<Acquisition_Angles>{inner}</Acquisition_Angles>"
            "<Solar_Incidences><SUN_AZIMUTH>150.1</SUN_AZIMUTH></Solar_Incidences></Located_Geometric_Values>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Dimap_Document><Metadata_Identification>'
        '<METADATA_FORMAT version="2.0">DIMAP</METADATA_FORMAT>'
        f"<METADATA_PROFILE>{profile}</METADATA_PROFILE>"
        "</Metadata_Identification><Raster_Data><Data_Access><Data_Files><Data_File><DATA_FILE_PATH "
        f'href="{image}"/></Data_File></Data_Files></Data_Access></Raster_Data><Geometric_Data><Use_Area>'
        f"{''.join(blocks)}</Use_Area></Geometric_Data></Dimap_Document>\n"
    )


def pleiades_angles(lines_deg, along_deg, across_deg):
    incidence = degrees(atan(hypot(tan(radians(along_deg)), tan(radians(across_deg)))))
    return {
        "AZIMUTH_ANGLE": lines_deg,
        "VIEWING_ANGLE": 0.9 * incidence,
        "INCIDENCE_ANGLE_ALONG_TRACK": along_deg,
        "INCIDENCE_ANGLE_ACROSS_TRACK": across_deg,
        "INCIDENCE_ANGLE": incidence,
    }


NEO = {"IMAGE_ORIENTATION": 184.3, "AZIMUTH_ANGLE": 63.1, "VIEWING_ANGLE": 19.7, "INCIDENCE_ANGLE": 21.8}


@pytest.fixture
def product(make_mapped, tmp_path):
    """Write a tile and its metadata; give the tile's path."""

    def make(text, *, tile=f"IMG_{NAME}_R1C1.TIF", name=f"DIM_{NAME}.XML"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(make_mapped(tile))

    return make


@pytest.mark.parametrize(
    ("along", "across", "azimuth"),
    # Rows follow each other southwards: the satellite stands along them, against them, left (east), right.
    [(10.0, 0.0, 180.0), (-10.0, 0.0, 0.0), (0.0, 10.0, 90.0), (0.0, -10.0, 270.0), (10.0, 10.0, 135.0)],
)
def test_the_azimuth_of_pleiades_lines_is_turned_to_the_satellites(product, along, across, azimuth):
    path = product(dimap(angles=pleiades_angles(180.0, along, across)))
    view = find_view(path)
    assert view.azimuth_deg == pytest.approx(azimuth)
    assert view.source == f"DIMAP file DIM_{NAME}.XML"


@pytest.mark.parametrize(
    ("lines", "along", "across", "azimuth", "incidence"),
    # Published angles of four scenes; the azimuth and incidence that their rational polynomials give.
    [
        (179.973661, -8.419773, -5.302559, 327.88, 9.92),
        (179.991713, 12.172177, -10.733674, 221.33, 16.02),
        (179.112643, -8.280198, 2.277798, 14.40, 8.58),
        (179.965399, 3.624951, 15.362626, 102.93, 15.75),
    ],
)
def test_real_scenes_agree_with_their_sensor_models(product, lines, along, across, azimuth, incidence):
    view = find_view(product(dimap(angles=pleiades_angles(lines, along, across))))
    assert view.azimuth_deg == pytest.approx(azimuth, abs=0.06)
    assert view.off_nadir_deg == pytest.approx(incidence, abs=0.02)


@pytest.mark.parametrize("profile", ["PNEO_SENSOR", "PNEO_ORTHO", "S6_SENSOR", "S7_ORTHO"])
def test_the_azimuth_of_other_missions_points_to_the_satellite(product, profile):
    path = product(dimap(profile=profile, angles=NEO))
    assert find_view(path) == View(63.1, 21.8, f"DIMAP file DIM_{NAME}.XML")


def test_the_azimuth_of_an_unknown_mission_is_left_to_the_user(product):
    found = search_view(product(dimap(profile="PER1_SENSOR", angles=NEO)))
    assert found.view == View(None, 21.8, f"DIMAP file DIM_{NAME}.XML")
    assert "give --azimuth-deg" in found.notes[0]


def test_parts_that_contradict_the_whole_give_no_azimuth(product):
    angles = pleiades_angles(180.0, 10.0, 5.0) | {"INCIDENCE_ANGLE": 20.0}
    found = search_view(product(dimap(angles=angles)))
    assert found.view == View(None, 20.0, f"DIMAP file DIM_{NAME}.XML")
    assert "contradict" in found.notes[0]


def test_a_missing_part_gives_no_azimuth(product):
    angles = {"AZIMUTH_ANGLE": 180.0, "INCIDENCE_ANGLE": 20.0}
    assert search_view(product(dimap(angles=angles))).view.azimuth_deg is None


def test_a_mosaic_has_no_view(product):
    found = search_view(product(dimap(profile="PHR_MOSAIC", angles=NEO)))
    assert found.view is None
    assert "mosaic" in found.notes[0]


@pytest.mark.parametrize("places", [(), ("TopCenter", "BottomCenter"), ("Center", "Center")])
def test_without_a_centre_there_is_no_view(product, places):
    assert search_view(product(dimap(angles=NEO, profile="PNEO_SENSOR", places=places))).view is None


def test_the_list_of_files_must_name_the_raster(product):
    assert find_view(product(dimap(angles=NEO, image="IMG_OTHER_R1C1.TIF"))) is None


@pytest.mark.parametrize("tile", ["town.tif", "IMG_OTHER_R1C1.TIF"])
def test_a_raster_of_another_name_is_not_the_products(product, tile):
    assert find_view(product(dimap(angles=NEO, image=tile), tile=tile)) is None


def test_neo_adds_its_band_to_the_names_of_tiles(product):
    tile = f"IMG_{NAME}_P_R1C1.TIF"
    assert find_view(product(dimap(profile="PNEO_SENSOR", angles=NEO, image=tile), tile=tile)) is not None
