"""How much road a network holds, in a few numbers."""

from dataclasses import dataclass

import numpy as np

from engine.roads.segments import RoadNetwork


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """A network in numbers.

    Attributes:
        length_m: Of all segments together.
        segments: Stretches between junctions or ends.
        junctions: Places where segments meet; dead ends are none.
        components: Connected pieces.
        confidence_mean: Over the length that has one, in [0, 1]; None where nothing has.
    """

    length_m: float
    segments: int
    junctions: int
    components: int
    confidence_mean: float | None


def summarise(network: RoadNetwork) -> NetworkSummary:
    """Count and measure a network."""
    length_m = np.array([each.length_m for each in network.segments])
    confidence = np.array([each.confidence for each in network.segments], dtype=float)  # NaN for None
    known = ~np.isnan(confidence)
    return NetworkSummary(
        length_m=float(length_m.sum()),
        segments=len(network.segments),
        junctions=sum(each.kind == "junction" for each in network.junctions),
        components=len({each.component for each in network.segments}),
        confidence_mean=float(np.average(confidence[known], weights=length_m[known]))
        if known.any()
        else None,
    )
