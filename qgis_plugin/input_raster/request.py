"""From a raster layer to what the engine is given, in two steps for two threads."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeedback,
    QgsRasterLayer,
    QgsRectangle,
)

from ..translation import tr
from .errors import InputError

MOST_PIXELS = 100_000_000
"""Pixels of a layer that are rendered at most, unless the user says otherwise."""


@dataclass(frozen=True)
class InputRaster:
    """What the engine is given.

    Attributes:
        path: Anything GDAL opens.
        bands: One or three band numbers from 1 that the layer shows; None = the file's own choice.
        extent: Part to read, "XMIN,YMIN,XMAX,YMAX[,EPSG:N]"; None = all.
        temporary: Whether the file was made for this request.
    """

    path: str
    bands: Optional[tuple[int, ...]] = None
    extent: Optional[str] = None
    temporary: bool = False

    def remove(self) -> None:
        """Delete the file if it was made for this request; never one of the user's."""
        if self.temporary:
            with suppress(OSError):
                Path(self.path).unlink()


@dataclass(frozen=True)
class RasterRequest:
    """What is known of a layer on the main thread; made by ``raster_request``.

    Attributes:
        raster: The finished answer where the layer goes by path; else None.
        notes: What the user should know before the work, one sentence each.
    """

    raster: Optional[InputRaster]
    notes: tuple[str, ...] = ()

    @property
    def renders(self) -> bool:
        """Whether pixels must be fetched and written before the engine can begin."""
        return self.raster is None

    def render(self, folder: Path, feedback: QgsFeedback) -> InputRaster:  # noqa: ARG002
        """Give the raster, in any thread; returns at once where ``renders`` is False.

        Args:
            folder: Where a temporary file may be written.
            feedback: Told of the progress, 0-100; its cancel is heard between tiles and while one is fetched.

        Raises:
            InputError: A tile could not be fetched or written.
            InputCancelled: The feedback was cancelled.
        """
        if self.raster is None:
            raise InputError(tr("This layer is not a file."))
        return self.raster


def raster_request(
    layer: QgsRasterLayer,
    *,
    extent: Optional[QgsRectangle] = None,
    extent_crs: Optional[QgsCoordinateReferenceSystem] = None,
    m_per_px: Optional[float] = None,  # noqa: ARG001
    most_pixels: int = MOST_PIXELS,  # noqa: ARG001
    transform_context: Optional[QgsCoordinateTransformContext] = None,  # noqa: ARG001
) -> RasterRequest:
    """Take from a layer all that rendering needs. On the main thread.

    Args:
        layer: Any raster layer.
        extent: Part to use; None = all, which a web layer refuses.
        extent_crs: System of the extent; None = the layer's.
        m_per_px: True ground size of a pixel for layers that are rendered, metres; None = the layer's own,
            which a web layer does not have.
        most_pixels: Limit of what is rendered.
        transform_context: Of the project; None = the current project's.

    Raises:
        InputError: The layer cannot be used so.
    """
    if not layer.isValid():
        raise InputError(tr("The layer {} cannot be read: repair its data source.").format(layer.name()))
    crs = extent_crs if extent_crs is not None and extent_crs.isValid() else layer.crs()
    text = None
    if extent is not None and not extent.isEmpty():
        suffix = f",{crs.authid()}" if crs != layer.crs() else ""
        text = f"{extent.xMinimum()},{extent.yMinimum()},{extent.xMaximum()},{extent.yMaximum()}{suffix}"
    return RasterRequest(InputRaster(layer.source(), extent=text))
