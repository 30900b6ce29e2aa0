"""What is wrong with the values of parameters, and what to do about it; QGIS itself only names them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingDestinationParameter,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
)

from ..input_raster import InputError
from ..translation import tr
from .parameters import SUFFIXES, WEIGHTS_SUFFIXES
from .sources import existing_path, raster_source
from .values import Values

_UNLIMITED = 1e300


def _shown(value: Any) -> str:
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.staticValue()
    return str(value)[:200]


def _wanted_number(definition: QgsProcessingParameterNumber) -> str:
    least, most = definition.minimum(), definition.maximum()
    if least > -_UNLIMITED and most < _UNLIMITED:
        return tr("give a number from {least:g} to {most:g}").format(least=least, most=most)
    return tr("give a number from {least:g} up").format(least=least)


def _wanted(definition: QgsProcessingParameterDefinition) -> str:
    """Say what a parameter takes."""
    if isinstance(definition, QgsProcessingParameterNumber):
        return _wanted_number(definition)
    if isinstance(definition, QgsProcessingParameterEnum):
        return tr("give one of {values}").format(values=", ".join(definition.options()))
    if isinstance(definition, QgsProcessingParameterExtent):
        return tr("give xmin,xmax,ymin,ymax [EPSG:n], or a layer")
    if isinstance(definition, QgsProcessingDestinationParameter):
        return tr("give the path of a file to write, or TEMPORARY_OUTPUT")
    return tr("give a layer of the project, or a file that can be opened as one")


def _names_no_system(extent: str) -> bool:
    """Tell whether an extent is in a reference system that there is not, which QGIS passes over."""
    named = re.search(r"\[([^\]]*)\]\s*$", extent)
    return named is not None and not QgsCoordinateReferenceSystem(named.group(1)).isValid()


def unacceptable(definition: QgsProcessingParameterDefinition, values: Values) -> Iterator[str]:
    """Yield a sentence where QGIS does not accept a value."""
    given = values.parameters.get(definition.name())
    means_nothing = isinstance(given, float) and math.isnan(given)
    if isinstance(definition, QgsProcessingParameterExtent):
        means_nothing = _names_no_system(str(given))
    if definition.checkValueIsAcceptable(given, values.context) and not means_nothing:
        return
    if isinstance(definition, QgsProcessingParameterMapLayer) and existing_path(given) is not None:
        return  # a folder, or a format that only the engine reads
    title = f"{definition.description()} ({definition.name()})"
    if given in (None, ""):
        yield tr("{title} is missing: {wanted}.").format(title=title, wanted=_wanted(definition))
    else:
        yield tr("{title} cannot be {value}: {wanted}.").format(
            title=title, value=_shown(given), wanted=_wanted(definition)
        )


def wrong_destination(definition: QgsProcessingParameterDefinition, values: Values) -> Iterator[str]:
    """Yield a sentence for a result that is asked into a database, or into a format that is not written."""
    if not isinstance(definition, QgsProcessingDestinationParameter):
        return
    name, destination = definition.name(), values.destination(definition.name())
    if destination is None:
        return
    title = f"{definition.description()} ({name})"
    if values.names_database(name):
        yield tr(
            "{title} cannot be written to {value}: the engine writes files. Give the path of one, or "
            "TEMPORARY_OUTPUT, and copy the result into the database afterwards."
        ).format(title=title, value=destination[:200])
        return
    suffixes = suffixes_of(definition)
    if suffixes and destination != "TEMPORARY_OUTPUT" and Path(destination).suffix.lower() not in suffixes:
        yield tr("{title} cannot be written as {value}: end its name with {suffixes}.").format(
            title=title, value=Path(destination).name, suffixes=tr(" or ").join(suffixes)
        )


def suffixes_of(definition: QgsProcessingDestinationParameter) -> list[str]:
    """Return the endings of files that are written for a result; none where any will do."""
    named = definition.metadata().get(SUFFIXES)
    if named:
        return [str(suffix) for suffix in named]
    return [".tif", ".tiff"] if isinstance(definition, QgsProcessingParameterRasterDestination) else []


def unusable(take: Callable[[], object]) -> Iterator[str]:
    """Yield a sentence where an input cannot be taken."""
    try:
        take()
    except InputError as error:
        yield str(error)


def wrong_value_raster(values: Values, name: str) -> Iterator[str]:
    """Yield a sentence where a raster whose values count is not in a file."""
    layer = values.raster(name)
    if layer is not None:
        yield from unusable(lambda: raster_source(layer))


def wrong_bands(values: Values, name: str) -> Iterator[str]:
    """Yield a sentence where bands are no list of one or three numbers."""
    try:
        values.bands(name)
    except ValueError as error:
        yield tr(
            "The bands ({name}) cannot be {value}: give one or three numbers from 1, such as 3,2,1."
        ).format(name=name, value=error)


def by_parameters(message: str, names: Collection[str]) -> str:
    """Return the engine's message with names of parameters for the options of its command line.

    Args:
        message: That may name options, such as ``--off-nadir-deg``.
        names: Of the algorithm's parameters, which have no units in them; other options stay.
    """

    def parameter(option: re.Match[str]) -> str:
        name = option[1].replace("-", "_").upper()
        return name if name in names else option[0]

    return re.sub(r"--([a-z]+(?:-[a-z]+)*?)(?:-m|-deg)?(?![a-z-])", parameter, message)


def wrong_weights(values: Values, name: str, shipped: list[str]) -> Iterator[str]:
    """Yield a sentence where weights are named as a file that is not there."""
    value = str(values.raw(name) or "").strip()
    if not value:
        return
    is_path = value.lower().endswith(WEIGHTS_SUFFIXES) or "/" in value or "\\" in value
    if is_path and not Path(value).expanduser().is_file():
        yield tr(
            "There is no weights file {value} ({name}): give a file that exists, or one of {names}."
        ).format(value=value, name=name, names=", ".join(shipped))
    elif not is_path and ":" not in value and value not in shipped:
        yield tr("There are no weights {value} ({name}): give one of {names}, or a file.").format(
            value=value, name=name, names=", ".join(shipped)
        )
