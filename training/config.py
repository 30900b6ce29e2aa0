"""A training recipe: one frozen tree of options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import EngineError


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
        name: "compact" or "sat2graph"; "mask-unet" for the baseline, which takes it whatever is said here.
        options: Fields of the network's own configuration that differ from its defaults.
    """

    name: Literal["compact", "sat2graph", "mask-unet"] = "compact"
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
        m_per_px: As in ``Source``.
        where: As in ``Source``.
        every_steps: Steps between two validations.
        every_minutes: Minutes between two validations, when given, instead.
        crops: Fixed crops on which the loss is taken.
        tiles: Whole images that are decoded and compared with the truth by lengths, TOPO and APLS.
    """

    path: str = ""
    kind: Literal["masks", "lines", "cities", "scenes"] = "masks"
    lines: str = ""
    m_per_px: float = 1.0
    where: str = ""
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
