"""``plumbline:evaluateheights``: how good heights are, by the measures of the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from qgis.core import QgsProcessing, QgsProcessingFeedback

from ..engine_client.requests import EvaluateHeights
from ..translation import tr
from . import parameters as of
from .base import EngineAlgorithm
from .figures import figure_outputs
from .sources import any_source
from .values import Values

PREDICTED = "PREDICTED"
TRUTH = "TRUTH"
IMAGE = "IMAGE"
UNIT = "UNIT"
PICTURE = "PICTURE"
REPORT = "REPORT"

_INPUTS = (PREDICTED, TRUTH, IMAGE)


def _figures() -> dict[str, str]:
    """Return what each number says, by the output's name."""
    return {
        "SCORE": tr("Score: mean of height R² and flow R²"),
        "HEIGHT_R2": tr("Height R²"),
        "FLOW_R2": tr("Flow R²"),
        "HEIGHT_RMSE_M": tr("Height RMSE (m)"),
        "HEIGHT_MAE_M": tr("Height, mean error without sign (m)"),
        "HEIGHT_BIAS_M": tr("Height, mean of predicted − true (m)"),
        "HEIGHT_SLOPE": tr("Slope of predicted against true heights"),
        "ENDPOINT_ERROR_PX": tr("Mean distance of ground positions (pixels)"),
        "MAGNITUDE_ERROR_PX": tr("Mean error of the flow's length (pixels)"),
        "ANGLE_ERROR_DEG": tr("Mean error of the angle (degrees)"),
        "ANGLE_RMS_DEG": tr("RMS error of the angle (degrees)"),
        "SCALE_ERROR_PX_PER_M": tr("Mean error of the scale (pixels per metre)"),
        "UNPREDICTED": tr("Share of pixels without a predicted height"),
        "IMAGES": tr("Number of compared images"),
        "MISSING": tr("Number of images that are not predicted"),
    }


class EvaluateHeightsAlgorithm(EngineAlgorithm):
    """Compares two rasters of heights."""

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "evaluateheights"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Evaluate heights")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "evaluation"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("height,quality,accuracy,RMSE,R2,flow,angle,benchmark").split(",")

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Compares predicted heights above ground with true ones: two rasters on any grids, of which the "
            "coarser one is compared on, or two folders of rasters that are paired by name. Folders with the "
            "files of the Overhead Geopose Challenge are scored as the challenge does."
            "\n\n"
            "Numbers: R² (1 is best), errors in metres, pixels and degrees. Those of the flow need files "
            "that know their view; what is not defined stays empty. A picture and a page with all figures "
            "are written if asked for."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        for parameter in _parameters():
            self.addParameter(parameter)
        self.add_number_outputs(_figures())

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:
        """Take the layers from the project."""
        for name in _INPUTS:
            self.sources[name] = any_source(values, name, feedback)

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine compare."""
        result = self.ask(
            EvaluateHeights(
                predicted=self.path_of(PREDICTED, feedback) or "",
                truth=self.path_of(TRUTH, feedback) or "",
                image=self.path_of(IMAGE, feedback),
                unit=values.choice(UNIT),
                picture=values.file_path(PICTURE),
                report=values.file_path(REPORT),
            ),
            feedback,
        )
        files = {name: result.files.get(name.lower()) for name in (PICTURE, REPORT)}
        return {**files, **figure_outputs(_figures(), result, feedback)}


def _parameters() -> Iterator[Any]:
    grid = QgsProcessing.SourceType.TypeRaster
    yield of.explained(
        of.layer(PREDICTED, tr("Predicted heights"), (grid,)),
        tr("Raster of metres above ground, or a folder of rasters."),
    )
    yield of.explained(of.layer(TRUTH, tr("True heights"), (grid,)), tr("Likewise; of the same place."))
    yield of.explained(
        of.layer(IMAGE, tr("Image"), (grid,), optional=True), tr("What the sensor saw, shown in the report.")
    )
    yield of.explained(
        of.choice(UNIT, tr("Unit of whole numbers"), ("m", "cm"), of.default_of(EvaluateHeights, "unit")),
        tr("Of rasters of whole numbers that do not state it. Empty: as the files say."),
        advanced=True,
    )
    yield of.explained(
        of.file_destination(PICTURE, tr("Picture"), tr("PNG image (*.png)"), ".png"),
        tr("Predicted against true heights, and where the errors are."),
    )
    yield of.explained(
        of.file_destination(REPORT, tr("Report"), tr("Web page (*.html)"), ".html"),
        tr("A page with all figures, charts and maps."),
    )
