"""Which files belong together: predictions, truths, images and masks of valid pixels, paired by name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import GraphError
from engine.roads.convert import READ_MASK_SUFFIXES
from engine.roads.formats import GROUND_SUFFIXES, PIXEL_SUFFIXES

_GRAPH_SUFFIXES = (*PIXEL_SUFFIXES, *GROUND_SUFFIXES, ".shp", ".fgb", ".gml", ".kml", ".sqlite")
"""What counts as a graph in a folder; a file that is named outright may be any vector file."""

_ENDING = re.compile(
    r"[_-](?:mask|roads?|graph|gt|truth|pred|prediction|output|refine|dense|valid)$", re.IGNORECASE
)
"""Words that say what a file is, not of which place."""

_MASK = re.compile(r"[_-]mask$", re.IGNORECASE)
_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class PairFiles:
    """The files of one comparison.

    Attributes:
        name: Of the place.
        predicted: Graph or road mask to judge.
        truth: Graph or road mask to judge it by.
        image: Raster of the place.
        valid: Mask raster; only where it is valid and not 0, roads are compared.
    """

    name: str
    predicted: Path
    truth: Path
    image: Path | None = None
    valid: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """All files that there are."""
        return [path for path in (self.predicted, self.truth, self.image, self.valid) if path is not None]


def pair_key(path: Path) -> str:
    """Return what the names of all files of one place share: the stem without words for their kind.

    >>> pair_key(Path("region_8_graph_gt.pickle"))
    'region_8'
    """
    key = path.stem
    while shorter := _ENDING.sub("", key):
        if shorter == key:
            break
        key = shorter
    return key


def _is_mask(path: Path) -> bool:
    return path.suffix.lower() in READ_MASK_SUFFIXES and _MASK.search(path.stem) is not None


def _is_road(path: Path) -> bool:
    return path.suffix.lower() in _GRAPH_SUFFIXES or _is_mask(path)


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in READ_MASK_SUFFIXES and not _is_mask(path)


def _is_raster(path: Path) -> bool:
    return path.suffix.lower() in READ_MASK_SUFFIXES


def _listed(names: Iterable[str]) -> str:
    """Name the first few, and count the rest."""
    ordered = sorted(names)
    more = len(ordered) - _NAMED_AT_MOST
    return ", ".join(ordered[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _check_exists(path: Path, what: str) -> None:
    if not path.exists() and not path.as_posix().startswith("/vsi"):
        raise GraphError(f"{path}, the {what}, does not exist: check the path.")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise GraphError(
            f"{path}, the {what}, is neither a file nor a folder: pipes and devices cannot be read, save "
            "what they give to a file."
        )


def _files_of(folder: Path) -> list[Path]:
    """List the files of a folder that are not hidden."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise GraphError(f"{folder} cannot be listed ({error}): check its permissions.") from error


def _by_key(files: Iterable[Path], what: str) -> dict[str, Path]:
    """Give each place its only file.

    Raises:
        GraphError: A place has several.
    """
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in files:
        found[pair_key(path)].append(path)
    for key, paths in found.items():
        if len(paths) > 1:
            names = _listed(path.name for path in paths)
            raise GraphError(
                f"{paths[0].parent} has {len(paths)} files for '{key}' as {what} ({names}): keep one of them "
                "there, or name two files instead of folders."
            )
    return {key: paths[0] for key, paths in found.items()}


def _roads_of(folder: Path, what: str) -> dict[str, Path]:
    """Find the graphs and road masks of a folder by key.

    Raises:
        GraphError: There are none, or several of one key.
    """
    roads = _by_key(filter(_is_road, _files_of(folder)), what)
    if not roads:
        raise GraphError(
            f"{folder} holds no {what}: give a folder of graphs ({', '.join(_GRAPH_SUFFIXES[:5])} …) or of "
            "road masks whose names end in _mask."
        )
    return roads


def _beside(folder: Path | None, what: str, *, masks: bool) -> dict[str, Path]:
    """Find the rasters of a folder by key; none where there is no folder."""
    if folder is None:
        return {}
    rasters = _by_key(filter(_is_raster if masks else _is_image, _files_of(folder)), what)
    if not rasters:
        raise GraphError(f"{folder} holds no {what}: give a folder of rasters.")
    return rasters


def _images_beside_masks(truths: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Find the images that road masks were drawn for, where both lie in one folder."""
    masks = {key for key, path in truths.items() if _is_mask(path)}
    return _by_key(
        (path for path in _files_of(folder) if _is_image(path) and pair_key(path) in masks), "image"
    )


def _check_complete(sides: Mapping[str, tuple[Path, set[str]]], wanted: set[str]) -> None:
    """Refuse folders in which files of a pair are missing.

    Args:
        sides: What is looked for, with its folder and the keys found in it.
        wanted: Keys that should be in all of them.
    """
    lacking = []
    for what, (folder, keys) in sides.items():
        if missing := wanted - keys:
            lacking.append(f"{len(missing)} of {len(wanted)} have no {what} in {folder} ({_listed(missing)})")
    if lacking:
        raise GraphError(
            f"The folders do not pair: {'; '.join(lacking)}. Add the files, or compare only what is complete "
            "(--paired-only)."
        )


def _pair_folders(
    predicted: Path, truth: Path, image: Path | None, valid: Path | None, *, paired_only: bool
) -> list[PairFiles]:
    predictions, truths = _roads_of(predicted, "prediction"), _roads_of(truth, "truth")
    images = _beside(image, "image", masks=False)
    valids = _beside(valid, "mask of valid pixels", masks=True)
    sides = {"prediction": (predicted, set(predictions)), "truth": (truth, set(truths))}
    if image is not None:
        sides["image"] = (image, set(images))
    if valid is not None:
        sides["mask of valid pixels"] = (valid, set(valids))
    if not paired_only:
        _check_complete(sides, set(predictions) | set(truths))
    names = set.intersection(*(keys for _, keys in sides.values()))
    if not names:
        raise GraphError(
            f"No name is in all folders: {predicted} has {_listed(predictions)}; {truth} has "
            f"{_listed(truths)}. Let the files of a pair share their names, up to words such as _mask or _gt."
        )
    if image is None:
        images = _images_beside_masks(truths, truth)
    return [
        PairFiles(name, predictions[name], truths[name], images.get(name), valids.get(name))
        for name in sorted(names)
    ]


def find_pairs(
    predicted: Path,
    truth: Path,
    *,
    image: Path | None = None,
    valid: Path | None = None,
    paired_only: bool = False,
) -> list[PairFiles]:
    """Pair predictions with truths: two files, or the files of two folders by their names.

    Names are compared up to words such as ``_mask``, ``_gt`` or ``_output_graph`` at their ends. In
    folders only graphs and rasters whose names end in ``_mask`` count as roads; sidecars and hidden
    files are passed over. Where truths are masks, rasters of the same name beside them are the images.

    Args:
        predicted: File or folder to judge.
        truth: File or folder to judge by.
        image: File, or folder with one raster for each pair.
        valid: Likewise, masks of the pixels that count.
        paired_only: Whether names that are not in all folders are passed over, not refused.

    Returns:
        The pairs in the order of their names.

    Raises:
        GraphError: A path does not exist, a folder is given beside a file, or names do not pair.
    """
    given = {"prediction": predicted, "truth": truth, "image": image, "mask of valid pixels": valid}
    paths = {what: path for what, path in given.items() if path is not None}
    for what, path in paths.items():
        _check_exists(path, what)
    folders = {what for what, path in paths.items() if path.is_dir()}
    if not folders:
        return [PairFiles(predicted.stem, predicted, truth, image, valid)]
    if files := paths.keys() - folders:
        a_file, a_folder = min(files), min(folders)
        raise GraphError(
            f"{paths[a_file]}, the {a_file}, is a file, but {paths[a_folder]}, the {a_folder}, is a folder: "
            "give files only, or folders only."
        )
    return _pair_folders(predicted, truth, image, valid, paired_only=paired_only)
