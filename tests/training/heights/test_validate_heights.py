"""Finished weights are judged on scenes that no run has seen, and on folders one by one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from engine.networks.card import WeightsCard
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.weights import save_weights
from training.__main__ import main
from training.config import TrainingError
from training.heights.config import HeightRecipe, HeightSource, HeightValidationOptions
from training.heights.sources import EXAM_SCENES, HELD_OUT_SCENES, render_heights
from training.heights.validate import judge_height_weights

VALIDATION = HeightValidationOptions(scenes=1, scene_px=96, m_per_px=(0.8, 1.0), off_nadir_deg=(20.0, 30.0))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Those of a tiny network that has learned nothing."""
    torch.manual_seed(2)
    network = CompactGeopose(
        CompactGeoposeConfig(
            stem=4, widths=(4, 4, 4, 4), blocks=(1, 1, 1), dilations=(1,), decoder=(4, 4, 4, 4), head=8
        )
    )
    path = tmp_path / "tiny.safetensors"
    save_weights(path, network, WeightsCard("tiny", "compact-geopose", 0.7))
    return path


def test_scenes_and_folders_have_figures_of_their_own(weights: Path, data_dir: Path) -> None:
    forest = HeightSource("rasters", "heights/neon_teak", names="TEAK_06*")
    recipe = HeightRecipe(validation=replace(VALIDATION, sources=(forest,)))
    figures = judge_height_weights(str(weights), recipe, data_dir, scenes=2)
    assert list(figures) == ["scenes", "heights/neon_teak"]
    assert {"height_r2", "flow_r2", "angle_median_deg", "trivial_height_r2"} <= set(figures["scenes"])
    assert {"unposed_height_r2", "unposed_trivial_height_rmse_m"} <= set(figures["heights/neon_teak"])


def test_judged_scenes_are_none_that_a_run_has_chosen_by() -> None:
    source = HeightSource("scenes", size_px=64)
    chosen, judged = (render_heights(first, source) for first in (EXAM_SCENES, HELD_OUT_SCENES))
    assert HELD_OUT_SCENES > EXAM_SCENES + 100_000
    assert not np.array_equal(chosen.rgb, judged.rgb)


def test_nothing_to_judge_by_is_said(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="nothing to judge by"):
        judge_height_weights(str(weights), HeightRecipe(validation=VALIDATION), tmp_path, scenes=0)


def test_the_command_prints_one_line_for_each(weights: Path, tmp_path: Path) -> None:
    config = tmp_path / "recipe.toml"
    config.write_text(
        '[[sources]]\nkind = "scenes"\n\n[validation]\nscene_px = 64\noff_nadir_deg = [20.0, 30.0]\n'
    )
    result = CliRunner().invoke(
        main, ["validate-heights", str(weights), "--config", str(config), "--scenes", "1"]
    )
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("scenes: ")]
    assert "height_r2=" in line
