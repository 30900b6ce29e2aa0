"""A review of what clicks on the map find: what is asked of the engine, and the end of it all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Callable, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import pyqtSignal

from ..engine_client.client import Engine
from ..engine_client.errors import EngineCancelled, EngineMissing
from ..engine_client.requests import ExtractRoads
from ..input_raster import InputError, raster_request
from ..settings import DEVICE, DEVICE_DEFAULT, read_setting
from ..translation import tr
from .extractions import Extraction, Extractions, Outcome
from .found import FoundRoads
from .preview import Preview
from .review import Review
from .windows import GroundWindow, NoSuchPlace, window_around, window_of

WINDOW_M = 512.0
"""Side of the square round a click, metres on the ground."""

_NETWORK_M_PER_PX = 1.0
"""Web layers are rendered at the ground resolution of the shipped networks."""


class ReviewSession(Review):
    """A review whose roads come from clicks.

    Args:
        engine: Returns the engine; asked before each extraction.
        canvas: Map to show the offers on; None = without.

    Attributes:
        window_m: Side of the square round a click, metres on the ground.
        weights: Name of shipped weights, or a file.
        raster: What clicks are extracted from.
        extractions: What runs and waits.
    """

    engine_missing = pyqtSignal(str)
    """There is no engine yet; the sentence says what to do."""

    def __init__(self, engine: Callable[[], Engine], canvas: Optional[QgsMapCanvas] = None) -> None:
        super().__init__()
        self.canvas = canvas
        self.window_m = WINDOW_M
        self.weights = ExtractRoads.weights
        self.raster: Optional[QgsRasterLayer] = None
        self._folder = Path(tempfile.mkdtemp(prefix="plumbline-review-"))
        self.extractions = Extractions(engine, self._folder)
        self.extractions.ended.connect(self._on_ended)
        self.extractions.changed.connect(self.busy_changed)
        QgsProject.instance().layersWillBeRemoved.connect(self._forget)
        QgsProject.instance().cleared.connect(self.clear)
        self.preview = Preview(canvas, self) if canvas is not None else None

    @property
    def busy(self) -> bool:
        """Whether anything runs, waits or is being compared with the target layer."""
        return bool(self.extractions.running or self.extractions.waiting or self.comparing)

    def set_raster(self, layer: Optional[QgsRasterLayer]) -> None:
        """Choose what clicks are extracted from."""
        if layer is not self.raster:
            self.raster = layer
            self.layers_changed.emit()

    def click(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem) -> None:
        """Extract the square round a place of the map, now or after what waits already."""
        self._extract(
            lambda raster: window_around(point, crs, self.window_m, crs=raster.crs(), raster=raster.extent())
        )

    def extract(self, rectangle: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> None:
        """Extract a rectangle of the map, such as what the canvas shows."""
        self._extract(lambda raster: window_of(rectangle, crs, crs=raster.crs(), raster=raster.extent()))

    def extract_view(self) -> None:
        """Extract what the canvas shows now."""
        if self.canvas is not None:
            settings = self.canvas.mapSettings()
            self.extract(settings.visibleExtent(), settings.destinationCrs())

    def _extract(self, window_in: Callable[[QgsRasterLayer], GroundWindow]) -> None:
        raster = self.raster
        if raster is None:
            self.refused.emit(tr("Choose the raster to extract roads from."))
        elif not raster.crs().isValid():
            self.refused.emit(
                tr("The raster {} has no CRS: set it in its properties, under Source.").format(raster.name())
            )
        else:
            try:
                window = window_in(raster)
                request = raster_request(
                    raster, extent=window.rectangle, extent_crs=window.crs, m_per_px=_NETWORK_M_PER_PX
                )
            except (NoSuchPlace, InputError) as problem:
                self.refused.emit(str(problem))
            else:
                self.extractions.add(
                    window, request, weights=self.weights, device=read_setting(DEVICE, DEVICE_DEFAULT)
                )

    def cancel(self) -> bool:
        """Stop what runs and forget what waits; returns whether there was anything."""
        stopped = self.extractions.cancel() > 0
        if stopped:
            self.told.emit(tr("Cancelled."))
        return stopped

    def escape(self) -> None:
        """Stop what runs and forget what waits; where there is nothing of it, select nothing."""
        if not self.cancel():
            self.select(())

    def _on_ended(self, _extraction: Extraction, outcome: Outcome) -> None:
        if isinstance(outcome, FoundRoads):
            self.offer(outcome)
        elif isinstance(outcome, EngineMissing):
            self.extractions.cancel()
            self.engine_missing.emit(str(outcome))
        elif not isinstance(outcome, EngineCancelled):
            self.refused.emit(str(outcome) or type(outcome).__name__)

    def show_on_map(self, number: int) -> None:
        """Move the map to an offer."""
        if self.canvas is not None:
            box = self.offers[number].geometry.boundingBox()
            transform = QgsCoordinateTransform(
                self.offers.crs, self.canvas.mapSettings().destinationCrs(), QgsProject.instance()
            )
            extent = transform.transformBoundingBox(box)
            extent.scale(2.0)
            self.canvas.setExtent(extent)
            self.canvas.refresh()

    @property
    def target_crs(self) -> Optional[QgsCoordinateReferenceSystem]:
        """Of a new layer for accepted roads: that of the offers, else of the raster; None = not known yet."""
        crs = self.offers.crs if self.offers.crs.isValid() or self.raster is None else self.raster.crs()
        return crs if crs.isValid() else None

    def _forget(self, layers: list[str]) -> None:
        """Let go of layers that leave the project; offers stay."""
        if self.raster is not None and self.raster.id() in layers:
            self.set_raster(None)
        if self.target is not None and self.target.id() in layers:
            self.set_target(None)

    def clear(self) -> None:
        """Stop everything and forget all that was found, as another project begins."""
        self.extractions.cancel()
        super().clear()

    def close(self) -> None:
        """Stop everything and leave nothing behind."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._forget)
        QgsProject.instance().cleared.disconnect(self.clear)
        super().close()
        self.extractions.close()
        if self.preview is not None:
            self.preview.close()
        shutil.rmtree(self._folder, ignore_errors=True)
