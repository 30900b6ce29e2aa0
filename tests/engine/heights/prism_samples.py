"""Towns of prisms on any grid, seen obliquely, with their polygons on the ground and on the roofs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from shapely.geometry import mapping

from engine.heights.buildings.outlines import Outlines
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
from engine.raster.grid import Grid
from training.scenes.projection import View, project

UTM = "EPSG:32633"

PLACES = {
    "utm": (UTM, Affine(0.5, 0, 5e5, 0, -0.5, 5.4e6)),
    "rotated": (UTM, Affine.translation(5e5, 5.4e6) @ Affine.rotation(33) @ Affine.scale(0.5, -0.5)),
    "degrees": ("EPSG:4326", Affine(9e-6, 0, 11, 0, -4.5e-6, 60)),
    "not square": (UTM, Affine(0.4, 0, 5e5, 0, -0.9, 5.4e6)),
    "local": (None, Affine(0.5, 0, 0, 0, -0.5, 0)),
}

MARGIN_PX = 80


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Prisms that do not hide each other's roofs.

    Attributes:
        grid: Pixels of the image.
        pose: How it is seen.
        ground: (N,) footprints in pixels, x = column and y = row, at whole pixels.
        height_m: (N,) of the prisms.
        image_m: (H, W) heights that each pixel of the image shows.
        ground_m: (H, W) the same from nadir.
    """

    grid: Grid
    pose: Pose
    ground: NDArray[np.object_]
    height_m: NDArray[np.float64]
    image_m: NDArray[np.float32]
    ground_m: NDArray[np.float32]

    @property
    def roofs(self) -> NDArray[np.object_]:
        """(N,) roofs in pixels, where the image shows them."""
        down, right = (self.height_m * each for each in self.pose.flow_px_per_m)
        pairs = zip(self.ground, right, down, strict=True)
        return np.array([shapely.transform(one, lambda p, d=(x, y): p - d) for one, x, y in pairs])

    def placed(self, polygons: NDArray[np.object_], crs: str | None = "own") -> NDArray[np.object_]:
        """Bring polygons in pixels to a reference system."""
        outlines = Outlines(self.grid, self.grid.crs if crs == "own" else crs)
        return shapely.transform(polygons, lambda p: outlines._place(p[:, ::-1]))

    def write(self, path: Path, height_m: NDArray[Any] | None = None, **tags: Any) -> str:
        """Write heights, those of the image by default, with the tags of their view."""
        stored = self.image_m if height_m is None else height_m
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "nodata": -9999.0}
        rows, cols = stored.shape
        place = {"crs": self.grid.crs, "transform": self.grid.transform, "height": rows, "width": cols}
        with rasterio.open(path, "w", **profile, **place) as file:
            file.write(np.nan_to_num(stored, nan=-9999.0).astype(np.float32), 1)
            file.update_tags(**{**HeightTags(self.pose, view="options").as_tags(), **tags})
        return str(path)


def make_town(place: str = "utm", *, azimuth_deg: float = 200.0, off_nadir_deg: float = 25.0) -> Town:
    """Build nine prisms of 4 to 20 m, on 24 × 30 px and less, 90 px apart."""
    crs, transform = PLACES[place]
    grid = Grid.measured(transform, 300, 290, crs)
    pose = Pose.from_view(azimuth_deg, off_nadir_deg, grid)
    height_m = np.array([4.0, 6.5, 9.0, 11.0, 12.5, 14.0, 16.0, 18.5, 20.0])
    corners = [(40 + 90 * (n % 3), 45 + 90 * (n // 3)) for n in range(9)]
    ground = np.array([shapely.box(x, y, x + 30 - n, y + 20 + n % 5) for n, (x, y) in enumerate(corners)])
    size = grid.height + 2 * MARGIN_PX, grid.width + 2 * MARGIN_PX
    shift = Affine.translation(-MARGIN_PX, -MARGIN_PX)
    shapes = list(zip(ground, height_m, strict=True))
    canvas = rasterize(shapes, out_shape=size, transform=shift, dtype=np.float32)
    image_m = project(canvas, View(pose.angle_rad, pose.scale_px_per_m, MARGIN_PX)).height_m
    inner = slice(MARGIN_PX, -MARGIN_PX)
    return Town(grid, pose, ground, height_m, image_m, canvas[inner, inner])


def write_features(
    path: Path,
    geometries: Any,
    *,
    crs: str | None = UTM,
    kind: str = "Polygon",
    fields: dict[str, str] | None = None,
    values: list[dict[str, Any]] | None = None,
    driver: str = "GPKG",
) -> str:
    """Write a vector file; None stands for a feature without geometry."""
    place = {} if crs is None else {"crs": crs}
    schema = {"geometry": kind, "properties": fields or {"number": "int32"}}
    rows = values or [{"number": number} for number in range(len(geometries))]
    with fiona.open(path, "w", driver=driver, schema=schema, **place) as file:
        file.writerecords(
            {"type": "Feature", "geometry": mapping(one) if one is not None else None, "properties": row}
            for one, row in zip(geometries, rows, strict=True)
        )
    return str(path)


def read_features(path: Path) -> tuple[NDArray[np.object_], list[dict[str, Any]]]:
    """Read geometries and attributes."""
    with fiona.open(path) as file:
        features = list(file)
    shapes = [None if one.geometry is None else shapely.geometry.shape(one.geometry) for one in features]
    return np.array(shapes, dtype=object), [dict(one.properties) for one in features]
