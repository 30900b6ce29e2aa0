"""From a raster layer to what the engine is given, in two steps for two threads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union
from urllib.parse import unquote

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)

from ..translation import tr
from .errors import InputError
from .files import AlteredFile, check_there, file_of, is_file, is_web, shown_bands, wkt_of
from .pixel_grid import PixelGrid, ground_grid, metres_per_unit, own_grid
from .rendering import Rendering
from .source import InputRaster

MOST_PIXELS = 100_000_000
"""Pixels of a layer that are rendered at most, unless the user says otherwise."""


@dataclass(frozen=True)
class RasterRequest:
    """What is known of a layer on the main thread; made by ``raster_request``.

    Attributes:
        source: The answer itself where the layer goes by path, else what makes it.
        notes: What the user should know before the work, one sentence each.
    """

    source: Union[InputRaster, AlteredFile, Rendering]
    notes: tuple[str, ...] = ()

    @property
    def raster(self) -> Optional[InputRaster]:
        """The answer, where it is known without writing anything."""
        return self.source if isinstance(self.source, InputRaster) else None

    @property
    def renders(self) -> bool:
        """Whether pixels must be fetched and written before the engine can begin."""
        return isinstance(self.source, Rendering)

    def render(self, folder: Path, feedback: QgsFeedback) -> InputRaster:
        """Give the raster, in any thread; at once where ``renders`` is False.

        Args:
            folder: Where a temporary file may be written.
            feedback: Told of the progress, 0-100; its cancel is heard between tiles and while one is fetched.

        Raises:
            InputError: A tile could not be fetched, or the file not be written.
            InputCancelled: The feedback was cancelled.
        """
        return self.source if isinstance(self.source, InputRaster) else self.source.write(folder, feedback)


def raster_request(
    layer: QgsRasterLayer,
    *,
    extent: Optional[QgsRectangle] = None,
    extent_crs: Optional[QgsCoordinateReferenceSystem] = None,
    m_per_px: Optional[float] = None,
    most_pixels: int = MOST_PIXELS,
    transform_context: Optional[QgsCoordinateTransformContext] = None,
) -> RasterRequest:
    """Take from a layer all that rendering needs. On the main thread.

    Args:
        layer: Any raster layer.
        extent: Part to use; None = all, which a web layer refuses.
        extent_crs: System of the extent; None = the layer's.
        m_per_px: True ground size of a pixel for layers that have none of their own, metres.
        most_pixels: Limit of what is rendered.
        transform_context: Of the project; None = the current project's.

    Raises:
        InputError: The layer cannot be used so.
    """
    check_there(layer)
    context = transform_context or QgsProject.instance().transformContext()
    wanted = None
    if extent is not None and not extent.isNull():
        _check_area(extent)
        given = extent_crs if extent_crs is not None and extent_crs.isValid() else layer.crs()
        wanted = _Wanted(extent, given if layer.crs().isValid() else layer.crs(), context)
    if is_file(layer):
        source = file_of(layer, None if wanted is None else wanted.as_text(layer))
        return RasterRequest(source, source.notes if isinstance(source, InputRaster) else source.file.notes)
    measure = _measure(layer.crs(), context)
    grid = _grid(layer, None if wanted is None else wanted.within(layer), m_per_px, measure)
    if grid.pixels > most_pixels:
        raise InputError(_too_many(layer, grid, most_pixels))
    rendering = Rendering(
        name=layer.name(),
        provider=layer.dataProvider().clone(),
        crs_wkt=wkt_of(layer.crs()),
        grid=grid,
        bands=shown_bands(layer),
        host=_host(layer.source()),
    )
    return RasterRequest(rendering, (_announcement(layer, grid, measure),))


def _check_area(extent: QgsRectangle) -> None:
    """Make sure that an extent is no point or line: without pixels it would mean all of them.

    Raises:
        InputError: It holds no area.
    """
    if extent.isEmpty() or not extent.isFinite():
        corners = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
        text = tr("The extent {} holds no area: make it larger, or leave it out for the whole layer.")
        raise InputError(text.format(", ".join(f"{corner:.10g}" for corner in corners)))


@dataclass(frozen=True)
class _Wanted:
    """A part of a layer, as the user says it."""

    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    context: QgsCoordinateTransformContext

    def as_text(self, layer: QgsRasterLayer) -> str:
        """Write it as the engine reads it."""
        known = re.fullmatch(r"EPSG:\d+", self.crs.authid()) is not None and self.crs != layer.crs()
        place = self.extent if known else self._moved(layer)
        corners = (place.xMinimum(), place.yMinimum(), place.xMaximum(), place.yMaximum())
        return ",".join([*map(repr, corners), *([self.crs.authid()] if known else [])])

    def within(self, layer: QgsRasterLayer) -> QgsRectangle:
        """Cut it with the layer.

        Raises:
            InputError: It lies outside.
        """
        part = self._moved(layer).intersect(layer.extent())
        if part.isEmpty():
            text = tr("The extent {} lies outside the layer '{}', which covers {}: choose another one.")
            raise InputError(text.format(self.extent.toString(6), layer.name(), layer.extent().toString(6)))
        return part

    def _moved(self, layer: QgsRasterLayer) -> QgsRectangle:
        """Bound it in the layer's system."""
        if self.crs == layer.crs():
            return self.extent
        try:
            return QgsCoordinateTransform(self.crs, layer.crs(), self.context).transformBoundingBox(
                self.extent
            )
        except QgsCsException as error:
            text = tr("The extent {} cannot be shown in the system of the layer '{}': choose another one.")
            raise InputError(text.format(self.extent.toString(6), layer.name())) from error


def _measure(crs: QgsCoordinateReferenceSystem, context: QgsCoordinateTransformContext) -> QgsDistanceArea:
    """Make what measures true lengths on the ground."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, context)
    measure.setEllipsoid(crs.ellipsoidAcronym() or "EPSG:7030")
    return measure


def _grid(
    layer: QgsRasterLayer, part: Optional[QgsRectangle], m_per_px: Optional[float], measure: QgsDistanceArea
) -> PixelGrid:
    """Choose the pixels to render: the layer's own, where it has some.

    Raises:
        InputError: It has none, and it is not said which part is wanted and how fine.
    """
    if layer.dataProvider().xSize() > 0 and not is_web(layer):
        return own_grid(layer.dataProvider(), part or layer.extent())
    if part is None or m_per_px is None or not m_per_px > 0:
        text = tr(
            "The layer '{}' comes from a map server, without an end and without pixels of its own: give {}."
        )
        extent = tr("the extent to use (EXTENT)") if part is None else ""
        size = "" if m_per_px else tr("the ground size of a pixel in metres (RESOLUTION)")
        raise InputError(text.format(layer.name(), tr(" and ").join(filter(None, (extent, size)))))
    return ground_grid(layer, part, m_per_px, measure)


def _too_many(layer: QgsRasterLayer, grid: PixelGrid, most: int) -> str:
    text = tr(
        "The layer '{}' would be rendered with {:,} × {:,} = {:,} pixels, and {:,} are allowed: make the "
        "extent smaller (EXTENT), the pixels larger (RESOLUTION), or the limit higher (MAX_PIXELS)."
    )
    return text.format(layer.name(), grid.width, grid.height, grid.pixels, most)


def _announcement(layer: QgsRasterLayer, grid: PixelGrid, measure: QgsDistanceArea) -> str:
    if not layer.crs().isValid():
        return tr("The layer '{}' is rendered: {:,} × {:,} pixels.").format(
            layer.name(), grid.width, grid.height
        )
    x_m, y_m = metres_per_unit(grid.centre, measure)
    text = tr("The layer '{}' is rendered: {:,} × {:,} pixels of {:.3g} × {:.3g} m on the ground.")
    return text.format(layer.name(), grid.width, grid.height, grid.pixel_width * x_m, grid.pixel_height * y_m)


def _host(source: str) -> Optional[str]:
    """Find the fixed end of a map server's name in a layer's source; None where there is no server."""
    address = re.search(r"(?:^|[&' ])url='?([^&' ]+)", source)
    if address is None:
        return None
    name = re.sub(r"^\w+://([^/]*@)?", "", unquote(address.group(1))).split("/")[0].split(":")[0]
    return name.split("}")[-1].lstrip(".")
