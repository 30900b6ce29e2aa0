"""Crops of images with heights: determined by their step, and true in height and view whatever varies."""

from dataclasses import replace
from math import atan2, pi

import numpy as np
import pytest
import torch

from engine.heights.pose import Pose
from training.augment import View
from training.config import RunOptions, TrainingError
from training.heights.augment import HeightImage, look_at, stretch_heights
from training.heights.config import HeightAugmentOptions, HeightRecipe, HeightSource
from training.heights.datasets import HeightCrops, HeightGallery, _look_stretched, draw_height_crop
from training.heights.sources import render_heights

SCENE = HeightSource("scenes", size_px=192, m_per_px=(0.5, 0.5), off_nadir_deg=(25.0, 25.0))
PLAIN = HeightAugmentOptions(
    rotation_probability=0.0, flip_probability=0.0, rescale=(1.0, 1.0), stretch_probability=0.0
)


@pytest.fixture(scope="module")
def town() -> HeightImage:
    return render_heights(3, SCENE)


@pytest.fixture(scope="module")
def gallery(town: HeightImage) -> HeightGallery:
    return HeightGallery.hang([town])


def crops_of(gallery: HeightGallery, *, seed: int = 1, rank: int = 0) -> HeightCrops:
    recipe = HeightRecipe(run=RunOptions(seed=seed, batch=3, crop_px=64))
    return HeightCrops([gallery], np.ones(1), recipe, rank)


def plate(shape: tuple[int, int], *, posed: bool = True, pose: Pose | None = None) -> HeightImage:
    """Roofs 10 m high, everywhere."""
    rgb = np.random.default_rng(0).integers(1, 255, size=(3, *shape), dtype=np.uint8)
    heights = np.full(shape, 10.0, dtype=np.float32)
    return HeightImage(rgb, heights, np.ones(shape, bool), pose or Pose(0.3, 0.5), 0.5, posed=posed)


def draw(image: HeightImage, options: HeightAugmentOptions, seed: int, side_px: int = 64) -> HeightImage:
    rng = np.random.default_rng(seed)
    return draw_height_crop(rng, HeightGallery.hang([image]), side_px, options).truth


def test_a_batch_depends_on_seed_rank_and_step_alone(gallery: HeightGallery) -> None:
    one, other = crops_of(gallery), crops_of(gallery)
    first, second = one[0], one[1]
    again = other[1]
    # NaN is unknown height: equal where both are.
    for part, same in zip(second, again, strict=True):
        assert torch.equal(torch.nan_to_num(part.float()), torch.nan_to_num(same.float()))
    for different in (first, crops_of(gallery, seed=2)[1], crops_of(gallery, rank=1)[1]):
        assert not torch.equal(second.image, different.image)


def test_batches_hold_what_the_loss_takes(gallery: HeightGallery) -> None:
    batch = crops_of(gallery)[0]
    assert batch.image.shape == (3, 3, 64, 64)
    assert batch.image.dtype == batch.height_m.dtype == batch.m_per_px.dtype == torch.float32
    assert batch.height_m.shape == batch.valid.shape == (3, 1, 64, 64)
    assert batch.valid.dtype == batch.posed.dtype == torch.bool
    assert batch.posed.all()
    assert batch.direction.norm(dim=1).numpy() == pytest.approx(np.ones(3), abs=1e-6)
    assert torch.isfinite(batch.height_m[batch.valid]).all()
    assert batch.image.abs().max() <= 0.5


def test_lean_per_metre_on_the_ground_is_the_same_however_a_crop_is_varied(gallery: HeightGallery) -> None:
    """Scale in pixels per metre times metres per pixel is the tangent of the angle off nadir."""
    crops = crops_of(gallery)
    batches = [crops[step] for step in range(8)]
    lean = torch.cat([batch.scale_px_per_m * batch.m_per_px for batch in batches])
    assert lean.numpy() == pytest.approx(np.full(24, np.tan(np.deg2rad(25.0))), rel=1e-5)
    m_per_px = torch.cat([batch.m_per_px for batch in batches]).numpy()
    assert m_per_px.min() >= 0.5 / 1.4 - 1e-6
    assert m_per_px.max() <= 0.5 / 0.7 + 1e-6
    assert np.ptp(m_per_px) > 0.2


def test_things_lean_in_every_direction(town: HeightImage) -> None:
    options = HeightAugmentOptions(rotation_probability=1.0, stretch_probability=0.0)
    rng, gallery = np.random.default_rng(0), HeightGallery.hang([town])
    poses = [draw_height_crop(rng, gallery, 32, options).truth.pose for _ in range(300)]
    angles = np.array([atan2(*pose.direction[::-1]) for pose in poses])
    counts, _ = np.histogram(angles, bins=12, range=(-pi, pi))
    assert counts.min() >= 10  # 25 are expected


def test_a_stretched_crop_is_the_crop_of_the_stretched_town(town: HeightImage) -> None:
    """Also at its borders, where things lean in that the crop itself does not show."""
    view = View(np.array([96.0, 96.0]), np.eye(2), 64)
    seen = _look_stretched(town, view, 1.6)
    whole = look_at(stretch_heights(town, 1.6), view)
    agree = np.isclose(seen.height_m, whole.height_m, atol=1e-3, equal_nan=True)
    assert agree.mean() > 0.995
    assert agree[:4].mean() > 0.98
    cut_first = stretch_heights(look_at(town, view), 1.6)
    assert np.isclose(cut_first.height_m, whole.height_m, atol=1e-3, equal_nan=True).mean() < agree.mean()


def test_heights_are_stretched_up_to_twice_where_the_view_shows_it() -> None:
    always = replace(PLAIN, stretch_probability=1.0)
    known = [draw(plate((160, 160)), always, seed) for seed in range(20)]
    heights = np.array([np.nanmedian(crop.height_m) for crop in known])
    assert heights.min() >= 10.0
    assert heights.max() <= 20.0
    assert np.ptp(heights) > 5.0


@pytest.mark.parametrize(
    "image",
    [plate((160, 160), posed=False), plate((160, 160), pose=Pose(0.3, 0.0))],
    ids=["unknown view", "from nadir"],
)
def test_the_same_picture_is_never_taught_with_two_heights(image: HeightImage) -> None:
    always = replace(PLAIN, stretch_probability=1.0)
    for seed in range(10):
        crop = draw(image, always, seed)
        assert (crop.height_m == 10.0).all()
        assert crop.posed == image.posed


def test_crops_are_taken_where_heights_are_known(town: HeightImage) -> None:
    height_m = town.height_m.copy()
    height_m[:, :128] = np.nan
    gallery = HeightGallery.hang([replace(town, height_m=height_m)])
    rng = np.random.default_rng(0)
    shares = [np.isfinite(draw_height_crop(rng, gallery, 48, PLAIN).truth.height_m).mean() for _ in range(40)]
    # Without another draw, every fourth crop or so would show nothing known.
    assert min(shares) > 0.3
    assert np.mean(shares) > 0.6


def test_images_smaller_than_a_crop_lie_anywhere_in_it() -> None:
    places = set()
    for seed in range(20):
        crop = draw(plate((20, 30), posed=False), PLAIN, seed)
        assert crop.valid.sum() == 20 * 30
        rows, cols = np.nonzero(crop.valid)
        places.add((rows.min(), cols.min()))
        assert np.isnan(crop.height_m[~crop.valid]).all()
    assert len(places) > 10


def test_images_are_drawn_by_what_is_known_of_them(town: HeightImage) -> None:
    nothing = replace(town, height_m=np.full_like(town.height_m, np.nan))
    assert HeightGallery.hang([town, nothing]).chances.tolist() == [1.0, 0.0]
    with pytest.raises(TrainingError, match="known height"):
        HeightGallery.hang([nothing])
