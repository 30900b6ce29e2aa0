"""What all algorithms share: who they are, when they refuse to run, and how they let the engine work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Optional, Union

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingUtils,
)
from qgis.PyQt.QtGui import QIcon

from ..engine_client.errors import EngineMissing
from ..engine_client.protocol import Result
from ..engine_client.requests import Request
from ..icon import icon, icon_path
from ..input_raster import InputCancelled, InputError, InputRaster, RasterRequest
from ..output_layers import present
from ..shared_engine import find_interpreter, shared_engine
from ..translation import tr
from .complaints import by_parameters, unacceptable, wrong_destination
from .feedback import Stopped, run_request
from .sources import Source
from .values import Values

DEVICE_USED = "DEVICE_USED"
WEIGHTS_USED = "WEIGHTS_USED"


def missing_engine() -> Optional[str]:
    """Say what to do where there is no engine; None where there is one."""
    try:
        find_interpreter()
    except EngineMissing as error:
        return str(error)
    return None


class EngineAlgorithm(QgsProcessingAlgorithm):
    """An algorithm whose work is the engine's. Each run is an instance of its own.

    Subclasses say who they are (``name``, ``displayName``, ``groupId``, ``shortHelpString``), add parameters
    in ``initAlgorithm``, take layers from the project in ``take_inputs`` and work in ``work``.

    Attributes:
        sources: What the engine reads, by the parameter's name; copies among it go at the end of the run.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder: Optional[Path] = None
        self.sources: dict[str, Union[Source, RasterRequest, None]] = {}

    def createInstance(self) -> EngineAlgorithm:
        """Make an algorithm for one run."""
        return type(self)()

    def group(self) -> str:
        """Return the algorithm's group in the user's language."""
        groups = {
            "roads": tr("Roads"),
            "heights": tr("Heights"),
            "evaluation": tr("Evaluation"),
            "engine": tr("Engine"),
        }
        return groups[self.groupId()]

    def icon(self) -> QIcon:
        """Return the algorithm's icon."""
        return icon(self.name())

    def svgIconPath(self) -> str:
        """Return the algorithm's icon as a file, which the model designer draws."""
        return icon_path(self.name())

    def canExecute(self) -> tuple[bool, str]:
        """Tell whether there is an engine; only dialogs ask."""
        missing = missing_engine()
        return missing is None, missing or ""

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Name everything that is wrong with the values, and what to do about it."""
        values = Values(self, parameters, context)
        wrong: list[str] = []
        for definition in self.parameterDefinitions():
            wrong += unacceptable(definition, values)
            wrong += wrong_destination(definition, values)
        wrong += self.complaints(values)
        missing = missing_engine()
        if missing:
            wrong.append(missing)
        return not wrong, "\n".join(wrong)

    def complaints(self, values: Values) -> Iterator[str]:  # noqa: ARG002
        """Yield what is wrong with values that QGIS accepts, one sentence each."""
        yield from ()

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Take what is needed of the project; QGIS calls this on the main thread."""
        missing = missing_engine()
        if missing:
            raise QgsProcessingException(missing)
        try:
            self.take_inputs(Values(self, parameters, context), feedback)
        except InputError as error:
            raise QgsProcessingException(str(error)) from error
        if feedback.isCanceled():
            raise QgsProcessingException(str(Stopped()))
        return True

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:
        """Take layers from the project; ``work`` may run in another thread."""

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Work, and return a value for every output; those that were not asked for have None."""
        try:
            with TemporaryDirectory(prefix="plumbline-", dir=QgsProcessingUtils.tempFolder()) as folder:
                self._folder = Path(folder)
                found = self.work(Values(self, parameters, context), feedback)
        except Stopped as stopped:
            # Without an exception qgis_process ends with 0, and with one of another type QGIS shows users
            # where in the source it was raised.
            raise QgsProcessingException(str(stopped)) from None
        finally:
            for source in self.sources.values():
                if isinstance(source, Source):
                    source.remove()
        self._present(found, context)
        feedback.setProgress(100)
        return {output.name(): found.get(output.name()) for output in self.outputDefinitions()}

    def _present(self, found: Mapping[str, Any], context: QgsProcessingContext) -> None:
        """Have results that QGIS will load appear in the style that lies with their files."""
        for result in found.values():
            if isinstance(result, str) and context.willLoadLayerOnCompletion(result):
                present(result, context, name=context.layerToLoadOnCompletionDetails(result).name)

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Work, and return the values of the outputs that there are.

        Raises:
            QgsProcessingException: It did not end well.
            Stopped: The user stopped it.
        """
        raise NotImplementedError

    def ask(self, request: Request, feedback: QgsProcessingFeedback) -> Result:
        """Let the shared engine work on a request; raises as ``work``."""
        try:
            return run_request(shared_engine(), request, feedback)
        except QgsProcessingException as error:
            names = {definition.name() for definition in self.parameterDefinitions()}
            raise QgsProcessingException(by_parameters(str(error), names)) from error

    def given(self, request: RasterRequest, feedback: QgsProcessingFeedback) -> InputRaster:
        """Return what the engine is given of a layer, rendered if need be; raises as ``work``."""
        for note in request.notes:
            feedback.pushInfo(note)
        if self._folder is None:
            raise QgsProcessingException(tr("Rasters are rendered while an algorithm runs."))
        try:
            return request.render(self._folder, feedback)
        except InputError as error:
            raise QgsProcessingException(str(error)) from error
        except InputCancelled:
            raise Stopped from None

    def path_of(self, name: str, feedback: QgsProcessingFeedback) -> Optional[str]:
        """Return the file of an input that ``take_inputs`` has put into ``sources``; None if not given."""
        source = self.sources.get(name)
        if isinstance(source, RasterRequest):
            return self.given(source, feedback).path
        return None if source is None else source.path

    def add_number_outputs(self, labels: Mapping[str, str]) -> None:
        """Declare outputs that are numbers: their names, and what they say."""
        for name, label in labels.items():
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def add_text_outputs(self, labels: Mapping[str, str]) -> None:
        """Declare outputs that are words: their names, and what they say."""
        for name, label in labels.items():
            self.addOutput(QgsProcessingOutputString(name, label))
