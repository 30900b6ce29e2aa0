"""How the engine is called, and the environment it is given: nothing of QGIS's own may leak into it.

Pure functions: what they need to know of the machine is handed in, so that Windows and macOS are tested from
recorded facts.
"""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Callable, Optional

_DROPPED = {
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",  # macOS: makes a virtual environment believe that it is QGIS's Python
    "PROJ_LIB",
    "PROJ_DATA",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
}
_DROPPED_BEGINNINGS = ("PYTHON", "PIP_", "QGIS_", "QT_", "DYLD_")
_CERTIFICATES = {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}


def engine_root() -> Path:
    """Return the folder that holds ``engine``: the plugin's own, or in a checkout the one above."""
    plugin = Path(__file__).resolve().parents[1]
    return plugin if (plugin / "engine" / "__main__.py").is_file() else plugin.parent


def plugin_version(root: Path) -> str:
    """Return the version that ``metadata.txt`` states, or "unknown"."""
    try:
        lines = (root / "metadata.txt").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line[8:].strip() for line in lines if line.startswith("version=")), "unknown")


def engine_command(interpreter: Path, *, idle_s: Optional[float]) -> list[str]:
    """Return the command that starts the engine, isolated from the user's and QGIS's Python packages.

    Args:
        interpreter: Absolute path of the engine's Python.
        idle_s: The engine ends after so long without work; None = never.
    """
    launch = Path(__file__).resolve().with_name("launch.py")
    # Isolated mode ignores PYTHONIOENCODING, so UTF-8 is asked for here.
    command = [str(interpreter), "-I", "-X", "utf8", str(launch), str(engine_root()), "serve"]
    return command if idle_s is None else [*command, "--idle-s", f"{idle_s:g}"]


def qgis_folders(
    environment: Mapping[str, str],
    *,
    platform: str = sys.platform,
    prefix: str = sys.prefix,
    executable: str = sys.executable,
) -> list[str]:
    r"""Return where this QGIS is installed, if that is a place of its own; on Linux it mostly shares /usr.

    On Windows the same folder may go by a long and a short name (``C:\PROGRA~1\QGIS34~1.6``): both are named.

    Args:
        environment: Of the process of QGIS.
        platform: As ``sys.platform``.
        prefix: As ``sys.prefix`` within QGIS.
        executable: As ``sys.executable`` within QGIS, which is QGIS itself on Windows and macOS.
    """
    if platform == "win32":
        found = [environment.get("OSGEO4W_ROOT", "")]
        for inside in (prefix, environment.get("QGIS_PREFIX_PATH", "")):
            root, apps, _ = inside.replace("/", "\\").partition("\\apps\\")
            found += [root] if apps else []
        folder = ntpath.dirname(executable)
        if (
            ntpath.basename(executable).lower().startswith("qgis")
            and ntpath.basename(folder).lower() == "bin"
        ):
            found += [ntpath.dirname(folder)]
    elif platform == "darwin":
        found = [path.partition(".app/")[0] + ".app" for path in (executable, prefix) if ".app/" in path]
    else:
        found = [environment.get("APPDIR", "")]
    return list(dict.fromkeys(each for each in found if each))


def child_environment(
    environment: Mapping[str, str],
    *,
    platform: str = sys.platform,
    inside_qgis: Sequence[str] = (),
    exists: Callable[[str], bool] = os.path.exists,
) -> dict[str, str]:
    """Return what the engine, or a program that sets it up, is given as its environment.

    Kept is all but what would lead another interpreter astray: settings of Python, PROJ, GDAL, Qt and QGIS,
    search paths of libraries, and whatever lies inside QGIS.

    Args:
        environment: Of the process of QGIS; not changed.
        platform: As ``sys.platform``.
        inside_qgis: Folders of QGIS, as ``qgis_folders`` finds them.
        exists: Whether there is such a file.
    """
    paths: ModuleType = ntpath if platform == "win32" else posixpath
    separator = ";" if platform == "win32" else ":"
    folders = [_comparable(each, paths) for each in inside_qgis]

    def inside(path: str) -> bool:
        return any(_comparable(path, paths).startswith(folder) for folder in folders)

    kept = {}
    for name, value in environment.items():
        key = name.upper() if platform == "win32" else name
        if key == "PATH":
            kept[name] = separator.join(each for each in value.split(separator) if not inside(each))
        elif key in _DROPPED or key.startswith(_DROPPED_BEGINNINGS):
            continue
        elif not (value and inside(value)) and not (key in _CERTIFICATES and not exists(value)):
            kept[name] = value
    return {**kept, "PYTHONIOENCODING": "utf-8", "PYTHONNOUSERSITE": "1"}


def _comparable(path: str, paths: ModuleType) -> str:
    """Return a path so that another below it begins with it."""
    same: str = paths.normcase(paths.normpath(path)) + paths.sep
    return same
