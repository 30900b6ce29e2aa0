"""The recipe of a network for heights: one frozen tree of options, with the sections it shares with roads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from training.config import AugmentOptions, CheckpointOptions, OptimiserOptions, RunOptions
from training.heights.losses import HeightLossOptions


@dataclass(frozen=True, slots=True)
class HeightNetworkOptions:
    """Which network learns.

    Attributes:
        name: "compact-geopose", or "geopose" for the benchmark's.
        options: Fields of the network's own configuration that differ from its defaults.
    """

    name: Literal["compact-geopose", "geopose"] = "compact-geopose"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeightSource:
    """One source of images with heights.

    Attributes:
        kind: "scenes": rendered on the fly; "challenge": a folder of the Overhead Geopose Challenge;
            "rasters": a folder of images and rasters of heights on the same grid.
        path: Folder, relative to the data folder; unused for scenes.
        weight: Share of crops from this source, relative to the other weights.
        m_per_px: Least and greatest ground size of a pixel of a scene; rasters and challenge say their own.
        reduce: Pixels of a "challenge" image, each way, that become one: 2 is half resolution.
        image: What names of images have, of "rasters", in the place of ``heights``.
        heights: What names of heights have, of "rasters": TOWN_ndsm.tif goes with TOWN_rgb.tif.
        valid: What names of masks of known pixels have, of "rasters"; a mask may be absent.
        names: Which images of a folder to take, as a pattern of names without their endings, such as
            "town_[0-4]*": the others may be those that are judged.
        from_nadir: Whether "rasters" show everything from straight above. Where not, their view is unknown
            and only their heights are learned.
        pool: Number of scenes kept at a time.
        size_px: Side of a scene.
        refresh_steps: Steps after which the oldest scene makes room for a new one.
        off_nadir_deg: Least and greatest angle between the vertical and the line to the sensor, of scenes.
        first_scene: Number of the first scene: a run that goes on from another one's weights sees others.
        inner_towns: Share of scenes that show the inner part of a town, where what is high stands; by chance
            they would be one in ten.
    """

    kind: Literal["scenes", "challenge", "rasters"]
    path: str = ""
    weight: float = 1.0
    m_per_px: tuple[float, float] = (0.4, 1.2)
    reduce: int = 1
    image: str = "_rgb"
    heights: str = "_ndsm"
    valid: str = "_valid"
    names: str = "*"
    from_nadir: bool = False
    pool: int = 8
    size_px: int = 512
    refresh_steps: int = 16
    off_nadir_deg: tuple[float, float] = (0.0, 35.0)
    first_scene: int = 0
    inner_towns: float = 0.35


@dataclass(frozen=True, slots=True)
class HeightAugmentOptions:
    """How crops are varied.

    Attributes:
        rotation_probability: Chance of a rotation by any angle.
        flip_probability: Chance of a mirror image.
        rescale: Least and greatest magnification.
        stretch_probability: Chance that heights are stretched, by a factor from 1 to 2.
        colours: How colours are varied; of it only what colours need is used.
    """

    rotation_probability: float = 0.75
    flip_probability: float = 0.5
    rescale: tuple[float, float] = (0.7, 1.4)
    stretch_probability: float = 0.3
    colours: AugmentOptions = field(default_factory=AugmentOptions)


@dataclass(frozen=True, slots=True)
class HeightValidationOptions:
    """How a run is judged while it trains.

    Attributes:
        scenes: Fixed scenes that training never shows.
        scene_px: Side of these.
        m_per_px: As in ``HeightSource``.
        off_nadir_deg: As in ``HeightSource``.
        sources: Folders whose images are judged as well, whole; none of kind "scenes".
        every_steps: Steps between two validations.
        every_minutes: Minutes between two validations, when given, instead.
    """

    scenes: int = 12
    scene_px: int = 512
    m_per_px: tuple[float, float] = (0.4, 1.2)
    off_nadir_deg: tuple[float, float] = (0.0, 35.0)
    sources: tuple[HeightSource, ...] = ()
    every_steps: int = 1000
    every_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class HeightRecipe:
    """Everything that determines a training run for heights.

    Attributes:
        run: Length and devices.
        network: Network that learns.
        sources: Where images and heights come from.
        augment: How crops are varied.
        loss: Weights and shapes of the loss.
        optimiser: How weights follow the gradient.
        validation: How the run is judged.
        checkpoint: When its state is saved.
    """

    run: RunOptions = field(default_factory=RunOptions)
    network: HeightNetworkOptions = field(default_factory=HeightNetworkOptions)
    sources: tuple[HeightSource, ...] = ()
    augment: HeightAugmentOptions = field(default_factory=HeightAugmentOptions)
    loss: HeightLossOptions = field(default_factory=HeightLossOptions)
    optimiser: OptimiserOptions = field(default_factory=OptimiserOptions)
    validation: HeightValidationOptions = field(default_factory=HeightValidationOptions)
    checkpoint: CheckpointOptions = field(default_factory=CheckpointOptions)
