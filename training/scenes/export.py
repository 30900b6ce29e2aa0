"""Scenes as files: GeoTIFFs for the image and its truth, a GeoPackage for roads and buildings."""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

from engine.errors import OutputError
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
from engine.roads.chains import find_chains
from training.scenes.options import SceneOptions
from training.scenes.scene import CRS, Scene, render_scene

_ROADS = {
    "geometry": "3D LineString",
    "properties": {"layer": "int", "width_m": "float", "z_min": "float", "z_max": "float", "bridge": "bool"},
}
_BUILDINGS = {"geometry": "Polygon", "properties": {"height_m": "float"}}


def write_scene(scene: Scene, folder: Path) -> None:
    """Write ``rgb.tif``, ``height.tif``, ``occlusion.tif``, ``truth.gpkg`` and ``view.json``.

    ``truth.gpkg`` has the layers ``roads`` (3-D lines on the ground, split at junctions and where the
    level changes) and ``buildings`` (footprints); ``view.json`` and the tags of ``height.tif`` hold the view.

    Args:
        scene: What to write.
        folder: Where; made when absent, files of the same names are replaced.

    Raises:
        OutputError: The folder or a file in it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_raster(folder / "rgb.tif", scene.rgb, scene, photometric="rgb")
        _write_raster(folder / "height.tif", scene.height_m[None], scene, nodata=-9999.0, tags=_view(scene))
        _write_raster(folder / "occlusion.tif", scene.occlusion[None].astype(np.uint8), scene)
        _write_vectors(folder / "truth.gpkg", scene)
        view = {
            "angle_rad": scene.angle_rad,
            "scale_px_per_m": scene.scale_px_per_m,
            "seed": scene.options.seed,
        }
        (folder / "view.json").write_text(json.dumps(view, indent=1) + "\n", encoding="utf-8")
    except (OSError, rasterio.errors.RasterioError, fiona.errors.FionaError) as error:
        raise OutputError(
            f"The scene cannot be written to {folder} ({error}): choose a folder that can be written."
        ) from error


def _view(scene: Scene) -> dict[str, str]:
    """Say how the scene is seen, as files of estimated heights do."""
    view, pose = scene.options, Pose(scene.angle_rad, scene.scale_px_per_m)
    tags = HeightTags(pose, view.view_azimuth_deg, view.off_nadir_deg, "the scene")
    return tags.as_tags()


def _write_raster(
    path: Path, planes: NDArray[Any], scene: Scene, *, tags: Mapping[str, str] | None = None, **profile: Any
) -> None:
    count, height, width = planes.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=count,
        height=height,
        width=width,
        dtype=planes.dtype,
        crs=CRS,
        transform=scene.transform,
        compress="deflate",
        tiled=True,
        **profile,
    ) as file:
        file.update_tags(**(tags or {}))
        file.write(planes)


def _write_vectors(path: Path, scene: Scene) -> None:
    path.unlink(missing_ok=True)
    with fiona.open(path, "w", driver="GPKG", layer="roads", crs=CRS, schema=_ROADS) as file:
        file.writerecords(list(_road_records(scene)))
    with fiona.open(path, "w", driver="GPKG", layer="buildings", crs=CRS, schema=_BUILDINGS) as file:
        file.writerecords(list(_building_records(scene)))


def _road_records(scene: Scene) -> Iterator[dict[str, Any]]:
    graph = scene.graph
    a, b, c, d, e, f = scene.transform[:6]
    row, col = graph.vertices.T
    points = np.column_stack([a * col + b * row + c, d * col + e * row + f, graph.z_m])
    for chain in find_chains(graph):
        layers = graph.layer[chain.edges]
        borders = np.concatenate([[0], np.flatnonzero(np.diff(layers)) + 1, [len(layers)]])
        for first, last in pairwise(borders.tolist()):
            line = points[chain.vertices[first : last + 1]]
            properties = {
                "layer": int(layers[first]),
                "width_m": float(graph.width_m[chain.edges[first:last]].mean()),
                "z_min": float(line[:, 2].min()),
                "z_max": float(line[:, 2].max()),
                "bridge": bool(layers[first] > 0),
            }
            yield {"geometry": {"type": "LineString", "coordinates": line.tolist()}, "properties": properties}


def _building_records(scene: Scene) -> Iterator[dict[str, Any]]:
    a, b, c, d, e, f = scene.transform[:6]
    for polygon, height_m in zip(scene.footprints, scene.footprint_heights_m, strict=True):
        ground = shapely.affinity.affine_transform(polygon, [a, b, d, e, c, f])
        yield {"geometry": mapping(ground), "properties": {"height_m": float(height_m)}}


def run(folder: Path, *, seed: int, size_px: int, count: int = 1, **options: Any) -> list[Path]:
    """Render scenes of consecutive seeds and write each to its own folder.

    Args:
        folder: Where; with one scene its files, with several a folder ``scene_SEED`` for each.
        seed: First seed.
        size_px: Rows and columns.
        count: Number of scenes.
        options: Further fields of ``SceneOptions``.

    Returns:
        The folders written.
    """
    folders = []
    for number in range(seed, seed + count):
        place = folder if count == 1 else folder / f"scene_{number}"
        scene = render_scene(SceneOptions(seed=number, height_px=size_px, width_px=size_px, **options))
        write_scene(scene, place)
        folders.append(place)
    return folders
