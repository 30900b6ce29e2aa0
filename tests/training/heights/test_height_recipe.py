"""A recipe for heights says all that it means, and nothing else."""

from pathlib import Path

import pytest

from training.config import TrainingError
from training.heights.config import HeightRecipe
from training.heights.recipe import read_height_recipe

CONFIGS = Path(__file__).resolve().parents[3] / "training" / "configs"
SOURCE = '[[sources]]\nkind = "scenes"\n'


def read(tmp_path: Path, text: str) -> HeightRecipe:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return read_height_recipe(path)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("heights_*.toml")), ids=lambda path: path.stem)
def test_shipped_recipes_are_valid_and_judge_what_they_do_not_learn(path: Path) -> None:
    recipe = read_height_recipe(path)
    assert recipe.network.name in ("compact-geopose", "geopose")
    learned = {(source.path, source.names) for source in recipe.sources}
    assert not learned & {(source.path, source.names) for source in recipe.validation.sources}


def test_defaults_are_those_of_the_dataclasses(tmp_path: Path) -> None:
    recipe = read(tmp_path, SOURCE)
    published = recipe.loss
    weights = (published.height, published.magnitude, published.direction, published.scale)
    assert (weights, published.errors) == ((1.0, 2.0, 10.0, 10.0), "squared")
    assert recipe.augment == HeightRecipe().augment
    assert recipe.validation == HeightRecipe().validation


def test_sections_within_sections_are_read(tmp_path: Path) -> None:
    recipe = read(
        tmp_path,
        SOURCE
        + "m_per_px = [1, 2]\n[augment.colours]\ngamma = 0.5\n"
        + '[[validation.sources]]\nkind = "challenge"\npath = "a"\nreduce = 2\n',
    )
    assert recipe.sources[0].m_per_px == (1.0, 2.0)
    assert recipe.augment.colours.gamma == 0.5
    assert (recipe.validation.sources[0].kind, recipe.validation.sources[0].reduce) == ("challenge", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no source"),
        (SOURCE + "colour = 1\n", "has no option colour"),
        (SOURCE + "[network]\nname = 'compact'\n", "network.name is 'compact'"),
        (SOURCE + "m_per_px = [1.0, 0.5]\n", r"sources\[0\] has m_per_px = \[1.0, 0.5\]"),
        (SOURCE + "m_per_px = [0.0, 0.5]\n", "m_per_px"),
        (SOURCE + "off_nadir_deg = [-5.0, 5.0]\n", "off_nadir_deg"),
        (SOURCE + "off_nadir_deg = [0.0, 70.0]\n", "60° is the most"),
        (SOURCE + "pool = 0\n", "too small"),
        (SOURCE + "weight = -1.0\n" + SOURCE + "weight = 2.0\n", "too small"),
        ("[[sources]]\nkind = 'rasters'\n", "lacks path"),
        (SOURCE + "[augment]\nrescale = [1.4, 0.7]\n", "rescales by 1.4 to 0.7"),
        (SOURCE + "[loss]\nerrors = 'cubed'\n", "loss.errors is 'cubed'"),
        (SOURCE + "[[validation.sources]]\nkind = 'scenes'\n", "give their number as scenes"),
        (SOURCE + "[validation]\nscenes = -1\n", "-1 scenes"),
    ],
)
def test_nonsense_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=message):
        read(tmp_path, text)
