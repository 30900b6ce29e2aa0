"""The engine process under everything that goes wrong around it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from engine.service.protocol import (
    CANCELLED,
    ENGINE_ERROR,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
)
from engine.service.requests import PROTOCOL
from engine.version import VERSION
from tests.engine.service.conftest import (
    PATIENCE_S,
    environment,
    is_gone,
    serve_command,
    wait_until,
)

FAKE_JOBS = """
import os, sys, time, types
from engine.errors import Cancelled, OutputError, WeightsError
from engine.service.protocol import Result

def wait(progress):
    # In a call that returns at a signal only.
    progress.report(0, 1, "waiting")
    time.sleep(1000)

def as_libraries_do(progress):
    try:
        wait(progress)
    except Cancelled as error:
        raise WeightsError("weights are damaged") from error

def reports(progress):
    for number in range(10**9):
        progress.report(number, 10**9, "counting")

def deaf(progress):
    # Nothing is heard while a library in C is at work.
    import ctypes, signal
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    progress.report(0, 1, "deaf")
    ctypes.CDLL(None).sleep(1000)

def swallows(progress):
    for number in range(10**9):
        try:
            progress.report(0, 1, "swallowing")
            time.sleep(0.01)
        except Cancelled:
            if number % 2:
                raise

def garbles(progress):
    print("a library prints")
    os.write(1, b"and one in C, half a li")
    os.system("echo and a program; cat")

def fails(progress):
    raise ZeroDivisionError("by\\nzero")

def disk(progress):
    raise OSError(28, "No space left on device")

def memory(progress):
    raise MemoryError

def unfit(progress):
    raise OutputError("The folder\\n does not exist.")

def infinite(progress):
    return Result(figures={"length_m": float("inf")})

class Jobs:
    def __call__(self, request, progress):
        return globals()[request.mask](progress) or Result(facts={"ran": request.mask})
    def release(self):
        pass

sys.modules["engine.service.jobs"] = types.SimpleNamespace(Jobs=Jobs)
"""

SLOW_TO_LOAD = """
import sys, time
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "engine.service.jobs":
            time.sleep(2)
            raise ImportError("libfoo.so: cannot open shared object file")
sys.meta_path.insert(0, Finder())
"""


@pytest.fixture
def service(start):
    """An engine whose work is one of the functions above, named as the mask."""
    return start(before=FAKE_JOBS)


def ask(service, number, what):
    service.send("mask_to_graph", number, mask=what, output="o.gpkg")


def fine(**facts):
    return {"files": {}, "figures": {}, "facts": facts}


def test_hello_is_answered_while_another_request_runs(service):
    ask(service, 1, "reports")
    service.until_progress(1)
    service.send("hello", 2, version="0")
    facts = service.answer(2)[0]["result"]["facts"]
    assert (facts["version"], facts["protocol"]) == (VERSION, str(PROTOCOL))
    assert facts["pid"] == str(service.process.pid)


def test_half_a_line_at_the_end_is_passed_over(service):
    service.send("hello", 1, version="0")
    service.send_bytes(b'{"jsonrpc": "2.0", "id": 2, "method": "exa')
    service.answer(1)
    assert service.end() == (0, "")
    assert service.read() is None


def test_a_line_of_50_mb_is_refused_and_not_held(service):
    service.send_bytes(b'{"id": 1, "method": "')
    for _ in range(50):
        service.send_bytes(b"x" * 1_000_000)
    service.send_bytes(b'"}\n')
    assert service.read()["error"]["code"] == PARSE_ERROR
    service.send("hello", 2, version="0")
    service.answer(2)
    with open(f"/proc/{service.process.pid}/status") as status:  # noqa: PTH123 - no file
        peak_kb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak_kb < 200_000


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        (b"libfoo: warning", PARSE_ERROR, None),
        (b"\x00\xff{", PARSE_ERROR, None),
        (b"[]", INVALID_REQUEST, None),
        (b'{"id": 3, "method": "launch"}', METHOD_NOT_FOUND, 3),
        (b'{"id": 3, "method": "examine", "params": {"device": 1}}', INVALID_PARAMS, 3),
        (b'{"id": 3, "method": "mask_to_graph", "params": {}}', INVALID_PARAMS, 3),
    ],
)
def test_what_is_no_request_is_answered_and_ends_nothing(service, line, code, number):
    service.send_bytes(b"\n  \n" + line + b"\n")
    message = service.read()
    assert (message["error"]["code"], message["id"]) == (code, number)
    service.send("cancel", id=99)
    ask(service, 4, "garbles")
    assert service.answer(4)[0]["result"] == fine(ran="garbles")


def test_what_libraries_and_programs_print_does_not_garble_the_answers(service):
    ask(service, 1, "garbles")
    service.send("hello", 2, version="0")
    found = [service.read(), service.read()]
    assert {each["id"] for each in found} == {1, 2}
    assert service.lines.empty()
    _, errors = service.end()
    assert "a library prints" in errors
    assert "half a liand a program" in errors


def test_an_id_in_use_is_refused_and_the_first_of_it_goes_on(service):
    ask(service, 1, "wait")
    service.until_progress(1)
    ask(service, 1, "garbles")
    refused = service.read()
    assert (refused["id"], refused["error"]["code"]) == (None, INVALID_REQUEST)
    service.send("cancel", id=1)
    assert service.answer(1)[0]["error"]["code"] == CANCELLED
    ask(service, 1, "garbles")
    assert service.answer(1)[0]["result"] == fine(ran="garbles")


def test_requests_wait_for_each_other_and_are_answered_in_their_order(service):
    for number in (5, 3, 4):
        ask(service, number, "garbles")
    assert [service.read()["id"] for _ in range(3)] == [5, 3, 4]


def test_a_request_cancelled_before_it_starts_never_runs(service):
    ask(service, 1, "wait")
    ask(service, 2, "wait")
    service.until_progress(1)
    service.send("cancel", id=2)
    assert service.answer(2)[0]["error"]["code"] == CANCELLED
    service.send("cancel", id=1)
    answer, told = service.answer(1)
    assert answer["error"]["code"] == CANCELLED
    assert told == []
    ask(service, 3, "garbles")
    assert service.answer(3) == ({"jsonrpc": "2.0", "id": 3, "result": fine(ran="garbles")}, [])


@pytest.mark.parametrize("work", ["wait", "as_libraries_do", "reports", "swallows"])
def test_a_running_request_is_cancelled_whatever_it_is_at(service, work):
    for number in (1, 2):
        ask(service, number, work)
        service.until_progress(number)
        # Twice, and late: the next request must not hear it.
        service.send("cancel", id=number)
        service.send("cancel", id=number)
        assert service.answer(number)[0]["error"]["code"] == CANCELLED
        service.send("cancel", id=number)
        ask(service, 10 + number, "garbles")
        assert service.answer(10 + number)[0]["result"] == fine(ran="garbles")


@pytest.mark.parametrize(
    ("work", "code", "kind", "message"),
    [
        ("unfit", ENGINE_ERROR, "output", "The folder does not exist."),
        ("disk", ENGINE_ERROR, "engine", "No space left"),
        ("memory", ENGINE_ERROR, "engine", "not enough memory"),
        ("fails", INTERNAL_ERROR, None, "ZeroDivisionError: by zero"),
        ("infinite", INTERNAL_ERROR, None, "not finite"),
    ],
)
def test_a_failure_is_one_line_and_the_next_request_runs(service, work, code, kind, message):
    ask(service, 1, work)
    error = service.answer(1)[0]["error"]
    assert error["code"] == code
    assert error.get("data", {}).get("kind") == kind
    assert message in error["message"]
    assert "\n" not in error["message"]
    ask(service, 2, "garbles")
    assert service.answer(2)[0]["result"] == fine(ran="garbles")
    _, errors = service.end()
    assert ("Traceback" in errors) == (code == INTERNAL_ERROR)


@pytest.mark.parametrize("work", ["wait", "as_libraries_do", "reports", "deaf"])
def test_shutdown_ends_a_busy_engine(service, work):
    ask(service, 1, work)
    ask(service, 2, "wait")
    service.until_progress(1)
    service.send("shutdown", 3)
    assert service.answer(3)[0]["result"] == fine()
    rest = list(iter(service.read, None))
    assert {each["id"]: each["error"]["code"] for each in rest if "id" in each}[2] == CANCELLED
    # One that hears nothing is ended by force.
    assert service.process.wait(PATIENCE_S) == (1 if work == "deaf" else 0)


@pytest.mark.parametrize("work", ["wait", "reports", "deaf"])
def test_the_end_of_the_input_ends_a_busy_engine(service, work):
    ask(service, 1, work)
    service.until_progress(1)
    code, _ = service.end()
    assert code == (1 if work == "deaf" else 0)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("work", ["wait", "deaf"])
def test_an_engine_outlives_no_parent_that_is_killed(work):
    request = {"id": 1, "method": "mask_to_graph", "params": {"mask": work, "output": "o"}}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps(serve_command(before=FAKE_JOBS)), json.dumps(request)],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    pid = int(parent.stdout.readline())
    assert not is_gone(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: is_gone(pid))


PARENT = """
import json, subprocess, sys
child = subprocess.Popen(json.loads(sys.argv[1]), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdin.write(sys.argv[2].encode() + b"\\n")
child.stdin.flush()
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


def test_a_request_is_cancelled_while_libraries_load(start):
    service = start(before=SLOW_TO_LOAD)
    ask(service, 1, "any")
    service.send("hello", 2, version="0")
    service.send("cancel", id=1)
    assert service.read()["id"] == 2
    assert service.answer(1)[0]["error"]["code"] == CANCELLED
    ask(service, 3, "any")
    error = service.answer(3)[0]["error"]
    assert error["code"] == ENGINE_ERROR
    assert "libfoo.so: cannot open" in error["message"]
    ask(service, 4, "any")
    assert service.answer(4)[0]["error"] == error


def test_an_idle_engine_ends(start):
    service = start("--idle-s", "0.5", before=FAKE_JOBS)
    ask(service, 1, "garbles")
    assert service.answer(1)[0]["result"] == fine(ran="garbles")
    assert "for 0.5 s" in service.read()["params"]["message"]
    assert service.read() is None
    assert service.process.wait(PATIENCE_S) == 0


def test_a_busy_engine_is_not_idle(start):
    service = start("--idle-s", "0.2", before=FAKE_JOBS)
    ask(service, 1, "reports")
    for _ in range(20):  # more than a second of work
        service.until_progress(1)
    service.send("cancel", id=1)
    assert service.answer(1)[0]["error"]["code"] == CANCELLED


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("work", ["wait", "as_libraries_do", None])
def test_signals_end_the_engine(service, number, work):
    service.send("hello", 1, version="0")
    service.answer(1)
    if work:
        ask(service, 2, work)
        service.until_progress(2)
    service.process.send_signal(number)
    assert service.process.wait(PATIENCE_S) in {0, 130}
    assert "Traceback" not in service.end()[1]


@pytest.mark.skipif(os.name != "posix", reason="closed descriptors of POSIX")
def test_an_engine_without_streams_says_what_it_is_for():
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m engine serve <&- >&-', sys.executable],
        check=False,
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: ")
