"""Conversions: road masks and graphs, each into the other and between their file formats."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from engine.atomic import atomic_path, keep_inputs
from engine.errors import GraphError, RasterError
from engine.frames import RowCol
from engine.raster.crs import is_placed
from engine.raster.grid import Grid
from engine.raster.source import list_files, open_dataset
from engine.roads.formats import (
    PIXEL_SUFFIXES,
    GraphFile,
    check_writable_format,
    read_graph,
    suffix,
    write_graph,
)
from engine.roads.georeference import to_ground, to_pixels
from engine.roads.graph import RoadGraph
from engine.roads.mask import graph_from_mask, mask_from_graph
from engine.roads.segments import RoadNetwork
from engine.version import VERSION

READ_MASK_SUFFIXES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".jp2", ".bmp", ".vrt")
"""Inputs with one of these endings are masks; all others are graphs."""

MASK_DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".png": "PNG"}
"""Masks are written in these formats."""

ROAD = 255
"""Value of road pixels in a written mask; all others are 0."""


_GREY_LEVELS = 16
"""Bands that differ by less are those of a grey picture, stored with loss."""

_STRIP_ROWS = 1024


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """What a conversion may need to know.

    Attributes:
        like: Raster whose grid relates pixels to the ground, and gives a new mask its size.
        width_m: Width of the roads drawn into a mask; needs a raster that knows its place.
        width_px: The same in pixels; used where ``width_m`` is None.
        origin: Where a research file counts rows from. Applies to the input if that is a research
            file, else to the output.
    """

    like: str | None = None
    width_m: float | None = None
    width_px: float = 3.0
    origin: Literal["top-left", "bottom-left"] = "top-left"


@dataclass(frozen=True, slots=True)
class _Frame:
    """The pixels of a raster, and where they lie if it knows."""

    name: str
    height: int
    width: int
    grid: Grid | None

    def placed(self) -> Grid:
        """Return the grid.

        Raises:
            GraphError: The raster does not know its place.
        """
        if self.grid is None:
            raise GraphError(
                f"{self.name} has no georeference: name a raster of the same place that has one (--like)."
            )
        return self.grid


def _frame_of(dataset: Any, name: str) -> _Frame:
    grid = None
    if is_placed(dataset.crs) and dataset.transform != Affine.identity():
        grid = Grid.measured(dataset.transform, dataset.height, dataset.width, dataset.crs.to_wkt())
    return _Frame(name, dataset.height, dataset.width, grid)


def read_frame(path: str) -> _Frame:
    """Read size and place of a raster.

    Raises:
        RasterError: It cannot be opened.
    """
    with open_dataset(path) as dataset:
        return _frame_of(dataset, path)


def _check_is_mask(bands: Any, path: str) -> None:
    """Refuse a photograph, whose bands differ, and measured values such as heights.

    Args:
        bands: (B, H, W) masked array, a part of the raster.
        path: The raster.

    Raises:
        RasterError: The raster is no mask.
    """
    coloured = len(bands) > 1 and np.ma.max(np.ptp(bands.astype(np.float32), axis=0)) > _GREY_LEVELS
    fractions = np.issubdtype(bands.dtype, np.floating)
    beyond = fractions and bool(np.ma.any((bands[0] < 0.0) | (bands[0] > 1.0)))
    if coloured or (beyond and len(np.unique(bands[0].compressed())) > 2):
        what = "has colours" if coloured else "has values beyond 0 to 1"
        raise RasterError(
            f"{path} {what}: it is no road mask but an image or a measurement. Name a mask, 0 where no road "
            "is, or a road graph."
        )


def read_mask(path: str) -> tuple[NDArray[np.bool_], _Frame]:
    """Read the first band of a raster as a road mask.

    Road is where a whole number is not 0, where a fraction (a probability) is 0.5 or more, and where
    the pixel is valid.

    Returns:
        (H, W) mask and its frame.

    Raises:
        RasterError: The file cannot be read, or is an image or a measurement and no mask.
    """
    with open_dataset(path) as dataset:
        mask = np.zeros((dataset.height, dataset.width), dtype=bool)
        least = 0.5 if np.issubdtype(np.dtype(dataset.dtypes[0]), np.floating) else 1
        shown = [1, 2, 3] if dataset.count >= 3 else [1]
        # Never the whole height at once: of a cut PNG that would be memory garbage without an error.
        step = max(1, min(_STRIP_ROWS, dataset.height // 2))
        try:
            for row in range(0, dataset.height, step):
                strip = Window(0, row, dataset.width, min(step, dataset.height - row))
                bands = dataset.read(shown, window=strip, masked=True)
                _check_is_mask(bands, path)
                mask[row : row + step] = np.ma.filled(np.abs(bands[0]) >= least, fill_value=False)
        except RasterioError as error:
            raise RasterError(f"{path} cannot be read: the file is damaged, get a whole copy.") from error
        return mask, _frame_of(dataset, path)


def write_mask(path: str | os.PathLike[str], mask: NDArray[np.bool_], grid: Grid | None) -> None:
    """Write a road mask as GeoTIFF or PNG, roads 255 and the rest 0.

    Args:
        path: Where to write; an existing file is replaced.
        mask: (H, W).
        grid: Place of the mask, kept by GeoTIFF only; None = unknown.

    Raises:
        OutputError: The file cannot be written there.
    """
    driver = MASK_DRIVERS[suffix(path)]
    profile: dict[str, Any] = {"driver": driver, "dtype": "uint8", "count": 1}
    if driver == "GTiff":
        profile |= {"compress": "deflate", "tiled": True, "blockxsize": 256, "blockysize": 256}
        if grid is not None:
            profile |= {"crs": grid.crs, "transform": grid.transform}
    with atomic_path(path) as draft, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(draft, "w", height=mask.shape[0], width=mask.shape[1], **profile) as dataset:
            dataset.write(mask.astype(np.uint8) * np.uint8(ROAD), 1)


def convert_graph(file: GraphFile, frame: Literal["pixel", "ground"], grid: Grid | None) -> GraphFile:
    """Bring a graph into the wanted frame.

    Args:
        file: The graph as read.
        frame: The frame it is needed in.
        grid: What relates the two; may be None where the frame is right already.

    Raises:
        GraphError: The frame is another and there is no grid.
    """
    if file.frame == frame:
        return file
    if grid is None:
        raise GraphError(
            f"The graph is in {file.frame} coordinates and {frame} coordinates are needed: name the raster "
            "that it belongs to (--like)."
        )
    if frame == "ground":
        return GraphFile(to_ground(file.graph, grid, crs=grid.crs), "ground", grid.crs)
    return GraphFile(to_pixels(file.graph, grid, crs=file.crs), "pixel")


def _bottom_left(options: ConvertOptions, like: _Frame | None) -> int | None:
    """Find the height that turns rows round, if they are to be turned."""
    if options.origin == "top-left":
        return None
    if like is None:
        raise GraphError("Rows that count from the bottom need the image's height: name the raster (--like).")
    return like.height


def _trace(path: str, like: _Frame | None) -> tuple[GraphFile, _Frame]:
    """Make a graph of a mask, in the frame of ``like`` or else its own."""
    mask, frame = read_mask(path)
    if like is not None and (like.height, like.width) != mask.shape:
        raise GraphError(
            f"The mask has {mask.shape[0]} × {mask.shape[1]} px, but {like.name} {like.height} × "
            f"{like.width}: name a raster of the same grid."
        )
    return GraphFile(graph_from_mask(mask), "pixel"), like or frame


def _draw(
    output: str | os.PathLike[str], file: GraphFile, like: _Frame | None, options: ConvertOptions
) -> None:
    """Draw a graph as a mask with the size of ``like``."""
    if like is None:
        raise GraphError("A mask needs a size: name the raster that it should lie on (--like).")
    pixels: RoadGraph[RowCol] = convert_graph(file, "pixel", like.grid).graph
    width_px = options.width_px if options.width_m is None else options.width_m / like.placed().m_per_px
    write_mask(output, mask_from_graph(pixels, like.height, like.width, width_px=width_px), like.grid)


def _inputs(source: str, options: ConvertOptions) -> list[str]:
    """Name the files that a conversion reads."""
    rasters = [options.like] if options.like is not None else []
    if suffix(source) in READ_MASK_SUFFIXES:
        rasters.append(source)
    return [source, *(file for raster in rasters for file in list_files(raster))]


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written.

    Attributes:
        output: The file.
        network: Segments and junctions in it; None for masks and research formats, which have none.
    """

    output: Path
    network: RoadNetwork | None = None


def convert_file(
    source: str | os.PathLike[str], output: str | os.PathLike[str], options: ConvertOptions | None = None
) -> Converted:
    """Convert a road mask or graph to the format of the output's suffix.

    Args:
        source: A mask (.tif, .png ...), a research graph (.p, .json) or any vector file of lines.
        output: .tif or .png for a mask; .gpkg, .geojson, .json or .p for a graph.
        options: What else is known.

    Raises:
        GraphError: The input holds no road graph, or a raster (``like``) is needed.
        RasterError: A raster cannot be read.
        OutputError: The output cannot be written there, or would replace what it is made from.
    """
    options = options or ConvertOptions()
    to_pixel, to_mask = suffix(output) in PIXEL_SUFFIXES, suffix(output) in MASK_DRIVERS
    if not to_mask:
        check_writable_format(output)
    keep_inputs(output, _inputs(os.fspath(source), options))
    like = read_frame(options.like) if options.like is not None else None
    turned = None
    if suffix(source) in READ_MASK_SUFFIXES:
        file, like = _trace(os.fspath(source), like)
    else:
        turned = _bottom_left(options, like) if suffix(source) in PIXEL_SUFFIXES else None
        file = read_graph(source, bottom_left_height=turned)
    if to_mask:
        _draw(output, file, like, options)
        return Converted(Path(output))
    if file.frame == "pixel" and not to_pixel and like is not None:
        like.placed()
    file = convert_graph(file, "pixel" if to_pixel else "ground", like.grid if like else None)
    turned = _bottom_left(options, like) if to_pixel and turned is None else None
    provenance = {"source": str(Path(source).absolute()), "operation": "convert", "version": VERSION}
    network = write_graph(output, file, provenance=provenance, bottom_left_height=turned)
    return Converted(Path(output), network)
