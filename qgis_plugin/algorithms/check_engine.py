"""``plumbline:checkengine``: what runs here, and whether it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import QgsProcessingException, QgsProcessingFeedback

from ..engine_client.protocol import Result
from ..engine_client.requests import Examine
from ..translation import tr
from . import parameters as of
from .base import DEVICE_USED, EngineAlgorithm
from .values import Values

REPORT = "REPORT"
VERSION = "VERSION"
INTERPRETER = "INTERPRETER"
WEIGHTS_FOUND = "WEIGHTS_FOUND"
INFERENCE_SECONDS = "INFERENCE_SECONDS"


class CheckEngineAlgorithm(EngineAlgorithm):
    """Examines the engine."""

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "checkengine"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Check engine")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "engine"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("doctor,diagnostics,install,version,device,GPU,CUDA,report").split(",")

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Says what runs here: versions, the device, the weights and their checksums; and lets a network "
            "predict a tiny image, so that it is known whether all of it works. Give the report along with a "
            "question."
            "\n\n"
            "Results: the report and its parts as text, and how long the tiny prediction took (s)."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        self.addParameter(of.device(Examine))
        self.add_text_outputs(
            {
                REPORT: tr("Report"),
                VERSION: tr("Version of the engine"),
                INTERPRETER: tr("Python that runs it"),
                DEVICE_USED: tr("Device"),
                WEIGHTS_FOUND: tr("Weights and their checksums"),
            }
        )
        self.add_number_outputs({INFERENCE_SECONDS: tr("Time of a tiny prediction (s)")})

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine examine itself.

        Raises:
            QgsProcessingException: A network does not run; after the report is told.
        """
        device = values.choice(of.DEVICE) or of.default_of(Examine, "device")
        result = self.ask(Examine(device), feedback)
        report = report_of(result)
        feedback.pushInfo(report)
        if result.figures.get("inference_s") is None:
            trials = _section(result, "inference")
            raise QgsProcessingException("\n".join([tr("The engine does not work yet."), *trials]))
        return {
            REPORT: report,
            VERSION: result.facts.get("plumbline/version"),
            INTERPRETER: result.facts.get("plumbline/interpreter"),
            DEVICE_USED: result.facts.get(f"devices/{device}"),
            WEIGHTS_FOUND: "\n".join(line for line in _section(result, "weights") if ", caveat" not in line),
            INFERENCE_SECONDS: result.figures.get("inference_s"),
        }


def _section(result: Result, section: str) -> list[str]:
    found = ((name.partition("/"), value) for name, value in result.facts.items())
    return [f"{name}: {value}" for (of_section, _, name), value in found if of_section == section]


def report_of(result: Result) -> str:
    """Write what the engine says of itself, section by section, as text to copy."""
    lines: list[str] = []
    for section in dict.fromkeys(name.partition("/")[0] for name in result.facts):
        lines += [section, *(f"  {line}" for line in _section(result, section))]
    for name, value in result.figures.items():
        lines.append(f"{name}: {'–' if value is None else format(value, '.3g')}")
    return "\n".join(lines)
