"""The view in the ``DIM_….XML`` of Airbus products: Pléiades, Pléiades Neo, SPOT 6 and 7 (DIMAP version 2).

``INCIDENCE_ANGLE`` is at the target, ``VIEWING_ANGLE`` at the satellite. ``AZIMUTH_ANGLE`` has two meanings.
For Pléiades Neo and SPOT it is the azimuth from the target to the satellite. For Pléiades it is the azimuth
in which the image's rows follow each other on the ground, and the satellite's follows from the two components
of the incidence angle, in that direction and to the left of it:

    azimuth = AZIMUTH_ANGLE − atan2(tan INCIDENCE_ANGLE_ACROSS_TRACK, tan INCIDENCE_ANGLE_ALONG_TRACK)

(Pléiades imagery user guide.) Checked against the rational polynomials of the same products: eight Pléiades
images agree within 0.1° in azimuth and 0.02° in incidence; one of Pléiades Neo within 0.2° and 0.1°; one of
SPOT 6, near nadir, where azimuths turn by 60° across the image, within 10° and 0.5°. For other missions the
azimuth is left out.
"""

from collections.abc import Iterator, Mapping
from math import atan, atan2, degrees, hypot, radians, tan
from pathlib import Path, PureWindowsPath

from engine.heights.view_metadata.finding import Finding, UnusableError, checked_view
from engine.heights.view_metadata.side_files import Element, number, read_xml

_POINTING_AT_SATELLITE = {"PNEO", "S6", "S7"}
_ALONG_LINES = {"PHR"}

_SAME_ANGLE_DEG = 0.5
"""By how much the incidence angle and its two components may disagree: they are given to many digits."""


def _line_azimuth_to_satellite(angles: Mapping[str, float | None], source: str) -> tuple[float | None, str]:
    """Find the satellite's azimuth from that of the image's lines, or a note that says why not."""
    lines_deg, incidence_deg = angles.get("AZIMUTH_ANGLE"), angles.get("INCIDENCE_ANGLE")
    along_deg = angles.get("INCIDENCE_ANGLE_ALONG_TRACK")
    across_deg = angles.get("INCIDENCE_ANGLE_ACROSS_TRACK")
    if lines_deg is None or incidence_deg is None or along_deg is None or across_deg is None:
        return None, f"{source} lacks a part of the incidence angle, so that no azimuth follows."
    along, across = tan(radians(along_deg)), tan(radians(across_deg))
    if not abs(degrees(atan(hypot(along, across))) - incidence_deg) <= _SAME_ANGLE_DEG:
        return None, f"{source} has parts of the incidence angle that contradict it: no azimuth follows."
    return lines_deg - degrees(atan2(across, along)), ""


def _centre_angles(root: Element) -> dict[str, float | None] | None:
    """Return the acquisition angles at the image's centre; None where there are none."""
    places = root.findall("Geometric_Data/Use_Area/Located_Geometric_Values")
    central = [place for place in places if (place.findtext("LOCATION_TYPE") or "").strip() == "Center"]
    chosen = central if central else places if len(places) == 1 else []
    angles = chosen[0].find("Acquisition_Angles") if len(chosen) == 1 else None
    return None if angles is None else {each.tag: number(each.text) for each in angles}


def _names_raster(root: Element, raster: Path) -> bool:
    """Tell whether a product's list of files names this raster, whatever format it was converted to."""
    links = root.iterfind("Raster_Data/Data_Access/Data_Files/Data_File/DATA_FILE_PATH")
    stems = {PureWindowsPath(link.get("href", "")).stem.lower() for link in links}
    return raster.stem.lower() in stems


def _find_view(root: Element, source: str) -> Finding:
    profile = (root.findtext("Metadata_Identification/METADATA_PROFILE") or "").strip().upper()
    mission, _, level = profile.partition("_")
    if level == "MOSAIC":
        return Finding.nothing(f"{source} describes a mosaic, whose parts have different views.")
    angles = _centre_angles(root)
    if angles is None:
        return Finding.nothing(f"{source} has no acquisition angles of the image's centre.")
    note = ""
    if mission in _POINTING_AT_SATELLITE:
        azimuth_deg = angles.get("AZIMUTH_ANGLE")
    elif mission in _ALONG_LINES:
        azimuth_deg, note = _line_azimuth_to_satellite(angles, source)
    else:
        azimuth_deg = None
        note = (
            f"{source} is of a mission ({profile or '?'}) whose azimuth may mean two things: it is not "
            "used; give --azimuth-deg if you know it."
        )
    finding = checked_view(azimuth_deg, angles.get("INCIDENCE_ANGLE"), source)
    return Finding(finding.view, ((note,) if note else ()) + finding.notes)


def _candidates(raster: Path, beside: Mapping[str, Path]) -> Iterator[Path]:
    """List the metadata files whose names go with a raster's: ``DIM_X.XML`` with ``IMG_X_R1C1.TIF``."""
    name = raster.name.lower()
    if name.startswith("dim_") and name.endswith(".xml"):
        yield raster
    elif name.startswith("img_"):
        for other, path in beside.items():
            if other.startswith("dim_") and other.endswith(".xml") and name[4:].startswith(other[4:-4]):
                yield path


def read_side_files(raster: Path, beside: Mapping[str, Path]) -> Finding:
    """Find the view in the product's metadata that names a raster, or that the raster was opened by.

    Args:
        raster: Its path.
        beside: The files of its folder by lower-case names.
    """
    notes: list[str] = []
    for path in _candidates(raster, beside) if beside else ():
        try:
            root = read_xml(path)
        except UnusableError as error:
            notes.append(f"{path.name} {error}: it is not used.")
            continue
        if root.tag == "Dimap_Document" and (path == raster or _names_raster(root, raster)):
            finding = _find_view(root, f"DIMAP file {path.name}")
            return Finding(finding.view, (*notes, *finding.notes))
    return Finding(None, tuple(notes))
