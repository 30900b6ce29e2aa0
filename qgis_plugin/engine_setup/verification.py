"""Whether an interpreter can run the engine: its packages, their files, and a first run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

from ..engine_client.environment import engine_root
from .child import answer_of
from .interpreters import LEAST
from .pip_lines import Failure, explanation, failure_in
from .requirements import Pin, plain_name

PACKAGES = Path(__file__).with_name("packages.py")

FirstRun = Callable[[Path], Sequence[str]]
"""From an interpreter to a command that ends with 0 when the engine works in it."""


def engine_doctor(interpreter: Path) -> list[str]:
    """Return the command that loads every package of the engine and looks at its weights."""
    launch = Path(__file__).resolve().parents[1] / "engine_client" / "launch.py"
    return [str(interpreter), "-I", "-X", "utf8", str(launch), str(engine_root()), "doctor"]


@dataclass(frozen=True)
class Inventory:
    """What is installed for an interpreter.

    Attributes:
        python: Its version.
        versions: Of the packages, by ``plain_name``.
        broken: Packages that lack files.
    """

    python: str
    versions: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()


def read_inventory(answer: str) -> Optional[Inventory]:
    """Read what ``packages.py`` printed; None where it is not that."""
    line = next((each for each in reversed(answer.splitlines()) if each.startswith("{")), "")
    try:
        said = json.loads(line)
        versions = {plain_name(name): str(version) for name, version in said["versions"].items()}
        return Inventory(str(said["python"]), versions, tuple(plain_name(each) for each in said["broken"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def differences(pins: Sequence[Pin], found: Inventory) -> tuple[str, ...]:
    """Say what an interpreter lacks; nothing = it has every package at its version, with all files.

    Args:
        pins: That hold on this system.
        found: What the interpreter has; a build's own mark, such as "+cpu", makes no difference.
    """
    said = []
    if tuple(map(int, found.python.split(".")[:2])) < LEAST:
        said.append(f"Python {found.python} (needed: 3.{LEAST[1]} or later)")
    for pin in pins:
        version = found.versions.get(pin.name)
        if version is None:
            said.append(f"{pin.name} is missing (needed: {pin.version})")
        elif version.partition("+")[0] != pin.version:
            said.append(f"{pin.name} {version} (needed: {pin.version})")
        elif pin.name in found.broken:
            said.append(f"{pin.name} lacks files")
    return tuple(said)


def inventory_of(
    interpreter: Path, environment: Mapping[str, str], is_stopped: Callable[[], bool]
) -> Optional[Inventory]:
    """Ask an interpreter what it has; None where it does not run.

    Raises:
        SetUpCancelled: The user stopped.
    """
    command = [str(interpreter), "-I", "-X", "utf8", str(PACKAGES)]
    code, answer = answer_of(command, environment, is_stopped=is_stopped)
    return read_inventory(answer) if code == 0 else None


def package_faults(
    interpreter: Path, pins: Sequence[Pin], environment: Mapping[str, str], is_stopped: Callable[[], bool]
) -> tuple[str, ...]:
    """Say which packages an interpreter lacks; arguments as of ``faults_of``.

    Raises:
        SetUpCancelled: The user stopped.
    """
    found = inventory_of(interpreter, environment, is_stopped)
    return (f"{interpreter} does not run as a Python",) if found is None else differences(pins, found)


def first_run(command: Sequence[str], environment: Mapping[str, str], is_stopped: Callable[[], bool]) -> str:
    """Run the engine once; say what went wrong, "" = nothing.

    Raises:
        SetUpCancelled: The user stopped.
    """
    code, answer = answer_of(command, environment, is_stopped=is_stopped)
    if code == 0:
        return ""
    lines = answer.splitlines()
    known = explanation(lines) if failure_in(lines) is not Failure.OTHER else ""
    said = known or (lines[-1] if lines else f"it ended with {code}")
    return f"The engine does not run: {said}"


def faults_of(
    interpreter: Path,
    pins: Sequence[Pin],
    environment: Mapping[str, str],
    *,
    is_stopped: Callable[[], bool],
    run: FirstRun = engine_doctor,
) -> tuple[str, ...]:
    """Say why an interpreter cannot run the engine; nothing = it can.

    Args:
        interpreter: Of a private environment, or the user's own.
        pins: That hold on this system.
        environment: For the child.
        is_stopped: Asked about ten times a second.
        run: Command of a first run.

    Raises:
        SetUpCancelled: The user stopped.
    """
    said = package_faults(interpreter, pins, environment, is_stopped)
    if said:
        return said
    fault = first_run(run(interpreter), environment, is_stopped)
    return (fault,) if fault else ()
