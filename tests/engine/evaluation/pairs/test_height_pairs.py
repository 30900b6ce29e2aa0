"""Rasters of heights beside each other: paired by name, in metres, on one grid, whatever they come as."""

from dataclasses import replace
from math import nan
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import Resampling, reproject

from engine.errors import RasterError
from engine.evaluation.measures.heights import compare_blocks, height_figures
from engine.evaluation.pairs.compared_raster import open_heights
from engine.evaluation.pairs.height_alignment import open_pair
from engine.evaluation.pairs.height_files import HeightFiles, find_height_pairs, place_key
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
from engine.raster.grid import Grid

CRS = "EPSG:32633"
PLACE = Affine(0.5, 0.0, 500_000.0, 0.0, -0.5, 5_400_000.0)


def hills(rows=60, cols=80):
    """Smooth heights, so that moving them between grids changes little."""
    down, right = np.mgrid[0:rows, 0:cols]
    return (12 + 8 * np.sin(down / 9) * np.cos(right / 11)).astype(np.float32)


def write(path, heights, transform=PLACE, *, crs=CRS, unit=None, tags=None, mask=None, **profile):
    rows, cols = heights.shape
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=1,
            height=rows,
            width=cols,
            dtype=heights.dtype,
            crs=crs,
            transform=transform,
            **profile,
        ) as raster,
    ):
        raster.write(heights, 1)
        if unit:
            raster.units = [unit]
        if tags:
            raster.update_tags(**tags)
        if mask is not None:
            raster.write_mask(mask)
    return path


def compared(predicted, truth, *, unit=None, block_px=None):
    """Figures, note, and the pixels that were compared."""
    with open_pair(HeightFiles("place", "all", predicted, truth, unit=unit)) as opened:
        pair = opened if block_px is None else replace(opened, block_px=block_px)
        blocks = [(found, true) for _, found, true in pair.blocks()]
        return height_figures(compare_blocks(blocks, pair.views).sums), pair.note, blocks


@pytest.fixture
def truth(tmp_path):
    return write(tmp_path / "truth.tif", hills())


# Names.


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("TEAK_043_ndsm_0.5m.tif", "TEAK_043_0.5m"),
        ("TEAK_043_rgb_0.5m.tif", "TEAK_043_0.5m"),
        ("heights-north.tif", "north"),
        ("a_b-AGL.tif", "a_b"),
        ("agl.tif", ""),
    ],
)
def test_what_a_file_is_does_not_name_its_place(name, key):
    assert place_key(Path(name)) == key


@pytest.fixture
def folders(tmp_path):
    for folder in ("predicted", "truth"):
        (tmp_path / folder).mkdir()
    for place in ("north", "south"):
        write(tmp_path / "truth" / f"{place}_ndsm.tif", hills())
        write(tmp_path / "truth" / f"{place}_rgb.tif", hills())
        write(tmp_path / "predicted" / f"{place}_rgb.tif", hills())
        (tmp_path / "truth" / f"{place}_ndsm.tif.aux.xml").write_text("")
    return tmp_path / "predicted", tmp_path / "truth"


def test_rasters_of_folders_are_paired_by_place_and_images_lie_beside_them(folders):
    pairs = find_height_pairs(*folders)
    assert not pairs.challenge
    assert [(each.name, each.predicted.name, each.truth.name) for each in pairs.files] == [
        ("north", "north_rgb.tif", "north_ndsm.tif"),
        ("south", "south_rgb.tif", "south_ndsm.tif"),
    ]
    assert [each.image.name for each in pairs.files] == ["north_rgb.tif", "south_rgb.tif"]


def test_lone_rasters_are_named(folders):
    predicted, truth = folders
    (predicted / "north_rgb.tif").unlink()
    with pytest.raises(RasterError, match=r"has no prediction of north: .*--paired-only"):
        find_height_pairs(predicted, truth)
    pairs = find_height_pairs(predicted, truth, paired_only=True)
    assert (list(pairs.missing), [each.name for each in pairs.files]) == (["north"], ["south"])
    (truth / "south_ndsm.tif").unlink()
    (truth / "south_rgb.tif").unlink()
    with pytest.raises(RasterError, match="no image in common"):
        find_height_pairs(predicted, truth, paired_only=True)


def test_two_rasters_of_one_place_are_refused(folders):
    write(folders[0] / "north_agl.tif", hills())
    write(folders[0] / "north_chm.tif", hills())
    with pytest.raises(RasterError, match="2 rasters for 'north'"):
        find_height_pairs(*folders)


def test_a_file_beside_a_folder_is_refused(folders, truth):
    with pytest.raises(RasterError, match="files only, or folders only"):
        find_height_pairs(truth, folders[1])


# Units and unknown pixels.


@pytest.mark.parametrize(
    ("unit", "metres"), [("m", 1.0), ("cm", 0.01), ("Metre", 1.0), ("US survey foot", 1200 / 3937)]
)
def test_a_stated_unit_is_believed(tmp_path, unit, metres):
    path = write(tmp_path / "a.tif", np.full((4, 5), 100, dtype=np.uint16), unit=unit)
    with open_heights(path) as raster:
        assert raster.band.read(whole(raster)) == pytest.approx(np.full((4, 5), 100 * metres))


def whole(raster):
    return Grid.measured(PLACE, *raster.shape, None).whole


def test_scale_and_offset_are_applied(tmp_path):
    path = write(tmp_path / "a.tif", np.full((4, 5), 100, dtype=np.int16))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (-2.0,)
    with open_heights(path) as raster:
        assert raster.band.read(whole(raster)) == pytest.approx(np.full((4, 5), 8.0))


def test_whole_numbers_that_state_no_unit_are_not_guessed(tmp_path):
    path = write(tmp_path / "a.tif", np.full((4, 5), 100, dtype=np.uint16))
    with pytest.raises(RasterError, match="--unit m or --unit cm"), open_heights(path):
        pass
    for unit, height in (("m", 100.0), ("cm", 1.0)):
        with open_heights(path, unit) as raster:
            assert raster.band.read(whole(raster)) == pytest.approx(np.full((4, 5), height))
    canopy = write(tmp_path / "canopy.tif", np.full((4, 5), 23, dtype=np.uint8))
    with open_heights(canopy) as raster:
        assert raster.band.read(whole(raster)).max() == 23.0


def test_only_names_of_the_challenge_mean_centimetres(tmp_path):
    stored = np.array([[100, 65535]], dtype=np.uint16)
    with open_heights(write(tmp_path / "JAX_a_AGL.tif", stored)) as raster:
        assert np.array_equal(raster.band.read(whole(raster)), [[1.0, nan]], equal_nan=True)
    with pytest.raises(RasterError, match="--unit"), open_heights(write(tmp_path / "AGL.tif", stored)):
        pass


@pytest.mark.parametrize("how", ["nodata", "nan", "mask", "infinite"])
def test_unknown_pixels_are_unknown_however_they_are_marked(tmp_path, how, truth):
    heights, mask, profile = hills(), None, {}
    if how == "mask":
        heights[:10], mask = 50.0, np.full(heights.shape, 255, dtype=np.uint8)
        mask[:10] = 0
    else:
        heights[:10] = {"nodata": -9999.0, "nan": nan, "infinite": np.inf}[how]
        profile = {"nodata": -9999.0} if how == "nodata" else {}
    marked = write(tmp_path / "a.tif", heights, mask=mask, **profile)
    coarse = write(tmp_path / "b.tif", hills()[::4, ::4].copy(), PLACE @ Affine.scale(4))
    assert compared(truth, marked)[0]["height_rmse_m"] == 0.0
    found = compared(marked, truth)[0]
    assert found["unpredicted"] == pytest.approx(10 / 60)
    lost = hills()[:10]
    assert found["height_rmse_m"] == pytest.approx(np.sqrt((lost**2).sum() / hills().size), rel=1e-5)
    if how != "infinite":
        assert 0.1 < compared(marked, coarse)[0]["unpredicted"] < 0.2


@pytest.mark.parametrize("absurd", [-9999.0, 3.4e38, 4000.0])
def test_what_can_be_no_height_is_refused(tmp_path, truth, absurd):
    heights = hills()
    heights[3, 4] = absurd
    with pytest.raises(RasterError, match=r"heights above ground lie between.*-a_nodata"):
        compared(truth, write(tmp_path / "a.tif", heights))


# Grids.


def test_a_coarser_truth_is_compared_on_its_own_grid(tmp_path):
    fine = hills(64, 96)
    coarse = fine.reshape(16, 4, 24, 4).mean(axis=(1, 3))
    truth = write(tmp_path / "t.tif", coarse, PLACE @ Affine.scale(4))
    found, note, blocks = compared(write(tmp_path / "p.tif", fine), truth)
    assert blocks[0][0].shape == (16, 24)
    assert found["height_rmse_m"] < 1e-4
    assert note == "Compared on the truth's grid of 2 m; the prediction was averaged onto it."
    _, note, blocks = compared(truth, tmp_path / "p.tif")
    assert note == "Compared on the prediction's grid of 2 m; the truth was averaged onto it."
    assert blocks[0][0] == pytest.approx(blocks[0][1], abs=1e-4)


@pytest.mark.parametrize("transform", [PLACE, PLACE @ Affine.translation(-7, 12), PLACE @ Affine.rotation(0)])
def test_pixels_that_coincide_are_compared_as_they_are(tmp_path, truth, transform):
    heights = np.random.default_rng(0).random((60, 80)).astype(np.float32)
    rough = write(tmp_path / "rough.tif", heights)
    cut = heights[5:40, 3:70].copy()
    part = write(tmp_path / "part.tif", cut, PLACE @ Affine.translation(3, 5))
    for pair in ((rough, part), (part, rough)):
        found, note, blocks = compared(*pair)
        assert np.array_equal(blocks[0][0], cut)
        assert (found["height_rmse_m"], note) == (0.0, "")
    moved = write(tmp_path / "moved.tif", heights, transform)
    _, note, blocks = compared(moved, truth)
    assert note == ""
    assert blocks[0][0].size > 0


def test_another_system_and_a_turned_grid_change_little(tmp_path, truth):
    bounds = Grid.measured(PLACE, 60, 80, CRS).bounds.in_crs("EPSG:4326")
    transform = Affine(6.8e-6, 0.0, bounds.x_min, 0.0, -4.5e-6, bounds.y_max)
    for crs, place, shape in (
        ("EPSG:4326", transform, (64, 84)),
        (CRS, PLACE @ Affine.translation(20, -10) @ Affine.rotation(20), (70, 80)),
    ):
        moved = np.full(shape, -9999.0, dtype=np.float32)
        reproject(
            hills(),
            moved,
            src_transform=PLACE,
            src_crs=CRS,
            dst_transform=place,
            dst_crs=crs,
            dst_nodata=-9999.0,
            resampling=Resampling.bilinear,
        )
        path = write(tmp_path / "moved.tif", moved, place, crs=crs, nodata=-9999.0)
        found, note, _ = compared(truth, path)
        assert found["height_rmse_m"] < 0.1
        assert found["height_r2"] > 0.999
        assert "interpolated" in note


def test_nothing_is_asked_of_a_prediction_beyond_its_border(tmp_path):
    wide = np.full((40, 40), 5.0, dtype=np.float32)
    truth = write(tmp_path / "t.tif", wide, PLACE @ Affine.translation(-20, -20) @ Affine.scale(4))
    turned = PLACE @ Affine.translation(30, 0) @ Affine.rotation(30)
    predicted = write(tmp_path / "p.tif", np.full((60, 80), 5.0, dtype=np.float32), turned)
    found, _, blocks = compared(predicted, truth)
    assert found["unpredicted"] < 0.02
    compared_px = np.isfinite(blocks[0][1]).sum()
    assert compared_px == pytest.approx(60 * 80 / 16, rel=0.1)


def test_the_cut_into_blocks_changes_nothing(tmp_path):
    truth = write(tmp_path / "t.tif", hills(40, 50), PLACE @ Affine.translation(3.3, 5.7) @ Affine.scale(1.5))
    predicted = write(tmp_path / "p.tif", hills() * 0.9)
    expected = {name: value for name, value in compared(predicted, truth)[0].items() if value is not None}
    for block_px in (7, 16):
        found = compared(predicted, truth, block_px=block_px)[0]
        assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-5)


def test_rasters_without_a_place_are_compared_pixel_by_pixel(tmp_path):
    one = write(tmp_path / "a.tif", hills(), Affine.identity(), crs=None)
    assert compared(one, one)[0]["height_r2"] == 1.0
    other = write(tmp_path / "b.tif", hills(10, 10), Affine.identity(), crs=None)
    with pytest.raises(RasterError, match=r"60 × 80 px .* 10 × 10 px, and neither says where it lies"):
        compared(one, other)


def test_rasters_that_cannot_belong_together_are_refused(tmp_path, truth):
    far = write(tmp_path / "far.tif", hills(), PLACE @ Affine.translation(5000, 0))
    with pytest.raises(RasterError, match="no ground in common"):
        compared(far, truth)
    lost = write(tmp_path / "lost.tif", hills(), Affine.identity(), crs=None)
    for pair in ((lost, truth), (truth, lost)):
        with pytest.raises(RasterError, match=r"lost\.tif does not say where it lies"):
            compared(*pair)
    huge = write(tmp_path / "huge.tif", hills(3, 3), PLACE @ Affine.scale(1000))
    with pytest.raises(RasterError, match="1000 times smaller"):
        compared(truth, huge)


def test_what_is_no_raster_of_heights_is_refused(tmp_path, truth):
    with rasterio.open(
        tmp_path / "rgb.tif", "w", driver="GTiff", count=3, height=4, width=4, dtype="uint8"
    ) as raster:
        raster.write(np.zeros((3, 4, 4), dtype=np.uint8))
    with pytest.raises(RasterError, match=r"3 band\(s\) of uint8: heights are one band"):
        compared(truth, tmp_path / "rgb.tif")
    phase = write(tmp_path / "phase.tif", np.zeros((4, 4), dtype=np.complex64))
    with pytest.raises(RasterError, match="heights are one band"):
        compared(phase, truth)
    inches = write(tmp_path / "inches.tif", hills(), unit="inch")
    with pytest.raises(RasterError, match="units of 'inch'"):
        compared(inches, truth)


# Views.


def tagged(path, transform, azimuth_deg, *, shape=(60, 80)):
    grid = Grid.measured(transform, *shape, CRS)
    tags = HeightTags(Pose.from_view(azimuth_deg, 20.0, grid)).as_tags()
    return write(path, hills(*shape), transform, tags=tags)


def test_the_flow_is_compared_where_both_state_a_view(tmp_path, truth):
    predicted = tagged(tmp_path / "p.tif", PLACE, 75.0)
    found, note, _ = compared(predicted, tagged(tmp_path / "t.tif", PLACE, 70.0))
    assert found["angle_error_deg"] == pytest.approx(5.0)
    assert found["scale_error_px_per_m"] == pytest.approx(0.0, abs=1e-9)
    assert found["score"] == pytest.approx((found["height_r2"] + found["flow_r2"]) / 2)
    assert note == ""
    found, note, _ = compared(predicted, truth)
    assert found["flow_r2"] is None
    assert found["score"] == found["height_r2"] == 1.0
    assert note == "The flow is not compared, as the truth does not state a view."


def test_a_view_follows_its_raster_onto_another_grid(tmp_path):
    turned = PLACE @ Affine.translation(10, 5) @ Affine.rotation(50) @ Affine.scale(1.5)
    truth = tagged(tmp_path / "t.tif", turned, 70.0, shape=(30, 30))
    found, _, _ = compared(tagged(tmp_path / "p.tif", PLACE, 70.0), truth)
    assert found["angle_error_deg"] == pytest.approx(0.0, abs=0.01)
    assert found["scale_error_px_per_m"] == pytest.approx(0.0, abs=1e-4)
