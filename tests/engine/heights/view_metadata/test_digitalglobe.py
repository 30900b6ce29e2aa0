import pytest

from engine.heights.view import find_view, search_view
from engine.heights.view_metadata.digitalglobe import parse_imd, read_tags
from engine.heights.view_metadata.finding import View

IMAGE = {
    "satId": '"WV03"',
    "mode": '"FullSwath"',
    "meanSunAz": 158.3,
    "meanSunEl": 61.2,
    "meanSatAz": 154.2,
    "meanSatEl": 62.4,
    "meanInTrackViewAngle": -21.4,
    "meanOffNadirViewAngle": 25.0,
}


def imd(*images):
    """Write an IMD file: a band's group, which repeats names in vain, and groups of images."""
    lines = ['version = "28.3";', "generationTime = 2021-03-05T20:17:12.000000Z;", "BEGIN_GROUP = BAND_P"]
    lines += ["\tULLon =  -84.41012340;", "\tmeanSatAz = 1.0;", "END_GROUP = BAND_P"]
    for number, image in enumerate(images, 1):
        lines += [f"BEGIN_GROUP = IMAGE_{number}", *(f"\t{name} = {value};" for name, value in image.items())]
        lines += [f"END_GROUP = IMAGE_{number}"]
    return "\n".join([*lines, "BEGIN_GROUP = MAP_PROJECTED_PRODUCT", "\torient = 3;", "END;"]) + "\n"


def isd(image):
    fields = "".join(
        f"<{name.upper()}>{str(value).strip(chr(34))}</{name.upper()}>" for name, value in image.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<isd><IMD><VERSION>28.3</VERSION><BAND_P>'
        f"<ULLON>-84.4</ULLON></BAND_P><IMAGE>{fields}</IMAGE></IMD><TIL/></isd>\n"
    )


def angles(path):
    view = find_view(str(path))
    return None if view is None else (view.azimuth_deg, pytest.approx(view.off_nadir_deg))


def test_elevation_at_the_target_counts_and_not_the_angle_at_the_satellite(make_mapped, tmp_path):
    path = make_mapped()
    (tmp_path / "town.IMD").write_text(imd(IMAGE))
    found = search_view(str(path))
    assert found.view == View(154.2, pytest.approx(27.6), "IMD file town.IMD")
    assert found.notes == ()


@pytest.mark.parametrize("name", ["TOWN.IMD", "town.imd", "Town.Imd"])
def test_endings_and_names_in_any_case(make_mapped, tmp_path, name):
    path = make_mapped("town.TIF")
    (tmp_path / name).write_text(imd(IMAGE))
    assert angles(path) == (154.2, 27.6)


def test_lines_of_other_systems_are_read(make_mapped, tmp_path):
    path = make_mapped()
    (tmp_path / "town.IMD").write_bytes(b"\xef\xbb\xbf" + imd(IMAGE).replace("\n", "\r\n").encode())
    assert angles(path) == (154.2, 27.6)


def test_the_same_as_xml(make_mapped, tmp_path):
    path = make_mapped()
    (tmp_path / "town.XML").write_text(isd(IMAGE))
    assert find_view(str(path)) == View(154.2, pytest.approx(27.6), "metadata file town.XML")


def test_another_xml_says_nothing(make_mapped, tmp_path):
    path = make_mapped()
    (tmp_path / "town.xml").write_text(
        "<metadata><IMD><IMAGE><MEANSATAZ>1</MEANSATAZ></IMAGE></IMD></metadata>"
    )
    assert search_view(str(path)).view is None


def test_quickbird_writes_shorter_names(make_mapped, tmp_path):
    path = make_mapped()
    (tmp_path / "town.IMD").write_text(imd({"satId": '"QB02"', "satAz": 300.0, "satEl": 80.0}))
    assert angles(path) == (300.0, 10.0)


def test_the_angle_at_the_satellite_serves_where_elevation_is_missing(make_mapped, tmp_path):
    path = make_mapped()
    image = {name: value for name, value in IMAGE.items() if name != "meanSatEl"}
    (tmp_path / "town.IMD").write_text(imd(image))
    found = search_view(str(path))
    assert found.view.off_nadir_deg == pytest.approx(27.6, abs=0.05)
    assert "25° off nadir at the satellite" in found.notes[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"meanSatAz": -9999.0}, (None, 27.6)),
        ({"meanSatEl": -9999.0}, (154.2, None)),
        ({"meanSatEl": 4.0}, (154.2, None)),
        ({"meanSatAz": "north"}, (None, 27.6)),
        ({"meanSatAz": "nan"}, (None, 27.6)),
    ],
)
def test_absurd_values_are_left_out(make_mapped, tmp_path, changes, expected):
    path = make_mapped()
    (tmp_path / "town.IMD").write_text(imd(IMAGE | changes))
    view = find_view(str(path))
    assert (view.azimuth_deg, view.off_nadir_deg) == pytest.approx(expected)


def test_images_of_one_strip_share_their_view_and_those_of_a_mosaic_do_not(make_mapped, tmp_path):
    path = make_mapped()
    (tmp_path / "town.IMD").write_text(imd(IMAGE, IMAGE | {"meanSatAz": 155.0, "meanSatEl": 62.2}))
    assert angles(path) == (154.2, 27.6)
    (tmp_path / "town.IMD").write_text(imd(IMAGE, IMAGE | {"meanSatAz": 334.2}))
    found = search_view(str(path))
    assert found.view is None
    assert any("2 images with different views" in note for note in found.notes)


TILE = "12JAN05161520-P1BS_R1C2-052800_01_P001.TIF"


@pytest.mark.parametrize(
    "name", ["12JAN05161520-P1BS-052800_01_P001.IMD", "12JAN05161520-P1BS_R1C2-052800_01_P001.IMD"]
)
def test_a_tile_shares_the_metadata_of_its_product(make_mapped, tmp_path, name):
    path = make_mapped(TILE)
    (tmp_path / name).write_text(imd(IMAGE))
    assert angles(path) == (154.2, 27.6)


def test_a_bare_tile_takes_the_only_file_in_its_folder(make_mapped, tmp_path):
    path = make_mapped("R1C2.tif")
    (tmp_path / "12JAN05161520-P1BS-052800_01_P001.IMD").write_text(imd(IMAGE))
    assert angles(path) == (154.2, 27.6)
    (tmp_path / "13FEB05161520-P1BS-052801_01_P001.IMD").write_text(imd(IMAGE))
    assert angles(path) is None


@pytest.mark.parametrize("name", ["town2.tif", "city.tif", "tower1c2.tif", "13FEB05-P1BS_R1C2-9.tif"])
def test_a_file_of_another_name_is_not_the_rasters(make_mapped, tmp_path, name):
    path = make_mapped(name)
    (tmp_path / "town.IMD").write_text(imd(IMAGE))
    assert angles(path) is None


def test_tags_of_the_raster_count_where_no_file_is(tmp_path):
    tags = "".join(f'<MDI key="IMAGE_1.{name}">{value}</MDI>' for name, value in IMAGE.items())
    (tmp_path / "town.vrt").write_text(
        '<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:32616</SRS>'
        "<GeoTransform>745000, 0.5, 0, 3737000, 0, -0.5</GeoTransform>"
        f'<Metadata domain="IMD">{tags}</Metadata><VRTRasterBand dataType="Byte" band="1"/>'
        "</VRTDataset>"
    )
    view = find_view(str(tmp_path / "town.vrt"))
    assert view == View(154.2, pytest.approx(27.6), "IMD tags of town.vrt")


def test_only_groups_of_images_count_among_tags():
    assert read_tags({"BAND_P.meanSatAz": "1", "meanSatAz": "2"}, "x").view is None


@pytest.mark.parametrize("text", ["", "meanSatAz = 1;", "BEGIN_GROUP = IMAGE_1", "=" * 1000, "\n" * 1000])
def test_text_without_groups_has_no_images(text):
    assert [image for image in parse_imd(text) if image] == []
