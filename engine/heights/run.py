"""The job of ``plumbline heights``: check the outputs first, estimate, write."""

from dataclasses import dataclass
from pathlib import Path

from engine.atomic import keep_inputs, writable_folder
from engine.errors import OutputError
from engine.heights.estimate import Estimate, HeightOptions, estimate
from engine.heights.flow import flow_px
from engine.progress import Progress
from engine.raster.source import list_files
from engine.raster.writer import FLOW, HEIGHTS, Placement, write_cog

_TIFF = (".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class HeightProducts:
    """Which files to write.

    Attributes:
        heights: Metres above ground of what each pixel shows.
        flow: Where each pixel's ground position lies, in rows and columns.
    """

    heights: Path
    flow: Path | None = None

    @property
    def rasters(self) -> list[Path]:
        """Every raster wanted."""
        return [path for path in (self.heights, self.flow) if path]


def _check_outputs(path: str, products: HeightProducts) -> None:
    """Refuse what cannot be written before long work, not after."""
    for result in products.rasters:
        if result.suffix.lower() not in _TIFF:
            raise OutputError(f"{result.name} is a GeoTIFF: let its name end in .tif.")
        writable_folder(result)
        if result.exists():
            keep_inputs(result, [path, *list_files(path)])


def _write(products: HeightProducts, result: Estimate) -> None:
    placement, tags = Placement.of_grid(result.grid), result.tags.as_tags()
    with write_cog(products.heights, placement, HEIGHTS, tags=tags) as file:
        for window, heights in result.blocks():
            file.write(window, heights)
    if products.flow:
        with write_cog(products.flow, placement, FLOW, tags=tags) as file:
            for window, heights in result.blocks():
                file.write(window, flow_px(heights, result.view.pose))


def estimate_to_files(
    path: str, products: HeightProducts, options: HeightOptions, *, progress: Progress
) -> list[Path]:
    """Estimate the heights of a raster to files, which appear only when whole."""
    _check_outputs(path, products)
    with estimate(path, options, folder=products.heights.absolute().parent, progress=progress) as result:
        _write(products, result)
    return products.rasters
