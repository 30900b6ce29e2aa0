"""Layers that are no files: their pixels are fetched piece by piece and written to a temporary GeoTIFF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from osgeo import gdal
from qgis.core import Qgis, QgsFeedback, QgsRasterBlockFeedback
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QImage

from ..translation import tr
from .errors import InputCancelled, InputError
from .pixel_grid import PixelGrid, Tile
from .replies import Replies
from .source import InputRaster, checked, new_file

_ATTEMPTS = 2

_STORED = {
    Qgis.DataType.Byte: gdal.GDT_Byte,
    Qgis.DataType.UInt16: gdal.GDT_UInt16,
    Qgis.DataType.Int16: gdal.GDT_Int16,
    Qgis.DataType.UInt32: gdal.GDT_UInt32,
    Qgis.DataType.Int32: gdal.GDT_Int32,
    Qgis.DataType.Float32: gdal.GDT_Float32,
    Qgis.DataType.Float64: gdal.GDT_Float64,
}

_PICTURES = {Qgis.DataType.ARGB32, Qgis.DataType.ARGB32_Premultiplied}

_CREATION = ["TILED=YES", "COMPRESS=LZW", "BIGTIFF=IF_SAFER"]


@dataclass(frozen=True)
class Rendering:
    """What is needed to render a layer away from the main thread; ``write`` may be called once.

    Attributes:
        name: Of the layer, for messages.
        provider: A clone of the layer's own.
        crs_wkt: System of the layer.
        grid: Pixels to fetch.
        bands: What the layer shows of several bands of values.
        host: End of the map server's name; None = there is none.
    """

    name: str
    provider: Any
    crs_wkt: str
    grid: PixelGrid
    bands: Optional[tuple[int, ...]]
    host: Optional[str]

    def write(self, folder: Path, feedback: QgsFeedback) -> InputRaster:
        """Fetch the pixels and write them; memory is bounded by one piece and GDAL's cache.

        Raises:
            InputError: A piece could not be fetched, twice, or the file not be written.
            InputCancelled: The feedback was cancelled.
        """
        with new_file(folder, ".tif") as path:
            fetch = self._fetch_picture if self._is_picture else self._fetch_values
            found = False
            with Replies(self.host) as replies:
                dataset = self._create(path)
                for number, tile in enumerate(self.grid.tiles()):
                    if feedback.isCanceled():
                        raise InputCancelled
                    found = fetch(dataset, tile, replies, feedback) or found
                    feedback.setProgress(100.0 * (number + 1) / self.grid.tile_count)
                checked(dataset.FlushCache() or 0)
                dataset = None
            if not found:
                raise InputError(self._nothing_there())
        return InputRaster(str(path), None if self._is_picture else self.bands, temporary=True)

    @property
    def _is_picture(self) -> bool:
        return self.provider.dataType(1) in _PICTURES

    def _create(self, path: Path) -> Any:
        driver = gdal.GetDriverByName("GTiff")
        grid, options = self.grid, list(_CREATION)
        kind, count = gdal.GDT_Byte, 4
        if self._is_picture:
            options += ["PHOTOMETRIC=RGB", "ALPHA=NON-PREMULTIPLIED"]
        else:
            kind, count = self._stored_type(), self.provider.bandCount()
        dataset = checked(driver.Create(str(path), grid.width, grid.height, count, kind, options=options))
        checked(dataset.SetGeoTransform(grid.geotransform))
        if self.crs_wkt:
            checked(dataset.SetProjection(self.crs_wkt))
        if not self._is_picture and self.provider.sourceHasNoDataValue(1):
            checked(dataset.GetRasterBand(1).SetNoDataValue(self.provider.sourceNoDataValue(1)))
        return dataset

    def _stored_type(self) -> int:
        kind = self.provider.dataType(1)
        if kind not in _STORED:
            text = tr("The layer '{}' holds values that are no brightness: convert it to 8 or 16 bits first.")
            raise InputError(text.format(self.name))
        return int(_STORED[kind])

    def _fetch_picture(self, dataset: Any, tile: Tile, replies: Replies, feedback: QgsFeedback) -> bool:
        """Fetch and write a piece of colours; tell whether there is any image in it."""
        reasons: list[str] = []
        for _ in range(_ATTEMPTS):
            replies.forget()
            block, errors = self._block(1, tile, feedback)
            pixels = _rgba(block.image()) if block.isValid() else b""
            opacity = pixels[3::4]
            # What is whole needs no questions; holes may be the server's refusals or the image's own.
            reasons = [] if opacity and 0 not in opacity else [*replies.failures(), *errors]
            if pixels and not reasons:
                where = (tile.col, tile.row, tile.width, tile.height)
                order = {"buf_pixel_space": 4, "buf_line_space": 4 * tile.width, "buf_band_space": 1}
                checked(dataset.WriteRaster(*where, pixels, band_list=[1, 2, 3, 4], **order))
                return any(opacity)
        raise InputError(self._refused(tile, reasons))

    def _fetch_values(self, dataset: Any, tile: Tile, replies: Replies, feedback: QgsFeedback) -> bool:
        """Fetch and write a piece of all bands."""
        for band in range(1, self.provider.bandCount() + 1):
            reasons: list[str] = []
            for _ in range(_ATTEMPTS):
                replies.forget()
                block, errors = self._block(band, tile, feedback)
                reasons = [*replies.failures(), *errors, block.error().message()]
                if block.isValid() and not any(reasons):
                    break
            else:
                raise InputError(self._refused(tile, [each for each in reasons if each]))
            where = (tile.col, tile.row, tile.width, tile.height)
            checked(
                dataset.GetRasterBand(band).WriteRaster(
                    *where, bytes(block.data()), buf_type=_STORED[block.dataType()]
                )
            )
        return True

    def _block(self, band: int, tile: Tile, feedback: QgsFeedback) -> tuple[Any, list[str]]:
        with _cancelled_by(feedback) as inner:
            block = self.provider.block(band, tile.place, tile.width, tile.height, inner)
        if feedback.isCanceled():
            raise InputCancelled
        return block, list(inner.errors())

    def _refused(self, tile: Tile, reasons: list[str]) -> str:
        text = tr(
            "The layer '{}' could not be fetched at {}, rows {}–{}, columns {}–{}: {}. Try again later, make "
            "the extent smaller or the resolution coarser, or see whether QGIS shows the layer there."
        )
        tried = "; ".join(reasons[:2]) or tr("there was no answer")
        last = (tile.row + tile.height - 1, tile.col + tile.width - 1)
        return text.format(
            self.name, tile.place.center().toString(6), tile.row, last[0], tile.col, last[1], tried
        )

    def _nothing_there(self) -> str:
        text = tr(
            "The layer '{}' has no image at {} in pixels of {:g} units: check the extent, or make the "
            "resolution coarser."
        )
        return text.format(self.name, self.grid.centre.toString(6), self.grid.pixel_width)


@contextmanager
def _cancelled_by(feedback: QgsFeedback) -> Iterator[Any]:
    """Give a feedback for fetching pixels that is cancelled with another one, from whatever thread."""
    inner = QgsRasterBlockFeedback()
    feedback.canceled.connect(inner.cancel, Qt.ConnectionType.DirectConnection)
    try:
        if feedback.isCanceled():
            inner.cancel()
        yield inner
    finally:
        feedback.canceled.disconnect(inner.cancel)


def _rgba(image: QImage) -> bytes:
    """Give red, green, blue and opacity of each pixel, row by row without gaps."""
    whole = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return bytes(whole.constBits().asstring(whole.bytesPerLine() * whole.height()))
