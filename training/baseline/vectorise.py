"""From road probabilities to a road graph: threshold, thin, trace, clean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.morphology import remove_small_holes

from engine.frames import RowCol
from engine.raster.blank import large_areas
from engine.roads.decode import DecodeOptions
from engine.roads.graph import RoadGraph
from engine.roads.mask import graph_from_mask
from engine.roads.refine import RasterBorder, refine
from engine.roads.simplify import simplify

_DECODING = DecodeOptions()


@dataclass(frozen=True, slots=True)
class VectoriseOptions:
    """How to vectorise; lengths are those of the engine's decoding, so that only the method differs.

    Attributes:
        threshold: Pixels with a greater road probability are road.
        min_area_px: Smaller specks of road are dropped: 14 m of a road 7 m wide. Own choice.
        max_hole_px: Holes up to this size are filled, for thinning makes a ring of each. Own choice.
        spur_px: Dead ends on junctions shorter than this are dropped.
        min_component_px: Pieces of network shorter than this are dropped.
        simplify_px: Tolerance of the line simplification.
    """

    threshold: float = 0.5
    min_area_px: int = 100
    max_hole_px: int = 100
    spur_px: float = _DECODING.spur_px
    min_component_px: float = _DECODING.min_component_px
    simplify_px: float = _DECODING.simplify_px


def vectorise(
    probability: NDArray[np.float32],
    options: VectoriseOptions | None = None,
    *,
    valid: NDArray[np.bool_] | None = None,
) -> RoadGraph[RowCol]:
    """Turn road probabilities into a road graph.

    Args:
        probability: (H, W) in [0, 1].
        options: Threshold and lengths.
        valid: (H, W), where there is an image; there is no road elsewhere.

    Returns:
        Graph in the pixel frame of the image.
    """
    options = options or VectoriseOptions()
    road = probability > options.threshold
    if valid is not None:
        road &= valid
    road = large_areas(road, options.min_area_px)
    road = remove_small_holes(road, max_size=options.max_hole_px)
    graph = refine(
        graph_from_mask(road),
        spur_px=options.spur_px,
        min_component_px=options.min_component_px,
        border=RasterBorder(*road.shape),
    )
    return simplify(graph, options.simplify_px)
