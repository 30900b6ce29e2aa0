"""The built zip in a fresh profile of a real QGIS, without a window, as a data engineer runs it.

PLUMBLINE_QGIS_PROCESS names the ``qgis_process`` of another QGIS, and PLUMBLINE_PYTHON the engine's
interpreter as that QGIS sees it.
"""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import fiona
import numpy as np
import pytest
import rasterio

from scripts import install_plugin, package

PROGRAM = os.environ.get("PLUMBLINE_QGIS_PROCESS") or shutil.which("qgis_process.bin")
# Debian's script qgis_process hands on an option that only the desktop knows.
PROGRAM = PROGRAM or shutil.which("qgis_process")
PYTHON = os.environ.get("PLUMBLINE_PYTHON", sys.executable)
LONGEST_S = 300
ALGORITHMS = [
    "checkengine",
    "estimateheights",
    "evaluateheights",
    "evaluateroads",
    "extractroads",
    "footprintstoground",
    "masktograph",
    "rectify",
    "setupengine",
]
ROAD_FIELDS = {
    "source",
    "target",
    "component",
    "length_m",
    "confidence",
    "width_m",
    "layer",
    "bridge",
    "z_min",
}


class Profile:
    """A QGIS that was never started before, with the plugin unpacked.

    Args:
        home: Empty folder, outside which QGIS keeps nothing.
        zip_file: The built plugin.
    """

    def __init__(self, home, zip_file):
        self.folder = home / ".local/share/QGIS/QGIS3/profiles/default"
        install_plugin.install(zip_file, self.folder)
        self._starts = home / "engine_starts"
        self._starts.touch()
        interpreter = home / "python"
        # The process number stays the same when the interpreter takes the script's place.
        interpreter.write_text(f'#!/bin/sh\necho $$ "$@" >>"{self._starts}"\nexec "{PYTHON}" "$@"\n')
        interpreter.chmod(0o755)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            "PLUMBLINE_PYTHON": str(interpreter),
            **{name: os.environ[name] for name in ("OMP_NUM_THREADS",) if name in os.environ},
        }

    def start(self, *arguments):
        """Start ``qgis_process`` in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *arguments):
        """Run ``qgis_process``; returns exit code, standard output and standard error."""
        process = self.start(*arguments)
        try:
            out, error = process.communicate(timeout=LONGEST_S)
        finally:
            process.kill()
        return process.returncode, out, error

    def run(self, algorithm, **parameters):
        """Run an algorithm that has to succeed; returns all that it says about itself."""
        code, out, error = self.call("--json", "run", f"plumbline:{algorithm}", "--", *_as_words(parameters))
        assert code == 0, error
        return json.loads(out)  # the whole of it: nothing else was printed

    def engines(self):
        """Process numbers of all engines that were started so far."""
        lines = self._starts.read_text().splitlines()
        return [int(line.split()[0]) for line in lines if " serve" in line]


def _as_words(parameters):
    for name, value in parameters.items():
        for each in value if isinstance(value, list) else [value]:
            yield f"{name}={each}"


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_for(condition, what):
    end = time.monotonic() + LONGEST_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    if PROGRAM is None:
        message = "QGIS is not installed: scripts/system_packages.sh installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    fresh = Profile(tmp_path_factory.mktemp("home"), package.build(tmp_path_factory.mktemp("dist")))
    code, _, error = fresh.call("plugins", "enable", "plumbline")
    assert code == 0, error
    return fresh


@pytest.fixture(scope="module")
def large(image, tmp_path_factory):
    """The town over and over again: work for minutes."""
    path = tmp_path_factory.mktemp("large") / "large.tif"
    with rasterio.open(image) as town:
        pixels = np.tile(town.read(), (1, 8, 8))
        size = {"height": pixels.shape[1], "width": pixels.shape[2], "tiled": True, "compress": "deflate"}
        with rasterio.open(path, "w", **{**town.profile, **size}) as written:
            written.write(pixels)
    return path


def test_the_algorithms_are_listed_and_explained(profile):
    code, out, _ = profile.call("--json", "list")
    assert code == 0
    assert sorted(json.loads(out)["providers"]["plumbline"]["algorithms"]) == [
        f"plumbline:{name}" for name in ALGORITHMS
    ]
    code, out, error = profile.call("help", "plumbline:extractroads")
    assert code == 0, error
    for said in ("Extract roads", "GeoPackage", "INPUT", "MIN_CONFIDENCE", "OUTPUT", "LENGTH"):
        assert said in out


@pytest.fixture(scope="module")
def extracted(profile, image, tmp_path_factory):
    """What a run with three images wrote and said, and how many engines it started."""
    folder, more = tmp_path_factory.mktemp("roads"), tmp_path_factory.mktemp("more")
    copies = [shutil.copy(image, more / f"{name}.tif") for name in ("b", "c")]
    before = len(profile.engines())
    said = profile.run(
        "extractroads", INPUT=image, OUTPUT=folder / "a.gpkg", MORE_INPUTS=copies, MORE_FOLDER=folder
    )
    return folder, said, len(profile.engines()) - before


def test_roads_come_into_a_geopackage(extracted, image):
    folder, said, _ = extracted
    output, results = folder / "a.gpkg", said["results"]
    with fiona.open(output, layer="roads") as roads, rasterio.open(image) as town:
        assert roads.crs.to_epsg() == town.crs.to_epsg() == 32633
        assert set(roads.schema["properties"]) >= ROAD_FIELDS
        lengths_m = [road["properties"]["length_m"] for road in roads]
        left, bottom, right, top = roads.bounds
        assert town.bounds.left <= left < right <= town.bounds.right
        assert town.bounds.bottom <= bottom < top <= town.bounds.top
    with fiona.open(output, layer="junctions") as junctions:
        meetings = [each for each in junctions if each["properties"]["kind"] == "junction"]
        assert 0 < len(meetings) == results["JUNCTION_COUNT"] < len(junctions)
    assert len(lengths_m) == results["SEGMENTS"] > 3
    assert sum(lengths_m) == pytest.approx(results["LENGTH"], rel=1e-3)
    assert 0 < results["MEAN_CONFIDENCE"] <= 1
    assert results["OUTPUT"].partition("|")[0] == str(output)
    assert "layer_styles" in fiona.listlayers(output)
    assert said["inputs"]["INPUT"] == str(image)


def test_several_images_need_one_engine(extracted):
    folder, _, engines = extracted
    assert engines == 1
    written = sorted(folder.iterdir())
    assert [path.suffix for path in written] == [".gpkg"] * 3  # and nothing beside them
    for path in written:
        with fiona.open(path, layer="roads") as roads:
            assert len(roads) > 3


def test_heights_come_into_a_cloud_optimised_geotiff(profile, image, tmp_path):
    heights, rectified, nadir = (tmp_path / f"{name}.tif" for name in ("heights", "rectified", "nadir"))
    results = profile.run(
        "estimateheights", INPUT=image, OUTPUT=heights, RECTIFIED=rectified, RECTIFIED_RGB=nadir
    )["results"]
    with rasterio.open(heights) as made, rasterio.open(image) as town:
        assert (made.crs, made.transform, made.shape) == (town.crs, town.transform, town.shape)
        assert (made.count, made.dtypes[0], made.nodata) == (1, "float32", -9999)
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.isfinite(made.read()).all()
        assert float(made.tags()["PLUMBLINE_ANGLE_RAD"]) == pytest.approx(results["ANGLE"], abs=1e-6)
        assert float(made.tags()["PLUMBLINE_SCALE_PX_PER_M"]) == pytest.approx(results["SCALE"], abs=1e-6)
    assert 0 <= results["OFF_NADIR_FOUND"] < 90
    assert heights.with_suffix(".qml").exists()
    for path, bands in ((rectified, 1), (nadir, 3)):
        with rasterio.open(path) as made:
            assert made.count >= bands


def test_the_engine_is_examined(profile):
    said = profile.run("checkengine")["results"]
    assert "roads-compact" in said["REPORT"]
    numbers = [value for value in said.values() if isinstance(value, (int, float))]
    assert all(math.isfinite(number) for number in numbers)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"INPUT": "absent.tif"}, "INPUT"),
        ({"WEIGHTS": "roads-of-nobody"}, "roads-compact"),
        ({"DEVICE": "abacus"}, "DEVICE"),
    ],
)
def test_what_is_wrong_is_said_and_the_exit_code_is_1(profile, image, tmp_path, parameters, said):
    output = tmp_path / "roads.gpkg"
    words = _as_words({"INPUT": image, "OUTPUT": output, **parameters})
    code, out, error = profile.call("--json", "run", "plumbline:extractroads", "--", *words)
    assert code == 1
    assert out == ""
    assert said in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


def test_an_image_without_a_place_needs_the_size_of_its_pixels(profile, image, tmp_path):
    bare = tmp_path / "bare.tif"
    with rasterio.open(image) as town:
        options = {key: town.profile[key] for key in ("driver", "height", "width", "count", "dtype")}
        with rasterio.open(bare, "w", **options) as written:
            written.write(town.read())
    output = tmp_path / "roads.gpkg"
    code, _, error = profile.call("run", "plumbline:extractroads", "--", f"INPUT={bare}", f"OUTPUT={output}")
    assert code == 1
    assert "gsd" in error.lower()
    assert not output.exists()


def test_without_an_engine_it_says_how_to_get_one(profile, image, tmp_path, monkeypatch):
    monkeypatch.setitem(profile.environment, "PLUMBLINE_PYTHON", "")
    words = _as_words({"INPUT": image, "OUTPUT": tmp_path / "roads.gpkg"})
    code, out, error = profile.call("--json", "run", "plumbline:extractroads", "--", *words)
    assert (code, out) == (1, "")
    assert "plumbline:setupengine" in error


@pytest.fixture
def busy(profile, large, tmp_path):
    """A run that is in the middle of its work, and the number of its engine."""
    before = len(profile.engines())
    words = _as_words({"INPUT": large, "OUTPUT": tmp_path / "out" / "heights.tif"})
    (tmp_path / "out").mkdir()
    process = profile.start("run", "plumbline:estimateheights", "--", *words)
    try:
        shown = ""
        while "...10" not in shown:  # per cent
            sign = process.stdout.read(1)
            assert sign, f"ended early: {shown} {process.stderr.read()}"
            shown += sign
        yield process, profile.engines()[before:]
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_ends_it_with_1_and_nothing_partial(busy, tmp_path):
    process, (engine,) = busy
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 1, error
    _wait_for(lambda: not _lives(engine), "the end of the engine")
    assert not list((tmp_path / "out").iterdir())


def test_the_engine_does_not_outlive_a_killed_qgis(busy, tmp_path):
    process, (engine,) = busy
    assert _lives(engine)
    process.kill()
    process.communicate(timeout=LONGEST_S)
    _wait_for(lambda: not _lives(engine), "the end of the engine")
    assert not (tmp_path / "out" / "heights.tif").exists()


def test_no_engine_is_left(profile):
    assert profile.engines()
    _wait_for(lambda: not any(map(_lives, profile.engines())), "the end of all engines")


def test_texts_are_in_the_language_of_the_profile(profile):
    settings = profile.folder / "QGIS" / "QGIS3.ini"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f"{before}\n[locale]\noverrideFlag=true\nuserLocale=de\n", encoding="utf-8")
    try:
        code, out, _ = profile.call("--json", "help", "plumbline:extractroads")
    finally:
        settings.write_text(before, encoding="utf-8")
    assert code == 0
    assert "Straßen" in json.loads(out)["algorithm_details"]["name"]
