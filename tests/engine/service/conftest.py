"""The engine as a process of its own, and somebody who talks with it."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

ROOT = Path(__file__).resolve().parents[3]

PATIENCE_S = 300.0
"""Far more than anything takes, also on a busy machine: what waits so long hangs."""


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def serve_command(*options, before=""):
    """The command of an engine; ``before`` is Python that runs first, to plant faults."""
    script = f"import sys\n{before}\nsys.argv[1:] = {['serve', *map(str, options)]}\n"
    return [sys.executable, "-c", script + "from engine.__main__ import run\nrun()"]


def is_gone(pid):
    """Whether a process has ended, whoever has still to be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def wait_until(condition):
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, "waited for too long"
        time.sleep(0.02)


class Service:
    """A running engine."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            bufsize=0,
        )
        self.lines = queue.SimpleQueue()
        self.stderr = b""
        self._threads = [threading.Thread(target=read) for read in (self._read, self._read_stderr)]
        for thread in self._threads:
            thread.start()

    def _read(self):
        with self.process.stdout as pipe:
            for line in iter(pipe.readline, b""):
                self.lines.put(line)
        self.lines.put(None)

    def _read_stderr(self):
        with self.process.stderr as pipe:
            self.stderr = pipe.read()

    def send_bytes(self, content):
        view = memoryview(content)
        while view:
            view = view[self.process.stdin.write(view) :]

    def send(self, method, number=None, **params):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self.send_bytes(json.dumps(message if number is None else {**message, "id": number}).encode() + b"\n")

    def read(self):
        """Return the next message; None when the engine has closed its output."""
        line = self.lines.get(timeout=PATIENCE_S)
        return None if line is None else json.loads(line)

    def answer(self, number):
        """Return the answer of a request, and what was told before."""
        told = []
        while (message := self.read()) is not None:
            if "method" not in message and message["id"] == number:
                return message, told
            told.append(message)
        raise AssertionError(f"no answer of {number}; {told}; {self.end()}")

    def until_progress(self, number):
        while (message := self.read()) is not None:
            if message.get("method") == "progress" and message["params"]["id"] == number:
                return
            assert "error" not in message, message
        raise AssertionError(self.end())

    def end(self):
        """Close its input; return its exit code and what it wrote to standard error."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        code = self.process.wait(PATIENCE_S)
        for thread in self._threads:
            thread.join()
        return code, self.stderr.decode()


@pytest.fixture
def start():
    """Start engines, which end with the test."""
    services = []

    def begin(*options, before=""):
        services.append(Service(serve_command(*options, before=before)))
        return services[-1]

    yield begin
    for service in services:
        service.process.kill()
        service.end()


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """A rendered town."""
    return _write(tmp_path_factory.mktemp("town") / "town.tif", 1)


@pytest.fixture(scope="session")
def wide(tmp_path_factory):
    """The same repeated: minutes of work."""
    return _write(tmp_path_factory.mktemp("wide") / "wide.tif", 12)


def _write(path, repeats):
    scene = render_scene(SceneOptions(seed=3, height_px=384, width_px=512))
    pixels = np.tile(scene.rgb, (1, repeats, repeats))
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "crs": "EPSG:32633"}
    shape = {"height": pixels.shape[1], "width": pixels.shape[2]}
    with rasterio.open(
        path, "w", **profile, **shape, transform=Affine(0.5, 0, 5e5, 0, -0.5, 5.5e6)
    ) as raster:
        raster.write(pixels)
    return path
