"""Layers that are files: their path, and what the project says differently from the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Optional, Union

from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback, QgsProviderRegistry, QgsRasterLayer

from ..translation import tr
from .errors import InputError
from .source import InputRaster, checked, new_file

_ONLY_IN_QGIS = re.compile(
    r"^MEM:|/vsimem/|authcfg=|\|credential:|^PG:|^PostgreSQL:|\.(ecw|sid)$", re.IGNORECASE
)
"""Memory of this process, what needs QGIS's passwords, and formats that only QGIS's GDAL may have."""

_WEB = re.compile(r"^(<GDAL_WMS|<GDAL_WMTS|WMS:|WMTS:|AGS:|OGCAPI:|https?://.*tileMatrixSet)", re.IGNORECASE)


@dataclass(frozen=True)
class AlteredFile:
    """A raster whose path alone would tell another story than the layer: a VRT tells the layer's.

    Attributes:
        file: The raster.
        open_options: How GDAL is told to open it, "NAME=VALUE".
        crs_wkt: System that the layer has; "" = none.
        nodata: Value of each band that stands for no data; None = none.
    """

    file: InputRaster
    open_options: tuple[str, ...]
    crs_wkt: str
    nodata: tuple[Optional[float], ...]

    def write(self, folder: Path, _feedback: QgsFeedback) -> InputRaster:
        """Write the VRT.

        Raises:
            InputError: The file cannot be opened, or the VRT not written.
        """
        with new_file(folder, ".vrt") as path:
            source = checked(
                gdal.OpenEx(self.file.path, gdal.OF_RASTER, open_options=list(self.open_options))
            )
            virtual = checked(gdal.Translate(str(path), source, format="VRT"))
            checked(virtual.SetProjection(self.crs_wkt))
            for number, value in enumerate(self.nodata, 1):
                band = virtual.GetRasterBand(number)
                checked(band.DeleteNoDataValue() if value is None else band.SetNoDataValue(value))
            virtual.FlushCache()
        return replace(self.file, path=str(path), temporary=True)


def is_web(layer: QgsRasterLayer) -> bool:
    """Tell whether a layer of GDAL's is read from a map server and has no pixels of its own size."""
    path = layer.source()
    if path.lower().endswith(".xml") and Path(path).is_file():
        with Path(path).open("rb") as file:
            path = file.read(200).decode("utf-8", "replace").lstrip()
    return bool(_WEB.match(path))


def is_file(layer: QgsRasterLayer) -> bool:
    """Tell whether the engine can open what a layer shows by itself."""
    return layer.providerType() == "gdal" and not _ONLY_IN_QGIS.search(layer.source()) and not is_web(layer)


def check_there(layer: QgsRasterLayer) -> None:
    """Make sure that a layer can be read.

    Raises:
        InputError: It cannot, or its file is gone.
    """
    source = layer.source()
    path = str(_parts(source).get("path") or source) if layer.providerType() == "gdal" else ""
    gone = Path(path).is_absolute() and not path.startswith("/vsi") and not Path(path).exists()
    if gone:
        text = tr(
            "The file of the layer '{}' is not there: {}. Bring it back, or repair the layer's data source."
        )
        raise InputError(text.format(layer.name(), path))
    if not layer.isValid():
        text = tr("The layer '{}' cannot be read: repair its data source ({}).")
        raise InputError(text.format(layer.name(), _without_query(source)))


def shown_bands(layer: QgsRasterLayer) -> Optional[tuple[int, ...]]:
    """Return the bands that a layer shows as grey or colour; None where there is no choice or no such."""
    if layer.bandCount() < 2 or layer.renderer() is None:
        return None
    bands = tuple(band for band in layer.renderer().usesBands() if 1 <= band <= layer.bandCount())
    return bands if len(bands) in (1, 3) else None


def file_of(layer: QgsRasterLayer, extent: Optional[str]) -> Union[InputRaster, AlteredFile]:
    """Say how the engine reads a layer for which ``is_file`` holds. On the main thread."""
    source, provider = layer.source(), layer.dataProvider()
    options = tuple(str(option) for option in _parts(source).get("openOptions") or ())
    path = source.split("|option:")[0] if options else source
    if not path.startswith("<") and Path(path).exists():
        path = str(Path(path).absolute())
    file = InputRaster(path, shown_bands(layer), extent, notes=_notes(layer))
    bands = range(1, layer.bandCount() + 1)
    nodata = tuple(_nodata(provider, band) for band in bands)
    # As text, since NaN equals nothing.
    as_in_file = str(nodata) == str(tuple(_own_nodata(provider, band) for band in bands))
    if as_in_file and not options and not path.startswith("<") and layer.crs() == provider.crs():
        return file
    return AlteredFile(file, options, wkt_of(layer.crs()), nodata)


def wkt_of(crs: QgsCoordinateReferenceSystem) -> str:
    """Write a system as GDAL likes it best; "" for none."""
    return str(crs.toWkt(QgsCoordinateReferenceSystem.WKT_PREFERRED_GDAL)) if crs.isValid() else ""


def _parts(source: str) -> dict[str, Any]:
    return dict(QgsProviderRegistry.instance().decodeUri("gdal", source))


def _own_nodata(provider: Any, band: int) -> Optional[float]:
    return float(provider.sourceNoDataValue(band)) if provider.sourceHasNoDataValue(band) else None


def _notes(layer: QgsRasterLayer) -> tuple[str, ...]:
    ranges = [
        each for band in range(1, layer.bandCount() + 1) for each in _ranges(layer.dataProvider(), band)
    ]
    if all(each.min() == each.max() for each in ranges):
        return ()
    text = tr("The layer '{}' has ranges of additional no-data values; only single values are used.")
    return (text.format(layer.name()),)


def _ranges(provider: Any, band: int) -> list[Any]:
    return list(provider.userNoDataValues(band))


def _nodata(provider: Any, band: int) -> Optional[float]:
    """Find the value that the layer takes for no data: the user's own if it is one, else the file's."""
    single = [each.min() for each in _ranges(provider, band) if each.min() == each.max()]
    if single:
        return float(single[0])
    return _own_nodata(provider, band) if provider.useSourceNoDataValue(band) else None


def _without_query(source: str) -> str:
    """Cut what may hold keys and passwords."""
    return re.split(r"[?&|]|authcfg|password", source)[0][:200]
