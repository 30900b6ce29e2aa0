"""What Planet's ``…_metadata.json`` says of the view: nothing that could be used unasked.

``view_angle`` is the part of the satellite's angle off nadir across its track, without the part along it.
``satellite_azimuth`` is described as the angle from north to the satellite for PlanetScope, but as the
direction in which the spacecraft points for SkySat (Planet imagery product specifications). Planet's
unrectified scenes come with rational polynomials, which tell the view without doubt.
"""

from collections.abc import Mapping
from pathlib import Path

from engine.heights.view_metadata.finding import Finding, UnusableError
from engine.heights.view_metadata.side_files import number, read_json

_ENDING = "_metadata.json"


def read_side_files(raster: Path, beside: Mapping[str, Path]) -> Finding:
    """Say what the metadata of a Planet scene gives and why it is left to the user.

    Args:
        raster: Its path.
        beside: The files of its folder by lower-case names.
    """
    for name, path in beside.items():
        scene = name.removesuffix(_ENDING)
        if scene == name or not raster.stem.lower().startswith(f"{scene}_"):
            continue
        try:
            item = read_json(path)
        except UnusableError as error:
            return Finding.nothing(f"{path.name} {error}: it is not used.")
        properties = item.get("properties")
        if not (isinstance(properties, dict) and str(item.get("id", "")).lower() == scene):
            continue
        angle_deg = number(properties.get("view_angle"))
        azimuth_deg = number(properties.get("satellite_azimuth"))
        if angle_deg is not None or azimuth_deg is not None:
            return Finding.nothing(
                f"Planet metadata {path.name} has view_angle {angle_deg}° and satellite_azimuth "
                f"{azimuth_deg}°, which are not used: the first is only across the track, the second's "
                "direction differs between products. Give --off-nadir-deg and --azimuth-deg if you know them."
            )
    return Finding()
