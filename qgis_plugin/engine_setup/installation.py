"""Makes, mends and removes the engine's private environment.

An environment is made beside an older one and counts only once it is whole: then its marker is written and
the older ones go. One that was interrupted is continued by the next run, or made anew where it cannot be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from .errors import SetUpError
from .filling import TEMPORARY, delete_environment, fill_environment
from .folders import (
    LOG,
    OURS,
    Environment,
    current_environment,
    delete_entry,
    environments_in,
    is_ours,
    python_of,
    read_environment,
    write_environment,
)
from .locking import LOCK, alone
from .pip_environment import scrubbed, secrets_of
from .pip_lines import explanation
from .plan import Order, Plan, check_folder
from .progress import Progress, Step, Watch
from .requirements import name_of
from .verification import faults_of, inventory_of

_OURS_TEXT = """Plumbline, a plugin of QGIS, keeps the Python environment of its engine in this folder.
To remove it use "Set up engine" in QGIS; deleting the folder does the same.
"""


def _open_log(folder: Path) -> TextIO:
    """Begin a new log; where a link has its name, the link goes and what it leads to stays.

    Raises:
        SetUpError: It cannot be written.
    """
    path = folder / LOG
    try:
        if path.is_symlink():
            delete_entry(path)
        return path.open("w", encoding="utf-8", errors="replace")
    except OSError as error:
        raise SetUpError(
            f"The log {path} cannot be written ({error.strerror}): delete it, or choose another folder."
        ) from None


@contextmanager
def _working_in(order: Order, watch: Watch) -> Iterator[Watch]:
    """Take a folder for this set-up alone; what is said goes to its log too, without secrets.

    Raises:
        SetUpError: The folder is another's, cannot be written, or is being worked in.
    """
    folder = order.folder
    check_folder(folder, order.machine.system)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / OURS).write_text(_OURS_TEXT, encoding="utf-8")
    except OSError as error:
        raise SetUpError(
            f"The folder {folder} cannot be written ({error.strerror}): choose another one."
        ) from None
    secrets = secrets_of(order.environment())
    with alone(folder), _open_log(folder) as log:

        def on_line(line: str) -> None:
            said = scrubbed(line, secrets)
            log.write(said + "\n")
            log.flush()
            watch.on_line(said)

        try:
            on_line(f"Plumbline {order.version}, {_now()}".strip())
            yield replace(watch, on_line=on_line)
        except SetUpError as error:
            on_line(str(error))
            raise
        except OSError as error:
            on_line(str(error))
            raise SetUpError(explanation([str(error)])) from error


def _now() -> str:
    return dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")


def _faults(environment: Path, order: Order, watch: Watch) -> tuple[str, ...]:
    return faults_of(
        python_of(environment),
        order.pins,
        order.environment(),
        is_stopped=watch.is_stopped,
        run=order.run,
    )


def _finish(plan: Plan, watch: Watch) -> Environment:
    """Make the environment count, and remove those before it."""
    inventory = inventory_of(python_of(plan.environment), plan.order.environment(), watch.is_stopped)
    facts = Environment(
        name_of(plan.order.requirements),
        plan.build.variant,
        inventory.versions if inventory else {},
        inventory.python if inventory else "",
        plan.interpreter.executable,
        _now(),
        plan.order.version,
    )
    write_environment(plan.environment, facts)
    for other in environments_in(plan.order.folder):
        if other != plan.environment:
            try:
                delete_environment(other)
            except SetUpError as error:  # the next set-up tries again
                watch.on_line(str(error))
    return facts


def install(plan: Plan, watcher: Watch, *, repair: bool = False) -> Environment:
    """Make the environment that a plan describes; the user has agreed to it.

    One that is there already is only checked, and made anew if it is damaged.

    Args:
        plan: What will happen.
        watcher: Who watches.
        repair: Make it anew even if nothing seems to be wrong with it.

    Returns:
        What is written about the environment.

    Raises:
        SetUpError: It cannot be made; the message says what to do. Environments of other versions stay.
        SetUpCancelled: The user stopped; likewise.
    """
    with _working_in(plan.order, watcher) as watch:
        progress = Progress(watch, plan.environment / TEMPORARY)
        there = read_environment(plan.environment)
        if there is not None:
            progress.enter(Step.CHECK, 0.0, 0.05)
            faults = () if repair else _faults(plan.environment, plan.order, watch)
            if not faults and not repair:
                watch.on_line("The engine is there and works")
                return there
            for fault in faults:
                watch.on_line(fault)
            delete_environment(plan.environment)
        fill_environment(plan, progress, watch)
        faults = _faults(plan.environment, plan.order, watch)
        if faults:
            raise SetUpError("; ".join(faults))
        return _finish(plan, watch)


def remove(order: Order, watcher: Watch) -> None:
    """Remove all environments of a folder, and the folder unless somebody put something else into it.

    Raises:
        SetUpError: The folder is not ours, or files of it are in use.
    """
    folder = order.folder
    if not is_ours(folder):
        raise SetUpError(f"There is no engine in the folder {folder}: nothing was removed.")
    with _working_in(order, watcher) as watch:
        for environment in environments_in(folder):
            watch.on_line(f"Removing {environment}")
            delete_environment(environment)
    with suppress(OSError):  # another set-up may have begun, or somebody keeps files here
        for name in (LOG, LOCK, OURS):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def check(order: Order, watch: Watch) -> tuple[str, ...]:
    """Say what is wrong with the environment in a folder; nothing = the engine works in it.

    Raises:
        SetUpCancelled: The user stopped.
    """
    environment = current_environment(order.folder, name_of(order.requirements))
    return () if environment is None else _faults(environment, order, watch)
