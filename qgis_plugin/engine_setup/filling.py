"""Fills a virtual environment with the engine's packages, by the interpreter's own venv and pip."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Optional

from .child import WATCHED, answer_of, run_child
from .errors import SetUpError
from .folders import MARKER, delete_entry, python_of
from .pip_environment import EXTRA_INDEX, configured_indexes
from .pip_lines import Failure, explanation, failure_in
from .plan import Plan, free_bytes
from .progress import Progress, Step, Watch
from .requirements import TORCH
from .verification import package_faults

TEMPORARY = "temporary"
"""Folder in an environment for pip's downloads on their way."""

_REQUIREMENTS = "requirements.txt"

_KEPT_LINES = 400
"""Last lines of pip by which a failure is explained."""

_GB = 1_000_000_000


def delete_environment(environment: Path) -> None:
    """Delete an environment: its marker first, so that half of one never counts.

    Raises:
        SetUpError: It is a link, or files of it are in use.
    """
    try:
        # Windows has links besides symbolic ones; all of them resolve.
        if environment.resolve() != environment.parent.resolve() / environment.name:
            raise SetUpError(
                f"{environment} is a link, so it cannot be deleted with what it leads to: delete the link "
                "and run the set-up again."
            )
        delete_entry(environment / MARKER)
        shutil.rmtree(environment)
    except OSError as error:
        raise SetUpError(
            f"{environment} cannot be deleted ({error}): close other QGIS windows, wait a minute and "
            "run the set-up again."
        ) from None


def _make_python(plan: Plan, progress: Progress, watch: Watch) -> None:
    """Make an empty virtual environment, unless the interrupted one has a Python and a pip that run.

    Raises:
        SetUpError: The interpreter cannot make one.
        SetUpCancelled: The user stopped.
    """
    progress.enter(Step.PYTHON, 0.0, 0.05)
    environment, variables = plan.environment, plan.order.environment()
    if environment.exists():
        pip = [str(python_of(environment)), "-I", "-m", "pip", "--version"]
        if answer_of(pip, variables, is_stopped=watch.is_stopped)[0] == 0:
            watch.on_line(f"Continuing an interrupted set-up in {environment}")
            return
        delete_environment(environment)
    _check_space(plan.build.sizes.disk_bytes, plan.order.folder)
    watch.on_line(f"Making an environment of Python {'.'.join(map(str, plan.interpreter.version))}")
    command = [plan.interpreter.executable, "-I", "-X", "utf8", "-m", "venv", str(environment)]
    lines: deque[str] = deque(maxlen=_KEPT_LINES)
    if run_child(command, variables, is_stopped=watch.is_stopped, on_line=lines.append):
        for line in lines:
            watch.on_line(line)
        raise SetUpError(
            f"{plan.interpreter.executable} cannot make a virtual environment "
            f"({explanation(lines)}): name another interpreter (parameter PYTHON)."
        )


def _check_space(needed_bytes: int, folder: Path) -> None:
    free = free_bytes(folder)
    if free < needed_bytes:
        raise SetUpError(
            f"The disk of {folder} has {free / _GB:.1f} GB free, the engine needs about "
            f"{needed_bytes / _GB:.1f} GB: free some space or choose a folder on another disk."
        )


def _all_indexes(plan: Plan, watch: Watch) -> dict[str, str]:
    """Return the variable for an index that the user named together with those of pip's configuration.

    pip takes the variable instead of what its configuration files name, and here both are meant.

    Raises:
        SetUpCancelled: The user stopped.
    """
    order = plan.order
    if not order.index or order.wheels is not None or EXTRA_INDEX in order.machine.environment:
        return {}
    command = [str(python_of(plan.environment)), "-I", "-X", "utf8", "-m", "pip", "config", "list"]
    without = {name: value for name, value in order.environment().items() if name != EXTRA_INDEX}
    configured = configured_indexes(answer_of(command, without, is_stopped=watch.is_stopped)[1])
    return {EXTRA_INDEX: " ".join((*configured, order.index))}


def _pip(plan: Plan, arguments: Sequence[str], progress: Progress, watch: Watch) -> Optional[Failure]:
    """Run pip in the new environment; None = it went well.

    Raises:
        SetUpError: It failed for another reason than that something is not offered.
        SetUpCancelled: The user stopped.
    """
    order = plan.order
    temporary = plan.environment / TEMPORARY
    temporary.mkdir(exist_ok=True)
    command = [str(python_of(plan.environment)), "-I", "-X", "utf8", str(WATCHED), "pip", "install"]
    command += ["--no-input", "--disable-pip-version-check", "--only-binary", ":all:", "--no-compile"]
    command += ["--progress-bar", "off", *arguments]
    lines: deque[str] = deque(maxlen=_KEPT_LINES)

    def on_line(line: str) -> None:
        lines.append(line)
        progress.line(line)
        watch.on_line(line)

    try:
        code = run_child(
            command,
            {**order.environment(str(temporary)), **_all_indexes(plan, watch)},
            is_stopped=watch.is_stopped,
            on_line=on_line,
            on_tick=progress.look,
            watched=True,
        )
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    if code == 0:
        return None
    failure = failure_in(lines)
    if failure is not Failure.NO_MATCH:
        raise SetUpError(explanation(lines))
    return failure


def _install_torch(plan: Plan, progress: Progress, watch: Watch) -> None:
    """Install the first build of PyTorch that is offered.

    Raises:
        SetUpError: None is.
        SetUpCancelled: The user stopped.
    """
    progress.enter(Step.DOWNLOAD, 0.05, 0.5)
    for requirement in plan.build.requirements:
        if requirement == plan.build.requirements[-1] and requirement != plan.build.requirements[0]:
            _check_space(plan.build.most.disk_bytes, plan.order.folder)
            if plan.build.variant == "cpu":
                watch.on_line("No CPU build of PyTorch is offered here: the default one is taken, with CUDA")
        if _pip(plan, ["--no-deps", requirement], progress, watch) is None:
            return
    wanted = "CUDA" if plan.build.variant == "cuda" else "CPU"
    raise SetUpError(
        f"No {wanted} build of PyTorch ({' or '.join(plan.build.requirements)}) is offered for Python "
        f"{'.'.join(map(str, plan.interpreter.version[:2]))}: name an index of PyTorch builds (INDEX), "
        "choose another variant or another Python, or put the wheel into the folder of wheels."
    )


def _install_packages(plan: Plan, progress: Progress, watch: Watch) -> None:
    """Install what the requirements name; torch is there already.

    Raises:
        SetUpError: Something is not offered.
        SetUpCancelled: The user stopped.
    """
    pins = plan.order.pins
    progress.enter(Step.DOWNLOAD, 0.5, 0.9, packages=len(pins))
    file = plan.environment / _REQUIREMENTS
    file.write_text(plan.order.requirements, encoding="utf-8")
    seen: deque[str] = deque(maxlen=_KEPT_LINES)

    def on_line(line: str) -> None:
        seen.append(line)
        watch.on_line(line)

    if _pip(plan, ["-r", str(file)], progress, replace(watch, on_line=on_line)) is not None:
        raise SetUpError(explanation(seen))


def _fill(plan: Plan, progress: Progress, watch: Watch) -> tuple[str, ...]:
    """Install everything, and say which packages are not whole nevertheless."""
    _make_python(plan, progress, watch)
    if any(pin.name == TORCH for pin in plan.order.pins):
        _install_torch(plan, progress, watch)
    _install_packages(plan, progress, watch)
    progress.enter(Step.CHECK, 0.9, 1.0)
    order = plan.order
    return package_faults(python_of(plan.environment), order.pins, order.environment(), watch.is_stopped)


def fill_environment(plan: Plan, progress: Progress, watch: Watch) -> None:
    """Install everything; what an interrupted set-up left is used, unless a whole cannot be made of it.

    Raises:
        SetUpError: It cannot be made.
        SetUpCancelled: The user stopped.
    """
    continued = plan.environment.exists()
    faults = _fill(plan, progress, watch)
    if faults and continued:
        watch.on_line(f"The interrupted set-up cannot be continued ({'; '.join(faults)}): once more")
        delete_environment(plan.environment)
        faults = _fill(plan, progress, watch)
    if faults:
        raise SetUpError("; ".join(faults))
