"""Every measure of one pair of graphs: the corridor of an evaluation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from engine.errors import GraphError
from engine.evaluation.measures.apls import AplsOptions, apls
from engine.evaluation.measures.apls_spacenet import SpacenetAplsOptions, apls_spacenet
from engine.evaluation.measures.buffer import compare
from engine.evaluation.measures.differences import find_differences
from engine.evaluation.measures.junctions import match_junctions
from engine.evaluation.measures.levels import compare_levels
from engine.evaluation.measures.limits import check_limits
from engine.evaluation.measures.protocol import Protocol
from engine.evaluation.measures.topo import TopoOptions, proposal_precision, topo
from engine.evaluation.pairs.alignment import AlignedPair
from engine.evaluation.results import RoadScores, TileResult

Found = TypeVar("Found")

_LIMITS = dict.fromkeys(("buffer_m", "junction_m", "level_m"), (0.1, 1000.0))

_IN_METRES = {"m_per_px", "m_per_unit"}
"""Parameters that stay as they are: the graphs of a pair come in metres."""


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """What to measure by.

    Attributes:
        protocol: Parameters of TOPO and APLS.
        buffer_m: Half-width of the buffer of completeness, correctness and quality, and of the map.
        junction_m: Greatest distance of a junction from its match.
        level_m: Greatest distance of a crossing from its match.
        apls_spacenet: Parameters of SpaceNet's APLS.
    """

    protocol: Protocol = field(default_factory=Protocol)
    buffer_m: float = 5.0
    junction_m: float = 10.0
    level_m: float = 15.0
    apls_spacenet: SpacenetAplsOptions = field(default_factory=SpacenetAplsOptions)

    def __post_init__(self) -> None:
        check_limits(self, _LIMITS)


def _numbers(options: Any, prefix: str = "") -> dict[str, type]:
    """List the numbers that can be set in an options object and those within it: names and types."""
    kinds: dict[Any, type] = {int: int, float: float, float | None: float}
    found: dict[str, type] = {}
    for each in fields(options):
        inner = getattr(options, each.name)
        if is_dataclass(inner):
            found |= _numbers(inner, f"{prefix}{each.name}.")
        elif each.type in kinds and each.name not in _IN_METRES:
            found[prefix + each.name] = kinds[each.type]
    return found


def _changed(options: Any, path: Sequence[str], value: float) -> Any:
    name, *rest = path
    return replace(options, **{name: _changed(getattr(options, name), rest, value) if rest else value})


def with_parameter(options: MeasureOptions, name: str, value: float) -> MeasureOptions:
    """Set one number of the options.

    >>> with_parameter(MeasureOptions(), "protocol.topo.radius_m", 150.0).protocol.topo.radius_m
    150.0

    Args:
        options: The options to change a copy of.
        name: Of a field, such as ``buffer_m`` or ``apls_spacenet.snap_m``.
        value: The number.

    Raises:
        GraphError: There is no such number, or it makes no sense as this one.
    """
    known = _numbers(options)
    if name not in known:
        raise GraphError(f"There is no parameter {name}: use one of {', '.join(known)}.")
    if known[name] is int and not float(value).is_integer():
        raise GraphError(f"{name} is {value:g}, but counts whole things: give a whole number.")
    changed: MeasureOptions = _changed(options, name.split("."), known[name](value))
    return changed


def _reach_m(pair: AlignedPair) -> float:
    """Return how far down or right the graphs reach."""
    return max(
        (float(graph.vertices.max()) for graph in (pair.truth, pair.predicted) if len(graph.vertices)),
        default=0.0,
    )


def _parameters(pair: AlignedPair, protocol: Protocol) -> tuple[TopoOptions, AplsOptions]:
    if pair.size_m is not None:
        return protocol.for_tile(*pair.size_m)
    return protocol.for_pixels(_reach_m(pair)) if pair.grid.crs is None else protocol.for_map()


def _if_defined(work: Callable[[], Found]) -> Found | None:
    """Return what a measure finds, or none where the truth holds nothing that it could start from."""
    try:
        return work()
    except GraphError:
        return None


def _score(pair: AlignedPair, options: MeasureOptions) -> RoadScores:
    truth, predicted = pair.truth, pair.predicted
    walks, routes = _parameters(pair, options.protocol)
    walked = _if_defined(lambda: topo(truth, predicted, walks))
    # Both sides are judged on the same tiles, or their means would not belong together.
    confirmed = _if_defined(lambda: proposal_precision(truth, predicted, walks)) if walked else None
    return RoadScores(
        topo=walked,
        proposal_precision=confirmed,
        apls=_if_defined(lambda: apls(truth, predicted, routes)),
        apls_spacenet=_if_defined(lambda: apls_spacenet(truth, predicted, options.apls_spacenet)),
        coverage=compare(predicted, truth, tolerance=options.buffer_m),
        junctions=match_junctions(truth, predicted, tolerance_m=options.junction_m, area=pair.area),
        levels=compare_levels(truth, predicted, tolerance_m=options.level_m),
    )


def measure(pair: AlignedPair, options: MeasureOptions | None = None) -> TileResult:
    """Take every measure of a pair of graphs.

    Args:
        pair: Two graphs in one frame, cut to the compared area.
        options: What to measure by.

    Returns:
        The scores, none where the truth has no road, and the pieces of road behind them.
    """
    options = options or MeasureOptions()
    has_truth = len(pair.truth.edges) > 0
    reach = _reach_m(pair)
    return TileResult(
        name=pair.name,
        scores=_score(pair, options) if has_truth else None,
        note=" ".join(pair.notes),
        differences=find_differences(pair.predicted, pair.truth, tolerance_m=options.buffer_m),
        grid=pair.grid,
        size_m=pair.size_m or (reach, reach),
        image=pair.image,
        m_per_px=pair.m_per_px,
    )
