"""Where a sensor stood, as a file's metadata says it, and the checks that every source goes through."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, degrees, isfinite, radians, sin, tan
from typing import Self

from engine.heights.pose import Pose

_EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid."""

_GRAZING_DEG = 80.0
"""No optical product is taken so obliquely: a larger angle is an elevation in the wrong field, or a slip."""


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

    def overruled_by(self, azimuth_deg: float | None, off_nadir_deg: float | None, source: str) -> "View":
        """Return the view with parts replaced by what somebody knows better, each part on its own.

        Args:
            azimuth_deg: As the attribute; None leaves this view's.
            off_nadir_deg: As the attribute; None leaves this view's.
            source: Who says so, as ``options``.

        Returns:
            This view where both are None. Else a view without the sensor model's pose, which a new angle
            contradicts, and whose source names all who had a part in it.
        """
        other = View(azimuth_deg, off_nadir_deg, source)
        return self if azimuth_deg is None and off_nadir_deg is None else other.completed_by(self)

    def lean(self) -> tuple[float, float]:
        """Return by how much things lean per metre of height: metres east, north; unknown parts count 0."""
        azimuth_rad, off_nadir_rad = radians(self.azimuth_deg or 0.0), radians(self.off_nadir_deg or 0.0)
        return -tan(off_nadir_rad) * sin(azimuth_rad), -tan(off_nadir_rad) * cos(azimuth_rad)

    def completed_by(self, other: "View") -> "View":
        """Return this view with the parts it lacks taken from a less trusted one."""
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
    """
    view: View | None = None
    notes: list[str] = []
    for finding in findings:
        notes.extend(finding.notes)
        if finding.view is not None:
            view = finding.view if view is None else view.completed_by(finding.view)
    return Finding(view, tuple(notes))


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
    return degrees(asin(sine)) if abs(sine) <= 1.0 else float("nan")
