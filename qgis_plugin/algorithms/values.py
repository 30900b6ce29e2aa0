"""The values of a run's parameters as the engine wants them, whatever form they come in.

From a dialog they come as numbers and layers, from a command line as text, from a model as anything.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProperty,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..input_raster import MOST_PIXELS, RasterRequest, raster_request
from ..translation import tr
from .parameters import BANDS, EXTENT, MAX_PIXELS, RESOLUTION

_BANDS = re.compile(r"[1-9][0-9]*([\s,;]+[1-9][0-9]*)*")
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9+_-]+:")
"""postgis:..., ogr:dbname=..., memory: and so on; not C:\\roads.gpkg."""


def _load_instead(context: QgsProcessingContext, asked: str, result: str) -> None:
    """Have QGIS load a result under its own name instead of the one that was asked for."""
    loaded = context.layersToLoadOnCompletion()
    if asked != result and asked in loaded:
        loaded[result] = loaded.pop(asked)
        context.setLayersToLoadOnCompletion(loaded)


class Values:
    """Reads the parameters of one run.

    Args:
        algorithm: Whose parameters they are.
        parameters: As QGIS gives them.
        context: Of the run.
    """

    def __init__(
        self, algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> None:
        self.algorithm = algorithm
        self.parameters = parameters
        self.context = context

    def raw(self, name: str) -> Any:
        """Return a value as QGIS gives it; the default where it is not given, None for nothing."""
        value = self.parameters.get(name)
        if value is None:
            value = self.algorithm.parameterDefinition(name).defaultValue()
        if isinstance(value, QgsProperty):
            value = value.value(self.context.expressionContext())[0]
        return None if value in ("", []) else value

    def number(self, name: str) -> Optional[float]:
        """Return a number, or None: QGIS itself would read nothing as 0."""
        if self.raw(name) is None:
            return None
        return float(self.algorithm.parameterAsDouble(self.parameters, name, self.context))

    def amount(self, name: str) -> float:
        """Return a number that always has a value, as its parameter has a default."""
        return float(self.algorithm.parameterAsDouble(self.parameters, name, self.context))

    def choice(self, name: str) -> Optional[str]:
        """Return one of the words of a choice."""
        if self.raw(name) is None:
            return None
        return str(self.algorithm.parameterAsEnumString(self.parameters, name, self.context))

    def truth(self, name: str) -> bool:
        """Return a yes or no."""
        return bool(self.algorithm.parameterAsBool(self.parameters, name, self.context))

    def text(self, name: str) -> Optional[str]:
        """Return a text without white space around it; None for nothing."""
        if self.raw(name) is None:
            return None
        return str(self.algorithm.parameterAsString(self.parameters, name, self.context)).strip() or None

    def bands(self, name: str = BANDS) -> Optional[tuple[int, ...]]:
        """Return band numbers; None for the raster's own choice.

        Raises:
            ValueError: It is no list of one or three numbers from 1.
        """
        value = self.raw(name)
        text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else self.text(name)
        if text is None:
            return None
        if not _BANDS.fullmatch(text):
            raise ValueError(text)
        numbers = tuple(int(part) for part in re.findall(r"\d+", text))
        if len(numbers) not in (1, 3):
            raise ValueError(text)
        return numbers

    def raster(self, name: str) -> Optional[QgsRasterLayer]:
        """Return a raster layer, of the project or of a file; None for nothing or no raster."""
        if self.raw(name) is None:
            return None
        return self.algorithm.parameterAsRasterLayer(self.parameters, name, self.context)

    def vector(self, name: str) -> Optional[QgsVectorLayer]:
        """Return a vector layer, of the project or of a file; None for nothing or no features."""
        value = self.raw(name)
        if isinstance(value, QgsProcessingFeatureSourceDefinition):
            value = value.source.valueAsString(self.context.expressionContext(), "")[0]
        if isinstance(value, QgsVectorLayer):
            return value
        layer = QgsProcessingUtils.mapLayerFromString(str(value or ""), self.context)
        return layer if isinstance(layer, QgsVectorLayer) else None

    def rasters(self, name: str) -> list[QgsRasterLayer]:
        """Return several raster layers."""
        if self.raw(name) is None:
            return []
        found = self.algorithm.parameterAsLayerList(self.parameters, name, self.context)
        return [layer for layer in found if isinstance(layer, QgsRasterLayer)]

    def request(self, layer: QgsRasterLayer) -> RasterRequest:
        """Take from a layer what the engine needs of it, as the parameters say. On the main thread.

        Raises:
            InputError: The layer cannot be used so.
        """
        known = {definition.name() for definition in self.algorithm.parameterDefinitions()}
        extent = crs = None
        if EXTENT in known and self.raw(EXTENT) is not None:
            extent = self.algorithm.parameterAsExtent(self.parameters, EXTENT, self.context)
            crs = self.algorithm.parameterAsExtentCrs(self.parameters, EXTENT, self.context)
        most = self.number(MAX_PIXELS) if MAX_PIXELS in known else None
        return raster_request(
            layer,
            extent=extent,
            extent_crs=crs,
            m_per_px=self.number(RESOLUTION) if RESOLUTION in known else None,
            most_pixels=MOST_PIXELS if most is None else int(most),
            transform_context=self.context.transformContext(),
        )

    def extent_text(self) -> Optional[str]:
        """Return the extent as the engine reads it, with its own system; None for nothing.

        Raises:
            QgsProcessingException: Its system has no number that the engine would know it by.
        """
        if self.raw(EXTENT) is None:
            return None
        extent = self.algorithm.parameterAsExtent(self.parameters, EXTENT, self.context)
        crs = self.algorithm.parameterAsExtentCrs(self.parameters, EXTENT, self.context)
        if crs.isValid() and not crs.authid().startswith("EPSG:"):
            raise QgsProcessingException(
                tr("The extent's reference system has no EPSG number: give the extent in one that has.")
            )
        sides = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
        return ",".join([*(f"{side:.17g}" for side in sides), *([crs.authid()] if crs.isValid() else [])])

    def destination(self, name: str) -> Optional[str]:
        """Return where a result is asked to be, as text; None where it is not asked for."""
        value = self.raw(name)
        if isinstance(value, QgsProcessingOutputLayerDefinition):
            value = value.sink.valueAsString(self.context.expressionContext(), "")[0]
        return str(value) if value else None

    def names_database(self, name: str) -> bool:
        """Whether a destination is none in a file; a temporary one is in a file here."""
        destination = self.destination(name)
        if destination is None or destination == QgsProcessing.TEMPORARY_OUTPUT:
            return False
        return _DATABASE.match(destination) is not None

    def layer_path(self, name: str, *, layer: str = "") -> Optional[str]:
        """Return the file for a layer's result, and have it loaded afterwards if that is wanted.

        Called while the algorithm runs.

        Args:
            name: Of the parameter.
            layer: Which layer of the file is the result, where there are several.
        """
        if self.destination(name) is None:
            return None
        asked = str(self.algorithm.parameterAsOutputLayer(self.parameters, name, self.context))
        path = str(Path(asked).absolute())  # the engine's working folder is another one
        _load_instead(self.context, asked, f"{path}|layername={layer}" if layer else path)
        return path

    def load_beside(self, loaded: str, result: str, name: str) -> None:
        """Have a second layer of a file loaded where the first one is."""
        if self.context.willLoadLayerOnCompletion(loaded):
            project = self.context.layerToLoadOnCompletionDetails(loaded).project
            details = QgsProcessingContext.LayerDetails(name, project, name)
            self.context.addLayerToLoadOnCompletion(result, details)

    def file_path(self, name: str) -> Optional[str]:
        """Return the file for another result."""
        if self.destination(name) is None:
            return None
        asked = self.algorithm.parameterAsFileOutput(self.parameters, name, self.context)
        return str(Path(asked).absolute())

    def folder_path(self, name: str) -> Optional[Path]:
        """Return a folder for results, made if need be.

        Raises:
            QgsProcessingException: It cannot be made.
        """
        if self.destination(name) is None:
            return None
        folder = Path(self.algorithm.parameterAsString(self.parameters, name, self.context))
        if self.destination(name) == QgsProcessing.TEMPORARY_OUTPUT:
            folder = Path(QgsProcessingUtils.generateTempFilename(name.lower()))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise QgsProcessingException(
                tr("The folder {folder} ({name}) cannot be made: {problem}. Choose another one.").format(
                    folder=folder, name=name, problem=error.strerror
                )
            ) from error
        return folder.absolute()
