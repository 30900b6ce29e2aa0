"""The job of ``plumbline rectify``: check the outputs first, find the view, rectify, write."""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import RasterError
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.ground_view import GroundView, check_oblique, write_ground_view
from engine.heights.pose import Pose
from engine.heights.results import check_results
from engine.heights.tags import ANGLE_RAD, SCALE_PX_PER_M, HeightTags
from engine.heights.view import View, find_view
from engine.progress import Progress
from engine.raster.crs import is_placed
from engine.raster.grid import Grid
from engine.raster.source import open_dataset
from engine.raster.writer import Placement

_VIEW_TAGS = {ANGLE_RAD, SCALE_PX_PER_M}
"""Heights with one of these were written with their view, and must have both."""


@dataclass(frozen=True, slots=True)
class RectifiedFiles:
    """Which files to write.

    Attributes:
        rgb: Colours at their ground positions.
        heights: Likewise heights, if wanted.
    """

    rgb: Path
    heights: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """Every file wanted."""
        return [path for path in (self.rgb, self.heights) if path]


@dataclass(frozen=True, slots=True)
class RectifiedScene:
    """A raster as seen from nadir, in files.

    Attributes:
        ground: The files, and what they do not show.
        seen: How the image was seen before; its pose is of the image's pixels.
    """

    ground: GroundView
    seen: HeightTags


def _open(raster: str, heights: Path, *, on_ground: bool) -> tuple[HeightRaster, Grid | None]:
    """Open heights on a raster's grid; return the part of that which they cover too, where it has a north."""
    with open_dataset(raster) as dataset:
        check_oblique(raster, dataset.tags())
        placement, placed = Placement.of_file(dataset), is_placed(dataset.crs)
    source = HeightRaster(str(heights), placement)
    try:
        if not on_ground:
            check_oblique(str(heights), source.tags)
        if not placed:
            return source, None
        whole = Grid.measured(placement.transform, placement.height, placement.width, placement.crs)
        return source, whole.window(source.cover)
    except BaseException:
        source.close()
        raise


def _whole_view(options: View, known: View | None, raster: str, heights: Path) -> View:
    """Complete what the user says of the view with what files say.

    Raises:
        RasterError: Something is missing.
    """
    view = options.completed_by(known) if known else options
    if view.off_nadir_deg == 0.0 and view.azimuth_deg is None:
        return replace(view, azimuth_deg=0.0)
    missing = [
        name
        for name, value in (("--azimuth-deg", view.azimuth_deg), ("--off-nadir-deg", view.off_nadir_deg))
        if value is None
    ]
    if missing and view.pose is None:
        raise RasterError(
            f"Neither {heights} nor what is known of {raster} says how the image was seen: give "
            f"{' and '.join(missing)}, or use heights written by plumbline heights."
        )
    return view


def _find_view(raster: str, heights: Path, options: View, *, on_ground: bool) -> HeightTags:
    """Find how an image is seen: options before the tags of the heights, these before the image's metadata.

    Returns:
        What the rectified files shall say of themselves; its pose is of the image's pixels.

    Raises:
        RasterError: Nothing says it, or what does cannot be so.
    """
    source, grid = _open(raster, heights, on_ground=on_ground)
    with source:
        # What stands on the ground was not seen from anywhere, or from elsewhere.
        says = bool(_VIEW_TAGS & source.tags.keys()) and not on_ground
        tagged = HeightTags.read(heights) if says else None
        if tagged and options.azimuth_deg is None and options.off_nadir_deg is None:
            return replace(tagged, pose=source.pose_in_image(tagged.pose))
    told = View(tagged.azimuth_deg, tagged.off_nadir_deg, tagged.view) if tagged else find_view(raster)
    view = _whole_view(options, told, raster, heights)
    pose = view.pose
    if pose is None and grid is None:
        raise RasterError(
            f"{raster} does not know its place, so that an azimuth gives no direction in it: georeference it "
            "or use heights written by plumbline heights."
        )
    if pose is None and grid is not None:
        pose = Pose.from_view(view.azimuth_deg or 0.0, view.off_nadir_deg or 0.0, grid)
    base = tagged or HeightTags(Pose(0.0, 0.0), source=Path(raster).name)
    return replace(
        base,
        pose=pose or base.pose,
        azimuth_deg=view.azimuth_deg,
        off_nadir_deg=view.off_nadir_deg,
        view=view.source,
    )


def rectify_to_files(
    raster: str,
    heights: Path,
    files: RectifiedFiles,
    *,
    view: View,
    bands: tuple[int, ...] | None = None,
    on_ground: bool = False,
    progress: Progress,
) -> RectifiedScene:
    """Rectify a raster with given heights to files, which appear only when all are whole.

    Args:
        raster: The oblique image; anything GDAL opens.
        heights: Metres above ground.
        files: What to write.
        view: What the user says of the view; parts that are None come from the tags of the heights, or where
            these have none from the raster's metadata.
        bands: Which of the raster's bands are red, green and blue; None = the declared or first ones.
        on_ground: Whether the heights stand at their true places; their own view is then not asked for.
        progress: Receives the state, and may cancel.

    Raises:
        EngineError: As ``write_ground_view``; or nothing says how the image was seen, or a file cannot be
            written or would replace an input.
        Cancelled: The progress asked to stop.
    """
    check_results(files.paths, [raster, str(heights)])
    found = _find_view(raster, heights, view, on_ground=on_ground)
    seen = found.pose
    if found.weights is None and not on_ground:
        progress.log(
            f"{heights} are taken for heights of what each pixel of the image shows; lidar's, which stand at "
            "their true places, need --heights-at ground."
        )
    progress.log(f"View of {found.view}: angle {seen.angle_rad:.4f} rad, {seen.scale_px_per_m:.4g} px/m")
    ground = write_ground_view(
        raster,
        heights,
        seen,
        rectified=files.heights,
        rectified_rgb=files.rgb,
        bands=bands,
        on_ground=on_ground,
        progress=progress,
        tags=found.as_tags(),
    )
    return RectifiedScene(ground, found)
