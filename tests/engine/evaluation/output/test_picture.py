"""The picture of a comparison: the right colours at the right places, over any image."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from engine.errors import OutputError, RasterError
from engine.evaluation.measures.differences import Differences
from engine.evaluation.output.legend import CASING, COLOURS, KINDS, add_legend, cut_dashes
from engine.evaluation.output.picture import draw_differences, encode_picture, write_picture
from tests.engine.evaluation.result_samples import UTM_33, place, tile

PLACES_M = {"matched": (20.0, 20.0), "false": (60.0, 55.0), "missing": (40.0, 21.0)}
"""On each line; missing road begins with a dash."""

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency",
# 2009: linear red, green, blue as seen without one of the three kinds of cone.
COLOUR_VISION = {
    "normal": np.eye(3),
    "protanopia": [
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ],
    "deuteranopia": [
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ],
    "tritanopia": [
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ],
}


def write_image(
    path: Path, *, m_per_px: float = 1.0, placed: bool, shape: tuple[int, int] = (80, 100)
) -> Path:
    """A grey raster with a green upper-left quarter."""
    rgb = np.full((3, *shape), 120, dtype=np.uint8)
    rgb[:, : shape[0] // 2, : shape[1] // 2] = np.array([20, 90, 20], dtype=np.uint8)[:, None, None]
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": shape[0], "width": shape[1]}
    if placed:
        corner = rasterio.Affine(m_per_px, 0, 500_000, 0, -m_per_px, 5_300_000)
        profile |= {"crs": UTM_33, "transform": corner}
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(rgb)
    return path


def colours_at(picture: NDArray[np.uint8], px_per_m: float) -> dict[str, tuple[int, ...]]:
    return {
        kind: tuple(picture[:, int(row * px_per_m), int(col * px_per_m)].tolist())
        for kind, (row, col) in PLACES_M.items()
    }


def test_on_paper_each_kind_has_its_colour_and_a_dark_casing() -> None:
    picture = draw_differences(tile(), long_side_px=1000)
    assert picture.shape == (3, 800, 1000)
    assert colours_at(picture, 10.0) == COLOURS
    found = set(map(tuple, picture.reshape(3, -1).T.tolist()))
    assert {(255, 255, 255), CASING, *COLOURS.values()} <= found
    assert (picture == 255).all(axis=0).mean() > 0.9
    assert (picture[:, 0] == 255).all()


def test_missing_road_is_dashed_and_no_other() -> None:
    picture = draw_differences(tile(), long_side_px=1000)
    for kind, row, cols in (("missing", 400, slice(210, 690)), ("false", 600, slice(510, 590))):
        along = np.equal(picture[:, row, cols].T, COLOURS[kind]).all(axis=1)
        changes = np.count_nonzero(np.diff(along))
        assert (changes > 10) == (kind == "missing")
        assert along.mean() > 0.5


def test_dashes_are_twice_as_long_as_the_gaps() -> None:
    """A dash and its gap take 25 px here; pixels that both share count by their colour."""
    picture = draw_differences(tile(), long_side_px=1000)
    step = np.subtract(COLOURS["missing"], CASING)
    share = (picture[:, 400, 225:675].T - np.asarray(CASING)) @ step / (step @ step)
    assert share.reshape(-1, 25).mean(axis=1) == pytest.approx(2 / 3, abs=0.02)


@pytest.mark.parametrize("placed", [True, False])
def test_roads_lie_over_the_image(tmp_path: Path, *, placed: bool) -> None:
    image = write_image(tmp_path / "a.tif", placed=placed)
    grid = place(500_000, 5_300_000, "EPSG:32633") if placed else place()
    picture = draw_differences(tile(grid=grid, image=image), long_side_px=1000)
    assert picture.shape == (3, 800, 1000)
    assert colours_at(picture, 10.0) == COLOURS
    assert picture[:, 5, 5].tolist() == [20, 90, 20]
    assert picture[:, 5, 995].tolist() == [120, 120, 120]


def test_a_tile_shows_its_part_of_a_larger_image(tmp_path: Path) -> None:
    """The tile begins 100 m to the right of and 100 m below the image's corner."""
    image = write_image(tmp_path / "a.tif", placed=True, m_per_px=0.5, shape=(600, 600))
    part = tile(grid=place(500_100, 5_299_900, "EPSG:32633"), image=image)
    picture = draw_differences(part, long_side_px=1000)
    assert picture.shape == (3, 800, 1000)
    assert colours_at(picture, 10.0) == COLOURS
    assert picture[:, 495, 5].tolist() == [20, 90, 20]
    assert picture[:, 505, 5].tolist() == picture[:, 495, 505].tolist() == [120, 120, 120]


@pytest.mark.parametrize("m_per_px", [0.5, None])
def test_pixels_of_an_image_without_a_place_fill_the_tile(tmp_path: Path, m_per_px: float | None) -> None:
    image = write_image(tmp_path / "a.tif", placed=False, shape=(160, 200))
    result = replace(tile(image=image), m_per_px=m_per_px)
    picture = draw_differences(result, long_side_px=1000)
    assert picture.shape == (3, 800, 1000)
    assert colours_at(picture, 10.0) == COLOURS


def test_a_tile_shows_its_part_of_an_image_without_a_place(tmp_path: Path) -> None:
    """The same place as above, in local metres from the image's corner."""
    image = write_image(tmp_path / "a.tif", placed=False, shape=(600, 600))
    part = tile(grid=place(100, -100), image=image)
    picture = draw_differences(replace(part, m_per_px=0.5), long_side_px=1000)
    assert picture.shape == (3, 800, 1000)
    assert colours_at(picture, 10.0) == COLOURS
    assert picture[:, 495, 5].tolist() == [20, 90, 20]
    assert picture[:, 505, 5].tolist() == picture[:, 495, 505].tolist() == [120, 120, 120]


def test_an_image_that_cannot_be_laid_under_the_tile_is_refused(tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.tif", placed=False, shape=(600, 600))
    on_ground = tile(grid=place(500_000, 5_300_000, "EPSG:32633"), image=image)
    for result in (on_ground, replace(on_ground, m_per_px=0.5), tile(image=image)):
        with pytest.raises(RasterError, match=r"80 × 100 m is not all of its 600 × 600 px: georeference it"):
            draw_differences(result)


@pytest.mark.parametrize("placed", [True, False])
def test_large_images_are_reduced(tmp_path: Path, *, placed: bool) -> None:
    image = write_image(tmp_path / "a.tif", placed=placed, shape=(800, 3000))
    grid = place(500_000, 5_300_000, "EPSG:32633") if placed else place()
    picture = draw_differences(tile(grid=grid, size_m=(800.0, 3000.0), image=image), long_side_px=300)
    assert 295 <= picture.shape[2] <= 301
    assert 75 <= picture.shape[1] <= 81


@pytest.mark.parametrize("size_m", [(1.0, 1e6), (1e6, 1.0), (0.0, 0.0), (1e-6, 1e-6)])
def test_any_size_gives_a_bounded_picture(size_m: tuple[float, float]) -> None:
    picture = draw_differences(tile(size_m=size_m), long_side_px=200)
    assert max(picture.shape) == 200
    assert min(picture.shape) >= 1


def test_many_long_roads_are_drawn() -> None:
    """Five hundred roads of 50 km with a vertex each 10 m."""
    cols = np.linspace(0, 50_000, 5001)
    roads = [np.column_stack([np.full_like(cols, 100.0 * row), cols]) for row in range(500)]
    result = replace(tile(size_m=(5e4, 5e4)), differences=Differences([], roads, []))
    picture = draw_differences(result, long_side_px=200)
    assert picture.shape == (3, 200, 200)
    assert (picture < 255).any(axis=0).mean() > 0.9


def test_no_roads_leave_the_image_as_it_is(tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.tif", placed=False)
    empty = replace(tile(image=image), differences=Differences([], [], [np.array([(1.0, 1.0)])]))
    with rasterio.open(image) as raster:
        assert (draw_differences(empty, long_side_px=100) == raster.read()).all()


def test_an_image_elsewhere_is_refused(tmp_path: Path) -> None:
    image = write_image(tmp_path / "a.tif", placed=True)
    with pytest.raises(RasterError, match="lies outside"):
        draw_differences(tile(grid=place(100, 100, "EPSG:32633"), image=image))


def test_png_has_a_legend_in_the_same_colours(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    write_picture(path, tile(), long_side_px=400)
    with rasterio.open(path) as png:
        assert png.driver == "PNG"
        whole = png.read()
    drawn = draw_differences(tile(), long_side_px=400)
    assert (whole[:, : drawn.shape[1]] == drawn).all()
    strip = whole[:, drawn.shape[1] :].reshape(3, -1).T
    assert {tuple(colour) for colour in strip.tolist()} >= {*COLOURS.values(), CASING}
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.png"]
    with pytest.raises(OutputError, match="does not exist"):
        write_picture(tmp_path / "absent" / "p.png", tile(), long_side_px=100)


@pytest.mark.parametrize("width", [1, 40, 300, 2400])
def test_the_legend_fits_any_picture(width: int) -> None:
    whole = add_legend(np.zeros((3, 5, width), dtype=np.uint8))
    assert whole.shape[2] == width
    assert (whole[:, 5:, -1] == 255).all()


def test_dashes_follow_the_line_and_cover_their_share() -> None:
    bent = np.array([(0.0, 0.0), (0.0, 7.0), (13.0, 7.0)])
    dashes = cut_dashes(bent, dash=3.0, gap=2.0)
    assert [dash.tolist() for dash in dashes] == [
        [[0, 0], [0, 3]],
        [[0, 5], [0, 7], [1, 7]],
        [[3, 7], [6, 7]],
        [[8, 7], [11, 7]],
    ]
    assert cut_dashes(np.zeros((2, 2)), dash=3.0, gap=2.0) == []


def test_a_page_picture_is_small_and_close_to_the_original() -> None:
    drawn = draw_differences(tile(), long_side_px=400)
    packed = encode_picture(drawn)
    assert len(packed) < 20_000
    with MemoryFile(packed) as memory, memory.open() as picture:
        assert picture.driver == "WEBP"
        back = picture.read()
    assert np.abs(back.astype(int) - drawn).mean() < 3


def lightness_and_colour(rgb: tuple[int, ...], vision: str) -> NDArray[np.float64]:
    """Return CIE L*, a*, b* of a colour as it is seen."""
    share = np.array(rgb) / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(COLOUR_VISION[vision]) @ linear, 0.0, 1.0)
    to_xyz = [(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)]
    x, y, z = np.cbrt(np.asarray(to_xyz) @ seen / (0.9505, 1.0, 1.089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", COLOUR_VISION)
def test_the_three_colours_differ_for_every_kind_of_colour_vision(vision: str) -> None:
    """A distance of 2 is just seen; neighbouring colours of a good map are 20 and more apart."""
    for one, other in combinations([CASING, *(COLOURS[kind] for kind in KINDS)], 2):
        apart = lightness_and_colour(one, vision) - lightness_and_colour(other, vision)
        assert np.hypot.reduce(apart) > 25
