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


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    with pytest.raises(OutputError, match="Cannot write"):
        KeptBlocks(tmp_path / "absent" / "x.partial").start(JOB, resume=False)


def test_discarding_leaves_nothing(folder):
    kept = KeptBlocks(folder)
    kept.start(JOB, resume=False)
    kept.save(0, some())
    kept.discard()
    assert not folder.exists()
