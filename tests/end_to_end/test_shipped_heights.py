"""What the shipped weights see in a town that nobody has shown them."""

import json

import pytest
from click.testing import CliRunner

from engine.cli import main
from engine.heights.tags import HeightTags
from training.scenes.export import write_scene
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

OFF_NADIR_DEG = 25.0


def run(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("azimuth_deg", [70.0, 250.0])
def test_the_shipped_weights_see_how_high_a_town_is_and_from_where(tmp_path, azimuth_deg):
    """Bounds that are met with room: the figures of the weights are in their card."""
    town = SceneOptions(
        seed=2_000_777,
        height_px=640,
        width_px=640,
        m_per_px=0.5,
        off_nadir_deg=OFF_NADIR_DEG,
        view_azimuth_deg=azimuth_deg,
        built_up=0.6,
        dual_carriageway=False,
    )
    write_scene(render_scene(town), tmp_path)
    heights = tmp_path / "heights.tif"
    run("heights", tmp_path / "rgb.tif", heights, "--progress", "json")
    tags = HeightTags.read(heights)
    assert tags.weights == "heights-compact"
    assert (tags.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=20.0)
    assert tags.off_nadir_deg == pytest.approx(OFF_NADIR_DEG, abs=7.0)
    figures = json.loads(run("evaluate", "heights", heights, tmp_path / "height.tif", "--json"))
    assert figures["overall"]["height_r2"] > 0.5
    assert figures["overall"]["flow_r2"] > 0.5
