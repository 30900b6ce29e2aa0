"""Layers, files and folders as the engine reads them: by path, or by a copy where a path does not do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from osgeo import gdal
from qgis.core import (
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..input_raster import InputError, RasterRequest, raster_request
from ..translation import tr
from .values import Values

_FORMATS = ["gpkg", "geojson", "shp", "fgb"]
"""Vector files with these endings go by path; others are copied."""

_COPIED = "gpkg"

_ROADS = "roads"
"""Layer that the engine takes of a file with several."""


@dataclass(frozen=True)
class Source:
    """What the engine is given.

    Attributes:
        path: File or folder, absolute.
        layer: Of a vector file; None = the engine's own choice.
        temporary: Whether the file was made for this run.
    """

    path: str
    layer: Optional[str] = None
    temporary: bool = False

    def remove(self) -> None:
        """Delete the file if it was made for this run; never one of the user's."""
        if self.temporary:
            for ending in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(self.path + ending).unlink()


def existing_path(value: object) -> Optional[Path]:
    """Return the file or folder that a value names by its path alone; None where it names something else."""
    if not isinstance(value, (str, Path)) or not str(value).strip():
        return None
    try:
        path = Path(str(value)).absolute()
        return path if path.exists() else None
    except (OSError, ValueError):  # no path at all
        return None


def _own_path(layer: QgsVectorLayer) -> str:
    """Return a layer's file; "" where it has none."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.dataProvider().name(), layer.source())
    return str(parts.get("path") or "")


def _is_copy(path: Path, layer: QgsVectorLayer) -> bool:
    """Tell whether a file was made for this run; only such are ever deleted."""
    return path != Path(_own_path(layer)) and Path(QgsProcessingUtils.tempFolder()) in path.parents


def _check_copy(values: Values, name: str, path: str) -> None:
    """Make sure that QGIS has copied all features: those that a file cannot take it leaves out in silence.

    Raises:
        InputError: Some are missing.
    """
    source = values.algorithm.parameterAsSource(values.parameters, name, values.context)
    copied, wanted = QgsVectorLayer(path, "", "ogr").featureCount(), source.featureCount()
    if 0 <= copied < wanted:
        with suppress(OSError):
            Path(path).unlink()
        text = tr(
            "{name} cannot be used as it is: only {copied} of {wanted} features can be copied. Where values "
            "of a field fid repeat, rename or remove that field."
        )
        raise InputError(text.format(name=name, copied=copied, wanted=wanted))


def vector_source(
    values: Values, name: str, feedback: QgsProcessingFeedback, *, copies: bool = False
) -> Source:
    """Return a vector layer as a file; on the main thread.

    Layers that are no files, and those with a filter, chosen features or unsaved edits, are copied.

    Args:
        values: Of the run.
        name: Of the parameter that holds the layer.
        feedback: Told of the progress of a copy.
        copies: Whether to copy in any case.

    Raises:
        InputError: There is no such layer.
    """
    layer = values.vector(name)
    if layer is None:
        raise InputError(tr("{name} cannot be opened as a layer of features: repair it.").format(name=name))
    # Without a format that goes by path, QGIS copies, with the edits.
    formats = [] if copies or layer.isModified() else _FORMATS
    path, layer_name = values.algorithm.parameterAsCompatibleSourceLayerPathAndLayerName(
        values.parameters, name, values.context, formats, _COPIED, feedback
    )
    if not path:
        raise InputError(tr("The layer {} cannot be read: repair its source.").format(layer.name()))
    temporary = _is_copy(Path(path), layer)
    if temporary:
        _check_copy(values, name, path)
    return Source(str(Path(path).absolute()), None if temporary else layer_name or None, temporary)


def _layers_in(path: str) -> int:
    file = gdal.OpenEx(path, gdal.OF_VECTOR)
    return 0 if file is None else int(file.GetLayerCount())


def raster_source(layer: QgsRasterLayer) -> RasterRequest:
    """Return a raster whose values count, such as heights; a rendered picture of it would not do.

    Raises:
        InputError: The layer is none, or not in a file.
    """
    request = raster_request(layer)
    if request.renders:
        raise InputError(
            tr("The layer {} is not in a file: export it (Export, Save As) and give the file.").format(
                layer.name()
            )
        )
    return request


def any_source(
    values: Values, name: str, feedback: QgsProcessingFeedback
) -> Union[Source, RasterRequest, None]:
    """Return a file, a folder, or a raster or vector layer; on the main thread.

    The engine is told no layer's name here: one of several in a file is copied.
    """
    if values.raw(name) is None:
        return None
    path = existing_path(values.raw(name))
    if path is not None:
        return Source(str(path))
    layer = values.algorithm.parameterAsLayer(values.parameters, name, values.context)
    if isinstance(layer, QgsRasterLayer):
        return raster_source(layer)
    if not isinstance(layer, QgsVectorLayer):
        raise InputError(
            tr("{name} cannot be opened: give a layer of the project, a file or a folder.").format(name=name)
        )
    found = vector_source(values, name, feedback)
    if found.layer not in (None, _ROADS) and _layers_in(found.path) > 1:
        return vector_source(values, name, feedback, copies=True)
    return found
