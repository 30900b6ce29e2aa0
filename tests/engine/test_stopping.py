"""How work in the main thread is stopped by others."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from affine import Affine

from engine.errors import Cancelled, RasterError
from engine.raster import writer
from engine.raster.windows import Window
from engine.raster.writer import HEIGHTS, Placement, write_cog
from engine.stopping import Stop, run_aside, stopped_by

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere no signal ends a wait")

ENDLESS_S = 1000.0


@pytest.fixture
def soon():
    """Do something in another thread, in a moment."""
    timers = []

    def begin(action):
        timers.append(threading.Timer(0.1, action))
        timers[-1].start()

    yield begin
    for timer in timers:
        timer.join()


def test_a_wish_ends_what_waits(soon):
    stop = Stop()
    soon(stop.ask)
    with pytest.raises(Cancelled), stopped_by(stop):
        time.sleep(ENDLESS_S)


def test_an_error_of_a_library_that_was_stopped_is_a_wish(soon):
    stop = Stop()
    soon(stop.ask)

    def read():
        try:
            time.sleep(ENDLESS_S)
        except Cancelled as error:
            raise RasterError("The file is damaged.") from error

    with pytest.raises(Cancelled), stopped_by(stop):
        read()


def test_an_error_without_a_wish_stays_an_error():
    with pytest.raises(RasterError), stopped_by(Stop()):
        raise RasterError("The file is damaged.")


def test_a_wish_that_was_there_before_lets_nothing_begin():
    stop = Stop()
    stop.ask()
    with pytest.raises(Cancelled), stopped_by(stop):
        raise AssertionError


def test_a_late_wish_does_no_harm_to_others():
    stop = Stop()
    with stopped_by(stop):
        pass
    stop.ask()
    with stopped_by(Stop()):
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(0.1)


def test_what_must_not_be_torn_comes_to_its_end_first(soon):
    stop, done = Stop(), []
    soon(stop.ask)

    def write():
        with stop.deferred():
            while not stop.asked:
                time.sleep(0.01)
            time.sleep(0.2)
            done.append("whole")
        time.sleep(ENDLESS_S)

    with pytest.raises(Cancelled), stopped_by(stop):
        write()
    assert done == ["whole"]


def test_what_tidies_up_is_left_in_peace(soon):
    stop, tidied = Stop(), []
    soon(stop.ask)

    def work():
        try:
            time.sleep(ENDLESS_S)
        finally:
            stop.ask()
            time.sleep(0.2)
            tidied.append(True)

    with pytest.raises(Cancelled), stopped_by(stop):
        work()
    assert tidied


def test_work_aside_gives_its_result_or_its_error():
    given_up = []
    assert run_aside(lambda: 3, give_up=lambda: given_up.append(True)) == 3
    with pytest.raises(ZeroDivisionError):
        run_aside(lambda: 1 // 0, give_up=lambda: given_up.append(True))
    assert given_up == []


def test_work_aside_is_given_up(soon):
    stop, spoilt = Stop(), threading.Event()
    soon(stop.ask)
    with pytest.raises(Cancelled), stopped_by(stop):
        run_aside(lambda: spoilt.wait(ENDLESS_S), give_up=spoilt.set)
    assert spoilt.is_set()


def test_a_raster_that_is_stopped_in_its_last_step_leaves_nothing(tmp_path, soon, monkeypatch):
    stop, make = Stop(), writer._make_cog

    def slowly(pixels, finished, product):
        soon(stop.ask)
        while pixels.stat().st_size:  # until it is given up
            time.sleep(0.01)
        make(pixels, finished, product)

    monkeypatch.setattr(writer, "_make_cog", slowly)
    place = Placement(64, 64, Affine(1, 0, 5e5, 0, -1, 5e6), "EPSG:32633")
    with pytest.raises(Cancelled), stopped_by(stop), write_cog(tmp_path / "h.tif", place, HEIGHTS) as file:
        file.write(Window(0, 0, 64, 64), np.zeros((64, 64), dtype=np.float32))
    assert list(tmp_path.iterdir()) == []
