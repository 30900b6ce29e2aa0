"""A recipe says all that it means, and nothing else."""

from pathlib import Path

import pytest

from training.config import Recipe, TrainingError
from training.recipe import read_recipe

CONFIGS = Path(__file__).resolve().parents[2] / "training" / "configs"
SOURCE = '[[sources]]\nkind = "masks"\npath = "a"\n'


def read(tmp_path: Path, text: str) -> Recipe:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return read_recipe(path)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("roads_*.toml")), ids=lambda path: path.stem)
def test_shipped_recipes_are_valid(path: Path) -> None:
    assert read_recipe(path).sources


def test_sat2graph_recipe_is_the_published_one() -> None:
    recipe = read_recipe(CONFIGS / "roads_sat2graph.toml")
    assert recipe.run.steps == 300_000
    assert (recipe.run.batch, recipe.run.crop_px) == (2, 352)
    assert (recipe.optimiser.rate, recipe.optimiser.halve_steps) == (1e-3, 50_000)
    weights = (recipe.loss.vertex, recipe.loss.edge, recipe.loss.vector, recipe.loss.road)
    assert weights == (1.0, 10.0, 1000.0, 0.1)
    shares = recipe.sampling
    assert (shares.uniform, shares.junctions, shares.parallels, shares.overpasses) == (0.2, 0.2, 0.2, 0.4)


def test_options_left_out_keep_their_defaults(tmp_path: Path) -> None:
    recipe = read(tmp_path, SOURCE + "[run]\nsteps = 5\nmax_minutes = 3\ndevices = 'auto'\n")
    assert recipe.run.steps == 5
    assert recipe.run.max_minutes == 3.0
    assert recipe.run.devices == "auto"
    assert recipe.loss == Recipe().loss


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\nstepps = 5\n" + SOURCE, "has no option stepps"),
        ("colour = 1\n" + SOURCE, "has no option colour"),
        ("[run]\nsteps = 'many'\n" + SOURCE, "run.steps is 'many'"),
        ("[run]\nsteps = true\n" + SOURCE, "run.steps is True"),
        ("[run]\ncrop_px = 100\n" + SOURCE, "multiple of 32"),
        ("[optimiser]\nschedule = 'up'\n" + SOURCE, "halving, cosine"),
        ("[augment]\nrescale = [1, 2, 3]\n" + SOURCE, "give 2"),
        ("[[sources]]\npath = 'a'\n", "lacks kind"),
        ("[[sources]]\nkind = 'masks'\nweight = 0\n", "names no source"),
        ("", "names no source"),
        ("run = 3\n", "must be a table"),
        ("[run\n", "not valid TOML"),
    ],
)
def test_faults_are_named_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_absent_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")
