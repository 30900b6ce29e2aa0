"""Engines that are closed after the test, and leave neither threads nor processes behind."""

import os
import threading
from pathlib import Path

import pytest

from qgis_plugin.engine_client.client import Engine
from qgis_plugin.engine_client.errors import EngineCancelled, EngineCrashed, EngineFailed, EngineMissing
from qgis_plugin.engine_client.requests import ExtractRoads

FAKE = Path(__file__).resolve().parents[2] / "fake_engine.py"

PATIENCE_S = 120.0
"""Longer than anything here takes, also on a busy machine."""


def child_processes():
    """Processes that this one started and that are not gone yet, zombies included."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def open_files():
    """How many files, pipes included, this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def log():
    """What the engine's log was told."""
    return []


@pytest.fixture
def make_engine(log):
    """Make engines of the stand-in, or of another interpreter."""
    threads, processes, files = set(threading.enumerate()), child_processes(), open_files()
    made = []

    def make(interpreter=FAKE, **options):
        made.append(Engine(lambda: interpreter, log=log.append, **options))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
    assert set(threading.enumerate()) == threads
    assert child_processes() == processes
    assert open_files() <= files


@pytest.fixture
def engine(make_engine):
    """An engine that has not been asked yet."""
    return make_engine()


@pytest.fixture
def ask(engine):
    """Give the stand-in an order; see there for the orders."""

    def ask(order="", engine=engine, **callbacks):
        return engine.request(ExtractRoads(order, "/out.gpkg"), **callbacks)

    return ask


@pytest.fixture
def begin(ask):
    """Give an order, and return when the stand-in works on it."""

    def begin(order, **options):
        begun = threading.Event()
        pending = ask(order, on_progress=lambda _: begun.set(), **options)
        assert begun.wait(PATIENCE_S)
        return pending

    return begin


@pytest.fixture
def end_of():
    """Wait for a request; return its result, or what it raises."""

    def end_of(pending):
        assert pending.wait(PATIENCE_S)
        try:
            return pending.result()
        except (EngineMissing, EngineFailed, EngineCancelled, EngineCrashed) as error:
            return error

    return end_of
