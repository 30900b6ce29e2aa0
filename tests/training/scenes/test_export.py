"""Scenes as files that other programs open."""

from pathlib import Path

import fiona
import numpy as np
import pytest
import rasterio

from engine.errors import OutputError
from engine.heights.pose import view_of
from engine.heights.tags import HeightTags
from engine.raster.placement import find_source_grid
from training.scenes.export import run, write_scene
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

OPTIONS = SceneOptions(seed=5, height_px=260, width_px=300, off_nadir_deg=15.0, overpasses=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scene")
    write_scene(render_scene(OPTIONS), place)
    return place


def test_rasters_carry_the_picture_and_its_place(folder: Path) -> None:
    scene = render_scene(OPTIONS)
    for name, truth in (
        ("rgb", scene.rgb),
        ("height", scene.height_m[None]),
        ("occlusion", scene.occlusion[None]),
    ):
        with rasterio.open(folder / f"{name}.tif") as file:
            assert file.crs.to_epsg() == 32633
            assert file.transform == scene.transform
            assert (file.read() == truth).all()


def test_roads_lie_on_the_ground_of_the_raster_and_carry_levels(folder: Path) -> None:
    scene = render_scene(OPTIONS)
    with (
        fiona.open(folder / "truth.gpkg", layer="roads") as file,
        rasterio.open(folder / "rgb.tif") as raster,
    ):
        records = list(file)
        assert file.crs.to_epsg() == 32633
        left, bottom, right, top = raster.bounds
    points = np.concatenate([record.geometry["coordinates"] for record in records])
    assert points.shape[1] == 3
    assert (
        (points[:, :2] >= [left - 1e-6, bottom - 1e-6]) & (points[:, :2] <= [right + 1e-6, top + 1e-6])
    ).all()
    assert {record.properties["layer"] for record in records} == {0, 1}
    assert all(record.properties["bridge"] == (record.properties["layer"] == 1) for record in records)
    lengths = [
        np.hypot(*np.diff(np.array(r.geometry["coordinates"])[:, :2], axis=0).T).sum() for r in records
    ]
    assert sum(lengths) == pytest.approx(scene.graph.edge_lengths.sum(), rel=1e-6)


def test_buildings_carry_their_height(folder: Path) -> None:
    scene = render_scene(OPTIONS)
    with fiona.open(folder / "truth.gpkg", layer="buildings") as file:
        assert sorted(r.properties["height_m"] for r in file) == sorted(scene.footprint_heights_m.tolist())


def test_several_scenes_get_a_folder_each(tmp_path: Path) -> None:
    folders = run(tmp_path, seed=3, size_px=64, count=2)
    assert [f.name for f in folders] == ["scene_3", "scene_4"]
    assert all((f / "rgb.tif").is_file() for f in folders)


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_scene(render_scene(SceneOptions(height_px=32, width_px=32)), tmp_path / "file")


def test_heights_carry_the_view_that_they_were_seen_in(folder: Path) -> None:
    tags, scene = HeightTags.read(folder / "height.tif"), render_scene(OPTIONS)
    assert (tags.pose.angle_rad, tags.pose.scale_px_per_m) == (scene.angle_rad, scene.scale_px_per_m)
    with rasterio.open(folder / "height.tif") as file:
        grid = find_source_grid(file, "height.tif", None)
    azimuth_deg, off_nadir_deg = view_of(tags.pose, grid)
    assert azimuth_deg == pytest.approx(OPTIONS.view_azimuth_deg, abs=1.0)  # true north is not up
    assert off_nadir_deg == pytest.approx(15.0, abs=0.1)
