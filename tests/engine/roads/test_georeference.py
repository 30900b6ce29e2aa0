"""Pixels to the ground and back, on grids without symmetry."""

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GraphError, RasterError
from engine.frames import RowCol
from engine.raster.grid import Grid
from engine.roads.georeference import reproject, to_ground, to_pixels
from engine.roads.graph import RoadGraph

UTM = "EPSG:32631"
TILTED = Grid.measured(
    Affine.translation(450_000, 5_400_000) @ Affine.rotation(33) @ Affine.scale(0.5, -0.7), 700, 500, UTM
)
DEGREES = Grid.measured(Affine(2.7e-6, 0, 2.2811, 0, -2.7e-6, 48.98277), 650, 650, "EPSG:4326")
LOCAL = Grid.measured(Affine(2, 0.3, 10, 0.1, -2, 900), 30, 40, None)


def sample(rows: list[float]) -> RoadGraph[RowCol]:
    places = np.column_stack([rows, np.roll(rows, 1) * 0.5 + 3])
    pairs = np.column_stack([np.arange(len(rows) - 1), np.arange(1, len(rows))])
    return RoadGraph.build(places, pairs, confidence=np.linspace(0, 1, len(pairs)), z_m=np.arange(len(rows)))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(
        [(TILTED, UTM), (TILTED, "EPSG:4326"), (TILTED, "EPSG:3857"), (DEGREES, UTM), (LOCAL, None)]
    ),
    st.lists(st.floats(-50, 700), min_size=2, max_size=6),
)
def test_to_pixels_undoes_to_ground(where: tuple[Grid, str | None], rows: list[float]) -> None:
    grid, crs = where
    graph = sample(rows)
    back = to_pixels(to_ground(graph, grid, crs=crs), grid, crs=crs)
    assert np.abs(back.vertices - graph.vertices).max() < 1e-4
    for name in ("edges", "confidence", "width_m", "layer", "z_m"):
        np.testing.assert_array_equal(getattr(back, name), getattr(graph, name))


def test_a_pixel_corner_lands_where_the_transform_says() -> None:
    graph: RoadGraph[RowCol] = RoadGraph.build([(0, 0), (700, 500)], [(0, 1)])
    ground = to_ground(graph, TILTED, crs=UTM).vertices
    assert ground[0].tolist() == [450_000, 5_400_000]
    assert ground[1].tolist() == pytest.approx(list(TILTED.transform @ (500, 700)))


def test_local_metres_do_not_become_degrees() -> None:
    graph: RoadGraph[RowCol] = RoadGraph.build([(0, 0), (7, 5)], [(0, 1)])
    with pytest.raises(RasterError, match="Local metres"):
        to_ground(graph, LOCAL, crs="EPSG:4326")


def test_a_place_off_the_globe_is_refused() -> None:
    pole = RoadGraph.build([(0.0, 95.0), (1.0, 20.0)], [(0, 1)])
    with pytest.raises(GraphError, match="check that the coordinates are in"):
        reproject(pole, "EPSG:4326", UTM)
