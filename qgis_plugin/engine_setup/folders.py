"""Where the engine's private environment lies, and what state it is in.

::

    FOLDER/                       default_folder: in the user's data folder
        PLUMBLINE.txt             says that the folder is ours; nothing is written or removed without it
        engine-4c1d93aa07-cpu/    one environment, named by its requirements and its build of PyTorch
            environment.json      written last: without it the environment is not whole
        set_up.log
        set_up.lock
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, Optional

from .errors import SetUpError
from .requirements import name_of, our_requirements

FOLDER_VARIABLE = "PLUMBLINE_ENGINE_FOLDER"
"""Names another folder than the default one."""

OURS = "PLUMBLINE.txt"
MARKER = "environment.json"
LOG = "set_up.log"

_ENVIRONMENT_NAME = re.compile(r"engine-[0-9a-f]{10}-(cpu|cuda)")


class State(Enum):
    """What a folder holds."""

    ABSENT = "absent"
    """No environment."""
    BROKEN = "broken"
    """One whose set-up was interrupted, or that lost its interpreter."""
    OUTDATED = "outdated"
    """A whole one, made for other requirements."""
    READY = "ready"


@dataclass(frozen=True)
class Facts:
    """What decides where things lie on a machine.

    Attributes:
        system: ``sys.platform``: "linux", "win32" or "darwin".
        environment: Of QGIS.
        home: The user's folder.
        prefix: ``sys.prefix`` of QGIS's Python.
        executable: ``sys.executable``, which need not be a Python.
    """

    system: str
    environment: Mapping[str, str]
    home: str
    prefix: str = ""
    executable: str = ""


def this_machine() -> Facts:
    """Return the facts of the machine this runs on."""
    return Facts(sys.platform, dict(os.environ), str(Path.home()), sys.prefix, sys.executable or "")


def path_on(system: str, *parts: str) -> PurePath:
    """Join parts as a system writes them, whatever system this runs on."""
    return (PureWindowsPath if system == "win32" else PurePosixPath)(*parts)


def default_folder(facts: Facts) -> Path:
    """Return the folder for environments that a user gets who names none."""
    named = facts.environment.get(FOLDER_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    if facts.system == "win32":
        local = facts.environment.get("LOCALAPPDATA") or str(path_on("win32", facts.home, "AppData", "Local"))
        return Path(str(path_on("win32", local, "Plumbline")))
    if facts.system == "darwin":
        return Path(facts.home, "Library", "Application Support", "Plumbline")
    data = facts.environment.get("XDG_DATA_HOME", "")
    # The XDG standard has relative paths ignored.
    base = Path(data) if data.startswith("/") else Path(facts.home, ".local", "share")
    return base / "plumbline"


def python_of(environment: Path, system: str = sys.platform) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if system == "win32" else "bin/python")


def _has_python(environment: Path) -> bool:
    """Tell whether an environment's interpreter, and the one it was made with, are still there."""
    try:
        settings = (environment / "pyvenv.cfg").read_text(encoding="utf-8")
        # On Windows the environment's own is a small program that calls the other one.
        home = re.search(r"^home\s*=\s*(.+?)\s*$", settings, re.MULTILINE)
        return home is not None and Path(home.group(1)).is_dir() and python_of(environment).exists()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Environment:
    """What is written about an environment when it is whole.

    Attributes:
        requirements: ``name_of`` the requirements it was made for.
        variant: "cpu" or "cuda".
        versions: Of the installed packages, by their names.
        python: Version of its interpreter.
        base: Interpreter it was made with.
        finished: Time, UTC, ISO 8601.
        plumbline: Version that made it.
    """

    requirements: str
    variant: str
    versions: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    base: str = ""
    finished: str = ""
    plumbline: str = ""


def is_ours(folder: Path) -> bool:
    """Tell whether a folder says that it is ours; a link to a file that says so is somebody else's.

    Raises:
        OSError: The folder cannot be read.
    """
    sign = folder / OURS
    return sign.is_file() and not sign.is_symlink()


def delete_entry(path: Path) -> None:
    """Delete a file, a folder or a link, whatever has the name; what a link leads to stays.

    Raises:
        OSError: It cannot be deleted.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def environment_folder(folder: Path, requirements: str, variant: str) -> Path:
    """Return where an environment of these requirements is made; ``variant`` is "cpu" or "cuda"."""
    return folder / f"engine-{requirements}-{variant}"


def environments_in(folder: Path) -> tuple[Path, ...]:
    """Return the environments in a folder, whole or not, in the order of their names."""
    try:
        inside = sorted(folder.iterdir())
        return tuple(each for each in inside if _ENVIRONMENT_NAME.fullmatch(each.name) and each.is_dir())
    except (OSError, ValueError):
        return ()


def write_environment(environment: Path, facts: Environment) -> None:
    """Write the marker that makes an environment whole: at once or not at all."""
    draft, marker = environment / (MARKER + ".part"), environment / MARKER
    delete_entry(draft)
    draft.write_text(json.dumps(asdict(facts), indent=1), encoding="utf-8")
    if marker.is_dir():
        delete_entry(marker)
    draft.replace(marker)


def read_environment(environment: Path) -> Optional[Environment]:
    """Read what is written about an environment; None where it is not whole."""
    try:
        content: Any = json.loads((environment / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not _has_python(environment):
        return None
    known = {each.name: content[each.name] for each in fields(Environment) if each.name in content}
    kinds = {"versions": dict}
    if not all(isinstance(value, kinds.get(name, str)) for name, value in known.items()):
        return None
    try:
        return Environment(**known)
    except TypeError:  # a marker of another kind
        return None


def current_environment(folder: Path, requirements: Optional[str] = None) -> Optional[Path]:
    """Return the latest whole environment for the requirements; None = there is none.

    Args:
        folder: With environments.
        requirements: ``name_of`` them; None = those of this plugin.
    """
    wanted = name_of(our_requirements()) if requirements is None else requirements
    whole = ((read_environment(each), each) for each in environments_in(folder))
    fitting = [(facts.finished, each) for facts, each in whole if facts and facts.requirements == wanted]
    return max(fitting)[1] if fitting else None


def state_of(folder: Path, requirements: Optional[str] = None) -> State:
    """Return what a folder holds; arguments as of ``current_environment``."""
    if current_environment(folder, requirements) is not None:
        return State.READY
    found = [read_environment(each) for each in environments_in(folder)]
    if not found:
        return State.ABSENT
    return State.BROKEN if None in found else State.OUTDATED


_ADVICE = {
    State.ABSENT: "has no engine yet",
    State.BROKEN: "has an engine that is not whole",
    State.OUTDATED: "has the engine of another version",
}


def interpreter_in(folder: Path) -> Path:
    """Return the interpreter of the environment in a folder.

    Raises:
        SetUpError: None is whole and up to date.
    """
    environment = current_environment(folder)
    if environment is None:
        found = _ADVICE[state_of(folder)]
        raise SetUpError(f'The folder {folder} {found}: run "Set up engine" (plumbline:setupengine).')
    return python_of(environment)
