"""A result appears whole or not at all."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import rasterio

from engine.atomic import atomic_folder, atomic_path, keep_inputs, writable_folder
from engine.errors import Cancelled, OutputError


def test_result_appears_only_at_the_end(tmp_path: Path) -> None:
    final = tmp_path / "roads.gpkg"
    with atomic_path(final) as draft:
        assert draft.parent == tmp_path
        assert draft.suffix == ".gpkg"
        draft.write_text("new")
        assert not final.exists()
    assert final.read_text() == "new"
    assert list(tmp_path.iterdir()) == [final]


@pytest.mark.parametrize("failure", [ValueError, Cancelled, KeyboardInterrupt, MemoryError])
def test_failure_keeps_the_old_file_and_nothing_else(tmp_path: Path, failure: type[BaseException]) -> None:
    final = tmp_path / "roads.gpkg"
    final.write_text("old")

    def write() -> None:
        with atomic_path(final) as draft:
            draft.write_text("half")
            draft.with_name(draft.name + "-journal").write_text("half")
            raise failure

    with pytest.raises(failure):
        write()
    assert final.read_text() == "old"
    assert list(tmp_path.iterdir()) == [final]


def test_driver_errors_become_one_line(tmp_path: Path) -> None:
    def write() -> None:
        with atomic_path(tmp_path / "x.gpkg"):
            raise sqlite3.OperationalError("disk\nI/O error")

    with pytest.raises(OutputError, match=r"^Writing into the folder .* failed \(disk I/O error\): choose"):
        write()


def test_a_format_that_this_gdal_cannot_write_is_told(tmp_path: Path) -> None:
    def write() -> None:
        with atomic_path(tmp_path / "x.png") as draft:
            rasterio.open(draft, "w", driver="NOSUCH", dtype="uint8", count=1, height=1, width=1)

    with pytest.raises(OutputError, match="NOSUCH"):
        write()


def test_absent_folder_and_folder_as_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist: make it"), atomic_path(tmp_path / "no" / "x.p"):
        pass
    with pytest.raises(OutputError, match="is a folder"), atomic_path(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_a_name_that_no_side_file_could_have_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="too long"):
        writable_folder(tmp_path / ("x" * 240 + ".gpkg"))
    with pytest.raises(OutputError, match="too long"):
        writable_folder(tmp_path / ("x" * 400 + ".gpkg"))
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_text_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no UTF-8"):
        writable_folder(tmp_path / os.fsdecode(b"stra\xdfe.gpkg"))


def test_a_folder_that_goes_away_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()

    def write() -> None:
        with atomic_path(folder / "x.p") as draft:
            folder.rmdir()
            draft.write_text("x")

    with pytest.raises(OutputError, match="stick"):
        write()


def test_an_input_is_not_replaced_under_any_of_its_names(tmp_path: Path) -> None:
    image, link = tmp_path / "image.png", tmp_path / "link.png"
    image.write_text("pixels")
    link.symlink_to(image)
    for name in (image, link, tmp_path / "." / "x" / ".." / "image.png"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(OutputError, match="would be replaced"):
            keep_inputs(name, ["/vsicurl/absent", image])
    keep_inputs(tmp_path / "other.png", [image])


_FULL_DISK = """
import resource, signal, sys
import numpy as np
from engine.errors import OutputError
from engine.roads.formats import GraphFile, write_graph
from engine.roads.graph import RoadGraph
from engine.roads.preview import write_preview

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
random = np.random.default_rng(0)
graph = RoadGraph.build(random.uniform(0, 1e4, (6000, 2)), np.arange(6000).reshape(-1, 2))
for name in ("a.gpkg", "a.geojson", "a.json", "a.p"):
    try:
        write_graph(sys.argv[1] + "/" + name, GraphFile(graph, "ground" if "g" in name else "pixel"))
        sys.exit(name + " was written")
    except OutputError as error:
        if len(str(error).splitlines()) != 1:
            sys.exit(str(error))
try:
    write_preview(sys.argv[1] + "/a.png", random.integers(0, 255, (3, 400, 400), dtype=np.uint8), graph)
    sys.exit("a.png was written")
except OutputError as error:
    pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a thing of POSIX")
def test_no_writer_leaves_anything_when_the_disk_takes_no_more(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert run.returncode == 0, run.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_appears_only_at_the_end(tmp_path: Path) -> None:
    final = tmp_path / "out.v1"
    with atomic_folder(final) as draft:
        assert draft.parent == tmp_path
        (draft / "a").write_text("new")
        assert not final.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out.v1"]
    assert (final / "a").read_text() == "new"


@pytest.mark.parametrize("failure", [ValueError, Cancelled, KeyboardInterrupt, OutputError])
@pytest.mark.parametrize("empty", [False, True])
def test_a_failure_leaves_no_folder(tmp_path: Path, failure: type[BaseException], *, empty: bool) -> None:
    final = tmp_path / "out"
    if empty:
        final.mkdir()

    def fill() -> None:
        with atomic_folder(final) as draft:
            (draft / "a").write_text("half")
            raise failure

    with pytest.raises(failure):
        fill()
    assert list(tmp_path.iterdir()) == [final] * empty


def test_what_is_in_a_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").write_text("kept")
    (tmp_path / "file").write_text("kept")
    for name in ("full", "file"):
        with pytest.raises(OutputError, match="not an empty folder"), atomic_folder(tmp_path / name):
            pass
    with pytest.raises(OutputError, match="does not exist"), atomic_folder(tmp_path / "absent" / "out"):
        pass
    assert (tmp_path / "full" / "kept").read_text() == (tmp_path / "file").read_text() == "kept"
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_kept_beside_an_older_raster_goes_with_it(tmp_path):
    """Statistics, masks and overviews of other pixels would be shown with the new ones."""
    result = tmp_path / "heights.tif"
    result.write_text("old")
    beside = [tmp_path / f"heights.tif{ending}" for ending in (".aux.xml", ".msk", ".ovr")]
    for path in [*beside, tmp_path / "heights.qml", tmp_path / "heights.tif.txt"]:
        path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_path(result):
        1 / 0  # noqa: B018 - the failure
    assert all(path.exists() for path in beside)
    with atomic_path(result) as draft:
        draft.write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "heights.qml",
        "heights.tif",
        "heights.tif.txt",
    ]
