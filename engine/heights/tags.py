"""What a file of heights says of itself: its view, and what it was made with, as tags of the file.

Files of heights are useful only with the view they were seen in: without angle and scale nothing can be moved
from a roof to its foot. Numbers are written so that they are read back bit by bit.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from engine.errors import RasterError
from engine.heights.pose import Pose
from engine.raster.source import open_dataset
from engine.version import VERSION

_PREFIX = "PLUMBLINE_"
ANGLE_RAD, SCALE_PX_PER_M = _PREFIX + "ANGLE_RAD", _PREFIX + "SCALE_PX_PER_M"
_AZIMUTH, OFF_NADIR_DEG, _VIEW_FROM = (
    _PREFIX + "AZIMUTH_DEG",
    _PREFIX + "OFF_NADIR_DEG",
    _PREFIX + "VIEW_FROM",
)
_WEIGHTS, _SHA256, _M_PER_PX = _PREFIX + "WEIGHTS", _PREFIX + "WEIGHTS_SHA256", _PREFIX + "M_PER_PX"
_CALIBRATION, _AGREEMENT = _PREFIX + "CALIBRATION", _PREFIX + "AGREEMENT"
OWN_M_PER_PX = _PREFIX + "OWN_M_PER_PX"
_SOURCE, _VERSION = _PREFIX + "SOURCE", _PREFIX + "VERSION"

_MOST = 1e9
"""Far beyond every angle, scale and factor; products of larger numbers would end in infinity."""


@dataclass(frozen=True, slots=True)
class HeightTags:
    """The view of a raster of heights, and where its heights come from.

    Attributes:
        pose: Of this file's pixels.
        azimuth_deg: Clockwise from true north, from the target to the sensor; None without a georeference.
        off_nadir_deg: At the target, at least 0 and below 90; None without a georeference.
        view: Who said so: "network", "options", or the name of a file with metadata.
        weights: Name of the weights; None where the heights come from elsewhere.
        weights_sha256: Their checksum, hexadecimal.
        m_per_px: Ground size of the pixels that the network saw.
        own_m_per_px: Ground size of this file's own pixels, where its place does not tell it.
        calibration: Factor by which the network's heights were multiplied.
        agreement: How far the parts of the scene agree on the direction, 0 to 1; None where no network was
            asked, or nothing was high enough to lean.
        source: Name of the raster that the heights were seen in.
        version: Of the program that wrote them.
    """

    pose: Pose
    azimuth_deg: float | None = None
    off_nadir_deg: float | None = None
    view: str = "network"
    weights: str | None = None
    weights_sha256: str | None = None
    m_per_px: float | None = None
    own_m_per_px: float | None = None
    calibration: float = 1.0
    agreement: float | None = None
    source: str | None = None
    version: str = VERSION

    def as_tags(self) -> dict[str, str]:
        """Return names and values for a file; what is not known is left out."""
        values = {
            ANGLE_RAD: self.pose.angle_rad,
            SCALE_PX_PER_M: self.pose.scale_px_per_m,
            _AZIMUTH: self.azimuth_deg,
            OFF_NADIR_DEG: self.off_nadir_deg,
            _VIEW_FROM: self.view,
            _WEIGHTS: self.weights,
            _SHA256: self.weights_sha256,
            _M_PER_PX: self.m_per_px,
            OWN_M_PER_PX: self.own_m_per_px,
            _CALIBRATION: self.calibration,
            _AGREEMENT: self.agreement,
            _SOURCE: self.source,
            _VERSION: self.version,
        }
        # str() of a float is the shortest text that is read back as the same number.
        return {name: str(value) for name, value in values.items() if value is not None}

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read the tags of a file.

        Args:
            path: A raster of heights written by ``plumbline heights``.

        Raises:
            RasterError: There is no such raster, it says nothing of its view, or a value is no number.
        """
        name = os.fspath(path)
        with open_dataset(name) as dataset:
            tags: dict[str, str] = dataset.tags()
        missing = [tag for tag in (ANGLE_RAD, SCALE_PX_PER_M) if tag not in tags]
        if missing:
            raise RasterError(
                f"{name} does not say how it was seen ({' and '.join(missing)} not among its tags): use "
                "heights written by plumbline heights, or give --azimuth-deg and --off-nadir-deg."
            )
        number = _Numbers(name, tags)
        return cls(
            pose=Pose(number.needed(ANGLE_RAD), number.needed(SCALE_PX_PER_M)),
            azimuth_deg=number.optional(_AZIMUTH),
            off_nadir_deg=number.optional(OFF_NADIR_DEG),
            view=tags.get(_VIEW_FROM, "unknown"),
            weights=tags.get(_WEIGHTS),
            weights_sha256=tags.get(_SHA256),
            m_per_px=number.optional(_M_PER_PX),
            own_m_per_px=number.optional(OWN_M_PER_PX),
            calibration=number.needed(_CALIBRATION) if _CALIBRATION in tags else 1.0,
            agreement=number.optional(_AGREEMENT),
            source=tags.get(_SOURCE),
            version=tags.get(_VERSION, "unknown"),
        )


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Reads numbers out of the tags of a file."""

    name: str
    tags: Mapping[str, str]

    def needed(self, tag: str) -> float:
        try:
            number = float(self.tags[tag])
        except ValueError:
            number = float("nan")
        if not abs(number) <= _MOST:
            raise RasterError(
                f"{self.name} has the tag {tag} = {self.tags[tag][:40]!r}, which should be a number up to "
                f"{_MOST:g}: make the heights again, or correct the tag (gdal_edit -mo)."
            )
        return number

    def optional(self, tag: str) -> float | None:
        return self.needed(tag) if tag in self.tags else None
