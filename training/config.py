"""A training recipe: one frozen tree of options, read from a TOML file that may hold nothing else."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.errors import EngineError

Section = TypeVar("Section")


class TrainingError(EngineError):
    """A recipe, a data set or a checkpoint cannot be used for training."""

    code = "training"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How long and on what to train.

    Attributes:
        seed: Start of every random sequence; with it and a step number a batch is determined.
        steps: Last step of the schedule.
        max_minutes: End of the schedule in minutes of training, whichever of the two comes first.
        batch: Crops in a step, on each device.
        crop_px: Side of the square crops; a multiple of 32.
        precision: As in Fabric: "bf16-mixed", "32-true", ...
        accelerator: As in Fabric: "auto", "cpu", "cuda".
        devices: As in Fabric: a number or "auto".
        strategy: As in Fabric: "auto", "ddp".
        workers: Processes that prepare batches; 0 prepares them between steps.
        threads: Processor threads of the network; 0 leaves the choice to torch.
        wandb: Weights & Biases project that also gets the curves; none when empty.
    """

    seed: int = 1
    steps: int = 300_000
    max_minutes: float | None = None
    batch: int = 2
    crop_px: int = 352
    precision: str = "bf16-mixed"
    accelerator: str = "auto"
    devices: int | str = 1
    strategy: str = "auto"
    workers: int = 1
    threads: int = 0
    wandb: str = ""


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """Which network learns.

    Attributes:
        name: "compact" or "sat2graph".
        options: Fields of the network's own configuration that differ from its defaults.
    """

    name: Literal["compact", "sat2graph"] = "compact"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One source of images with roads.

    Attributes:
        kind: "masks": a folder of NAME.webp (png, jpg, tif) with NAME_mask.png; "lines": one raster
            and one vector file; "cities": the 20-city layout; "scenes": rendered on the fly.
        path: Folder or raster, relative to the data folder; unused for scenes.
        lines: Vector file of kind "lines", relative to the data folder.
        weight: Share of crops from this source, relative to the other weights.
        m_per_px: Ground size of a pixel to which a "lines" raster is warped.
        where: Filter in SQL on the attributes of "lines", such as ``highway <> 'footway'``.
        part: Part of the published split of "cities".
        pool: Number of scenes kept at a time.
        size_px: Side of a scene.
        refresh_steps: Steps after which the oldest scene makes room for a new one.
    """

    kind: Literal["masks", "lines", "cities", "scenes"]
    path: str = ""
    lines: str = ""
    weight: float = 1.0
    m_per_px: float = 1.0
    where: str = ""
    part: Literal["train", "val", "test"] = "train"
    pool: int = 8
    size_px: int = 768
    refresh_steps: int = 16


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """Where crops are taken.

    Attributes:
        uniform: Share of crops anywhere.
        junctions: Share at junctions of more than four roads.
        parallels: Share at roads that run side by side.
        overpasses: Share where roads cross without meeting.
        min_road_px: Crops of 352² with fewer pixels of 2-px-wide road are drawn again; scaled to the
            area of the crop.
        min_valid: Crops with a smaller share of pixels with an image are drawn again.
        attempts: Draws until a crop is taken as it is.
    """

    uniform: float = 0.2
    junctions: float = 0.2
    parallels: float = 0.2
    overpasses: float = 0.4
    min_road_px: float = 400.0
    min_valid: float = 0.3
    attempts: int = 10


@dataclass(frozen=True, slots=True)
class AugmentOptions:
    """How crops are varied; the defaults are the published ones.

    Attributes:
        rotation_probability: Chance of a rotation by quarter turns plus a tilt.
        tilt_deg: The tilt is uniform up to this angle; 45 reaches every direction.
        flip_probability: Chance of a mirror image.
        rescale: Least and greatest magnification.
        gain: Least and greatest factor on all bands.
        shift: Greatest shift of all bands, of a range of 1.
        band_gain: Least and greatest factor of each band.
        contrast: Greatest relative change of the contrast around the mean of the crop.
        gamma: Greatest change of the logarithm of the gamma.
        blur_px: Greatest standard deviation of a Gaussian blur, applied to half of the crops.
        noise: Greatest standard deviation of sensor noise, of a range of 1; half of the crops.
        occlusion_probability: Chance of noise patches in a crop.
        occlusion_px: Side of a patch.
    """

    rotation_probability: float = 4 / 6
    tilt_deg: float = 30.0
    flip_probability: float = 0.0
    rescale: tuple[float, float] = (1.0, 1.0)
    gain: tuple[float, float] = (0.8, 1.0)
    shift: float = 0.2
    band_gain: tuple[float, float] = (0.8, 1.0)
    contrast: float = 0.0
    gamma: float = 0.0
    blur_px: float = 0.0
    noise: float = 0.0
    occlusion_probability: float = 0.5
    occlusion_px: int = 64


@dataclass(frozen=True, slots=True)
class LossOptions:
    """Weights of the four terms; the defaults are the published ones.

    Attributes:
        vertex: Weight of the cross-entropy of vertices.
        edge: Weight of the cross-entropy of edges, mean over the sectors.
        vector: Weight of the squared error of vectors, mean over the sectors.
        road: Weight of the cross-entropy of the road plane.
        vertex_positive: Factor on the loss of vertex pixels; 1 leaves probabilities calibrated.
        elsewhere: Weight of edges and vectors away from vertices, where it is 1 on them.
        vectors_at: "vertices": vectors of sectors without an edge learn to be zero, as published;
            "edges": only vectors of edges that exist are learned.
    """

    vertex: float = 1.0
    edge: float = 10.0
    vector: float = 1000.0
    road: float = 0.1
    vertex_positive: float = 1.0
    elsewhere: float = 0.01
    vectors_at: Literal["vertices", "edges"] = "vertices"


@dataclass(frozen=True, slots=True)
class OptimiserOptions:
    """How weights follow the gradient.

    Attributes:
        rate: Learning rate at its height.
        schedule: "halving" every ``halve_steps`` steps, or "cosine" over the whole run.
        halve_steps: Steps between two halvings.
        warmup_steps: Steps over which the rate rises from zero.
        final_rate: Share of ``rate`` at the end of the cosine.
        weight_decay: Decay of AdamW; 0 makes it Adam.
        clip_norm: Greatest norm of the gradient; 0 does not clip.
        average_decay: Decay of the moving average of the weights; 0 keeps none.
    """

    rate: float = 1e-3
    schedule: Literal["halving", "cosine"] = "halving"
    halve_steps: int = 50_000
    warmup_steps: int = 0
    final_rate: float = 0.01
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    average_decay: float = 0.0


@dataclass(frozen=True, slots=True)
class ValidationOptions:
    """How a run is judged while it trains.

    Attributes:
        path: As in ``Source``; empty for no validation, "." for scenes.
        kind: As in ``Source``; of "cities" the validation part is taken.
        lines: As in ``Source``.
        every_steps: Steps between two validations.
        every_minutes: Minutes between two validations, when given, instead.
        crops: Fixed crops on which the loss is taken.
        tiles: Whole images that are decoded and compared with the truth.
    """

    path: str = ""
    kind: Literal["masks", "lines", "cities", "scenes"] = "masks"
    lines: str = ""
    every_steps: int = 1000
    every_minutes: float | None = None
    crops: int = 64
    tiles: int = 5


@dataclass(frozen=True, slots=True)
class CheckpointOptions:
    """When the state of a run is saved.

    Attributes:
        every_steps: Steps between two saves.
        every_minutes: Minutes between two saves, when given, besides.
        pictures_every_steps: Steps between pictures for TensorBoard; 0 for none.
    """

    every_steps: int = 10_000
    every_minutes: float | None = 10.0
    pictures_every_steps: int = 1000


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines a training run.

    Attributes:
        run: Length and devices.
        network: Network that learns.
        sources: Where images and roads come from.
        sampling: Where crops are taken.
        augment: How crops are varied.
        loss: Weights of the loss.
        optimiser: How weights follow the gradient.
        validation: How the run is judged.
        checkpoint: When its state is saved.
    """

    run: RunOptions = RunOptions()
    network: NetworkOptions = NetworkOptions()
    sources: tuple[Source, ...] = ()
    sampling: SamplingOptions = SamplingOptions()
    augment: AugmentOptions = AugmentOptions()
    loss: LossOptions = LossOptions()
    optimiser: OptimiserOptions = OptimiserOptions()
    validation: ValidationOptions = ValidationOptions()
    checkpoint: CheckpointOptions = CheckpointOptions()


def _fit(value: Any, kind: Any, where: str) -> Any:
    """Return a TOML value as the type of a field, or say why it cannot be."""
    origin, choices = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return build(kind, value, where)  # type: ignore[arg-type]
    if origin in (UnionType, Union):
        # TOML has no null: an option that may be None is simply left out.
        return _fit_any(value, [choice for choice in choices if choice is not NoneType], where)
    if origin is Literal:
        if value in choices:
            return value
        raise TrainingError(f"{where} is {value!r}: use one of {', '.join(map(str, choices))}.")
    if origin is tuple and isinstance(value, list):
        if choices[-1] is not ... and len(value) != len(choices):
            raise TrainingError(f"{where} has {len(value)} values: give {len(choices)}.")
        return tuple(_fit(item, choices[0], f"{where}[{place}]") for place, item in enumerate(value))
    plain = origin or kind
    if plain is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, plain) and not (isinstance(value, bool) and plain is not bool):
        return value
    raise TrainingError(f"{where} is {value!r}: give a value of type {getattr(plain, '__name__', plain)}.")


def _fit_any(value: Any, kinds: list[Any], where: str) -> Any:
    for kind in kinds[:-1]:
        try:
            return _fit(value, kind, where)
        except TrainingError:
            continue
    return _fit(value, kinds[-1], where)


def build(section: type[Section], table: Any, where: str) -> Section:
    """Make one section of a recipe from a TOML table.

    Args:
        section: Dataclass of the section.
        table: What the file says.
        where: Name of the section for messages.

    Raises:
        TrainingError: A key is unknown, missing, or has a value of another type.
    """
    if not isinstance(table, dict):
        raise TrainingError(f"{where} is {table!r}: it must be a table of options.")
    known = {entry.name: entry for entry in fields(section)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise TrainingError(
            f"{where} has no option {', '.join(unknown)}: remove it, or use one of {', '.join(known)}."
        )
    for name, entry in known.items():
        if name not in table and entry.default is MISSING and entry.default_factory is MISSING:
            raise TrainingError(f"{where} lacks {name}: add it.")
    hints = get_type_hints(section)
    return section(**{name: _fit(value, hints[name], f"{where}.{name}") for name, value in table.items()})


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Args:
        path: TOML file with the sections of ``Recipe``.

    Raises:
        TrainingError: The file cannot be read, is no TOML, or says something unknown or impossible.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"The recipe {path} cannot be read ({error}): name a TOML file.") from error
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"The recipe {path} is not valid TOML ({error}): mend it.") from error
    recipe = build(Recipe, table, path.name)
    if recipe.run.crop_px % 32 or recipe.run.crop_px <= 0:
        raise TrainingError(f"Crops of {recipe.run.crop_px} px do not fit the network: use a multiple of 32.")
    if not recipe.sources or sum(source.weight for source in recipe.sources) <= 0:
        raise TrainingError(f"{path.name} names no source with a weight above 0: add a [[sources]] table.")
    return recipe
