"""Which files of heights belong together: of the challenge, by city and mark; others, by their names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import RasterError
from engine.heights.challenge.files import ENDINGS, ImageFiles, list_images

ALL = "all"
"""Stands for the city of images that have none."""

_SUFFIXES = (".tif", ".tiff", ".vrt")
_IMAGE_SUFFIXES = (*_SUFFIXES, ".jp2", ".j2k", ".jpg", ".jpeg", ".png", ".webp")
_COLOUR = frozenset({"rgb", "image"})
_KINDS = _COLOUR | {
    *("agl", "ndsm", "ndhm", "ndom", "chm", "hag", "height", "heights"),
    *("pred", "predicted", "prediction", "truth", "gt"),
}
"""Parts of names that say what a file is, not of which place."""

_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class HeightFiles:
    """The files of one comparison.

    Attributes:
        name: Of the image.
        city: Images of one city are scored together.
        predicted: Raster of heights to judge.
        truth: Raster of heights to judge them by.
        views: The challenge's files of the predicted and the true view; None where rasters may say it.
        image: What the sensor saw, to be shown beside the heights.
        unit: "m" or "cm": of whole numbers in rasters that do not state it.
    """

    name: str
    city: str
    predicted: Path
    truth: Path
    views: tuple[Path, Path] | None = None
    image: Path | None = None
    unit: str | None = None

    @property
    def paths(self) -> list[Path]:
        """All files that there are."""
        return [self.predicted, self.truth, *(self.views or ()), *([self.image] if self.image else [])]


@dataclass(frozen=True, slots=True)
class HeightPairs:
    """What is to be compared.

    Attributes:
        files: Images that both sides have, in the order of their names.
        missing: Names and cities of images without a prediction.
        challenge: Whether a city that lacks a prediction scores 0.
    """

    files: list[HeightFiles]
    missing: Mapping[str, str]
    challenge: bool


def place_key(path: Path) -> str:
    """Return what the names of all rasters of one place share: the stem without words for their kind.

    >>> place_key(Path("TEAK_043_ndsm_0.5m.tif"))
    'TEAK_043_0.5m'
    """
    parts = re.split(r"([_\-])", path.stem)
    kept = [number for number in range(0, len(parts), 2) if parts[number].lower() not in _KINDS]
    # The first part that stays is written without the sign before it.
    return "".join((parts[number - 1] if place else "") + parts[number] for place, number in enumerate(kept))


def _is_colour(path: Path) -> bool:
    return not _COLOUR.isdisjoint(re.split(r"[_\-]", path.stem.lower()))


def _listed(names: Iterable[str]) -> str:
    """Name the first few, and count the rest."""
    ordered = sorted(names)
    more = len(ordered) - _NAMED_AT_MOST
    return ", ".join(ordered[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _files_of(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise RasterError(f"{folder} is no folder that can be read: name another one.") from error
    return [path for path in paths if path.suffix.lower() in suffixes and not path.name.startswith(".")]


def _is_challenge(folder: Path) -> bool:
    """Tell whether a folder holds views as the challenge names them; no other set of heights does."""
    return any(path.name.endswith(ENDINGS["VFLOW"]) for path in _files_of(folder, (".json",)))


def _by_key(paths: Iterable[Path]) -> dict[str, Path]:
    """Give each place its only raster.

    Raises:
        RasterError: A place has several.
    """
    found: dict[str, list[Path]] = {}
    for path in paths:
        found.setdefault(place_key(path), []).append(path)
    for key, several in found.items():
        if len(several) > 1:
            raise RasterError(
                f"{several[0].parent} has {len(several)} rasters for '{key}' "
                f"({_listed(path.name for path in several)}): keep one of them there, or name two files."
            )
    return {key: paths[0] for key, paths in found.items()}


def _heights_of(folder: Path) -> dict[str, Path]:
    """Find the rasters of heights; a name with ``rgb`` is an image's, if the place has another raster."""
    paths = _files_of(folder, _SUFFIXES)
    heights = {place_key(path) for path in paths if not _is_colour(path)}
    found = _by_key(path for path in paths if not _is_colour(path) or place_key(path) not in heights)
    if not found:
        raise RasterError(
            f"{folder} has no file with a name such as CITY_ID{ENDINGS['AGL']}, and no other raster "
            f"({', '.join(_SUFFIXES)}): name another folder."
        )
    return found


def _refuse_lone(predicted: Path, missing: Iterable[str], unknown: Iterable[str], *, challenge: bool) -> None:
    """Raise where the folders do not hold the same images."""
    price = ", though a city that lacks a prediction scores 0" if challenge else ""
    for names, what in (
        (list(missing), "has no prediction of"),
        (list(unknown), "has, without a truth to judge it by,"),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise RasterError(
                f"{predicted} {what} {names[0]}{more}: complete the folders, or pass over such images "
                f"(--paired-only){price}."
            )


def _challenge_image(files: ImageFiles, folder: Path | None) -> Path | None:
    """Find the image, beside the truth or in a folder of images."""
    places = [files.path("RGB")] + ([ImageFiles(files.name, folder).path("RGB")] if folder else [])
    return next((path for path in places if path.is_file()), None)


def _pair_challenge(predicted: Path, truth: Path, image: Path | None, *, paired_only: bool) -> HeightPairs:
    found, truths = (list_images(folder, "AGL", "VFLOW") for folder in (predicted, truth))
    missing = {name: files.city for name, files in truths.items() if name not in found}
    if not paired_only:
        _refuse_lone(predicted, missing, (name for name in found if name not in truths), challenge=True)
    pairs = [
        HeightFiles(
            name=name,
            city=files.city,
            predicted=found[name].path("AGL"),
            truth=files.path("AGL"),
            views=(found[name].path("VFLOW"), files.path("VFLOW")),
            image=_challenge_image(files, image),
        )
        for name, files in truths.items()
        if name in found
    ]
    return HeightPairs(pairs, missing, challenge=True)


def _images_of(folder: Path, *, beside_heights: bool) -> dict[str, Path]:
    paths = _files_of(folder, _IMAGE_SUFFIXES)
    return _by_key(path for path in paths if _is_colour(path) or not beside_heights)


def _pair_rasters(predicted: Path, truth: Path, image: Path | None, *, paired_only: bool) -> HeightPairs:
    found, truths = _heights_of(predicted), _heights_of(truth)
    missing = {name: ALL for name in sorted(truths) if name not in found}
    if not paired_only:
        _refuse_lone(predicted, missing, (name for name in found if name not in truths), challenge=False)
    images = _images_of(image or truth, beside_heights=image is None)
    pairs = [
        HeightFiles(name, ALL, found[name], truths[name], image=images.get(name))
        for name in sorted(truths)
        if name in found
    ]
    return HeightPairs(pairs, missing, challenge=False)


def _check_exists(path: Path) -> None:
    if not path.exists() and not path.as_posix().startswith("/vsi"):
        raise RasterError(f"{path} is no folder that can be read, and no file: check the path.")


def find_height_pairs(
    predicted: Path,
    truth: Path,
    *,
    image: Path | None = None,
    unit: str | None = None,
    paired_only: bool = False,
) -> HeightPairs:
    """Pair predicted heights with true ones: two rasters, or the rasters of two folders by their names.

    Folders with the challenge's views are read as the challenge's. In others, names are compared without
    words such as ``ndsm``, ``agl`` or ``pred``; rasters with ``rgb`` in their names are images.

    Args:
        predicted: Raster or folder to judge.
        truth: Raster or folder to judge by.
        image: Raster, or folder of them, to be shown beside the heights; those beside the truth when absent.
        unit: "m" or "cm": of whole numbers in rasters that do not state it.
        paired_only: Whether images that one folder lacks are passed over, not refused.

    Raises:
        RasterError: A path does not exist, a folder is given beside a file, or folders do not hold the same.
    """
    for path in filter(None, (predicted, truth, image)):
        _check_exists(path)
    given = [path for path in (predicted, truth, image) if path is not None]
    folders = [path for path in given if path.is_dir()]
    if not folders:
        single = HeightFiles(truth.stem, ALL, predicted, truth, image=image, unit=unit)
        return HeightPairs([single], {}, challenge=False)
    if len(folders) < len(given):
        lone = next(path for path in given if path not in folders)
        raise RasterError(
            f"{lone} is a file, but {folders[0]} is a folder: give files only, or folders only."
        )
    challenge = _is_challenge(predicted) or _is_challenge(truth)
    pairs = (_pair_challenge if challenge else _pair_rasters)(
        predicted, truth, image, paired_only=paired_only
    )
    if not pairs.files:
        raise RasterError(
            f"{predicted} and {truth} have no image in common: name the folders that belong together."
        )
    return replace(pairs, files=[replace(files, unit=unit) for files in pairs.files])
