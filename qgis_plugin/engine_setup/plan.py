"""What a set-up would install, where, how large, by which Python: found out before anybody agrees to it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

from .builds import GPU_QUERY, VARIANTS, Build, Gpu, Offer, choose_build, offer_of, read_gpu
from .child import answer_of
from .errors import SetUpError
from .folders import (
    Facts,
    State,
    default_folder,
    environment_folder,
    is_ours,
    state_of,
    this_machine,
)
from .interpreters import PROBE, Interpreter, candidates, fault_of, read_probe, what_to_install
from .pip_environment import Proxy, pip_environment
from .requirements import TORCH, Pin, name_of, our_requirements, pins_for
from .verification import FirstRun, engine_doctor

_PROBE_LIMIT_S = 120.0
_LONGEST_ON_WINDOWS = 110
"""Letters of the folder's path; the longest path inside an environment has about 140 more, of 260."""


@dataclass(frozen=True)
class Order:
    """What the user wants.

    Attributes:
        folder: For environments.
        variant: One of ``VARIANTS``.
        wheels: Folder to install from, without any network; None = from the package index.
        index: Address of an index of PyTorch builds, asked beside the usual one.
        python: Interpreter to build on; "" = the first that fits.
        proxy: QGIS's.
        inside_qgis: Folders of QGIS, which nothing of the engine may use.
        machine: Its facts.
        requirements: Text of pins.
        run: Command of a first run.
        version: Of Plumbline.
    """

    folder: Path = field(default_factory=lambda: default_folder(this_machine()))
    variant: str = "auto"
    wheels: Optional[Path] = None
    index: str = ""
    python: str = ""
    proxy: Proxy = field(default_factory=Proxy)
    inside_qgis: Sequence[str] = ()
    machine: Facts = field(default_factory=this_machine)
    requirements: str = field(default_factory=our_requirements)
    run: FirstRun = engine_doctor
    version: str = ""

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The packages that will be installed here."""
        return pins_for(self.machine.system, self.requirements)

    def environment(self, temporary: str = "") -> dict[str, str]:
        """Return the environment variables for a child; ``temporary`` is its folder for downloads."""
        return pip_environment(
            self.machine,
            inside_qgis=self.inside_qgis,
            proxy=self.proxy,
            index=self.index,
            wheels=self.wheels,
            temporary=temporary,
        )


@dataclass(frozen=True)
class Plan:
    """What would happen.

    Attributes:
        order: That it follows from.
        state: Of the folder, now.
        interpreter: That makes the environment.
        gpu: Of the machine.
        build: Of PyTorch.
        environment: Folder of the environment.
        free_bytes: On the disk of the folder.
    """

    order: Order
    state: State
    interpreter: Interpreter
    gpu: Optional[Gpu]
    build: Build
    environment: Path
    free_bytes: int


def check_folder(folder: Path, system: str) -> None:
    """Make sure that a folder is one to write into and to remove from.

    Raises:
        SetUpError: It is no folder, holds what is not ours, or its path is too long.
    """
    if "\0" in str(folder):
        raise SetUpError(f"The path {str(folder)!r} holds a NUL character, which no folder's may.")
    if not folder.is_absolute():
        raise SetUpError(f"The folder {folder} is not a whole path: begin it at the root or the drive.")
    if system == "win32" and len(str(folder)) > _LONGEST_ON_WINDOWS:
        raise SetUpError(
            f"The path {folder} is too long for Windows: choose a folder of at most "
            f"{_LONGEST_ON_WINDOWS} letters."
        )
    try:
        if not folder.exists() or not any(folder.iterdir()) or is_ours(folder):
            return
    except OSError as error:
        raise SetUpError(f"The folder {folder} cannot be read ({error.strerror}): choose another.") from None
    raise SetUpError(f"The folder {folder} holds other files: choose a new or an empty folder.")


def free_bytes(folder: Path) -> int:
    """Return what is free on the disk of a folder that need not be there yet."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(there).free


def _wheels_in(order: Order) -> tuple[str, ...]:
    """Return the names of the wheels in the order's folder.

    Raises:
        SetUpError: There are none.
    """
    if order.wheels is None:
        return ()
    try:
        names = tuple(each.name for each in order.wheels.iterdir() if each.suffix == ".whl")
    except (OSError, ValueError) as error:  # a path with a NUL character is the latter
        reason = error.strerror if isinstance(error, OSError) else error
        raise SetUpError(f"The folder of wheels {order.wheels} cannot be read ({reason}).") from None
    if not names:
        raise SetUpError(f"The folder {order.wheels} holds no wheels (files that end in .whl).")
    return names


def find_interpreter(order: Order, is_stopped: Callable[[], bool] = lambda: False) -> Interpreter:
    """Return the first interpreter that can make the environment.

    Raises:
        SetUpError: There is none; the message says what to install.
        SetUpCancelled: The user stopped.
    """
    environment = order.environment()

    def which(name: str) -> Optional[str]:
        return shutil.which(name, path=environment.get("PATH"))

    named = order.python and (shutil.which(order.python) or order.python)
    faults = []
    for command in ((named,),) if named else candidates(order.machine, which):
        if not Path(command[0]).exists():
            faults += [f"{command[0]} is not there"] if named else []
            continue
        question = [*command, "-I", "-c", PROBE]
        code, answer = answer_of(question, environment, is_stopped=is_stopped, limit_s=_PROBE_LIMIT_S)
        found = read_probe(answer) if code == 0 else None
        fault = fault_of(found, order.machine.system) if found else "does not run"
        if found is not None and not fault:
            return found
        faults.append(f"{command[0]} {fault}")
    raise SetUpError(what_to_install(order.machine.system, faults))


def find_gpu(order: Order, is_stopped: Callable[[], bool] = lambda: False) -> Optional[Gpu]:
    """Ask NVIDIA's driver for a card; None where there is neither.

    Raises:
        SetUpCancelled: The user stopped.
    """
    environment = order.environment()
    program = shutil.which("nvidia-smi", path=environment.get("PATH"))
    if program is None:
        return None
    code, answer = answer_of(
        [program, *GPU_QUERY], environment, is_stopped=is_stopped, limit_s=_PROBE_LIMIT_S
    )
    return read_gpu(answer) if code == 0 else None


def make_plan(order: Order, is_stopped: Callable[[], bool] = lambda: False) -> Plan:
    """Find out what would happen; writes nothing.

    Raises:
        SetUpError: It cannot happen; the message says what to do.
        SetUpCancelled: The user stopped.
    """
    if order.variant not in VARIANTS:
        raise SetUpError(f"The variant {order.variant!r} is none of {', '.join(VARIANTS)}.")
    check_folder(order.folder, order.machine.system)
    wheels = _wheels_in(order)
    gpu = find_gpu(order, is_stopped)
    torch = next((pin.version for pin in order.pins if pin.name == TORCH), "")
    offer = offer_of(wheels) if order.wheels is not None else Offer(cuda=bool(order.index))
    build = choose_build(torch, order.variant, order.machine.system, gpu, offer)
    requirements = name_of(order.requirements)
    return Plan(
        order,
        state_of(order.folder, requirements),
        find_interpreter(order, is_stopped),
        gpu,
        build,
        environment_folder(order.folder, requirements, build.variant),
        free_bytes(order.folder),
    )
