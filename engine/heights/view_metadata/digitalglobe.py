"""The view in the support files of DigitalGlobe and Maxar products: ``.IMD`` text, or ``.XML``.

The group of each image names ``meanSatAz``, the azimuth from the target to the satellite, and ``meanSatEl``,
the satellite's elevation above the horizon, both as seen from the target and as means over the image (Imagery
Support Data documentation, chapter on the image metadata file). ``meanOffNadirViewAngle`` is measured at the
satellite and serves only where the elevation is missing. QuickBird's early files write the names without
``mean``. GDAL hands the same groups over as tags of the domain ``IMD``.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.heights.view_metadata.finding import Finding, UnusableError, checked_view, converted_off_nadir
from engine.heights.view_metadata.side_files import number, read_text, read_xml

_SAME_VIEW = 0.02
"""Tangents, about a degree: images of one strip differ by less, images of different passes by more."""

_TILE = re.compile(r"^(?:(?P<before>.+?)[-_])?r\d+c\d+(?P<after>(?:[-_.].*)?)$")
"""A product's tiles, ``…-M1BS_R1C2-…_P001.TIF`` or ``R1C2.TIF``, share one file of metadata."""

Fields = Mapping[str, str]
"""Values by lower-case names, of one image."""


def _azimuth(fields: Fields) -> float | None:
    return number(fields.get("meansataz", fields.get("sataz")))


def _off_nadir(fields: Fields, source: str) -> tuple[float | None, tuple[str, ...]]:
    """Find the angle at the target of one image, with a note where it had to be converted."""
    elevation_deg = number(fields.get("meansatel", fields.get("satel")))
    if elevation_deg is not None:
        return 90.0 - elevation_deg, ()
    at_satellite_deg = number(fields.get("meanoffnadirviewangle", fields.get("offnadirviewangle")))
    if at_satellite_deg is None:
        return None, ()
    off_nadir_deg, note = converted_off_nadir(at_satellite_deg, fields.get("satid", ""), source)
    return off_nadir_deg, (note,)


def _image_finding(fields: Fields, source: str) -> Finding:
    off_nadir_deg, notes = _off_nadir(fields, source)
    finding = checked_view(_azimuth(fields), off_nadir_deg, source)
    return Finding(finding.view, notes + finding.notes)


def view_of_images(images: Iterable[Fields], source: str) -> Finding:
    """Find the view that all images of a product share.

    Args:
        images: The fields of each image's group.
        source: For messages.

    Returns:
        The first image's view; none where images of a mosaic were seen from different places.
    """
    findings = [_image_finding(fields, source) for fields in images]
    notes = tuple(note for finding in findings for note in finding.notes)
    views = [finding.view for finding in findings if finding.view is not None]
    if not views:
        return Finding(None, notes)
    if len(views) > 1 and any(views[0].differs(view) > _SAME_VIEW for view in views[1:]):
        return Finding(
            None,
            (*notes, f"{source} describes {len(views)} images with different views: none is the raster's."),
        )
    return Finding(views[0], notes)


def parse_imd(text: str) -> list[dict[str, str]]:
    """Read the groups of images of an IMD file: ``name = value;`` between BEGIN_GROUP and END_GROUP.

    Args:
        text: The file's.

    Returns:
        Fields of each group named ``IMAGE_1``, ``IMAGE_2`` …
    """
    images: dict[str, dict[str, str]] = {}
    group = ""
    for line in text.splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals:
            continue
        if name.upper() == "BEGIN_GROUP":
            group = value.rstrip(";").upper()
        elif name.upper() == "END_GROUP":
            group = ""
        elif group.startswith("IMAGE"):
            images.setdefault(group, {})[name.lower()] = value.rstrip("; ").strip('"')
    return list(images.values())


def read_tags(tags: Mapping[str, str], source: str) -> Finding:
    """Find the view in GDAL's metadata domain ``IMD``, whose names are ``IMAGE_1.meanSatAz`` or the like.

    Args:
        tags: Of the domain.
        source: For messages.
    """
    images: dict[str, dict[str, str]] = {}
    for key, value in tags.items():
        group, _, name = key.rpartition(".")
        if group.upper().startswith("IMAGE"):
            images.setdefault(group, {})[name.lower()] = value.strip('"')
    return view_of_images(images.values(), source)


def _read_imd(path: Path) -> Finding:
    return view_of_images(parse_imd(read_text(path)), f"IMD file {path.name}")


def _read_isd(path: Path) -> Finding:
    root: Any = read_xml(path)
    if root.tag.lower() != "isd":
        return Finding()
    images = [
        {field.tag.lower(): (field.text or "").strip() for field in image}
        for image in root.iterfind("IMD/IMAGE")
    ]
    return view_of_images(images, f"metadata file {path.name}")


def _stems(stem: str, beside: Mapping[str, Path]) -> list[str]:
    """List the names, lower-case and without ending, that a raster's metadata may have."""
    tile = _TILE.match(stem)
    if tile is None:
        return [stem]
    before, after = tile["before"] or "", tile["after"]
    files = [name[:-4] for name in beside if name.endswith(".imd")]
    alone = [name for name in files if len(files) == 1 and name.startswith(before)]
    return [stem, *([before + after] if before else []), *alone]


def read_side_files(raster: Path, beside: Mapping[str, Path]) -> Finding:
    """Find the view in the IMD or XML file of a raster.

    Args:
        raster: Its path.
        beside: The files of its folder by lower-case names.

    Returns:
        The first file's finding that has a view; else all notes.
    """
    notes: list[str] = []
    for stem in _stems(raster.stem.lower(), beside):
        for ending, read in ((".imd", _read_imd), (".xml", _read_isd)):
            path = beside.get(stem + ending)
            if path is None:
                continue
            try:
                finding = read(path)
            except UnusableError as error:
                finding = Finding.nothing(f"{path.name} {error}: it is not used.")
            if finding.view is not None:
                return Finding(finding.view, (*notes, *finding.notes))
            notes.extend(finding.notes)
    return Finding(None, tuple(dict.fromkeys(notes)))
