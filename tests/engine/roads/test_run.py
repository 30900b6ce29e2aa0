import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine

from engine.errors import OutputError, RasterError
from engine.exclusive import exclusive
from engine.networks.candidates import Candidates
from engine.progress import Silent
from engine.roads import run
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


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "image.png"
    profile = {"driver": "PNG", "dtype": "uint8", "count": 3, "height": 8, "width": 8}
    with rasterio.open(
        path, "w", **profile, crs="EPSG:32633", transform=Affine(1, 0, 5e5, 0, -1, 5e6)
    ) as file:
        file.write(np.full((3, 8, 8), 90, dtype=np.uint8))
    return path


def test_the_image_is_not_replaced_by_its_preview(tmp_path, image):
    before = image.read_bytes()
    with pytest.raises(OutputError, match="would be replaced"):
        attempt(image, tmp_path / "roads.gpkg", image)
    assert image.read_bytes() == before


def test_an_image_inside_a_geopackage_or_a_virtual_raster_is_not_replaced(tmp_path, image):
    package, mosaic = tmp_path / "image.gpkg", tmp_path / "mosaic.vrt"
    rasterio.shutil.copy(image, package, driver="GPKG")
    rasterio.shutil.copy(image, mosaic, driver="VRT")
    with pytest.raises(OutputError, match="would be lost"):
        attempt(f"GPKG:{package}:image", package)
    with pytest.raises(OutputError, match="would be replaced"):
        attempt(mosaic, tmp_path / "roads.gpkg", image)


def test_two_runs_do_not_share_an_output(tmp_path, image):
    output = tmp_path / "roads.gpkg"
    kept = KeptBlocks(kept_folder(output))
    kept.start({"source": "town.tif"}, resume=False)
    kept.save(0, Candidates.empty())
    with exclusive(output):
        for resume in (False, True):
            with pytest.raises(OutputError, match="Another run"):
                attempt(image, output, resume=resume)
    assert kept.has_blocks
    assert not (tmp_path / "roads.gpkg.lock").exists()


def test_a_lock_that_a_killed_run_left_hinders_nobody(tmp_path):
    (tmp_path / "roads.gpkg.lock").touch()
    with exclusive(tmp_path / "roads.gpkg"):
        pass
    assert not list(tmp_path.iterdir())


def test_a_drive_that_goes_away_costs_no_finished_block(tmp_path, image, monkeypatch):
    def half(_path, _options, *, kept, resume, progress, networks):
        del progress, networks
        kept.start({"source": "town.tif"}, resume=resume)
        kept.save(0, Candidates.empty())
        raise RasterError("The drive is away.")

    monkeypatch.setattr(run, "extract", half)
    output = tmp_path / "roads.gpkg"
    with pytest.raises(RasterError):
        attempt(image, output)
    assert KeptBlocks(kept_folder(output)).load(0) is not None
