"""How a whole scene is seen: what its windows say together, what metadata says, and which of them counts."""

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import RasterError
from engine.heights.pose import Pose, ScaleSums, Vector, mean_direction, view_of
from engine.heights.view import View
from engine.networks.predict_heights import PredictedHeights
from engine.raster.grid import Grid

NETWORK = "network"
OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class SceneVotes:
    """What the windows of a scene say of its view; each pixel speaks once.

    Attributes:
        sums: For the scale, which follows exactly as from one window over the whole scene.
        vote: (2,) sum of the directions, row and col, each as long as it weighs.
        weight_m: How long that would be, were all of one mind and sure.
    """

    sums: ScaleSums
    vote: Vector
    weight_m: float

    @classmethod
    def none(cls) -> "SceneVotes":
        """Return those of no window."""
        return cls(ScaleSums(), np.zeros(2), 0.0)

    def plus(self, window: PredictedHeights) -> "SceneVotes":
        """Return those of one window more."""
        sums = self.sums.plus(ScaleSums(*window.sums.tolist()))
        return SceneVotes(sums, self.vote + window.vote, self.weight_m + window.weight_m)

    @property
    def agreement(self) -> float | None:
        """How sure the direction is, 0 to 1; None where nothing is high enough to lean."""
        return float(np.hypot(*self.vote)) / self.weight_m if self.weight_m > 0.0 else None

    @property
    def pose(self) -> Pose:
        """The view of the scene; that from nadir where nothing leans, or where nobody can say whither."""
        direction, scale = mean_direction([self.vote]), self.sums.slope()
        if direction is None or scale is None:
            return Pose(0.0, 0.0)
        # A network's lengths may be mostly negative, where it sees nothing lean.
        return replace(Pose.from_flow(direction), scale_px_per_m=max(scale, 0.0))


@dataclass(frozen=True, slots=True)
class SceneView:
    """How a scene is seen, and who said so.

    Attributes:
        pose: Of the raster's own pixels.
        azimuth_deg: Clockwise from true north to the sensor; None where nobody knows where north is.
        off_nadir_deg: At the target.
        source: Who said so; parts may come from several.
        from_network: Whether the lean per metre was seen by the network, not known from elsewhere.
    """

    pose: Pose
    azimuth_deg: float | None
    off_nadir_deg: float
    source: str
    from_network: bool

    def calibrated(self, slope: float, grid: Grid) -> "SceneView":
        """Return the view that goes with heights multiplied by a factor.

        The lean itself was seen in the image and stays: where all heights double, the scale halves. A view
        known from elsewhere stays as well.

        Args:
            slope: True heights per predicted height, above 0.
            grid: The raster's own.
        """
        if not self.from_network:
            return self
        pose = replace(self.pose, scale_px_per_m=self.pose.scale_px_per_m / slope)
        return replace(self, pose=pose, off_nadir_deg=view_of(pose, grid)[1])


def options_view(azimuth_deg: float | None, off_nadir_deg: float | None) -> View:
    """Return the view that a user gives; either part may be absent.

    Raises:
        RasterError: An angle is impossible.
    """
    if not (0.0 <= (off_nadir_deg or 0.0) < 90.0 and np.isfinite(azimuth_deg or 0.0)):
        raise RasterError(
            f"A view from azimuth {azimuth_deg}° and {off_nadir_deg}° off nadir cannot be: the azimuth must "
            "be a number, and the angle off nadir at least 0° and below 90°."
        )
    return View(None if azimuth_deg is None else azimuth_deg % 360.0 % 360.0, off_nadir_deg, OPTIONS)


def choose_view(seen: Pose, working: Grid, own: Grid, *, options: View, metadata: View | None) -> SceneView:
    """Choose the view of a scene, each part by whom to trust most: the user, metadata, the network.

    Args:
        seen: The network's, of the working grid's pixels.
        working: Grid that the network saw.
        own: Grid of the raster's own pixels, or the part that is worked on.
        options: What the user says.
        metadata: What the raster's metadata say.

    Raises:
        RasterError: The grid's centre has no north.
    """
    known = options if metadata is None else options.completed_by(metadata)
    view = known.completed_by(View(*view_of(seen, working), NETWORK))
    azimuth_deg, off_nadir_deg = view.azimuth_deg or 0.0, view.off_nadir_deg or 0.0
    pose = view.pose or Pose.from_view(azimuth_deg, off_nadir_deg, own)
    nameless = own.crs is None and options.azimuth_deg is None and view.pose is None
    return SceneView(
        pose,
        None if nameless else azimuth_deg,
        off_nadir_deg,
        view.source,
        from_network=known.off_nadir_deg is None and view.pose is None,
    )
