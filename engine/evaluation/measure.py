"""Every measure of one pair of graphs: the corridor of an evaluation."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, TypeVar

from engine.errors import GraphError
from engine.evaluation.alignment import AlignedPair
from engine.evaluation.apls import AplsOptions, apls
from engine.evaluation.apls_spacenet import SpacenetAplsOptions, apls_spacenet
from engine.evaluation.buffer import compare
from engine.evaluation.differences import find_differences
from engine.evaluation.junctions import match_junctions
from engine.evaluation.levels import compare_levels
from engine.evaluation.results import RoadScores, TileResult
from engine.evaluation.topo import TopoOptions, proposal_precision, topo

SMALL_TILE_M = 512.0
"""Tiles up to this size are measured with the parameters for small tiles, such as SpaceNet's of 400 m."""

_PUBLISHED_TILE_M = 2048.0

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """What to measure by.

    Attributes:
        protocol: "sat2graph": parameters for large tiles; "spacenet": those for small tiles, which
            begin control points every 30 m and count routes from 30 m; "auto": by the tile's size.
        buffer_m: Half-width of the buffer of completeness, correctness and quality, and of the map.
        junction_m: Greatest distance of a junction from its match.
        level_m: Greatest distance of a crossing from its match.
        topo: Parameters of TOPO.
        apls: Parameters of APLS for large tiles; size and margin are set by the tile.
        apls_small: Those for small tiles.
        apls_spacenet: Parameters of SpaceNet's APLS.
    """

    protocol: Literal["auto", "sat2graph", "spacenet"] = "auto"
    buffer_m: float = 5.0
    junction_m: float = 10.0
    level_m: float = 15.0
    topo: TopoOptions = field(default_factory=TopoOptions)
    apls: AplsOptions = field(default_factory=AplsOptions)
    apls_small: AplsOptions = field(default_factory=AplsOptions.small_tile)
    apls_spacenet: SpacenetAplsOptions = field(default_factory=SpacenetAplsOptions)


def _numbers(options: Any) -> dict[str, type]:
    """Return the fields that are numbers, and whether they are whole ones."""
    kinds: dict[Any, type] = {int: int, float: float, float | None: float}
    return {each.name: kinds[each.type] for each in fields(options) if each.type in kinds}


def with_parameter(options: MeasureOptions, name: str, value: float) -> MeasureOptions:
    """Set one number of the options.

    >>> with_parameter(MeasureOptions(), "topo.radius_m", 150.0).topo.radius_m
    150.0

    Args:
        options: The options to change a copy of.
        name: Of a field, such as ``buffer_m`` or ``topo.radius_m``.
        value: The number.

    Raises:
        GraphError: There is no such number.
    """
    groups = {each.name: getattr(options, each.name) for each in fields(options)}
    known: dict[str, tuple[str, Any, type]] = {}
    for group, inner in {"": options, **groups}.items():
        if is_dataclass(inner):
            prefix = f"{group}." if group else ""
            known |= {prefix + field: (group, inner, kind) for field, kind in _numbers(inner).items()}
    if name not in known:
        raise GraphError(f"There is no parameter {name}: use one of {', '.join(known)}.")
    group, inner, kind = known[name]
    changed = replace(inner, **{name.rpartition(".")[2]: kind(value)})
    return replace(options, **{group: changed}) if group else changed


def _reach_m(pair: AlignedPair) -> float:
    """Return how far down or right the graphs reach."""
    return max(
        (float(graph.vertices.max()) for graph in (pair.truth, pair.predicted) if len(graph.vertices)),
        default=0.0,
    )


def choose_apls(pair: AlignedPair, options: MeasureOptions) -> AplsOptions:
    """Choose the parameters of APLS for a tile.

    A known size decides. Pixel graphs of unknown size are taken for a published tile that holds them,
    of 352 m or 2048 m; graphs on the ground have no tile, and control points may lie anywhere.

    Args:
        pair: Two graphs in one frame.
        options: The protocol and its parameters.
    """
    size = pair.size_m
    side = max(size) if size is not None else _reach_m(pair)
    tile_like = size is not None or pair.grid.crs is None
    small = options.protocol == "spacenet" or (
        options.protocol == "auto" and tile_like and side <= SMALL_TILE_M
    )
    chosen = options.apls_small if small else options.apls
    if size is not None:
        return replace(chosen, tile_m=size)
    published = side <= (SMALL_TILE_M if small else _PUBLISHED_TILE_M + chosen.margin_m)
    return chosen if tile_like and published else replace(chosen, tile_m=None)


def _if_defined(work: Callable[[], Found]) -> Found | None:
    """Return what a measure finds, or none where the truth holds nothing that it could start from."""
    try:
        return work()
    except GraphError:
        return None


def _score(pair: AlignedPair, options: MeasureOptions) -> RoadScores:
    truth, predicted = pair.truth, pair.predicted
    routes = choose_apls(pair, options)
    return RoadScores(
        topo=_if_defined(lambda: topo(truth, predicted, options.topo)),
        proposal_precision=_if_defined(lambda: proposal_precision(truth, predicted, options.topo)),
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
