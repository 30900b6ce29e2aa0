"""What a scene is asked to be, and the style that its seed gives it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from math import radians, tan

import numpy as np
from numpy.typing import NDArray


class Pattern(StrEnum):
    """How the streets of a town are laid out."""

    GRID = "grid"
    ORGANIC = "organic"
    CURVED = "curved"


class Season(StrEnum):
    """What the vegetation looks like."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"


class Stage(IntEnum):
    """Steps that draw random numbers, each from its own stream: a change in one leaves the others alone."""

    STYLE = 0
    STREETS = 1
    LAND = 2
    PARCELS = 3
    VEGETATION = 4
    VEHICLES = 5
    SURFACES = 6
    SENSOR = 7
    HIGHWAY = 8


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """What to render.

    The town depends on ``seed`` and on the extent in metres only, so the same town can be seen at
    several ground resolutions and from several directions.

    Attributes:
        seed: Chooses the town and its style.
        height_px: Rows of the image.
        width_px: Columns of the image.
        m_per_px: Ground resolution.
        off_nadir_deg: Angle between the view and the vertical, 0 to 60.
        view_azimuth_deg: Clockwise from north, where the sensor stands as seen from the ground. The flow,
            from a roof to its foot, points there; tall things lean the other way.
        sun_azimuth_deg: Clockwise from north, where the sun stands; by seed when absent.
        sun_elevation_deg: Above the horizon, 10 to 90; by seed when absent.
        haze: 0 (clear) to 1 (white).
        noise: Standard deviation of the sensor noise as a share of full scale.
        pattern: Layout of the streets; by seed when absent.
        season: Look of the vegetation; by seed when absent.
        built_up: 0 (woods and fields) to 1 (inner town); by seed when absent.
        roundabouts: Whether some junctions become roundabouts.
        dual_carriageway: Whether a road with a median crosses the town; by seed when absent.
        overpasses: Whether that road is a motorway carried over the streets, with ramps.
        tallest_m: Height up to which large buildings of inner towns rise, at least 13. Above 42 m there are
            more tall ones, and those higher than that are slender towers.
        street_margin_m: How far the town goes on past the image's edge.
    """

    seed: int = 0
    height_px: int = 1024
    width_px: int = 1024
    m_per_px: float = 1.0
    off_nadir_deg: float = 0.0
    view_azimuth_deg: float = 135.0
    sun_azimuth_deg: float | None = None
    sun_elevation_deg: float | None = None
    haze: float = 0.03
    noise: float = 0.012
    pattern: Pattern | None = None
    season: Season | None = None
    built_up: float | None = None
    roundabouts: bool = True
    dual_carriageway: bool | None = None
    overpasses: bool = False
    tallest_m: float = 42.0
    street_margin_m: float = 60.0

    def __post_init__(self) -> None:
        if min(self.height_px, self.width_px) < 1 or self.m_per_px <= 0:
            raise ValueError("A scene needs at least one pixel and a positive ground resolution.")
        if not 0 <= self.off_nadir_deg <= 60:
            raise ValueError(f"off_nadir_deg is {self.off_nadir_deg}: it must lie between 0 and 60.")
        if not 13 <= self.tallest_m <= 500:
            raise ValueError(f"tallest_m is {self.tallest_m}: it must lie between 13 and 500.")

    @property
    def extent_m(self) -> tuple[float, float]:
        """Height and width of the imaged ground in metres."""
        return self.height_px * self.m_per_px, self.width_px * self.m_per_px

    @property
    def flow_angle_rad(self) -> float:
        """Angle of the flow in the image: 0 points down (+row), growing counter-clockwise."""
        return radians((180.0 - self.view_azimuth_deg) % 360.0)

    @property
    def scale_px_per_m(self) -> float:
        """Pixels by which a point moves per metre of height, in a map-projected parallel view."""
        return tan(radians(self.off_nadir_deg)) / self.m_per_px

    def generator(self, stage: Stage) -> np.random.Generator:
        """Return the random stream of one stage."""
        return np.random.default_rng([self.seed, int(stage)])


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """How a whole scene looks; colours are display values from 0 to 1.

    Attributes:
        pattern: Layout of the streets.
        season: Look of the vegetation.
        built_up: 0 (woods and fields) to 1 (inner town).
        evergreen: Share of evergreen trees.
        water: Share of the open land under water.
        field: Share of the open land that is farmed.
        dual_carriageway: Whether a road with a median crosses the town.
        sun_azimuth_deg: Clockwise from north.
        sun_elevation_deg: Above the horizon.
        asphalt: (3,) colour of a middle-aged street.
        soil: (3,) colour of bare ground.
        grass: (3,) colour of a lawn.
        gain: (3,) camera's colour balance.
        contrast: Exponent on display values; above 1 is harder.
        shadow: Light left in full shadow, 0 to 1.
        blur: Share of each pixel's light that falls on each neighbour; below 0 the image is sharpened.
    """

    pattern: Pattern
    season: Season
    built_up: float
    evergreen: float
    water: float
    field: float
    dual_carriageway: bool
    sun_azimuth_deg: float
    sun_elevation_deg: float
    asphalt: NDArray[np.float32]
    soil: NDArray[np.float32]
    grass: NDArray[np.float32]
    gain: NDArray[np.float32]
    contrast: float
    shadow: float
    blur: float


_GRASS = {
    Season.SPRING: ((0.43, 0.43, 0.31), (0.33, 0.37, 0.24)),
    Season.SUMMER: ((0.30, 0.385, 0.205), (0.38, 0.43, 0.27)),
    Season.AUTUMN: ((0.46, 0.43, 0.27), (0.35, 0.38, 0.20)),
}
_SOIL = ((0.52, 0.45, 0.35), (0.60, 0.55, 0.44), (0.45, 0.36, 0.29))


def choose_style(options: SceneOptions) -> Style:
    """Draw the style of a scene; what the options name is taken from them."""
    draw = options.generator(Stage.STYLE)
    pattern = options.pattern or Pattern(draw.choice([p.value for p in Pattern], p=[0.3, 0.4, 0.3]))
    season = Season(draw.choice([s.value for s in Season], p=[0.55, 0.35, 0.1]))
    season = options.season or season
    mix = draw.uniform(0.0, 1.0)
    grass = np.array(_GRASS[season])
    brightness = draw.normal(0.56, 0.08)
    tint = np.array([0.0, 0.006, 0.0]) + draw.normal(0.0, 0.007, 3)
    built_up = float(np.clip(draw.beta(1.5, 1.7), 0.05, 0.98))
    azimuth, elevation = draw.uniform(105.0, 255.0), draw.uniform(28.0, 62.0)
    return Style(
        pattern=pattern,
        season=season,
        built_up=built_up if options.built_up is None else options.built_up,
        evergreen=float(draw.uniform(0.08, 0.6)),
        water=float(draw.choice([0.0, 0.05, 0.2], p=[0.4, 0.35, 0.25])),
        field=float(draw.choice([0.0, 0.2, 0.7], p=[0.5, 0.3, 0.2])),
        dual_carriageway=_chance(options.dual_carriageway, draw.random() < 0.2) or options.overpasses,
        sun_azimuth_deg=azimuth if options.sun_azimuth_deg is None else options.sun_azimuth_deg,
        sun_elevation_deg=elevation if options.sun_elevation_deg is None else options.sun_elevation_deg,
        asphalt=(np.clip(brightness, 0.36, 0.74) + tint).astype(np.float32),
        soil=np.array(_SOIL[draw.integers(len(_SOIL))], dtype=np.float32),
        grass=(grass[0] * mix + grass[1] * (1 - mix)).astype(np.float32),
        gain=(np.array([1.035, 1.02, 0.98]) * draw.normal(1.0, 0.025, 3)).astype(np.float32),
        contrast=float(draw.uniform(0.9, 1.15)),
        shadow=float(draw.uniform(0.24, 0.44)),
        blur=float(draw.uniform(-0.06, 0.09)),
    )


def _chance(asked: bool | None, drawn: bool) -> bool:  # noqa: FBT001 - two answers to one question
    return drawn if asked is None else asked
