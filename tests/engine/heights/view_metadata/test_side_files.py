import pytest

from engine.heights.view_metadata.finding import UnusableError
from engine.heights.view_metadata.side_files import neighbours, number, read_json, read_text, read_xml

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE isd [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><isd>&c;</isd>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE isd SYSTEM "file:///etc/passwd"><isd/>'


def written(tmp_path, content, name="side.xml"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_xml_is_read_with_its_attributes_and_order(tmp_path):
    root = read_xml(written(tmp_path, '<a x="1"><b>é</b><b/></a>'))
    assert (root.tag, root.get("x"), [child.text for child in root]) == ("a", "1", ["é", None])


@pytest.mark.parametrize(
    "text", [LAUGHS, OUTSIDE, LAUGHS.replace("DOCTYPE", "doctype"), "<!  DOCTYPE a><a/>"]
)
def test_a_document_type_is_refused_unparsed(tmp_path, text):
    with pytest.raises(UnusableError, match="document type"):
        read_xml(written(tmp_path, text))


def test_an_encoding_cannot_hide_a_document_type(tmp_path):
    hidden = OUTSIDE.replace("<!DOCTYPE", "+ADwAIQ-DOCTYPE").replace('"1.0"', '"1.0" encoding="utf-7"')
    with pytest.raises(UnusableError):
        read_xml(written(tmp_path, hidden))
    with pytest.raises(UnusableError, match="no text"):
        read_xml(written(tmp_path, OUTSIDE.encode("utf-16")))


@pytest.mark.parametrize(
    "text", ["", "   ", "<a>", "<a></b>", "<a>&undeclared;</a>", "no xml", "<a/><b/>", "<a\x01/>"]
)
def test_broken_xml_is_refused(tmp_path, text):
    with pytest.raises(UnusableError):
        read_xml(written(tmp_path, text))


def test_depth_is_bounded(tmp_path):
    with pytest.raises(UnusableError, match="nested"):
        read_xml(written(tmp_path, "<a>" * 100_000))
    for text in ("[" * 1_000_000, '{"a":' * 100_000, '{"a": "' + "]" * 10**6 + '", "b": ' + "[" * 10**6):
        with pytest.raises(UnusableError, match="nested"):
            read_json(written(tmp_path, text))


@pytest.mark.parametrize("read", [read_text, read_xml, read_json])
def test_size_is_bounded(tmp_path, read):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    with pytest.raises(UnusableError, match="more than 16 MB"):
        read(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"text"', "{'a': 1}", '{"a": ' + "9" * 5000 + "}"])
def test_broken_json_is_refused(tmp_path, text):
    with pytest.raises(UnusableError):
        read_json(written(tmp_path, text))


def test_what_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UnusableError, match="cannot be read"):
        read_text(tmp_path / "absent.imd")
    with pytest.raises(UnusableError, match="cannot be read"):
        read_text(tmp_path)


@pytest.mark.parametrize(
    "path", ["/vsicurl/https://example.org/a.tif", "https://example.org/a.tif", "", "a\0b", "/"]
)
def test_nothing_is_looked_for_beside_what_is_no_plain_file(path):
    assert neighbours(path) == {}


def test_only_plain_files_are_neighbours(tmp_path):
    raster = written(tmp_path, "", "town.tif")
    written(tmp_path, "", "Town.IMD")
    (tmp_path / "town.xml").mkdir()
    assert neighbours(str(raster)) == {"town.tif": raster, "town.imd": tmp_path / "Town.IMD"}
    assert neighbours(str(tmp_path)) == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1.5", 1.5),
        (" -2e1 ", -20.0),
        (3, 3.0),
        *((text, None) for text in ("", None, "nan", "1e999", True, [1], 10**400, "9" * 400, "12 deg")),
    ],
)
def test_numbers_are_finite_or_nothing(given, expected):
    assert number(given) == expected
