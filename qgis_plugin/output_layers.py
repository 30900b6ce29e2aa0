"""How results appear when Processing loads them: their names, and the styles that lie with the files."""

from __future__ import annotations

from typing import Optional

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
)
from qgis.PyQt import sip


class _StyleOfFile(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer the style that lies with its file; Processing by itself loads rasters without it."""

    def postProcessLayer(
        self, layer: QgsMapLayer, _context: QgsProcessingContext, _feedback: QgsProcessingFeedback
    ) -> None:
        """Load the style: a .qml beside the file, or the default one in a GeoPackage."""
        layer.loadDefaultStyle()
        layer.triggerRepaint()


_alive: list[_StyleOfFile] = []
"""QGIS deletes each with the run's context, but does not keep Python from deleting it before."""


def present(
    destination: str, context: QgsProcessingContext, *, name: str, group: Optional[str] = None
) -> None:
    """Name a result that Processing will load, and give it its style; nothing where it will not be loaded.

    Call it once for each output when its file is complete.

    Args:
        destination: What the algorithm returns for the output.
        context: Of the run.
        name: Of the layer, in the user's language; a user's setting to name by files goes first.
        group: Of the layer tree, in the user's language, made if need be; None = none. Older QGIS has none.
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    details = context.layerToLoadOnCompletionDetails(destination)
    details.name = name
    style = _StyleOfFile()
    _alive[:] = [*(each for each in _alive if not sip.isdeleted(each)), style]
    details.setPostProcessor(style)
    if group is not None and hasattr(details, "groupName"):
        details.groupName = group
