"""One procedural scene: the flow from a seed to an image with exact truth."""

from dataclasses import dataclass, replace
from math import ceil, cos, radians, sin, tan

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.roads.clip import clip_graph
from engine.roads.graph import RoadGraph
from training.scenes.camera import take_picture
from training.scenes.canvas import Canvas
from training.scenes.carriageways import paint_roads
from training.scenes.options import SceneOptions, Stage
from training.scenes.projection import View, find_occlusion, margin_needed, project
from training.scenes.roofs import paint_buildings
from training.scenes.surfaces import paint_ground
from training.scenes.town import Town, build_town
from training.scenes.truth import street_graph
from training.scenes.vegetation import paint_trees
from training.scenes.vehicles import paint_cars, paint_paving, paint_roof_parking

CRS = "EPSG:32633"
"""Where scenes are laid: UTM zone 33 north."""

ORIGIN_M = (500_000.0, 5_400_000.0)
"""Easting and northing of the upper-left corner of every scene."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """An image and everything true about it.

    Two frames matter where things have height. *Ground* is the map: where a thing's foot is.
    *Image* is where the view shows it: ``image = ground − height · scale · (cos θ, sin θ)`` in
    (row, col). They agree at height zero.

    Attributes:
        options: What was asked for.
        rgb: (3, H, W) uint8, image frame.
        height_m: (H, W) float32 height above ground of the surface that each pixel shows, image frame.
        occlusion: (H, W) bool, ground frame: true where the uppermost surface at that ground position
            is not shown by any pixel, so that a rectified view has no source for it.
        angle_rad: Angle θ of the flow from a feature to its foot: 0 points down, counter-clockwise.
        scale_px_per_m: Length of the flow per metre of height.
        graph: Every road, ground frame, clipped to the image; with width, layer and z.
        image_graph: The same roads where the image shows them; differs where they are raised.
        footprints: (N,) shapely polygons in (col, row) pixels, ground frame, one for each building or, where
            the image's border cuts one in several, for each part.
        footprint_heights_m: (N,) highest point of each building.
        transform: (col, row) pixels to (x, y) metres in ``CRS``.
    """

    options: SceneOptions
    rgb: NDArray[np.uint8]
    height_m: NDArray[np.float32]
    occlusion: NDArray[np.bool_]
    angle_rad: float
    scale_px_per_m: float
    graph: RoadGraph[RowCol]
    image_graph: RoadGraph[RowCol]
    footprints: NDArray[np.object_]
    footprint_heights_m: NDArray[np.float64]
    transform: Affine


def render_scene(options: SceneOptions) -> Scene:
    """Build the town of a seed and take its picture.

    Args:
        options: Which town, and how it is seen.
    """
    town = build_town(options)
    canvas = _paint(town, options)
    view = View(options.flow_angle_rad, options.scale_px_per_m, canvas.margin_px)
    hits = project(canvas.height_m, view)
    graph, image_graph = _road_truth(town, options)
    footprints, heights = _footprints(town, options)
    east, north = ORIGIN_M
    return Scene(
        options=options,
        rgb=take_picture(
            canvas, hits, town.parcels.buildings, options, town.style, options.generator(Stage.SENSOR)
        ),
        height_m=hits.height_m,
        occlusion=find_occlusion(canvas.height_m, hits, view),
        angle_rad=options.flow_angle_rad,
        scale_px_per_m=options.scale_px_per_m,
        graph=graph,
        image_graph=image_graph,
        footprints=footprints,
        footprint_heights_m=heights,
        transform=Affine.translation(east, north) @ Affine.scale(options.m_per_px, -options.m_per_px),
    )


def _paint(town: Town, options: SceneOptions) -> Canvas:
    style = town.style
    canvas = Canvas(options.height_px, options.width_px, options.m_per_px, _margin_px(town, options))
    draw = options.generator(Stage.SURFACES)
    paint_ground(canvas, town.land, options, style, draw)
    paint_paving(canvas, town.parcels, style, draw)
    paint_roads(canvas, town.streets, options, style, draw)
    paint_buildings(canvas, town.parcels.buildings, style, draw)
    paint_roof_parking(canvas, town.parcels, draw)
    paint_cars(canvas, town.cars)
    paint_trees(canvas, town.trees, style, draw)
    return canvas


def _margin_px(town: Town, options: SceneOptions) -> int:
    """How far outside the image a thing can stand and still lean or throw its shadow into it."""
    buildings = town.parcels.buildings
    tops = [buildings.eaves_m + buildings.rise_m, town.trees.height_m, *(s.z_m for s in town.streets)]
    highest_m = max((float(part.max()) for part in tops if len(part)), default=0.0) + 1.0
    lean = margin_needed(highest_m, options.scale_px_per_m)
    shadow = highest_m / tan(radians(town.style.sun_elevation_deg)) / options.m_per_px
    return max(lean, ceil(min(shadow, options.street_margin_m / options.m_per_px)))


def _road_truth(town: Town, options: SceneOptions) -> tuple[RoadGraph[RowCol], RoadGraph[RowCol]]:
    whole = street_graph(town.streets)
    size = options.height_px, options.width_px
    ground = replace(whole, vertices=whole.vertices / options.m_per_px)
    flow = options.scale_px_per_m * np.array([cos(options.flow_angle_rad), sin(options.flow_angle_rad)])
    seen = replace(ground, vertices=ground.vertices - ground.z_m[:, None] * flow)
    return clip_graph(ground, *size), clip_graph(seen, *size)


def _footprints(town: Town, options: SceneOptions) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Join buildings and their wings, and clip them to the image."""
    buildings = town.parcels.buildings
    polygons = shapely.transform(buildings.shape.polygons(), lambda metres: metres / options.m_per_px)
    wings = np.flatnonzero(buildings.wing_of >= 0)
    whole = polygons.copy()
    whole[buildings.wing_of[wings]] = shapely.union(polygons[buildings.wing_of[wings]], polygons[wings])
    frame = shapely.box(0, 0, options.width_px, options.height_px)
    shown = (buildings.wing_of < 0) & shapely.intersects(whole, frame)
    # The image's border may cut one building in several parts, or touch it along a line only.
    parts, owner = shapely.get_parts(shapely.intersection(whole[shown], frame), return_index=True)
    solid = shapely.area(parts) > 0
    return parts[solid], (buildings.eaves_m + buildings.rise_m)[shown][owner[solid]]
