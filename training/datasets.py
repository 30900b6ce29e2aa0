"""Images with roads from several kinds of sources, and the crops that a step learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from scipy import ndimage

from engine.errors import RasterError
from engine.frames import RowCol
from engine.progress import Progress, Silent
from engine.roads.densify import densify, separate_crossings
from engine.roads.graph import RoadGraph
from engine.roads.mask import graph_from_mask
from engine.roads.tensor import encode
from training import augment
from training.augment import View
from training.config import AugmentOptions, Recipe, SamplingOptions, Source, TrainingError
from training.losses import Batch, make_batch
from training.sampling import Kind, Places, draw_centre, draw_kind, find_places, road_px

IMAGE_SUFFIXES = (".webp", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""What an image of an image-and-mask folder may end with."""

BLANK_LEVEL = 250
"""Pixels at least this bright in all bands may be paper, not image."""

BLANK_PX = 2000
"""Smaller white areas are roofs."""

BLANK_MARGIN_PX = 4
"""Lossy compression blurs the border of the image by about this much."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadImage:
    """One image with its roads, kept in memory.

    Attributes:
        name: Where it comes from.
        rgb: (3, H, W) pixels.
        valid: (H, W), false where there is no image.
        graph: Densified roads in the image's pixel frame.
        places: Hard places.
    """

    name: str
    rgb: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    graph: RoadGraph[RowCol]
    places: Places


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """What one example of a batch holds.

    Attributes:
        image: (3, S, S) float32 network input.
        target: (28, S, S) float32 graph tensor in probability form.
        valid: (S, S), false where nothing can be learned.
    """

    image: NDArray[np.float32]
    target: NDArray[np.float32]
    valid: NDArray[np.bool_]


def find_valid(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell image from the blank paper around it.

    Args:
        rgb: (3, H, W).

    Returns:
        (H, W), false on large connected areas of white and a few pixels around them.
    """
    labels, count = ndimage.label((rgb >= BLANK_LEVEL).all(axis=0))
    large = np.bincount(labels.ravel(), minlength=count + 1) >= BLANK_PX
    large[0] = False
    blank = large[labels]
    if blank.any():
        blank = ndimage.binary_dilation(blank, iterations=BLANK_MARGIN_PX)
    return ~blank


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read the first three bands of an 8-bit image, (3, H, W).

    Raises:
        RasterError: It cannot be read, or is no 8-bit RGB image.
    """
    try:
        with rasterio.open(path) as raster:
            if raster.count < 3 or raster.dtypes[0] != "uint8":
                raise RasterError(
                    f"{path} has {raster.count} bands of {raster.dtypes[0]}: give an 8-bit RGB image."
                )
            pixels: NDArray[np.uint8] = raster.read((1, 2, 3))
    except RasterioIOError as error:
        raise RasterError(f"{path} cannot be read as an image: replace or remove it.") from error
    return pixels


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Read the first band of a road mask, (H, W), true where not zero.

    Raises:
        RasterError: It cannot be read.
    """
    try:
        with rasterio.open(path) as raster:
            band: NDArray[np.uint8] = raster.read(1)
    except RasterioIOError as error:
        raise RasterError(f"{path} cannot be read as a mask: replace or remove it.") from error
    return band > 0


def prepare(
    name: str, rgb: NDArray[np.uint8], valid: NDArray[np.bool_], graph: RoadGraph[RowCol]
) -> RoadImage:
    """Bring an image and its roads into the form that crops are taken from.

    Args:
        name: Where it comes from.
        rgb: (3, H, W).
        valid: (H, W), where there is an image.
        graph: Roads of any edge length, in the image's pixel frame.
    """
    dense = separate_crossings(densify(graph))
    return RoadImage(name, np.ascontiguousarray(rgb), valid, dense, find_places(dense))


def _mask_pairs(folder: Path) -> list[tuple[Path, Path]]:
    if not folder.is_dir():
        raise TrainingError(
            f"There is no folder {folder}: set --data to the folder that the recipe's paths start from."
        )
    images = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.stem.endswith("_mask")
    )
    if not images:
        raise TrainingError(
            f"{folder} holds no images: put NAME.png (webp, jpg, tif) and NAME_mask.png there."
        )
    pairs = [(path, path.with_name(f"{path.stem}_mask.png")) for path in images]
    missing = [mask.name for _, mask in pairs if not mask.is_file()]
    if missing:
        raise TrainingError(f"{folder} lacks {len(missing)} masks, first {missing[0]}: add them.")
    return pairs


def _load_pair(image_path: Path, mask_path: Path) -> RoadImage:
    rgb, mask = read_rgb(image_path), read_mask(mask_path)
    if rgb.shape[1:] != mask.shape:
        raise TrainingError(
            f"{image_path.name} is {rgb.shape[1]} × {rgb.shape[2]} px, but its mask "
            f"{mask.shape[0]} × {mask.shape[1]}: make them alike."
        )
    valid = find_valid(rgb)
    return prepare(image_path.stem, rgb, valid, graph_from_mask(mask))


def load_masks(folder: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load a folder of images NAME.webp (png, jpg, tif) with road masks NAME_mask.png.

    Args:
        folder: Where they lie.
        progress: Told after each image.

    Raises:
        TrainingError: The folder is absent or empty, a mask is missing or of another size.
        RasterError: A file cannot be read.
    """
    progress = progress or Silent()
    pairs = _mask_pairs(folder)
    images = []
    for number, pair in enumerate(pairs):
        images.append(_load_pair(*pair))
        progress.report(number + 1, len(pairs), f"reading {folder.name}")
    return images


def load_source(source: Source, data: Path, *, progress: Progress | None = None) -> list[RoadImage]:
    """Load every image of one source.

    Args:
        source: Kind and place.
        data: Folder that its paths are relative to.
        progress: Told of each image.

    Raises:
        TrainingError: The source is not usable.
        RasterError: A file cannot be read.
    """
    if source.kind == "masks":
        return load_masks(data / source.path, progress=progress)
    raise TrainingError(f"Sources of kind {source.kind} cannot be loaded yet.")


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """The images of one source with the chances of each.

    Attributes:
        images: The images.
        chances: (N,) share of uniform crops from each image, by its valid area.
        spots: For each kind of hard place, (M, 3) image number, row and col.
    """

    images: Sequence[RoadImage]
    chances: NDArray[np.float64]
    spots: dict[Kind, NDArray[np.float64]]

    @classmethod
    def hang(cls, images: Sequence[RoadImage]) -> "Gallery":
        """Collect images.

        Raises:
            TrainingError: None of them has a valid pixel.
        """
        areas = np.array([image.valid.sum() for image in images], dtype=np.float64)
        if areas.sum() == 0:
            raise TrainingError("No image of a source has a single valid pixel: check the images.")
        spots: dict[Kind, NDArray[np.float64]] = {}
        for kind in ("junctions", "parallels", "overpasses"):
            found = [
                np.column_stack([np.full(len(points), number), points])
                for number, image in enumerate(images)
                for points in [getattr(image.places, kind)]
            ]
            spots[kind] = np.concatenate(found)
        return cls(images, areas / areas.sum(), spots)


def _draw_view(
    rng: np.random.Generator,
    gallery: Gallery,
    side_px: int,
    sampling: SamplingOptions,
    options: AugmentOptions,
) -> tuple[RoadImage, View]:
    kind = draw_kind(rng, sampling)
    if kind is not None and len(gallery.spots[kind]):
        number, *place = gallery.spots[kind][rng.integers(len(gallery.spots[kind]))]
        image = gallery.images[int(number)]
        centre = draw_centre(rng, image.valid.shape, side_px, np.array(place))
    else:
        image = gallery.images[int(rng.choice(len(gallery.images), p=gallery.chances))]
        centre = draw_centre(rng, image.valid.shape, side_px)
    return image, View(centre, augment.draw_matrix(rng, options), side_px)


def _valid_share(image: RoadImage, view: View) -> float:
    """Share of a view, on a grid of 16 × 16 points, where there is an image."""
    steps = (np.arange(16) + 0.5) / 16 * view.side_px - view.side_px / 2
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    where = np.floor(view.centre + grid @ view.matrix.T).astype(int)
    inside = ((where >= 0) & (where < image.valid.shape)).all(axis=1)
    return float(image.valid[tuple(where[inside].T)].sum()) / len(grid)


def draw_crop(
    rng: np.random.Generator,
    gallery: Gallery,
    side_px: int,
    *,
    sampling: SamplingOptions,
    options: AugmentOptions,
    vary: bool = True,
) -> Crop:
    """Draw one crop of a source.

    Args:
        rng: Source of randomness; decides everything.
        gallery: The source.
        side_px: Side of the crop.
        sampling: Where to take it.
        options: How to vary it.
        vary: Whether to vary colours and hide parts; geometry is up to ``options``.
    """
    least_road_px = sampling.min_road_px * (side_px / 352) ** 2
    image, view = _draw_view(rng, gallery, side_px, sampling, options)
    graph = augment.move_graph(image.graph, view)
    for _ in range(sampling.attempts):
        if _valid_share(image, view) >= sampling.min_valid and road_px(graph, side_px) >= least_road_px:
            break
        image, view = _draw_view(rng, gallery, side_px, sampling, options)
        graph = augment.move_graph(image.graph, view)
    pixels, valid = augment.sample_pixels(image.rgb, image.valid, view)
    # No image is shown as black, white or anything between, for files do either.
    pixels[:, ~valid] = rng.choice([0.0, 255.0, rng.uniform(0, 255)]) if vary else 0.0
    if vary:
        shown = augment.occlude(rng, augment.vary_colours(rng, pixels, options), options)
    else:
        shown = augment.normalise(pixels)
    return Crop(shown, encode(graph, side_px, side_px), valid)


def collect(crops: Sequence[Crop]) -> Batch:
    """Make one batch of crops of the same size."""
    return make_batch(
        np.stack([crop.image for crop in crops]),
        [crop.target for crop in crops],
        np.stack([crop.valid for crop in crops]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Batches of crops of a recipe, each determined by its step number alone.

    Attributes:
        galleries: Sources.
        chances: (N,) share of crops of each source.
        recipe: How crops are drawn.
        rank: Number of this process among several that train together.
    """

    galleries: Sequence[Gallery]
    chances: NDArray[np.float64]
    recipe: Recipe
    rank: int = 0

    def __getitem__(self, step: int) -> Batch:
        """Return the batch of a step."""
        rng = np.random.default_rng([self.recipe.run.seed, self.rank, step])
        numbers = rng.choice(len(self.galleries), size=self.recipe.run.batch, p=self.chances)
        return collect(
            [
                draw_crop(
                    rng,
                    self.galleries[int(number)],
                    self.recipe.run.crop_px,
                    sampling=self.recipe.sampling,
                    options=self.recipe.augment,
                )
                for number in numbers
            ]
        )


def load_crops(recipe: Recipe, data: Path, *, rank: int = 0, progress: Progress | None = None) -> Crops:
    """Load the sources of a recipe.

    Args:
        recipe: What to load and how to draw from it.
        data: Folder that its paths are relative to.
        rank: Number of this process among several that train together.
        progress: Told of each image.

    Raises:
        TrainingError: A source is not usable.
        RasterError: A file cannot be read.
    """
    galleries = [Gallery.hang(load_source(source, data, progress=progress)) for source in recipe.sources]
    weights = np.array([source.weight for source in recipe.sources], dtype=np.float64)
    return Crops(galleries, weights / weights.sum(), recipe, rank)
