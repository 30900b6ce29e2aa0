"""The job of ``plumbline evaluate heights``: heights beside true ones in, figures, picture and report out."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.atomic import keep_inputs, writable_folder
from engine.errors import EngineError, OutputError, RasterError
from engine.evaluation.measures.height_profile import HeightProfile
from engine.evaluation.measures.heights import (
    HeightComparison,
    HeightSums,
    compare_blocks,
    height_figures,
    overall_figures,
)
from engine.evaluation.output.height_picture import write_height_picture
from engine.evaluation.output.height_report import write_height_report
from engine.evaluation.pairs.height_alignment import open_pair
from engine.evaluation.pairs.height_files import HeightFiles, HeightPairs, find_height_pairs
from engine.evaluation.results import HeightEvaluation
from engine.evaluation.workers import compare_each
from engine.progress import Progress, Silent
from engine.raster.source import list_files
from engine.version import VERSION

_NEAR_GROUND_M = 30.0
"""Some pixel of a scene shows ground or something low, unless heights are counted from the sea."""


@dataclass(frozen=True, slots=True)
class HeightOptions:
    """How to compare heights, and what to show beside them.

    Attributes:
        image: Raster, or folder of rasters, of what the sensor saw; those beside the truth when absent.
        unit: "m" or "cm": of whole numbers in rasters that do not state it.
        paired_only: Whether images that one folder lacks are passed over, not refused.
    """

    image: Path | None = None
    unit: str | None = None
    paired_only: bool = False


@dataclass(frozen=True, slots=True)
class HeightOutputs:
    """What to write besides the figures.

    Attributes:
        picture: PNG of all images together, with the worst and the median one.
        report: HTML page.
    """

    picture: Path | None = None
    report: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """Those that are wanted."""
        return [path for path in (self.picture, self.report) if path is not None]


def _compare(files: HeightFiles) -> tuple[HeightComparison, str]:
    """Read and compare one image, block by block; also say what there is to know about it."""
    with open_pair(files) as pair:
        found = compare_blocks(((predicted, truth) for _, predicted, truth in pair.blocks()), pair.views)
        return found, " ".join(filter(None, [pair.note, _suspicion(found.profile)]))


def _suspicion(profile: HeightProfile) -> str:
    """Ask whether heights are counted from the ground, where no pixel lies near it."""
    occupied = np.flatnonzero(profile.joint.counts.sum(axis=0))
    if occupied.size and profile.joint.edges_m[occupied[0]] >= _NEAR_GROUND_M:
        return (
            f"No true height is below {profile.joint.edges_m[occupied[0]]:.0f} m: are these heights above "
            "the ground, and not above the sea?"
        )
    return ""


def _compare_one(files: HeightFiles) -> tuple[HeightComparison, str]:
    """Compare one image of many; an error says which."""
    try:
        return _compare(files)
    except EngineError as error:
        raise type(error)(f"{files.name}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Found:
    """Errors of images and of cities, by their names."""

    images: Mapping[str, HeightSums]
    cities: Mapping[str, HeightComparison]
    notes: Mapping[str, str]


def _compare_pairs(pairs: HeightPairs, jobs: int | None, progress: Progress) -> _Found:
    """Compare all images; only the counts of cities are kept."""
    work = _compare_one if len(pairs.files) > 1 else _compare
    images: dict[str, HeightSums] = {}
    cities = {city: HeightComparison() for city in _cities(pairs)}
    notes: dict[str, str] = {}
    with closing(compare_each(work, pairs.files, jobs, progress)) as results:
        for files, (found, note) in zip(pairs.files, results, strict=True):
            images[files.name] = found.sums
            cities[files.city] = cities[files.city].plus(found)
            if note:
                notes[files.name] = note
    return _Found(images, cities, notes)


def _cities(pairs: HeightPairs) -> list[str]:
    """Name all cities, those without any prediction included, in their order."""
    return sorted({*(files.city for files in pairs.files), *pairs.missing.values()})


def _summarise(pairs: HeightPairs, found: _Found, provenance: Mapping[str, object]) -> HeightEvaluation:
    lacking = list(pairs.missing.values())
    lacks = {city: lacking.count(city) for city in found.cities}
    # Only the challenge lets a city pay for images that are not there.
    costs = {city: (each.sums, lacks[city] if pairs.challenge else 0) for city, each in found.cities.items()}
    counted = {city: {"missing": float(count)} for city, count in lacks.items()}
    return HeightEvaluation(
        images={name: height_figures(each) for name, each in found.images.items()},
        cities={
            city: height_figures(sums, missing=missing) | counted[city]
            for city, (sums, missing) in costs.items()
        },
        missing=list(pairs.missing),
        overall=overall_figures(costs) | {"missing": float(len(lacking))},
        profiles={city: each.profile for city, each in found.cities.items()},
        files={files.name: files for files in pairs.files},
        notes=found.notes,
        provenance=provenance,
    )


def _check_outputs(pairs: HeightPairs, outputs: HeightOutputs) -> None:
    """Refuse outputs that cannot be written before the work, not after."""
    for path, ending in ((outputs.picture, ".png"), (outputs.report, ".html")):
        if path is not None and path.suffix.lower() != ending:
            raise OutputError(f"{path.name} should end in {ending}: choose such a name.")
    read = [path for files in pairs.files for path in files.paths]
    if any(path.exists() for path in outputs.paths):
        # Virtual rasters are put together from others.
        read += [
            Path(part) for path in read if path.suffix.lower() == ".vrt" for part in list_files(str(path))
        ]
    for path in outputs.paths:
        writable_folder(path)
        if path.exists():
            keep_inputs(path, read)


def evaluate_heights(
    predicted: Path,
    truth: Path,
    options: HeightOptions | None = None,
    outputs: HeightOutputs | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> HeightEvaluation:
    """Compare heights and views with the truth, and write the picture and the report that are wanted.

    Folders of the Overhead Geopose Challenge are scored as it does. Other rasters may lie on different grids,
    and their flow is compared where both state a view.

    Args:
        predicted: Raster to judge, or a folder of them, paired with those of the other by name.
        truth: Raster to judge by, or a folder.
        options: How to compare.
        outputs: What to write.
        jobs: Processes that work at the same time; one for each processor when absent.
        progress: Receives the state after each image.

    Raises:
        RasterError: A file is not usable, the folders do not hold the same images, two rasters do not lie in
            one place, or truth knows no height.
        OutputError: A file cannot be written, or would replace an input.
        Cancelled: The progress asked to stop.
    """
    options, outputs = options or HeightOptions(), outputs or HeightOutputs()
    pairs = find_height_pairs(
        predicted, truth, image=options.image, unit=options.unit, paired_only=options.paired_only
    )
    _check_outputs(pairs, outputs)
    found = _compare_pairs(pairs, jobs, progress or Silent())
    if not any(each.heights.count for each in found.images.values()):
        raise RasterError(
            f"{truth} knows the height of no pixel of what is compared, so there is nothing to judge by: "
            "name another truth."
        )
    given = {"image": options.image and str(options.image), "unit": options.unit}
    provenance = {
        "version": VERSION,
        "operation": "evaluate heights",
        "predicted": str(predicted),
        "truth": str(truth),
        "paired_only": options.paired_only,
        **{name: value for name, value in given.items() if value},
    }
    evaluation = _summarise(pairs, found, provenance)
    if outputs.picture is not None:
        write_height_picture(outputs.picture, evaluation)
    if outputs.report is not None:
        write_height_report(outputs.report, evaluation)
    return evaluation
