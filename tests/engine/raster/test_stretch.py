"""The stretch: an 8-bit image in disguise comes back, anything else gets the usual brightness."""

import numpy as np
import pytest
import rasterio

from engine.raster.stretch import IDENTITY, estimate_stretch


@pytest.fixture(scope="module")
def aerial():
    """Values spread like those of an aerial image, 1 to 254."""
    generator = np.random.default_rng(3)
    return np.clip(generator.gamma(4.0, 22.0, 40_000), 1, 254).astype(np.uint8)


def test_eight_bits_stay_as_they_are(aerial):
    assert estimate_stretch(aerial) == IDENTITY
    assert np.array_equal(IDENTITY.apply(aerial), aerial)


@pytest.mark.parametrize("factor", [1, 4, 8, 16, 100, 257])
def test_a_multiple_of_an_eight_bit_image_comes_back(aerial, factor):
    wide = aerial.astype(np.uint16) * factor
    assert np.array_equal(estimate_stretch(wide).apply(wide), aerial)


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_floats_on_a_known_scale_come_back(aerial, scale):
    floats = (aerial / 255 * scale).astype(np.float32)
    assert np.array_equal(estimate_stretch(floats).apply(floats), aerial)


def test_full_range_sixteen_bits_with_noise_come_back(aerial):
    noise = np.random.default_rng(4).integers(-100, 100, aerial.shape)
    bright = np.clip(aerial.astype(int) + 40, 0, 255)
    wide = np.clip(bright * 257 + noise, 0, 65535).astype(np.uint16)
    assert np.abs(estimate_stretch(wide).apply(wide).astype(int) - bright).max() <= 1


@pytest.mark.parametrize("kind", ["uint16", "int16", "int32", "float32", "float64"])
def test_counts_with_haze_get_the_brightness_of_an_aerial_image(aerial, kind):
    noise = np.random.default_rng(4).normal(size=aerial.shape)
    counts = (aerial * 3.7 + 312 + noise).astype(kind)
    levels = estimate_stretch(counts).apply(counts)
    assert np.percentile(levels, [1, 99]) == pytest.approx([7, 193], abs=1)
    order = np.argsort(counts, kind="stable")
    assert (np.diff(levels[order].astype(int)) >= 0).all()


def test_reflectances_are_not_left_dark(aerial):
    reflectance = (aerial / 255 * 0.3 + 0.02).astype(np.float32)
    assert np.percentile(estimate_stretch(reflectance).apply(reflectance), 99) > 180


def test_real_aerial_images_keep_their_brightness_by_percentiles(data_dir):
    shifts = []
    for path in sorted((data_dir / "roads/massachusetts/val").glob("crop_*.webp"))[:12]:
        with rasterio.open(path) as dataset:
            image = dataset.read()
        # An offset makes it a raster of counts, of which no full scale can be known.
        counts = image.astype(np.int16) * 5 - 50
        shifts.append(estimate_stretch(counts.ravel()).apply(counts).mean() - image.mean())
    assert abs(np.median(shifts)) < 20


def test_empty_constant_and_not_finite_samples_are_mapped_without_complaint():
    assert estimate_stretch(np.array([], dtype=np.uint16)) == IDENTITY
    assert estimate_stretch(np.array([np.nan, np.inf])) == IDENTITY
    flat = np.full(100, -5, dtype=np.int16)
    assert np.unique(estimate_stretch(flat).apply(flat)).tolist() == [100]
    mixed = np.array([0.25, np.nan, np.inf, 1.0], dtype=np.float32)
    assert estimate_stretch(mixed).apply(mixed).tolist() == [64, 0, 0, 255]
