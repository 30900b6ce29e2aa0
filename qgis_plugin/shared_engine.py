"""The one engine of this QGIS: canvas, toolbox and batch share it, so its networks stay warm for all."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Optional

from qgis.core import Qgis, QgsMessageLog

from .engine_client.client import Engine
from .engine_client.errors import EngineMissing
from .engine_setup.errors import SetUpError
from .engine_setup.folders import default_folder, interpreter_in, this_machine
from .settings import ENGINE_FOLDER, IDLE_MINUTES, IDLE_MINUTES_DEFAULT, INTERPRETER, read_setting
from .translation import tr

LOG = "Plumbline"
"""Tab of QGIS's message log."""

INTERPRETER_VARIABLE = "PLUMBLINE_PYTHON"
"""Environment variable that names an interpreter with the engine's requirements; comes before the setting."""

_lock = threading.Lock()


def _named_interpreter() -> Optional[Path]:
    """Return the interpreter that the user names, by the variable or the setting.

    Raises:
        EngineMissing: There is none at that path.
    """
    variable = os.environ.get(INTERPRETER_VARIABLE, "").strip()
    named = variable or str(read_setting(INTERPRETER, "")).strip()
    if not named:
        return None
    path = Path(named).expanduser()
    if path.is_file():
        return path
    where = INTERPRETER_VARIABLE if variable else tr("the setting of the engine's interpreter")
    raise EngineMissing(
        tr(
            "There is no Python at {path}, which {where} names: correct it, or clear it and run "
            '"Set up engine" (plumbline:setupengine).'
        ).format(path=path, where=where)
    )


def engine_folder() -> Path:
    """Return the folder with the private environments: of the setting, else the usual one."""
    named = str(read_setting(ENGINE_FOLDER, "")).strip()
    return Path(named).expanduser() if named else default_folder(this_machine())


def find_interpreter() -> Path:
    """Return the Python that runs the engine; quick enough to be asked before every run.

    ``PLUMBLINE_PYTHON`` comes before the setting, and that before the private environment.

    Raises:
        EngineMissing: There is none; the message says what to do.
    """
    named = _named_interpreter()
    if named is not None:
        return named
    try:
        return interpreter_in(engine_folder())
    except SetUpError as error:
        raise EngineMissing(str(error)) from None


def _log(message: str) -> None:
    QgsMessageLog.logMessage(message, LOG, Qgis.MessageLevel.Info, notifyUser=False)


def _idle_s() -> float:
    return 60.0 * float(read_setting(IDLE_MINUTES, IDLE_MINUTES_DEFAULT))


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(find_interpreter, idle_s=_idle_s(), log=_log)


def shared_engine() -> Engine:
    """Return the engine of this QGIS; its process starts with the first request. From any thread."""
    with _lock:
        return _engine()


def close_engine() -> None:
    """End the engine's process; the next request starts another one, by the settings of now."""
    with _lock:
        if not _engine.cache_info().currsize:
            return
        engine = _engine()
    engine.idle_s = _idle_s()
    engine.close()
