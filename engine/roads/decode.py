"""Decode candidates of road vertices into a road graph: the method on one page."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.frames import RowCol
from engine.networks.candidates import Candidates, find_candidates_in_array
from engine.roads.edges import bridge_gaps, connect
from engine.roads.graph import RoadGraph
from engine.roads.refine import RasterBorder, drop_doubtful, refine
from engine.roads.simplify import simplify
from engine.roads.vertices import find_vertices


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to decode; thresholds are absolute probabilities, never relative to an image's maximum.

    "Published" means the code and settings of Sat2Graph (ECCV 2020) for tiles at 1 m per pixel.

    Attributes:
        vertex_threshold: Least vertex probability (published 0.05, there of the tile's maximum).
        edge_threshold: Least edge probability (published 0.05).
        nms_radius_px: Thinning radius where vertices form a ridge; see
            ``engine.roads.vertices.suppression_radius_px``. Own choice: two fifths of an edge.
        recovery_threshold: Least evidence for a vertex that only its neighbours tell of, where one
            certain endpoint is 1. Own choice; the published value would be 0.007 on this scale, at
            which every endpoint becomes a vertex.
        snap_px: An edge's endpoint finds vertices at costs below this (published 15).
        angle_weight_px: What a right angle adds to that cost (published 100).
        bridge_px: Longest gap between dead ends that is closed on the vectors' evidence; 0 closes none.
            Own choice: one and a half edges; in simulated scenes with 40 px wide occlusions it raises
            TOPO F1 from 0.74 to 0.86 and changes nothing in an ideal tensor.
        min_confidence: Edges less confident than this are dropped before refinement (0-1). Own choice;
            with an early compact network on a rendered scene 0.1 took junctions that are none from 47
            to 18 and cost no true road, 0.3 took them to 7 and began to cost some.
        spur_px: Dead ends on junctions shorter than this are dropped (published 50, or 25 in tiles
            of 400 px).
        min_component_px: Pieces of network shorter than this are dropped (published 200, or 100).
        close_sharp_forks: Whether forks below 10.3° become one road (published).
        simplify_px: Tolerance of the line simplification (published 2.5).
    """

    vertex_threshold: float = 0.05
    edge_threshold: float = 0.05
    nms_radius_px: float = 8.0
    recovery_threshold: float = 0.1
    snap_px: float = 15.0
    angle_weight_px: float = 100.0
    bridge_px: float = 30.0
    min_confidence: float = 0.1
    spur_px: float = 25.0
    min_component_px: float = 100.0
    close_sharp_forks: bool = True
    simplify_px: float = 2.5

    @classmethod
    def exact(cls) -> Self:
        """Return options that keep all that the candidates say: nothing is cleaned or simplified."""
        return cls(
            bridge_px=0.0,
            min_confidence=0.0,
            spur_px=0.0,
            min_component_px=0.0,
            close_sharp_forks=False,
            simplify_px=0.0,
        )


def decode(
    candidates: Candidates, options: DecodeOptions, *, border: RasterBorder | None = None
) -> RoadGraph[RowCol]:
    """Turn candidates into a road graph.

    Vertices are thinned and missed ones recovered; each sector's endpoint is snapped to a vertex;
    the graph is refined and its lines simplified (Sat2Graph, section 3.2).

    Args:
        candidates: Of a window or of a whole raster, in any order.
        options: Thresholds and lengths.
        border: The raster, so that roads cut by its border are not taken for spurs.

    Returns:
        Graph in the candidates' frame; every edge has a confidence.
    """
    vertices = find_vertices(
        candidates,
        vertex_threshold=options.vertex_threshold,
        edge_threshold=options.edge_threshold,
        nms_radius_px=options.nms_radius_px,
        recovery_threshold=options.recovery_threshold,
    )
    graph = connect(
        vertices,
        edge_threshold=options.edge_threshold,
        snap_px=options.snap_px,
        angle_weight_px=options.angle_weight_px,
    )
    if options.bridge_px > 0:
        graph = bridge_gaps(
            vertices, graph, bridge_px=options.bridge_px, edge_threshold=options.edge_threshold
        )
    graph = refine(
        drop_doubtful(graph, options.min_confidence),
        spur_px=options.spur_px,
        min_component_px=options.min_component_px,
        close_sharp_forks=options.close_sharp_forks,
        border=border,
    )
    return simplify(graph, options.simplify_px)


def decode_tensor(tensor: NDArray[np.float32], options: DecodeOptions) -> RoadGraph[RowCol]:
    """Turn a graph tensor into a road graph in the tensor's frame.

    Args:
        tensor: (28, H, W) in probability form, see ``engine.networks.layout``.
        options: Thresholds and lengths.
    """
    candidates = find_candidates_in_array(tensor, threshold=options.vertex_threshold)
    return decode(candidates, options, border=RasterBorder(*tensor.shape[1:]))
