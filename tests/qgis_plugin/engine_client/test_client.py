"""The engine's client with a real process that does as it is told, for good or ill."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from qgis_plugin.engine_client.client import Engine
from qgis_plugin.engine_client.errors import EngineCancelled, EngineCrashed, EngineFailed, EngineMissing
from qgis_plugin.engine_client.requests import Examine, ExtractRoads

PATIENCE_S = 120.0


def wait_until(condition):
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def engine_threads():
    return [each.name for each in threading.enumerate() if each.name.startswith("plumbline engine")]


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_of(result):
    return int(result.facts["pid"])


def test_one_process_answers_one_request_after_the_other(engine, ask, end_of):
    pendings = [ask() for _ in range(5)]
    results = [end_of(each) for each in pendings]
    assert {each.figures["length_m"] for each in results} == {1.5}
    assert len({pid_of(each) for each in results}) == engine.starts == 1


def test_nothing_is_started_before_it_is_needed(engine):
    assert engine.starts == 0
    assert not engine_threads()


def test_an_engine_that_is_warmed_up_serves_the_first_request(engine, ask, end_of):
    engine.warm_up()
    wait_until(lambda: engine.starts == 1)
    engine.warm_up()
    end_of(ask())
    assert engine.starts == 1


def test_progress_and_log_reach_the_one_who_asked(ask, end_of, log):
    steps, facts, other = [], [], []
    first = ask("chat", on_progress=steps.append, on_log=facts.append)
    second = ask(on_progress=other.append)
    end_of(first), end_of(second)
    assert [(each.done, each.total, each.what) for each in steps] == [
        (0, 2, "windows"),
        (1, 2, "windows"),
        (2, 2, "windows"),
    ]
    assert facts == ["two bands of four"]
    assert "a fact of its own" in log
    assert other == []


def test_an_error_of_the_engine_is_told_in_its_words(ask, end_of):
    error = end_of(ask("raster error"))
    assert isinstance(error, EngineFailed)
    assert (str(error), error.kind) == ("There is no raster: choose one.", "raster")


def test_a_number_that_is_none_is_refused_without_harm(engine, ask, end_of):
    error = end_of(engine.request(ExtractRoads("a", "b", simplify_m=float("nan"))))
    assert isinstance(error, EngineFailed)
    assert end_of(ask()).figures
    assert engine.starts == 1


def test_a_crash_ends_one_request_and_the_next_goes_to_a_new_process(engine, ask, end_of):
    crashing, waiting = ask("crash"), ask()
    error = end_of(crashing)
    assert isinstance(error, EngineCrashed)
    for words in (
        "memory runs out (signal 9)",
        "MemoryError: 3 GB",
        "smaller extent",
        "starts the engine again",
    ):
        assert words in str(error)
    assert end_of(waiting).figures
    assert engine.starts == 2


def test_half_a_line_at_death_is_no_answer(engine, ask, end_of, log):
    error = end_of(ask("break off"))
    assert isinstance(error, EngineCrashed)
    assert "exit code 3" in str(error)
    assert "Check engine" in str(error)
    assert any("no message" in each for each in log)
    assert end_of(ask()).figures


def test_an_engine_that_is_killed_while_it_works(begin, ask, end_of):
    pid = pid_of(end_of(ask()))
    pending = begin("wait")
    os.kill(pid, signal.SIGKILL)
    assert "signal 9" in str(end_of(pending))


def test_an_engine_that_is_killed_while_idle_is_not_missed(engine, ask, end_of):
    os.kill(pid_of(end_of(ask())), signal.SIGKILL)
    wait_until(lambda: not engine_threads())
    assert end_of(ask()).figures
    assert engine.starts == 2


def test_an_engine_that_went_home_leaves_no_threads_and_comes_again(engine, ask, end_of, log):
    os.kill(pid_of(end_of(ask())), signal.SIGTERM)
    wait_until(lambda: not engine_threads())
    assert end_of(ask()).figures
    assert engine.starts == 2


def test_a_request_on_its_way_to_an_engine_that_goes_home_is_sent_again(engine, ask, end_of, tmp_path):
    mark = tmp_path / "went"
    assert end_of(ask(f"go home once {mark}")).figures
    assert mark.exists()
    assert engine.starts == 2


def test_but_only_once(engine, ask, end_of):
    error = end_of(ask("go home"))
    assert isinstance(error, EngineCrashed)
    assert "exit code 0" in str(error)
    assert engine.starts == 2


@pytest.mark.parametrize("noise", ["garbage", "huge line", "unknown ids"])
def test_what_is_no_message_for_us_is_logged_and_no_more(engine, ask, end_of, log, noise):
    assert end_of(ask(noise)).figures
    assert end_of(ask()).figures
    assert engine.starts == 1
    told = {
        "garbage": "libfoo: warning",
        "huge line": "too long to be a message",
        "unknown ids": "request 9999, for which nobody waits",
    }
    assert any(told[noise] in each for each in log)
    assert max(map(len, log)) < 300


def test_cancel_before_the_start(engine, ask, begin, end_of):
    working = begin("wait")
    waiting, last = ask(), ask()
    waiting.cancel()
    assert isinstance(end_of(waiting), EngineCancelled)
    assert not working.wait(0)
    working.cancel()
    assert end_of(last).figures
    assert engine.starts == 1


def test_cancel_in_the_middle_keeps_the_engine_warm(engine, ask, begin, end_of):
    pending = begin("wait")
    pending.cancel()
    pending.cancel()
    error = end_of(pending)
    assert isinstance(error, EngineCancelled)
    assert str(error) == "Stopped between two windows."
    assert end_of(ask()).figures
    assert engine.starts == 1


def test_who_does_not_listen_is_killed_and_the_others_are_served(engine, ask, begin, end_of, log):
    pid = pid_of(end_of(ask()))
    deaf = begin("ignore cancel")
    others = [ask(), ask()]
    deaf.cancel()
    assert isinstance(end_of(deaf), EngineCancelled)
    assert is_gone(pid)
    assert [end_of(each).figures for each in others] == [{"length_m": 1.5}] * 2
    assert engine.starts == 2


def test_cancel_after_the_end_changes_nothing(ask, end_of):
    pending = ask()
    result = end_of(pending)
    pending.cancel()
    assert pending.result() is result


def test_cancel_while_the_engine_starts(engine, ask, end_of, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "slow")
    pending, other = ask(), ask()
    pending.cancel()
    assert isinstance(end_of(pending), EngineCancelled)
    assert end_of(other).figures
    assert engine.starts == 1


def test_an_engine_that_never_greets_is_ended(make_engine, ask, end_of, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "silent")
    engine = make_engine(start_s=1.0)
    for error in [end_of(each) for each in (ask(engine=engine), ask(engine=engine))]:
        assert isinstance(error, EngineCrashed)
        assert "no answer within 1 s" in str(error)
        assert "Set up engine" in str(error)


def test_an_engine_that_dies_at_the_start_is_not_waited_for(engine, ask, end_of, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "dies")
    for error in [end_of(each) for each in (ask(), ask())]:
        assert isinstance(error, EngineCrashed)
        assert "No module named 'torch'" in str(error)
        assert "Set up engine" in str(error)
    monkeypatch.delenv("FAKE_ENGINE")
    assert end_of(ask()).figures


def test_an_engine_of_another_protocol_is_not_asked(ask, end_of, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "another protocol")
    error = end_of(ask())
    assert isinstance(error, EngineFailed)
    assert error.kind == "protocol"
    assert "speaks protocol 99 and this plugin protocol 1: reload the plugin" in str(error)


@pytest.mark.parametrize("interpreter", [Path("/nowhere/python"), Path("python3"), Path(__file__)])
def test_an_interpreter_that_is_none(make_engine, ask, end_of, interpreter):
    error = end_of(ask(engine=make_engine(interpreter)))
    assert isinstance(error, EngineMissing)
    assert str(interpreter) in str(error)
    assert "Set up engine" in str(error)


@pytest.mark.parametrize("raised", [EngineMissing("Run it."), RuntimeError("broken settings")])
def test_no_interpreter_at_all(ask, end_of, raised):
    def find():
        raise raised

    engine = Engine(find)
    error = end_of(ask(engine=engine))
    assert isinstance(error, EngineMissing)
    assert str(raised) in str(error)
    assert engine.starts == 0
    engine.close()


def test_callbacks_may_fail_and_may_ask_for_more(engine, ask, end_of, caplog):
    asked = []

    def fail_after_asking(_):
        asked.append(ask())
        raise ZeroDivisionError

    pending = ask("chat", on_progress=fail_after_asking)
    assert end_of(pending).figures
    assert [end_of(each).figures for each in asked] == [{"length_m": 1.5}] * 3
    assert [each.exc_info[0] for each in caplog.records] == [ZeroDivisionError] * 3


def test_when_done_is_called_once_whenever_it_is_asked_for(ask, end_of):
    calls, called = [], threading.Event()

    def call():
        calls.append(threading.current_thread())
        called.set()

    pending = ask("chat")
    pending.when_done(call)
    end_of(pending)
    assert called.wait(PATIENCE_S)
    pending.when_done(call)
    assert [each is threading.current_thread() for each in calls] == [False, True]


def test_many_threads_may_ask_at_once(engine, ask, end_of):
    ends = []
    threads = [threading.Thread(target=lambda: ends.append(end_of(ask()))) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE_S)
    assert len(ends) == 20
    assert len({pid_of(each) for each in ends}) == engine.starts == 1


def test_close_cancels_what_runs_and_waits_and_may_be_repeated(engine, ask, begin, end_of):
    pid = pid_of(end_of(ask()))
    pendings = [begin("ignore cancel"), ask(), ask()]
    closers = [threading.Thread(target=engine.close) for _ in range(3)]
    for each in closers:
        each.start()
    for each in closers:
        each.join(PATIENCE_S)
    assert [type(end_of(each)) for each in pendings] == [EngineCancelled] * 3
    assert is_gone(pid)
    assert not engine_threads()
    engine.close()
    assert end_of(ask()).figures
    assert engine.starts == 2


def test_close_ends_who_does_not_want_to(engine, ask, end_of, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "never ends")
    pid = pid_of(end_of(ask()))
    engine.close()
    assert is_gone(pid)


def test_close_may_be_called_by_a_callback(engine, ask, end_of):
    pending = ask("wait", on_progress=lambda _: engine.close())
    assert isinstance(end_of(pending), EngineCancelled)


def test_a_closed_engine_starts_again_when_it_is_asked(engine, ask, end_of):
    end_of(ask())
    engine.close()
    assert end_of(ask()).figures
    assert engine.starts == 2


@pytest.mark.slow
def test_the_shipped_engine_examines_itself_whatever_qgis_has_in_its_environment(
    make_engine, end_of, monkeypatch
):
    for name in ("PYTHONHOME", "PYTHONPATH", "PROJ_DATA", "GDAL_DATA", "LD_LIBRARY_PATH", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    engine = make_engine(Path(sys.executable))
    result = end_of(engine.request(Examine(device="cpu")))
    assert not isinstance(result, Exception), result
    assert result.figures["inference_s"] > 0
    assert engine.starts == 1
