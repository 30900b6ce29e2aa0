"""Load images with roads: masks, vector lines, the 20-city layout."""

import re
from pathlib import Path

import numpy as np

from engine.errors import GraphError
from engine.frames import RowCol
from engine.progress import Progress, Silent
from engine.raster.blank import find_valid
from engine.raster.crs import reproject_points
from engine.raster.reader import open_raster
from engine.roads.convert import read_mask
from engine.roads.graph import RoadGraph
from engine.roads.lines import read_lines
from engine.roads.mask import graph_from_mask
from engine.roads.research_formats import read_pickle_graph
from training.config import Recipe, Source, TrainingError
from training.images import IMAGE_SUFFIXES, LARGEST_PX, list_folder, read_pixels
from training.roads.datasets import Crops, Gallery, RoadImage
from training.roads.rendered import ScenePool, render_image
from training.sampling import Supply, find_chances
from training.scene_pool import EXAM_SCENES


def find_images(folder: Path) -> list[Path]:
    """List the images of a folder, masks left out, by name.

    Raises:
        TrainingError: There is no such folder.
    """
    return [
        path
        for path in list_folder(folder)
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.stem.endswith("_mask")
    ]


def _mask_pairs(folder: Path) -> list[tuple[Path, Path]]:
    images = find_images(folder)
    if not images:
        raise TrainingError(
            f"{folder} holds no images: put NAME.png (webp, jpg, tif) and NAME_mask.png there."
        )
    pairs = [(path, path.with_name(f"{path.stem}_mask.png")) for path in images]
    missing = [mask.name for _, mask in pairs if not mask.is_file()]
    if missing:
        raise TrainingError(f"{folder} lacks {len(missing)} masks, first {missing[0]}: add them.")
    return pairs


def load_masks(folder: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load a folder of images NAME.webp (png, jpg, tif) with road masks NAME_mask.png.

    The roads are the centre lines of the masks; nodata and paper-white areas count as no image.

    Args:
        folder: Where they lie.
        progress: Told after each image.

    Raises:
        TrainingError: The folder is absent or empty, a mask is missing or of another size.
        RasterError: A file cannot be read.
    """
    progress = progress or Silent()
    pairs = _mask_pairs(folder)
    images = []
    for number, (image_path, mask_path) in enumerate(pairs):
        pixels, (mask, _) = read_pixels(image_path), read_mask(str(mask_path))
        if pixels.valid.shape != mask.shape:
            height, width = pixels.valid.shape
            raise TrainingError(
                f"{image_path.name} is {height} × {width} px, but its mask "
                f"{mask.shape[0]} × {mask.shape[1]}: make them alike."
            )
        valid = pixels.valid & find_valid(pixels.rgb)
        images.append(RoadImage.prepare(image_path.stem, pixels.rgb, graph_from_mask(mask), valid=valid))
        progress.report(number + 1, len(pairs), f"reading {folder.name}")
    return images


def load_lines(
    raster_path: Path, lines_path: Path, *, m_per_px: float = 1.0, where: str = ""
) -> list[RoadImage]:
    """Load one raster with the roads of one vector file.

    Lines that cross without a shared coordinate stay apart, as bridges do in OpenStreetMap; features
    that are no lines are passed over.

    Args:
        raster_path: Any raster that extraction accepts.
        lines_path: Any vector file of lines, in any coordinate system.
        m_per_px: Ground size of a pixel to learn at.
        where: Filter in SQL on the lines' attributes, such as ``highway <> 'footway'``.

    Raises:
        TrainingError: There are no lines, or none lies on the raster.
        GraphError: The lines cannot be read.
        RasterError: The raster cannot be read, or has no place on the ground.
    """
    lines, crs = read_lines(lines_path, where=where, skip_others=True)
    if not len(lines.edges):
        raise TrainingError(
            f"{lines_path} holds no lines: name a file with roads, or mend the filter {where!r}."
        )
    with open_raster(raster_path, m_per_px=m_per_px) as reader:
        grid = reader.grid
        if grid.height * grid.width > LARGEST_PX:
            raise TrainingError(
                f"{raster_path} has {grid.height} × {grid.width} px of {m_per_px} m, too many: cut it."
            )
        pixels = reader.read(grid.whole)
    places = grid.to_pixels(reproject_points(lines.vertices, crs, grid.crs, near_x=grid.centre[0]))
    ends = places[lines.edges]  # (E, 2, 2)
    near = np.isfinite(ends).all(axis=(1, 2)) & (ends.max(axis=1) > 0).all(axis=1)
    near &= (ends.min(axis=1) < (grid.height, grid.width)).all(axis=1)
    if not near.any():
        raise TrainingError(f"No line of {lines_path} lies on {raster_path}: check their coordinate systems.")
    places[~np.isfinite(places)] = 0.0
    graph: RoadGraph[RowCol] = RoadGraph.build(places, lines.edges[near]).without_lone_vertices()
    return [RoadImage.prepare(raster_path.stem, pixels.rgb, graph, valid=pixels.valid)]


def part_of(tile: int) -> str:
    """Return the part of the published split of the 20 cities that a tile is in.

    >>> [part_of(tile) for tile in (0, 7, 18, 8, 9, 19)]
    ['train', 'train', 'val', 'test', 'test', 'test']
    """
    if tile % 10 < 8:
        return "train"
    return "val" if tile % 20 == 18 else "test"


def load_cities(folder: Path, part: str, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load one part of the 20-city layout: region_N_sat.png (jpg), region_N_refine_gt_graph.p.

    Hard places are found in the graphs, by the rules that made the published lists of them.

    Args:
        folder: Where the files lie.
        part: "train", "val" or "test" of the published split.
        progress: Told after each image.

    Raises:
        TrainingError: There is no such folder or tile, or a tile lacks its graph.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    progress = progress or Silent()
    names = [(re.fullmatch(r"region_(\d+)_sat\.(png|jpg)", path.name), path) for path in list_folder(folder)]
    tiles = sorted((int(name[1]), path) for name, path in names if name and part_of(int(name[1])) == part)
    if not tiles:
        raise TrainingError(f"{folder} holds no region_N_sat.png of the part {part}: check the folder.")
    images = []
    for count, (number, path) in enumerate(tiles):
        graph_path = folder / f"region_{number}_refine_gt_graph.p"
        if not graph_path.is_file():
            raise TrainingError(f"{folder} lacks {graph_path.name}: add it.")
        graph = read_pickle_graph(graph_path)
        if not len(graph.edges):
            raise GraphError(f"{graph_path} has no road: replace it.")
        pixels = read_pixels(path)
        images.append(RoadImage.prepare(path.stem, pixels.rgb, graph, valid=pixels.valid, dense=True))
        progress.report(count + 1, len(tiles), f"reading {folder.name}")
    return images


def load_images(source: Source, data: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load every image of one source; of scenes, a fixed set that training never shows.

    Args:
        source: Kind and place.
        data: Folder that its paths are relative to.
        progress: Told of each image.

    Raises:
        TrainingError: The source is not usable.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    match source.kind:
        case "masks":
            return load_masks(data / source.path, progress=progress)
        case "lines":
            return load_lines(
                data / source.path, data / source.lines, m_per_px=source.m_per_px, where=source.where
            )
        case "cities":
            return load_cities(data / source.path, source.part, progress=progress)
        case "scenes":
            return [render_image(EXAM_SCENES + number, source) for number in range(source.pool)]


def load_crops(recipe: Recipe, data: Path, *, rank: int = 0, progress: Progress | None = None) -> Crops:
    """Load the sources of a recipe.

    Args:
        recipe: What to load and how to draw from it.
        data: Folder that its paths are relative to.
        rank: Number of this process among several that train together.
        progress: Told of each image.

    Raises:
        TrainingError: A source is not usable.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
    """
    supplies: list[Supply[Gallery]] = [
        ScenePool(source)
        if source.kind == "scenes"
        else Gallery.hang(load_images(source, data, progress=progress))
        for source in recipe.sources
    ]
    return Crops(supplies, find_chances(source.weight for source in recipe.sources), recipe, rank)
