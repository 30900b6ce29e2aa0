#!/usr/bin/env python3
"""Stands in for an interpreter with an engine: speaks the protocol without torch, misbehaves when asked to.

How it starts is told by the variable FAKE_ENGINE, how it works by the raster that it is given.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

START = os.environ.get("FAKE_ENGINE", "")
cancelled = set()
lock = threading.Lock()


def raw(text):
    with lock:
        sys.stdout.write(text)
        sys.stdout.flush()


def say(**message):
    raw(json.dumps({"jsonrpc": "2.0", **message}) + "\n")


def answer(number, **facts):
    say(id=number, result={"figures": {"length_m": 1.5}, "facts": {"pid": str(os.getpid()), **facts}})


def fail(number, code, message, **rest):
    say(id=number, error={"code": code, "message": message, **rest})


def crash(number):
    sys.stderr.write("something broke\nMemoryError: 3 GB\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def break_off(number):
    raw(f'{{"jsonrpc": "2.0", "id": {number}, "res')
    os._exit(3)


def go_home(number):
    """As an idle engine that did not see the request."""
    os._exit(0)


def garbage(number):
    raw("libfoo: warning\n\x00\x01 {\n[1, 2]\n" + "{" * 100_000 + "\n")


def huge_line(number):
    for _ in range(50):
        raw("x" * 1_000_000)
    raw("\n")


def unknown_ids(number):
    answer(9999)
    say(method="progress", params={"id": 9998, "done": 1, "total": 2, "what": "?"})
    fail(None, -32700, "what was that?")


def chat(number):
    for done in (0, 1, 2):
        say(method="progress", params={"id": number, "done": done, "total": 2, "what": "windows"})
    say(method="log", params={"id": number, "message": "two bands of four"})
    say(method="log", params={"id": None, "message": "a fact of its own"})


def wait(number):
    say(method="progress", params={"id": number, "done": 0, "total": 2, "what": "windows"})
    while number not in cancelled:
        time.sleep(0.01)


def ignore_cancel(number):
    say(method="progress", params={"id": number, "done": 0, "total": 2, "what": "windows"})
    time.sleep(1e6)


ORDERS = {
    order.__name__.replace("_", " "): order
    for order in (crash, break_off, go_home, garbage, huge_line, unknown_ids, chat, wait, ignore_cancel)
}


def work(number, order):
    """Do as told, and answer; "ORDER once FILE" only if the file is not there yet."""
    order, _, mark = order.partition(" once ")
    if mark and Path(mark).exists():
        order = ""
    elif mark:
        Path(mark).touch()
    if order in ORDERS:
        ORDERS[order](number)
    if order == "raster error":
        fail(number, -32000, "There is no raster: choose one.", data={"kind": "raster"})
    elif number in cancelled:
        fail(number, -32800, "Stopped between two windows.")
    else:
        answer(number)


def greet(number):
    if START == "slow":
        time.sleep(1.0)
    if START != "silent":
        answer(number, version="0.1.0", protocol="99" if START == "another protocol" else "1")


def main():
    """Read until told to stop, or until nobody is there."""
    if START == "dies":
        sys.exit("ModuleNotFoundError: No module named 'torch'")
    if START == "never ends":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for line in sys.stdin:
        message = json.loads(line)
        if message["method"] == "cancel":
            cancelled.add(message["params"]["id"])
        elif message["method"] == "hello":
            greet(message["id"])
        elif message["method"] == "shutdown" and START != "never ends":
            break
        else:
            order = message["params"].get("raster", "")
            threading.Thread(target=work, args=(message["id"], order), daemon=True).start()
    while START == "never ends":
        time.sleep(1.0)


main()
