"""Which Python can make the engine's environment: where to look, and what each one found says of itself."""

from __future__ import annotations

import json
import ntpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Callable, Optional

from .folders import Facts, path_on

LEAST = (3, 11)
MOST = (3, 13)
"""The pinned packages come ready-made for the versions from LEAST to MOST."""

PROBE = (
    "import json, struct, sys\n"
    "from importlib.util import find_spec\n"
    "print(json.dumps({'version': list(sys.version_info[:3]), 'bits': 8 * struct.calcsize('P'),\n"
    "    'executable': sys.executable, 'base': sys.base_prefix,\n"
    "    'modules': [each for each in ('venv', 'ensurepip') if find_spec(each)]}))\n"
)
"""What an interpreter is asked to run; answers with one line of JSON."""

Command = tuple[str, ...]
"""How an interpreter is called: a path, for Windows's launcher also a version."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that answered.

    Attributes:
        executable: Its path.
        version: Three numbers.
        bits: 32 or 64.
        base: Where it is installed.
        modules: Which of venv and ensurepip it has.
    """

    executable: str
    version: tuple[int, ...]
    bits: int
    base: str
    modules: tuple[str, ...]


def candidates(facts: Facts, which: Callable[[str], Optional[str]]) -> tuple[Command, ...]:
    """Return where interpreters may be, the best first.

    Args:
        facts: Of the machine.
        which: Finds a program on the search path; None = it is not there.
    """
    names = [f"python3.{minor}" for minor in range(MOST[1], LEAST[1] - 1, -1)]
    if facts.system == "win32":
        found = _on_windows(facts, which)
    elif facts.system == "darwin":
        found = _on_macos(facts, names)
    else:
        # QGIS's own sys.executable is merely the first python3 of the search path.
        places = [*(which(name) for name in names), "/usr/bin/python3", facts.executable or which("python3")]
        found = [(place,) for place in places if place]
    return tuple(dict.fromkeys(found))


def _on_windows(facts: Facts, which: Callable[[str], Optional[str]]) -> list[Command]:
    # sys.executable is QGIS itself there.
    own = [str(path_on("win32", facts.prefix, name)) for name in ("python.exe", "python3.exe")]
    launcher = which("py")
    minors = range(MOST[1], LEAST[1] - 1, -1)
    return [(each,) for each in own] + [(launcher, f"-3.{minor}") for minor in minors if launcher]


def _on_macos(facts: Facts, names: Sequence[str]) -> list[Command]:
    # Never /usr/bin/python3: it asks to install Xcode's tools.
    framework = "/Library/Frameworks/Python.framework/Versions"
    installed = [f"{framework}/{name[6:]}/bin/{name}" for name in names]
    brewed = [f"{folder}/{name}" for folder in ("/opt/homebrew/bin", "/usr/local/bin") for name in names]
    return [(each,) for each in [f"{facts.prefix}/bin/python3", *installed, *brewed]]


def read_probe(answer: str) -> Optional[Interpreter]:
    """Read what an interpreter said of itself; None where it said nothing of use."""
    line = next((each for each in reversed(answer.splitlines()) if each.startswith("{")), "")
    try:
        said = json.loads(line)
        version = tuple(int(each) for each in said["version"])
        modules = tuple(map(str, said["modules"]))
        return Interpreter(str(said["executable"]), version, int(said["bits"]), str(said["base"]), modules)
    except (ValueError, KeyError, TypeError):
        return None


def fault_of(found: Interpreter, system: str) -> str:
    """Say why an interpreter cannot make the environment; "" = it can."""
    version = ".".join(map(str, found.version))
    if not LEAST <= found.version[:2] <= MOST:
        return f"is Python {version}; needed is 3.{LEAST[1]} to 3.{MOST[1]}"
    if found.bits != 64:
        return "is a 32-bit Python; needed is a 64-bit one"
    # Windows redirects what a Python of its store writes into the user's data folder.
    if system == "win32" and "windowsapps" in ntpath.normcase(found.executable + found.base):
        return "comes from the Microsoft Store, whose programs cannot write where QGIS reads"
    missing = [each for each in ("venv", "ensurepip") if each not in found.modules]
    return f"lacks {' and '.join(missing)}" if missing else ""


_ADVICE = {
    "linux": (
        "Install Python 3.11, 3.12 or 3.13 with its venv module (Debian and Ubuntu: the package "
        "python3-venv; Fedora: python3.12), then run the set-up again"
    ),
    "win32": (
        "Install Python 3.12 for Windows (64 bit) from the Python project's own site, with the launcher "
        '"py", then restart QGIS and run the set-up again'
    ),
    "darwin": (
        "Install Python 3.12 for macOS from the Python project's own site or with Homebrew, then run the "
        "set-up again"
    ),
}


def what_to_install(system: str, faults: Iterable[str]) -> str:
    """Say what a user without a fitting interpreter can install.

    Args:
        system: ``sys.platform``.
        faults: What was found instead.
    """
    found = "; ".join(faults) or "none was found"
    advice = _ADVICE.get(system, _ADVICE["linux"])
    return (
        f"No Python can make the engine's environment ({found}). {advice}, "
        "or name an interpreter (parameter PYTHON)."
    )
