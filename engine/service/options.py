"""From the parameters of requests to the library's own options."""

from pathlib import Path
from typing import Any, cast

from engine.heights.buildings.footprints import FootprintOptions
from engine.heights.estimate import HeightOptions
from engine.heights.run import HeightProducts, KnownHeights
from engine.heights.seen_raster import ViewOptions
from engine.raster.extent import Extent
from engine.raster.reader import RasterOptions
from engine.roads.extract import RoadOptions
from engine.service.requests import EstimateHeights, ExtractRoads, MoveFootprints


def path_of(text: str | None) -> Path | None:
    """Return a path, if there is one."""
    return None if text is None else Path(text)


def extent_of(text: str | None) -> Extent | None:
    """Return an extent, if there is one.

    Raises:
        RasterError: The text is none.
    """
    return None if text is None else Extent.parse(text)


def _raster(request: ExtractRoads | EstimateHeights) -> RasterOptions:
    return RasterOptions(bands=request.bands, extent=extent_of(request.extent), source_m_per_px=request.gsd_m)


def road_options(request: ExtractRoads) -> RoadOptions:
    """Return how to extract roads.

    Raises:
        RasterError: The extent is none.
    """
    return RoadOptions(
        weights=request.weights,
        device=request.device,
        raster=_raster(request),
        min_confidence=request.min_confidence,
        simplify_m=request.simplify_m,
        spur_m=request.spur_m,
        min_component_m=request.min_component_m,
    )


def height_options(request: EstimateHeights) -> HeightOptions:
    """Return how to estimate heights.

    Raises:
        RasterError: The extent is none.
    """
    return HeightOptions(
        weights=request.weights,
        device=request.device,
        raster=_raster(request),
        working_m=request.working_m,
        azimuth_deg=request.azimuth_deg,
        off_nadir_deg=request.off_nadir_deg,
    )


def height_products(request: EstimateHeights) -> HeightProducts:
    """Return which files of heights to write."""
    return HeightProducts(
        heights=Path(request.output),
        flow=path_of(request.flow),
        rectified=path_of(request.rectified),
        rectified_rgb=path_of(request.rectified_rgb),
        preview=path_of(request.preview),
    )


def known_heights(request: EstimateHeights) -> KnownHeights | None:
    """Return what to calibrate heights by."""
    return None if request.calibrate is None else KnownHeights(request.calibrate, request.calibrate_field)


def footprint_options(request: MoveFootprints) -> FootprintOptions:
    """Return how to measure and move polygons."""
    view = ViewOptions(request.azimuth_deg, request.off_nadir_deg, request.gsd_m)
    return FootprintOptions(cast("Any", request.to), view, request.layer)
