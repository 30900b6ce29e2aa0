"""A drawn town small enough to train on in seconds."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.graph import RoadGraph
from engine.roads.mask import mask_from_graph

SIDE_PX = 160


def write_image(path: Path, pixels: NDArray[np.uint8], **profile: object) -> None:
    planes = pixels if pixels.ndim == 3 else pixels[None]
    bands, height, width = planes.shape
    with rasterio.open(
        path, "w", driver="PNG", count=bands, height=height, width=width, dtype="uint8", **profile
    ) as file:
        file.write(planes)


def draw_town() -> tuple[NDArray[np.uint8], RoadGraph[RowCol]]:
    """A dark image with light roads that has no symmetry, and its graph."""
    graph: RoadGraph[RowCol] = RoadGraph.build(
        [[5, 40], [70, 45], [155, 60], [75, 5], [68, 150], [120, 150], [20, 110]],
        [[0, 1], [1, 2], [1, 3], [1, 4], [4, 5], [4, 6]],
    )
    road = mask_from_graph(graph, SIDE_PX, SIDE_PX, width_px=7)
    rng = np.random.default_rng(3)
    rgb = np.where(road, 200, 60) + rng.integers(0, 20, size=(3, SIDE_PX, SIDE_PX))
    return rgb.astype(np.uint8), graph


@pytest.fixture(scope="session")
def town() -> tuple[NDArray[np.uint8], RoadGraph[RowCol]]:
    return draw_town()


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two images and their road masks."""
    folder = tmp_path_factory.mktemp("town")
    rgb, graph = draw_town()
    mask = mask_from_graph(graph, SIDE_PX, SIDE_PX, width_px=7).astype(np.uint8)
    for number, turns in enumerate((0, 1)):
        write_image(folder / f"town{number}.png", np.ascontiguousarray(np.rot90(rgb, turns, axes=(1, 2))))
        write_image(folder / f"town{number}_mask.png", np.ascontiguousarray(np.rot90(mask, turns)) * 255)
    return folder
