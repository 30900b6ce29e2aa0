"""A raster as it would look from nadir, of any size: files in, files out, block by block."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from engine.atomic import atomic_path
from engine.errors import RasterError
from engine.heights.height_raster import HeightRaster
from engine.heights.nadir.landing import CELL_PX, HeightRange, Landing
from engine.heights.nadir.rectify import TEAR_M, Rectified, rectify
from engine.heights.nadir.sharpen import REACH_PX, sharpen
from engine.heights.nadir.splat import Plane
from engine.heights.nadir.true_ortho import reach_px, true_ortho
from engine.heights.pose import Pose
from engine.heights.tags import OFF_NADIR_DEG, SCALE_PX_PER_M
from engine.progress import Progress, Silent
from engine.raster.source import Source
from engine.raster.windows import Window
from engine.raster.writer import COLOURS, HEIGHTS, CogWriter, Placement, Product, write_cog

GROUND_VIEW = "PLUMBLINE_GROUND_VIEW"
"""Tag of files in which everything stands at its place on the ground."""

_SEEN_ANGLE, _SEEN_SCALE = "PLUMBLINE_SEEN_ANGLE_RAD", "PLUMBLINE_SEEN_SCALE_PX_PER_M"
_FROM_NADIR = {SCALE_PX_PER_M: "0.0", OFF_NADIR_DEG: "0.0", GROUND_VIEW: "yes"}

CORE_PX = 8 * CELL_PX
"""Side of the blocks worked on.

A dense town of 4096², read from compressed files: blocks of 512 took 4.6 s of one processor and 300 MB in
all, 1024 took 3.8 s and 330 MB, 2048 took 3.6 s and 470 MB.
"""


MOST_PX_PER_M = 1000.0
"""A scale that no view has: pixels of 1 cm, seen 80° off nadir, have 570."""

_MOST_MOVE_PX = 4096
"""Memory and time grow with how far things move: 1100 m move by 3670 px at 0.3 m per pixel and 45°."""


def _grown(window: Window, margin: int, whole: Window) -> Window:
    """Grow a window, as far as there is image."""
    row, col = max(0, window.row - margin), max(0, window.col - margin)
    bottom = min(whole.height, window.row + window.height + margin)
    right = min(whole.width, window.col + window.width + margin)
    return Window(row, col, bottom - row, right - col)


def _cut(whole: Rectified, window: Window, core: Window) -> Rectified:
    """Cut the core out of what was made for a window."""
    rows, cols = replace(core, row=core.row - window.row, col=core.col - window.col).slices
    rgb = None if whole.rgb is None else whole.rgb[:, rows, cols]
    return Rectified(whole.height_m[rows, cols], rgb, whole.occluded[rows, cols])


@dataclass(frozen=True, slots=True)
class GroundView:
    """Files that show the ground from above.

    Attributes:
        files: Heights first.
        hidden_share: How much of the ground that might be seen is not, for something higher hides it or it
            was seen outside the image; None where no height is known.
    """

    files: list[Path]
    hidden_share: float | None


@dataclass(frozen=True, slots=True)
class _View:
    """An oblique image with its heights, in the frame of the part that the heights cover."""

    image: Source
    heights: HeightRaster
    pose: Pose

    @property
    def cover(self) -> Window:
        return self.heights.cover

    def _in_image(self, window: Window) -> Window:
        return replace(window, row=window.row + self.cover.row, col=window.col + self.cover.col)

    def raw_heights(self, window: Window) -> Plane:
        """Read heights as the file has them."""
        return self.heights.read(self._in_image(window))

    def sharp_heights(self, window: Window) -> Plane:
        """Read heights with sharp edges, the same through whatever window."""
        around = _grown(window, REACH_PX, self.cover)
        sharp = sharpen(self.raw_heights(around), self.pose)
        return sharp[replace(window, row=window.row - around.row, col=window.col - around.col).slices]

    def rectified(self, landing: Landing, core: Window) -> Rectified:
        """Rectify what stands on a part of the ground."""
        window = landing.window(core)
        pixels = self.image.read(self._in_image(window))
        height = np.where(pixels.valid, self.sharp_heights(window), np.float32(np.nan))
        whole = rectify(height, self.pose, pixels.rgb)
        return _cut(whole, window, core)

    def draped(self, reach: int, core: Window) -> Rectified:
        """Show a part of the ground by heights that stand there."""
        window = _grown(core, reach, self.cover)
        pixels = self.image.read(self._in_image(window))
        whole = true_ortho(self.raw_heights(window), self.pose, pixels.rgb, pixels.valid)
        return _cut(whole, window, core)


def _check_moves(range_m: tuple[float, float], pose: Pose) -> None:
    """Refuse a view in which things would move farther than any image shows."""
    moves_px = max(abs(range_m[0]), abs(range_m[1])) * pose.scale_px_per_m
    if moves_px > _MOST_MOVE_PX or pose.scale_px_per_m > MOST_PX_PER_M:
        raise RasterError(
            f"Heights from {range_m[0]:.6g} to {range_m[1]:.6g} m, at {pose.scale_px_per_m:.4g} px a metre, "
            f"would move by up to {moves_px:.4g} px, where {_MOST_MOVE_PX} px, and {MOST_PX_PER_M:g} px a "
            "metre, are the most: correct the view (--off-nadir-deg) or the heights."
        )


def rectify_blocks(
    image: Source,
    heights: HeightRaster,
    pose: Pose,
    *,
    core_px: int,
    on_ground: bool = False,
    progress: Progress | None = None,
) -> Iterator[tuple[Window, Rectified]]:
    """Rectify an image block by block; the result does not depend on the blocks.

    A first pass over the heights finds how far things lean in each part of the image. Each block is then made
    from the pixels that land on it. Memory is bounded by a block grown by the greatest displacement near it,
    some 100 bytes for each pixel, and a cache of 256 MB; 8192² took 530 MB in all.

    Args:
        image: The open image. Its pixels without image show nothing.
        heights: The open heights.
        pose: How the image is seen.
        core_px: Side of a block.
        on_ground: Whether the heights stand at their true places; else they are of what the pixels show.
        progress: Receives the state, and may cancel.

    Yields:
        Window of the heights' cover, and what stands there. Heights of what the pixels show have their edges
        sharpened first.

    Raises:
        RasterError: A file cannot be read, or holds no heights, or they would move too far.
    """
    progress = progress or Silent()
    view, cover = _View(image, heights, pose), heights.cover
    ranges = HeightRange(cover.height, cover.width)
    whole = replace(cover, row=0, col=0)
    surveyed, cores = whole.blocks(CORE_PX, CORE_PX), whole.blocks(core_px, core_px)
    for number, window in enumerate(surveyed):
        progress.report(number, len(surveyed), "looking for what is high")
        ranges.add(window, view.raw_heights(window))
    _check_moves(ranges.whole, pose)
    if on_ground:
        make = partial(view.draped, reach_px(ranges.whole, pose))
    else:
        make = partial(view.rectified, Landing.of(ranges, pose, TEAR_M, cover.height, cover.width))
    for number, core in enumerate(cores):
        progress.report(number, len(cores), "rectifying")
        yield core, make(core)
    progress.report(len(cores), len(cores), "writing")


def check_oblique(name: str, tags: Mapping[str, str]) -> None:
    """Refuse a file that is rectified already: everything would move a second time.

    Args:
        name: Of the file, for the message.
        tags: Of the file.

    Raises:
        RasterError: It says that it is a view of the ground.
    """
    if GROUND_VIEW in tags:
        raise RasterError(
            f"{name} is rectified already: give the oblique image and the heights of what its pixels show, "
            "or say that the heights stand at their true places (--heights-at ground)."
        )


def _write(writer: CogWriter, kind: Product, window: Window, result: Rectified) -> None:
    """Write a block of one of the products."""
    if kind is HEIGHTS:
        writer.write(window, result.height_m)
    elif result.rgb is not None:
        writer.write(window, result.rgb, ~np.isnan(result.height_m))


def _tags(tags: Mapping[str, str], pose: Pose) -> dict[str, str]:
    """Say that a file shows the ground from above, and how it was seen before."""
    seen = {_SEEN_ANGLE: str(pose.angle_rad), _SEEN_SCALE: str(pose.scale_px_per_m)}
    return {**tags, **seen, **_FROM_NADIR}


def write_ground_view(  # noqa: PLR0913 - two files in, two out
    raster: str,
    heights: Path,
    pose: Pose,
    *,
    rectified: Path | None,
    rectified_rgb: Path | None,
    bands: tuple[int, ...] | None = None,
    on_ground: bool = False,
    progress: Progress | None = None,
    tags: Mapping[str, str] | None = None,
) -> GroundView:
    """Write a raster as it would look from nadir: files that appear only when all are whole.

    They are Cloud-Optimised GeoTIFFs on the raster's grid, or on the part of it that the heights cover. What
    is hidden or unknown is nodata in the heights, and black outside the mask in the colours.

    Args:
        raster: The oblique image; anything GDAL opens.
        heights: Metres above ground, on this grid or another.
        pose: How the image is seen, in its own pixels.
        rectified: Where the heights at their ground positions shall appear, if wanted.
        rectified_rgb: Likewise the colours.
        bands: Which of the raster's bands are red, green and blue; None = the declared or first ones.
        on_ground: Whether the heights stand at their true places, as lidar's do and those of a rectified
            file; else they are of what each pixel shows, as ``plumbline heights`` writes them.
        progress: Receives the state, and may cancel.
        tags: Names and values to keep in the files, beside those of the ground view.

    Raises:
        RasterError: A file cannot be read, holds no heights, is rectified already, or the two do not overlap.
        OutputError: A file cannot be written.
        Cancelled: The progress asked to stop.
    """
    wanted = [(path, kind) for path, kind in ((rectified, HEIGHTS), (rectified_rgb, COLOURS)) if path]
    with ExitStack() as open_files:
        image = Source(raster, bands)
        open_files.callback(image.close)
        check_oblique(raster, image.dataset.tags())
        placement = Placement.of_file(image.dataset)
        source = open_files.enter_context(HeightRaster(str(heights), placement))
        if not on_ground:
            check_oblique(str(heights), source.tags)
        part = placement.part(source.cover)
        # None gets its name before all are whole.
        drafts = [open_files.enter_context(atomic_path(path)) for path, _ in wanted]
        writers = [
            open_files.enter_context(write_cog(draft, part, kind, tags=_tags(tags or {}, pose)))
            for draft, (_, kind) in zip(drafts, wanted, strict=True)
        ]
        blocks = rectify_blocks(image, source, pose, core_px=CORE_PX, on_ground=on_ground, progress=progress)
        hidden = shown = 0
        for window, result in blocks:
            hidden += int(np.count_nonzero(result.occluded))
            shown += int(np.count_nonzero(~np.isnan(result.height_m)))
            for writer, (_, kind) in zip(writers, wanted, strict=True):
                _write(writer, kind, window, result)
    return GroundView([path for path, _ in wanted], hidden / (hidden + shown) if hidden + shown else None)
