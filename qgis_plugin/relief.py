"""Shading over coloured heights: a second layer of the same file, as one layer cannot have both in QGIS."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import QgsProcessingContext, QgsRasterLayer, QgsUnitTypes

_STYLE = Path(__file__).parent / "styles" / "relief.qml"


def relief_layer(heights: str, name: str) -> QgsRasterLayer:
    """Return a layer that shades what lies below it by a raster of heights in metres.

    What is flat keeps its colour, so that the colours below mean what their legend says: with light from an
    angle of 60° it is of middle grey, which hard light leaves as it is.
    """
    # The same file by another name: Processing takes layers of one name for one layer.
    folder, file = os.path.split(heights)
    layer = QgsRasterLayer(f"{folder}/./{file}", name)
    layer.loadNamedStyle(str(_STYLE))
    renderer = layer.renderer()
    # Slopes are metres over map units, and in degrees all of them would be cliffs.
    metres, _ = QgsUnitTypes.decodeDistanceUnit("meters")
    per_metre = QgsUnitTypes.fromUnitToUnitFactor(metres, layer.crs().mapUnits())
    renderer.setZFactor(renderer.zFactor() * per_metre)
    return layer


def add_relief(heights: str, context: QgsProcessingContext, *, name: str) -> None:
    """Have Processing load a shading over heights that it loads; nothing where it does not.

    Call it in ``postProcessAlgorithm``, which runs on the main thread.

    Args:
        heights: What the algorithm returns for the output.
        context: Of the run.
        name: Of the layer, in the user's language.
    """
    if not context.willLoadLayerOnCompletion(heights):
        return
    layer = relief_layer(heights, name)
    if not layer.isValid():
        return
    context.temporaryLayerStore().addMapLayer(layer)
    project = context.layerToLoadOnCompletionDetails(heights).project
    details = QgsProcessingContext.LayerDetails(name, project)
    details.forceName = True  # its file's name is that of the heights
    context.addLayerToLoadOnCompletion(layer.id(), details)
