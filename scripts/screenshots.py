"""Take the pictures of the plugin in ``docs/``, in a real QGIS on a virtual display.

usage: python -m scripts.screenshots [FOLDER [QGIS]]. Needs Xvfb, QGIS's desktop (``qgis``), and the scene of
``make run``; with openbox, dialogs have frames. The pictures show the built plugin in a fresh profile.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.install_plugin import install
from scripts.package import ROOT, build

_SCENE = ROOT / "out" / "scene_7_2048" / "rgb.tif"
_SIZE = "1240x780x24"
_LONGEST_S = 7200.0
_SETTINGS = """\
[PythonPlugins]
plumbline=true
processing=true
[qgis]
checkVersion=false
askToSaveProjectChanges=false
showTips=false
[core]
NewsFeed\\httpsfeedqgisorg\\disabled=true
"""


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise SystemExit(f"{name} is not installed: the pictures are taken in QGIS's desktop under Xvfb.")
    return path


@contextlib.contextmanager
def _running(*command: str, **options: object) -> Iterator[None]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]  # noqa: S603
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _display() -> Iterator[str]:
    """Run a display of its own, with a window manager where there is one."""
    reading, writing = os.pipe()
    command = (_program("Xvfb"), "-displayfd", str(writing), "-screen", "0", _SIZE)
    with _running(*command, pass_fds=(writing,)), contextlib.ExitStack() as stack:
        os.close(writing)
        with os.fdopen(reading) as answer:  # Xvfb writes the display's number when it is ready
            display = ":" + answer.readline().strip()
        manager = shutil.which("openbox")
        if manager:
            stack.enter_context(_running(manager, env={**os.environ, "DISPLAY": display}))
        yield display


def take(folder: Path, qgis: str) -> None:
    """Take all pictures.

    Args:
        folder: Where they are written.
        qgis: Program of QGIS's desktop.

    Raises:
        SystemExit: Something that is needed is absent, or QGIS did not come to the end.
    """
    if not _SCENE.exists():
        raise SystemExit(f"There is no {_SCENE}: `make run` renders it.")
    with tempfile.TemporaryDirectory(prefix="pictures-", dir=ROOT / "out") as room, _display() as display:
        home = Path(room)
        profile = home / "profiles" / "profiles" / "default"
        (profile / "QGIS").mkdir(parents=True)
        (profile / "QGIS" / "QGIS3.ini").write_text(_SETTINGS, encoding="utf-8")
        install(build(home / "built"), profile)
        environment = {
            **os.environ,
            "HOME": room,
            "XDG_RUNTIME_DIR": room,
            "DISPLAY": display,
            "PLUMBLINE_PYTHON": sys.executable,
            "PLUMBLINE_SCENE": str(_SCENE),
            "PLUMBLINE_PICTURES": str(folder.resolve()),
        }
        script = str(ROOT / "scripts" / "screenshots_in_qgis.py")
        command = [_program(qgis), "--profiles-path", str(home / "profiles"), "--nologo", "--code", script]
        done = subprocess.run(command, env=environment, check=False, timeout=_LONGEST_S)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"QGIS ended with {done.returncode}; what it wrote says why.")


if __name__ == "__main__":
    take(
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs",
        sys.argv[2] if len(sys.argv) > 2 else "qgis",
    )
