"""What the command line makes of numbers, signals and closed streams."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import cli
from engine.cli import convert
from engine.cli.options import finish
from engine.errors import Cancelled, EngineError, WeightsError
from engine.reporting import Bar, JsonLines
from engine.roads.convert import Converted

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("option", ["--min-confidence", "--simplify-m", "--spur-m", "--min-component-m"])
def test_numbers_must_be_finite(option, number):
    result = CliRunner().invoke(cli.main, ["roads", "a.tif", "o.gpkg", option, number])
    assert result.exit_code == 2
    assert option in result.stderr


@pytest.mark.parametrize("option", ["--width-m", "--width-px"])
def test_widths_must_be_finite(option):
    assert CliRunner().invoke(cli.main, ["convert", "a.p", "o.tif", option, "inf"]).exit_code == 2


@pytest.mark.parametrize("failure", [PermissionError(13, "Permission denied"), MemoryError()])
def test_what_nobody_foresaw_of_disks_and_memory_is_one_line(failure, monkeypatch):
    def fail(*_arguments):
        raise failure

    monkeypatch.setattr(convert, "convert_file", fail)
    result = CliRunner().invoke(cli.main, ["convert", "a.p", "o.json", "--progress", "json"])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    event = json.loads(result.stdout)
    assert (event["event"], event["code"]) == ("error", EngineError.code)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_under_the_events_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(convert, "convert_file", lambda *_arguments: Converted(Path("o.json")))
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(SystemExit) as end:
            cli.main(["convert", "a.p", "o.json", "--progress", "json"])
        with pytest.raises(OSError, match="No space"):
            full.close()
    assert end.value.code == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_foreign_proj_database_is_named():
    script = "from engine.raster.crs import parse_crs; parse_crs('EPSG:4326')"
    result = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PROJ_LIB": "/absent", "PROJ_DATA": "/absent"},
    )
    assert "unset PROJ_DATA" in result.stderr.splitlines()[-1]


def test_nobody_has_to_listen(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    reporter = JsonLines()
    reporter.log("said")
    reporter.failed("engine", "failed")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_wish_to_stop_is_heard_while_libraries_are_loaded():
    script = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from engine.__main__ import run; run()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert result.returncode in {130, -signal.SIGINT}
    assert result.stderr == ""


@pytest.mark.parametrize("number", ["nan", "inf", "0", "-0.5"])
@pytest.mark.parametrize("command", ["roads", "heights", "footprints", "challenge"])
def test_ground_sizes_must_be_finite_and_above_0(command, number):
    result = CliRunner().invoke(cli.main, [command, "a", "b", "c", "--gsd", number])
    assert result.exit_code == 2
    assert "--gsd" in result.stderr


@pytest.mark.parametrize("command", ["heights", "rectify", "footprints"])
@pytest.mark.parametrize(("option", "number"), [("--azimuth-deg", "361"), ("--off-nadir-deg", "90")])
def test_views_must_be_possible(command, option, number):
    result = CliRunner().invoke(cli.main, [command, "a", "b", "c", option, number])
    assert result.exit_code == 2
    assert option in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_a_library_takes_for_an_error_is_a_stop(number):
    """Reading weights does so: it called them damaged."""

    def work():
        try:
            os.kill(os.getpid(), number)
            time.sleep(10)
        except Cancelled as error:
            raise WeightsError("a.safetensors is damaged") from error
        return []

    handlers = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    reporter = Told()
    with pytest.raises(SystemExit) as ended:
        finish(reporter, work)
    assert ended.value.code == 130
    assert reporter.failures == [("cancelled", "Stopped.")]
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == handlers


class Told(Bar):
    """A reporter that keeps failures."""

    def __init__(self):
        super().__init__()
        self.failures = []

    def failed(self, code, message):
        self.failures.append((code, message))
