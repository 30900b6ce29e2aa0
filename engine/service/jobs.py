"""What each request stands for: a job of the library."""

from pathlib import Path

from engine.progress import Progress
from engine.raster.extent import Extent
from engine.raster.reader import RasterOptions
from engine.roads.extract import RoadOptions
from engine.roads.run import extract_to_file
from engine.service.protocol import Result
from engine.service.requests import ExtractRoads, Request


class Jobs:
    """Carries out requests."""

    def __call__(self, request: Request, progress: Progress) -> Result:
        """Carry out a request.

        Raises:
            EngineError: It cannot be done as asked.
            Cancelled: The progress asked to stop.
        """
        if isinstance(request, ExtractRoads):
            return self._roads(request, progress)
        raise NotImplementedError(type(request).__name__)

    def _roads(self, request: ExtractRoads, progress: Progress) -> Result:
        extent = Extent.parse(request.extent) if request.extent else None
        options = RoadOptions(
            weights=request.weights,
            device=request.device,
            raster=RasterOptions(bands=request.bands, extent=extent, source_m_per_px=request.gsd_m),
            min_confidence=request.min_confidence,
            simplify_m=request.simplify_m,
            spur_m=request.spur_m,
            min_component_m=request.min_component_m,
        )
        preview = Path(request.preview) if request.preview else None
        extract_to_file(
            request.raster,
            Path(request.output),
            options,
            preview=preview,
            resume=request.resume,
            progress=progress,
        )
        return Result(files={"output": request.output})
