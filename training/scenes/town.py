"""A whole town as geometry in metres, independent of how it is later seen."""

from dataclasses import dataclass

import numpy as np

from training.scenes.highways import add_highway
from training.scenes.junctions import build_roundabouts, node_crossings
from training.scenes.land import Land, density_at, survey
from training.scenes.layout import plan_streets
from training.scenes.noise import Noise, fractal_noise
from training.scenes.options import SceneOptions, Stage, Style, choose_style
from training.scenes.parcels import Parcels, build_parcels
from training.scenes.streets import Street, bend, choose_warp
from training.scenes.vegetation import Trees, plant
from training.scenes.vehicles import Cars, park_cars


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Everything that stands on the ground.

    Attributes:
        style: How the scene looks.
        streets: All roads.
        land: Maps of the ground.
        parcels: Buildings, drives and car parks.
        trees: All trees.
        cars: All cars.
    """

    style: Style
    streets: list[Street]
    land: Land
    parcels: Parcels
    trees: Trees
    cars: Cars


def _lay_streets(
    options: SceneOptions, style: Style, draw: np.random.Generator, density: Noise
) -> list[Street]:
    plan = plan_streets(
        draw,
        style.pattern,
        options.extent_m,
        built_up=style.built_up,
        density_at=lambda points: density_at(density, style.built_up, points),
    )
    streets = bend(plan, choose_warp(draw, style.pattern), draw)
    draw = options.generator(Stage.HIGHWAY)
    if options.roundabouts:
        streets = build_roundabouts(streets, draw, float(draw.choice([0.0, 0.02, 0.1], p=[0.5, 0.35, 0.15])))
    if style.dual_carriageway:
        streets = add_highway(streets, options, draw)
    return node_crossings([street for street in streets if _near(street, options)])


def _near(street: Street, options: SceneOptions) -> bool:
    low, high = street.points_m.min(axis=0), street.points_m.max(axis=0)
    margin_m = options.street_margin_m + 20.0
    return bool((high > -margin_m).all() and (low < np.array(options.extent_m) + margin_m).all())


def build_town(options: SceneOptions) -> Town:
    """Build the town of a seed; it depends on the extent in metres, not on the resolution."""
    style = choose_style(options)
    draw = options.generator(Stage.STREETS)
    density = fractal_noise(
        draw, options.extent_m, wavelengths_m=(420.0, 170.0), persistence=0.5, margin_m=900.0
    )
    streets = _lay_streets(options, style, draw, density)
    land = survey(options, style, streets, density, options.generator(Stage.LAND))
    parcels = build_parcels(
        streets, land, style, options.generator(Stage.PARCELS), tallest_m=options.tallest_m
    )
    trees = plant(options, style, land, streets, parcels, options.generator(Stage.VEGETATION))
    cars = park_cars(streets, parcels, options.generator(Stage.VEHICLES))
    return Town(style, streets, land, parcels, trees, cars)
