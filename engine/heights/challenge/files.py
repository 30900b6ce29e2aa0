"""Files of the Overhead Geopose Challenge: three an image, named after its city and a mark.

``CITY_ID_RGB.j2k`` is the image, ``CITY_ID_AGL.tif`` its heights in whole centimetres, 65535 where unknown,
and ``CITY_ID_VFLOW.json`` its view, ``{"scale": pixels per centimetre, "angle": radians}``.
Centimetres exist in this module alone: metres and pixels per metre come out and go in.
"""

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from engine.atomic import atomic_path
from engine.errors import OutputError, RasterError
from engine.heights.pose import Pose
from engine.raster.source import open_dataset, reason

ENDINGS = {"RGB": "_RGB.j2k", "AGL": "_AGL.tif", "VFLOW": "_VFLOW.json"}
"""How the names of the three kinds of files end."""

UNKNOWN_CM = 65535
"""Stands for an unknown height."""

HIGHEST_M = (UNKNOWN_CM - 1) / 100.0
"""What the files can hold at most: 655.34 m."""

_CM_PER_M = 100.0
_NAME = re.compile(r"(?P<city>[^_]+)_.+")
_MOST_PX = 2**26
"""Images are held whole, several at a time: this is sixteen times what the challenge has."""

_MOST_VIEW_BYTES = 65536
_MOST_PX_PER_CM = 10.0
_MOST_ANGLE_RAD = 100.0
"""Sixteen turns: the files keep to one, and what is far beyond is no angle."""


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """The files of one image in one folder.

    Attributes:
        name: City and mark, such as ``JAX_bVgVHi``.
        folder: Where they are.
    """

    name: str
    folder: Path

    @property
    def city(self) -> str:
        """The name's first part."""
        return self.name.partition("_")[0]

    def path(self, kind: str) -> Path:
        """Return where the file of a kind of ``ENDINGS`` is, or would be."""
        return self.folder / f"{self.name}{ENDINGS[kind]}"


def list_images(folder: Path, *kinds: str) -> dict[str, ImageFiles]:
    """Find the images of a folder that have files of some kinds; other files are passed over.

    Args:
        folder: Where the files are.
        kinds: Of ``ENDINGS``: what each image needs.

    Returns:
        Images by their names, in the order of these.

    Raises:
        RasterError: There is no such folder, it has no such image, or one of the kinds is missing for some.
    """
    found = {kind: _names(folder, ENDINGS[kind]) for kind in kinds}
    names = sorted(set().union(*found.values()))
    wanted = " and ".join(f"CITY_ID{ENDINGS[kind]}" for kind in kinds)
    if not names:
        raise RasterError(f"{folder} has no file with a name such as {wanted}: name another folder.")
    missing = [f"{name}{ENDINGS[kind]}" for name in names for kind in kinds if name not in found[kind]]
    if missing:
        raise RasterError(
            f"{folder} lacks {_some(missing)}: each image needs {wanted}. Add the files, or take "
            "away what belongs to them."
        )
    return {name: ImageFiles(name, folder) for name in names}


def _names(folder: Path, ending: str) -> set[str]:
    """Name the images of a folder that have a file with an ending."""
    try:
        files = [path.name for path in folder.iterdir() if path.name.endswith(ending)]
    except OSError as error:
        raise RasterError(f"{folder} is no folder that can be read: name another one.") from error
    return {name.removesuffix(ending) for name in files if _NAME.fullmatch(name.removesuffix(ending))}


def _some(names: list[str]) -> str:
    """List names, many of them in short."""
    rest = len(names) - 3
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:3])} and {rest} more"


def read_heights(path: Path, *, shape: tuple[int, int] | None = None) -> NDArray[np.float32]:
    """Read the heights of an image.

    Args:
        path: A file of whole centimetres.
        shape: Rows and columns that it must have; others are refused before anything is read.

    Returns:
        (H, W) metres; NaN where unknown.

    Raises:
        RasterError: The file cannot be read, or holds something else.
    """
    with open_dataset(str(path)) as dataset:
        if dataset.count != 1 or dataset.dtypes[0] != "uint16":
            raise RasterError(
                f"{path} has {dataset.count} band(s) of {dataset.dtypes[0]}: the challenge's heights are one "
                f"band of uint16, whole centimetres with {UNKNOWN_CM} where unknown."
            )
        if shape is not None and shape != dataset.shape:
            raise RasterError(
                f"{path} has {dataset.height} × {dataset.width} px, not {shape[0]} × {shape[1]}: heights "
                "of the whole image in its full resolution are needed."
            )
        stored = _read(dataset, path)[0]
    height_m: NDArray[np.float32] = stored.astype(np.float32)
    height_m /= np.float32(_CM_PER_M)
    height_m[stored == UNKNOWN_CM] = np.nan
    return height_m


def write_heights(path: Path, height_m: NDArray[np.floating[Any]]) -> None:
    """Write the heights of an image, rounded to centimetres. Below the ground becomes the ground.

    Args:
        path: Where; an existing file is replaced when all is written.
        height_m: (H, W) metres; NaN where unknown.

    Raises:
        OutputError: The file cannot be written, or a height is more than it can hold.
    """
    known = ~np.isnan(height_m)
    rounded = np.rint(np.where(known, height_m, 0.0) * _CM_PER_M)
    if not (rounded < UNKNOWN_CM).all() or np.isneginf(rounded).any():
        highest_m = float(np.max(height_m, where=known, initial=0.0))
        raise OutputError(
            f"{path.name} would hold a height of {highest_m:.2f} m or an infinite one: the challenge's files "
            f"end at {HIGHEST_M} m. Mark such pixels as unknown (NaN), or correct them."
        )
    stored = np.where(known, rounded.clip(min=0.0), UNKNOWN_CM).astype(np.uint16)
    rows, cols = stored.shape
    profile = {"driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": "uint16"}
    with atomic_path(path) as draft, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            draft, "w", **profile, nodata=UNKNOWN_CM, compress="deflate", predictor=2
        ) as dataset:
            dataset.write(stored, 1)


def read_view(path: Path) -> Pose:
    """Read how an image is seen.

    Args:
        path: A JSON object with ``scale`` in pixels per centimetre and ``angle`` in radians.

    Raises:
        RasterError: The file cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_VIEW_BYTES + 1)
    except OSError as error:
        raise RasterError(f"{path} cannot be read ({error.strerror}): get a whole copy.") from error
    if len(text) > _MOST_VIEW_BYTES:
        raise RasterError(f"{path} is too large for the view of an image: two numbers are needed.")
    try:
        view = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RasterError(f"{path} is no JSON: get a whole copy.") from error
    if not isinstance(view, dict):
        raise RasterError(f'{path} is no JSON object such as {{"scale": 0.01, "angle": 1.5}}: correct it.')
    scale = _number(view, "scale", path, 0.0, _MOST_PX_PER_CM)
    return Pose(_number(view, "angle", path, -_MOST_ANGLE_RAD, _MOST_ANGLE_RAD), scale * _CM_PER_M)


def _number(view: Mapping[str, object], key: str, path: Path, least: float, most: float) -> float:
    value = view.get(key)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and isinstance(value, int | float) and least <= value <= most):
        found = f"{key!r} = {str(value)[:40]}" if key in view else f"no {key!r}"
        raise RasterError(f"{path} has {found}: a number from {least:g} to {most:g} is needed.")
    return float(value)


def write_view(path: Path, pose: Pose) -> None:
    """Write how an image is seen.

    Args:
        path: Where; an existing file is replaced when all is written.
        pose: In pixels per metre of the image's full resolution.

    Raises:
        OutputError: The file cannot be written.
    """
    view = {"scale": pose.scale_px_per_m / _CM_PER_M, "angle": pose.angle_rad}
    with atomic_path(path) as draft:
        draft.write_text(json.dumps(view) + "\n", encoding="utf-8")


def image_shape(path: Path) -> tuple[int, int]:
    """Return the rows and columns of an image in full resolution, without reading it.

    Raises:
        RasterError: The file cannot be opened, or holds no image of the challenge.
    """
    with open_dataset(str(path)) as dataset:
        _check_image(dataset, path)
        return dataset.height, dataset.width


def _check_image(dataset: Any, path: Path) -> None:
    """Refuse what is no image of the challenge, or too large to be held whole."""
    if dataset.count != 3 or set(dataset.dtypes) != {"uint8"}:
        raise RasterError(
            f"{path} has {dataset.count} band(s) of {dataset.dtypes[0]}: images of the challenge have "
            "three of uint8."
        )
    if dataset.height * dataset.width > _MOST_PX:
        raise RasterError(
            f"{path} has {dataset.height} × {dataset.width} px: images of the challenge have 2048 × 2048. "
            "Use plumbline heights, which takes rasters of any size."
        )


def read_rgb(path: Path, *, half: bool = False) -> NDArray[np.uint8]:
    """Read an image, or, three to four times as fast, its half resolution.

    JPEG 2000 holds the half resolution as a step on its way to the whole one, its pixels centred on even rows
    and columns. Where GDAL offers none, as for images of odd or few rows and columns, it is computed like it.

    Args:
        path: Three bands of 8 bits.
        half: Whether rows and columns are halved, odd numbers rounded up. The pose is then
            ``pose.rescaled(0.5)``.

    Returns:
        (3, H, W).

    Raises:
        RasterError: The file cannot be read, or holds something else.
    """
    with open_dataset(str(path)) as dataset:
        _check_image(dataset, path)
        stepped = half and 2 in dataset.overviews(1)
        shape = (ceil(dataset.height / 2), ceil(dataset.width / 2)) if stepped else dataset.shape
        rgb: NDArray[np.uint8] = _read(dataset, path, out_shape=(3, *shape))
    return _low_pass(rgb) if half and not stepped else rgb


def _low_pass(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Halve rows and columns; what is left is centred on even ones, as JPEG 2000's own half resolution is."""
    total = rgb.astype(np.uint16)
    for axis in (1, 2):
        margins = [(1, 1) if each == axis else (0, 0) for each in range(3)]
        lines = np.moveaxis(np.pad(total, margins, mode="edge"), axis, 0)
        total = np.moveaxis(lines[:-2:2] + 2 * lines[1:-1:2] + lines[2::2], 0, axis)
    halved: NDArray[np.uint8] = ((total + 8) // 16).astype(np.uint8)
    return halved


def _read(dataset: Any, path: Path, **how: Any) -> NDArray[Any]:
    """Read all bands."""
    try:
        values: NDArray[Any] = dataset.read(**how)
    except (RasterioError, ValueError, MemoryError) as error:
        raise RasterError(
            f"{path} cannot be read: {reason(error)}. The file is damaged or cut short: get a whole copy."
        ) from error
    return values
