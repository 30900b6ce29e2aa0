"""The view in a STAC item beside the raster it describes (View Geometry extension, versions 1.0 and 1.1).

``view:incidence_angle`` is the angle at the target between the vertical and the line to the satellite;
``view:off_nadir`` is at the satellite. ``view:azimuth`` is not used: its definition, "from the sub-satellite
point", points from the satellite to the scene, while catalogues fill in what their product calls the azimuth
of the satellite, which is 180° away.
"""

from collections.abc import Iterable, Mapping
from math import radians, sin
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.heights.view_metadata.finding import Finding, UnusableError, checked_view, converted_off_nadir
from engine.heights.view_metadata.side_files import number, read_json

_HIGHEST_RATIO = 1.26
"""Of the sines of the angles at target and satellite: 1 + altitude / radius, up to 1 650 km."""


def _file_name(href: Any) -> str:
    """Return the lower-case file name at the end of a link."""
    if not isinstance(href, str):
        return ""
    try:
        return unquote(urlsplit(href).path).replace("\\", "/").rpartition("/")[2].lower()
    except ValueError:
        return ""


def _fields(item: Mapping[str, Any], raster: Path) -> dict[str, Any] | None:
    """Return the item's properties, overruled by the asset's own; None where no asset is the raster."""
    assets, properties = item.get("assets"), item.get("properties")
    if not (item.get("type") == "Feature" and isinstance(assets, dict) and isinstance(properties, dict)):
        return None
    for asset in assets.values():
        if isinstance(asset, dict) and _file_name(asset.get("href")) == raster.name.lower():
            return properties | asset
    return None


def _plausible(at_target_deg: float, at_satellite_deg: float | None) -> bool:
    """Tell whether two angles can be of one line of sight: some catalogues write the grazing angle."""
    if at_satellite_deg is None:
        return True
    at_target, at_satellite = sin(radians(at_target_deg)), sin(radians(at_satellite_deg))
    return at_satellite - 0.01 <= at_target <= _HIGHEST_RATIO * at_satellite + 0.01


def _find_view(fields: Mapping[str, Any], source: str) -> Finding:
    incidence_deg = number(fields.get("view:incidence_angle"))
    at_satellite_deg = number(fields.get("view:off_nadir"))
    azimuth_deg = number(fields.get("view:azimuth"))
    notes: list[str] = []
    if azimuth_deg is not None:
        notes.append(
            f"{source} has view:azimuth {azimuth_deg:g}°, which is not used: catalogues differ in its "
            f"direction. Give --azimuth-deg {azimuth_deg % 360:g} if it points from the scene to the "
            f"satellite, {(azimuth_deg + 180) % 360:g} if from below the satellite to the scene."
        )
    if incidence_deg is not None and not _plausible(incidence_deg, at_satellite_deg):
        notes.append(
            f"{source} has view:incidence_angle {incidence_deg:g}°, which contradicts view:off_nadir "
            f"{at_satellite_deg:g}°: it is not used."
        )
        incidence_deg = None
    if incidence_deg is None and at_satellite_deg is not None:
        satellite = fields.get("platform")
        incidence_deg, note = converted_off_nadir(at_satellite_deg, str(satellite or "")[:40], source)
        notes.append(note)
    finding = checked_view(None, incidence_deg, source)
    return Finding(finding.view, (*notes, *finding.notes))


def _candidates(raster: Path) -> Iterable[str]:
    stem, name = raster.stem.lower(), raster.name.lower()
    own = (f"{stem}.json", f"{stem}.stac.json", f"{stem}_stac.json", f"{name}.json")
    return (*own, "item.json", "stac.json")


def read_side_files(raster: Path, beside: Mapping[str, Path]) -> Finding:
    """Find the view in the STAC item that has the raster among its assets.

    Args:
        raster: Its path.
        beside: The files of its folder by lower-case names.
    """
    notes: list[str] = []
    for name in _candidates(raster):
        path = beside.get(name)
        if path is None:
            continue
        try:
            fields = _fields(read_json(path), raster)
        except UnusableError as error:
            notes.append(f"{path.name} {error}: it is not used.")
            continue
        if fields is not None:
            finding = _find_view(fields, f"STAC item {path.name}")
            return Finding(finding.view, (*notes, *finding.notes))
    return Finding(None, tuple(notes))
