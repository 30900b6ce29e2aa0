"""Images with heights come together from every kind of source, and bad ones say so in one line."""

from collections.abc import Callable
from dataclasses import replace
from math import atan, degrees
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.heights.challenge.files import write_heights, write_view
from engine.heights.pose import Pose
from training.config import RunOptions, TrainingError
from training.heights.augment import HeightImage
from training.heights.config import HeightRecipe, HeightSource, HeightValidationOptions
from training.heights.sources import (
    load_height_crops,
    load_height_exam_images,
    load_height_images,
    render_heights,
)
from training.scene_pool import EXAM_SCENES

TRANSFORM = Affine(0.5, 0.0, 500_000.0, 0.0, -0.5, 5_400_000.0)
PLACED = {"crs": "EPSG:32633", "transform": TRANSFORM}
SCENES = HeightSource("scenes", pool=3, size_px=64, refresh_steps=10)
RASTERS = HeightSource("rasters", ".")
CHALLENGE = HeightSource("challenge", ".")


def write(path: Path, values: NDArray[np.generic], **profile: object) -> Path:
    planes = values if values.ndim == 3 else values[None]
    bands, height, width = planes.shape
    size = {"count": bands, "height": height, "width": width, "dtype": planes.dtype}
    scale = profile.pop("scale", None)
    with rasterio.open(path, "w", driver="GTiff", **size, **profile) as file:
        file.write(planes)
        if scale is not None:
            file.scales = (scale,)
    return path


def colours(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(1, 255, size=(3, height, width), dtype=np.uint8)


def heights(height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(0, 30, size=(height, width)).astype(np.float32)


@pytest.fixture
def surveyed(tmp_path: Path) -> Path:
    """One image with heights, as the default names have it."""
    write(tmp_path / "town_rgb.tif", colours(40, 60), **PLACED)
    write(tmp_path / "town_ndsm.tif", heights(40, 60), **PLACED)
    return tmp_path


def test_scenes_are_seen_from_every_side_and_within_their_ranges() -> None:
    source = replace(SCENES, size_px=32, m_per_px=(0.4, 0.9), off_nadir_deg=(5.0, 35.0))
    images = [render_heights(number, source) for number in range(24)]
    sizes = np.array([image.m_per_px for image in images])
    tilts = np.array([degrees(atan(image.pose.scale_px_per_m * image.m_per_px)) for image in images])
    assert 0.4 <= sizes.min() < 0.5
    assert 0.75 < sizes.max() <= 0.9
    assert 5.0 <= tilts.min() < 10.0
    assert 30.0 < tilts.max() <= 35.0
    quadrants = {int(np.mod(image.pose.angle_rad, 2 * np.pi) // (np.pi / 2)) for image in images}
    assert quadrants == {0, 1, 2, 3}
    assert all(image.posed for image in images)
    again = render_heights(5, source)
    assert np.array_equal(again.rgb, images[5].rgb)
    assert np.array_equal(again.height_m, images[5].height_m)


def test_a_step_sees_the_same_scenes_after_a_resumption() -> None:
    recipe = HeightRecipe(run=RunOptions(batch=2, crop_px=32), sources=(SCENES,))
    crops, resumed = load_height_crops(recipe, Path()), load_height_crops(recipe, Path())
    crops[0], crops[9]
    for part, again in zip(crops[25], resumed[25], strict=True):
        assert np.array_equal(part.numpy(), again.numpy(), equal_nan=part.is_floating_point())


def test_judged_scenes_come_first_and_are_never_learned_from(surveyed: Path) -> None:
    options = HeightValidationOptions(scenes=2, scene_px=48, sources=(RASTERS,))
    images = load_height_exam_images(HeightRecipe(validation=options), surveyed)
    assert [image.rgb.shape for image in images] == [(3, 48, 48), (3, 48, 48), (3, 40, 60)]
    kept = replace(SCENES, size_px=48)
    for number in range(2):
        assert np.array_equal(images[number].rgb, render_heights(EXAM_SCENES + number, kept).rgb)
        assert not np.array_equal(images[number].rgb, render_heights(number, kept).rgb)
    assert [image.posed for image in images] == [True, True, False]


def test_rasters_are_read_with_their_size_on_the_ground(surveyed: Path) -> None:
    (image,) = load_height_images(RASTERS, surveyed)
    assert np.array_equal(image.rgb, colours(40, 60))
    assert np.array_equal(image.height_m, heights(40, 60))
    assert image.valid.all()
    # A metre of UTM is a metre on the ground to 4 in 10 000.
    assert image.m_per_px == pytest.approx(0.5, rel=1e-3)
    assert image.pose.scale_px_per_m == 0.0
    assert not image.posed
    (above,) = load_height_images(replace(RASTERS, from_nadir=True), surveyed)
    assert above.posed


def test_what_is_not_known_is_not_learned(surveyed: Path) -> None:
    """By nodata, as no number, and by the mask; the image's own nodata is no image."""
    stored, rgb = heights(40, 60), colours(40, 60)
    stored[0, :10], stored[1, :10] = -9999.0, np.nan
    rgb[:, 3] = 0
    mask = np.ones((40, 60), np.uint8)
    mask[2, :10] = 0
    write(surveyed / "town_ndsm.tif", stored, nodata=-9999.0, **PLACED)
    write(surveyed / "town_valid.tif", mask, **PLACED)
    write(surveyed / "town_rgb.tif", rgb, nodata=0, **PLACED)
    (image,) = load_height_images(RASTERS, surveyed)
    unknown = np.zeros((40, 60), bool)
    unknown[:3, :10] = True
    assert np.array_equal(np.isnan(image.height_m), unknown)
    assert np.array_equal(~image.valid, np.arange(40)[:, None] + np.zeros(60) == 3)


def test_heights_in_whole_centimetres_become_metres(surveyed: Path) -> None:
    stored = np.full((40, 60), 1250, np.int16)
    stored[0] = -1
    write(surveyed / "town_ndsm.tif", stored, nodata=-1, scale=0.01, **PLACED)
    (image,) = load_height_images(RASTERS, surveyed)
    assert np.isnan(image.height_m[0]).all()
    assert np.allclose(image.height_m[1:], 12.5)


def test_marks_stand_anywhere_in_a_name_and_patterns_choose(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(tmp_path / f"plot_{number}_colour_0.5m.tif", colours(20, 20 + number), **PLACED)
        write(tmp_path / f"plot_{number}_height_0.5m.tif", heights(20, 20 + number), **PLACED)
    write(tmp_path / "plot_1_lidar_0.5m.tif", heights(20, 21), **PLACED)
    source = HeightSource("rasters", ".", image="_colour", heights="_height", names="plot_[13]*")
    assert [image.rgb.shape[2] for image in load_height_images(source, tmp_path)] == [21, 23]


def widened(image: HeightImage) -> HeightImage:
    """The left three quarters, so that height and width differ."""
    part = np.s_[:, :48]
    rgb = np.ascontiguousarray(image.rgb[:, :, :48])
    return replace(image, rgb=rgb, height_m=image.height_m[part], valid=image.valid[part])


def write_challenge(folder: Path, numbers: range) -> list[HeightImage]:
    """Scenes as files of the challenge."""
    images, table = [], ["id,city,gsd"]
    for number in numbers:
        image = widened(render_heights(number, SCENES))
        height, width = image.valid.shape
        with rasterio.open(
            folder / f"ARG_{number}_RGB.j2k",
            "w",
            driver="JP2OpenJPEG",
            width=width,
            height=height,
            count=3,
            dtype="uint8",
            QUALITY="100",
            REVERSIBLE="YES",
            RESOLUTIONS="2",
        ) as file:
            file.write(image.rgb)
        write_heights(folder / f"ARG_{number}_AGL.tif", image.height_m)
        write_view(folder / f"ARG_{number}_VFLOW.json", image.pose)
        table.append(f"{number},ARG,{image.m_per_px}")
        images.append(image)
    (folder / "metadata.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    return images


def test_the_challenge_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = write_challenge(tmp_path, range(2))
    for image, truth in zip(load_height_images(CHALLENGE, tmp_path), written, strict=True):
        assert np.array_equal(image.rgb, truth.rgb)
        assert np.abs(image.height_m - truth.height_m).max() <= 0.0051
        assert image.pose.flow_px_per_m == pytest.approx(truth.pose.flow_px_per_m, abs=1e-9)
        assert image.m_per_px == pytest.approx(truth.m_per_px)
        assert image.posed


def test_half_resolution_halves_all_that_is_counted_in_pixels(tmp_path: Path) -> None:
    (truth,) = write_challenge(tmp_path, range(1))
    (image,) = load_height_images(replace(CHALLENGE, reduce=2), tmp_path)
    assert image.rgb.shape[1:] == image.height_m.shape == (32, 24)
    assert image.m_per_px == pytest.approx(2 * truth.m_per_px)
    assert image.pose.flow_px_per_m == pytest.approx(truth.pose.flow_px_per_m / 2, abs=1e-9)
    # No height is mixed of two.
    assert np.abs(image.height_m - truth.height_m[::2, ::2]).max() <= 0.0051
    with pytest.raises(TrainingError, match="reduced by 3"):
        load_height_images(replace(CHALLENGE, reduce=3), tmp_path)


def test_every_image_of_a_folder_has_its_turn_and_few_are_held(tmp_path: Path) -> None:
    sizes = {image.m_per_px for image in write_challenge(tmp_path, range(5))}
    recipe = HeightRecipe(
        run=RunOptions(batch=1, crop_px=32), sources=(replace(CHALLENGE, pool=2, refresh_steps=1),)
    )
    (supply,) = load_height_crops(recipe, tmp_path).supplies
    held = [[image.m_per_px for image in supply.at(step).images] for step in range(10)]
    assert all(len(images) == 2 for images in held)
    # One comes for one that goes, and five steps are a whole tour.
    first = [images[0] for images in held]
    assert sorted(first[:5]) == sorted(first[5:]) == pytest.approx(sorted(sizes))
    assert first[1:] == [images[1] for images in held[:-1]]


def test_sources_are_mixed_by_weight(surveyed: Path) -> None:
    sources = (replace(SCENES, weight=3.0), replace(RASTERS, weight=1.0))
    recipe = HeightRecipe(run=RunOptions(batch=64, crop_px=32), sources=sources)
    crops = load_height_crops(recipe, surveyed)
    assert crops.chances.tolist() == [0.75, 0.25]
    assert 0.6 < crops[0].posed.float().mean() < 0.9


@pytest.mark.parametrize("weights", [(), (0.0,), (-1.0, 3.0), (float("nan"),)])
def test_weights_that_cannot_be_shares_are_refused(surveyed: Path, weights: tuple[float, ...]) -> None:
    recipe = HeightRecipe(sources=tuple(replace(RASTERS, weight=weight) for weight in weights))
    with pytest.raises(TrainingError, match="weights"):
        load_height_crops(recipe, surveyed)


@pytest.mark.parametrize(
    "wish",
    [
        {"m_per_px": (1.0, 0.5)},
        {"m_per_px": (0.0, 0.5)},
        {"m_per_px": (0.5, float("nan"))},
        {"off_nadir_deg": (0.0, 80.0)},
        {"off_nadir_deg": (-5.0, 5.0)},
        {"size_px": 0},
        {"pool": 0},
        {"refresh_steps": 0},
        {"inner_towns": 1.5},
        {"first_scene": -1},
        {"first_scene": EXAM_SCENES},
    ],
)
def test_scenes_that_cannot_be_are_refused_before_the_first_step(wish: dict[str, object]) -> None:
    with pytest.raises(TrainingError):
        load_height_crops(HeightRecipe(sources=(replace(SCENES, **wish),)), Path())


def test_a_later_run_sees_other_scenes() -> None:
    later = replace(SCENES, size_px=32, first_scene=7)
    crops = load_height_crops(HeightRecipe(run=RunOptions(batch=1, crop_px=32), sources=(later,)), Path())
    (first, *_) = crops.supplies[0].at(0).images
    assert np.array_equal(first.rgb, render_heights(7, later).rgb)


FAR = {"crs": "EPSG:32633", "transform": Affine(0.5, 0.0, 500_900.0, 0.0, -0.5, 5_400_000.0)}
LONG = {"crs": "EPSG:32633", "transform": Affine(0.5, 0.0, 500_000.0, 0.0, -0.7, 5_400_000.0)}
UNKNOWN = np.full((40, 60), -9999.0, np.float32)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "town_ndsm.tif").unlink(), "lacks the heights of 1 images"),
        (lambda folder: (folder / "town_rgb.tif").unlink(), "holds no images"),
        (lambda folder: write(folder / "town_ndsm.tif", heights(40, 61), **PLACED), "make them alike"),
        (lambda folder: write(folder / "town_ndsm.tif", colours(40, 60), **PLACED), "3 bands"),
        (lambda folder: write(folder / "town_ndsm.tif", heights(40, 60), **FAR), "lies elsewhere"),
        (lambda folder: write(folder / "town_ndsm.tif", heights(40, 60), **LONG), "square"),
        (lambda folder: write(folder / "town_ndsm.tif", UNKNOWN, **PLACED), "a_nodata"),
        (
            lambda folder: write(folder / "town_valid.tif", np.ones((60, 40), np.uint8), **PLACED),
            "make them alike",
        ),
        (lambda folder: (folder / "town_ndsm.tif").write_text("text"), "cannot be opened as a raster"),
        (lambda folder: (folder / "town_rgb.tif").write_text("text"), "cannot be opened as a raster"),
    ],
)
def test_bad_rasters_are_refused_in_one_line(
    surveyed: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(surveyed)
    with pytest.raises(EngineError, match=message) as caught:
        load_height_images(RASTERS, surveyed)
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_heights_without_a_place_are_refused(surveyed: Path) -> None:
    write(surveyed / "town_ndsm.tif", heights(40, 60))
    with pytest.raises(TrainingError, match="how large its pixels are"):
        load_height_images(RASTERS, surveyed)


@pytest.mark.parametrize("marks", [{"image": ""}, {"heights": "_rgb"}, {"heights": ""}, {"valid": "_ndsm"}])
def test_marks_that_tell_nothing_apart_are_refused(surveyed: Path, marks: dict[str, str]) -> None:
    with pytest.raises(TrainingError, match="three different marks"):
        load_height_images(replace(RASTERS, **marks), surveyed)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "ARG_0_AGL.tif").unlink(), "lacks ARG_0_AGL.tif"),
        (lambda folder: (folder / "metadata.csv").unlink(), "metadata.csv"),
        (lambda folder: (folder / "metadata.csv").write_text("id,city,gsd\n7,ARG,0.4\n"), "lacks 1 images"),
        (lambda folder: write_heights(folder / "ARG_0_AGL.tif", heights(48, 64)), "get whole copies"),
        (lambda folder: (folder / "ARG_0_VFLOW.json").write_text("{}"), "no 'scale'"),
    ],
)
def test_bad_folders_of_the_challenge_are_refused_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    write_challenge(tmp_path, range(1))
    spoil(tmp_path)
    with pytest.raises(EngineError, match=message) as caught:
        load_height_images(CHALLENGE, tmp_path)
    assert "\n" not in str(caught.value)


def test_real_heights_are_read(data_dir: Path) -> None:
    forest = load_height_images(HeightSource("rasters", "heights/neon_teak", from_nadir=True), data_dir)
    assert len(forest) == 18
    assert {image.rgb.shape for image in forest} == {(3, 80, 80)}
    assert all(image.m_per_px == pytest.approx(0.5, rel=2e-3) for image in forest)
    assert 50.0 < max(float(np.nanmax(image.height_m)) for image in forest) <= 62.5
    town = load_height_images(HeightSource("rasters", "heights/ign_pacasam"), data_dir)
    assert [image.rgb.shape for image in town] == [(3, 201, 100)] * 2
    assert all(0.0 < np.isnan(image.height_m).mean() < 0.05 for image in town)
    assert all(image.pose == Pose(0.0, 0.0) for image in town)
