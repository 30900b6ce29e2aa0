"""Set up engine: install, repair, remove or check the Python environment that the engine runs in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QCoreApplication, QThread

from ..engine_client.errors import EngineMissing
from ..engine_setup.builds import VARIANTS
from ..engine_setup.errors import SetUpCancelled, SetUpError
from ..engine_setup.folders import LOG as LOG_FILE
from ..engine_setup.folders import State, interpreter_in, state_of
from ..engine_setup.installation import install, remove
from ..engine_setup.plan import Order, check_folder, make_plan
from ..engine_setup.progress import Advance, Watch
from ..engine_setup.verification import faults_of
from ..set_up import advance_in_words, make_order, other_interpreter_in_words, plan_rows
from ..settings import ENGINE_FOLDER, read_setting, write_setting
from ..shared_engine import close_engine, engine_folder, find_interpreter
from ..translation import tr
from .base import EngineAlgorithm
from .complaints import unacceptable
from .parameters import choice, explained
from .values import Values

ACTION = "ACTION"
CONSENT = "CONSENT"
FOLDER = "FOLDER"
VARIANT = "VARIANT"
WHEELS = "WHEELS"
INDEX = "INDEX"
PYTHON = "PYTHON"
INTERPRETER = "INTERPRETER"
VERSION = "VERSION"
LOG = "LOG"
STATE = "STATE"

INSTALL, REPAIR, REMOVE, CHECK = ACTIONS = ("install", "repair", "remove", "check")


class SetUpEngine(EngineAlgorithm):
    """Makes the private environment; the one algorithm that runs without an engine."""

    def __init__(self) -> None:
        super().__init__()
        self._order: Optional[Order] = None

    def name(self) -> str:
        """Return the second half of the algorithm's name."""
        return "setupengine"

    def displayName(self) -> str:
        """Return what the toolbox shows."""
        return tr("Set up engine")

    def groupId(self) -> str:
        """Return the group."""
        return "engine"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("install,python,pip,torch,cuda,offline,repair").split(",")

    def shortHelpString(self) -> str:
        """Say what the algorithm is for."""
        return tr(
            "Installs what Plumbline's engine needs, PyTorch above all, into a Python environment of its own "
            "in your data folder. QGIS and its Python stay as they are.\n\n"
            "Nothing is downloaded or written before you agree: run it without consent to read what would be "
            "installed, where, and how large it is. A set-up that was interrupted is continued by the next "
            "one; after an update of Plumbline a new environment is made beside the old one, which goes when "
            "the new one is whole.\n\n"
            "Without a network, name a folder of wheels. To use a Python that you look after yourself, name "
            "it in Plumbline's options or in the environment variable PLUMBLINE_PYTHON instead."
        )

    def initAlgorithm(self, _: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs."""
        folder_kind = QgsProcessingParameterFile.Behavior.Folder
        for parameter in (
            explained(
                choice(ACTION, tr("What to do"), ACTIONS, INSTALL),
                tr(
                    "install: make the environment, continue an interrupted one or update it. "
                    "repair: make it anew. remove: delete it. check: only look."
                ),
            ),
            explained(
                QgsProcessingParameterBoolean(CONSENT, tr("I agree to what will happen"), defaultValue=False),
                tr("Without it nothing happens, and you are told what would."),
            ),
            explained(
                choice(VARIANT, tr("Build of PyTorch"), VARIANTS, VARIANTS[0]),
                tr("auto: CUDA where an NVIDIA card with a fitting driver is found, else CPU."),
            ),
            explained(
                QgsProcessingParameterFile(FOLDER, tr("Folder"), folder_kind, optional=True),
                tr("Where environments are kept; a new or an empty folder. Empty: your data folder."),
                advanced=True,
            ),
            explained(
                QgsProcessingParameterFile(WHEELS, tr("Folder of wheels"), folder_kind, optional=True),
                tr("Install from these files only, without any network."),
                advanced=True,
            ),
            explained(
                QgsProcessingParameterString(INDEX, tr("Index of PyTorch builds"), optional=True),
                tr("Address of one more package index, asked beside the one that pip is set to."),
                advanced=True,
            ),
            explained(
                QgsProcessingParameterString(PYTHON, tr("Python to build on"), optional=True),
                tr("Python 3.11 to 3.13 with venv and pip. Empty: the first one that is found."),
                advanced=True,
            ),
        ):
            self.addParameter(parameter)
        self.add_text_outputs(
            {
                FOLDER: tr("Folder"),
                INTERPRETER: tr("Interpreter of the engine"),
                VERSION: tr("Version of Plumbline"),
                LOG: tr("Log file"),
                STATE: tr("State: absent, broken, outdated or ready"),
            }
        )

    def canExecute(self) -> tuple[bool, str]:
        """Tell that this one needs no engine."""
        return True, ""

    def _order_of(self, values: Values) -> Order:
        return make_order(
            folder=values.text(FOLDER) or "",
            variant=values.choice(VARIANT) or VARIANTS[0],
            wheels=values.text(WHEELS) or "",
            index=values.text(INDEX) or "",
            python=values.text(PYTHON) or "",
        )

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Say what would happen where the user has not agreed to it yet."""
        values = Values(self, parameters, context)
        wrong = [sentence for each in self.parameterDefinitions() for sentence in unacceptable(each, values)]
        if wrong:
            return False, "\n".join(wrong)
        action = values.choice(ACTION)
        if action == CHECK or values.truth(CONSENT):
            return True, ""
        try:
            return False, _proposal(self._order_of(values), action or INSTALL)
        except (SetUpError, OSError) as error:
            return False, str(error)

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, _: QgsProcessingFeedback
    ) -> bool:
        """Read QGIS's settings, on the main thread."""
        self._order = self._order_of(Values(self, parameters, context))
        return True

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Set the engine up, and return where it is.

        Raises:
            QgsProcessingException: It did not end well, or the user stopped it.
        """
        order = self._order or self._order_of(values)
        watch = _watch_of(feedback)
        try:
            return self._act(values.choice(ACTION) or INSTALL, order, watch, feedback)
        except SetUpCancelled:
            raise QgsProcessingException(
                tr("Cancelled. What was installed so far is kept: run Set up engine again to go on.")
            ) from None
        except (SetUpError, OSError) as error:
            raise QgsProcessingException(str(error)) from error

    def _act(
        self, action: str, order: Order, watch: Watch, feedback: QgsProcessingFeedback
    ) -> Mapping[str, Any]:
        if action == CHECK:
            return _check(order, watch, feedback)
        close_engine()  # it may run from what is about to go
        if action == REMOVE:
            remove(order, watch)
            if Path(read_setting(ENGINE_FOLDER, "")) == order.folder:
                write_setting(ENGINE_FOLDER, "")
            return _outputs(order, None, State.ABSENT)
        plan = make_plan(order, watch.is_stopped)
        for heading, text in plan_rows(plan):
            feedback.pushInfo(f"{heading}: {text}")
        install(plan, watch, repair=action == REPAIR)
        if order.folder != engine_folder():
            write_setting(ENGINE_FOLDER, str(order.folder))
        note = other_interpreter_in_words(order.folder)
        if note:
            feedback.pushWarning(note)
        return _outputs(order, interpreter_in(order.folder), State.READY)


def _proposal(order: Order, action: str) -> str:
    """Say what would happen, and how to agree.

    Raises:
        SetUpError: It cannot happen.
    """
    agree = tr('To agree, tick "I agree to what will happen" (CONSENT=true).')
    if action == REMOVE:
        check_folder(order.folder, order.machine.system)
        asked = tr("The engine's environment in {folder} would be deleted.").format(folder=order.folder)
        return f"{asked} {agree}"
    rows = [f"{heading}: {text}" for heading, text in plan_rows(make_plan(order))]
    return "\n".join([tr("Nothing was installed yet. This would be:"), *rows, agree])


def _outputs(order: Order, interpreter: Optional[Path], state: State) -> dict[str, Any]:
    log = order.folder / LOG_FILE
    return {
        FOLDER: str(order.folder),
        INTERPRETER: None if interpreter is None else str(interpreter),
        VERSION: order.version,
        LOG: str(log) if log.is_file() else None,
        STATE: state.value,
    }


def _check(order: Order, watch: Watch, feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Look at the interpreter that the engine would run with, whoever made it."""
    try:
        interpreter = interpreter_in(order.folder) if order.folder != engine_folder() else find_interpreter()
    except (EngineMissing, SetUpError) as missing:
        feedback.pushWarning(str(missing))
        return _outputs(order, None, state_of(order.folder))
    faults = faults_of(
        interpreter, order.pins, order.environment(), is_stopped=watch.is_stopped, run=order.run
    )
    for fault in faults:
        feedback.pushWarning(fault)
    return _outputs(order, interpreter, State.BROKEN if faults else State.READY)


def _watch_of(feedback: QgsProcessingFeedback) -> Watch:
    """Let the feedback watch; under ``qgis_process`` QGIS's events go on, and Ctrl-C is one of them."""
    application = QCoreApplication.instance()
    on_main_thread = application is not None and QThread.currentThread() == application.thread()
    last = [("", "")]

    def is_stopped() -> bool:
        if on_main_thread:
            QCoreApplication.processEvents()
        return bool(feedback.isCanceled())

    def on_advance(advance: Advance) -> None:
        feedback.setProgress(100 * advance.fraction)
        # A line for each package, not for each megabyte.
        said = (advance.step.value, advance.package)
        if said != last[0]:
            last[0] = said
            feedback.setProgressText(advance_in_words(advance))

    return Watch(is_stopped, on_advance, feedback.pushConsoleInfo)
