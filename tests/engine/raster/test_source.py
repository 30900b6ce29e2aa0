"""What is image and what is not, which bands are colours, and pixel types other than 8 bits."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.drivers import raster_driver_extensions
from rasterio.enums import ColorInterp

from engine.errors import RasterError
from engine.raster.reader import RasterOptions, open_raster

PLACED = {"crs": "EPSG:32631", "transform": Affine(1, 0, 450_000, 0, -1, 5_400_000)}
TURNED = {"crs": "EPSG:32631", "transform": Affine.translation(450_000, 5_400_000) @ Affine.rotation(30)}
GREY, ALPHA = ColorInterp.gray, ColorInterp.alpha
RED, GREEN, BLUE = ColorInterp.red, ColorInterp.green, ColorInterp.blue


def _read(path, *, m_per_px=1.0, bands=None):
    with open_raster(path, m_per_px=m_per_px, options=RasterOptions(bands=bands)) as reader:
        return reader.read(reader.grid.whole)


@pytest.fixture
def hole():
    """Where a (100, 80) test image has no pixels."""
    hole = np.zeros((100, 80), dtype=bool)
    hole[20:53, 31:64] = True
    return hole


@pytest.fixture(params=["nodata", "alpha", "internal mask", "palette", "nan"])
def holed(request, write, texture, hole):
    """Write the same hole in each way a raster can say that it has no pixels there."""

    def holed(profile):
        image = texture(100, 80)
        emptied = np.where(hole, 0, image).astype(np.uint8)
        if request.param == "nodata":
            return write(emptied, nodata=0, **profile)
        if request.param == "alpha":
            banded = np.concatenate([image, np.where(hole, 0, 255).astype(np.uint8)[None]])
            return write(banded, colorinterp=[RED, GREEN, BLUE, ALPHA], **profile)
        if request.param == "internal mask":
            return write(image, mask=~hole, **profile)
        if request.param == "palette":
            table = {index: (index, 255 - index, 30, 255) for index in range(256)}
            return write(emptied[0], palette=table, nodata=0, **profile)
        return write(np.where(hole, np.nan, image).astype(np.float32), **profile)

    return holed


def test_holes_are_invalid_black_and_exact(holed, hole):
    pixels = _read(holed(PLACED))
    assert np.array_equal(pixels.valid, ~hole)
    assert (pixels.rgb[:, hole] == 0).all()
    assert (pixels.rgb[:, ~hole].max(axis=0) > 0).all()


@pytest.mark.parametrize("m_per_px", [0.6, 1.0, 2.6])
def test_holes_do_not_darken_their_rim_when_resampled(holed, hole, m_per_px):
    pixels = _read(holed(TURNED), m_per_px=m_per_px)
    # The pattern is nowhere below 30 in its brightest band, so darker pixels would be mixed with the hole.
    assert pixels.rgb[:, pixels.valid].max(axis=0).min() >= 30
    assert (pixels.rgb[:, ~pixels.valid] == 0).all()
    assert pixels.valid.sum() * m_per_px**2 == pytest.approx((~hole).sum(), rel=0.04)


def test_a_pixel_is_empty_only_when_all_chosen_bands_are_nodata(write, texture):
    image = texture(30, 40)
    image[0, 3, 4] = image[1, 3, 4] = 0
    image[:, 6, 7] = 0
    path = write(image, nodata=0, **PLACED)
    assert np.argwhere(~_read(path).valid).tolist() == [[6, 7]]
    assert np.argwhere(~_read(path, bands=(1,)).valid).tolist() == [[3, 4], [6, 7]]


def test_an_empty_raster_is_read_as_nothing(write):
    for kind in ("uint8", "uint16", "float32"):
        pixels = _read(write(np.zeros((3, 30, 40), dtype=kind), nodata=0, **TURNED))
        assert not pixels.valid.any()
        assert not pixels.rgb.any()


def test_one_band_is_grey(write, texture):
    image = texture(30, 40)[:1]
    assert np.array_equal(_read(write(image, **PLACED)).rgb, np.repeat(image, 3, axis=0))


def test_declared_colours_win_over_their_order(write, texture):
    image = texture(30, 40)
    path = write(image, colorinterp=[BLUE, GREEN, RED], photometric="MINISBLACK", **PLACED)
    assert np.array_equal(_read(path).rgb, image[::-1])


def test_undeclared_bands_are_taken_from_the_first_and_by_choice(write, texture):
    image = np.concatenate([texture(30, 40), 255 - texture(30, 40)])
    path = write(image, photometric="MINISBLACK", **PLACED)
    assert np.array_equal(_read(path).rgb, image[:3])
    assert np.array_equal(_read(path, bands=(6, 1, 3)).rgb, image[[5, 0, 2]])
    assert np.array_equal(_read(path, bands=(4,)).rgb, image[[3, 3, 3]])


def test_grey_with_alpha_stays_grey(write, texture):
    image = texture(30, 40)[:1]
    both = np.concatenate([image, np.full_like(image, 255)])
    path = write(both, colorinterp=[GREY, ALPHA], **PLACED)
    assert np.array_equal(_read(path).rgb, np.repeat(image, 3, axis=0))


def test_a_palette_is_shown_in_its_colours(write):
    table = {0: (10, 20, 30, 255), 1: (200, 100, 50, 255), 2: (0, 0, 255, 255)}
    indexes = np.arange(60, dtype=np.uint8).reshape(6, 10) % 3
    rgb = _read(write(indexes, palette=table, **PLACED)).rgb
    assert [rgb[:, 0, col].tolist() for col in range(3)] == [list(table[col][:3]) for col in range(3)]


def test_transparent_entries_of_a_palette_are_no_image(write, tmp_path):
    write(np.array([[0, 1, 2], [2, 1, 0]], dtype=np.uint8), "indexes.tif")
    (tmp_path / "image.vrt").write_text(
        """<VRTDataset rasterXSize="3" rasterYSize="2"><SRS>EPSG:32631</SRS>
        <GeoTransform>450000, 1, 0, 5400000, 0, -1</GeoTransform>
        <VRTRasterBand dataType="Byte" band="1"><ColorInterp>Palette</ColorInterp><ColorTable>
        <Entry c1="9" c2="9" c3="9" c4="0"/>
        <Entry c1="1" c2="2" c3="3" c4="255"/><Entry c1="4" c2="5" c3="6" c4="255"/>
        </ColorTable><SimpleSource><SourceFilename relativeToVRT="1">indexes.tif</SourceFilename>
        <SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"""
    )
    pixels = _read(tmp_path / "image.vrt")
    assert pixels.valid.tolist() == [[False, True, True], [True, True, False]]
    assert pixels.rgb[:, 0].T.tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("kind", "factor"), [("uint16", 257), ("uint16", 16), ("int16", 100), ("float32", 1 / 255)]
)
@pytest.mark.parametrize("placement", [PLACED, TURNED], ids=["own grid", "warped"])
def test_other_pixel_types_show_the_same_image(kind, factor, placement, write, texture):
    image = texture(300, 220)
    eight = _read(write(image, "eight.tif", **placement))
    other = _read(write((image * float(factor)).astype(kind), "other.tif", **placement))
    assert np.array_equal(eight.valid, other.valid)
    assert np.abs(eight.rgb.astype(int) - other.rgb).max() <= 1


def test_one_stretch_serves_all_windows_bands_and_extents_of_a_large_raster(write):
    # Far larger than its sample, dark in the west and bright in the east, red twice as bright as blue.
    ramp = np.linspace(200, 3000, 2500)[None, :] + np.random.default_rng(2).normal(0, 40, (1400, 2500))
    image = np.stack([ramp, ramp * 0.8, ramp * 0.5]).astype(np.uint16)
    pixels = _read(write(image, tiled=True, **PLACED))
    column = pixels.rgb.astype(float).mean(axis=1)
    gains = [
        np.polyfit(image[band].mean(axis=0)[300:2000], column[band][300:2000], 1)[0] for band in range(3)
    ]
    assert gains == pytest.approx([gains[0]] * 3, rel=0.02)
    low, high = np.percentile(pixels.rgb, [1, 99])
    assert (low, high) == pytest.approx((7, 193), abs=4)


def test_jpeg_2000_is_read(write, texture):
    if "jp2" not in raster_driver_extensions():
        pytest.skip("this GDAL was built without a JPEG 2000 driver")
    image = texture(64, 80)
    profile = {"driver": "JP2OpenJPEG", "quality": "100", "reversible": "YES", **PLACED}
    assert np.array_equal(_read(write(image, "image.jp2", **profile)).rgb, image)


def test_aerial_images_of_the_training_set_are_read_by_their_size(data_dir):
    path = next(iter(sorted((data_dir / "roads/massachusetts/val").glob("crop_*.webp"))))
    with rasterio.open(path) as dataset:
        stored = dataset.read()
    with open_raster(path, m_per_px=1.0, options=RasterOptions(source_m_per_px=1.0)) as reader:
        assert np.array_equal(reader.read(reader.grid.whole).rgb, stored)


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ((1, 2, 3), "has 1 band; band 2, 3 do not exist: use --bands 1."),
        ((0,), "band 0 does not exist: use --bands 1."),
        ((1, 1), "one band or three"),
    ],
)
def test_bands_that_do_not_exist_are_named(bands, message, write, texture):
    with pytest.raises(RasterError, match=message):
        _read(write(texture(9, 9)[:1], **PLACED), bands=bands)
