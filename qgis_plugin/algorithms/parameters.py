"""Parameters that several algorithms share, each with its unit, its help and the engine's own default."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingDestinationParameter,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from ..engine_client.environment import engine_root
from ..input_raster import MOST_PIXELS
from ..translation import tr

INPUT = "INPUT"
OUTPUT = "OUTPUT"
MORE_INPUTS = "MORE_INPUTS"
MORE_FOLDER = "MORE_FOLDER"
BANDS = "BANDS"
EXTENT = "EXTENT"
GSD = "GSD"
RESOLUTION = "RESOLUTION"
MAX_PIXELS = "MAX_PIXELS"
WEIGHTS = "WEIGHTS"
DEVICE = "DEVICE"
AZIMUTH = "AZIMUTH"
OFF_NADIR = "OFF_NADIR"

SUFFIXES = "plumbline_suffixes"
"""Key in a parameter's metadata."""

DEVICES = ("auto", "cpu", "cuda")
WEIGHTS_SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt")

_ADVANCED = QgsProcessingParameterDefinition.Flag.FlagAdvanced
_DOUBLE = QgsProcessingParameterNumber.Type.Double
_INTEGER = QgsProcessingParameterNumber.Type.Integer


def default_of(request: type[Any], name: str) -> Any:
    """Return the engine's default of a request's field; None where the field must be given."""
    default = next(field.default for field in fields(request) if field.name == name)
    return None if default is MISSING else default


def shipped_weights(task: str) -> list[str]:
    """Name the weights that come with the engine, for a task: "roads" or "heights"."""
    folder = engine_root() / "engine" / "weights"
    return sorted(path.stem for path in folder.glob(f"{task}-*.safetensors"))


def explained(parameter: Any, help_text: str, *, advanced: bool = False) -> Any:
    """Return a parameter with its help, in the advanced part of the dialog if so."""
    parameter.setHelp(help_text)
    if advanced:
        parameter.setFlags(parameter.flags() | _ADVANCED)
    return parameter


def number(
    name: str,
    label: str,
    default: Optional[float] = None,
    *,
    least: Optional[float] = None,
    most: Optional[float] = None,
    whole: bool = False,
) -> QgsProcessingParameterNumber:
    """Make a number; without a default it may stay empty, and the engine decides."""
    parameter = QgsProcessingParameterNumber(
        name, label, _INTEGER if whole else _DOUBLE, defaultValue=default, optional=default is None
    )
    if least is not None:
        parameter.setMinimum(least)
    if most is not None:
        parameter.setMaximum(most)
    return parameter


def choice(
    name: str, label: str, values: Sequence[str], default: Optional[str]
) -> QgsProcessingParameterEnum:
    """Make a choice whose values are words, not numbers: they stay the same in models and on command lines.

    Without a default it may stay empty.
    """
    return QgsProcessingParameterEnum(
        name,
        label,
        options=list(values),
        allowMultiple=False,
        defaultValue=default,
        optional=default is None,
        usesStaticStrings=True,
    )


def raster(name: str, label: str, *, optional: bool = False) -> QgsProcessingParameterRasterLayer:
    """Make a choice of a raster layer or file."""
    return QgsProcessingParameterRasterLayer(name, label, optional=optional)


def layer(
    name: str, label: str, kinds: Iterable[Any], *, optional: bool = False
) -> QgsProcessingParameterMapLayer:
    """Make a choice of a layer or file of one of several kinds.

    Args:
        name: Of the parameter.
        label: In the dialog.
        kinds: Of ``QgsProcessing.SourceType``.
        optional: Whether it may stay empty.
    """
    return QgsProcessingParameterMapLayer(name, label, optional=optional, types=list(kinds))


def raster_destination(name: str, label: str, *, optional: bool = False) -> Any:
    """Make a GeoTIFF to write; one that is optional is not written unless asked for."""
    parameter = QgsProcessingParameterRasterDestination(name, label, None, optional)
    return _destination(parameter, optional=optional)


def vector_destination(
    name: str, label: str, kind: Any, suffixes: Sequence[str], *, optional: bool = False
) -> Any:
    """Make a file of features to write; likewise.

    Args:
        name: Of the parameter.
        label: In the dialog.
        kind: One of ``QgsProcessing.SourceType``.
        suffixes: Endings of the formats that it can have.
        optional: Whether it is written only if asked for.
    """
    parameter = QgsProcessingParameterVectorDestination(name, label, kind, None, optional)
    parameter.setMetadata({SUFFIXES: list(suffixes)})
    return _destination(parameter, optional=optional)


def file_destination(name: str, label: str, formats: str, suffix: str) -> Any:
    """Make another file to write, only if asked for.

    Args:
        name: Of the parameter.
        label: In the dialog.
        formats: As in file dialogs: "HTML (*.html)".
        suffix: Its ending.
    """
    parameter = QgsProcessingParameterFileDestination(name, label, formats, None, optional=True)
    parameter.setMetadata({SUFFIXES: [suffix]})
    return _destination(parameter, optional=True)


def _destination(parameter: QgsProcessingDestinationParameter, *, optional: bool) -> Any:
    parameter.setCreateByDefault(not optional)
    return parameter


def more_images(what: str) -> list[Any]:
    """Make the parameters for several images in one run. ``what`` names a result of one of them."""
    return [
        explained(
            QgsProcessingParameterMultipleLayers(
                MORE_INPUTS, tr("More images"), QgsProcessing.SourceType.TypeRaster, optional=True
            ),
            tr("Further images, worked on one after another by the same warm engine, with the same options."),
            advanced=True,
        ),
        explained(
            QgsProcessingParameterFolderDestination(
                MORE_FOLDER,
                tr("Folder for the results of more images"),
                None,
                optional=True,
                createByDefault=False,
            ),
            tr("For each of the further images, {what} is written here, named after the image.").format(
                what=what
            ),
            advanced=True,
        ),
    ]


def bands() -> Any:
    """Make the choice of bands."""
    return explained(
        QgsProcessingParameterString(BANDS, tr("Bands as red, green, blue"), optional=True),
        tr(
            "Numbers of one or three bands, counted from 1, such as 3,2,1. Empty: the bands that the layer "
            "shows, or that the file declares as colours."
        ),
        advanced=True,
    )


def extent(help_text: str) -> Any:
    """Make the choice of a part of the raster."""
    forms = tr("As text: xmin,xmax,ymin,ymax [EPSG:n]; without a system, that of the project.")
    return explained(
        QgsProcessingParameterExtent(EXTENT, tr("Extent"), optional=True), f"{help_text} {forms}"
    )


def gsd() -> Any:
    """Make the ground size of pixels that do not know theirs."""
    return explained(
        number(GSD, tr("Ground size of a pixel (m)"), least=0.001, most=1e5),
        tr("Only for images without georeference; others know it."),
        advanced=True,
    )


def rendering() -> list[Any]:
    """Make what decides how layers that are no files are rendered."""
    return [
        explained(
            number(RESOLUTION, tr("Resolution of web layers (m per pixel)"), least=0.001, most=1e5),
            tr(
                "True ground size at which layers that are no files (XYZ, WMS, WMTS, ArcGIS tiles, virtual "
                "layers) are rendered to a temporary image. Web layers need it; 0.3 to 1 suits the shipped "
                "weights. Files are used as they are."
            ),
        ),
        explained(
            number(MAX_PIXELS, tr("Most pixels to render"), MOST_PIXELS, least=1, whole=True),
            tr("Rendering more than this is refused; a smaller extent or a coarser resolution needs fewer."),
            advanced=True,
        ),
    ]


def weights(task: str, request: type[Any]) -> Any:
    """Make the choice of weights for "roads" or "heights": a name or a file."""
    return explained(
        QgsProcessingParameterFile(
            WEIGHTS,
            tr("Weights of the network"),
            defaultValue=default_of(request, "weights"),
            optional=True,  # else QGIS would not accept the default
            # Names have no ending, so all must be let through.
            fileFilter=tr("Weights (*.safetensors *.pt *.pth *.ckpt)") + ";;" + tr("All files (*)"),
        ),
        tr("A name of shipped weights ({names}), or the path of a weights file (.safetensors).").format(
            names=", ".join(shipped_weights(task))
        ),
    )


def device(request: type[Any]) -> Any:
    """Make the choice of the device."""
    return explained(
        choice(DEVICE, tr("Device"), DEVICES, default_of(request, "device")),
        tr(
            "One of the words auto, cpu and cuda. auto: the graphics card where there is one that works, "
            "else the processor."
        ),
        advanced=True,
    )


def view() -> list[Any]:
    """Make the two angles that say where the sensor stood."""
    return [
        explained(
            number(AZIMUTH, tr("Azimuth of the sensor (degrees)"), least=-360, most=360),
            tr(
                "Direction from the ground to the sensor, clockwise from north. Empty: as the file's "
                "metadata say, else as estimated."
            ),
            advanced=True,
        ),
        explained(
            number(OFF_NADIR, tr("Angle off nadir (degrees)"), least=0, most=89.99),
            tr(
                "At the ground, between the vertical and the line to the sensor; 0 is straight above. Empty: "
                "as the file's metadata say, else as estimated."
            ),
            advanced=True,
        ),
    ]
