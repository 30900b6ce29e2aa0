"""``plumbline:estimateheights``: from images to heights above ground and the view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterString,
)

from ..engine_client.protocol import Result
from ..engine_client.requests import EstimateHeights
from ..input_raster import InputRaster
from ..relief import add_relief
from ..translation import tr
from . import parameters as of
from .base import DEVICE_USED, WEIGHTS_USED
from .image_algorithm import ImageAlgorithm
from .sources import any_source
from .values import Values

WORKING_SIZE = "WORKING_SIZE"
CALIBRATE = "CALIBRATE"
CALIBRATE_FIELD = "CALIBRATE_FIELD"
RECTIFIED = "RECTIFIED"
RECTIFIED_RGB = "RECTIFIED_RGB"
FLOW = "FLOW"

_PRODUCTS = {"rectified": RECTIFIED, "rectified_rgb": RECTIFIED_RGB, "flow": FLOW}
_FIGURES = {
    "ANGLE": "angle_rad",
    "SCALE": "scale_px_per_m",
    "AZIMUTH_FOUND": "azimuth_deg",
    "OFF_NADIR_FOUND": "off_nadir_deg",
    "HEIGHT_MAX": "height_max_m",
    "HEIGHT_MEAN": "height_mean_m",
}
VIEW_SOURCE = "VIEW_SOURCE"


class EstimateHeightsAlgorithm(ImageAlgorithm):
    """Estimates what stands how high above the ground."""

    TASK = "heights"
    REQUEST = EstimateHeights
    ENDING = "_heights.tif"

    def __init__(self) -> None:
        super().__init__()
        self._calibrate: Optional[str] = None
        self._written: list[str] = []

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "estimateheights"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Estimate heights")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "heights"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("height,elevation,building,above ground,agl,ndsm,oblique,off nadir,deep learning").split(
            ","
        )

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Estimates from a single aerial or satellite image how high above the ground everything stands, "
            "and from where the sensor looked."
            "\n\n"
            "Heights: metres above ground of what each pixel of the image shows, on the image's own grid; a "
            "Cloud-Optimised GeoTIFF, nodata -9999. In an oblique image roofs lie away from their ground "
            "floors: the further results, if asked for, show everything at its place on the ground."
            "\n\n"
            "Images in which a pixel is 0.25 to 1 m suit the shipped weights. Known heights, if there are "
            "some, correct the result by one factor."
            "\n\n"
            "Numbers: angle of the flow in the image (radians, counted as in its file tags), scale (pixels "
            "that one metre of height leans), azimuth and angle off nadir of the sensor (degrees), largest "
            "and mean height (m)."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        for parameter in (
            *self.image_parameters(tr("Only this part is worked on; the whole image if empty.")),
            of.explained(
                of.number(WORKING_SIZE, tr("Working pixel size (m)"), least=0.001, most=1e5),
                tr(
                    "Ground size of the pixels that the network sees. Empty: chosen by the weights. Twice "
                    "the image's own is four times as fast."
                ),
                advanced=True,
            ),
            *of.view(),
            *_known_heights(),
            *of.more_images(tr("a GeoTIFF with heights")),
            of.explained(
                of.raster_destination(of.OUTPUT, tr("Heights")),
                tr("GeoTIFF: metres above ground of what each pixel shows."),
            ),
            *_further_results(),
        ):
            self.addParameter(parameter)
        self.add_number_outputs(
            {
                "ANGLE": tr("Angle of the flow (radians)"),
                "SCALE": tr("Scale: pixels of lean per metre of height"),
                "AZIMUTH_FOUND": tr("Azimuth of the sensor (degrees)"),
                "OFF_NADIR_FOUND": tr("Angle off nadir (degrees)"),
                "HEIGHT_MAX": tr("Largest height (m)"),
                "HEIGHT_MEAN": tr("Mean height (m)"),
            }
        )
        self.add_text_outputs({VIEW_SOURCE: tr("Where the view comes from: options, metadata or network")})
        self.add_common_outputs()

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:
        """Take the images and known heights from the project."""
        super().take_inputs(values, feedback)
        self.sources[CALIBRATE] = any_source(values, CALIBRATE, feedback)

    def paths(self, values: Values) -> dict[str, Optional[str]]:
        """Return the files to write."""
        further = {field: values.layer_path(name) for field, name in _PRODUCTS.items()}
        return {"output": values.layer_path(of.OUTPUT), **further}

    def request_for(
        self, values: Values, image: InputRaster, paths: Mapping[str, Optional[str]]
    ) -> EstimateHeights:
        """Return what to ask the engine for one image."""
        default = of.default_of(EstimateHeights, "calibrate_field")
        return EstimateHeights(
            **self.options(values, image),
            output=paths["output"] or "",
            rectified=paths.get("rectified"),
            rectified_rgb=paths.get("rectified_rgb"),
            flow=paths.get("flow"),
            working_m=values.number(WORKING_SIZE),
            azimuth_deg=values.number(of.AZIMUTH),
            off_nadir_deg=values.number(of.OFF_NADIR),
            calibrate=self._calibrate,
            calibrate_field=values.text(CALIBRATE_FIELD) or default,
        )

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine see one image after the other."""
        self._calibrate = self.path_of(CALIBRATE, feedback)
        return super().work(values, feedback)

    def found(self, result: Result, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Return the outputs of one image."""
        figures = {name: result.figures.get(figure) for name, figure in _FIGURES.items()}
        _tell(figures, feedback)
        self._written.append(result.files["output"])
        return {
            of.OUTPUT: result.files["output"],
            **{name: result.files.get(field) for field, name in _PRODUCTS.items()},
            **figures,
            VIEW_SOURCE: result.facts.get("view_source"),
            WEIGHTS_USED: result.facts.get("weights"),
            DEVICE_USED: result.facts.get("device"),
        }

    def postProcessAlgorithm(
        self,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Shade the heights that QGIS will load; it calls this on the main thread."""
        for heights in self._written:
            add_relief(heights, context, name=tr("Relief"))
        return {}


def _tell(figures: Mapping[str, Optional[float]], feedback: QgsProcessingFeedback) -> None:
    """Tell what was found, as far as it is known: of images without a place, azimuths are not."""
    texts: dict[str, str] = {
        "HEIGHT_MAX": tr("Largest height: {:.1f} m"),
        "AZIMUTH_FOUND": tr("Azimuth of the sensor: {:.0f}°"),
        "OFF_NADIR_FOUND": tr("Angle off nadir: {:.1f}°"),
    }
    for name, text in texts.items():
        figure = figures[name]
        if figure is not None:
            feedback.pushInfo(text.format(figure))


def _known_heights() -> Iterator[Any]:
    kinds = (QgsProcessing.SourceType.TypeVectorPoint, QgsProcessing.SourceType.TypeRaster)
    yield of.explained(
        of.layer(CALIBRATE, tr("Known heights to correct by"), kinds, optional=True),
        tr("Points with measured heights, or a raster of heights above ground, anywhere in the image."),
        advanced=True,
    )
    default = of.default_of(EstimateHeights, "calibrate_field")
    yield of.explained(
        QgsProcessingParameterString(CALIBRATE_FIELD, tr("Field of known heights"), default, optional=True),
        tr("Of points: the attribute with metres above ground."),
        advanced=True,
    )


def _further_results() -> Iterator[Any]:
    yield of.explained(
        of.raster_destination(RECTIFIED, tr("Heights seen from nadir"), optional=True),
        tr("GeoTIFF: the heights at their places on the ground; what is hidden is nodata."),
    )
    yield of.explained(
        of.raster_destination(RECTIFIED_RGB, tr("Image seen from nadir"), optional=True),
        tr("GeoTIFF: the image moved to the ground likewise; its mask says what is hidden."),
    )
    yield of.explained(
        of.raster_destination(FLOW, tr("Flow"), optional=True),
        tr("GeoTIFF with two bands: where the ground below each pixel lies, in pixels down and right."),
    )
