"""Fixtures every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A deadline is a timed assertion: it fails on a busy machine.
# The gate draws the same examples each time, so that it judges the change; runs by hand draw new ones.
settings.register_profile("plumbline", deadline=None, max_examples=50, derandomize=bool(os.environ.get("CI")))
settings.load_profile("plumbline")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with real sample data, which is kept beside the project and never inside it."""
    folder = Path(os.environ.get("PLUMBLINE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real sample data is absent: {folder} (set PLUMBLINE_DATA)")
    return folder
