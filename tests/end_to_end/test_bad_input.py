"""What users get wrong, and what machines do: one line, a code, and no output file."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import fiona
import numpy as np
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner

from engine.cli import main

PLACE = {"crs": "EPSG:32633", "transform": Affine(1, 0, 5e5, 0, -1, 5.5e6)}


def write(path, bands=3, side=64, *, value=90, **profile):
    pixels = np.full((bands, side, side), value, dtype=np.uint8)
    settings = {"driver": "GTiff", "dtype": "uint8", "count": bands, "height": side, "width": side, **profile}
    with rasterio.open(path, "w", **settings) as raster:
        raster.write(pixels)
    return path


def refused(*arguments, output, code=1):
    """Run the command in this process; check that it fails as promised and return its one line."""
    result = CliRunner().invoke(main, ["roads", *map(str, arguments)])
    assert result.exit_code == code, result.output
    message = [line for line in result.stderr.splitlines() if not line.startswith("Weights ")]
    assert len(message) == 1, result.stderr
    assert message[0].startswith("Error: ")
    assert not Path(output).exists()
    assert not Path(f"{output}.partial").exists()
    return message[0]


@pytest.fixture
def output(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    return folder / "roads.gpkg"


def test_a_truncated_tiff(tmp_path, image, output):
    cut = tmp_path / "cut.tif"
    cut.write_bytes(image.read_bytes()[:200_000])
    assert "cut.tif" in refused(cut, output, output=output)


def test_text_named_tif(tmp_path, output):
    text = tmp_path / "text.tif"
    text.write_text("I am no image")
    assert "text.tif" in refused(text, output, output=output)


def test_a_missing_file(tmp_path, output):
    assert "absent.tif" in refused(tmp_path / "absent.tif", output, output=output)


def test_no_reference_system(tmp_path, output):
    bare = write(tmp_path / "bare.tif")
    assert "--gsd" in refused(bare, output, output=output)


def test_bands_that_are_not_there(tmp_path, output):
    grey = write(tmp_path / "grey.tif", bands=1, **PLACE)
    assert "--bands 1" in refused(grey, output, "--bands", "1,2,3", output=output)


def test_an_extent_outside_the_raster(image, output):
    assert "extent" in refused(image, output, "--extent", "0,0,100,100", output=output).lower()


def test_unknown_weights(image, output):
    message = refused(image, output, "--weights", "no-such", output=output)
    assert "roads-compact" in message


def test_an_unknown_ending(image, tmp_path):
    assert ".gpkg" in refused(image, tmp_path / "roads.xyz", output=tmp_path / "roads.xyz")


def test_a_folder_that_is_not_there(image, tmp_path):
    output = tmp_path / "absent" / "roads.gpkg"
    assert "absent" in refused(image, output, output=output)


class Harm:
    """Pickles as a call that leaves a trace."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


def test_a_hostile_pickle_as_weights(image, tmp_path, output):
    trace = tmp_path / "trace"
    bad = tmp_path / "bad.pt"
    bad.write_bytes(pickle.dumps({"tensors": Harm(trace)}))
    assert "bad.pt" in refused(image, output, "--weights", bad, output=output)
    assert not trace.exists()
    pickle.loads(bad.read_bytes())  # noqa: S301 - our own
    assert trace.exists(), "the pickle must be one that does harm"


def test_a_hostile_pickle_as_graph(tmp_path):
    trace, bad, output = tmp_path / "trace", tmp_path / "bad.p", tmp_path / "graph.json"
    bad.write_bytes(pickle.dumps({(1, 2): Harm(trace)}))
    result = CliRunner().invoke(main, ["convert", str(bad), str(output)])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert not trace.exists()
    assert not output.exists()


@pytest.fixture
def locked(tmp_path):
    """A folder in which nobody may write; root is stopped by the kernel's own folder only."""
    if os.geteuid() == 0:
        return Path("/proc")
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    return folder


def test_a_folder_that_may_not_be_written(image, locked):
    message = refused(image, locked / "roads.gpkg", output=locked / "roads.gpkg")
    assert str(locked) in message


def test_a_full_disk(image, tmp_path):
    """A limit on the size of files fails writes in the same place as a full disk does."""
    output = tmp_path / "roads.gpkg"
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        f"sys.argv = ['plumbline', 'roads', {str(image)!r}, {str(output)!r}];"
        "from engine.cli import main; main()"
    )
    root = Path(__file__).resolve().parents[2]
    result = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert result.returncode == 1, result.stderr
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert not output.exists()


def test_a_raster_without_a_valid_pixel_gives_an_empty_layer(tmp_path, output):
    blank = write(tmp_path / "blank.tif", value=0, nodata=0, **PLACE)
    result = CliRunner().invoke(main, ["roads", str(blank), str(output)])
    assert result.exit_code == 0, result.output
    with fiona.open(output, layer="roads") as layer:
        assert len(layer) == 0
        assert "confidence" in layer.schema["properties"]
        assert layer.crs.to_epsg() == 32633
