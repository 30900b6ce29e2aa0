"""Results of a comparison, made by hand."""

from pathlib import Path

import numpy as np
from affine import Affine

from engine.evaluation.measures.differences import Differences
from engine.evaluation.results import TileResult
from engine.raster.crs import parse_crs
from engine.raster.grid import Grid

UTM_33 = parse_crs("EPSG:32633").to_wkt()


def place(x: float = 0.0, y: float = 0.0, crs: str | None = None, size: int = 100) -> Grid:
    """Pixels of 1 m whose upper-left corner is at (x, y)."""
    wkt = None if crs is None else parse_crs(crs).to_wkt()
    return Grid(Affine(1.0, 0.0, x, 0.0, -1.0, y), size, size, wkt, 1.0)


def tile(
    name: str = "tile",
    *,
    grid: Grid | None = None,
    size_m: tuple[float, float] = (80.0, 100.0),
    image: Path | None = None,
    note: str = "",
) -> TileResult:
    """30 m matched with a bend, 50 m missing, two false pieces of 10 m; no scores."""
    differences = Differences(
        matched=[np.array([(20.0, 10.0), (20.0, 30.0), (30.0, 30.0)])],
        missing=[np.array([(40.0, 20.0), (40.0, 70.0)])],
        false=[np.array([(60.0, 50.0), (60.0, 60.0)]), np.array([(70.0, 50.0), (70.0, 60.0)])],
    )
    return TileResult(name, None, note, differences, grid or place(), size_m, image)
