"""``plumbline:footprintstoground``: heights of buildings, and buildings moved between roof and ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSource,
)

from ..engine_client.requests import MoveFootprints
from ..translation import tr
from . import parameters as of
from .base import EngineAlgorithm
from .complaints import wrong_value_raster
from .sources import Source, raster_source, vector_source
from .values import Values

POLYGONS = "POLYGONS"
HEIGHTS = "HEIGHTS"
TO = "TO"
POLYGON_COUNT = "POLYGON_COUNT"
VOLUME = "VOLUME"

_PLACES = ("ground", "roof", "none")


class FootprintsToGroundAlgorithm(EngineAlgorithm):
    """Measures buildings and moves them between roof and ground."""

    def name(self) -> str:
        """Return the algorithm's name, which never changes."""
        return "footprintstoground"

    def displayName(self) -> str:
        """Return the algorithm's name in the user's language."""
        return tr("Move footprints to the ground")

    def groupId(self) -> str:
        """Return the group's name, which never changes."""
        return "heights"

    def tags(self) -> list[str]:
        """Return words to find the algorithm by."""
        return tr("building,footprint,roof,ground,height,volume,offset,lean").split(",")

    def shortHelpString(self) -> str:
        """Explain the algorithm and its results."""
        return tr(
            "Adds heights (m) and volumes (m³) to polygons of buildings, and moves each as a whole from its "
            "roof, as an oblique image shows it, to the ground, or back."
            "\n\n"
            "It needs the heights above ground (m) that Estimate heights writes, whose file also says from "
            "where the sensor looked; of other heights, give azimuth and angle off nadir (degrees)."
            "\n\n"
            "Buildings: the polygons with all their attributes and the new ones height_median_m, "
            "height_p90_m, height_max_m, height_roof_m, volume_m3 and height_pixels (on how many pixels they "
            "rest); NULL where no height is known. Numbers: polygons and their volume (m³)."
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:  # noqa: ARG002
        """Add parameters and outputs."""
        kind = QgsProcessing.SourceType.TypeVectorPolygon
        for parameter in (
            of.explained(
                QgsProcessingParameterFeatureSource(POLYGONS, tr("Polygons of buildings"), [kind]),
                tr("In any reference system. Filters and selections of the layer hold."),
            ),
            of.explained(
                of.raster(HEIGHTS, tr("Heights")),
                tr("Metres above ground of what each pixel of the image shows, in a file."),
            ),
            of.explained(
                of.choice(TO, tr("Move to"), _PLACES, of.default_of(MoveFootprints, "to")),
                tr(
                    "ground: the polygons are drawn on roofs. roof: they lie on the ground. none: they are "
                    "only measured."
                ),
            ),
            *of.view(),
            of.gsd(),
            of.explained(
                of.vector_destination(of.OUTPUT, tr("Buildings"), kind, (".gpkg",)),
                tr("GeoPackage (.gpkg), in the reference system of the polygons."),
            ),
        ):
            self.addParameter(parameter)
        self.add_number_outputs(
            {POLYGON_COUNT: tr("Number of polygons"), VOLUME: tr("Volume of all buildings (m³)")}
        )

    def complaints(self, values: Values) -> Iterator[str]:
        """Yield what is wrong with values that QGIS accepts."""
        yield from wrong_value_raster(values, HEIGHTS)

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:
        """Take polygons and heights from the project."""
        heights = values.raster(HEIGHTS)
        if heights is None:
            raise QgsProcessingException(self.invalidRasterError(values.parameters, HEIGHTS))
        self.sources[HEIGHTS] = raster_source(heights)
        self.sources[POLYGONS] = vector_source(values, POLYGONS, feedback)

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine measure and move the polygons."""
        polygons = self.sources[POLYGONS]
        result = self.ask(
            MoveFootprints(
                polygons=self.path_of(POLYGONS, feedback) or "",
                heights=self.path_of(HEIGHTS, feedback) or "",
                output=values.layer_path(of.OUTPUT) or "",
                to=values.choice(TO) or of.default_of(MoveFootprints, "to"),
                layer=polygons.layer if isinstance(polygons, Source) else None,
                azimuth_deg=values.number(of.AZIMUTH),
                off_nadir_deg=values.number(of.OFF_NADIR),
                gsd_m=values.number(of.GSD),
            ),
            feedback,
        )
        return {
            of.OUTPUT: result.files["output"],
            POLYGON_COUNT: result.figures.get("polygons"),
            VOLUME: result.figures.get("volume_m3"),
        }
