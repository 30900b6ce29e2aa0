"""Where a sensor stood, as a file's metadata says it, and the checks that every source goes through."""

from cmath import rect
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, degrees, isfinite, nan, radians, sin, tan
from typing import Self

from engine.heights.pose import Pose

_EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid."""

_ALTITUDES_M = {"WV1": 496e3, "WV2": 770e3, "WV3": 617e3, "WV4": 617e3}
"""Orbits that stayed as they were: QuickBird's and GeoEye-1's were changed during their lives."""

_USUAL_ALTITUDE_M = 600e3
"""For other satellites, which fly at 450 to 770 km: 30° at the satellite are 33.2° ± 0.9° at the target."""

_GRAZING_DEG = 80.0
"""No optical product is taken so obliquely: a larger angle is an elevation in the wrong field, or a slip."""


_CONTRADICTION = 0.1
"""Metres of lean per metre of height, near 5°, by which a second source may differ before a note says so."""


class UnusableError(Exception):
    """A source will not be used; the text says why, to follow its name. Caught by every format's reader."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the sensor stood, seen from the target. Either part may be unknown.

    Attributes:
        azimuth_deg: Clockwise from true north, from the target to the sensor, 0 to below 360.
        off_nadir_deg: Angle at the target between the vertical and the line to the sensor, 0 to below 90.
        source: Who said so, for the log and for tags: ``options``, or ``IMD file X.IMD``.
        pose: Of the raster's own pixels, where its sensor's model gives it: an image in raw sensor
            geometry, whose rows and columns no map projection ties to north. Better than the angles there;
            None wherever the angles and the raster's grid say it all.
    """

    azimuth_deg: float | None
    off_nadir_deg: float | None
    source: str
    pose: Pose | None = None

    @property
    def whole(self) -> bool:
        """Whether both parts are known."""
        return self.azimuth_deg is not None and self.off_nadir_deg is not None

    def differs(self, other: "View") -> float:
        """Return how far two views' leans lie apart, in metres along the ground per metre of height.

        Unlike angles this is steady near nadir, where an azimuth says little. Unknown parts count as 0.
        """
        return abs(_lean(self) - _lean(other))

    def completed_by(self, other: "View") -> "View":
        """Return this view with the parts it lacks taken from a less trusted one.

        Its source then names both. A sensor model's pose is taken over only as a whole: a part that somebody
        knows better contradicts it.
        """
        takes_azimuth = self.azimuth_deg is None and other.azimuth_deg is not None
        takes_off_nadir = self.off_nadir_deg is None and other.off_nadir_deg is not None
        if not (takes_azimuth or takes_off_nadir):
            return self
        if self.azimuth_deg is None and self.off_nadir_deg is None:
            return View(other.azimuth_deg, other.off_nadir_deg, other.source, self.pose or other.pose)
        return View(
            azimuth_deg=other.azimuth_deg if takes_azimuth else self.azimuth_deg,
            off_nadir_deg=other.off_nadir_deg if takes_off_nadir else self.off_nadir_deg,
            source=f"{self.source}; {'azimuth' if takes_azimuth else 'off-nadir'} of {other.source}",
            pose=self.pose,
        )


def _lean(view: View) -> complex:
    """Return the metres north (real) and east (imaginary) per metre up of the line to the sensor."""
    return rect(tan(radians(view.off_nadir_deg or 0.0)), radians(view.azimuth_deg or 0.0))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source says, and what a reader of the log should know about it.

    Attributes:
        view: None where nothing usable is said.
        notes: Sentences on what was found and not used, or used with a doubt.
    """

    view: View | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, *notes: str) -> Self:
        """Return the finding that there is no view."""
        return cls(None, notes)


def merge(findings: Iterable[Finding]) -> Finding:
    """Put findings together: each part of the view from the first source that has it.

    Args:
        findings: The most trusted first.

    Returns:
        All notes, and one more where a whole view contradicts a more trusted one.
    """
    view: View | None = None
    notes: list[str] = []
    for finding in findings:
        notes.extend(finding.notes)
        if view is None or finding.view is None:
            view = view or finding.view
            continue
        if view.whole and finding.view.whole and view.differs(finding.view) > _CONTRADICTION:
            notes.append(f"{_described(finding.view)} contradicts {_described(view)}, which is used.")
        view = view.completed_by(finding.view)
    return Finding(view, tuple(notes))


def _described(view: View) -> str:
    return f"{view.source} (azimuth {view.azimuth_deg:.1f}°, {view.off_nadir_deg:.1f}° off nadir)"


def checked_view(azimuth_deg: float | None, off_nadir_deg: float | None, source: str) -> Finding:
    """Make a finding of angles as a file gives them; absurd ones are left out with a note.

    Args:
        azimuth_deg: From the target to the sensor; between −360 and 360, as files write it.
        off_nadir_deg: At the target.
        source: Name of the file and its format.
    """
    notes = []
    if azimuth_deg is not None and not (isfinite(azimuth_deg) and abs(azimuth_deg) <= 360.0):
        notes.append(f"{source} gives an azimuth of {azimuth_deg}°, which cannot be: it is not used.")
        azimuth_deg = None
    if off_nadir_deg is not None and not 0.0 <= off_nadir_deg <= _GRAZING_DEG:
        notes.append(
            f"{source} gives {off_nadir_deg:g}° off nadir at the target, which no image has: it is not used."
        )
        off_nadir_deg = None
    if azimuth_deg is None and off_nadir_deg is None:
        return Finding(None, tuple(notes))
    azimuth_deg = None if azimuth_deg is None else azimuth_deg % 360.0 % 360.0
    return Finding(View(azimuth_deg, off_nadir_deg, source), tuple(notes))


def off_nadir_at_target(at_satellite_deg: float, altitude_m: float) -> float:
    """Turn the angle off nadir at the satellite into the one at the target, which is larger.

    In the triangle of the Earth's centre, the satellite and the target, sides are as the sines of the
    opposite angles: sin(target) = (1 + altitude / radius) · sin(satellite), on a ball.

    Args:
        at_satellite_deg: At least 0.
        altitude_m: Of the satellite above the ground.

    Returns:
        Degrees; NaN where the line of sight misses the Earth.
    """
    sine = (1.0 + altitude_m / _EARTH_RADIUS_M) * sin(radians(at_satellite_deg))
    return degrees(asin(sine)) if abs(sine) <= 1.0 else nan


def converted_off_nadir(at_satellite_deg: float, satellite: str, source: str) -> tuple[float | None, str]:
    """Turn an angle off nadir at the satellite into the one at the target, by the satellite's name.

    Args:
        at_satellite_deg: As the source gives it.
        satellite: Its name or short name; empty where unknown.
        source: For the note.

    Returns:
        The angle at the target, None where the one given cannot be; and a note that says what was done.
    """
    altitude_m = _ALTITUDES_M.get(satellite.upper().replace("WORLDVIEW-", "WV").replace("WV0", "WV"))
    known = f"{satellite}'s altitude" if altitude_m else f"an assumed altitude (satellite {satellite or '?'})"
    altitude_m = altitude_m or _USUAL_ALTITUDE_M
    possible = 0.0 <= at_satellite_deg < 90.0
    at_target_deg = off_nadir_at_target(at_satellite_deg, altitude_m) if possible else nan
    if not isfinite(at_target_deg):
        return None, f"{source} gives {at_satellite_deg:g}° off nadir at the satellite: it is not used."
    return at_target_deg, (
        f"{source} gives {at_satellite_deg:g}° off nadir at the satellite; {at_target_deg:.1f}° at the "
        f"target follow by {known} of {altitude_m / 1e3:.0f} km."
    )
