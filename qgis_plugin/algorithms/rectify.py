"""``plumbline:rectify``: from an oblique image and its heights to the view from nadir."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from qgis.core import QgsProcessingException, QgsProcessingFeedback

from ..engine_client.requests import Rectify
from ..translation import tr
from . import parameters as of
from .base import EngineAlgorithm
from .complaints import wrong_bands, wrong_value_raster
from .sources import raster_source
from .values import Values

HEIGHTS = "HEIGHTS"
HEIGHTS_AT = "HEIGHTS_AT"
RECTIFIED_HEIGHTS = "RECTIFIED_HEIGHTS"
HIDDEN_SHARE = "HIDDEN_SHARE"

_PLACES = ("image", "ground")


class RectifyAlgorithm(EngineAlgorithm):
    """Moves everything that an image shows to its place on the ground."""

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "rectify"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Rectify image by heights")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "heights"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("rectify,true orthophoto,ortho,nadir,lean,oblique,heights").split(",")

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Moves everything that an oblique image shows to its place on the ground, as if seen from "
            "straight above: a true orthophoto."
            "\n\n"
            "It needs heights above ground (m) of the same place, such as those of Estimate heights, whose "
            "files also say from where the sensor looked; of other heights, give azimuth and angle off nadir "
            "(degrees)."
            "\n\n"
            "Ground that the image does not show, behind something high, is outside the mask of the result. "
            "Its share of the image is returned as a number (0 to 1)."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        for parameter in (
            of.explained(of.raster(of.INPUT, tr("Image")), tr("The oblique image, a file.")),
            of.explained(
                of.raster(HEIGHTS, tr("Heights")),
                tr("Metres above ground, in a file, on any grid of this place."),
            ),
            of.explained(
                of.choice(HEIGHTS_AT, tr("Heights lie"), _PLACES, of.default_of(Rectify, "heights_at")),
                tr(
                    "image: they are of what each pixel of the image shows, as Estimate heights writes them. "
                    "ground: of what stands at each place, as those of a laser scan."
                ),
                advanced=True,
            ),
            *of.view(),
            of.bands(),
            of.explained(
                of.raster_destination(of.OUTPUT, tr("Image seen from nadir")),
                tr("GeoTIFF with the bands of the image; its mask says what is hidden."),
            ),
            of.explained(
                of.raster_destination(RECTIFIED_HEIGHTS, tr("Heights seen from nadir"), optional=True),
                tr("GeoTIFF: the heights at their places on the ground; what is hidden is nodata."),
            ),
        ):
            self.addParameter(parameter)
        self.add_number_outputs({HIDDEN_SHARE: tr("Share of the image that is hidden (0 to 1)")})

    def complaints(self, values: Values) -> Iterator[str]:
        """Yield what is wrong with values that QGIS accepts."""
        yield from wrong_bands(values, of.BANDS)
        for name in (of.INPUT, HEIGHTS):
            yield from wrong_value_raster(values, name)

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:  # noqa: ARG002
        """Take image and heights from the project."""
        for name in (of.INPUT, HEIGHTS):
            layer = values.raster(name)
            if layer is None:
                raise QgsProcessingException(self.invalidRasterError(values.parameters, name))
            self.sources[name] = raster_source(layer)

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine move the image."""
        result = self.ask(
            Rectify(
                raster=self.path_of(of.INPUT, feedback) or "",
                heights=self.path_of(HEIGHTS, feedback) or "",
                output=values.layer_path(of.OUTPUT) or "",
                rectified_heights=values.layer_path(RECTIFIED_HEIGHTS),
                azimuth_deg=values.number(of.AZIMUTH),
                off_nadir_deg=values.number(of.OFF_NADIR),
                heights_at=values.choice(HEIGHTS_AT) or of.default_of(Rectify, "heights_at"),
                bands=values.bands(),
            ),
            feedback,
        )
        return {
            of.OUTPUT: result.files["output"],
            RECTIFIED_HEIGHTS: result.files.get("rectified_heights"),
            HIDDEN_SHARE: result.figures.get("hidden_share"),
        }
