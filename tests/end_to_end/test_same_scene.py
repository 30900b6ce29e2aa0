"""One scene in many files gives the same roads.

The law is about how rasters are read: 97 % of the length within 1.5 px of the network's grid, both ways.
Two choices keep other things out of the measurement.

* Lines are simplified to 0.5 m. The default of 2.5 m alone may move a line by more than the law allows.
* What lies nearer to the raster's edge than the margin that windows have is left out. Beyond the edge one
  file has nothing and another has nodata, and the network looks that far.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.warp import Resampling, reproject
from scipy.ndimage import distance_transform_edt

from engine.evaluation.measures.buffer import compare
from engine.evaluation.measures.sampling import sample_edges
from engine.raster.crs import WGS_84, reproject_points
from engine.roads.extract import Extraction, RoadOptions, extract
from engine.roads.georeference import to_ground, to_pixels
from engine.roads.mask import mask_from_graph
from training.scenes.options import Pattern, SceneOptions, Season
from training.scenes.scene import render_scene

LEAST_SHARE = 0.97
TOLERANCE_PX = 1.5
OPTIONS = RoadOptions(simplify_m=0.5, device="cpu")

SIDE_M = 640
UTM = "EPSG:32633"
LEFT_M, TOP_M = 431_207.3, 5_400_018.8
"""Far from the zone's middle, so that north on the grid is not north; and between whole metres."""


@dataclass(frozen=True)
class Image:
    """Pixels (3, H, W) and their place on the ground."""

    pixels: NDArray[Any]
    transform: Affine
    crs: str = UTM
    nodata: int | None = None

    def write(self, path: Path) -> Path:
        _, height, width = self.pixels.shape
        kind = {"driver": "GTiff", "photometric": "rgb", "dtype": self.pixels.dtype, "nodata": self.nodata}
        place = {"crs": self.crs, "transform": self.transform}
        with rasterio.open(path, "w", count=3, height=height, width=width, **kind, **place) as raster:
            raster.write(self.pixels)
        return path

    def on_grid(self, crs: str, transform: Affine, height: int, width: int) -> "Image":
        """Show the same ground on another grid, with nodata around it."""
        pixels = np.zeros((3, height, width), dtype=np.uint8)
        reproject(
            np.maximum(self.pixels, 1),
            pixels,
            src_transform=self.transform,
            src_crs=self.crs,
            dst_transform=transform,
            dst_crs=crs,
            dst_nodata=0,
            resampling=Resampling.cubic,
        )
        return Image(pixels, transform, crs, nodata=0)


@dataclass(frozen=True)
class Town:
    """One picture of a town, taken at 0.5 m, and the same at 1 m: every file is made of these."""

    half_metre: Image
    metre: Image
    away_from_roads_px: tuple[int, int]


def photograph(seed):
    """Picture plain streets in clear weather: the less a network doubts, the more is said about reading."""
    side = 2 * SIDE_M
    options = SceneOptions(
        seed=seed,
        height_px=side,
        width_px=side,
        m_per_px=0.5,
        haze=0.0,
        noise=0.004,
        pattern=Pattern.GRID,
        season=Season.SUMMER,
        roundabouts=False,
        dual_carriageway=False,
    )
    scene = render_scene(options)
    corner = Affine.translation(LEFT_M, TOP_M)
    coarse = scene.rgb.reshape(3, SIDE_M, 2, SIDE_M, 2).mean(axis=(2, 4)).round().astype(np.uint8)
    roads = mask_from_graph(scene.graph, side, side, width_px=1.0)
    clearance_px = distance_transform_edt(~roads)
    clearance_px[~interior(side, 2 * OPTIONS.margin_px)] = 0.0
    row, col = np.unravel_index(clearance_px.argmax(), clearance_px.shape)
    return Town(
        Image(scene.rgb, corner @ Affine.scale(0.5, -0.5)),
        Image(coarse, corner @ Affine.scale(1.0, -1.0)),
        (int(row) // 2, int(col) // 2),
    )


def interior(side, margin):
    inside = np.zeros((side, side), dtype=bool)
    inside[margin:-margin, margin:-margin] = True
    return inside


def in_degrees(town):
    """Half-metre pixels along meridians and parallels."""
    outline = [(LEFT_M + x, TOP_M - y) for x in (0, SIDE_M) for y in (0, SIDE_M)]
    corners = reproject_points(outline, UTM, WGS_84)
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    down, right = 0.5 / 111_200, 0.5 / 111_200 / np.cos(np.radians(north))
    transform = Affine.translation(west, north) @ Affine.scale(right, -down)
    size = np.ceil([(north - south) / down, (east - west) / right]).astype(int).tolist()
    return town.half_metre.on_grid(WGS_84, transform, *size)


def rotated(town):
    """Half-metre pixels turned by 20°."""
    side = int(2 * SIDE_M * np.sqrt(2.0))
    middle = Affine.translation(LEFT_M + SIDE_M / 2, TOP_M - SIDE_M / 2)
    turned = middle @ Affine.rotation(20) @ Affine.scale(0.5, -0.5) @ Affine.translation(-side / 2, -side / 2)
    return town.half_metre.on_grid(UTM, turned, side, side)


def with_collar(town):
    """Nodata around, by a width that is no multiple of any stride."""
    pixels = np.pad(np.maximum(town.metre.pixels, 1), ((0, 0), (37, 37), (37, 37)))
    return Image(pixels, town.metre.transform @ Affine.translation(-37, -37), nodata=0)


def cut(town):
    """The same pixels from another corner on, which no stride divides."""
    return Image(town.metre.pixels[:, 5:, 11:], town.metre.transform @ Affine.translation(11, 5))


def with_hole(town):
    """Nodata in a square of 17 m where no road is near."""
    row, col = town.away_from_roads_px
    pixels = np.maximum(town.metre.pixels, 1)
    pixels[:, row - 8 : row + 9, col - 8 : col + 9] = 0
    return Image(pixels, town.metre.transform, nodata=0)


VARIANTS = {
    "0.5 m": lambda town: town.half_metre,
    "degrees": in_degrees,
    "rotated": rotated,
    "cut by 5 and 11 px": cut,
    "nodata collar": with_collar,
    "nodata hole": with_hole,
}


@pytest.fixture(scope="module")
def town():
    return photograph(seed=1)


def roads_of(image, folder):
    return extract(str(image.write(folder / "image.tif")), OPTIONS)


@pytest.fixture(scope="module")
def reference(town, tmp_path_factory) -> Extraction:
    return roads_of(town.metre, tmp_path_factory.mktemp("reference"))


def on_grid_of(reference, other):
    """Move an extraction's roads to the pixels of the reference, over the ground."""
    ground = to_ground(other.graph, other.grid, crs=UTM)
    return to_pixels(ground, reference.grid, crs=UTM)


def shift_px(moved, fixed):
    """Translation (row, col) that brings one graph's roads onto the other's, where they run side by side."""
    samples = sample_edges(moved, step=1.0)
    lines = shapely.linestrings(fixed.vertices[fixed.edges])
    number, nearest = shapely.STRtree(lines).query_nearest(
        shapely.points(samples.positions), max_distance=TOLERANCE_PX, all_matches=False
    )
    direction = moved.edge_vectors[samples.edges[number]]
    across = np.column_stack([-direction[:, 1], direction[:, 0]]) / np.hypot(*direction.T)[:, None]
    points = shapely.points(samples.positions[number])
    foot = shapely.line_interpolate_point(lines[nearest], shapely.line_locate_point(lines[nearest], points))
    aside = ((shapely.get_coordinates(foot) - samples.positions[number]) * across).sum(axis=1)
    return np.linalg.lstsq(across, aside, rcond=None)[0]


@pytest.mark.parametrize("make", VARIANTS.values(), ids=VARIANTS.keys())
def test_same_ground_gives_the_same_roads(make, town, reference, tmp_path):
    variant = on_grid_of(reference, roads_of(make(town), tmp_path))
    valid = interior(SIDE_M, OPTIONS.margin_px)
    score = compare(variant, reference.graph, tolerance=TOLERANCE_PX, valid=valid)
    assert score.completeness >= LEAST_SHARE
    assert score.correctness >= LEAST_SHARE
    # Half a pixel lost between two frames would show here; the roads' own scatter averages out.
    assert np.abs(shift_px(variant, reference.graph)).max() < 0.2


@pytest.mark.parametrize("factor", [257, 8], ids=["16 bits", "11 bits"])
def test_deeper_pixels_give_the_very_same_roads(factor, town, reference, tmp_path):
    deep = Image(town.metre.pixels.astype(np.uint16) * factor, town.metre.transform)
    graph = roads_of(deep, tmp_path).graph
    np.testing.assert_array_equal(graph.vertices, reference.graph.vertices)
    np.testing.assert_array_equal(graph.edges, reference.graph.edges)


def test_the_town_has_roads_to_compare(reference):
    assert reference.graph.edge_lengths.sum() > 4 * SIDE_M
