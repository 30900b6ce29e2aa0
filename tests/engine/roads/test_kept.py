from dataclasses import fields
from zipfile import ZipFile

import numpy as np
import pytest

from engine.errors import OutputError, ResumeError
from engine.networks.candidates import Candidates
from engine.roads.kept import KeptBlocks

JOB = {"source": "a.tif", "weights": "abc"}


def some(count=3):
    rng = np.random.default_rng(5)
    return Candidates(
        positions=rng.random((count, 2)),
        vertex_probability=rng.random(count, dtype=np.float32),
        edge_probability=rng.random((count, 6), dtype=np.float32),
        offsets_px=rng.random((count, 6, 2), dtype=np.float32),
        road_probability=rng.random(count, dtype=np.float32),
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "roads.gpkg.partial"


def test_a_resumed_job_finds_its_blocks_to_the_last_bit(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    kept.save(4, some())
    again = KeptBlocks(folder)
    again.start(JOB, resume=True)
    found = again.load(4)
    assert found is not None
    assert np.array_equal(found.positions, some().positions)
    assert np.array_equal(found.offsets_px, some().offsets_px)
    assert again.load(5) is None


def test_without_resume_old_work_is_forgotten(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    kept.save(0, some())
    kept.start(JOB, resume=False)
    assert kept.load(0) is None


def test_work_of_another_job_is_refused(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    with pytest.raises(ResumeError, match="another job"):
        kept.start({**JOB, "weights": "other"}, resume=True)


def test_a_half_written_block_is_done_again(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    kept.save(0, some(100))
    path = folder / "block_000000.npz"
    path.write_bytes(path.read_bytes()[:700])
    assert kept.load(0) is None


def test_a_block_that_holds_pickles_is_not_loaded(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    np.savez(folder / "block_000000.npz", positions=np.array([object()], dtype=object))
    assert kept.load(0) is None


def test_a_folder_with_other_files_is_left_alone(folder):
    folder.mkdir()
    (folder / "precious.txt").write_text("mine")
    with pytest.raises(OutputError, match="Remove the folder"):
        KeptBlocks(folder).start(JOB, resume=False)
    assert (folder / "precious.txt").read_text() == "mine"


def test_no_file_is_removed_from_a_folder_with_other_files(folder):
    folder.mkdir()
    for name in ("block_000000.npz", "chapter.draft"):
        (folder / name).write_text("mine")
    with pytest.raises(OutputError, match=r"chapter\.draft"):
        KeptBlocks(folder).start(JOB, resume=False)
    assert {path.name for path in folder.iterdir()} == {"block_000000.npz", "chapter.draft"}


def vast(file):
    """The header of an array of 8 TiB, and nothing behind it."""
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2)})


def tampered(name, change):
    arrays = {field.name: getattr(some(), field.name) for field in fields(Candidates)}
    return {**arrays, name: change(arrays[name])}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("positions", lambda array: array * np.nan),
        ("positions", lambda array: array[:, 0]),
        ("positions", lambda array: array.astype("U9")),
        ("vertex_probability", lambda array: array[:-1]),
        ("offsets_px", lambda array: array.astype(complex)),
        ("edge_probability", lambda array: np.float32(1)),
    ],
)
def test_a_block_of_other_arrays_is_done_again(folder, name, change):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    np.savez(folder / "block_000000.npz", **tampered(name, change))
    assert kept.load(0) is None


def test_a_block_that_claims_more_than_there_is_is_done_again(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    with ZipFile(folder / "block_000000.npz", "w") as archive, archive.open("positions.npy", "w") as file:
        vast(file)
    assert kept.load(0) is None
    with (folder / "block_000001.npz").open("wb") as file:
        np.save(file, np.zeros((3, 2)))
    assert kept.load(1) is None


def test_a_job_that_is_no_text_is_another_job(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    (folder / "job.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ResumeError, match="another job"):
        kept.start(JOB, resume=True)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    with pytest.raises(OutputError, match="Cannot write"):
        KeptBlocks(tmp_path / "absent" / "x.partial").start(JOB, resume=False)


def test_discarding_leaves_nothing(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    kept.save(0, some())
    kept.discard()
    assert not folder.exists()
