import pytest

from engine.errors import OutputError, RasterError
from engine.networks.candidates import Candidates
from engine.progress import Silent
from engine.roads.extract import RoadOptions
from engine.roads.kept import KeptBlocks
from engine.roads.run import extract_to_file, kept_folder

OPTIONS = RoadOptions(weights="random:compact")


def attempt(path, output, preview=None, *, resume=False):
    extract_to_file(str(path), output, OPTIONS, preview=preview, resume=resume, progress=Silent())


def test_a_mistyped_input_loses_no_earlier_work(tmp_path):
    output = tmp_path / "roads.gpkg"
    kept = KeptBlocks(kept_folder(output))
    kept.start({"source": "town.tif"}, resume=False)
    kept.save(0, Candidates.empty())
    with pytest.raises(RasterError):
        attempt(tmp_path / "twon.tif", output, resume=True)
    assert kept.load(0) is not None


@pytest.mark.parametrize(
    ("output", "preview", "message"),
    [
        ("roads.xyz", None, ".gpkg"),
        ("absent/roads.gpkg", None, "does not exist"),
        ("folder.gpkg", None, "is a folder"),
        ("roads.gpkg", "roads.jpg", "end in .png"),
        ("roads.gpkg", "absent/roads.png", "does not exist"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_raster_is_looked_at(tmp_path, output, preview, message):
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(OutputError, match=message):
        attempt(tmp_path / "absent.tif", tmp_path / output, preview and tmp_path / preview)
