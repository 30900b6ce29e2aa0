"""Read the recipe of a network for heights from a TOML file that may hold nothing else."""

from pathlib import Path

from training.config import TrainingError
from training.heights.config import HeightRecipe, HeightSource, HeightValidationOptions
from training.recipe import read_toml_recipe


def _check_source(source: HeightSource, where: str) -> None:
    """Refuse a source from which nothing could be drawn."""
    ranges = {"m_per_px": (source.m_per_px, 0.0), "off_nadir_deg": (source.off_nadir_deg, -1e-9)}
    for name, ((least, greatest), above) in ranges.items():
        if not above < least <= greatest:
            raise TrainingError(
                f"{where} has {name} = [{least}, {greatest}]: give the lesser first, positive."
            )
    if source.off_nadir_deg[1] > 60.0:
        raise TrainingError(f"{where} is seen up to {source.off_nadir_deg[1]}° off nadir: 60° is the most.")
    if min(source.pool, source.size_px, source.refresh_steps, source.reduce) < 1 or source.weight < 0.0:
        raise TrainingError(f"{where} has a number that is too small: give sizes from 1 and weights from 0.")
    if source.kind != "scenes" and not source.path:
        raise TrainingError(f"{where} of kind {source.kind!r} lacks path: name a folder.")


def _check_validation(options: HeightValidationOptions, where: str) -> None:
    """Refuse images that could not be judged."""
    scenes = HeightSource(
        "scenes", size_px=options.scene_px, m_per_px=options.m_per_px, off_nadir_deg=options.off_nadir_deg
    )
    _check_source(scenes, where)
    if options.scenes < 0:
        raise TrainingError(f"{where} asks for {options.scenes} scenes: give 0 or more.")
    for place, source in enumerate(options.sources):
        _check_source(source, f"{where}.sources[{place}]")
        if source.kind == "scenes":
            raise TrainingError(f"{where}.sources[{place}] is of kind 'scenes': give their number as scenes.")


def read_height_recipe(path: Path) -> HeightRecipe:
    """Read a recipe for heights.

    Args:
        path: TOML file with the sections of ``HeightRecipe``.

    Raises:
        TrainingError: The file cannot be read, is no TOML, or says something unknown or impossible.
    """
    recipe = read_toml_recipe(path, HeightRecipe)
    for place, source in enumerate(recipe.sources):
        _check_source(source, f"{path.name}.sources[{place}]")
    _check_validation(recipe.validation, f"{path.name}.validation")
    least, greatest = recipe.augment.rescale
    if not 0.0 < least <= greatest:
        raise TrainingError(f"{path.name} rescales by {least} to {greatest}: give the lesser first, above 0.")
    return recipe
