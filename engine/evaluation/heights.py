"""The job of ``plumbline evaluate heights``: two folders of the challenge's files in, figures out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError, RasterError
from engine.evaluation.measures.heights import (
    HeightSums,
    add_up,
    compare_heights,
    height_figures,
    overall_figures,
)
from engine.evaluation.results import HeightEvaluation
from engine.evaluation.workers import compare_all
from engine.heights.challenge import ImageFiles, list_images, read_heights, read_view
from engine.progress import Progress, Silent
from engine.version import VERSION


@dataclass(frozen=True, slots=True)
class _Pair:
    """The files of one image in both folders."""

    predicted: ImageFiles
    truth: ImageFiles


def _compare(pair: _Pair) -> HeightSums:
    """Read and compare one image; an error says which."""
    predicted, truth = pair.predicted, pair.truth
    try:
        truth_m = read_heights(truth.path("AGL"))
        predicted_m = read_heights(predicted.path("AGL"), shape=(truth_m.shape[0], truth_m.shape[1]))
        views = read_view(predicted.path("VFLOW")), read_view(truth.path("VFLOW"))
        return compare_heights(predicted_m, truth_m, *views)
    except EngineError as error:
        raise type(error)(f"{truth.name}: {error}") from error


def _refuse_lone(predicted: Path, missing: Sequence[str], unknown: Sequence[str]) -> None:
    """Raise where the folders do not hold the same images."""
    for names, what in ((missing, "has no prediction of"), (unknown, "has, without a truth to judge it by,")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise RasterError(
                f"{predicted} {what} {names[0]}{more}: complete the folders, or pass over such images "
                "(--paired-only), though a city that lacks a prediction scores 0."
            )


def _by_city(
    truths: Mapping[str, ImageFiles], sums: Mapping[str, HeightSums]
) -> dict[str, tuple[HeightSums, int]]:
    """Add up the images of each city, and count those that are missing."""
    names: dict[str, list[str]] = {}
    for name, files in truths.items():
        names.setdefault(files.city, []).append(name)
    return {
        city: (
            add_up(sums[name] for name in images if name in sums),
            sum(name not in sums for name in images),
        )
        for city, images in names.items()
    }


def evaluate_heights(
    predicted: Path,
    truth: Path,
    *,
    paired_only: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> HeightEvaluation:
    """Compare heights and views of images with the truth, as the Overhead Geopose Challenge does.

    Args:
        predicted: Folder of the challenge's heights and views.
        truth: Another.
        paired_only: Whether images that one folder lacks are passed over, not refused.
        jobs: Processes that work at the same time; one for each processor when absent.
        progress: Receives the state after each image.

    Raises:
        RasterError: A file is not usable, the folders do not hold the same images, or truth knows no height.
        Cancelled: The progress asked to stop.
    """
    found, truths = (list_images(folder, "AGL", "VFLOW") for folder in (predicted, truth))
    missing = [name for name in truths if name not in found]
    if not paired_only:
        _refuse_lone(predicted, missing, [name for name in found if name not in truths])
    pairs = [_Pair(found[name], files) for name, files in truths.items() if name in found]
    if not pairs:
        raise RasterError(
            f"{predicted} and {truth} have no image in common: name the folders that belong together."
        )
    names = [pair.truth.name for pair in pairs]
    sums = dict(zip(names, compare_all(_compare, pairs, jobs, progress or Silent()), strict=True))
    cities = _by_city(truths, sums)
    if not any(total.heights.count for total, _ in cities.values()):
        raise RasterError(
            f"{truth} knows the height of no pixel, so there is nothing to judge by: name another truth."
        )
    return HeightEvaluation(
        images={name: height_figures(each) for name, each in sums.items()},
        cities={city: height_figures(total, missing=lacks) for city, (total, lacks) in cities.items()},
        missing=missing,
        overall=overall_figures(cities),
        provenance={
            "version": VERSION,
            "operation": "evaluate heights",
            "predicted": str(predicted),
            "truth": str(truth),
            "paired_only": paired_only,
        },
    )
